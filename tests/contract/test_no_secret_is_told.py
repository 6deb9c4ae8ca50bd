"""Canary credentials through every fault: whatever becomes text holds no byte of them."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from contract.raw_server import RawServer, answer, say
from ice_emulator import KINDS, Emulator, Scenario
from ice_provider.alibaba import connect
from ice_provider.config import ProviderConfig
from ice_provider.errors import ProviderError
from ice_provider.redaction import Redactor
from support.key_services import GRANTS, OAUTH_TOKEN, OIDC_TOKEN, SSO_TOKEN
from support.secrets import KEY_ID, SECRET, TOKEN, seen_in
from support.stage import Stage
from support.ways import WAYS


def config(host: str, key_id: str = KEY_ID) -> ProviderConfig:
    return ProviderConfig(
        region="cn-shanghai",
        endpoint=host,
        protocol="HTTP",
        access_key=key_id,
        secret_key=SECRET,
        security_token=TOKEN,
        client_read_timeout=300,
    )


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and all that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def telling(error: ProviderError) -> str:
    """Return everything about an error that might be printed somewhere."""
    parts = [str(error), error.headline, repr(error.hints), *traceback.format_exception(error)]
    for each in chain(error):
        parts += [str(each), repr(each), repr(each.args), repr(vars(each))]
    return "\n".join(parts)


async def fail(host: str, redactor: Redactor, key_id: str = KEY_ID) -> ProviderError | None:
    client = await connect(config(host, key_id), {}, redactor)
    try:
        await client.get_workflow_task("t-1")
    except ProviderError as error:
        return error
    finally:
        await client.close()
    return None


def assert_silent(error: ProviderError, redactor: Redactor, key_id: str = KEY_ID) -> None:
    told = redactor.redact(telling(error))
    assert not seen_in(told)
    assert key_id not in redactor.redact(str(error))


async def never(_: float) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("kind", KINDS)
async def test_no_fault_of_the_emulator_brings_a_secret_to_light(kind: str) -> None:
    scenario = Scenario.from_mapping(
        {
            "tasks": [{"taskId": "t-1", "timeline": [{"after": 0, "status": "Init"}]}],
            "faults": [{"kind": kind}],
            "keys": [{"accessKey": KEY_ID, "secretKey": SECRET, "securityToken": TOKEN}],
        }
    )
    redactor = Redactor()
    async with Emulator(scenario, pause=never) as emulator:
        error = await fail(emulator.endpoint, redactor)

        assert emulator.calls[0].fault == ("" if kind == "none" else kind)
    if kind in {"none", "clockSkew", "unknownStatus"}:
        assert error is None
        return
    assert error
    assert_silent(error, redactor)
    assert kind == "unknownCode" or KEY_ID not in str(error)  # which alone is shown with what the service says


@pytest.mark.parametrize("change", ["secret", "token", "key"])
async def test_no_refusal_of_the_credentials_brings_them_to_light(change: str) -> None:
    known = {"accessKey": KEY_ID, "secretKey": SECRET, "securityToken": TOKEN}
    name = {"secret": "secretKey", "token": "securityToken", "key": "accessKey"}[change]
    scenario = Scenario.from_mapping({"tasks": [], "keys": [{**known, name: "another"}]})
    redactor = Redactor()
    async with Emulator(scenario) as emulator:
        error = await fail(emulator.endpoint, redactor)

    assert error
    assert_silent(error, redactor)
    assert KEY_ID not in str(error)


def test_the_check_itself_sees_what_is_not_taken_out() -> None:
    for leak in (f"a {TOKEN} b", f"a {quote(SECRET)[3:9]} b", f"the key {KEY_ID[4:]}"):
        with pytest.raises(AssertionError):
            assert_silent(ProviderError("no", [("said", leak)]), Redactor(), KEY_ID[4:])


ECHO = f"x-acs-accesskey-id:{KEY_ID} x-acs-security-token:{TOKEN} {quote(TOKEN, safe='~')} {SECRET} {TOKEN}"
CODES = [
    "SignatureDoesNotMatch",
    "InvalidSecurityToken.Expired",
    "InvalidAccessKeyId.NotFound",
    "InvalidTimeStamp.Format",
    "Forbidden.RAM",
    "ResourceNotFound",
    "Throttling",
    "InternalError",
    "InvalidApi.NotFound",
    "UnheardOf",
]


def in_message(code: str) -> Callable[[str], bytes]:
    def body(echo: str) -> bytes:
        return answer(400, json.dumps({"RequestId": "R-1", "Code": code, "Message": echo, "HostId": echo}).encode())

    return body


ECHOES: dict[str, Callable[[str], bytes]] = {
    **{code: in_message(code) for code in CODES},
    "as the code": lambda echo: answer(400, json.dumps({"Code": echo}).encode()),
    "as the request ID": lambda echo: answer(403, json.dumps({"Code": "Forbidden", "RequestId": echo}).encode()),
    "in HTML": lambda echo: answer(200, f"<html>{echo}</html>".encode()),
    "in broken JSON": lambda echo: answer(200, f'{{"x": "{echo}"'.encode()),
    "in a header": lambda echo: answer(503, b"", f"X-Echo: {echo}"),
    "in a header that is too long": lambda echo: answer(503, b"", f"X-Echo: {echo * 2000}"),
    "in a header that is none": lambda echo: answer(503, b"", f"{echo}"),
    "in the status line": lambda echo: f"HTTP/1.1 {echo}\r\n\r\n".encode(),
    "instead of HTTP": lambda echo: f"{echo}\r\n\r\n".encode(),
    "in the place of a redirect": lambda echo: answer(302, b"", f"Location: http://127.0.0.1:1/{echo}"),
    "in the pause": lambda echo: answer(429, b"", f"x-acs-retry-after: {echo}"),
    "in the date": lambda echo: answer(400, b'{"Code":"InvalidTimeStamp.Expired"}', f"Date: {echo}"),
    "in the length": lambda echo: answer(200, b"", f"Transfer-Encoding: {echo}"),
}


@pytest.mark.parametrize("where", ECHOES)
async def test_a_service_that_echoes_the_credentials_brings_none_to_light(where: str) -> None:
    redactor = Redactor()
    async with RawServer(say(ECHOES[where](ECHO))) as server:
        error = await fail(server.host, redactor)

    assert error
    assert_silent(error, redactor)


@pytest.mark.parametrize("where", ECHOES)
async def test_a_service_that_echoes_a_lasting_key_shows_it_masked_at_most(where: str) -> None:
    key_id = "LTAI5tCanaryKeyIdOfATest"
    redactor = Redactor()
    async with RawServer(say(ECHOES[where](f"AccessKeyId={key_id}"))) as server:
        error = await fail(server.host, redactor, key_id)

    assert error
    assert_silent(error, redactor, key_id)


# --- what is asked for a key, and what comes back ---------------------------------------------------------------------

ANSWERS: dict[str, Callable[[str], tuple[int, str]]] = {
    "a refusal": lambda echo: (403, json.dumps({"Code": "NoPermission", "Message": echo})),
    "a code": lambda echo: (403, json.dumps({"Code": echo})),
    "a request ID": lambda echo: (403, json.dumps({"RequestId": echo})),
    "a fault": lambda echo: (500, echo),
    "an answer without a key": lambda echo: (200, json.dumps({"Code": "Success", "Message": echo})),
    "half a key": lambda echo: (200, json.dumps({"Credentials": {"AccessKeySecret": echo}})),
    "no JSON": lambda echo: (200, f"<html>{echo}"),
}


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("name", [name for name, way in WAYS.items() if way.asks])
async def test_who_hands_out_keys_and_echoes_all_that_passed_brings_none_of_it_to_light(
    stage: Stage, name: str, kind: str
) -> None:
    cloud = await stage.sign_in(WAYS[name])
    await cloud.get_workflow_task("movie-1")
    granted = [part for grant in GRANTS[: stage.services.granted] for part in grant[1:]]
    passed = granted + [token for token in (OIDC_TOKEN, SSO_TOKEN, OAUTH_TOKEN) if token in stage.services.heard]
    stage.emulator.add_fault({"kind": "expiredToken"})
    stage.services.faults = [ANSWERS[kind](" ".join(passed))] * 4

    with pytest.raises(ProviderError) as caught:
        await cloud.get_workflow_task("movie-1")

    told = stage.redactor.redact(telling(caught.value))
    assert not seen_in(told, *passed)


async def test_the_vendors_loggers_have_no_way_to_standard_error() -> None:
    cloud = await connect(
        ProviderConfig(region="cn-shanghai", access_key="a-key", secret_key="a-secret"), {}, Redactor()
    )
    await cloud.close()

    for name in ("darabonba-core", "credentials"):
        logger = logging.getLogger(name)
        assert not logger.propagate
        assert [type(handler) for handler in logger.handlers] == [logging.NullHandler]
