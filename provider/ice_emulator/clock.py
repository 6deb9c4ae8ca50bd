"""The time that timelines run on: real, faster than real, or moved on by hand.

Timestamps of requests are not judged by it: clients have clocks of their own.

Knows the standard library only.
"""

from collections.abc import Callable

FARTHEST = 1e11
"""Seconds that time can be moved on in all: some three thousand years."""
FASTEST = 1e6
"""How many times as fast as real time it can run, at most."""


class PlayClock:
    """A steady clock that can run fast and be moved on."""

    def __init__(self, real: Callable[[], float], speed: float = 1.0) -> None:
        """Start with the time that `real` tells, in seconds; then `speed` seconds pass in each of its seconds.

        Raises:
            ValueError: `speed` is not above zero, or more than FASTEST.
        """
        if not 0 < speed <= FASTEST:
            raise ValueError(f"time cannot run {speed:g} times as fast: give a speed above 0, and at most {FASTEST:g}")
        self._real = real
        self._began = real()
        self._speed = speed
        self._skipped = 0.0

    def __call__(self) -> float:
        """Return seconds since some moment."""
        return self._began + (self._real() - self._began) * self._speed + self._skipped

    def skip(self, seconds: float) -> None:
        """Move on.

        Raises:
            ValueError: `seconds` is negative, for time does not go back, or goes beyond any date.
        """
        if not 0 <= seconds <= FARTHEST - self._skipped:
            raise ValueError(
                f"time cannot be moved on so far, or back: give 0 or more seconds, in all at most {FARTHEST:,.0f}"
            )
        self._skipped += seconds
