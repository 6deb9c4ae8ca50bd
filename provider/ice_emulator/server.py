"""The emulator on a loopback socket.

Only this module brings an answer onto the wire, whole, in drops, or not at all.

Must not know: how an answer is made. That is `service.py`.
"""

import asyncio
import contextlib
import logging
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from types import TracebackType
from typing import Self

from aiohttp import web

from ice_emulator import answers
from ice_emulator.admin import PREFIX, Admin
from ice_emulator.answers import Answer, Delivery, Envelope
from ice_emulator.clock import PlayClock
from ice_emulator.hosts import is_loopback, is_ours
from ice_emulator.limits import Meter, Quota
from ice_emulator.scenario import Scenario
from ice_emulator.service import BODY_LIMIT, TARGET_LIMIT, Service
from ice_emulator.steering import Steering

TRICKLE_PAUSE = 0.3  # seconds between two bytes
_PIECE = 64 * 1024  # bytes of a chunked answer at a time
_SHUTDOWN = 0.05  # seconds for answers on their way, twice; what hangs is cut then
_BACKLOG = 1024  # thousands of clients may come at once
_FIELD_LIMIT = 32 * 1024  # bytes of a header; security tokens have a few kilobytes

_log = logging.getLogger("ice_emulator")


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class _Connection(web.RequestHandler):
    """A connection whose own errors look like the service's and repeat nothing of the request.

    The errors of aiohttp quote the line they fail at, which may be a security token.
    """

    __slots__ = ("_envelope",)

    def __init__(self, server: web.Server, envelope: Callable[[], Envelope]) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # None is what turns it off
            auto_decompress=False,  # a signature is over the bytes that were sent
            max_line_size=2 * TARGET_LIMIT,  # what is a little too long gets an answer that says so
            max_field_size=_FIELD_LIMIT,
        )
        self._envelope = envelope

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002  # nothing of it goes into the answer
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  # quotes the request
    ) -> web.StreamResponse:
        """Answer what could not be read, or what failed here."""
        code, text = "BadRequest", "This is no HTTP request that the emulator can read."
        if status >= 500:  # noqa: PLR2004  # not the client's fault
            _log.error("a bug in the emulator, please report it", exc_info=exc)
            code, text = "InternalError", "The emulator failed; its own log says why. Please report it."
        answer = answers.error(self._envelope(), status, code, text)
        response = web.Response(status=status, body=answer.body, headers={"Content-Type": answer.content_type})
        response.force_close()
        return response


