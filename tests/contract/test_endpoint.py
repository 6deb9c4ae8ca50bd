"""Where calls go, and where they must never go."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from contract.raw_server import RawServer, answer, say
from ice_provider import addresses, alibaba
from ice_provider.alibaba import connect, endpoint, transport
from ice_provider.alibaba.client import Client
from ice_provider.alibaba.endpoint import REGIONS, Place
from ice_provider.alibaba.signing import SignedRequest
from ice_provider.cloud import Cloud
from ice_provider.config import ProviderConfig
from ice_provider.errors import InvalidInput, Rejected, Unreachable
from ice_provider.redaction import Redactor
from support.authority import Authority

TASK = say(answer(200, json.dumps({"RequestId": "R", "WorkflowTask": {"TaskId": "t", "Status": "Init"}}).encode()))


def find(environment: dict[str, str] | None = None, **config: Any) -> Place:
    return endpoint.find(ProviderConfig(**config), environment or {})


# --- built ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", REGIONS)
def test_the_host_is_built_from_the_region(region: str) -> None:
    """The SDK's own map names another product's host for most regions."""
    place = find(region=region)

    assert (place.region, place.scheme, place.host) == (region, "https", f"ice.{region}.aliyuncs.com")
    assert (place.connect, place.read, place.attempt) == (5.0, 10.0, 15.0)


@pytest.mark.parametrize(
    "variable", ["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION", "ALIBABA_CLOUD_REGION_ID", "ALIBABACLOUD_REGION_ID"]
)
def test_the_region_may_come_from_the_environment_and_configuration_beats_it(variable: str) -> None:
    environment = {variable: "cn-beijing"}

    assert (find(environment).region, find(environment, region="cn-hangzhou").region) == ("cn-beijing", "cn-hangzhou")


def test_an_endpoint_is_taken_as_it_is_and_needs_no_region() -> None:
    place = find(endpoint="ice-vpc.cn-shanghai.aliyuncs.com:8443")

    assert (place.region, place.scheme, place.host) == (None, "https", "ice-vpc.cn-shanghai.aliyuncs.com:8443")


def test_an_endpoint_may_serve_any_region() -> None:
    assert find(endpoint="ice.example.com", region="eu-west-1").region == "eu-west-1"


def test_limits_are_configured_in_milliseconds() -> None:
    place = find(region="cn-shanghai", client_connect_timeout=250, client_read_timeout=1500)

    assert (place.connect, place.read) == (0.25, 1.5)


def test_no_region_is_an_error_that_says_how_to_set_one() -> None:
    with pytest.raises(InvalidInput, match="region: is missing: pulumi config set ice:region"):
        find()


def test_a_region_that_is_not_known_is_an_error_that_lists_the_known_ones_and_the_way_around() -> None:
    with pytest.raises(InvalidInput) as caught:
        find(region="eu-west-1")

    assert ", ".join(REGIONS) in str(caught.value)
    assert "ice:skipRegionValidation" in str(caught.value)


def test_a_region_that_is_not_known_is_accepted_when_the_check_is_off() -> None:
    assert find(region="eu-west-1", skip_region_validation=True).host == "ice.eu-west-1.aliyuncs.com"


@pytest.mark.parametrize(
    "region", ["x@evil.example/", "evil.example#", "cn-shanghai.evil", "a:1/", "a b", " ", "a\r\nb"]
)
def test_a_region_of_the_environment_cannot_bend_the_host(region: str) -> None:
    with pytest.raises(InvalidInput):
        find({"ALIBABA_CLOUD_REGION": region}, skip_region_validation=True)


# --- forbidden --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["2852039166", "169.254.43518", "169.16689662", "0251.0376.0251.0376", "100.100.25800", "1684301000", "127.1"],
)
def test_an_address_in_a_shortened_form_is_refused_because_nothing_would_look_at_it(host: str) -> None:
    """The system takes the first for 169.254.169.254, and the library asks no resolver for digits."""
    assert "must be a name or a whole address" in (addresses.problem(f"{host}:443") or "it passed")


class Names(AbstractResolver):
    """Resolves every name to the same addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


def soon() -> float:
    return asyncio.get_running_loop().time() + 5.0


async def post(host: str, *addresses: str) -> transport.Answer:
    """Send one request to a name that resolves to these addresses."""
    calls = transport.Transport(Place(None, host, "http", 1.0, 1.0), transport.trust(None), Names(*addresses))
    try:
        return await calls.send(SignedRequest("a=b", {"host": host}), ends=soon())
    finally:
        await calls.close()


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "100.100.100.200",
        "169.254.0.1",
        "fe80::1",
        "::ffff:169.254.169.254",
        "::ffff:100.100.100.200",
        "0.0.0.0",  # noqa: S104  # leads to this machine, whatever listens there
        "::",
    ],
)
async def test_a_name_that_leads_to_an_address_which_hands_out_credentials_is_refused(address: str) -> None:
    async with RawServer(TASK) as server:
        host = server.host.replace("127.0.0.1", "ice.example.com")

        with pytest.raises(InvalidInput, match=r"ice\.example\.com resolves to a link-local or metadata address"):
            await post(host, "127.0.0.1", address)

        assert server.requests == []


async def test_any_other_name_is_called_by_the_address_it_leads_to() -> None:
    async with RawServer(TASK) as server:
        host = server.host.replace("127.0.0.1", "ice.example.com")

        assert (await post(host, "127.0.0.1")).status == 200

        assert f"host: {host}".encode() in server.requests[0]


