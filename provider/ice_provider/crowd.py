"""When many wait, one speaks for all: how often a summary is worth a line, and the summary of a session's single waits.

Must not know how a task is read or judged.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Final

from ice_provider import durations, group_messages, messages
from ice_provider.errors import ProviderError
from ice_provider.patience import Troubles
from ice_provider.tally import Standing

if TYPE_CHECKING:
    from ice_provider.clock import Clock
    from ice_provider.model import WorkflowTask

HEARTBEAT: Final = 60.0  # seconds between two lines that say the same
FEW: Final = 8  # waits that each have lines of their own; more share a summary
_APART: Final = 10.0  # seconds at least between two lines of a summary
_LEAST: Final = 0.1  # seconds: a rest must let time pass, whatever rounding leaves of it
_SHARE: Final = 10  # a long wait speaks less often: a tenth of its length lies between two lines


class Cadence:
    """When the next line of a summary is due: after a change, seldom enough for a log, else once a minute."""

    def __init__(self, began: float) -> None:
        """Begin to count; nothing has been said yet."""
        self._began = began
        self._said: Hashable = None
        self._said_at = began

    def is_due(self, state: Hashable, now: float) -> bool:
        """Whether to say how things stand; the answer yes counts as said."""
        silence = now - self._said_at
        changed = state != self._said and (self._said is None or silence >= self._apart(now))
        if not changed and silence < HEARTBEAT:
            return False
        self._said, self._said_at = state, now
        return True

    def rest(self, now: float) -> float:
        """Return the seconds until a line can be due again."""
        return max(_LEAST, min(self._apart(now), self._said_at + HEARTBEAT - now))

    def _apart(self, now: float) -> float:
        return max(_APART, (now - self._began) / _SHARE)


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

    def leave(self, task_id: str, *, opened: bool | None) -> str | None:
        """Count a wait that ends; return the last line of a crowd that was large, when nobody is left.

        Args:
            task_id: What it waited for.
            opened: Whether the gate did; None for a wait that ended before its task, which goes on.
        """
        self._waiting -= 1
        self._troubles.forget(task_id)
        self._succeeded += opened is True
        self._failed += opened is False
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
