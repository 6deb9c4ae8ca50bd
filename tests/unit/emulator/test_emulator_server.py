"""The socket: who may speak to it, what it understands, what it writes down."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ice_emulator import Emulator, Scenario
from ice_emulator.service import BODY_LIMIT, CALLS_KEPT, TARGET_LIMIT

if TYPE_CHECKING:
    from tests.unit.emulator.conftest import Stage

SCENARIO = "tasks: [{taskId: t, timeline: [{after: 0, status: Init}]}]"


async def test_it_tells_where_it_listens(stage: Stage) -> None:
    emulator = (await stage.play(SCENARIO)).emulator
    assert re.fullmatch(r"127\.0\.0\.1:[1-9][0-9]*", emulator.endpoint)
    assert emulator.url == f"http://{emulator.endpoint}"


@pytest.mark.usefixtures("_ipv6")
async def test_it_listens_on_ipv6_as_well(stage: Stage) -> None:
    caller = await stage.play(SCENARIO, host="::1")
    assert caller.emulator.endpoint.startswith("[::1]:")
    assert (await caller.read("t")).status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost", "192.168.0.1", "::", ""])  # noqa: S104
def test_it_listens_on_the_loopback_only(host: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"on the loopback only, not on {host!r}: use 127.0.0.1 or ::1")):
        Emulator(Scenario.default(), host=host)


async def test_it_stops_listening_when_it_is_closed(stage: Stage) -> None:
    caller = await stage.play(SCENARIO)
    host, port = caller.emulator.endpoint.split(":")
    await stage.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(host, int(port))


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:80", 200),
        ("127.0.0.1", 200),
        ("127.9.9.9:80", 200),
        ("[::1]:80", 200),
        ("[::1]", 200),
        ("evil.example", 403),
        ("localhost.evil.example:80", 403),
        ("127.0.0.1.evil.example", 403),
        ("192.168.0.1", 403),
        ("ice.cn-shanghai.aliyuncs.com", 403),
        ("", 403),
    ],
)
async def test_a_request_for_another_name_is_refused(stage: Stage, host: str, status: int) -> None:
    """A web page whose name resolves to the loopback must not get through."""
    caller = await stage.play(SCENARIO)
    caller.extra = {"host": host}
    reply = await caller.read("t")
    assert reply.status == status
    if status == 403:
        assert (reply.json["Code"], caller.emulator.calls[0].code) == ("InvalidHost", "InvalidHost")


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [("Origin", "http://evil.example", 403), ("Sec-Fetch-Site", "cross-site", 403), ("Sec-Fetch-Site", "none", 200)],
)
async def test_a_request_that_a_browser_sends_for_a_page_is_neither_answered_nor_kept(
    stage: Stage, header: str, value: str, status: int
) -> None:
    """A page can send a form to this machine without asking."""
    caller = await stage.play(SCENARIO)
    caller.extra = {header: value}

    reply = await caller.read("t")

    assert (reply.status, len(caller.emulator.calls)) == (status, int(status == 200))


@pytest.mark.parametrize(
    "headers",
    [
        {"x-acs-action": "StopWorkflow"},
        {"x-acs-action": ""},
        {"x-acs-action": "getworkflowtask"},
        {"x-acs-action": "ListWorkflowTasks", "x-acs-version": "2017-03-21"},
        {"x-acs-version": "2017-03-21"},
        {"x-acs-version": ""},
    ],
)
async def test_an_action_is_known_by_its_name_and_version(stage: Stage, headers: dict[str, str]) -> None:
    """Another product of the same vendor has an action of this name in another version."""
    caller = await stage.play(SCENARIO)
    caller.extra = headers
    reply = await caller.read("t")
    assert (reply.status, reply.json["Code"]) == (404, "InvalidApi.NotFound")
    (call,) = caller.emulator.calls
    wanted = {"x-acs-action": "GetWorkflowTask", "x-acs-version": "2020-11-09", **headers}
    assert (call.action, call.version) == (wanted["x-acs-action"], wanted["x-acs-version"])


@pytest.mark.parametrize("change", [{"Action": "StopWorkflow"}, {"Version": "2017-03-21"}, {"Action": ""}])
async def test_an_action_in_a_parameter_is_known_the_same_way(stage: Stage, change: dict[str, str]) -> None:
    caller = await stage.play(SCENARIO)
    reply = await caller.send_version_1(change)
    assert (reply.status, reply.json["Code"]) == (404, "InvalidApi.NotFound")


async def test_only_the_root_is_served(stage: Stage) -> None:
    caller = await stage.play(SCENARIO)
    query = {"TaskId": "t"}
    reply = await caller.send("POST", query, caller.signed(query, path="/admin"), path="/admin")
    assert (reply.status, reply.json["Code"]) == (404, "InvalidApi.NotFound")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_other_methods_are_refused(stage: Stage, method: str) -> None:
    caller = await stage.play(SCENARIO)
    query = {"TaskId": "t"}
    reply = await caller.send(method, query, caller.signed(query, method=method))
    assert (reply.status, reply.json["Code"]) == (400, "UnsupportedHTTPMethod")


async def test_a_body_may_have_a_mebibyte(stage: Stage) -> None:
    caller = await stage.play(SCENARIO)
    query = {"TaskId": "t"}
    body = b"x" * BODY_LIMIT
    assert (await caller.send("POST", query, caller.signed(query, body), body)).status == 200
    body += b"x"
    reply = await caller.send("POST", query, caller.signed(query, body), body)
    assert (reply.status, reply.json["Code"]) == (413, "EntityTooLarge")


async def test_a_query_may_have_64_kibibytes(stage: Stage) -> None:
    caller = await stage.play(SCENARIO)
    longest = "x" * (TARGET_LIMIT - len("/?TaskId="))
    assert (await caller.read(longest)).json["Code"] == "ResourceNotFound"
    reply = await caller.read(longest + "x")
    assert (reply.status, reply.json["Code"]) == (414, "UriTooLong")
    reply = await caller.read(longest * 3)
    assert (reply.status, reply.json["Code"]) == (400, "BadRequest")


async def test_what_is_no_http_gets_an_error_in_the_services_shape(stage: Stage) -> None:
    caller = await stage.play(SCENARIO)
    host, port = caller.emulator.endpoint.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"canary canary canary\r\n\r\n")
    answer = await reader.read()
    writer.close()
    assert answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
    assert b'"Code":"BadRequest"' in answer
    assert b"canary" not in answer


async def test_a_bug_is_told_without_its_details(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    bugs: list[Exception] = []

    def now() -> float:
        if bugs:
            raise bugs[0]
        return 0.0

    caller = await stage.play(SCENARIO, now=now)
    bugs.append(RuntimeError("canary"))
    reply = await caller.read("t")
    assert (reply.status, reply.json["Code"]) == (500, "InternalError")
    assert b"canary" not in reply.body
    assert "a bug in the emulator" in caplog.text
    caplog.clear()


async def test_every_call_is_written_down(stage: Stage) -> None:
    caller = await stage.play(SCENARIO)
    await caller.read("t")
    stage.clock.seconds += 2.5
    await caller.read("unheard-of")
    await caller.send_version_1({})
    await caller.search()
    assert [dataclasses.astuple(call)[:7] for call in caller.emulator.calls] == [
        ("GetWorkflowTask", "2020-11-09", "t", "ACS3-HMAC-SHA256", 200, "", ""),
        ("GetWorkflowTask", "2020-11-09", "unheard-of", "ACS3-HMAC-SHA256", 404, "ResourceNotFound", ""),
        ("GetWorkflowTask", "2020-11-09", "t", "HMAC-SHA1", 200, "", ""),
        ("ListWorkflowTasks", "2020-11-09", None, "ACS3-HMAC-SHA256", 200, "", ""),
    ]
    assert [call.at for call in caller.emulator.calls] == [1000.0, 1002.5, 1002.5, 1002.5]


async def test_calls_can_be_waited_for(stage: Stage) -> None:
    caller = await stage.play(SCENARIO)
    waiting = [asyncio.create_task(caller.emulator.until_called(count)) for count in (1, 2, 1)]
    await asyncio.sleep(0)
    waiting[2].cancel()
    await asyncio.sleep(0)
    await caller.read("t")
    await waiting[0]
    assert not waiting[1].done()
    await caller.read("t")
    await waiting[1]
    await caller.emulator.until_called(2)


async def test_of_very_many_calls_the_last_ones_are_kept(stage: Stage) -> None:
    caller = await stage.play(SCENARIO)
    await caller.read("t")
    calls = caller.emulator.calls
    calls.extend(calls * (CALLS_KEPT - 1))
    await caller.read("last")
    assert (len(calls), calls[-1].task_id) == (CALLS_KEPT // 2 + 1, "last")


async def test_many_clients_at_once_each_get_their_answer(stage: Stage) -> None:
    caller = await stage.play("tasks: []")
    for number in range(200):
        caller.emulator.add_task({"taskId": f"t-{number}", "timeline": [{"after": 0, "status": "Init"}]})
    replies = await asyncio.gather(*(caller.read(f"t-{number}") for number in range(200)))
    assert [reply.task["TaskId"] for reply in replies] == [f"t-{number}" for number in range(200)]


async def test_it_can_be_opened_again(stage: Stage) -> None:
    """A restart: the world begins anew."""
    caller = await stage.play("tasks: [{taskId: t, timeline: [{calls: 1, status: Init}, {calls: 2, status: Failed}]}]")
    await caller.read("t")
    await stage.close()
    async with caller.emulator:
        assert (await caller.read("t")).task["Status"] == "Init"
        assert len(caller.emulator.calls) == 1


def test_it_shares_no_code_with_the_provider_or_the_vendor() -> None:
    """A wrong belief of the one would hide in the other."""
    code = "import sys, ice_emulator; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    modules = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {name for name in modules if name.startswith(("ice_provider", "ice_dynamic", "alibaba", "Tea", "dara"))}
