"""How much of what a service says is shown: a broken answer may hold megabytes. Knows the standard library only."""

from __future__ import annotations

import re
from typing import Final

_LAST_WORD: Final = re.compile(r"[!-~]*\Z")


def excerpt(text: str, longest: int = 500) -> str:
    """Return a text of so many characters at most, and an ellipsis when that is not all.

    It is cut between words, because the redactor would not know half a secret as one.
    """
    if len(text) <= longest:
        return text
    return _LAST_WORD.sub("", text[:longest]).rstrip() + "…"
