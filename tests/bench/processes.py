"""Processes that run while something is measured: their first line, what they have used, how they are ended."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

BENCH = Path(__file__).parent
TESTS = BENCH.parent
PLUGIN = Path(sysconfig.get_path("scripts")) / "pulumi-resource-ice"


def surroundings() -> dict[str, str]:
    """Return an environment in which Python finds what the bench and the tests share."""
    return {**os.environ, "PYTHONPATH": f"{BENCH}:{TESTS}"}


@dataclass(frozen=True)
class Running:
    """A process that has said its first line.

    Attributes:
        process: Its handle.
        said: That line: a port, or JSON.
    """

    process: subprocess.Popen[str]
    said: str

    @classmethod
    @contextlib.contextmanager
    def open(cls, command: Sequence[str | Path]) -> Iterator[Self]:
        """Run a command while the context is open.

        Raises:
            RuntimeError: It ended without a word.
        """
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=surroundings()) as process:
            assert process.stdout is not None
            try:
                line = process.stdout.readline().strip()
                if not line:
                    raise RuntimeError(f"{command[0]} ended without a word")
                yield cls(process, line)
            finally:
                process.terminate()

    def ask(self, line: str) -> str:
        """Say a line to it and return the one that it says."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def used(self) -> float:
        """Return the seconds of CPU that it has used, all threads together."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
