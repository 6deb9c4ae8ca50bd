"""One redactor for everything that leaves the process as text. Knows the standard library only.

It takes out the exact secrets it was told, in every form in which a service may echo them, and whatever looks like one.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Final
from urllib.parse import quote, quote_plus

_SHORTEST: Final = 6  # a shorter "secret" would take out ordinary words
_MASK: Final = "[secret]"
_PATTERNS: Final = (
    (re.compile(r"\bLTAI[A-Za-z0-9]{8,}"), lambda match: mask(match[0])),
    (re.compile(r"\bSTS\.[A-Za-z0-9]{8,}"), lambda _: _MASK),
    (
        # Followed by a mark of assignment, so that "the signature is wrong" stays a sentence.
        re.compile(
            r"(?i)(x-acs-security-token|SecurityToken|Signature)(\W{0,3}(?:[=:]|%(?:25)?3[DA])\W{0,3})[^\s\"'&,;]+"
        ),
        lambda m: m[1] + m[2] + _MASK,
    ),
)


def mask(key: str) -> str:
    """Return an access key ID as it may be shown: `LTAI…x3Qz`."""
    return f"{key[:4]}…{key[-4:]}" if len(key) > 8 else f"{key[:2]}…"  # noqa: PLR2004


def _forms(secret: str) -> set[str]:
    """Return the forms in which a service may echo a secret."""
    escaped = {quote(secret), quote(secret, safe="")}
    escaped |= {quote(form, safe="") for form in escaped}  # as in a string to sign, which holds encoded parameters
    escaped |= {re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), form) for form in escaped}
    encoded = {encode(secret.encode()).decode() for encode in (base64.b64encode, base64.urlsafe_b64encode)}
    written = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    return {secret, quote_plus(secret), *escaped, *encoded, *(form.rstrip("=") for form in encoded), *written}


class Redactor:
    """Takes secrets out of text."""

    def __init__(self) -> None:
        """Begin knowing none but their usual looks."""
        self._known: set[str] = set()

    def learn(self, *secrets: str | None) -> None:
        """Remember secrets; short ones are left to the patterns."""
        for secret in secrets:
            if secret and len(secret) >= _SHORTEST:
                self._known |= _forms(secret)

    def redact(self, text: str) -> str:
        """Return the text without secrets, and without halves of surrogate pairs, which gRPC cannot carry."""
        text = text.encode(errors="replace").decode()
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, _MASK)
        for pattern, shown in _PATTERNS:
            text = pattern.sub(shown, text)
        return text