async def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    class Nothing(Names):
        async def resolve(self, host: str, port: int = 0, family: Any = None) -> list[ResolveResult]:
            raise OSError(None, "DNS lookup failed")

    calls = transport.Transport(Place(None, "ice.example.com", "http", 1.0, 1.0), transport.trust(None), Nothing())
    with pytest.raises(Unreachable, match=r"ice\.example\.com cannot be reached \(its name does not resolve\)"):
        await calls.send(SignedRequest("", {}), ends=soon())
    await calls.close()


async def test_a_refused_connection_is_told_in_the_words_of_the_system() -> None:
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{nobody_listens.getsockname()[1]}"

        with pytest.raises(Unreachable) as caught:
            await post(host, "127.0.0.1")

    assert str(caught.value) == f"{host} cannot be reached (connection refused)"


# --- certificates -----------------------------------------------------------------------------------------------------


async def dial(host: str, ca_file: Path | None) -> Cloud:
    config = ProviderConfig(
        region="cn-shanghai",
        endpoint=host,
        access_key="emulator",
        secret_key="emulator-secret",
        ca_file=str(ca_file) if ca_file else None,
        client_connect_timeout=1000,
    )
    return await connect(config, {}, Redactor())


async def test_a_server_of_an_authority_of_ones_own_is_trusted_with_a_ca_file(tmp_path: Path) -> None:
    authority = Authority()
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    async with RawServer(TASK, tls=authority.server(tmp_path)) as server:
        client = await dial(server.host, tmp_path / "ca.pem")

        assert (await client.get_workflow_task("t")).status == "Init"

        await client.close()


UNSHOWN = {
    "no file": ("is not trusted", "pulumi config set ice:caFile"),
    "another authority": ("is not trusted", "pulumi config set ice:caFile"),
    "another address": ("is not for this address", "check ice:endpoint"),
    "too old": ("has expired", "whoever runs the host must renew it"),
    "too new": ("is not valid yet", "set this machine's clock"),
}


@pytest.mark.parametrize("case", UNSHOWN)
async def test_a_server_that_cannot_show_who_it_is_gets_no_request(tmp_path: Path, case: str) -> None:
    authority, trusted = Authority(), Authority()
    (tmp_path / "ca.pem").write_bytes((trusted if case == "another authority" else authority).pem)
    name = "127.0.0.9" if case == "another address" else "127.0.0.1"
    shown = authority.server(tmp_path, name, hours={"too old": -9, "too new": 9}.get(case, 0))
    async with RawServer(TASK, tls=shown) as server:
        client = await dial(server.host, None if case == "no file" else tmp_path / "ca.pem")

        with pytest.raises(Rejected) as caught:
            await client.get_workflow_task("t")

        await client.close()
        assert server.requests == []
    what, advice = UNSHOWN[case]
    assert caught.value.headline == f"the certificate of {server.host} {what}"
    assert advice in dict(caught.value.hints)["next"]


async def test_a_server_without_tls_gets_no_request_and_is_told_of_at_once() -> None:
    heard = []

    async def answer_in_plain_text(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1000))
        writer.write(answer(400))
        writer.close()

    async with await asyncio.start_server(answer_in_plain_text, "127.0.0.1", 0) as server:
        client = await dial(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", None)

        with pytest.raises(Rejected, match="does not speak TLS") as caught:
            await client.get_workflow_task("t")

        await client.close()
    assert len(heard) == 1
    assert b"TaskId" not in heard[0]
    assert "pulumi config set ice:protocol HTTP" in str(caught.value)


@pytest.mark.parametrize(
    ("endpoint", "key_id", "is_told"),
    [
        ("ice.example.com", "LTAI5tCanary", True),
        ("ice.aliyuncs.com.example.com:8443", "STS.Canary", True),
        ("ice-vpc.cn-shanghai.aliyuncs.com", "LTAI5tCanary", False),
        ("127.0.0.1:8080", "LTAI5tCanary", False),
        ("ice.example.com", "emulator", False),
    ],
)
async def test_a_real_key_whose_requests_go_to_a_strange_host_is_told_of(
    endpoint: str, key_id: str, is_told: bool
) -> None:
    cloud = await connect(ProviderConfig(endpoint=endpoint, access_key=key_id, secret_key="s"), {}, Redactor())

    await cloud.close()

    told = f"ice:endpoint sends signed requests to {endpoint}, which is no host of Alibaba Cloud's"
    assert cloud.notes == ((told,) if is_told else ())


async def test_a_home_that_does_not_answer_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()
    monkeypatch.setattr(Path, "is_file", lambda _: answers.wait(30))
    monkeypatch.setattr(alibaba, "_READING", 0.05)

    with pytest.raises(Unreachable, match="the files that say how to sign in could not be read") as caught:
        await connect(ProviderConfig(region="cn-shanghai"), {"HOME": "/nowhere"}, Redactor())

    answers.set()
    assert "check that HOME" in str(caught.value)


def test_a_ca_file_that_is_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ca.pem")

    with pytest.raises(InvalidInput, match="caFile: cannot be read"):
        transport.trust(str(tmp_path / "ca.pem"))


@pytest.mark.parametrize("content", [None, b"", b"no certificate"], ids=["missing", "empty", "no PEM"])
async def test_a_ca_file_that_holds_no_authority_is_a_mistake_of_the_configuration(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_bytes(content)
    async with RawServer(TASK) as server:
        with pytest.raises(InvalidInput, match="caFile: cannot be read"):
            await dial(server.host, tmp_path / "ca.pem")


def test_nothing_older_than_tls_1_2_is_spoken_and_names_are_checked() -> None:
    context = transport.trust(None)

    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_the_client_implements_the_cloud() -> None:
    """Checked by mypy; at run time only the names can be seen."""
    assert {name for name in vars(Cloud) if not name.startswith("_")} <= set(dir(Client))
