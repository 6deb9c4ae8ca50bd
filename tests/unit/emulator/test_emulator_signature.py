"""Who may call: signatures, timestamps, nonces, keys and tokens."""

from __future__ import annotations

import ast
import hashlib
import inspect
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from alibabacloud_tea_openapi.utils import Utils
from hypothesis import given
from hypothesis import strategies as st

from ice_emulator import Scenario, ScenarioError, admin, signature
from ice_emulator.real_keys import looks_real
from ice_emulator.request import Refused, Request, parse
from ice_emulator.signature import (
    ACS3,
    DEFAULT_KEY,
    Key,
    Verifier,
    acs3_signature,
    canonical_query,
    canonical_request,
    version_1_signature,
)

if TYPE_CHECKING:
    from types import ModuleType

    from tests.unit.emulator.conftest import Caller, Reply, Stage

EMPTY_HASH = hashlib.sha256(b"").hexdigest()
ONE_TASK = "tasks: [{taskId: t, timeline: [{after: 0, status: Init}]}]"


def wire(*headers: tuple[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers]


def test_the_documented_request_has_the_documented_signature() -> None:
    request = parse(
        "POST",
        "/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
        wire(
            ("host", "ecs.cn-shanghai.aliyuncs.com"),
            ("x-acs-action", "RunInstances"),
            ("x-acs-content-sha256", EMPTY_HASH),
            ("x-acs-date", "2023-10-26T10:22:32Z"),
            ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
            ("x-acs-version", "2014-05-26"),
        ),
        b"",
    )
    signed = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
    canonical = canonical_request(request, signed, EMPTY_HASH)
    digest = "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
    assert digest == hashlib.sha256(canonical.encode()).hexdigest()
    signature = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    assert signature == acs3_signature("YourAccessKeySecret", canonical)


def test_headers_that_differ_in_case_only_are_signed_as_one() -> None:
    """The vector of aliyun/darabonba-openapi, python/tests/test_utils.py."""
    request = parse("GET", "/?test=ok&empty=", wire(("x-acs-test", "http"), ("x-acs-TEST", "https")), b"")
    payload = "55e12e91650d2fec56ec74e1d3e4ddbfce2ef3a65890c2a19ecf88a307e76a23"
    canonical = canonical_request(request, "x-acs-test", payload)
    assert "\nempty=&test=ok\nx-acs-test:http,https\n" in canonical
    signature = "d16b30a7699ae9e43875b13195b2f81bcc3ed10c14a9b5eb780e51619aa50be1"
    assert signature == acs3_signature("secret", canonical)


@pytest.mark.parametrize(
    ("target", "canonical"),
    [
        ("/?test=+~%2F*-%2B", "test=%20~%2F%2A-%2B"),
        ("/?test=%20~/%2A-%2b", "test=%20~%2F%2A-%2B"),
        ("/?b=2&a=1&a-b=3&A=4", "A=4&a=1&a-b=3&b=2"),
        ("/?empty=&bare", "bare=&empty="),
        ("/?caf%C3%A9=%E6%97%A5&x=%ff", "caf%C3%A9=%E6%97%A5&x=%FF"),
        ("/?a=1&&b=a=b", "a=1&b=a%3Db"),
        ("/", ""),
    ],
)
def test_a_query_is_signed_in_one_encoding_whatever_the_client_sends(target: str, canonical: str) -> None:
    assert canonical == canonical_query(parse("POST", target, [], b"").query)


@given(
    query=st.dictionaries(
        st.text("abcXYZ019-_.~", min_size=1), st.text(st.characters(exclude_categories=["Cs"])), max_size=5
    ),
    secret=st.text("abcXYZ019", min_size=1),
)
def test_both_signatures_agree_with_the_official_signer(query: dict[str, str], secret: str) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in query.items()]
    expected = Utils.get_rpcsignature(query, "POST", secret)
    assert expected == version_1_signature(secret, "POST", pairs)

    class Signable:
        method, pathname, headers = "POST", "/", {"Host": "h", "x-acs-B": " b ", "x-acs-a": "a"}

    Signable.query = query  # type: ignore[attr-defined]
    expected = Utils.get_authorization(Signable, ACS3, EMPTY_HASH, "key", secret)
    headers = {"host": ["h"], "x-acs-b": ["b"], "x-acs-a": ["a"]}
    request = Request("POST", "/", pairs, headers, b"", [], {})
    canonical = canonical_request(request, "host;x-acs-a;x-acs-b", EMPTY_HASH)
    assert expected.endswith(f"Signature={acs3_signature(secret, canonical)}")


