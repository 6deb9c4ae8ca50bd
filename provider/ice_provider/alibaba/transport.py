"""One pool of connections: a signed request out, a status and a body back, until a given moment.

Never follows a redirect, because credentials would go with it; never connects to an address that hands out
credentials; never reads more than an answer can hold. Must not know what an answer means.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from ice_provider import addresses
from ice_provider.alibaba.endpoint import Place
from ice_provider.alibaba.signing import SignedRequest
from ice_provider.errors import BrokenAnswer, InvalidInput, Problem, ProviderError, Rejected, Unreachable
from ice_provider.wording import wording

_LARGEST: Final = 8 * 1024 * 1024  # bytes
_CONNECTIONS: Final = 64
_LASTING: Final = frozenset({401, 403, 407})  # what a proxy says that asking again does not change
_CERTIFICATES: Final = {  # by the numbers of X509_V_ERR_… in OpenSSL's x509_vfy.h
    9: ("is not valid yet", "set this machine's clock, if it is behind"),
    10: ("has expired", "whoever runs the host must renew it; or set this machine's clock, if it is ahead"),
    62: ("is for another host", "check {endpoint}, proxies on the way and what the name resolves to"),
    64: ("is not for this address", "check {endpoint}: give the name that the certificate is for"),
}
_UNTRUSTED: Final = ("is not trusted", "name the authority that signed it:  {trust}")
_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"})
_PLAIN: Final = "check {endpoint} and proxies; for an endpoint on this machine:  {plain}"
_PROXY: Final = "give HTTPS_PROXY the user and password that the proxy asks for, or name the host in NO_PROXY"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: The HTTP status.
        headers: By name in any case.
        body: The whole body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def moment(self) -> float | None:
        """When it was sent, by the clock of who sent it, in seconds since 1970; None when it does not tell."""
        try:
            told = parsedate_to_datetime(self.headers.get("date", ""))
            return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()  # a zone that is left out is UTC
        except (ValueError, OverflowError):
            return None


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Return what certificates are trusted: the system's authorities, or those of a file. TLS 1.2 or newer.

    Raises:
        InvalidInput: The file cannot be read.
    """
    reason = "cannot be read: give the path of a PEM file with certificate authorities"
    unreadable = InvalidInput([Problem("caFile", reason)])
    if ca_file and not Path(ca_file).is_file():  # a pipe would be waited for without end
        raise unreadable
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise unreadable from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Transport:
    """The connections to one place."""

    def __init__(self, place: Place, trusted: ssl.SSLContext, names: AbstractResolver | None = None) -> None:
        """Connect when first needed; `names` finds the addresses of a host, the system does unless given."""
        connector = aiohttp.TCPConnector(limit=_CONNECTIONS, ssl=trusted, resolver=_GuardedResolver(names))
        self._pool = aiohttp.ClientSession(
            connector=connector,
            headers={"Accept-Encoding": "identity"},
            skip_auto_headers=["Content-Type"],  # there is no content
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(
                total=None,  # each call has a moment at which it is given up
                sock_connect=place.connect,
                sock_read=place.read,
                ceil_threshold=math.inf,  # or all limits beyond 5 s end at a whole second
            ),
        )
        self._place = place

    async def send(self, request: SignedRequest, ends: float) -> Answer:
        """Return the answer to one call.

        Args:
            request: What to send.
            ends: When it is given up, connection and body included, by the clock of the event loop.

        Raises:
            Unreachable: There was none within the limits.
            BrokenAnswer: It was not HTTP, or larger than any answer can be.
            InvalidInput: The host resolves to an address that hands out credentials.
        """
        place = self._place
        url = URL.build(scheme=place.scheme, authority=place.host, path="/", query_string=request.query, encoded=True)
        with faults_of(place.host):
            async with (
                asyncio.timeout_at(ends),
                self._pool.post(url, headers=request.headers, allow_redirects=False, proxy=place.proxy) as response,
            ):
                return await answer_of(response)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._pool.close()


