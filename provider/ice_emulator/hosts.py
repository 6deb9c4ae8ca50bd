"""Names and addresses of this machine: where the emulator listens, and whom it answers.

Must not know: requests, answers.
"""

import ipaddress


def is_loopback(address: str) -> bool:
    """Return whether this is a literal address of the loopback."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def is_ours(host: str, own: str) -> bool:
    """Return whether a Host header names the loopback; `own` is what most clients write.

    A web page can make its own name resolve to this machine (DNS rebinding), but its browser still sends that name.
    """
    if host == own:
        return True
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return name.lower() == "localhost" or is_loopback(name.strip("[]"))
