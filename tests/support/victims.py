"""Processes that a test kills or stops: the plugins of an engine, and an emulator of its own process."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.engine import SCRIPTS, read_until

needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="plugins are found in /proc")


def plugins_of(engine: asyncio.subprocess.Process) -> list[int]:
    """Return the plugins that an engine has started and that still run."""
    return children_of(engine.pid, "pulumi-resource-ice")


def children_of(parent: int, words: str) -> list[int]:
    """Return the processes that another has started, that still run and whose command holds these words."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            lines = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            command = (status.parent / "cmdline").read_text()
            if lines["PPid"] == str(parent) and words in command:
                found.append(int(status.parent.name))
    return found


async def until_gone(processes: list[int], within: float) -> None:
    """Wait for the end of processes that are nobody's children.

    Raises:
        TimeoutError: One still runs after that many seconds.
    """
    async with asyncio.timeout(within):
        while any(Path(f"/proc/{process}").exists() for process in processes):  # noqa: ASYNC110  # nothing tells
            await asyncio.sleep(0.1)


async def until_called(port: int) -> None:
    """Wait until somebody calls a port at which nobody answers any more."""
    called = asyncio.Event()

    def hang_up(_: asyncio.StreamReader, caller: asyncio.StreamWriter) -> None:
        caller.close()
        called.set()

    async with await asyncio.start_server(hang_up, "127.0.0.1", port):
        await called.wait()


@dataclass(frozen=True)
class EmulatorProcess:
    """An emulator that can be stopped from outside.

    Attributes:
        process: It.
        endpoint: Where it listens.
    """

    process: asyncio.subprocess.Process
    endpoint: str

    @property
    def port(self) -> int:
        """The port there."""
        return int(self.endpoint.rpartition(":")[2])

    async def kill(self) -> None:
        """End it at once, if it has not ended."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


@contextlib.asynccontextmanager
async def emulator_process(folder: Path, scenario: Mapping[str, Any], port: int = 0) -> AsyncIterator[EmulatorProcess]:
    """Run an emulator; `folder` keeps its scenario. It is killed in the end."""
    file = folder / "scenario.yaml"
    file.write_text(json.dumps(scenario))
    process = await asyncio.create_subprocess_exec(
        SCRIPTS / "ice-emulator", "--port", str(port), "--scenario", file, stdout=asyncio.subprocess.PIPE
    )
    printed = await read_until(process, "listening on ")
    emulator = EmulatorProcess(process, printed.partition("http://")[2].split()[0])
    try:
        yield emulator
    finally:
        await emulator.kill()
