"""The token of an OpenID Connect provider, as a file or the configuration holds it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ice_provider.alibaba.credentials.origins import TrustedRole
from ice_provider.errors import NotSignedIn
from ice_provider.wording import wording

_NONE: Final = {"": "is empty", "null": "holds the word null in place of a token"}  # what scripts write that got none


def token(origin: TrustedRole) -> str:
    """Return the token of a role; read anew, because whoever wrote its file renews it.

    Raises:
        OSError: The file cannot be read.
        NotSignedIn: It holds no token.
    """
    place = origin.token_file or wording().setting("assumeRoleWithOidc.oidcToken")
    text = Path(origin.token_file).read_text(errors="replace") if origin.token_file else origin.token or ""
    found = text.strip()
    if found in _NONE:
        advice = "let it hold the token and nothing else; whatever writes it was probably given none"
        raise NotSignedIn(f"signing in by {origin} failed: {place} {_NONE[found]}", [("next", advice)])
    return found