class Emulator(Steering):
    """Plays a scenario while its context is open.

    ```python
    async with Emulator(Scenario.load("scenario.yaml")) as emulator:
        ...  # a client with the endpoint `emulator.endpoint`, protocol HTTP
        assert [call.status for call in emulator.calls] == [200]
    ```

    Everything is to be used from the loop it was opened in.
    """

    _server: web.Server
    _listener: asyncio.Server

    def __init__(
        self,
        scenario: Scenario,
        *,
        now: Callable[[], float] = time.monotonic,
        speed: float = 1.0,
        wall_clock: Callable[[], datetime] = _wall_clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        host: str = "127.0.0.1",
        port: int = 0,
        admin_token: str | None = None,
        quotas: Iterable[Quota | str] = (),
        seed: int | None = None,
    ) -> None:
        """Prepare; nothing listens yet.

        Args:
            scenario: What to play.
            now: Seconds on a steady clock; timelines run on it, and limits count by it.
            speed: How many times as fast timelines run.
            wall_clock: The time of day with its zone; timestamps of requests are checked against it, and it goes
                out as the Date of every answer.
            pause: Waits for some seconds, between the bytes of a slow answer.
            host: A literal address of the loopback.
            port: 0 for any free one.
            admin_token: Opens the admin API to whoever has it; there is none without.
            quotas: How many requests of an action are taken in how many seconds, such as `200/60s`.
            seed: Makes what is left to chance the same in every run: request IDs, task IDs, faults with a share.

        Raises:
            ValueError: `host` is not a literal address of the loopback, `speed` is not above zero, the token is too
                short, or a quota is none.
        """
        if not is_loopback(host):
            raise ValueError(f"the emulator listens on the loopback only, not on {host!r}: use 127.0.0.1 or ::1")
        super().__init__(PlayClock(now, speed))
        self._scenario = scenario
        self._now = now
        self._quotas = [each if isinstance(each, Quota) else Quota.parse(each) for each in quotas]
        self._seed = seed
        self._wall_clock = wall_clock
        self._pause = pause
        self._host = host
        self._port = port
        self._admin = None if admin_token is None else Admin(self, admin_token)
        self._endpoint = ""
        self._date: tuple[int, str] = (0, "")

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = web.Server(
            self._handle,
            handler_cancellation=True,  # a hanging request ends when its client goes away
            request_factory=partial(web.BaseRequest, loop=loop, client_max_size=BODY_LIMIT),
        )
        self._listener = await loop.create_server(
            lambda: _Connection(self._server, self._service.envelope),
            self._host,
            self._port,
            backlog=_BACKLOG,
            start_serving=False,
        )
        port = self._listener.sockets[0].getsockname()[1]
        self._endpoint = f"[{self._host}]:{port}" if ":" in self._host else f"{self._host}:{port}"
        self._service = Service(
            self._scenario,
            now=self._clock,
            real=self._now,
            wall_clock=self._wall_clock,
            host_id=self._endpoint,
            on_call=self._wake,
            meter=Meter(self._quotas),
            seed=self._seed,
        )
        await self._listener.start_serving()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        self._server.pre_shutdown()  # connections at rest, at once
        await self._server.shutdown(_SHUTDOWN)

    @property
    def endpoint(self) -> str:
        """Where it listens, as `host:port`."""
        return self._endpoint

    @property
    def url(self) -> str:
        """Where it listens, as a URL."""
        return f"http://{self._endpoint}"

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            body = await request.read() if request.can_read_body else b""
        except web.HTTPRequestEntityTooLarge:
            body = None
        if _is_from_a_page(request):
            answer = _refusal(403, "this emulator answers programs, and no page in a browser")
        elif f"{request.raw_path}/".startswith(PREFIX):
            answer = self._steer(request, body)
        else:
            answer = self._service.answer(request.method, request.raw_path, request.raw_headers, body)
        headers = {
            "Content-Type": answer.content_type,
            "Date": self._http_date(),
            "Server": "ice-emulator",
            **answer.headers,
        }
        if answer.delivery is Delivery.WHOLE:
            return web.Response(status=answer.status, body=answer.body, headers=headers)
        if answer.delivery in {Delivery.RAW, Delivery.RESET}:
            _hang_up(request.transport, answer)
        if answer.delivery in {Delivery.NEVER, Delivery.RAW, Delivery.RESET}:
            nothing: asyncio.Future[web.StreamResponse] = asyncio.get_running_loop().create_future()
            return await nothing  # which never comes: the loss of the connection cancels this handler
        return await self._stream(request, answer, headers)

    def _steer(self, request: web.BaseRequest, body: bytes | None) -> Answer:
        if not is_ours(request.headers.get("Host", ""), self._endpoint):
            return _refusal(403, "use 127.0.0.1, ::1 or localhost")
        if self._admin is None:
            return _refusal(404, "the admin API is off: start the emulator with --admin-token-file FILE")
        return self._admin.answer(request.method, request.raw_path, request.headers.get("Authorization", ""), body)

    async def _stream(self, request: web.BaseRequest, answer: Answer, headers: Mapping[str, str]) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status, headers=headers)
        await response.prepare(request)
        trickle = answer.delivery is Delivery.TRICKLE
        size = 1 if trickle else _PIECE
        with contextlib.suppress(ConnectionResetError):  # the client has read enough
            for start in range(0, len(answer.body), size):
                await response.write(answer.body[start : start + size])
                if trickle:
                    await self._pause(TRICKLE_PAUSE)
        return response  # which aiohttp ends

    def _http_date(self) -> str:
        clock = self._wall_clock()
        second = int(clock.timestamp())
        if second != self._date[0]:
            self._date = (second, format_datetime(clock.astimezone(UTC), usegmt=True))
        return self._date[1]


def _is_from_a_page(request: web.BaseRequest) -> bool:
    """Whether a browser sends this for a page: it may send such requests to this machine without asking."""
    return "Origin" in request.headers or request.headers.get("Sec-Fetch-Site", "none") != "none"


def _refusal(status: int, error: str) -> Answer:
    return Answer(status=status, body=answers.encode({"error": error}))


def _hang_up(transport: asyncio.BaseTransport | None, answer: Answer) -> None:
    """Send the bytes of an answer as they are, and close or reset the connection."""
    if not isinstance(transport, asyncio.WriteTransport):
        return  # it is lost already
    transport.write(answer.body)
    if answer.delivery is Delivery.RAW:
        transport.close()
        return
    linger = struct.pack("ii", 1, 0)  # on, for no time: closing sends a reset
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
