"""How many calls one account may make now. Pure: moments in, seconds out; must not know what is called, or sleep.

A token bucket at the ceiling that the user sets, until the service throttles; from then on at the rate that it bears, as
CUBIC finds it. Source of the rule and its constants: botocore/retries/throttling.py and adaptive.py; with AWS's own scale
of 0.4 many processes on one account throttle each other for good, so ours is 0.004.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

BURST: Final = 5  # tokens that may pile up
_SCALE: Final = 0.004
_BETA: Final = 0.7  # what is left of the rate after a throttled answer
_SMOOTHING: Final = 0.8
_BUCKETS: Final = 2  # a second, in which answers are counted
_LEAST: Final = 0.5  # calls a second
_LONGEST_SILENCE: Final = 16.0  # seconds until a probe
_AT_ONCE: Final = 1e-6  # seconds too few to wait for: no clock could tell them from none


def cubic(since: float, peak: float, scale: float = _SCALE) -> float:
    """Return the rate at which to try it some seconds after the last throttled answer.

    Args:
        since: Seconds since that answer.
        peak: Calls a second at that moment.
        scale: How fast the rate grows.
    """
    return scale * (since - math.cbrt(peak * (1 - _BETA) / scale)) ** 3 + peak


@dataclass(slots=True)
class CubicRate:
    """The rate that the service bears, learnt from its answers.

    Attributes:
        scale: How fast the rate grows.
        rate: Calls a second to make.
        measured: Answers a second that came.
        is_limiting: Whether any answer was throttled yet.
    """

    scale: float = _SCALE
    rate: float = _LEAST
    measured: float = 0.0
    is_limiting: bool = False
    _peak: float = 0.0
    _cut_at: float = 0.0
    _bucket: float = 0.0
    _count: int = 0

    def answered(self, now: float, *, throttled: bool) -> None:
        """Learn from an answer."""
        self.measure(now)
        if throttled:
            self._peak = min(self.measured, self.rate) if self.is_limiting else self.measured
            self._cut_at, self.is_limiting = now, True
            wanted = self._peak * _BETA
        else:
            wanted = cubic(now - self._cut_at, self._peak, self.scale)
        self.rate = max(min(wanted, 2 * self.measured), _LEAST)

    def measure(self, now: float) -> None:
        """Count an answer that tells nothing else."""
        self._count += 1
        bucket = math.floor(now * _BUCKETS) / _BUCKETS
        if bucket > self._bucket:
            current = self._count / (bucket - self._bucket)
            self.measured = _SMOOTHING * current + (1 - _SMOOTHING) * self.measured
            self._bucket, self._count = bucket, 0


class Allowance:
    """Tokens, each good for one call."""

    def __init__(self, ceiling: float, jitter: Callable[[], float]) -> None:
        """Begin with a burst.

        Args:
            ceiling: The most calls a second, ever.
            jitter: 0 to 1; keeps processes on one account from probing in step.
        """
        self._ceiling = ceiling
        self._jitter = jitter
        self._cubic = CubicRate()
        self._tokens = float(BURST)
        self._filled: float | None = None
        self._refusals = 0  # in a row
        self._closed_until = float("-inf")
        self._probing = False

    @property
    def rate(self) -> float:
        """Calls a second."""
        return min(self._ceiling, self._cubic.rate) if self._cubic.is_limiting else self._ceiling

    @property
    def is_cut(self) -> bool:
        """Whether the service bears fewer calls than the user allows."""
        return self.rate < self._ceiling

    def wait(self, now: float) -> float:
        """Return the seconds until a call may be made; infinity while the answer to a probe is awaited."""
        if self._probing:
            return math.inf
        if self._filled is not None:
            self._tokens = min(float(BURST), self._tokens + (now - self._filled) * self.rate)
        self._filled = now
        pause = max((1 - self._tokens) / self.rate, self._closed_until - now)
        return pause if pause > _AT_ONCE else 0.0

    def spend(self) -> None:
        """Take the token for a call that is made now."""
        self._tokens -= 1
        self._probing = self._refusals > 1

    def give_back(self) -> None:
        """Return the token of a call that was not made."""
        self._tokens += 1
        self._probing = False

    def answered(self, now: float, *, throttled: bool, waited: bool) -> None:
        """Learn from the answer to a call; a good one tells of the rate only when the call had to wait for its token."""
        if throttled:
            self._cubic.answered(now, throttled=True)
            self._refuse(now)
            return
        self._refusals, self._closed_until, self._probing = 0, float("-inf"), False
        if waited:
            self._cubic.answered(now, throttled=False)
        else:
            self._cubic.measure(now)

    def unanswered(self) -> None:
        """Take note that a call brought no answer, a probe perhaps."""
        self._probing = False

    def _refuse(self, now: float) -> None:
        """After two refusals in a row be silent for a while, and then send one call as a probe."""
        if now < self._closed_until:  # it was sent before the silence began
            return
        self._refusals += 1
        self._probing = False
        if self._refusals > 1:
            silence = min(_LONGEST_SILENCE, 2.0 ** (self._refusals - 2))
            self._closed_until = now + silence * (0.5 + self._jitter())
