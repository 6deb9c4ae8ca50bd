"""What keys of the real service look like: an emulator must neither take nor tell one.

Knows the standard library only.
"""

import re

REAL_KEY = r"LTAI[A-Za-z0-9]{12,}|STS\.(?=[A-Za-z]*[0-9])[A-Za-z0-9]{16,}"
"""A regular expression in the words that Python and JSON Schema share."""


def looks_real(access_key: str) -> bool:
    """Return whether this may be, or hold, the ID of a key of the real service."""
    return re.search(REAL_KEY, access_key) is not None


def masked(text: str) -> str:
    """Return a text in which no such ID can be read."""
    return re.sub(REAL_KEY, lambda match: f"{match[0][:4]}…", text)
