"""Faults: each kind does what its word says, to the requests it is meant for and to no other."""

from __future__ import annotations

import asyncio
import json
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
    "clockSkew": (400, "InvalidTimeStamp.Expired"),
}
NO_JSON = {"unavailable": 503, "html": 200, "badGateway": 502, "redirect": 302, "cutJson": 200}
FORGED = {"emptyObject", "null", "list", "duplicateKeys", "nan", "wrongTypes", "wrongTaskId", "oversized"}
CONNECTIONS = {"hang", "slow", "reset"}


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
    assert set(KINDS) == {*THE_REFUSALS, *NO_JSON, *FORGED, *CONNECTIONS}


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


@pytest.mark.parametrize("kind", NO_JSON)
async def test_an_answer_of_something_else_is_no_json(stage: Stage, kind: str) -> None:
    _, reply = await meet(stage, kind)
    assert reply.status == NO_JSON[kind]
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.body)
    if kind in {"html", "badGateway"}:
        assert reply.headers["Content-Type"].startswith("text/html")
        assert b"<title>" in reply.body
    if kind in {"unavailable", "redirect"}:
        assert reply.body == b""
    assert reply.headers.get("Location") == ("http://127.0.0.1:1/" if kind == "redirect" else None)


async def test_cut_json_is_whole_as_a_message(stage: Stage) -> None:
    """Only the last two braces are missing; the Content-Length is right."""
    _, reply = await meet(stage, "cutJson")
    assert json.loads(reply.body + b"}}")["WorkflowTask"] == {"TaskId": "t", "Status": "Succeed"}
    assert reply.headers["Content-Length"] == str(len(reply.body))


async def test_broken_shapes(stage: Stage) -> None:
    assert (await meet(stage, "emptyObject"))[1].json == {}
    assert (await meet(stage, "null"))[1].json is None
    assert (await meet(stage, "list"))[1].json == [1, 2]
    types = (await meet(stage, "wrongTypes"))[1].task
    assert (types["TaskId"], types["Status"]) == ([], 5)


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


async def test_a_reset_comes_instead_of_an_answer(stage: Stage) -> None:
    """As a reset of TCP, not as an orderly end."""
    caller = await stage.play(scenario({"kind": "reset"}))
    headers = caller.signed({"TaskId": "t"})
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    reader, writer = await asyncio.open_connection(*caller.emulator.endpoint.split(":"))
    writer.write(f"POST /?TaskId=t HTTP/1.1\r\n{lines}\r\n".encode())
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()
    (call,) = caller.emulator.calls
    assert (call.status, call.fault) == (0, "reset")


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
