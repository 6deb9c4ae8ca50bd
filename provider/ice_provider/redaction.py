"""One redactor for everything that leaves the process as text. Knows the standard library, and how errors show a text.

It takes out the exact secrets it was told, in every form in which a service may echo them, and whatever looks like one.
"""

from __future__ import annotations

import base64
import functools
import json
import re
from typing import Final

from ice_provider.errors import one_line

_SHORTEST: Final = 6  # a shorter "secret" would take out ordinary words
_MASK: Final = "[secret]"
_ENTITIES: Final = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_KEY: Final = r"(?:\b|(?<=3[ADad]))"  # where one begins, also after a mark of assignment as a URL has it
_PATTERNS: Final = (
    (re.compile(rf"{_KEY}LTAI[A-Za-z0-9]{{8,}}"), lambda match: mask(match[0])),
    (re.compile(rf"{_KEY}STS\.[A-Za-z0-9]{{8,}}"), lambda _: _MASK),
    (
        # Followed by a mark of assignment, so that "the signature is wrong" stays a sentence; and never from within a mask.
        re.compile(
            r"(?i)(security[-_]?token|sts[-_]?token|signature)(\W{0,3}(?:[=:]|%(?:25)*3[DA])\W{0,3})"
            r"(?:(?<!\[)|(?!secret\]))[^\s\"'&,;]+"
        ),
        lambda m: m[1] + m[2] + _MASK,
    ),
)


def mask(key: str) -> str:
    """Return an access key ID as it may be shown: `LTAI…x3Qz`."""
    return f"{key[:4]}…{key[-4:]}" if len(key) > 8 else f"{key[:2]}…"  # noqa: PLR2004


def without_words_of(secret: str, text: str) -> str:
    """Return a text in which no word of a secret is shown: what is said of a mistake quotes the part that is wrong."""
    hidden = frozenset(re.findall(r"\w+", secret))
    return re.sub(r"\w+", lambda word: _MASK if word[0] in hidden else word[0], text)


class Redactor:
    """Takes secrets out of text."""

    def __init__(self) -> None:
        """Begin knowing none but their usual looks."""
        self._known: dict[str, _Known] = {}

    def learn(self, *secrets: str | None) -> None:
        """Remember secrets for good, for an old key may still be usable; short ones are left to the patterns."""
        told = (secret for secret in secrets if secret and len(secret) >= _SHORTEST)
        new = {text: _Known(text) for secret in told for text in _texts(secret) if text not in self._known}
        if new:  # the longest come first, because one may hold another
            self._known = dict(sorted((self._known | new).items(), key=lambda item: len(item[0]), reverse=True))

    def learn_input(self, text: str) -> None:
        """Remember what was given as a secret, also as an error shows it: in one line."""
        self.learn(text.strip(), one_line(text).strip())

    def redact(self, text: str) -> str:
        """Return the text without secrets, and without halves of surrogate pairs, which gRPC cannot carry."""
        text = text.encode(errors="replace").decode()
        for known in self._known.values():
            text = known.taken_out_of(text)
        for pattern, shown in _PATTERNS:
            text = pattern.sub(shown, text)
        return text


class _Known:
    """A text that must not be shown, however its characters are escaped."""

    __slots__ = ("_core", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._core = max(re.findall("[A-Za-z0-9]+", text), key=len, default="")  # no escape changes it

    def taken_out_of(self, text: str) -> str:
        """Return a text without this one; nearly always it is not there, so look for its core before anything else."""
        if self._core not in text:
            return text
        return re.sub("".join(map(_spelling, self._text)), _MASK, text)


def _texts(secret: str) -> set[str]:
    """Return a secret as it is and in base64, as headers have it; that of a proxy's user and password is of latin-1."""
    plain = {secret.encode(), secret.encode("latin-1", errors="replace")}
    encoded = {encode(each).decode() for encode in (base64.b64encode, base64.urlsafe_b64encode) for each in plain}
    return {secret, *(text.rstrip("=") for text in encoded)}


@functools.cache
def _spelling(letter: str) -> str:
    """Return a pattern for a character as it is, or escaped for a URL, a form, JSON or HTML, also more than once."""
    if letter.isascii() and letter.isalnum():
        return letter
    entity = _ENTITIES.get(letter, f"#{ord(letter)}")
    units = re.findall("....", letter.encode("utf-16-be").hex())
    ways = (
        "[ +]" if letter == " " else re.escape(letter),
        "".join(f"%(?:25)*{byte:02x}" for byte in letter.encode()),
        re.escape(json.dumps(letter)[1:-1]),
        "".join(rf"\\+u{unit}" for unit in units),
        f"&(?:amp;)*(?:{entity}|#0*{ord(letter)}|#x0*{ord(letter):x});",
    )
    return rf"\\*(?i:{'|'.join(ways)})"
