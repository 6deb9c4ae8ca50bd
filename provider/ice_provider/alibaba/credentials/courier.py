"""The HTTP of the official credentials library, carried by our rules.

Left alone, the library sends keys and tokens through any proxy of the environment, whatever NO_PROXY says, and follows
redirects. Its one request function is replaced here, for whoever signs in through a courier and nobody else: no proxy
to metadata, link-local and loopback addresses, no redirects, our own trust, nothing that passes is ever shown. So is
the function that tells it the time, which may be wrong on this machine.

Source of the replaced functions: `Tea.core.TeaCore.async_do_action` of alibabacloud-tea, `get_iso_8061_date` of the
library's `parameter_helper`. A contract test fails when the library speaks in another way.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import aiohttp
from alibabacloud_credentials.utils import parameter_helper
from Tea.core import TeaCore
from Tea.request import TeaRequest
from Tea.response import TeaResponse
from yarl import URL

from ice_provider import addresses
from ice_provider.alibaba import proxies
from ice_provider.alibaba.transport import Answer, answer_of, faults_of
from ice_provider.redaction import Redactor

_HIDDEN: Final = frozenset({"accesskeysecret", "securitytoken", "access_token", "refresh_token", "oidctoken"})
_HIDDEN_HEADERS: Final = frozenset({"authorization", "x-aliyun-ecs-metadata-token"})
_LONGEST_WAIT: Final = 5.0  # seconds for a connection, and for the next piece of an answer
_PLAIN_PORT: Final = 80

Routes = Mapping[str, str]
"""Other addresses for hosts: `{"sts.aliyuncs.com": "127.0.0.1:8443"}`. Name, trust and proxy stay those of the host."""


class Courier:
    """Carries the requests of one sign-in.

    Attributes:
        last: The last answer that came, with the host that gave it; None before.
        ahead: Seconds that the clock of who hands out keys was found to be ahead of ours.
        token: The token for OIDC, put in on the way: the library sends whatever a file holds, and can read only files.
    """

    def __init__(
        self, environment: Mapping[str, str], trusted: ssl.SSLContext, redactor: Redactor, routes: Routes | None = None
    ) -> None:
        """Carry by these proxies and this trust; `redactor` learns what must not be shown."""
        self._environment = environment
        self._trusted = trusted
        self._redactor = redactor
        self._routes = routes or {}
        self.last: tuple[str, Answer] | None = None
        self.ahead = 0.0
        self.token: str | None = None

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Carry what the library asks for in this context, and only there."""
        before = _courier.set(self)
        try:
            yield
        finally:
            _courier.reset(before)

    async def carry(self, request: TeaRequest, options: Mapping[str, Any]) -> TeaResponse:
        """Send one request of the library's and return the answer, whatever its status.

        Raises:
            Unreachable: There was none.
            BrokenAnswer: It was not HTTP, or too large.
            InvalidInput: The proxy of the environment cannot be used.
        """
        host, scheme = str(request.headers["host"]).rstrip("/"), str(request.protocol).lower()
        host = f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
        if request.port != _PLAIN_PORT:
            host = f"{host}:{request.port}"
        if "OIDCToken" in request.query:
            request.query["OIDCToken"] = self.token
        self._learn(request.query)
        self._learn(dict(parse_qsl(request.body)) if isinstance(request.body, str) else {})
        hidden = (value for name, value in request.headers.items() if name.lower() in _HIDDEN_HEADERS)
        self._redactor.learn(*(value.rpartition(" ")[2] for value in hidden))  # without `Bearer` or `Basic`
        wait = min(_LONGEST_WAIT, float(options.get("connectTimeout") or _LONGEST_WAIT * 1000) / 1000)
        limits = aiohttp.ClientTimeout(total=None, sock_connect=wait, sock_read=_LONGEST_WAIT)
        with faults_of(host):
            async with (
                aiohttp.ClientSession(timeout=limits, cookie_jar=aiohttp.DummyCookieJar()) as pool,
                pool.request(
                    str(request.method).upper(),
                    self._url(scheme, host, request),
                    data=request.body,
                    headers={**request.headers, "host": host},
                    ssl=self._trusted,
                    server_hostname=addresses.split(host)[0] if scheme == "https" else None,
                    allow_redirects=False,
                    proxy=self._proxy(scheme, host),
                ) as response,
            ):
                answer = await answer_of(response)
        self.last = host, answer
        self._learn(answer.body)
        return _as_theirs(answer)

    def time(self) -> float:
        """Return seconds since 1970 by the clock of who answered last; by ours, when nobody told another."""
        told = self.last[1].moment if self.last else None
        return time.time() if told is None else told

    def set_clock(self) -> None:
        """Sign by the clock of who answered last from now on."""
        self.ahead = self.time() - time.time()

    def learn(self, *secrets: str | None) -> None:
        """Never show these."""
        self._redactor.learn(*secrets)

    def _url(self, scheme: str, host: str, request: TeaRequest) -> URL:
        query = urlencode([(name, str(value)) for name, value in request.query.items() if value is not None])
        target = f"{request.pathname or '/'}?{query}".rstrip("?")
        return URL(f"{scheme}://{self._routes.get(host, host)}{target}", encoded=True)

    def _proxy(self, scheme: str, host: str) -> str | None:
        """Return the proxy for a host; none for what only this machine, or its own network link, can answer."""
        bare = addresses.split(host)[0]
        if bare == "localhost" or addresses.is_forbidden(bare):
            return None
        url = proxies.find(scheme, host, self._environment)
        self._redactor.learn(*proxies.secrets(url))
        return url

    def _learn(self, passing: bytes | Mapping[str, Any]) -> None:
        """Teach the redactor every key and token in a query or a JSON body."""
        try:
            document = json.loads(passing) if isinstance(passing, bytes) else passing
        except (ValueError, RecursionError):
            return
        self._redactor.learn(*_secrets(document))


def _secrets(document: Any) -> Iterator[str]:
    if isinstance(document, Mapping):
        for name, value in document.items():
            if isinstance(value, str) and str(name).lower() in _HIDDEN:
                yield value
            yield from _secrets(value)


def _as_theirs(answer: Answer) -> TeaResponse:
    response = TeaResponse()
    headers = {name.lower(): value for name, value in answer.headers.items()}
    response.status_code, response.headers, response.body = answer.status, headers, answer.body
    return response


_courier: ContextVar[Courier | None] = ContextVar("courier", default=None)
THEIRS: Final = TeaCore.async_do_action
THEIRS_BLOCKING: Final = TeaCore.do_action
THEIR_TIME: Final = parameter_helper.get_iso_8061_date


async def _request(request: TeaRequest, runtime_option: Mapping[str, Any] | None = None) -> TeaResponse:
    courier = _courier.get()
    if courier is None:
        return await THEIRS(request, runtime_option)
    return await courier.carry(request, runtime_option or {})


def _blocking_request(request: TeaRequest, runtime_option: Mapping[str, Any] | None = None) -> TeaResponse:
    if _courier.get() is None:
        return THEIRS_BLOCKING(request, runtime_option)
    message = "the credentials library asked in a way that our rules do not cover"
    raise RuntimeError(message)


def _time() -> str:
    courier = _courier.get()
    if courier is None:
        return str(THEIR_TIME())
    return datetime.fromtimestamp(time.time() + courier.ahead, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


TeaCore.async_do_action = staticmethod(_request)
TeaCore.do_action = staticmethod(_blocking_request)
parameter_helper.get_iso_8061_date = _time
