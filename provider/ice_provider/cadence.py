"""How often a wait is worth a line: after a change, seldom enough for a log, else once a minute.

Pure: moments in, decisions out. Knows the standard library only.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

HEARTBEAT: Final = 60.0  # seconds between two lines that say the same
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
