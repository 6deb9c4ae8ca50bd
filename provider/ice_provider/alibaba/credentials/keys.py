"""A key that signs calls, and how a pair is made whole. Must not know where keys are looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from ice_provider.errors import NotSignedIn
from ice_provider.redaction import mask

_FORM: Final = re.compile(r"[!-~]+")  # what a header can carry


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair, with the token that belongs to it.

    Attributes:
        key_id: The access key ID.
        secret: The access key secret.
        token: The STS token, None for a lasting key.
        source: Where the pair was found, for messages.
        kind: How the official SDK names the way of signing in; it is sent with every call.
        lasts: Seconds from its arrival for which the service accepts it; None when it lasts, or nobody knows.
    """

    key_id: str = field(repr=False)
    secret: str = field(repr=False)
    token: str | None = field(repr=False)
    source: str
    kind: str = ""
    lasts: float | None = None

    def __post_init__(self) -> None:
        """Name the kind of a key that was simply given."""
        if not self.kind:
            object.__setattr__(self, "kind", "static_sts" if self.token else "static_ak")

    def __str__(self) -> str:
        """Return `the key LTAI…x3Qz (from ALIBABA_CLOUD_ACCESS_KEY_ID)`."""
        return f"the key {mask(self.key_id)} (from {self.source})"


def trimmed(*values: str | None) -> tuple[str | None, ...]:
    """Return the values without white space around them; blank is not set."""
    return tuple((value or "").strip() or None for value in values)


def whole(names: tuple[str, ...], found: tuple[str | None, ...], source: str | None = None) -> Key:
    """Return the key of one place: ID, secret and, perhaps, token.

    Args:
        names: What the place calls the three, for messages.
        found: Their values, trimmed.
        source: What to call the place; the name of the ID unless given.

    Raises:
        NotSignedIn: Only half of a pair is there, or a value is none that a header can carry.
    """
    key_id, secret, token = found
    odd = next((name for name, value in zip(names, found, strict=True) if value and not _FORM.fullmatch(value)), None)
    if odd:
        raise NotSignedIn(
            f"{odd} holds spaces, line breaks or letters that no key has", [("next", f"copy {odd} anew, in one piece")]
        )
    if key_id and secret:
        return Key(key_id, secret, token, source=source or names[0])
    missing, given = (names[1], names[0]) if key_id else (names[0], names[1] if secret else names[2])
    raise NotSignedIn(f"half a key pair: {given} is set, {missing} is not", [("next", f"set {missing} too")])
