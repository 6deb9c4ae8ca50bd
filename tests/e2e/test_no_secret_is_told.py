"""Canary credentials through every fault on the real engine: no byte of them in any place that a person can look at."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ice_emulator import KINDS, Emulator, Scenario
from support.secrets import KEY_ID, SECRET, TOKEN, seen_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from e2e.conftest import Project

SCENARIO: dict[str, Any] = {
    "keys": [{"accessKey": KEY_ID, "secretKey": SECRET, "securityToken": TOKEN}],
    "tasks": [{"taskId": f"task-{kind}", "timeline": [{"after": 0, "status": "Processing"}]} for kind in KINDS],
    "faults": [{"taskId": f"task-{kind}", "kind": kind} for kind in KINDS],
}
THROTTLED = ["throttle", "throttle429", "tooManyRequests"]
"""Gated apart from the others, which would hardly be read beside them."""
READS = """
variables:
  task: {{fn::invoke: {{function: "ice:getWorkflowTask", arguments: {{taskId: task-{kind}}}}}}}
outputs: {{status: "${{task.status}}"}}
"""
CONFIGURED = {"ice:accessKey": KEY_ID, "ice:secretKey": SECRET, "ice:securityToken": TOKEN}
ENVIRONMENT = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID,
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET,
    "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN,
}
EVERYTHING = ("--logtostderr", "--logflow", "-v=9", "--parallel", "64")
ENGINES_OWN = re.compile(r"arshaling property for RPC\[Provider\[\w+\]\.(CheckConfig|Configure)")
"""A line of the engine's verbose log that shows what it hands to the plugin: configured keys are in it by its design."""


def gates(kinds: Iterable[str]) -> str:
    properties = "{{taskId: task-{0}, waitTimeout: 2s}}"
    rows = (
        f'  gate-{kind}: {{type: "ice:WorkflowTaskGate", properties: {properties.format(kind)}}}\n' for kind in kinds
    )
    return f"resources:\n{''.join(rows)}"


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator(Scenario.from_mapping(SCENARIO)) as running:
        yield running


async def command_lines(seen: set[str]) -> None:
    """Gather the arguments of every process of this machine, until cancelled."""
    while True:
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.add(file.read_text(errors="replace"))
            except OSError:
                continue  # it has ended
        await asyncio.sleep(0.05)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("place", ["configuration", "environment"])
async def test_no_fault_brings_credentials_to_light_anywhere(project: Project, emulator: Emulator, place: str) -> None:
    """The keys are configured as someone does who forgets `--secret`."""
    pulumi = await project(gates(kind for kind in KINDS if kind not in THROTTLED))
    for word in ("accessKey", "secretKey"):
        await pulumi.done("config", "rm", f"ice:{word}")
    if place == "environment":
        pulumi.more.update(ENVIRONMENT)
    else:
        for word, value in CONFIGURED.items():
            await pulumi.done("config", "set", "--plaintext", word, value)
    arguments: set[str] = set()
    watch = asyncio.create_task(command_lines(arguments))

    told = [(await pulumi.run("preview", *EVERYTHING)).text]
    told.append((await pulumi.run("up", "--yes", "--skip-preview", *EVERYTHING)).text)
    for program in (gates(THROTTLED), READS.format(kind="signatureMismatch")):
        (pulumi.project / "Pulumi.yaml").write_text(header(pulumi.project) + program)
        told.append((await pulumi.run("up", "--yes", "--skip-preview", *EVERYTHING)).text)
    watch.cancel()

    assert {call.fault for call in emulator.calls} - {""} == set(KINDS) - {"none"}
    assert not seen_in("\n".join(line for line in "".join(told).splitlines() if not ENGINES_OWN.search(line)))
    assert not seen_in("\n".join(line for line in arguments if "\0config\0" not in line))
    assert not seen_in(json.dumps(await pulumi.state()))
    assert not seen_in((pulumi.home / "state" / ".pulumi" / "stacks").rglob("*.json*"))
    if place == "environment":  # the history of updates holds the configuration as it was set
        assert not seen_in(file for file in (pulumi.home / "state").rglob("*") if file.is_file())
        assert not seen_in(await pulumi.done("stack", "export", "--show-secrets"))


@pytest.mark.parametrize(
    ("word", "value", "told"),
    [
        ("secretkey", SECRET, 'secretkey: there is no such property; did you mean "secretKey"?'),
        ("credentialsUri", f"ftp://user:{SECRET}@host/", "credentialsUri: must be a URI"),
        ("assumeRoleWithOidc", TOKEN, "assumeRoleWithOidc: must be a map, not a string"),
    ],
)
async def test_a_secret_under_a_wrong_word_or_in_a_wrong_form_is_not_repeated(
    project: Project, word: str, value: str, told: str
) -> None:
    """The engine prints a value beside the name of its property, and this one was set without `--secret`."""
    pulumi = await project(gates(["denied"]))
    await pulumi.done("config", "set", "--plaintext", f"ice:{word}", value)

    ended = await pulumi.run("preview")

    assert ended.code != 0
    assert told in ended.text
    assert not seen_in(ended.text)


def header(project: Path) -> str:
    return (project / "Pulumi.yaml").read_text().partition("resources:")[0]
