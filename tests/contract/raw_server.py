"""A server that says, byte for byte, what a test gives it: what no HTTP library would send."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from typing import Self

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What happens on a connection once a request has come in whole."""


def answer(status: int | str, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """Return an answer as it goes onto the wire; `length` is a lie about the body."""
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json", *headers]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def say(data: bytes) -> Behaviour:
    """Send bytes, then close."""

    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return behave


def say_after(seconds: float, data: bytes) -> Behaviour:
    """Send bytes late, unless the client has gone away by then."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.wait_for(reader.read(), seconds)
        except TimeoutError:
            writer.write(data)
            await writer.drain()

    return behave


def reset_after(data: bytes) -> Behaviour:
    """Send bytes, then reset the connection."""

    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        linger = struct.pack("ii", 1, 0)  # on, for no time: closing sends a reset
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    return behave


async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Say nothing until the client goes away."""
    await reader.read()


def trickle(data: bytes, pause: float) -> Behaviour:
    """Send bytes one by one, with a pause after each, until the client goes away."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()
            try:
                await asyncio.wait_for(reader.read(), pause)
            except TimeoutError:
                continue
            return

    return behave


class RawServer:
    """Listens on the loopback while its context is open.

    Attributes:
        requests: Each request as it came, head and all.
        host: `host:port`.
    """

    def __init__(self, *behaviours: Behaviour, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        """Take the next behaviour at each connection; the last one repeats."""
        self._behaviours = list(behaviours)
        self._tls = tls
        self._address = host
        self._tasks: set[asyncio.Task[None]] = set()
        self.requests: list[bytes] = []
        self.host = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self._address, 0, ssl=self._tls)
        self.host = f"{self._address}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            behave = self._behaviours.pop(0) if len(self._behaviours) > 1 else self._behaviours[0]
            await behave(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the test is over
        finally:
            self._tasks.discard(task)
            writer.close()
