"""Durations as people write them, `1h30m`, and as they read them. Knows the standard library only."""

from __future__ import annotations

import re
from typing import Final

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}  # seconds
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_WHOLE: Final = re.compile(rf"(?:{_PART.pattern})+")


def parse(text: str) -> float:
    """Return the seconds in a text such as `45m`, `1h30m` or `90s`: the form of Pulumi's customTimeouts.

    Raises:
        ValueError: When it has another form, or is zero.
    """
    if not _WHOLE.fullmatch(text.strip()):
        raise ValueError("not a duration")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    if not 0 < seconds < float("inf"):
        raise ValueError("a duration above zero is needed")
    return seconds


def problem(text: str) -> str | None:
    """Say what is wrong with a duration, or None."""
    try:
        parse(text)
    except ValueError:
        return 'must be a duration above zero such as "45m", "1h30m" or "90s"'
    return None


def show(seconds: float) -> str:
    """Return `42s`, `1m12s`, `45m`, `2h`, `3h05m`: whole seconds below the hour, whole minutes above."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours}h{minutes:02d}m" if minutes else f"{hours}h"
    if minutes:
        return f"{minutes}m{rest:02d}s" if rest else f"{minutes}m"
    return f"{rest}s"