async def test_a_rightly_signed_request_is_answered(stage: Stage) -> None:
    caller = await stage.play(ONE_TASK)
    assert (await caller.read("t")).status == 200
    assert [call.signature for call in caller.emulator.calls] == [ACS3]


async def test_a_get_with_a_query_is_answered(stage: Stage) -> None:
    caller = await stage.play(ONE_TASK)
    query = {"TaskId": "t"}
    assert (await caller.send("GET", query, caller.signed(query, method="GET"))).status == 200


async def test_a_form_body_is_part_of_what_is_signed(stage: Stage) -> None:
    """The task's ID stands in the body, the signature covers it through its hash."""
    caller = await stage.play(ONE_TASK)
    headers = {**caller.signed({}, b"TaskId=t"), "Content-Type": "application/x-www-form-urlencoded"}
    assert (await caller.send("POST", {}, headers, b"TaskId=t")).status == 200
    headers = {**caller.signed({}, b"TaskId=t"), "Content-Type": "application/x-www-form-urlencoded"}
    reply = await caller.send("POST", {}, headers, b"TaskId=other")
    assert (reply.status, reply.json["Code"]) == (400, "SignatureDoesNotMatch")
    assert "x-acs-content-sha256" in reply.json["Message"]


async def test_only_a_form_body_holds_parameters(stage: Stage) -> None:
    caller = await stage.play(ONE_TASK)
    query = {"TaskId": "t"}
    headers = {**caller.signed(query, b"TaskId=u"), "Content-Type": "application/json"}
    assert (await caller.send("POST", query, headers, b"TaskId=u")).task["TaskId"] == "t"


@pytest.mark.parametrize("form", [False, True], ids=["query", "form"])
async def test_a_signature_of_version_1_is_taken_from_query_or_form(stage: Stage, form: bool) -> None:
    caller = await stage.play(ONE_TASK)
    assert (await caller.send_version_1({"TaskId": "t"}, form=form)).status == 200
    assert [call.signature for call in caller.emulator.calls] == ["HMAC-SHA1"]


@pytest.mark.parametrize("part", ["path", "query", "header", "secret", "signature", "method"])
async def test_a_request_that_is_not_what_was_signed_is_refused(stage: Stage, part: str) -> None:
    caller = await stage.play(ONE_TASK)
    query = {"TaskId": "t"}
    if part == "secret":
        caller.key = ("emulator", "emulator-secreT")
    headers = caller.signed(query)
    if part == "header":
        headers["x-acs-version"] = "2020-11-10"
    if part == "signature":
        headers["Authorization"] = headers["Authorization"][:-1] + "é"
    method = "GET" if part == "method" else "POST"
    path = "/x" if part == "path" else "/"
    reply = await caller.send(method, {"TaskId": "u"} if part == "query" else query, headers, path=path)
    assert (reply.status, reply.json["Code"]) == (400, "SignatureDoesNotMatch")
    assert caller.emulator.calls[0].signature == ""


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("Authorization", None, "IncompleteSignature"),
        ("Authorization", "ACS3-HMAC-SM3 Credential=emulator,SignedHeaders=host,Signature=1", "InvalidSignatureMethod"),
        ("Authorization", "ACS3-HMAC-SHA256 SignedHeaders=host,Signature=1", "IncompleteSignature"),
        ("Authorization", "ACS3-HMAC-SHA256 Credential=emulator,SignedHeaders=host,Signature=", "IncompleteSignature"),
        ("Authorization", "ACS3-HMAC-SHA256 Credential=emulator,Signature=1", "IncompleteSignature"),
        (
            "Authorization",
            "ACS3-HMAC-SHA256 Credential=emulator,SignedHeaders=host,=,Signature=a==",
            "IncompleteSignature",
        ),
        ("Authorization", "ACS3-HMAC-SHA256", "IncompleteSignature"),
        ("Authorization", "", "InvalidSignatureMethod"),
        ("x-acs-date", None, "MissingDate"),
        ("x-acs-signature-nonce", None, "MissingSignatureNonce"),
        ("x-acs-content-sha256", None, "MissingContentSha256"),
        ("x-acs-date", "2026-01-02 12:00:00", "InvalidTimeStamp.Format"),
        ("x-acs-date", "2026-13-02T12:00:00Z", "InvalidTimeStamp.Format"),
        ("x-acs-new", "not signed", "IncompleteSignature"),
        ("x-acs-security-token", "not signed", "IncompleteSignature"),
    ],
)
async def test_an_incomplete_signature_is_refused(stage: Stage, header: str, value: str | None, code: str) -> None:
    caller = await stage.play(ONE_TASK)
    headers = caller.signed({"TaskId": "t"})
    headers.pop(header, None)
    if value is not None:
        headers[header] = value
    reply = await caller.send("POST", {"TaskId": "t"}, headers)
    assert (reply.status, reply.json["Code"]) == (400, code)


