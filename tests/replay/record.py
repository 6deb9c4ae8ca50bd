"""Records what passes between engine and provider in each flow of `tests/data/replay`.

Before a version is tagged it records itself, once: `PYTHONPATH=tests .venv/bin/python -m replay.record`. What it writes
is committed and never changed again; `support.replay` tells how it looks, and replays it.
"""

from __future__ import annotations

import asyncio
import json
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
from support.replay import RECORDED, Flow, Recording, differences_in, flows
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
    async with Emulator(Scenario.from_mapping(_with_secrets(flow))) as emulator:
        with tempfile.TemporaryDirectory() as aside:
            program = {"name": "project", "runtime": "yaml", **flow.content["program"]}
            pulumi = await stack(Path(aside), yaml.safe_dump(program), emulator.endpoint)
            words = [word for name, value in KEY.items() for word in ("--secret", f"ice:{name}={value}")]
            await pulumi.done("config", "set-all", *words)
            log = Path(aside) / "grpc.json"
            pulumi.more["PULUMI_DEBUG_GRPC"] = str(log)
            for step in flow.content["steps"]:
                await _take(pulumi, step)
            written = log.read_text()
    return list(sanitised(written, service=emulator.endpoint, secrets=CANARIES, times=flow.text))


async def _take(pulumi: Pulumi, step: str | dict[str, str]) -> None:
    command = step if isinstance(step, str) else step["fails"]
    words = shlex.split(command)
    ended = await pulumi.run(*words, *_ANSWERS.get(words[0], ()))
    assert bool(ended.code) == isinstance(step, dict), f"{command}:\n{ended.text}"


def _with_secrets(flow: Flow) -> dict[str, Any]:
    """Return the scenario of a flow with what must not come into a recording."""
    scenario = json.loads(json.dumps(flow.content["scenario"]).replace(SECRET, USER_DATA))
    return {**scenario, "keys": [KEY]}


async def main() -> None:
    """Record every flow."""
    folder = RECORDED / VERSION
    folder.mkdir()
    for flow in flows():
        await record(flow, folder)


if __name__ == "__main__":
    asyncio.run(main())
