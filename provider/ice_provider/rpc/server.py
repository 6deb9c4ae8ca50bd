"""The life of the process: a port, a line with its number, signals, and an end when the engine is gone.

Standard output carries the port and nothing else. Source: pkg/resource/plugin/plugin.go of pulumi/pulumi.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Any, Final

import grpc

from ice_provider.redaction import Redactor
from ice_provider.rpc._proto import provider_pb2_grpc
from ice_provider.rpc.engine import Engine
from ice_provider.rpc.errors import Boundary
from ice_provider.rpc.servicer import Servicer

_GRACE: Final = 1.0  # seconds for answers under way when the process ends
_NO_LIMIT: Final = 1_000_000
OPTIONS: Final[tuple[tuple[str, Any], ...]] = (
    ("grpc.max_receive_message_length", 400 * 1024 * 1024),  # what the engine itself allows
    ("grpc.max_send_message_length", 400 * 1024 * 1024),
    # gRPC's defaults cancel calls that come in a burst of more than about a thousand; a burst test guards these names.
    ("grpc.server.max_pending_requests", _NO_LIMIT),
    ("grpc.server.max_pending_requests_hard_limit", _NO_LIMIT),
    ("grpc.server_max_unrequested_time_in_server", 1800),
)


def server_for(servicer: Servicer, engine: Engine, redactor: Redactor) -> tuple[grpc.aio.Server, int]:
    """Return a server, not yet started, that serves on a free port of the loopback interface, and the port."""
    server = grpc.aio.server(interceptors=[Boundary(redactor, engine.debug)], options=OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    return server, server.add_insecure_port("127.0.0.1:0")


async def serve(servicer: Servicer, engine: Engine, redactor: Redactor) -> None:
    """Serve until a signal comes or the engine is gone."""
    server, port = server_for(servicer, engine, redactor)
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    watch = asyncio.create_task(engine.watch(over.set))
    await over.wait()
    watch.cancel()
    await servicer.close()
    await server.stop(_GRACE)
    await engine.close()
