"""What our messages advise is done to the letter, and helps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from support.engine import finish, press_ctrl_c, read_until

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator
    from support.engine import Pulumi

UP = ("up", "--yes", "--skip-preview")
GATE = """
resources:
  encoded:
    type: ice:WorkflowTaskGate
    properties: {taskId: movie-1}
"""


def found(pattern: str, text: str) -> str:
    """Return what a message advises."""
    match = re.search(pattern, text)
    assert match, text
    return match[1]


def add(pulumi: Pulumi, *, properties: dict[str, object] | None = None, more: str = "{}") -> None:
    """Add to the gate of a program: properties, and whatever a message prints for YAML."""
    path = pulumi.project / "Pulumi.yaml"
    program = yaml.safe_load(path.read_text())
    gate = program["resources"]["encoded"]
    gate["properties"].update(properties or {})
    gate.update(yaml.safe_load(more))
    path.write_text(yaml.safe_dump(program, sort_keys=False))


async def limit_of_the_next_up(pulumi: Pulumi) -> str:
    """Return the limit that a waiting gate says it has, then interrupt it."""
    up = await pulumi.start(*UP)
    printed = await read_until(up, "Processing ·")
    press_ctrl_c(up)
    await finish(up)
    return found(r"Processing · \d+s of (\w+)", printed)


async def test_a_failed_task_is_accepted_by_adding_its_status(project: Project, emulator: Emulator) -> None:
    emulator.set_status("movie-1", "Failed")
    pulumi = await project(GATE)

    word = found(r'to accept this outcome add "(\w+)" to successStatuses', (await pulumi.run(*UP)).text)
    add(pulumi, properties={"successStatuses": ["Succeed", word]})

    await pulumi.done(*UP)


@pytest.mark.parametrize(("list_", "opens"), [("successStatuses", True), ("failureStatuses", False)])
async def test_an_unknown_status_is_accepted_or_refused_by_naming_it(
    project: Project, emulator: Emulator, list_: str, *, opens: bool
) -> None:
    emulator.set_status("movie-1", "Queued")
    pulumi = await project(GATE)

    advice = (await pulumi.run(*UP)).text
    word = found(r'unknown status "(\w+)"', advice)
    assert f"to {list_} to" in advice
    add(pulumi, properties={list_: ["Succeed" if opens else "Failed", word]})

    assert ((await pulumi.run(*UP)).code == 0) == opens


async def test_an_unknown_status_is_waited_on_by_naming_it(project: Project, emulator: Emulator) -> None:
    emulator.set_status("movie-1", "Queued")
    pulumi = await project(GATE)

    word = found(r'unknown status "(\w+)": add it to pendingStatuses to wait on', (await pulumi.run(*UP)).text)
    add(pulumi, properties={"pendingStatuses": ["Init", "Processing", word]})

    up = await pulumi.start(*UP)
    await read_until(up, "Queued ·")
    emulator.set_status("movie-1", "Succeed")
    assert (await finish(up)).code == 0


async def test_a_limit_is_raised_by_each_of_the_printed_lines(project: Project) -> None:
    pulumi = await project(GATE)
    await pulumi.done("config", "set", "ice:waitTimeout", "1s")
    advice = (await pulumi.run(*UP)).text

    *command, value = found(r"or of all gates: +pulumi (config set \S+ \S+)", advice).split()
    await pulumi.done(*command, value)
    assert await limit_of_the_next_up(pulumi) == value

    add(pulumi, properties=yaml.safe_load(found(r"(waitTimeout: \S+)", advice)) | {"waitTimeout": "2m"})
    assert await limit_of_the_next_up(pulumi) == "2m"

    add(pulumi, more=found(r"YAML +(options: \{.*\})", advice).replace(value, "3m"))
    assert await limit_of_the_next_up(pulumi) == "3m"


async def test_missing_keys_and_a_missing_region_are_set_as_printed(project: Project, emulator: Emulator) -> None:
    emulator.set_status("movie-1", "Succeed")
    pulumi = await project(GATE)
    for name in ("ice:region", "ice:endpoint", "ice:protocol", "ice:accessKey", "ice:secretKey"):
        await pulumi.done("config", "rm", name)

    command = found(r"region: is missing: pulumi (config set ice:region \S+),", (await pulumi.run(*UP)).text)
    await pulumi.done(*command.split())
    await pulumi.done("config", "set", "ice:endpoint", emulator.endpoint)
    await pulumi.done("config", "set", "ice:protocol", "HTTP")
    advice = (await pulumi.run(*UP)).text
    for name, value in (("accessKey", "emulator"), ("secretKey", "emulator-secret")):
        command = found(rf"pulumi (config set --secret ice:{name}) …", advice)
        await pulumi.done(*command.split(), value)

    await pulumi.done(*UP)


@pytest.mark.parametrize(
    ("missing", "warning"),
    [
        (["accessKey", "secretKey"], "no credentials for Alibaba Cloud"),
        (["region", "endpoint", "protocol"], "region: is missing: pulumi config set ice:region"),
    ],
    ids=["keys", "region"],
)
async def test_a_gate_previews_without_keys_or_region_and_says_what_is_missing(
    project: Project, missing: list[str], warning: str
) -> None:
    pulumi = await project(GATE)
    for name in missing:
        await pulumi.done("config", "rm", f"ice:{name}")

    printed = await pulumi.done("preview")

    assert f"warning: {warning}" in printed
    assert "so this preview cannot tell whether the gate would open" in printed
