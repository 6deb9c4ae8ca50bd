"""`ice-gate` as a process of its own, with an environment of its own, against an emulator of the test."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import sys
import termios
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ice_emulator import Emulator, Scenario

ROOT = Path(__file__).parents[2]
KEYS = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "emulator", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "emulator-secret"}
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and what it printed where."""

    code: int
    out: str
    err: str


@dataclass
class Command:
    """`ice-gate` for one account.

    Attributes:
        home: The HOME of its processes, and where they run.
        endpoint: Where its emulator listens.
        environment: The variables of its processes.
        emulator: The one that listens there; None where nobody does.
    """

    home: Path
    endpoint: str
    environment: dict[str, str] = field(default_factory=dict)
    emulator: Emulator | None = None

    def __post_init__(self) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "ALIBABA_CLOUD_REGION": "cn-shanghai",
            **KEYS,
        }

    def words(self, *words: str) -> list[str]:
        """Return the whole command, aimed at the emulator if it calls anything."""
        aim = ["--endpoint", self.endpoint, "--protocol", "HTTP"] if self.endpoint and words[0] in _CALL else []
        return [sys.executable, "-m", "ice_gate", *words, *aim]

    async def start(self, *words: str, **more: str | None) -> asyncio.subprocess.Process:
        """Start a command; `more` changes its environment, None takes a variable away."""
        return await asyncio.create_subprocess_exec(
            *self.words(*words),
            cwd=self.home,
            env=_without_none({**self.environment, **more}),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *words: str, **more: str | None) -> Ended:
        """Run a command to its end."""
        return await finish(await self.start(*words, **more))

    @contextlib.asynccontextmanager
    async def on_a_terminal(self, *words: str, **more: str | None) -> AsyncIterator[Terminal]:
        """Run a command whose standard output and error are a terminal."""
        ours, its = pty.openpty()
        environment = {**self.environment, "TERM": "xterm", "COLUMNS": "80", "LINES": "24", **more}
        process = await asyncio.create_subprocess_exec(
            *self.words(*words),
            cwd=self.home,
            env=_without_none(environment),
            stdin=its,
            stdout=its,
            stderr=its,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(its)
        terminal = Terminal(process, ours)
        try:
            yield terminal
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await terminal.ended()
            os.close(ours)


class Terminal:
    """The other end of a command's terminal.

    Attributes:
        process: The command.
        raw: All that it has written so far, escapes and all.
    """

    def __init__(self, process: asyncio.subprocess.Process, descriptor: int) -> None:
        self.process = process
        self.raw = ""
        self._descriptor = descriptor
        self._reading = asyncio.create_task(asyncio.to_thread(self._read))

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # how a terminal ends
            while chunk := os.read(self._descriptor, 65536):
                self.raw += chunk.decode(errors="replace")

    @property
    def text(self) -> str:
        """All that it has written, without escapes."""
        return _ESCAPES.sub("", self.raw)

    async def shows(self, words: str) -> None:
        """Return once these words have been written."""
        while words not in self.text:
            assert self.process.returncode is None, f"ended without saying {words!r}:\n{self.text}"
            await asyncio.sleep(0.02)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._descriptor, keys.encode())

    async def ended(self) -> int:
        """Return the exit code, once all has been read."""
        code = await self.process.wait()
        await self._reading
        return code


_CALL = ("wait", "show", "list")


def _take_terminal() -> None:
    """Make standard input the terminal of the new session, so that Ctrl-C is a signal of it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _without_none(environment: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if value is not None}


async def finish(process: asyncio.subprocess.Process) -> Ended:
    """Return how a started command ends."""
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


@contextlib.asynccontextmanager
async def command(folder: Path, scenario: Mapping[str, Any]) -> AsyncIterator[Command]:
    """Return the command beside an emulator that plays a scenario."""
    async with Emulator(Scenario.from_mapping(scenario)) as emulator:
        yield Command(folder, emulator.endpoint, emulator=emulator)
