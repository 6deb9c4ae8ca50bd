"""Canary credentials, and the search for pieces of them in whatever a person can look at."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus

SECRET = "qW7zXc+Vb9n/Mk2jHg"
TOKEN = "CAISzQpLmOkNiJbUhV+GyTfC/RdXeS5=="
KEY_ID = "STS.CanaryKeyIdOfAContractTest"
_WINDOW = 5  # as many characters in a row as may not be seen


def _forms(text: str) -> set[str]:
    """Return a secret in every form in which it may be echoed."""
    return {text, quote(text, safe="~"), quote_plus(text), base64.b64encode(text.encode()).decode()}


def pieces(text: str) -> set[str]:
    """Return every run of five characters of a secret, in every form."""
    return {form[start : start + _WINDOW] for form in _forms(text) for start in range(len(form) - _WINDOW + 1)}


def seen_in(places: str | Iterable[Path], *secrets: str) -> set[str]:
    """Return the pieces of secrets, those above unless given, that a text or files hold."""
    text = places if isinstance(places, str) else "\n".join(file.read_text(errors="replace") for file in places)
    return {piece for secret in secrets or (SECRET, TOKEN) for piece in pieces(secret) if piece in text}
