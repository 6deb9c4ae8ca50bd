"""When many wait, one speaks for all: the summary of a session's single waits.

Must not know how a task is read or judged.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from ice_provider import durations, group_messages, messages
from ice_provider.cadence import Cadence
from ice_provider.errors import ProviderError
from ice_provider.patience import Troubles
from ice_provider.tally import Standing

if TYPE_CHECKING:
    from ice_provider.clock import Clock
    from ice_provider.model import WorkflowTask

FEW: Final = 8  # waits that each have lines of their own; more share a summary


class Outcome(Enum):
    """How a wait for one task ended."""

    OPENED = "the gate opened"
    SHUT = "the gate will not open"
    GOES_ON = "the wait ended before its task, which goes on"


class Crowd:
    """The waits of a session for single tasks, from the first until none is left.

    Attributes:
        is_large: Whether so many have been waiting at once that one summary stands for all, the last ones too.
    """

    def __init__(self, clock: Clock) -> None:
        """Begin empty."""
        self._clock = clock
        self._begin()

    def enter(self) -> None:
        """Count a wait that begins."""
        if not self._waiting:
            self._begin()
        self._waiting += 1
        self._total += 1
        self.is_large |= self._waiting > FEW

    def hear(self, task_id: str, reading: WorkflowTask | ProviderError, *, is_first: bool) -> None:
        """Take note of a reading; `is_first` when its wait has had no good one yet."""
        self._troubles.note(task_id, reading, self._clock.now())
        self._read += is_first and not isinstance(reading, ProviderError)

    def leave(self, task_id: str, outcome: Outcome) -> str | None:
        """Count a wait that ends; return the last line of a crowd that was large, when nobody is left.

        Args:
            task_id: What it waited for.
            outcome: How it ended.
        """
        self._waiting -= 1
        self._troubles.forget(task_id)
        self._succeeded += outcome is Outcome.OPENED
        self._failed += outcome is Outcome.SHUT
        return self._line() if self.is_large and not self._waiting else None

    def line(self) -> str | None:
        """Return a summary when one is due."""
        now = self._clock.now()
        state = self._standing, self._troubles.lasting(now) is not None
        return self._line() if self._cadence.is_due(state, now) else None

    def _begin(self) -> None:
        self._waiting = self._total = self._read = self._succeeded = self._failed = 0
        self.is_large = False
        self._began = self._clock.now()
        self._troubles = Troubles()
        self._cadence = Cadence(self._began)

    def _line(self) -> str:
        now = self._clock.now()
        trouble = self._troubles.lasting(now)
        line = f"{group_messages.counts(self._standing)} · {durations.show(now - self._began)}"
        return f"waiting for workflow tasks: {line}{messages.failing(trouble)}"

    @property
    def _standing(self) -> Standing:
        running = max(0, self._read - self._succeeded - self._failed)  # some fail unread
        return Standing(self._total, self._total, self._succeeded, self._failed, running)
