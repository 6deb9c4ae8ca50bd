"""The service's points in time. Knows the standard library only.

ISO 8601 in UTC, as in `2023-01-04T02:05:17Z`; the API's own example ends one with a newline.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_FORM: Final = re.compile(r"[0-9W-]{7,10}(?:[T ].*)?")  # Python would take any letter, and any digit, for the T
_FIRST: Final = -62_135_596_800.0  # 0001-01-01T00:00:00Z
_LAST: Final = 253_402_300_799.0  # 9999-12-31T23:59:59Z


def trim(text: str | None) -> str | None:
    """Return the text without white space around it; None for nothing."""
    return (text or "").strip() or None


def seconds(text: str | None) -> float | None:
    """Return seconds since 1970, or None for a text that is no point in time."""
    given = (text or "").strip()
    if not _FORM.fullmatch(given):
        return None
    try:
        moment = datetime.fromisoformat(given)
        return (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):  # the latter for the first and last day of the calendar
        return None


def as_told(text: str | None) -> str | None:
    """Return a point in time in the service's own form, in whole seconds, or None."""
    moment = seconds(text)
    return None if moment is None else told(moment)


def told(moment: float) -> str:
    """Return seconds since 1970 in the service's own form, in whole seconds; beyond the calendar, its end that is near."""
    within = datetime.fromtimestamp(min(max(moment, _FIRST), _LAST), UTC)
    return within.isoformat(timespec="seconds").replace("+00:00", "Z")


def clock_time(text: str | None) -> str | None:
    """Return `02:05:17Z`, the time of day in UTC, or None."""
    whole = as_told(text)
    return whole and whole.partition("T")[2]


def between(start: str | None, end: str | None) -> float | None:
    """Return the seconds from one point in time to another, or None when either is missing or they are reversed."""
    first, last = seconds(start), seconds(end)
    return last - first if first is not None and last is not None and last >= first else None
