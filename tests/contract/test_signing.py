"""What goes onto the wire, held against the official SDK's synchronous client byte for byte."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alibabacloud_ice20201109.client import Client as Sdk
from alibabacloud_ice20201109.models import GetWorkflowTaskRequest
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.core import DaraCore

from contract.conftest import Connect
from contract.raw_server import RawServer, answer, say
from ice_provider import about
from ice_provider.alibaba import signing
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.alibaba.endpoint import Place
from ice_provider.alibaba.signing import SignedRequest
from ice_provider.alibaba.transport import Transport, trust
from ice_provider.errors import Rejected

LASTING = Key("LTAI5tContractTest0", "contract-secret", None, "test")
TEMPORARY = Key("STS.ContractTest0", "contract-secret", "CAIS+/=token==", "test")
AGENT = f"pulumi-ice/{about.VERSION}"
NO_TASK = say(answer(200, b'{"RequestId":"r"}'))

NASTY = [
    "******4215e042b3966ca5441e******",
    "plain-Task_1.2~3",
    "a b",
    " ",
    "a/b/../c",
    "~*'()&=+%",
    "a%41%2F",
    "a&Action=DeleteX",
    "a\r\nX-Evil: 1",
    "a#frag?x",
    "\x00\x7f",
    "日本語 😀 é",
    ';:@,$![]{}|\\^`<>"',
    "x" * 5_000,
]

UNSIGNED = {b"accept-encoding: identity", b"content-length: 0"}
"""What both clients send without signing it; the SDK puts the first line at the top, we put it at the end."""


@pytest.fixture(autouse=True)
def _sdk_at_rest(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the SDK from proxies, and close the connections it pools for the whole process."""
    for name in ("HTTP_PROXY", "http_proxy", "DEBUG"):
        monkeypatch.delenv(name, raising=False)
    yield
    for session in DaraCore._sessions.values():
        session.close()
    DaraCore._sessions.clear()


async def sdk_sends(server: RawServer, key: Key, task_id: str) -> bytes:
    """Return the request that the official SDK sends."""
    config = Config(
        access_key_id=key.key_id,
        access_key_secret=key.secret,
        security_token=key.token,
        endpoint=server.host,
        protocol="HTTP",
        user_agent=AGENT,
    )
    await asyncio.to_thread(Sdk(config).get_workflow_task, GetWorkflowTaskRequest(task_id=task_id))
    return server.requests[-1]


def headers(request: bytes) -> dict[str, str]:
    lines = request.decode().split("\r\n")[1:-2]
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


def sign_like(request: bytes, server: RawServer, key: Key, task_id: str) -> SignedRequest:
    """Sign with the clock and the nonce of another request."""
    told = headers(request)
    moment = datetime.strptime(told["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return signing.sign(
        "GetWorkflowTask",
        {"TaskId": task_id},
        host=server.host,
        key=key,
        agent=AGENT,
        moment=moment.timestamp(),
        nonce=told["x-acs-signature-nonce"],
    )


def soon() -> float:
    return asyncio.get_running_loop().time() + 5.0


def lines_of(request: bytes) -> list[bytes]:
    """Return the lines in order, without the unsigned ones."""
    return [line for line in request.split(b"\r\n") if line.lower() not in UNSIGNED]


@pytest.mark.parametrize("task_id", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("key", [LASTING, TEMPORARY], ids=["lasting", "temporary"])
async def test_a_request_is_signed_as_the_sdk_signs_it(key: Key, task_id: str) -> None:
    async with RawServer(NO_TASK) as server:
        theirs = await sdk_sends(server, key, task_id)

        ours = sign_like(theirs, server, key, task_id)

    assert theirs.split(b"\r\n")[0] == f"POST /?{ours.query} HTTP/1.1".encode()
    signed = theirs.decode().split("SignedHeaders=")[1].split(",")[0].split(";")
    assert {name.lower(): value for name, value in ours.headers.items()} == {
        name: value for name, value in headers(theirs).items() if name in {*signed, "authorization"}
    }


@pytest.mark.parametrize("task_id", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("key", [LASTING, TEMPORARY], ids=["lasting", "temporary"])
async def test_the_transport_sends_the_bytes_that_the_sdk_sends(key: Key, task_id: str) -> None:
    """Only the unsigned lines may stand elsewhere; none is added and none is missing."""
    async with RawServer(NO_TASK) as server:
        theirs = await sdk_sends(server, key, task_id)
        transport = Transport(Place("cn-shanghai", server.host, "http", 5.0, 5.0), trust(None))

        await transport.send(sign_like(theirs, server, key, task_id), ends=soon())

        await transport.close()
        ours = server.requests[-1]
    assert len(server.requests) == 2
    assert lines_of(ours) == lines_of(theirs)
    assert sorted(ours.lower().split(b"\r\n")) == sorted(theirs.lower().split(b"\r\n"))


async def test_the_client_sends_what_it_signed_with_the_clock_and_a_fresh_nonce(connect: Connect) -> None:
    async with RawServer(say(answer(503))) as server:
        client = connect(server.host, TEMPORARY)

        await asyncio.gather(*(client.get_workflow_task("a/b ~*") for _ in range(2)), return_exceptions=True)

        nonces = set()
        for request in server.requests:
            again = sign_like(request, server, TEMPORARY, "a/b ~*")
            expected = [f"{name}: {value}".encode() for name, value in again.headers.items()]
            assert lines_of(request) == [f"POST /?{again.query} HTTP/1.1".encode(), *expected, b"", b""]
            nonces.add(headers(request)["x-acs-signature-nonce"])
    assert len(nonces) == 2


@pytest.mark.parametrize(("key", "provider"), [(LASTING, "static_ak"), (TEMPORARY, "static_sts")], ids=["ak", "sts"])
async def test_the_kind_of_the_key_is_named_as_the_sdk_names_it(key: Key, provider: str) -> None:
    async with RawServer(NO_TASK) as server:
        theirs = await sdk_sends(server, key, "t")

        ours = sign_like(theirs, server, key, "t")

    assert headers(theirs)["x-acs-credentials-provider"] == ours.headers["x-acs-credentials-provider"] == provider
    assert headers(theirs).get("x-acs-security-token") == ours.headers.get("x-acs-security-token") == key.token


async def test_no_other_call_is_made_and_no_secret_is_sent(connect: Connect) -> None:
    async with RawServer(say(answer(503))) as server:
        with pytest.raises(Exception, match="fault"):
            await connect(server.host, TEMPORARY).get_workflow_task("t")

        assert len(server.requests) == 1
        assert TEMPORARY.secret.encode() not in server.requests[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed_and_no_other_host_hears_of_the_key(connect: Connect, status: int) -> None:
    async with RawServer(NO_TASK, host="127.0.0.2") as other:
        for place in (f"Location: http://{other.host}/", "Location: /again"):
            async with RawServer(say(answer(status, b"", place))) as server:
                with pytest.raises(Rejected, match="the endpoint redirects"):
                    await connect(server.host, TEMPORARY).get_workflow_task("t")

                assert len(server.requests) == 1
        assert other.requests == []


async def test_a_proxy_of_the_environment_hears_nothing(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    async with RawServer(NO_TASK) as proxy, RawServer(say(answer(503))) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.host}")

        with pytest.raises(Exception, match="fault"):
            await connect(server.host).get_workflow_task("t")

        assert (len(server.requests), proxy.requests) == (1, [])