async def test_signed_headers_must_name_the_host_and_only_headers_that_are_there(stage: Stage) -> None:
    caller = await stage.play(ONE_TASK)
    for change in (("host;", ""), ("host;", "host;x-acs-absent;")):
        headers = caller.signed({"TaskId": "t"})
        headers["Authorization"] = headers["Authorization"].replace(*change)
        reply = await caller.send("POST", {"TaskId": "t"}, headers)
        assert (reply.status, reply.json["Code"]) == (400, "IncompleteSignature")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"AccessKeyId": ""}, "MissingAccessKeyId"),
        ({"SignatureNonce": ""}, "MissingSignatureNonce"),
        ({"Timestamp": ""}, "MissingTimestamp"),
        ({"Timestamp": "now"}, "InvalidTimeStamp.Format"),
        ({"Timestamp": "2026-01-02T12:15:01Z"}, "InvalidTimeStamp.Expired"),
        ({"SignatureMethod": "HMAC-MD5"}, "InvalidSignatureMethod"),
        ({"SignatureVersion": "2.0"}, "InvalidSignatureMethod"),
        ({"SecurityToken": "t"}, "InvalidSecurityToken.MismatchWithAccessKey"),
    ],
)
async def test_an_incomplete_signature_of_version_1_is_refused(
    stage: Stage, changes: dict[str, str], code: str
) -> None:
    caller = await stage.play(ONE_TASK)
    reply = await caller.send_version_1(changes)
    assert (reply.status, reply.json["Code"]) == (400, code)


async def test_a_wrong_signature_of_version_1_is_refused(stage: Stage) -> None:
    caller = await stage.play(ONE_TASK)
    reply = await caller.send_version_1({}, secret="wrong")
    assert (reply.status, reply.json["Code"]) == (400, "SignatureDoesNotMatch")


async def test_a_refused_signature_has_the_colon_behind_which_clients_look_for_what_was_signed(stage: Stage) -> None:
    caller = await stage.play(ONE_TASK)
    reply = await caller.send_version_1({}, secret="wrong")
    _, colon, signed = reply.json["Message"].partition("server string to sign is:")
    assert (colon != "", "emulator" in signed, ":" in signed) == (True, False, False)


@pytest.mark.parametrize(("seconds", "status"), [(-901, 400), (-900, 200), (900, 200), (901, 400)])
async def test_a_timestamp_may_be_fifteen_minutes_off(stage: Stage, seconds: int, status: int) -> None:
    caller = await stage.play(ONE_TASK)
    headers = caller.signed({"TaskId": "t"})
    stage.clock.offset = timedelta(seconds=seconds)
    reply = await caller.send("POST", {"TaskId": "t"}, headers)
    assert reply.status == status
    assert status == 200 or reply.json["Code"] == "InvalidTimeStamp.Expired"


async def test_every_answer_tells_the_emulators_time(stage: Stage) -> None:
    """A client learns from it how far its own clock is off."""
    caller = await stage.play(ONE_TASK)
    stage.clock.offset = timedelta(minutes=20)
    assert (await caller.read("t")).headers["Date"] == "Fri, 02 Jan 2026 12:20:00 GMT"
    stage.clock.offset = timedelta(0)
    assert (await caller.read("t")).headers["Date"] == "Fri, 02 Jan 2026 12:00:00 GMT"


async def test_a_request_that_is_sent_again_is_refused(stage: Stage) -> None:
    caller = await stage.play(ONE_TASK)
    headers = caller.signed({"TaskId": "t"})
    assert (await caller.send("POST", {"TaskId": "t"}, headers)).status == 200
    reply = await caller.send("POST", {"TaskId": "t"}, headers)
    assert (reply.status, reply.json["Code"]) == (400, "SignatureNonceUsed")


async def test_a_nonce_counts_once_whichever_way_the_request_is_signed(stage: Stage) -> None:
    caller = await stage.play(ONE_TASK)
    caller.extra = {"x-acs-signature-nonce": "once"}
    assert (await caller.read("t")).status == 200
    assert (await caller.send_version_1({"SignatureNonce": "once"})).json["Code"] == "SignatureNonceUsed"


