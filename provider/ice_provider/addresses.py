"""Hosts as a person writes them, and those that no call may go to. Knows the standard library only.

Link-local and metadata addresses hand out credentials to whoever asks from inside a machine, so nothing of ours is sent
there, whatever form the address is written in.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

_HOST: Final = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?")
_DIGITS: Final = re.compile(r"[0-9.]+")
_METADATA: Final = frozenset({"100.100.100.200"})  # of Alibaba Cloud's instances
_LAST_PORT: Final = 65535


def problem(endpoint: str) -> str | None:
    """Say what is wrong with `host` or `host:port`, or None."""
    if not (_HOST.fullmatch(endpoint) and _is_bracketed_well(endpoint) and is_resolvable(split(endpoint)[0])):
        return "must be host or host:port, without scheme, user or path, such as ice.cn-shanghai.aliyuncs.com"
    host, port = split(endpoint)
    if port is not None and not 0 < port <= _LAST_PORT:
        return f"must have a port from 1 to {_LAST_PORT}"
    if is_forbidden(host):
        return "must not be a link-local or metadata address: credentials would go there"
    if _is_shortened(host):
        return "must be a name or a whole address such as 10.0.0.1: a shortened one may lead anywhere"
    return None


def is_resolvable(host: str) -> bool:
    """Whether a name can be looked up at all: none of its parts is empty or longer than 63 letters."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def split(endpoint: str) -> tuple[str, int | None]:
    """Return the host, without brackets, and the port of a checked endpoint."""
    host, _, port = endpoint.rpartition(":") if re.search(r":\d+$", endpoint) else (endpoint, "", "")
    return host.strip("[]"), int(port) if port else None


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a host is written as; None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether a host is a loopback address, written as one: a name could resolve to something else."""
    address = address_of(host)
    return address is not None and address.is_loopback


def is_forbidden(host: str) -> bool:
    """Whether a host is an address that hands out credentials, or no host at all."""
    address = address_of(host)
    if address is None:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return plain.is_link_local or plain.is_multicast or plain.is_unspecified or str(plain) in _METADATA


def _is_bracketed_well(endpoint: str) -> bool:
    """Whether what stands in brackets, if anything does, is an IPv6 address: no URL can be made of another."""
    return not endpoint.startswith("[") or isinstance(address_of(split(endpoint)[0]), ipaddress.IPv6Address)


def _is_shortened(host: str) -> bool:
    """Whether a host is an address in an old form such as `2852039166`, which the system reads as 169.254.169.254."""
    return bool(_DIGITS.fullmatch(host)) and address_of(host) is None
