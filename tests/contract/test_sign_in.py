"""Every way to sign in ends in a call that the service accepts, and none takes a key past our rules."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import inspect
import json

import pytest
from Tea.core import TeaCore
from Tea.request import TeaRequest

from contract.raw_server import Behaviour, RawServer, answer, hang, say, trickle
from ice_provider.alibaba.client import Client
from ice_provider.alibaba.credentials import courier as courier_room
from ice_provider.alibaba.credentials import sign_in
from ice_provider.alibaba.credentials.courier import Courier
from ice_provider.alibaba.credentials.keyring import Keyring
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.alibaba.credentials.order import Found
from ice_provider.alibaba.credentials.origins import Address
from ice_provider.alibaba.endpoint import Place
from ice_provider.alibaba.transport import trust
from ice_provider.errors import Denied, NotSignedIn, Throttled, Unreachable
from ice_provider.redaction import Redactor
from support.key_services import OIDC_TOKEN
from support.stage import Stage
from support.ways import WAYS, Way


@pytest.mark.parametrize("name", WAYS)
async def test_every_way_ends_in_a_call_with_a_valid_signature(stage: Stage, name: str) -> None:
    cloud = await stage.sign_in(WAYS[name])

    task = await cloud.get_workflow_task("movie-1")

    assert task.succeeded
    assert [call.status for call in stage.emulator.calls] == [200]
    assert stage.asked == list(WAYS[name].asks)


# --- renewal ----------------------------------------------------------------------------------------------------------

ROLE = WAYS["a role assumed with a configured pair"]


async def test_an_expired_token_is_renewed_once_and_the_call_repeated(stage: Stage) -> None:
    stage.emulator.add_fault({"kind": "expiredToken", "calls": 1})
    cloud = await stage.sign_in(ROLE)

    assert (await cloud.get_workflow_task("movie-1")).succeeded

    assert [call.code for call in stage.emulator.calls] == ["InvalidSecurityToken.Expired", ""]
    assert stage.services.granted == 2


async def test_a_token_that_is_refused_again_after_its_renewal_is_an_error(stage: Stage) -> None:
    stage.emulator.add_fault({"kind": "expiredToken"})
    cloud = await stage.sign_in(ROLE)

    with pytest.raises(NotSignedIn, match="the security token has expired") as caught:
        await cloud.get_workflow_task("movie-1")

    assert "it was renewed, and refused again" in str(caught.value)
    assert stage.services.granted == 2


@pytest.mark.parametrize("is_lasting", [False, True], ids=["at first", "for good"])
async def test_a_key_that_the_service_does_not_know_is_fetched_anew_once(stage: Stage, is_lasting: bool) -> None:
    keys = [Key("STS.of-yesterday", "s", "t", "a test"), Key("emulator", "emulator-secret", None, "a test")]
    fetched: list[Key] = []

    async def fetch() -> Key:
        fetched.append(keys[0 if is_lasting else len(fetched)])
        return dataclasses.replace(fetched[-1])

    origin = Address("http://127.0.0.1:9/keys")
    place = Place("cn-shanghai", stage.emulator.endpoint, "http", connect=5.0, read=5.0)
    client = Client(place, Keyring(fetch=fetch), trust(None), Found(origin))
    if is_lasting:
        with pytest.raises(Denied) as caught:
            await client.get_workflow_task("movie-1")
        assert (
            dict(caught.value.hints)["next"] == "another one was fetched, and refused too: check who hands out the key"
        )
    else:
        assert (await client.get_workflow_task("movie-1")).succeeded
    await client.close()

    assert len(fetched) == 2


async def test_a_hundred_calls_with_a_token_that_expires_are_one_renewal(stage: Stage) -> None:
    stage.emulator.add_fault({"kind": "expiredToken", "calls": list(range(2, 52))})
    cloud = await stage.sign_in(ROLE)
    await cloud.get_workflow_task("movie-1")

    tasks = await asyncio.gather(*(cloud.get_workflow_task("movie-1") for _ in range(50)))

    assert all(task.succeeded for task in tasks)
    assert stage.services.granted == 2


async def test_a_key_is_renewed_before_it_expires(stage: Stage) -> None:
    """This one lasts 21 s, and is renewed 20 s before its end."""
    stage.services.lifetime = 21.0
    cloud = await stage.sign_in(ROLE)
    await cloud.get_workflow_task("movie-1")
    stage.services.lifetime = 3600.0
    async with asyncio.timeout(10):
        while stage.services.granted == 1:
            await cloud.get_workflow_task("movie-1")

    assert {call.status for call in stage.emulator.calls} == {200}


# --- our rules on the way ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["the instance's role", "a URI that hands out keys"])
async def test_no_proxy_sees_what_is_asked_of_this_machine_or_its_metadata(stage: Stage, name: str) -> None:
    """Measured of the library alone: it sent the metadata request through HTTP_PROXY although NO_PROXY named it."""
    async with RawServer(say(answer(200, b"{}"))) as proxy:
        cloud = await stage.sign_in(WAYS[name], HTTP_PROXY=f"http://{proxy.host}", ALL_PROXY=f"http://{proxy.host}")
        await cloud.get_workflow_task("movie-1")

    assert proxy.requests == []


async def test_the_token_service_is_asked_through_the_proxy_in_a_tunnel_that_hides_the_keys(stage: Stage) -> None:
    async with RawServer(say(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")) as proxy:
        cloud = await stage.sign_in(ROLE, HTTPS_PROXY=f"http://user:canary-password@{proxy.host}")
        told = r"signing in by the role .* failed: the proxy refuses to connect to sts\.aliyuncs\.com: HTTP 407"
        with pytest.raises(NotSignedIn, match=told):
            await cloud.get_workflow_task("movie-1")

    (request,) = proxy.requests
    assert request.startswith(b"CONNECT ")
    assert b"emulator" not in request
    assert stage.redactor.redact("canary-password") == "[secret]"


async def test_a_service_for_keys_that_cannot_be_reached_is_told_as_a_trouble_of_the_sign_in(stage: Stage) -> None:
    cloud = await stage.sign_in(Way({"credentialsUri": "http://127.0.0.1:9/keys"}))

    with pytest.raises(Unreachable) as caught:
        await cloud.get_workflow_task("movie-1")

    told = "signing in by the credentials URI failed: 127.0.0.1:9 cannot be reached (connection refused)"
    assert caught.value.headline == told
    assert dict(caught.value.hints)["next"].startswith("it must answer with Code, AccessKeyId")


@pytest.mark.parametrize(
    "name", ["a role assumed with a configured pair", "OIDC with a file", "a profile with CloudSSO"]
)
async def test_no_policy_and_no_new_sign_in_is_named_where_only_the_network_is_in_doubt(
    stage: Stage, name: str
) -> None:
    cloud = await stage.sign_in(WAYS[name], HTTPS_PROXY="http://127.0.0.1:9")

    with pytest.raises(Unreachable) as caught:
        await cloud.get_workflow_task("movie-1")

    assert caught.value.headline.endswith(
        "the proxy of the environment cannot be reached: check HTTPS_PROXY and NO_PROXY"
    )
    assert dict(caught.value.hints)["next"] == "check the network, HTTPS_PROXY and NO_PROXY; then run it again"


async def test_a_refusal_that_goes_on_and_on_is_told_in_a_few_lines(stage: Stage) -> None:
    cloud = await stage.sign_in(ROLE)
    words = "word " * 100_000
    stage.services.faults = [(403, json.dumps({"Code": "NoPermission", "Message": words, "RequestId": words}))]

    with pytest.raises(NotSignedIn, match=r"NoPermission: (word ?){100}…\n") as caught:
        await cloud.get_workflow_task("movie-1")

    assert len(str(caught.value)) < 2_000


async def test_no_proxy_is_obeyed_for_the_token_service(stage: Stage) -> None:
    async with RawServer(say(answer(200, b"{}"))) as proxy:
        cloud = await stage.sign_in(ROLE, HTTPS_PROXY=f"http://{proxy.host}", NO_PROXY="aliyuncs.com")
        await cloud.get_workflow_task("movie-1")

    assert proxy.requests == []


@pytest.mark.parametrize("name", [name for name, way in WAYS.items() if way.asks])
async def test_no_redirect_is_followed_with_a_key(stage: Stage, name: str) -> None:
    stage.services.faults = [(302, "")] * 4
    cloud = await stage.sign_in(WAYS[name])

    with pytest.raises(NotSignedIn, match="it redirects; refused, because keys would go with it"):
        await cloud.get_workflow_task("movie-1")

    assert stage.services.redirected == 0


@pytest.mark.parametrize("behaviour", [hang, trickle(answer(200, b"x" * 1000), 0.02)], ids=["hangs", "trickles"])
async def test_a_sign_in_ends_within_its_limit_whatever_the_service_does(behaviour: Behaviour) -> None:
    async with RawServer(behaviour) as server:
        courier = Courier({}, trust(None), Redactor())
        began = asyncio.get_running_loop().time()
        with pytest.raises(Unreachable, match="signing in by the credentials URI took longer than") as caught:
            await sign_in.fetch(Address(f"http://{server.host}/"), courier, within=0.3)

    assert asyncio.get_running_loop().time() - began < 1.0
    assert dict(caught.value.hints)["next"].startswith("it must answer with Code, AccessKeyId")


def test_the_library_still_speaks_by_the_functions_that_are_replaced() -> None:
    """When this fails, look how the library sends its requests now: every rule above hangs on that."""
    for theirs in (courier_room.THEIRS, courier_room.THEIRS_BLOCKING):
        assert theirs.__module__ == "Tea.core"
        assert list(inspect.signature(theirs).parameters) == ["request", "runtime_option"]
    assert courier_room.THEIR_TIME.__module__ == "alibabacloud_credentials.utils.parameter_helper"
    assert list(inspect.signature(courier_room.THEIR_TIME).parameters) == []


async def test_whoever_signs_in_without_a_courier_is_left_alone() -> None:
    """The replaced functions belong to the whole process, where a program may use the vendor's SDK itself."""
    async with RawServer(say(answer(200, b"plain"))) as server:
        request = TeaRequest()
        request.headers, request.protocol, request.method = {"host": server.host}, "http", "GET"

        answers = [await TeaCore.async_do_action(request), await asyncio.to_thread(TeaCore.do_action, request)]

    assert [answer.body for answer in answers] == [b"plain", b"plain"]


