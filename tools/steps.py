"""Steps that are taken once: run a program, remember that it ended well, skip it the next time.

Knows neither Python environments nor Go nor Pulumi. Like all that `tools/setup.py` imports it runs on Python
3.8, so that the user of an old one reads a sentence and not a traceback.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent

HEARTBEAT = 20.0  # seconds between two signs of life of a long step
GRACE = 5.0  # seconds an interrupted program has to clean up before it is killed
PROBE_LIMIT = 10.0  # seconds; a program that needs longer to tell its version is not usable
LAST_LINES = 20  # lines shown of the output of a program that failed


class Problem(Exception):
    """The setup cannot go on; the text tells the user why and what to do.

    Attributes:
        exit_code: 2 when something must be installed first, 1 when a program failed.
    """

    def __init__(self, text: str, exit_code: int = 1) -> None:
        super().__init__(text)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Step:
    """What is made once from its inputs.

    Attributes:
        stamp: Holds the digest of the inputs that the outputs were made from. It goes first and comes last:
            a step that was interrupted at any point is taken again.
        inputs: Files, by content, and other facts, by value, that call for a new run when they change.
        outputs: Programs that must be there, whatever the stamp says.
        make: Takes the step; raises `Problem` when it fails.
    """

    stamp: Path
    inputs: Sequence[Path | str]
    outputs: Sequence[Path]
    make: Callable[[], None]

    def is_done(self) -> bool:
        """Tell whether the outputs are there and were made from the inputs as they are now."""
        try:
            stamped = self.stamp.read_text()
        except OSError:
            return False
        return stamped == digest(self.inputs) and all(os.access(output, os.X_OK) for output in self.outputs)

    def take(self) -> None:
        """Make the outputs, done or not, and say how long it took."""
        wanted = digest(self.inputs)  # of now: an input that changes meanwhile calls for another run
        self.stamp.unlink(missing_ok=True)
        started = time.monotonic()
        self.make()
        self.stamp.write_text(wanted)
        say(f"  done in {duration(time.monotonic() - started)}")


def digest(inputs: Sequence[Path | str]) -> str:
    """Return one value for all inputs on this kind of machine: a folder may be shared with a container."""
    total = hashlib.sha256(f"{platform.system()} {platform.machine()}".encode())
    for each in inputs:
        content = each.read_bytes() if isinstance(each, Path) else each.encode()
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def say(text: str) -> None:
    """Print a line now, also into a pipe."""
    print(text, flush=True)


def duration(seconds: float) -> str:
    """Return a duration as people write it: `48s`, `3m07s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


def run(
    command: Sequence[str | Path], *, doing: str, remedy: str, environment: Mapping[str, str] | None = None
) -> None:
    """Run a program to its end, with a sign of life now and then, and show its output only if it fails.

    Args:
        command: The program and its arguments, run in the root of the repository.
        doing: What the program does, for the signs of life and the error, as in "installing the packages".
        remedy: What the user can do when it fails, in one sentence.
        environment: Replaces the environment of this process.

    Raises:
        Problem: The program ended with an error.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        with _started(command, output, environment) as program:
            _wait(program, doing)
        if program.returncode != 0:
            output.seek(0)
            lines = output.read().rstrip().splitlines()[-LAST_LINES:]
            raise Problem("\n".join([*lines, "", f"{doing.capitalize()} failed. {remedy}"]))


@contextlib.contextmanager
def _started(
    command: Sequence[str | Path], output: IO[str], environment: Mapping[str, str] | None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program in a group of its own; when we are stopped, so is the whole group."""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as program:
        try:
            yield program
        except BaseException:
            _stop(program)
            raise


def _wait(program: subprocess.Popen[bytes], doing: str) -> None:
    started = time.monotonic()
    while program.poll() is None:
        try:
            program.wait(HEARTBEAT)
        except subprocess.TimeoutExpired:
            say(f"  still {doing} after {duration(time.monotonic() - started)}")


def _stop(program: subprocess.Popen[bytes]) -> None:
    """Interrupt the program and its children, as Ctrl-C does, and kill what is left after the grace."""
    for request in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):  # the group is gone (macOS: a zombie)
            os.killpg(program.pid, request)
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(GRACE)


def answer(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> str | None:
    """Return what a program prints, or None when there is no such program or it does not work."""
    try:
        finished = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            encoding="utf-8",
            errors="replace",
            timeout=PROBE_LIMIT,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return finished.stdout.strip()


@contextlib.contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Hold the lock while the body runs; the system lets go of it however this process ends."""
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another setup is running in this folder: waiting for its end")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
