"""Records what passes between engine and provider in each flow of `tests/data/replay`.

Before a version is tagged it records itself, once: `PYTHONPATH=tests .venv/bin/python -m replay.record`. What it writes
is committed and never changed again; `support.replay` tells how it looks, and replays it.
"""

from __future__ import annotations

import asyncio
import shlex
import tempfile
from pathlib import Path
from typing import Any, Final

import yaml

from ice_emulator import Emulator, Scenario
from ice_provider.about import VERSION
from replay.sanitising import SECRET, sanitised
from support.engine import Pulumi
from support.releases import stack
from support.replay import RECORDED, SERVICE, Flow, Recording, differences_in, flows
from support.secrets import KEY_ID, TOKEN
from support.secrets import SECRET as SECRET_KEY

USER_DATA: Final = "canary-user-data"
KEY: Final = {"accessKey": KEY_ID, "secretKey": SECRET_KEY, "securityToken": TOKEN}
CANARIES: Final = (*KEY.values(), USER_DATA)
_ANSWERS: Final = {
    "up": ("--yes", "--skip-preview"),
    "refresh": ("--yes", "--skip-preview"),
    "destroy": ("--yes", "--skip-preview"),
    "import": ("--yes", "--skip-preview", "--protect=false", "--generate-code=false"),
}
"""What a person would answer, by command."""


async def record(flow: Flow, folder: Path) -> None:
    """Go through a flow with this version, and write down what passed, beside the flow as it is now.

    Raises:
        AssertionError: A step did not end as the flow says, or a replay would tell a difference from the first day on.
    """
    lines = await recorded(flow)
    assert await differences_in(Recording(flow, tuple(lines))) == [], (
        "what depends on the moment must stand in the flow"
    )
    (folder / f"{flow.name}.yaml").write_text(flow.text)
    (folder / f"{flow.name}.jsonl").write_text("".join(f"{line}\n" for line in lines))


async def recorded(flow: Flow) -> list[str]:
    """Go through a flow with this version, and return what passed, line by line.

    Raises:
        AssertionError: A step did not end as the flow says.
    """
    scenario, program = (_with_secrets(flow.content[name]) for name in ("scenario", "program"))
    async with Emulator(Scenario.from_mapping(scenario)) as emulator:
        with tempfile.TemporaryDirectory() as aside:
            text = yaml.safe_dump({"name": "project", "runtime": "yaml", **program})
            pulumi = await stack(Path(aside), text, emulator.endpoint)
            words = [word for name, value in KEY.items() for word in ("--secret", f"ice:{name}={value}")]
            await pulumi.done("config", "set-all", *words)
            log = Path(aside) / "grpc.json"
            pulumi.more["PULUMI_DEBUG_GRPC"] = str(log)
            for step in flow.content["steps"]:
                await _take(pulumi, step, emulator.endpoint)
            written = log.read_text()
    return list(sanitised(written, service=emulator.endpoint, secrets=CANARIES, times=flow.text))


async def _take(pulumi: Pulumi, step: str | dict[str, str], service: str) -> None:
    command = step if isinstance(step, str) else step["fails"]
    words = shlex.split(command.replace(SERVICE, service))
    ended = await pulumi.run(*words, *_ANSWERS.get(words[0], ()))
    assert bool(ended.code) == isinstance(step, dict), f"{command}:\n{ended.text}"


def _with_secrets(value: Any, name: str = "") -> Any:
    """Return a part of a flow with a canary in the place of each secret, which must not come into the recording."""
    match value:
        case dict():
            return {each: _with_secrets(inside, each) for each, inside in value.items()}
        case list():
            return [_with_secrets(each, name) for each in value]
        case str():
            return value.replace(SECRET, KEY.get(name, USER_DATA))
    return value


async def main() -> None:
    """Record every flow."""
    folder = RECORDED / VERSION
    folder.mkdir()
    for flow in flows():
        await record(flow, folder)


if __name__ == "__main__":
    asyncio.run(main())
