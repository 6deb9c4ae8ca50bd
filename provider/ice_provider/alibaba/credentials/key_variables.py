"""Key pairs in variables of the environment: three families, of which one is taken, whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ice_provider.alibaba.credentials.keys import Key, whole
from ice_provider.alibaba.credentials.variables import Variables
from ice_provider.redaction import mask

FAMILIES: Final = (
    ("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"),
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
    ("ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"),
)
"""The environment variables of key ID, secret and token, in pulumi-alicloud's order."""

_Found = tuple[tuple[str, str, str], tuple[str | None, ...]]


def find(variables: Variables) -> tuple[Key, tuple[str, ...]] | None:
    """Return the key of the first family that holds an ID or a secret, and what the person should know; None for none.

    Raises:
        NotSignedIn: Only half of a pair is there.
    """
    families = [(names, tuple(variables.get(name) for name in names)) for names in FAMILIES]
    given = [(names, found) for names, found in families if found[0] or found[1]]
    return (whole(*given[0]), _differences(given)) if given else None


def _differences(given: Sequence[_Found]) -> tuple[str, ...]:
    """Say that families of variables differ, which is seldom meant."""
    (used, first), *others = given
    return tuple(
        f"{used[0]} and {names[0]} belong to different keys ({mask(first[0] or '')} and {mask(found[0] or '')}): "
        f"{used[0]} is used; unset the one that is not meant"
        for names, found in others
        if found != first
    )
