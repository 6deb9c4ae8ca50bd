"""Who is told to stop, or is stopped, in the middle of a wait: the state stays whole, and the next up completes."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.engine import Pulumi, finish, read_until
from support.victims import emulator_process

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator

PROGRAMS = {
    "one task": '{type: "ice:WorkflowTaskGate", properties: {taskId: movie-1}}',
    "a group": '{type: "ice:WorkflowTaskGroupGate", properties: {taskIds: [movie-1]}}',
}
WAITING = {"one task": "Processing", "a group": "1 running"}


def program(gate: str) -> str:
    return f"""
resources:
  encoded: {gate}
  site: {{type: "pulumi:index:Stash", properties: {{input: published}}, options: {{dependsOn: ["${{encoded}}"]}}}}
"""


async def completes(pulumi: Pulumi, emulator: Emulator) -> None:
    """See that the state is whole and the next up opens the gate."""
    assert "site" not in await pulumi.resources()
    emulator.set_status("movie-1", "Succeed")
    await pulumi.done("up", "--yes", "--skip-preview")
    assert {"encoded", "site"} <= set(await pulumi.resources())
    assert not (await pulumi.state()).get("pending_operations")


@pytest.mark.parametrize("kind", PROGRAMS)
async def test_sigterm_ends_the_wait_as_ctrl_c_does(project: Project, emulator: Emulator, kind: str) -> None:
    pulumi = await project(program(PROGRAMS[kind]))
    up = await pulumi.start("up", "--yes", "--skip-preview")
    await read_until(up, WAITING[kind])

    up.send_signal(signal.SIGTERM)

    ended = await finish(up)
    assert ended.code != 0
    assert "error: stopped waiting for " in ended.text
    await completes(pulumi, emulator)


@pytest.mark.timeout(200)
async def test_an_api_that_stands_still_for_a_minute_is_borne(project: Project, tmp_path: Path) -> None:
    steps = [{"after": 0, "status": "Processing"}, {"calls": 4, "status": "Succeed"}]
    async with emulator_process(tmp_path, {"tasks": [{"taskId": "movie-1", "timeline": steps}]}) as api:
        pulumi = await project(program(PROGRAMS["one task"]))
        await pulumi.done("config", "set", "ice:endpoint", api.endpoint)
        up = await pulumi.start("up", "--yes", "--skip-preview")
        await read_until(up, "Processing")

        api.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(60)
        api.process.send_signal(signal.SIGCONT)

        ended = await finish(up)
    assert ended.code == 0, ended.text
