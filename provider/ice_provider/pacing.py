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
_RETRY_AFTER_SLACK: Final = 5.0  # seconds that the service may ask for beyond our own pause
_BUDGET: Final = 500  # tokens
_EARNED: Final = 1  # token a call that went well


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault, and what it takes to ask again after it.

    Attributes:
        base: Seconds of the first pause.
        cost: Tokens of the retry budget.
    """

    base: float
    cost: int


TRANSIENT: Final = Kind(base=0.05, cost=14)
THROTTLED: Final = Kind(base=1.0, cost=5)


def pause(age: float, jitter: float) -> float:
    """Return the seconds until a task of a given age is polled again.

    Args:
        age: Seconds since the task was made.
        jitter: 0 to 1; spreads waits that began together over a tenth of the pause.
    """
    return max(SHORTEST_PAUSE, min(LONGEST_PAUSE, age / _POLLS_PER_AGE)) * (0.9 + 0.1 * jitter)


def backoff(kind: Kind, attempt: int, jitter: float, retry_after: float | None = None) -> float:
    """Return the seconds to wait after a failed attempt.

    Args:
        kind: Of the fault.
        attempt: 0 after the first failure.
        jitter: 0 to 1; the pause is this part of what the attempt allows.
        retry_after: What the service asked for, in seconds; clamped to at most 5 s beyond our own pause.
    """
    own = jitter * min(_BACKOFF_CAP, kind.base * 2.0 ** min(attempt, 16))
    return own if retry_after is None else min(max(retry_after, own), own + _RETRY_AFTER_SLACK)


@dataclass(slots=True)
class RetryBudget:
    """How many faults of the whole process may be asked again at once, before they are asked again at leisure only.

    Source of the costs: botocore's standard retry mode.

    Attributes:
        left: Tokens to spend.
    """

    left: int = _BUDGET

    def spend(self, kind: Kind) -> int:
        """Pay for asking again after a fault of this kind, and return the cost; nothing when there is too little left."""
        cost = kind.cost if kind.cost <= self.left else 0
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

    def after(self, fault: Transient, jitter: float) -> float:
        """Return the seconds until to ask again: soon while the budget pays for it, at leisure otherwise.

        Args:
            fault: What the last attempt brought.
            jitter: See `backoff`.
        """
        kind, asked = (THROTTLED, fault.retry_after) if isinstance(fault, Throttled) else (TRANSIENT, None)
        again = backoff(kind, self.faults, jitter, asked)
        self.faults += 1
        self._spent = self.budget.spend(kind)
        return again if self._spent else max(pause(0.0, jitter), again)

    def succeeded(self) -> None:
        """Begin anew after a good answer."""
        self.budget.earn(self._spent)
        self.faults = self._spent = 0