async def test_a_wrong_signature_does_not_use_up_a_nonce(stage: Stage) -> None:
    caller = await stage.play(ONE_TASK)
    caller.extra = {"x-acs-signature-nonce": "once"}
    caller.key = ("emulator", "wrong")
    assert (await caller.read("t")).status == 400
    caller.key = ("emulator", "emulator-secret")
    assert (await caller.read("t")).status == 200


def test_only_the_last_nonces_are_remembered() -> None:
    """Memory stays bounded, and the last ones are still refused."""
    now = datetime(2026, 1, 2, tzinfo=UTC)
    verifier = Verifier([DEFAULT_KEY], remembered_nonces=3)

    def send(nonce: str) -> None:
        names = "AccessKeyId=emulator&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&Timestamp=2026-01-02T00:00:00Z"
        target = f"/?{names}&SignatureNonce={nonce}"
        signature = version_1_signature("emulator-secret", "GET", parse("GET", target, [], b"").query)
        quoted = signature.replace("+", "%2B")
        verifier.verify(parse("GET", f"{target}&Signature={quoted}", [], b""), [now])

    for nonce in "abcd":
        send(nonce)
    for nonce in "bcd":
        with pytest.raises(Refused, match="nonce was used"):
            send(nonce)
    send("a")


async def test_an_unknown_key_is_refused(stage: Stage) -> None:
    caller = await stage.play(ONE_TASK)
    caller.key = ("nobody", "emulator-secret")
    reply = await caller.read("t")
    assert (reply.status, reply.json["Code"]) == (404, "InvalidAccessKeyId.NotFound")
    assert reply.json["Message"] == "Specified access key is not found."


@pytest.mark.parametrize("text", ["{accessKey:KEY, secretKey: s}", "{KEY: s}", "{accessKey: a, secretKey: s, KEY: t}"])
def test_a_key_that_looks_real_is_told_nowhere_in_a_scenario(text: str) -> None:
    real = "LTAI" + "5tAbCdEfGh1234567890"

    with pytest.raises(ScenarioError) as caught:
        Scenario.from_text(f"keys: [{text.replace('KEY', real)}]")

    assert real[4:] not in str(caught.value)


async def test_a_key_that_looks_real_is_refused_with_what_to_do(stage: Stage) -> None:
    caller = await stage.play(ONE_TASK)
    caller.key = ("LTAI" + "4FakeFakeFake", "a-secret")
    reply = await caller.read("t")
    assert (reply.status, reply.json["Code"]) == (404, "InvalidAccessKeyId.NotFound")
    assert "looks like one of the real service" in reply.json["Message"]
    assert "emulator / emulator-secret" in reply.json["Message"]


@pytest.mark.parametrize(
    ("key", "real"),
    [
        ("LTAI123456789012", True),
        ("LTAI12345678901", False),
        ("emulator", False),
        ("STS.x", False),
        ("STS.NUgYrLnoC37mZZCNnAbez", True),
    ],
)
def test_a_key_looks_real_by_its_beginning_and_length(key: str, *, real: bool) -> None:
    assert looks_real(key) is real


KEYS = """
keys:
  - {accessKey: tester, secretKey: tester-secret}
  - {accessKey: STS.one, secretKey: one, securityToken: token-one}
  - {accessKey: nobody, secretKey: nothing, denied: true}
tasks: [{taskId: t, timeline: [{after: 0, status: Init}]}]
"""


async def test_keys_of_the_scenario_are_known_beside_the_one_out_of_the_box(stage: Stage) -> None:
    caller = await stage.play(KEYS)
    assert (await caller.read("t")).status == 200
    caller.key = ("tester", "tester-secret")
    assert (await caller.read("t")).status == 200


@pytest.mark.parametrize(
    ("token", "status", "code"),
    [
        ("token-one", 200, None),
        ("token-two", 400, "InvalidSecurityToken.MismatchWithAccessKey"),
        ("", 400, "MissingSecurityToken"),
    ],
)
@pytest.mark.parametrize("version", [1, 3])
async def test_a_temporary_key_comes_with_its_token(
    stage: Stage, version: int, token: str, status: int, code: str | None
) -> None:
    caller = await stage.play(KEYS)
    caller.key = ("STS.one", "one")
    if version == 1:
        reply = await caller.send_version_1({"SecurityToken": token})
    else:
        caller.extra = {"x-acs-security-token": token} if token else {}
        reply = await caller.read("t")
    assert (reply.status, reply.json.get("Code")) == (status, code)


