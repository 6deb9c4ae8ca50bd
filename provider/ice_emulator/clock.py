"""The time that timelines run on: real, faster than real, or moved on by hand.

Timestamps of requests are not judged by it: clients have clocks of their own.

Must not know: anything.
"""

from collections.abc import Callable


class PlayClock:
    """A steady clock that can run fast and be moved on."""

    def __init__(self, real: Callable[[], float], speed: float = 1.0) -> None:
        """Start with the time that `real` tells, in seconds; then `speed` seconds pass in each of its seconds.

        Raises:
            ValueError: `speed` is not above zero.
        """
        if not speed > 0:
            message = f"time cannot run {speed:g} times as fast: give a speed above 0"
            raise ValueError(message)
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
            ValueError: `seconds` is negative: time does not go back.
        """
        if not seconds >= 0:
            message = f"time cannot be moved on by {seconds:g} s: give 0 or more"
            raise ValueError(message)
        self._skipped += seconds
