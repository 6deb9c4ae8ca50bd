"""The engine that started us: where lines for the person go, and whether it is still there.

Source: proto/pulumi/engine.proto, service `pulumirpc.Engine`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from typing import Any, Final

import grpc

from ice_provider.redaction import Redactor
from ice_provider.rpc._proto import engine_pb2, engine_pb2_grpc

_NO_PROXY: Final = (("grpc.enable_http_proxy", 0),)  # the engine is on this machine, whatever `https_proxy` says
_LOG_LIMIT: Final = 2.0  # seconds: a line must never hold up a wait
_PULSE: Final = 3.0  # seconds between two looks at the engine
_MISSES: Final = 3  # looks in vain before the engine counts as gone


class Engine:
    """A connection to the engine; every method is harmless while there is none."""

    def __init__(self, redactor: Redactor, started_by: str = "") -> None:
        """Begin without a connection; `started_by` is the address of the engine whose end is ours too."""
        self.address: str | None = None
        self._started_by = started_by
        self._redactor = redactor
        self._channel: Any = None
        self._stub: Any = None

    async def connect(self, address: str) -> None:
        """Speak to the engine at this address from now on."""
        if not address or address == self.address:
            return
        await self.close()
        self.address = address
        self._channel = grpc.aio.insecure_channel(address, options=_NO_PROXY)
        self._stub = engine_pb2_grpc.EngineStub(self._channel)

    async def close(self) -> None:
        """Let go of the connection."""
        if self._channel:
            await self._channel.close()
        self._channel = self._stub = self.address = None

    async def progress(self, urn: str, line: str) -> None:
        """Show a line in the row of a resource until the next one comes."""
        await self._log(engine_pb2.INFO, urn, line, ephemeral=True)

    async def warn(self, urn: str, line: str) -> None:
        """Show a line that stays."""
        await self._log(engine_pb2.WARNING, urn, line)

    async def debug(self, line: str) -> None:
        """Write a line to the engine's debug log."""
        await self._log(engine_pb2.DEBUG, "", line)

    async def _log(
        self, severity: engine_pb2.LogSeverity.ValueType, urn: str, line: str, *, ephemeral: bool = False
    ) -> None:
        if self._stub is None:
            return
        request = engine_pb2.LogRequest(
            severity=severity, message=self._redactor.redact(line), urn=urn, ephemeral=ephemeral
        )
        with contextlib.suppress(grpc.aio.AioRpcError):
            await self._stub.Log(request, timeout=_LOG_LIMIT)

    async def watch(self, gone: Callable[[], None]) -> None:
        """Call `gone` once when the engine, or the process that started us, is no more."""
        parent, misses = os.getppid(), 0
        while misses < _MISSES and os.getppid() == parent:
            await asyncio.sleep(_PULSE)
            misses = 0 if await self._answers() else misses + 1
        gone()

    async def _answers(self) -> bool:
        """Whether something listens at the address of the engine that started us; without one, yes.

        An engine that only attached itself comes and goes, and another one may follow.
        """
        if not self._started_by:
            return True
        host, _, port = self._started_by.rpartition(":")
        try:
            async with asyncio.timeout(_PULSE):
                _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        except (OSError, TimeoutError, ValueError):
            return False
        writer.close()
        return True


class Row:
    """One row of the engine's table: where an operation's lines go. Implements `session.Reporter`."""

    def __init__(self, engine: Engine, urn: str) -> None:
        """Speak for the resource with this URN; an empty one stands for the stack."""
        self._engine = engine
        self._urn = urn

    async def progress(self, line: str) -> None:
        """See `session.Reporter`."""
        await self._engine.progress(self._urn, line)

    async def overall(self, line: str) -> None:
        """See `session.Reporter`: the row of the stack is everybody's."""
        await self._engine.progress("", line)

    async def warn(self, line: str) -> None:
        """See `session.Reporter`."""
        await self._engine.warn(self._urn, line)