@pytest.mark.parametrize("status", ["400", "403"])
async def test_a_token_expires_and_no_other_key_does(stage: Stage, status: str) -> None:
    token = "{accessKey: STS.one, secretKey: one, securityToken: token-one, expiresAfter: 900}"
    caller = await stage.play(f"keys: [{token}]\nvariants: {{expiredToken: {status}}}\ntasks: []", speed=10)
    stage.clock.seconds += 89.9
    before = await _with_token(caller)
    stage.clock.seconds += 0.1
    after = await _with_token(caller)
    caller.key, caller.extra = ("emulator", "emulator-secret"), {}
    assert before.json["Code"] == (await caller.read("t")).json["Code"] == "ResourceNotFound"
    assert (after.status, after.json["Code"]) == (int(status), "InvalidSecurityToken.Expired")


async def _with_token(caller: Caller) -> Reply:
    caller.key, caller.extra = ("STS.one", "one"), {"x-acs-security-token": "token-one"}
    return await caller.read("t")


async def test_a_token_with_a_key_that_has_none_is_refused(stage: Stage) -> None:
    caller = await stage.play(KEYS)
    caller.extra = {"x-acs-security-token": "some"}
    assert (await caller.read("t")).json["Code"] == "InvalidSecurityToken.MismatchWithAccessKey"


async def test_a_denied_key_may_do_nothing(stage: Stage) -> None:
    caller = await stage.play(KEYS)
    caller.key = ("nobody", "nothing")
    reply = await caller.read("t")
    assert (reply.status, reply.json["Code"]) == (403, "NoPermission")
    assert reply.json["AccessDeniedDetail"]["AuthAction"] == "ice:GetWorkflowTask"


async def test_no_refusal_repeats_a_secret_a_signature_or_a_token(stage: Stage) -> None:
    """Neither in the answer nor in what is recorded."""
    caller = await stage.play(KEYS)
    caller.key = ("STS.one", "canary-secret")
    caller.extra = {"x-acs-security-token": "canary-token"}
    headers = caller.signed({"TaskId": "t"})
    signature = headers["Authorization"].rpartition("=")[2]
    replies = [await caller.send("POST", {"TaskId": "t"}, headers)]
    caller.key = ("STS.one", "one")
    replies.append(await caller.read("t"))
    replies.append(await caller.send_version_1({"SecurityToken": "canary-token"}, secret="canary-secret"))
    headers["x-acs-security-token"] = "canary-token" * 10_000
    replies.append(await caller.send("POST", {"TaskId": "t"}, headers))
    seen = "".join(f"{reply.headers}{reply.body!r}" for reply in replies) + repr(caller.emulator.calls)
    assert {reply.status for reply in replies} == {400}
    assert "canary" not in seen
    assert signature not in seen
    assert "one" not in repr(Key(access_key="k", secret_key="one", security_token="one"))


@pytest.mark.parametrize("module", [signature, admin], ids=lambda module: module.__name__)
def test_no_secret_is_compared_in_a_time_that_tells_where_it_differs(module: ModuleType) -> None:
    """Whatever is compared by its value is no signature, token, secret or hash: for those there is `same`."""
    compared = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq)
    ]
    assert [text for text in compared if re.search(r"(?i)token|secret|\['signature'\]|hash|digest", text)] == []
    assert "hmac.compare_digest" in inspect.getsource(signature.same)


def test_what_came_as_bytes_survives_into_the_signature() -> None:
    """A header in another encoding is compared as the bytes it was."""
    request = parse("POST", "/", [(b"X-Acs-Latin", b" caf\xe9 ")], b"")
    assert request.header("x-acs-latin").encode("utf-8", "surrogateescape") == b"caf\xe9"
    assert acs3_signature("s", canonical_request(request, "x-acs-latin", EMPTY_HASH))


async def test_a_parameter_that_is_given_twice_is_refused(stage: Stage) -> None:
    caller = await stage.play(ONE_TASK)
    headers = {**caller.signed({"TaskId": "t"}, b"TaskId=u"), "Content-Type": "application/x-www-form-urlencoded"}
    reply = await caller.send("POST", {"TaskId": "t"}, headers, b"TaskId=u")
    assert (reply.status, reply.json["Code"]) == (400, "InvalidParameter")
