"""Faults: each kind does what its word says, to the requests it is meant for and to no other."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
import pytest
from yarl import URL

from ice_emulator import KINDS, Scenario
from ice_emulator.server import TRICKLE_PAUSE

if TYPE_CHECKING:
    from tests.unit.emulator.conftest import Caller, Stage

THE_REFUSALS = {
    "throttle": (400, "Throttling.User"),
    "throttle429": (429, "Throttling.User"),
    "denied": (403, "NoPermission"),
    "forbidden": (403, "Forbidden.RAM"),
    "internalError": (500, "InternalError"),
    "expiredToken": (400, "InvalidSecurityToken.Expired"),
    "signatureMismatch": (400, "SignatureDoesNotMatch"),
    "taskNotFound": (404, "ResourceNotFound"),
    "unknownKey": (404, "InvalidAccessKeyId.NotFound"),
    "unknownCode": (400, "UnheardOf"),
    "nonceUsed": (400, "SignatureNonceUsed"),
    "clockSkew": (400, "InvalidTimeStamp.Expired"),
}
NO_JSON = {
    "unavailable": 503,
    "tooManyRequests": 429,
    "html": 200,
    "badGateway": 502,
    "redirect": 302,
    "redirect307": 307,
    "cutJson": 200,
    "emptyBody": 200,
}
STRANGE_JSON = {"null": None, "list": [1, 2], "text": "hi", "emptyObject": {}}
FORGED = {"duplicateKeys", "nan", "wrongTypes", "textTask", "wrongTaskId", "noStatus", "unknownStatus", "refusalIn200"}
FORGED |= {"invalidUtf8", "byteOrderMark", "deepNesting", "cutGzip", "oversized", "status600"}
UNAVAILABLE = {"unavailableNull": b"null", "unavailableList": b"[]"}
CONNECTIONS = {"hang", "slow", "reset", "close", "shortBody", "resetInBody", "garbage", "longHeader"}


def scenario(*faults: dict[str, object]) -> Scenario:
    tasks = [
        {"taskId": name, "timeline": [{"calls": 1, "status": "Init"}, {"calls": 2, "status": "Processing"}]}
        for name in ("t", "other")
    ]
    return Scenario.from_mapping({"tasks": tasks, "faults": list(faults)})


async def meet(stage: Stage, kind: str) -> tuple[Caller, Any]:
    """Send one request that meets a fault."""
    caller = await stage.play(scenario({"kind": kind}))
    return caller, await caller.read("t")


def test_every_kind_is_tested_here() -> None:
    assert set(KINDS) == {"none", *THE_REFUSALS, *NO_JSON, *STRANGE_JSON, *FORGED, *UNAVAILABLE, *CONNECTIONS}


def test_every_mode_of_the_catalogue_is_a_kind_and_every_kind_is_described() -> None:
    assert {kind.mode for kind in KINDS.values()} == {None, *range(1, 39)}
    assert all(kind.wire and "|" not in kind.wire for kind in KINDS.values())  # it can stand in a table


async def test_a_shielded_task_is_told_of_truly(stage: Stage) -> None:
    caller = await stage.play(scenario({"kind": "throttle"}, {"kind": "none", "taskId": "t", "calls": 2}))
    assert await statuses(caller, "t", "t", "other") == [400, 200, 400]
    assert [call.fault for call in caller.emulator.calls] == ["throttle", "", "throttle"]


@pytest.mark.parametrize("kind", THE_REFUSALS)
async def test_a_refusal_has_the_shape_of_the_service(stage: Stage, kind: str) -> None:
    caller, reply = await meet(stage, kind)
    assert (reply.status, reply.json["Code"]) == THE_REFUSALS[kind]
    assert {"RequestId", "HostId", "Message", "Recommend"} < set(reply.json)
    (call,) = caller.emulator.calls
    assert (call.status, call.code, call.fault) == (*THE_REFUSALS[kind], kind)
    assert call.request_id == reply.json["RequestId"]


async def test_only_throttling_with_429_says_when_to_come_back(stage: Stage) -> None:
    assert (await meet(stage, "throttle429"))[1].headers["x-acs-retry-after"] == "2000"
    assert "x-acs-retry-after" not in (await meet(stage, "throttle"))[1].headers


async def test_a_denial_says_what_was_denied_and_why(stage: Stage) -> None:
    detail = (await meet(stage, "denied"))[1].json["AccessDeniedDetail"]
    assert (detail["AuthAction"], detail["NoPermissionType"]) == ("ice:GetWorkflowTask", "ImplicitDeny")
    assert "AccessDeniedDetail" not in (await meet(stage, "forbidden"))[1].json


@pytest.mark.parametrize("kind", ["signatureMismatch", "unknownCode"])
async def test_a_refusal_can_repeat_the_headers_of_the_request(stage: Stage, kind: str) -> None:
    """As services do: a client that shows such a message whole gives its token away."""
    caller = await stage.play(
        Scenario.from_mapping(
            {
                "keys": [{"accessKey": "a", "secretKey": "s", "securityToken": "a-token"}],
                "faults": [{"kind": kind}],
            }
        )
    )
    caller.key, caller.extra = ("a", "s"), {"x-acs-security-token": "a-token"}
    message = (await caller.read("t")).json["Message"]
    assert "x-acs-action:GetWorkflowTask" in message
    assert "x-acs-security-token:a-token" in message
    assert "authorization" not in message


@pytest.mark.parametrize("kind", NO_JSON)
async def test_an_answer_of_something_else_is_no_json(stage: Stage, kind: str) -> None:
    _, reply = await meet(stage, kind)
    assert reply.status == NO_JSON[kind]
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.body)
    if kind in {"html", "badGateway"}:
        assert reply.headers["Content-Type"].startswith("text/html")
        assert b"<title>" in reply.body
    if kind in {"unavailable", "tooManyRequests", "redirect", "redirect307", "emptyBody"}:
        assert reply.body == b""
    assert reply.headers.get("Location") == ("http://127.0.0.1:1/" if kind.startswith("redirect") else None)
    assert reply.headers.get("Retry-After") == ("2" if kind == "tooManyRequests" else None)


async def test_cut_json_is_whole_as_a_message(stage: Stage) -> None:
    """Only the last two braces are missing; the Content-Length is right."""
    _, reply = await meet(stage, "cutJson")
    assert json.loads(reply.body + b"}}")["WorkflowTask"] == {"TaskId": "t", "Status": "Succeed"}
    assert reply.headers["Content-Length"] == str(len(reply.body))


@pytest.mark.parametrize("kind", STRANGE_JSON)
async def test_json_can_be_no_answer(stage: Stage, kind: str) -> None:
    assert (await meet(stage, kind))[1].json == STRANGE_JSON[kind]


@pytest.mark.parametrize("kind", UNAVAILABLE)
async def test_who_is_unavailable_can_say_so_in_json(stage: Stage, kind: str) -> None:
    _, reply = await meet(stage, kind)
    assert (reply.status, reply.body) == (503, UNAVAILABLE[kind])


async def test_broken_shapes(stage: Stage) -> None:
    types = (await meet(stage, "wrongTypes"))[1].task
    assert (types["TaskId"], types["Status"]) == ([], 5)
    assert (await meet(stage, "textTask"))[1].task == "oops"
    assert (await meet(stage, "noStatus"))[1].task == {"TaskId": "t"}
    assert (await meet(stage, "unknownStatus"))[1].task == {"TaskId": "t", "Status": "Paused"}


async def test_a_refusal_can_stand_beside_success(stage: Stage) -> None:
    _, reply = await meet(stage, "refusalIn200")
    assert (reply.status, reply.json["Code"], reply.json["Success"]) == (200, "Forbidden", False)
    assert reply.task["Status"] == "Succeed"


async def test_a_status_can_be_none_of_http(stage: Stage) -> None:
    _, reply = await meet(stage, "status600")
    assert (reply.status, reply.task["Status"]) == (600, "Succeed")


async def test_bytes_that_are_no_json_surround_a_success(stage: Stage) -> None:
    utf8 = (await meet(stage, "invalidUtf8"))[1].body
    assert b"\xff" in utf8
    assert json.loads(utf8.replace(b"\xff", b""))["WorkflowTask"]["Status"] == "Succeed"
    mark = (await meet(stage, "byteOrderMark"))[1].body
    assert json.loads(mark.removeprefix(b"\xef\xbb\xbf"))["WorkflowTask"]["Status"] == "Succeed"
    deep = (await meet(stage, "deepNesting"))[1].body
    assert (deep.count(b"["), deep.count(b"]"), b'"Status":"Succeed"' in deep) == (100_000, 100_000, True)


async def test_duplicate_keys_end_with_success(stage: Stage) -> None:
    _, reply = await meet(stage, "duplicateKeys")
    pairs = json.loads(reply.body, object_pairs_hook=list)
    words = [value for name, value in dict(pairs)["WorkflowTask"] if name == "Status"]
    assert words == ["Processing", "Succeed"]


async def test_a_number_that_json_does_not_have(stage: Stage) -> None:
    def refuse(word: str) -> None:
        raise ValueError(word)

    _, reply = await meet(stage, "nan")
    assert reply.task["Status"] == "Succeed"
    with pytest.raises(ValueError, match="NaN"):
        json.loads(reply.body, parse_constant=refuse)


async def test_an_answer_about_another_task_claims_success(stage: Stage) -> None:
    _, reply = await meet(stage, "wrongTaskId")
    assert reply.task == {"TaskId": "other", "Status": "Succeed"}
    alone = await stage.play("faults: [{kind: wrongTaskId}]")
    assert (await alone.read("t")).task["TaskId"] == "t-other"


async def test_an_oversized_answer_does_not_tell_its_length(stage: Stage) -> None:
    _, reply = await meet(stage, "oversized")
    assert len(reply.body) > 16 * 1024 * 1024
    assert reply.task["Status"] == "Succeed"
    assert "Content-Length" not in reply.headers


async def test_a_client_that_has_read_enough_of_an_answer_is_no_bug_of_the_emulator(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caller = await stage.play(scenario({"kind": "oversized"}))
    for _ in range(20):  # it is chance whether the loss is seen first by a write
        url = URL(f"{caller.emulator.url}/?TaskId=t", encoded=True)
        async with caller.session.post(url, headers=caller.signed({"TaskId": "t"})) as response:
            await response.content.readexactly(8 * 1024 * 1024)
            response.close()
        await asyncio.sleep(0.01)
    assert [record.getMessage() for record in caplog.records if record.name == "ice_emulator"] == []


async def test_a_slow_answer_is_the_true_one_byte_by_byte(stage: Stage) -> None:
    pauses = []
    goes_on = asyncio.Event()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await goes_on.wait()

    caller = await stage.play(scenario({"kind": "slow", "calls": 2}), pause=pause)
    await caller.read("t")
    query = {"TaskId": "t"}
    url = URL(f"{caller.emulator.url}/?{urlencode(query)}", encoded=True)
    async with caller.session.post(url, headers=caller.signed(query)) as response:
        first = await response.content.readexactly(1)
        assert (first, pauses) == (b"{", [TRICKLE_PAUSE])
        goes_on.set()
        body = first + await response.read()
    assert json.loads(body)["WorkflowTask"]["Status"] == "Processing"
    assert len(pauses) == len(body)


async def test_a_hanging_request_gets_nothing_until_the_emulator_closes(stage: Stage) -> None:
    caller = await stage.play(scenario({"kind": "hang"}))
    hanging = asyncio.create_task(caller.read("t"))
    await caller.emulator.until_called(1)
    caller.emulator.clear_faults()
    assert (await caller.read("t")).status == 200
    assert not hanging.done()
    assert [(call.status, call.fault) for call in caller.emulator.calls] == [(0, "hang"), (200, "")]
    await stage.close()
    with pytest.raises(aiohttp.ClientConnectionError):
        await hanging


async def test_a_hanging_request_ends_when_its_client_goes_away(stage: Stage) -> None:
    caller = await stage.play(scenario({"kind": "hang"}))
    hanging = asyncio.create_task(caller.read("t"))
    await caller.emulator.until_called(1)
    assert len(caller.emulator._server.connections) == 1
    hanging.cancel()
    async with asyncio.timeout(10):
        while caller.emulator._server.connections:  # noqa: ASYNC110  # the server tells nobody
            await asyncio.sleep(0)


async def received(stage: Stage, kind: str, *, resets: bool = False) -> bytes:
    """Return every byte that comes over a connection until its end, which is a reset of TCP or an orderly one."""
    caller = await stage.play(scenario({"kind": kind}))
    headers = caller.signed({"TaskId": "t"})
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    reader, writer = await asyncio.open_connection(*caller.emulator.endpoint.split(":"), limit=2**20)
    writer.write(f"POST /?TaskId=t HTTP/1.1\r\nConnection: close\r\n{lines}\r\n".encode())
    data = bytearray()
    try:
        while piece := await reader.read(2**16):
            data += piece
    except ConnectionResetError:
        assert resets
    else:
        assert not resets
    writer.close()
    (call,) = caller.emulator.calls
    assert call.fault == kind
    assert (call.status == 0) == (not data.startswith(b"HTTP/"))
    return bytes(data)


async def test_a_reset_comes_instead_of_an_answer(stage: Stage) -> None:
    """As a reset of TCP, not as an orderly end."""
    assert await received(stage, "reset", resets=True) == b""


async def test_a_connection_can_be_closed_or_hold_no_http(stage: Stage) -> None:
    assert await received(stage, "close") == b""
    assert await received(stage, "garbage") == b"\x16\x03 garbage\r\n\r\n"


async def test_a_body_can_end_before_its_length(stage: Stage) -> None:
    head, _, body = (await received(stage, "shortBody")).partition(b"\r\n\r\n")
    assert json.loads(body + b"}}")["WorkflowTask"]["Status"] == "Succeed"
    assert f"Content-Length: {len(body) + 2}".encode() in head
    assert (await received(stage, "resetInBody", resets=True)).endswith(b'"Status":"Succeed"')


async def test_a_header_can_be_longer_than_clients_read(stage: Stage) -> None:
    head, _, body = (await received(stage, "longHeader")).partition(b"\r\n\r\n")
    assert b"x" * 200_000 in head
    assert json.loads(body)["WorkflowTask"]["Status"] == "Succeed"


async def test_gzip_can_lack_its_trailer(stage: Stage) -> None:
    head, _, body = (await received(stage, "cutGzip")).partition(b"\r\n\r\n")
    assert b"Content-Encoding: gzip" in head
    assert json.loads(zlib.decompressobj(31).decompress(body))["WorkflowTask"]["Status"] == "Succeed"
    with pytest.raises(EOFError):
        gzip.decompress(body)


async def test_a_skewed_clock_is_told_and_a_corrected_request_passes(stage: Stage) -> None:
    caller = await stage.play(scenario({"kind": "clockSkew", "calls": [1, 2]}))
    reply = await caller.read("t")
    skew = parsedate_to_datetime(reply.headers["Date"]) - stage.clock.wall()
    assert skew == timedelta(minutes=20)
    for _ in range(3):  # within the fault and after it
        corrected = stage.clock.wall() + skew
        caller.extra = {"x-acs-date": corrected.strftime("%Y-%m-%dT%H:%M:%SZ")}
        assert (await caller.read("t")).status == 200


async def test_without_a_skewed_clock_a_time_that_is_ahead_is_refused(stage: Stage) -> None:
    caller = await stage.play(scenario({"kind": "throttle", "calls": 2}))
    ahead = stage.clock.wall() + timedelta(minutes=20)
    caller.extra = {"x-acs-date": ahead.strftime("%Y-%m-%dT%H:%M:%SZ")}
    assert (await caller.read("t")).json["Code"] == "InvalidTimeStamp.Expired"


async def statuses(caller: Caller, *task_ids: str) -> list[int]:
    return [(await caller.read(task_id)).status for task_id in task_ids]


async def test_a_fault_meets_the_calls_it_names(stage: Stage) -> None:
    caller = await stage.play(scenario({"kind": "throttle", "taskId": "t", "calls": [2, 3]}))
    assert await statuses(caller, "t", "other", "t", "other", "t", "t") == [200, 200, 400, 200, 400, 200]


@pytest.mark.parametrize("calls", [{}, {"calls": "all"}])
async def test_a_fault_without_numbers_meets_all_calls(stage: Stage, calls: dict[str, str]) -> None:
    caller = await stage.play(scenario({"kind": "internalError", "taskId": "t", **calls}))
    assert await statuses(caller, "t", "t", "other", "t") == [500, 500, 200, 500]


async def test_a_fault_without_a_task_counts_the_calls_of_all_tasks(stage: Stage) -> None:
    caller = await stage.play(scenario({"kind": "throttle", "action": "GetWorkflowTask", "calls": [2, 4]}))
    assert await statuses(caller, "t", "other", "t", "unheard-of") == [200, 400, 200, 400]


async def test_faults_of_a_task_go_before_those_of_any_task(stage: Stage) -> None:
    caller = await stage.play(
        scenario(
            {"kind": "throttle", "calls": [1, 2]},
            {"kind": "denied", "taskId": "t", "calls": 1},
            {"kind": "internalError", "taskId": "t", "calls": 1},
        )
    )
    assert await statuses(caller, "t", "t", "t") == [403, 400, 200]


async def test_a_call_that_met_a_fault_is_no_read_of_the_task(stage: Stage) -> None:
    """The timeline goes on with the next true answer."""
    caller = await stage.play(scenario({"kind": "throttle", "calls": [1, 2, 4]}))
    seen = []
    for _ in range(5):
        reply = await caller.read("t")
        seen.append(reply.task["Status"] if reply.status == 200 else None)
    assert seen == [None, None, "Init", None, "Processing"]


async def test_a_refused_signature_uses_up_no_fault(stage: Stage) -> None:
    caller = await stage.play(scenario({"kind": "internalError", "calls": 1}))
    caller.key = ("emulator", "wrong")
    assert await statuses(caller, "t") == [400]
    caller.key = ("emulator", "emulator-secret")
    assert await statuses(caller, "t", "t") == [500, 200]


async def test_a_fault_that_is_added_counts_from_then_on(stage: Stage) -> None:
    caller = await stage.play(scenario({"kind": "throttle", "taskId": "t", "calls": 3}))
    assert await statuses(caller, "t") == [200]
    caller.emulator.add_fault({"kind": "internalError", "taskId": "t", "calls": 1})
    assert await statuses(caller, "t", "t", "t") == [500, 400, 200]
    caller.emulator.add_fault({"kind": "internalError", "taskId": "later"})
    assert await statuses(caller, "later") == [500]
    caller.emulator.clear_faults()
    assert await statuses(caller, "later") == [404]
