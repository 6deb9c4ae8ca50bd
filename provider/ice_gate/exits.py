"""What an exit code means: one table, which the documentation repeats, and the way from an exception into it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ice_gate.wording import mistakes
from ice_provider import errors, guard
from ice_provider.about import REPOSITORY


class Exit(enum.IntEnum):
    """How a command ended."""

    OPEN = 0
    SHUT = 1
    USAGE = 2
    DENIED = 3
    TIMED_OUT = 4
    UNREACHABLE = 5
    NOT_KNOWN = 6
    BUG = 70  # this and the next: sysexits.h
    NOT_WRITTEN = 74
    INTERRUPTED = 130  # this and what follows: 128 and the number of the signal, as shells count
    CLOSED = 141
    TERMINATED = 143

    @property
    def word(self) -> str:
        """What it is called in JSON."""
        first, *rest = self.name.lower().split("_")
        return first + "".join(part.capitalize() for part in rest)


_OPENED: Final = "the gate is open"
_ANSWERED: Final = "here is the answer"

MEANINGS: Final[Mapping[Exit, str]] = {
    Exit.OPEN: f"{_OPENED}; of show and list: {_ANSWERED}",
    Exit.SHUT: "a task failed, has an unknown status or misses the condition; of a group: too few can succeed",
    Exit.USAGE: "an argument or a setting cannot be used",
    Exit.DENIED: "not signed in, or not allowed",
    Exit.TIMED_OUT: "the limit ended first; the task goes on",
    Exit.UNREACHABLE: "not one answer came, or it is not the service that answers, or it refuses the call for good",
    Exit.NOT_KNOWN: "the task is not known in this account and region",
    Exit.BUG: "a bug in ice-gate, or a package beside it that does not fit",
    Exit.NOT_WRITTEN: "standard output, or the file of --svg, cannot be written",
    Exit.INTERRUPTED: "stopped by SIGINT (Ctrl-C); the task goes on",
    Exit.CLOSED: "whoever read standard output has closed it, as head does",
    Exit.TERMINATED: "stopped by SIGTERM; the task goes on",
}

_NEVER: Final[Mapping[str, frozenset[Exit]]] = {
    "show": frozenset({Exit.SHUT, Exit.TIMED_OUT}),
    "list": frozenset({Exit.SHUT, Exit.TIMED_OUT, Exit.NOT_KNOWN}),
}
"""The codes with which a command that opens no gate cannot end."""

CODES: Final[Mapping[type[errors.ProviderError], Exit]] = {
    errors.InvalidInput: Exit.USAGE,
    errors.NotSignedIn: Exit.DENIED,
    errors.Denied: Exit.DENIED,
    errors.NotKnown: Exit.NOT_KNOWN,
    errors.Rejected: Exit.UNREACHABLE,
    errors.BadInstallation: Exit.BUG,
    errors.Throttled: Exit.UNREACHABLE,
    errors.Unreachable: Exit.UNREACHABLE,
    errors.BrokenAnswer: Exit.UNREACHABLE,
    errors.GateShut: Exit.SHUT,
    errors.DeadlineExceeded: Exit.TIMED_OUT,
    errors.Interrupted: Exit.INTERRUPTED,
}


def meanings(command: str) -> Mapping[Exit, str]:
    """Return what the codes of one command mean; without a command, those of all."""
    if not command:
        return MEANINGS
    never = _NEVER.get(command, frozenset())
    opened = _ANSWERED if never else _OPENED
    return {code: meaning for code, meaning in MEANINGS.items() if code not in never} | {Exit.OPEN: opened}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command fails.

    Attributes:
        code: The exit code.
        text: Why, for a person; the first line is complete in itself.
    """

    code: Exit
    text: str


def ending(error: Exception) -> Ending:
    """Return what an exception means."""
    if isinstance(error, errors.InvalidInput):
        return Ending(Exit.USAGE, mistakes(error))
    if isinstance(error, errors.ProviderError):
        return Ending(CODES[type(error)], str(error))
    lines = [
        f"this is a bug in ice-gate, please report it: {type(error).__name__}{guard.place_of(error)}",
        f"    report     {REPOSITORY}/issues",
        "    details    run again with --debug for the traceback",
    ]
    return Ending(Exit.BUG, "\n".join(lines))
