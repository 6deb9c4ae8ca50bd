"""What a task ID may look like. Knows the standard library only.

The API documents no form; the bound keeps a mistaken file or a whole document out of the request.
"""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 128


def problem(text: str) -> str | None:
    """Say what is wrong with a task ID, or None."""
    if not text.strip():
        return "must not be empty: give the TaskId that StartWorkflow returned"
    if len(text) > _LONGEST:
        return f"must have at most {_LONGEST} characters: give the TaskId that StartWorkflow returned"
    if not text.isprintable() or text != text.strip() or " " in text:
        return "must not hold spaces, line breaks or control characters: give the TaskId that StartWorkflow returned"
    return None
