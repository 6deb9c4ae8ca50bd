"""Which proxy a call goes through, by the usual environment variables; the official SDK does not obey NO_PROXY.

Loopback is never proxied, so that nothing meant for this machine leaves it. What NO_PROXY may hold was never agreed on,
so every form is obeyed that a common tool obeys; the standard library, aiohttp and requests each know only some.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

from ice_provider import addresses
from ice_provider.errors import InvalidInput, Problem

_PORTS: Final = {"http": 80, "https": 443}


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
    if _is_exempt(scheme, host, settings.get("no_proxy", "")):
        return None
    url = settings[variable] if "://" in settings[variable] else f"http://{settings[variable]}"
    url = url.replace("\\", "%5C")  # of a user such as DOMAIN\me; as it is, no URL may have one
    if not _is_usable(url):
        reason = "must be the URL of an HTTP proxy such as http://proxy.example.com:3128, or be unset"
        raise InvalidInput([Problem(variable.upper(), reason)])
    return url


def _is_exempt(scheme: str, host: str, exempt: str) -> bool:
    """Whether a list as in NO_PROXY names a host."""
    name, port = addresses.split(host.lower())
    entries = exempt.lower().replace(",", " ").split()
    return any(_covers(entry, name, port or _PORTS[scheme]) for entry in entries)


def _covers(entry: str, host: str, port: int) -> bool:
    """Whether an entry means a host: `*`, a domain, an address, a network, each but the first with or without a port."""
    if entry == "*":
        return True
    network = _network(entry)
    if network is None:  # now what follows the last colon is no part of an IPv6 address
        entry, only = addresses.split(entry)
        if only not in {None, port}:
            return False
        network = _network(entry)
    if address := addresses.address_of(host):
        return network is not None and address in network
    domain = entry.removeprefix("*").strip(".")
    return f".{host}".endswith(f".{domain}")


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Return the addresses that `10.0.0.0/8` or `10.0.0.1` means; None for a name."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        unquote(parts.netloc).encode("latin-1")  # as user and password are sent
        host = parts.hostname or ""
        return parts.scheme == "http" and host != "" and addresses.is_resolvable(host) and parts.port != 0
    except ValueError:  # a broken address, a port that is none, letters that cannot be sent
        return False


def secrets(url: str | None) -> Iterator[str]:
    """Return what must never be shown of a proxy's URL: the password as it stands there, as it is meant and as it is sent.

    It is sent together with the user, in base64.
    """
    parts = urlsplit(url or "")
    if parts.password:
        password = unquote(parts.password)
        yield from (parts.password, password, f"{unquote(parts.username or '')}:{password}")
