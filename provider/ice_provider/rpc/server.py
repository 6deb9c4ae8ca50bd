"""The life of the process: a port, a line with its number, signals, and an end when the engine is gone.

Standard output carries the port and nothing else, and it comes first: what is served is imported while the engine
connects, so this module must import little. Source: pkg/resource/plugin/plugin.go of pulumi/pulumi.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

import grpc

from ice_provider import guard

if TYPE_CHECKING:
    from ice_provider.redaction import Redactor
    from ice_provider.rpc.engine import Engine
    from ice_provider.rpc.servicer import Servicer

_GRACE: Final = 4.0  # seconds for answers under way when the process ends: the engine kills it after five
_NO_LIMIT: Final = 1_000_000
OPTIONS: Final[tuple[tuple[str, Any], ...]] = (
    ("grpc.minimal_stack", 1),  # each optional part takes memory of every call under way; one of them limits messages
    # gRPC's defaults cancel calls that come in a burst of more than about a thousand; a burst test guards these names.
    ("grpc.server.max_pending_requests", _NO_LIMIT),
    ("grpc.server.max_pending_requests_hard_limit", _NO_LIMIT),
    ("grpc.server_max_unrequested_time_in_server", 1800),
)


def bound() -> tuple[grpc.aio.Server, int]:
    """Return a server that is not started yet, on a free port of the loopback interface, and the port."""
    server = grpc.aio.server(options=OPTIONS)
    return server, server.add_insecure_port("127.0.0.1:0")


async def serve(redactor: Redactor, assemble: Callable[[], Awaitable[tuple[Servicer, Engine]]]) -> None:
    """Serve until a signal comes or the engine is gone.

    Args:
        redactor: Takes secrets out of every status.
        assemble: Makes what is served. It is called once the port is out: the engine connects meanwhile.
    """
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    guard.event_loop(redactor, loop)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    server, port = bound()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    servicer, engine = await assemble()
    servicer.join(server, redactor)
    await server.start()
    watch = asyncio.create_task(engine.watch(over.set))
    await over.wait()
    watch.cancel()
    await servicer.close()
    await server.stop(_GRACE)
    await engine.close()
