"""Which proxy a call goes through, by the usual environment variables; the official SDK does not obey NO_PROXY.

Loopback is never proxied, so that nothing meant for this machine leaves it.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

from ice_provider import addresses
from ice_provider.errors import InvalidInput, Problem


def find(scheme: str, host: str, environment: Mapping[str, str]) -> str | None:
    """Return the URL of the proxy for a host, or None.

    Args:
        scheme: `http` or `https`.
        host: `host` or `host:port`.
        environment: Where `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are looked for, in any case.

    Raises:
        InvalidInput: The proxy is none that can be used.
    """
    # Lower case comes last and so wins, as everywhere.
    settings = {name.lower(): value for name, value in sorted(environment.items()) if value}
    variable = next((name for name in (f"{scheme}_proxy", "all_proxy") if name in settings), None)
    if variable is None or addresses.is_loopback(addresses.split(host)[0]):
        return None
    if urllib.request.proxy_bypass_environment(host, {"no": settings.get("no_proxy", "")}):  # type: ignore[attr-defined]  # typeshed leaves it out
        return None
    url = settings[variable] if "://" in settings[variable] else f"http://{settings[variable]}"
    if not _is_usable(url):
        reason = "must be the URL of an HTTP proxy such as http://proxy.example.com:3128, or be unset"
        raise InvalidInput([Problem(variable.upper(), reason)])
    return url


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a broken address, or a port that is none
        return False


def password(url: str | None) -> str | None:
    """Return the password in a proxy's URL, which must never be shown."""
    return urlsplit(url).password if url else None
