"""Whose key signs the calls: configuration first, then the environment, a key pair always whole from one place."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ice_provider.config import ProviderConfig
from ice_provider.errors import NotSignedIn
from ice_provider.redaction import mask

FAMILIES: Final = (
    ("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"),
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
    ("ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"),
)
"""The environment variables of key ID, secret and token, in pulumi-alicloud's order."""

_FORM: Final = re.compile(r"[!-~]+")  # what a header can carry
_CONFIGURED: Final = ("ice:accessKey", "ice:secretKey", "ice:securityToken")


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair, with the token that belongs to it.

    Attributes:
        key_id: The access key ID.
        secret: The access key secret.
        token: The STS token, None for a lasting key.
        source: Where the pair was found, for messages.
        notes: What the person should know of the choice.
    """

    key_id: str = field(repr=False)
    secret: str = field(repr=False)
    token: str | None = field(repr=False)
    source: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return `LTAI…x3Qz (from ALIBABA_CLOUD_ACCESS_KEY_ID)`."""
        return f"the key {mask(self.key_id)} (from {self.source})"


def find(config: ProviderConfig, environment: Mapping[str, str]) -> Key:
    """Return the first key pair found.

    Raises:
        NotSignedIn: There is none, or only half of one.
    """
    configured = _trimmed(config.access_key, config.secret_key, config.security_token)
    if any(configured):
        return _whole(_CONFIGURED, configured)
    families = [(names, _trimmed(*(environment.get(name) for name in names))) for names in FAMILIES]
    given = [(names, found) for names, found in families if found[0] or found[1]]
    if given:
        return dataclasses.replace(_whole(*given[0]), notes=_differences(given))
    raise NotSignedIn(
        "no credentials for Alibaba Cloud",
        [
            ("next", "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET,"),
            ("", "or pulumi config set --secret ice:accessKey … and pulumi config set --secret ice:secretKey …"),
        ],
    )


def _differences(given: Sequence[tuple[tuple[str, ...], tuple[str | None, ...]]]) -> tuple[str, ...]:
    """Say that families of variables differ, which is seldom meant."""
    (used, first), *others = given
    return tuple(
        f"{used[0]} and {names[0]} belong to different keys ({mask(first[0] or '')} and {mask(found[0] or '')}): "
        f"{used[0]} is used; unset the one that is not meant"
        for names, found in others
        if found != first
    )


def _trimmed(*values: str | None) -> tuple[str | None, ...]:
    return tuple((value or "").strip() or None for value in values)


def _whole(names: tuple[str, ...], found: tuple[str | None, ...]) -> Key:
    key_id, secret, token = found
    odd = next((name for name, value in zip(names, found, strict=True) if value and not _FORM.fullmatch(value)), None)
    if odd:
        raise NotSignedIn(
            f"{odd} holds spaces, line breaks or letters that no key has", [("next", f"copy {odd} anew, in one piece")]
        )
    if key_id and secret:
        return Key(key_id, secret, token, source=names[0])
    missing, given = (names[1], names[0]) if key_id else (names[0], names[1] if secret else names[2])
    raise NotSignedIn(f"half a key pair: {given} is set, {missing} is not", [("next", f"set {missing} too")])
