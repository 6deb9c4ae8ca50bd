"""Ports for whoever is told by number where to listen, and does so only later."""

from __future__ import annotations

import random
import socket
from contextlib import suppress
from typing import Final

_PORTS: Final = iter(random.SystemRandom().sample(range(20_000, 30_000), 10_000))
"""Below those that Linux and macOS give to whoever asks for any, as servers of other tests do all the time."""


def own_port() -> int:
    """Return a port at which nobody listens, and which nobody else is given."""
    for port in _PORTS:
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise RuntimeError("no port is left")