@contextlib.contextmanager
def faults_of(host: str) -> Iterator[None]:
    """Turn what can go wrong on the way to a host into our own errors.

    Raises:
        Unreachable: There was no answer.
        Rejected: There will be none: the host cannot show who it is, or the proxy lets nobody through.
        BrokenAnswer: It was not HTTP, or cut off.
    """
    try:
        yield
    except (TimeoutError, asyncio.TimeoutError) as error:  # noqa: UP041  # aiohttp's own derive from both
        raise Unreachable(f"no answer from {host} in time") from error
    except aiohttp.ClientConnectorCertificateError as error:
        fault = getattr(error.certificate_error, "verify_code", 0)
        what, advice = _CERTIFICATES.get(fault, _UNTRUSTED)
        raise Rejected(f"the certificate of {host} {what}", [("next", _in_our_words(advice))]) from error
    except aiohttp.ClientHttpProxyError as error:
        headline = f"the proxy refuses to connect to {host}: HTTP {error.status}"
        raise (Rejected(headline, [("next", _PROXY)]) if error.status in _LASTING else Unreachable(headline)) from error
    except aiohttp.ClientConnectorError as error:
        raise _unconnected(host, error) from error
    except aiohttp.ClientPayloadError as error:
        raise BrokenAnswer(f"the answer of {host} was cut off") from error
    except (aiohttp.ClientResponseError, aiohttp.http_exceptions.HttpProcessingError) as error:
        raise BrokenAnswer(f"the answer of {host} is not HTTP") from error
    except (aiohttp.ClientError, OSError) as error:
        raise Unreachable(f"the connection to {host} was lost") from error


async def answer_of(response: aiohttp.ClientResponse) -> Answer:
    """Return a whole answer.

    Raises:
        BrokenAnswer: It is larger than any answer can be.
    """
    body = bytearray()
    while chunk := await response.content.readany():
        body += chunk
        if len(body) > _LARGEST:
            response.close()
            raise BrokenAnswer("the answer is larger than any task can be")
    return Answer(response.status, response.headers, bytes(body))


def _unconnected(host: str, error: aiohttp.ClientConnectorError) -> ProviderError:
    """Return the error of a host that no connection was made to, or of the proxy before it."""
    is_nameless = isinstance(error, aiohttp.ClientConnectorDNSError)
    is_the_proxys = is_nameless and error.host != addresses.split(host)[0].lower()
    if is_the_proxys or isinstance(error, aiohttp.ClientProxyConnectionError):
        return Unreachable("the proxy of the environment cannot be reached: check HTTPS_PROXY and NO_PROXY")
    if getattr(error.os_error, "reason", None) in _NO_TLS:
        return Rejected(f"{host} does not speak TLS", [("next", _in_our_words(_PLAIN))])
    return Unreachable(f"{host} cannot be reached ({'its name does not resolve' if is_nameless else _cause(error)})")


def _cause(error: aiohttp.ClientConnectorError) -> str:
    fault = error.os_error
    if fault.errno and not isinstance(fault, ssl.SSLError):  # its errno is not the system's
        return os.strerror(fault.errno).lower()
    return (fault.strerror or "no connection").lower()


class _GuardedResolver(AbstractResolver):
    """Resolves names, and refuses those that lead to an address which hands out credentials."""

    def __init__(self, inner: AbstractResolver | None) -> None:
        self._inner = inner or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if any(addresses.is_forbidden(result["host"]) for result in found):
            reason = f"{host} resolves to a link-local or metadata address: credentials would go there"
            raise InvalidInput([Problem("endpoint", reason)])
        return found

    async def close(self) -> None:
        await self._inner.close()


def _in_our_words(advice: str) -> str:
    """Return an advice in the words in effect."""
    words = wording()
    return advice.format(
        endpoint=words.setting("endpoint"),
        trust=words.chosen("caFile", "/path/to/authorities.pem"),
        plain=words.chosen("protocol", "HTTP"),
    )
