"""How fast to ask, and when to ask again. Pure; must not know what is asked, or sleep.

Source of the constants: the project's study of waiting; the back-off is AWS's "full jitter" as in botocore's standard
retry mode (base 50 ms for transient faults, 1 s for throttling, doubled, at most 20 s).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ice_provider.errors import Throttled, Transient

LONGEST_PAUSE: Final = 30.0  # seconds between two polls of one task
SHORTEST_PAUSE: Final = 1.0
_POLLS_PER_AGE: Final = 20  # an old wait polls less often: its end is seen within a twentieth of its length
_BACKOFF_CAP: Final = 20.0  # seconds
_BACKOFF_BASE: Final = {"transient": 0.05, "throttled": 1.0}  # seconds
_RETRY_AFTER_SLACK: Final = 5.0  # seconds that the service may ask for beyond our own pause
_BUDGET: Final = 500  # tokens
_COSTS: Final = {"transient": 14, "throttled": 5}  # tokens a retry
_EARNED: Final = 1  # token a call that went well


def pause(age: float, jitter: float) -> float:
    """Return the seconds until a task of a given age is polled again.

    Args:
        age: Seconds since the task was made.
        jitter: 0 to 1; spreads waits that began together over a tenth of the pause.
    """
    return max(SHORTEST_PAUSE, min(LONGEST_PAUSE, age / _POLLS_PER_AGE)) * (0.9 + 0.1 * jitter)


def backoff(kind: str, attempt: int, jitter: float, retry_after: float | None = None) -> float:
    """Return the seconds to wait after a failed attempt.

    Args:
        kind: `transient` or `throttled`.
        attempt: 0 after the first failure.
        jitter: 0 to 1; the pause is this part of what the attempt allows.
        retry_after: What the service asked for, in seconds; clamped to at most 5 s beyond our own pause.
    """
    own = jitter * min(_BACKOFF_CAP, _BACKOFF_BASE[kind] * 2.0 ** min(attempt, 16))
    return own if retry_after is None else min(max(retry_after, own), own + _RETRY_AFTER_SLACK)


@dataclass(slots=True)
class RetryBudget:
    """How many faults of the whole process may be asked again at once, before they are asked again at leisure only.

    Source of the costs: botocore's standard retry mode.

    Attributes:
        left: Tokens to spend.
    """

    left: int = _BUDGET

    def spend(self, kind: str) -> int:
        """Pay for asking again after a fault of this kind, and return the cost; nothing when there is too little left."""
        cost = _COSTS[kind] if _COSTS[kind] <= self.left else 0
        self.left -= cost
        return cost

    def earn(self, spent: int) -> None:
        """Take note of a call that went well: what its last attempt had cost comes back, or a little if nothing had."""
        self.left = min(_BUDGET, self.left + (spent or _EARNED))


@dataclass(slots=True)
class Retries:
    """The attempts of one who asks until the answer is good.

    Attributes:
        budget: Of the whole process.
        faults: How many attempts have failed since the last good answer.
    """

    budget: RetryBudget
    faults: int = 0
    _spent: int = 0  # on the last attempt

    def after_a_fault(self, kind: str, jitter: float, retry_after: float | None = None) -> float:
        """Return the seconds until to ask again: soon while the budget pays for it, at leisure otherwise.

        Args:
            kind: See `backoff`.
            jitter: Likewise.
            retry_after: Likewise.
        """
        again = backoff(kind, self.faults, jitter, retry_after)
        self.faults += 1
        self._spent = self.budget.spend(kind)
        return again if self._spent else max(pause(0.0, jitter), again)

    def after(self, fault: Transient, jitter: float) -> float:
        """Return the same for a fault of its kind, with the pause that it asks for."""
        if isinstance(fault, Throttled):
            return self.after_a_fault("throttled", jitter, fault.retry_after)
        return self.after_a_fault("transient", jitter)

    def succeeded(self) -> None:
        """Begin anew after a good answer."""
        self.budget.earn(self._spent)
        self.faults = self._spent = 0
