"""One redactor for everything that leaves the process as text. Knows the standard library only.

It takes out the exact secrets it was told, in every form in which a service may echo them, and whatever looks like one.
"""

from __future__ import annotations

import base64
import re
from typing import Final
from urllib.parse import quote, quote_plus

_SHORTEST: Final = 6  # a shorter "secret" would take out ordinary words
_MASK: Final = "[secret]"
_PATTERNS: Final = (
    (re.compile(r"\bLTAI[A-Za-z0-9]{8,}"), lambda match: mask(match[0])),
    (re.compile(r"\bSTS\.[A-Za-z0-9]{8,}"), lambda _: _MASK),
    (
        re.compile(r"(?i)(x-acs-security-token|SecurityToken|Signature)(\W{1,4})[^\s\"'&,;]+"),
        lambda m: m[1] + m[2] + _MASK,
    ),
)


def mask(key: str) -> str:
    """Return an access key ID as it may be shown: `LTAI…x3Qz`."""
    return f"{key[:4]}…{key[-4:]}" if len(key) > 8 else f"{key[:2]}…"  # noqa: PLR2004


class Redactor:
    """Takes secrets out of text."""

    def __init__(self) -> None:
        """Begin knowing none but their usual looks."""
        self._known: set[str] = set()

    def learn(self, *secrets: str | None) -> None:
        """Remember secrets; short ones are left to the patterns."""
        for secret in secrets:
            if secret and len(secret) >= _SHORTEST:
                encoded = base64.b64encode(secret.encode()).decode()
                self._known |= {secret, quote(secret, safe="~"), quote_plus(secret), encoded, encoded.rstrip("=")}

    def redact(self, text: str) -> str:
        """Return the text without secrets."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, _MASK)
        for pattern, shown in _PATTERNS:
            text = pattern.sub(shown, text)
        return text