async def test_a_line_break_at_the_end_of_a_token_file_is_no_part_of_the_token(stage: Stage) -> None:
    (stage.folder / "oidc-token").write_text(f"{OIDC_TOKEN}\n")
    cloud = await stage.sign_in(WAYS["OIDC of the environment"])

    assert (await cloud.get_workflow_task("movie-1")).succeeded


@pytest.mark.parametrize(("text", "told"), [("", "is empty"), (" \n", "is empty"), ("null\n", "the word null")])
async def test_a_file_that_holds_no_token_is_named_and_nobody_is_asked(stage: Stage, text: str, told: str) -> None:
    """Such as a step of a workflow leaves behind that was not allowed to fetch one."""
    file = stage.folder / "oidc-token"
    file.write_text(text)
    cloud = await stage.sign_in(WAYS["OIDC of the environment"])

    with pytest.raises(NotSignedIn) as caught:
        await cloud.get_workflow_task("movie-1")

    assert str(file) in caught.value.headline
    assert told in caught.value.headline
    assert stage.asked == []


async def test_a_token_that_is_none_is_named_by_its_word(stage: Stage) -> None:
    way = WAYS["OIDC with a token"]
    told = {**way.config["assumeRoleWithOidc"], "oidcToken": "null"}
    cloud = await stage.sign_in(Way({"assumeRoleWithOidc": told}))

    with pytest.raises(NotSignedIn, match=r"ice:assumeRoleWithOidc\.oidcToken holds the word null"):
        await cloud.get_workflow_task("movie-1")


