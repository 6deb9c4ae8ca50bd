"""Whoever is killed or stopped in the middle of a wait: the state stays whole, and the next up completes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.engine import SCRIPTS, Pulumi, finish, read_until

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


def plugins_of(engine: asyncio.subprocess.Process) -> list[int]:
    """Return the plugins that an engine has started and that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            lines = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            command = (status.parent / "cmdline").read_text()
            if lines["PPid"] == str(engine.pid) and "pulumi-resource-ice" in command:
                found.append(int(status.parent.name))
    return found


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


@pytest.mark.parametrize("kind", PROGRAMS)
async def test_a_plugin_that_is_killed_fails_the_up_and_the_next_one_completes(
    project: Project, emulator: Emulator, kind: str
) -> None:
    pulumi = await project(program(PROGRAMS[kind]))
    up = await pulumi.start("up", "--yes", "--skip-preview")
    await read_until(up, WAITING[kind])

    for plugin in plugins_of(up):
        os.kill(plugin, signal.SIGKILL)

    assert (await finish(up)).code != 0
    await completes(pulumi, emulator)


async def test_a_plugin_leaves_when_its_engine_is_killed_and_the_next_up_completes(
    project: Project, emulator: Emulator
) -> None:
    """The engine leaves its lock and a pending operation; both are the engine's own, and its own commands clear them."""
    pulumi = await project(program(PROGRAMS["one task"]))
    up = await pulumi.start("up", "--yes", "--skip-preview")
    await read_until(up, "Processing")
    plugins = [Path(f"/proc/{plugin}") for plugin in plugins_of(up)]

    up.kill()
    await up.wait()

    async with asyncio.timeout(15):
        while any(plugin.exists() for plugin in plugins):  # noqa: ASYNC110  # nothing tells when a process goes
            await asyncio.sleep(0.2)
    await pulumi.done("cancel", "--yes")
    await pulumi.done("refresh", "--yes", "--clear-pending-creates")
    await completes(pulumi, emulator)


class EmulatorProcess:
    """An emulator that can be stopped from outside.

    Attributes:
        endpoint: Where it listens.
        process: It.
    """

    def __init__(self, process: asyncio.subprocess.Process, endpoint: str) -> None:
        self.process = process
        self.endpoint = endpoint


@contextlib.asynccontextmanager
async def emulator_process(folder: Path, port: int = 0) -> AsyncIterator[EmulatorProcess]:
    scenario = folder / "scenario.yaml"
    scenario.write_text(
        "tasks: [{taskId: movie-1, timeline: [{after: 0, status: Processing}, {calls: 4, status: Succeed}]}]\n"
    )
    process = await asyncio.create_subprocess_exec(
        SCRIPTS / "ice-emulator", "--port", str(port), "--scenario", scenario, stdout=asyncio.subprocess.PIPE
    )
    try:
        printed = await read_until(process, "listening on ")
        yield EmulatorProcess(process, printed.partition("http://")[2].split()[0])
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.kill()
        await process.wait()


@pytest.mark.timeout(200)
async def test_an_api_that_stands_still_for_a_minute_is_borne(project: Project, tmp_path: Path) -> None:
    async with emulator_process(tmp_path) as api:
        pulumi = await project(program(PROGRAMS["one task"]))
        await pulumi.done("config", "set", "ice:endpoint", api.endpoint)
        up = await pulumi.start("up", "--yes", "--skip-preview")
        await read_until(up, "Processing")

        api.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(60)
        api.process.send_signal(signal.SIGCONT)

        ended = await finish(up)
    assert ended.code == 0, ended.text


async def test_an_api_that_is_killed_and_comes_back_is_borne(project: Project, tmp_path: Path) -> None:
    async with emulator_process(tmp_path) as api:
        pulumi = await project(program(PROGRAMS["a group"]))
        await pulumi.done("config", "set", "ice:endpoint", api.endpoint)
        up = await pulumi.start("up", "--yes", "--skip-preview")
        await read_until(up, "1 running")
        api.process.kill()
        await api.process.wait()

    await asyncio.sleep(3)
    async with emulator_process(tmp_path, int(api.endpoint.rpartition(":")[2])):
        ended = await finish(up)

    assert ended.code == 0, ended.text
