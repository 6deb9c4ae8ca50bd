"""Whoever is killed, or stopped and resumed, at any stage of an up, or finds the disk full: all comes right afterwards.

An answer of the API is held back half sent, so that each stage lasts until a test has done to it what it will.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from ice_emulator import Emulator, Scenario
from support.engine import Pulumi, finish, read_until
from support.victims import needs_proc, plugins_of, until_gone

if TYPE_CHECKING:
    from e2e.conftest import Project

pytestmark = [pytest.mark.timeout(300), needs_proc]

VICTIMS: Final = ("plugin", "engine")
READS: Final = {"configure": 0, "preview read": 1, "first poll": 2, "middle": 3, "at the answer": 4}
"""Each stage, and which read of the task an up makes in it."""

LONG: Final = 10.0  # seconds, after which a plugin has looked three times for its engine
PROGRAM: Final = """
resources:
  encoded: {type: "ice:WorkflowTaskGate", properties: {taskId: movie-1}}
  site: {type: "pulumi:index:Stash", properties: {input: published}, options: {dependsOn: ["${encoded}"]}}
"""
SCENARIO: Final = Scenario.from_mapping(
    {
        "tasks": [{"taskId": "movie-1", "timeline": [{"after": 0, "status": "Processing"}]}],
        "faults": [{"kind": "slow", "taskId": "movie-1"}],
    }
)


class Door:
    """Between two bytes of an answer: holds back those from a certain call on."""

    def __init__(self) -> None:
        self._emulator: Emulator
        self._held_from: int | None = None
        self._opened = asyncio.Event()

    @contextlib.asynccontextmanager
    async def world(self) -> AsyncIterator[Emulator]:
        """Run an emulator whose answers go through this door."""
        async with Emulator(SCENARIO, pause=self._pass) as self._emulator:
            yield self._emulator
            self.open()

    def hold(self, calls: int) -> None:
        """Hold back the answers from the one on that comes after so many calls, counted from now."""
        self._opened.clear()
        self._held_from = len(self._emulator.calls) + calls

    async def reached(self, before: int = 0) -> None:
        """Return once there is an answer to hold back, or so many calls before."""
        assert self._held_from is not None
        async with asyncio.timeout(60):
            await self._emulator.until_called(self._held_from - before)

    def open(self) -> None:
        """Let all answers pass."""
        self._held_from = None
        self._opened.set()

    async def _pass(self, _seconds: float) -> None:
        if self._held_from is not None and len(self._emulator.calls) >= self._held_from:
            await self._opened.wait()


@dataclass
class Course:
    """One up after another of a project, against an emulator of its own."""

    pulumi: Pulumi
    emulator: Emulator
    door: Door

    async def begin(self) -> asyncio.subprocess.Process:
        return await self.pulumi.start("up", "--yes")

    async def until(self, stage: str, up: asyncio.subprocess.Process, read: int) -> Sequence[int]:
        """Return the plugins of an up that has come to a stage, in which it waits for this read since the last one."""
        if stage == "at the answer":
            await self.door.reached(before=1)
            self.emulator.set_status("movie-1", "Succeed")
        if read:
            await self.door.reached()
        async with asyncio.timeout(60):
            while not (plugins := plugins_of(up)):  # noqa: ASYNC110  # nothing tells
                await asyncio.sleep(0.01)
        return plugins

    async def completes(self) -> None:
        """See the next up open the gate, and nothing left to do."""
        await self.pulumi.done("up", "--yes", "--skip-preview")
        await self.pulumi.done("refresh", "--yes", "--clear-pending-creates")
        held = await self.pulumi.state()
        assert {"encoded", "site"} <= {resource["urn"].rpartition("::")[2] for resource in held["resources"]}
        assert not held.get("pending_operations")


@contextlib.asynccontextmanager
async def course(project: Project, name: str) -> AsyncIterator[Course]:
    door = Door()
    async with door.world() as emulator:
        pulumi = await project(PROGRAM, name)
        await pulumi.done("config", "set", "ice:endpoint", emulator.endpoint)
        yield Course(pulumi, emulator, door)


async def test_who_is_killed_at_any_stage_or_finds_the_disk_full_leaves_a_whole_state_and_the_next_up_completes(
    project: Project,
) -> None:
    """All at once, because an engine tries for half a minute to write its state."""

    async def killed(victim: str) -> None:
        async with course(project, victim) as it:
            for stage, read in READS.items():
                it.door.hold(read or 1)
                up = await it.begin()
                plugins = await it.until(stage, up, read)

                for process in [up.pid] if victim == "engine" else plugins:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)

                ended, held, _ = await asyncio.gather(finish(up), it.pulumi.resources(), until_gone(plugins, within=15))
                assert ended.code != 0, (stage, ended.text)
                assert not {"encoded", "site"} & held.keys(), stage
                it.door.open()
                if victim == "engine":
                    await it.pulumi.done("cancel", "--yes")
            await it.completes()

    async def without_room() -> None:
        async with course(project, "disk") as it:
            it.door.hold(4)
            up = await it.begin()
            await it.until("at the answer", up, READS["at the answer"])

            nothing, everything = (0, resource.RLIM_INFINITY), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(up.pid, resource.RLIMIT_FSIZE, nothing)  # not a byte more in any file
            it.door.open()
            await read_until(up, "failed to save snapshot")
            resource.prlimit(up.pid, resource.RLIMIT_FSIZE, everything)

            ended = await finish(up)
            assert ended.code != 0
            held = await it.pulumi.resources()
            assert "site" not in held
            assert held.get("encoded", {"outputs": {"status": "Succeed"}})["outputs"]["status"] == "Succeed"
            await it.completes()

    await asyncio.gather(without_room(), *map(killed, VICTIMS))


async def test_who_is_stopped_at_every_stage_and_resumed_goes_on_as_if_nothing_had_been(project: Project) -> None:
    async def stopped(victim: str) -> None:
        async with course(project, victim) as it:
            it.door.hold(1)
            up = await it.begin()
            for stage, read in READS.items():
                plugins = await it.until(stage, up, read)
                processes = [up.pid] if victim == "engine" else plugins

                for process in processes:
                    os.kill(process, signal.SIGSTOP)
                if read:
                    it.door.open()  # so that the answer comes to one who stands still
                await asyncio.sleep(LONG if stage == "middle" else 0.5)
                if read:
                    it.door.hold(1)
                for process in processes:
                    os.kill(process, signal.SIGCONT)

            it.door.open()
            ended = await finish(up)
            assert ended.code == 0, ended.text
            assert {"encoded", "site"} <= (await it.pulumi.resources()).keys()

    await asyncio.gather(*map(stopped, VICTIMS))