async def test_a_token_is_read_anew_at_each_renewal(stage: Stage) -> None:
    cloud = await stage.sign_in(WAYS["OIDC of the environment"])
    await cloud.get_workflow_task("movie-1")
    stage.emulator.add_fault({"kind": "expiredToken"})
    (stage.folder / "oidc-token").write_text("another-token")

    with pytest.raises(NotSignedIn, match="by OIDC failed: not allowed to assume the role: NoPermission"):
        await cloud.get_workflow_task("movie-1")


async def test_a_token_file_that_is_not_there_is_named(stage: Stage) -> None:
    (stage.folder / "oidc-token").unlink()
    cloud = await stage.sign_in(WAYS["OIDC of the environment"])

    with pytest.raises(NotSignedIn, match="by OIDC failed: no such file or directory") as caught:
        await cloud.get_workflow_task("movie-1")

    assert str(stage.folder / "oidc-token") in str(caught.value)


async def test_a_uri_is_asked_as_it_stands_user_and_repeated_parameters_included(stage: Stage) -> None:
    uri = f"http://me:canary%40password@{stage.services.plain}/keys?for=a%20b&for=&for=c&token=canary-token"
    cloud = await stage.sign_in(Way({"credentialsUri": uri}))

    await cloud.get_workflow_task("movie-1")

    (request,) = stage.services.requests
    assert list(request.query.items()) == [("for", "a b"), ("for", ""), ("for", "c"), ("token", "canary-token")]
    scheme, told = request.headers["Authorization"].split()
    assert (scheme, base64.b64decode(told)) == ("Basic", b"me:canary@password")
    hidden = ("canary@password", told, uri)
    assert [stage.redactor.redact(text) for text in hidden] == ["[secret]"] * 3


