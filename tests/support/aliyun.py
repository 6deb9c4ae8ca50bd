"""Alibaba Cloud under its own host names, on the loopback: for programs that are run word for word as they are printed.

A proxy leads every host to who plays it: `ice.<region>.aliyuncs.com` and `ice-vpc.<region>.aliyuncs.com` to the
emulator's service, the others to those who hand out keys. TLS, names and signatures are as they would be outside. GitHub
is there as well, as far as it gives a token to a job.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from aiohttp import web

from ice_emulator.limits import Meter
from ice_emulator.service import Service
from support.authority import Authority
from support.key_services import OIDC_TOKEN, KeyServices

if TYPE_CHECKING:
    from pathlib import Path

    from ice_emulator import Scenario

_REGIONS: Final = ("ap-southeast-1", "cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-shenzhen", "us-west-1")
_PAPER: Final = "paper-of-a-job"  # with which a job of GitHub asks for its token
_HOSTS: Final = tuple(f"{name}.{region}.aliyuncs.com" for name in ("ice", "ice-vpc") for region in _REGIONS)


class Aliyun:
    """Listens while its context is open.

    Attributes:
        services: Those who hand out keys.
        called: The hosts of the API that were called, in order.
        refused: Hosts that nobody plays, and that somebody asked for.
    """

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        self.services = KeyServices(folder)
        self.called: list[str] = []
        self.refused: list[str] = []
        self._folder = folder
        self._led: set[asyncio.Task[None]] = set()  # kept, because a loop keeps no task alive
        self._hosts = {host: self._service(scenario, host) for host in _HOSTS}
        first, *others = self._hosts.values()
        for other in others:  # one account
            other.world, other.plan = first.world, first.plan

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a machine from which all this is Alibaba Cloud."""
        return {
            "HTTPS_PROXY": f"http://127.0.0.1:{self._port}",
            "NO_PROXY": "127.0.0.1,localhost",
            "SSL_CERT_FILE": str(self._folder / "authority.pem"),
        }

    @property
    def tokens(self) -> dict[str, str]:
        """The variables by which a job of GitHub Actions asks for a token."""
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{self._plain_port}/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": _PAPER,
        }

    async def __aenter__(self) -> Self:
        self._stack = contextlib.AsyncExitStack()
        await self._stack.enter_async_context(self.services)
        self._names = {*_HOSTS, *self.services.routes}
        authority, folder = Authority(), self._folder / "tls"
        folder.mkdir()
        (self._folder / "authority.pem").write_bytes(authority.pem)
        runner = web.ServerRunner(web.Server(self._answer))
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=authority.server(folder, *self._names)).start()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._address: tuple[str, int] = runner.addresses[0]
        self._plain_port: int = runner.addresses[1][1]
        proxy = await asyncio.start_server(self._begin_to_lead, "127.0.0.1", 0)
        self._port = proxy.sockets[0].getsockname()[1]
        await self._stack.enter_async_context(proxy)
        self._stack.push_async_callback(self._lead_nobody)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @staticmethod
    def _service(scenario: Scenario, host: str) -> Service:
        return Service(
            scenario,
            now=time.monotonic,
            real=time.monotonic,
            wall_clock=lambda: datetime.now(UTC),
            host_id=host,
            on_call=lambda: None,
            meter=Meter(()),
            seed=None,
        )

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/token":
            known = request.headers.get("Authorization") == f"Bearer {_PAPER}"
            asked = request.query.get("audience") == "sts.aliyuncs.com"
            return web.json_response({"value": OIDC_TOKEN} if known and asked else {})
        if request.host not in self._hosts:
            return await self.services._answer(request)
        self.called.append(request.host)
        service = self._hosts[request.host]
        answer = service.answer(request.method, request.raw_path, request.raw_headers, await request.read())
        headers = {"Content-Type": answer.content_type, **answer.headers}
        return web.Response(status=answer.status, body=answer.body, headers=headers)

    def _begin_to_lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._lead(reader, writer))
        self._led.add(task)
        task.add_done_callback(self._led.discard)

    async def _lead_nobody(self) -> None:
        """Let go of clients that are still there, such as a process that was interrupted."""
        led = [*self._led]
        for task in led:
            task.cancel()
        await asyncio.gather(*led, return_exceptions=True)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join a client to the host that it asks for."""
        with contextlib.closing(writer), contextlib.suppress(OSError, asyncio.IncompleteReadError):
            request = await reader.readuntil(b"\r\n\r\n")
            host = request.split()[1].decode().partition(":")[0]
            if host not in self._names:
                self.refused.append(host)
                writer.write(b"HTTP/1.1 502 Nobody\r\nContent-Length: 0\r\n\r\n")
                return
            theirs, ours = await asyncio.open_connection(*self._address)
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            with contextlib.closing(ours):
                await asyncio.gather(_pass_on(reader, ours), _pass_on(theirs, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
