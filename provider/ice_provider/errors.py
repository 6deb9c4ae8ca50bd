"""Everything that can go wrong, in our words. Knows how much of a text is shown, and nothing else of the project.

The vendor's exceptions stay inside `alibaba/`, gRPC's stay inside `rpc/`; all code between speaks of these:

    ProviderError                 an understood failure, with a message for a person
    ├── InvalidInput              what the user wrote cannot be used; names property and remedy
    ├── NotSignedIn               no credentials, or half a key pair
    ├── Denied                    the API knows the caller and says no
    ├── NotKnown                  the API does not know this task
    ├── Rejected                  the API refuses the call for another lasting reason
    ├── BadInstallation           a package beside this one is not as it must be
    ├── Transient                 worth asking again
    │   ├── Throttled             too many calls on this account; `retry_after` when the API names a pause
    │   ├── Unreachable           no answer, or the service is down
    │   └── BrokenAnswer          an answer that is not what the API promises
    ├── GateShut                  the task ended, and not well
    ├── DeadlineExceeded          the limit of the operation ended first
    └── Interrupted               the engine asked to stop (Ctrl-C)

Anything else that is raised is a bug of ours and is reported as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ice_provider.excerpts import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LONGEST: Final = 2000  # characters of a line: several excerpts, and the words around them


class ProviderError(Exception):
    """An understood failure.

    Attributes:
        headline: One line, complete in itself: the engine's table shows nothing more.
        hints: Lines below it, each a pair of a word and what belongs to it (`next`, `request`, ...).
    """

    def __init__(self, headline: str, hints: Sequence[tuple[str, str]] = ()) -> None:
        """Keep the parts; `str()` puts them together."""
        super().__init__(headline)
        self.headline = one_line(headline)
        self.hints = tuple((word, one_line(text)) for word, text in hints)

    @property
    def is_advised(self) -> bool:
        """Whether a hint says what to do."""
        return any(word == "next" for word, _ in self.hints)

    def __str__(self) -> str:
        """Return the headline and, indented below it, the hints."""
        return "\n".join([self.headline, *(f"    {word:<10} {text}".rstrip() for word, text in self.hints)])


def one_line(text: str) -> str:
    """Return the text without what would flood, break or move lines: the service's words and names are part of it."""
    return "".join(letter if letter.isprintable() else " " for letter in excerpt(text, _LONGEST))


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in what the user wrote.

    Attributes:
        path: The property, as the user writes it: `successStatuses[1]`. Empty: the whole.
        reason: What is wrong and how to mend it; never holds the value of a key.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        """Return `path: reason`."""
        return f"{self.path}: {self.reason}" if self.path else self.reason


class InvalidInput(ProviderError):
    """What the user wrote cannot be used."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Put all mistakes into one message, because Python programs see only the first of several."""
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    def named(self, place: Callable[[str], str]) -> str:
        """Return all mistakes with the path of each as `place` calls it: `--success: …`, `success_statuses: …`."""
        return "; ".join(str(Problem(place(problem.path), problem.reason)) for problem in self.problems)


class NotSignedIn(ProviderError):
    """There is nothing to sign a call with."""


class Denied(ProviderError):
    """The API knows the caller and says no, or refuses the key or its signature."""


class NotKnown(ProviderError):
    """The API does not know this task: not yet, no longer, or not in this account and region."""


class Rejected(ProviderError):
    """The API refuses the call for a lasting reason that is neither permission nor an unknown task."""


class BadInstallation(ProviderError):
    """A package that is installed beside this one is not as it must be."""


class Transient(ProviderError):
    """Worth asking again: neither success nor failure of the task."""


class Throttled(Transient):
    """Too many calls on this account.

    Attributes:
        retry_after: Seconds the API asks to wait; None when it names no pause.
    """

    def __init__(
        self, headline: str, hints: Sequence[tuple[str, str]] = (), *, retry_after: float | None = None
    ) -> None:
        """Keep the pause that the API asks for."""
        super().__init__(headline, hints)
        self.retry_after = retry_after


class Unreachable(Transient):
    """No answer within the limit, or the service says that it is down."""


class BrokenAnswer(Transient):
    """An answer that is not what the API promises."""


class GateShut(ProviderError):
    """The task ended, and not well: failed, canceled, an unknown status word, a condition not met."""


class DeadlineExceeded(ProviderError):
    """The limit of the operation ended first. The task itself goes on."""


class Interrupted(ProviderError):
    """The engine asked to stop. The task itself goes on."""