# --- what is said when no key comes -----------------------------------------------------------------------------------

HALF = {"AccessKeyId": "x", "AccessKeySecret": "", "SecurityToken": "t", "Expiration": "2999-01-01T00:00:00Z"}
SPACED = {**HALF, "AccessKeySecret": "canary secret"}
TROUBLE = {
    "refused": (403, json.dumps({"Code": "NoPermission", "Message": "not\nallowed", "RequestId": "R-9"}), NotSignedIn),
    "throttled": (400, json.dumps({"Code": "Throttling.User", "Message": "slow down"}), Throttled),
    "throttled by status": (429, "", Throttled),
    "down": (503, "<html>", Unreachable),
    "not JSON": (200, "<html>", NotSignedIn),
    "no key": (200, json.dumps({"Code": "Success", "Credentials": {"AccessKeyId": "x"}}), NotSignedIn),
    "half a key": (200, json.dumps({"Code": "Success", "AccessKeyId": "canary-id"}), NotSignedIn),
    "an empty secret": (
        200,
        json.dumps({"Code": "Success", "Credentials": HALF, "CloudCredential": HALF, **HALF}),
        NotSignedIn,
    ),
    "a secret with spaces": (
        200,
        json.dumps({"Code": "Success", "Credentials": SPACED, "CloudCredential": SPACED, **SPACED}),
        NotSignedIn,
    ),
    "deep": (200, "[" * 100_000, NotSignedIn),
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("name", [name for name, way in WAYS.items() if way.asks])
async def test_trouble_with_a_sign_in_is_told_in_our_words(stage: Stage, name: str, trouble: str) -> None:
    status, body, kind = TROUBLE[trouble]
    stage.services.faults = [(status, body)] * 4
    cloud = await stage.sign_in(WAYS[name])

    with pytest.raises(kind) as caught:
        await cloud.get_workflow_task("movie-1")

    headline = caught.value.headline
    assert headline.startswith("signing in by ")
    assert "\n" not in headline
    assert dict(caught.value.hints)["next"].startswith("run it again in a while") == (kind is not NotSignedIn)
    assert stage.emulator.calls == []


async def test_a_refused_role_names_role_host_request_and_the_policy_it_lacks(stage: Stage) -> None:
    stage.services.faults = [TROUBLE["refused"][:2]]
    cloud = await stage.sign_in(ROLE)

    with pytest.raises(NotSignedIn) as caught:
        await cloud.get_workflow_task("movie-1")

    assert str(caught.value).splitlines() == [
        (
            "signing in by the role acs:ram::123456789012:role/reader, assumed from ice:accessKey failed: "
            "not allowed to assume the role: NoPermission"
        ),
        "    asked      sts.aliyuncs.com",
        "    said       NoPermission: not allowed",
        "    who        the key em… (from ice:accessKey)",
        "    request    R-9",
        (
            "    next       let the key assume the role, and the role trust it:  "
            '{"Version":"1","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole"],'
            '"Resource":["acs:ram::123456789012:role/reader"]}]}'
        ),
    ]


@pytest.mark.parametrize(
    ("code", "told", "remedy"),
    [
        ("InvalidAccessKeyId.NotFound", "the access key is not known or not active", "check the key ID, and that"),
        ("SignatureDoesNotMatch", "the signature was refused", "check the secret key and this machine's clock"),
        ("InvalidSecurityToken.Expired", "the security token has expired", "set a fresh key pair and token"),
        ("EntityNotExist.Role", "cannot assume the role: EntityNotExist.Role", "let the key assume the role"),
        ("InvalidParameter.PolicyGrammar", "cannot assume the role: InvalidParameter", "mend what it names"),
        ("InvalidTimeStamp.Expired", "the service refuses the time of the request", "set this machine's clock"),
    ],
)
async def test_the_remedy_for_a_refused_role_is_that_of_its_code(
    stage: Stage, code: str, told: str, remedy: str
) -> None:
    stage.services.faults = [(400, json.dumps({"Code": code, "Message": "no", "RequestId": "R-9"}))] * 2
    cloud = await stage.sign_in(ROLE)

    with pytest.raises(NotSignedIn) as caught:
        await cloud.get_workflow_task("movie-1")

    assert told in caught.value.headline
    assert remedy in dict(caught.value.hints)["next"]


async def test_what_oauth_says_is_told(stage: Stage) -> None:
    stage.services.faults = [(400, '{"error": "invalid_grant", "error_description": "it has expired"}')] * 4
    cloud = await stage.sign_in(WAYS["a profile with OAuth"])

    with pytest.raises(NotSignedIn) as caught:
        await cloud.get_workflow_task("movie-1")

    assert "cannot get a key: invalid_grant: it has expired" in caught.value.headline
    assert ("next", "sign in anew with the aliyun CLI: aliyun configure") in caught.value.hints


async def test_a_token_anywhere_in_a_uri_is_shown_to_nobody_though_its_service_echoes_it(stage: Stage) -> None:
    tokens = ("of-the-user-1", "of-the-password-1", "ofThePath", "of the query 1")
    stage.services.faults = [(403, json.dumps({"Code": "No", "Message": " ".join(tokens)}))]
    uri = f"http://{tokens[0]}:{tokens[1]}@{stage.services.plain}/keys/{tokens[2]}?token=of+the+query+1"
    cloud = await stage.sign_in(Way({"credentialsUri": uri}))

    with pytest.raises(NotSignedIn) as caught:
        await cloud.get_workflow_task("movie-1")

    shown = stage.redactor.redact(str(caught.value))
    assert "cannot get a key: No:" in shown
    assert not [token for token in tokens if token in shown]


# --- clocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [-2400.0, 7200.0])
@pytest.mark.parametrize("name", ["a role assumed with a configured pair", "OIDC of the environment"])
async def test_a_clock_that_is_off_is_corrected_by_that_of_the_token_service(
    stage: Stage, name: str, ahead: float
) -> None:
    stage.services.ahead = ahead
    cloud = await stage.sign_in(WAYS[name])

    assert (await cloud.get_workflow_task("movie-1")).succeeded


async def test_a_key_lasts_as_long_as_its_service_says_whatever_the_clock_of_this_machine(stage: Stage) -> None:
    stage.services.ahead = -2400.0
    courier = Courier({}, trust(stage.services.ca_file), stage.redactor, stage.services.routes)

    key = await sign_in.fetch(Address(f"http://{stage.services.plain}/keys"), courier)

    assert key.lasts == pytest.approx(stage.services.lifetime, abs=5)


async def test_a_clock_by_which_every_key_has_expired_is_told_with_its_skew(stage: Stage) -> None:
    stage.services.ahead = -7200.0
    cloud = await stage.sign_in(ROLE)

    with pytest.raises(
        NotSignedIn, match="no key is valid here, because the clock of this machine is 2h ahead"
    ) as caught:
        await cloud.get_workflow_task("movie-1")

    assert ("next", "set this machine's clock") in caught.value.hints


async def test_a_key_that_has_expired_when_it_comes_is_no_valid_one(stage: Stage) -> None:
    stage.services.lifetime = -60.0
    cloud = await stage.sign_in(ROLE)

    with pytest.raises(NotSignedIn, match="its answer holds no valid key"):
        await cloud.get_workflow_task("movie-1")
