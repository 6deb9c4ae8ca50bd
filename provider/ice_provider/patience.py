"""How long a wait for one task bears trouble: "not known" for half a minute, any other fault until its deadline.

Pure: moments and readings in. Must not know how a task is read, judged or told of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ice_provider.errors import NotKnown, ProviderError, Throttled

if TYPE_CHECKING:
    from ice_provider.model import WorkflowTask

NOT_KNOWN_FOR: Final = 30.0  # seconds: a task that was started a moment ago may not be visible yet
SURE_AFTER: Final = 10.0  # seconds: nor may one that is asked for the first time, or again after a fault
QUIET_FOR: Final = 10.0  # seconds: trouble that has passed by then is not worth a line


@dataclass(slots=True)
class Patience:
    """What one wait has borne.

    Attributes:
        began: When it began, by the clock.
    """

    began: float
    _good_at: float | None = None
    _not_known_since: float | None = None

    def bears(self, reading: WorkflowTask | ProviderError, now: float) -> bool:
        """Whether to go on after a reading: not when the API has not known the task for long enough to believe it."""
        if not isinstance(reading, Exception):
            self._good_at, self._not_known_since = now, None
            return True
        if isinstance(reading, Throttled):  # the service is up: what it said before still holds
            return True
        if not isinstance(reading, NotKnown):
            self._not_known_since = None
            return True
        self._not_known_since = now if self._not_known_since is None else self._not_known_since
        unknown_for = now - (self.began if self._good_at is None else self._good_at)
        return unknown_for < NOT_KNOWN_FOR or now - self._not_known_since < SURE_AFTER


class Troubles:
    """Which tasks have met with nothing but trouble lately, of one or of many."""

    def __init__(self) -> None:
        """Begin without any."""
        self._since: dict[str, tuple[float, ProviderError]] = {}

    def note(self, task_id: str, reading: WorkflowTask | ProviderError, now: float) -> None:
        """Take note of a reading."""
        if isinstance(reading, ProviderError):
            since, _ = self._since.get(task_id, (now, reading))
            self._since[task_id] = since, reading
        else:
            self.forget(task_id)

    def forget(self, task_id: str) -> None:
        """Take note that a task is no longer asked about."""
        self._since.pop(task_id, None)

    def lasting(self, now: float) -> ProviderError | None:
        """Return the last trouble of the task that has met it for longest, when that is long enough to be told."""
        since, error = min(self._since.values(), key=lambda trouble: trouble[0], default=(now, None))
        return error if now - since >= QUIET_FOR else None
