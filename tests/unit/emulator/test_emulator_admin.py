"""The admin API: what it does, and who may ask for it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from ice_emulator.admin import ROUTES
from ice_emulator.service import NOTED, _noted

if TYPE_CHECKING:
    from tests.unit.emulator.conftest import Caller, Reply, Stage

TOKEN = hashlib.md5(b"of the tests", usedforsecurity=False).hexdigest()
SCENARIO = """
tasks:
  - taskId: movie 1
    timeline: [{after: 0, status: Init}, {after: 60, status: Succeed}]
"""


async def admin(caller: Caller, method: str, path: str, body: object = None, **headers: str) -> Reply:
    given = {"Authorization": f"Bearer {TOKEN}", **headers}
    data = b"" if body is None else json.dumps(body).encode()
    return await caller.send(
        method, {}, {name: value for name, value in given.items() if value}, data, f"/admin/{path}"
    )


@pytest.fixture
async def caller(stage: Stage) -> Caller:
    return await stage.play(SCENARIO, admin_token=TOKEN)


async def done(caller: Caller, method: str, path: str, body: object = None) -> Any:
    reply = await admin(caller, method, path, body)
    assert reply.status == 200, reply.body
    return reply.json


async def test_tasks_are_listed_with_where_they_stand(caller: Caller) -> None:
    await caller.read("movie 1")
    assert await done(caller, "GET", "tasks") == {"tasks": [{"taskId": "movie 1", "status": "Init", "reads": 1}]}
    assert await done(caller, "GET", "tasks/movie%201") == {"taskId": "movie 1", "status": "Init", "reads": 1}


async def test_a_task_is_added_advanced_and_forgotten(caller: Caller) -> None:
    task = {"taskId": "t", "timeline": [{"after": 5, "status": "Init"}, {"after": 9, "status": "Failed"}]}
    assert (await done(caller, "POST", "tasks", task))["status"] is None
    assert (await done(caller, "POST", "tasks/t/advance"))["status"] == "Init"
    assert (await done(caller, "POST", "tasks/t/advance"))["status"] == "Failed"
    assert (await caller.read("t")).task["Status"] == "Failed"
    await done(caller, "DELETE", "tasks/t")
    assert (await caller.read("t")).status == 404


async def test_a_timeline_is_replaced(caller: Caller) -> None:
    await done(caller, "PUT", "tasks/movie%201/timeline", [{"after": 0, "status": "Canceled"}])
    assert (await caller.read("movie 1")).task["Status"] == "Canceled"


async def test_time_is_moved_on(caller: Caller) -> None:
    await done(caller, "POST", "clock/advance", {"seconds": 60})
    assert (await caller.read("movie 1")).task["Status"] == "Succeed"


async def test_faults_come_and_go(caller: Caller) -> None:
    await done(caller, "POST", "faults", {"kind": "throttle"})
    assert (await caller.read("movie 1")).json["Code"] == "Throttling.User"
    await done(caller, "DELETE", "faults")
    assert (await caller.read("movie 1")).status == 200


async def test_a_fault_of_a_task_that_is_not_there_comes_with_a_warning(caller: Caller) -> None:
    """It is no error: the task may come later."""
    fault = {"kind": "throttle", "taskId": "movie 2"}
    warning = "there is no task 'movie 2': GET /admin/tasks lists them"
    assert await done(caller, "POST", "faults", fault) == {"warning": warning}
    assert await done(caller, "POST", "faults", {**fault, "taskId": "movie 1"}) == {}


async def test_calls_are_told_and_those_of_the_admin_api_are_none(caller: Caller) -> None:
    await caller.read("movie 1")
    await caller.search()
    calls = (await done(caller, "GET", "calls"))["calls"]
    assert [(call["action"], call["taskId"], call["status"]) for call in calls] == [
        ("GetWorkflowTask", "movie 1", 200),
        ("ListWorkflowTasks", None, 200),
    ]
    path = "calls?taskId=movie%201"
    reply = await caller.session.get(
        f"{caller.emulator.url}/admin/{path}", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert [call["action"] for call in (await reply.json())["calls"]] == ["GetWorkflowTask"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "sentence"),
    [
        (
            "POST",
            "tasks",
            {"taskId": "t", "timelin": []},
            400,
            "timelin: this key is not known; did you mean 'timeline'?",
        ),
        ("POST", "tasks", [], 400, "a list stands where a mapping belongs"),
        ("POST", "tasks", 5, 400, "neither a JSON object nor a list: put braces around it"),
        ("GET", "tasks/u", None, 404, "there is no task 'u': GET /admin/tasks lists them"),
        ("POST", "tasks/u/advance", None, 404, "there is no task 'u'"),
        ("PUT", "tasks/movie%201/timeline", {}, 400, "the body is no timeline: send a list such as"),
        (
            "POST",
            "clock/advance",
            {"seconds": "60"},
            400,
            'the body tells no number of seconds: send such as {"seconds"',
        ),
        ("POST", "clock/advance", {"seconds": -1}, 400, "time cannot be moved on so far, or back: give 0 or more"),
        ("POST", "faults", {"kind": "throtle"}, 400, "did you mean 'throttle'?"),
        ("GET", "task", None, 404, "nothing is here: there are /admin/calls, /admin/tasks, "),
        ("PATCH", "tasks", None, 405, "/admin/tasks knows GET, POST, not PATCH"),
    ],
)
async def test_what_cannot_be_done_is_explained(
    caller: Caller, method: str, path: str, body: object, status: int, sentence: str
) -> None:
    reply = await admin(caller, method, path, body)
    assert (reply.status, sentence in reply.json["error"]) == (status, True), reply.body


async def test_a_body_that_is_no_json_is_explained(caller: Caller) -> None:
    reply = await caller.send("POST", {}, {"Authorization": f"Bearer {TOKEN}"}, b"{", "/admin/tasks")
    assert (reply.status, "the body is no JSON: send such as" in reply.json["error"]) == (400, True)


# --- who may ask ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), [(method, path.replace("ID", "t")) for method, path in ROUTES])
@pytest.mark.parametrize("authorization", ["", "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}"])
async def test_nothing_is_done_or_told_without_the_token(
    caller: Caller, authorization: str, method: str, path: str
) -> None:
    reply = await admin(caller, method, path, {}, Authorization=authorization)
    assert reply.status == 401
    assert list(reply.json) == ["error"]
    assert TOKEN not in reply.body.decode()


async def test_nothing_is_done_for_a_page_that_names_this_machine_otherwise(caller: Caller) -> None:
    """DNS rebinding; such a page does not have the token either."""
    assert (await admin(caller, "GET", "tasks", Host="evil.example.com")).status == 403


async def test_a_browser_that_asks_whether_a_page_may_send_the_token_is_told_nothing(caller: Caller) -> None:
    """So it does not send what the page wants."""
    asks = {"Origin": "http://evil.example.com", "Access-Control-Request-Headers": "authorization"}
    reply = await admin(caller, "OPTIONS", "clock/advance", Authorization="", **asks)
    assert reply.status == 403
    assert not [name for name in reply.headers if name.lower().startswith("access-control")]


async def test_without_a_token_it_is_not_there(stage: Stage) -> None:
    caller = await stage.play(SCENARIO)
    for path in ("/admin/tasks", "/admin"):
        reply = await caller.send("GET", {}, {"Authorization": f"Bearer {TOKEN}"}, path=path)
        assert (reply.status, "start the emulator with --admin-token-file" in reply.json["error"]) == (404, True)
    assert caller.emulator.calls == []


async def test_what_a_client_sends_does_not_keep_calls_from_being_told(caller: Caller) -> None:
    await caller.send("POST", {"TaskId": "z" * 5000}, {"x-acs-action": "x" * 5000, "x-acs-version": "y" * 5000})

    (told,) = (await admin(caller, "GET", "calls")).json["calls"]

    assert [len(told[name]) for name in ("action", "version", "taskId")] == [NOTED] * 3
    assert _noted("a\udcff") == "a?"  # as bytes that are no UTF-8 come out of a header


@pytest.mark.parametrize("seconds", [-1, 1e15, 10**400])
async def test_time_is_not_moved_where_there_is_no_date(caller: Caller, seconds: float) -> None:
    assert (await admin(caller, "POST", "clock/advance", {"seconds": seconds})).status == 400
    assert (await admin(caller, "GET", "tasks")).status == 200


async def test_a_number_that_json_does_not_know_is_refused(caller: Caller) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    reply = await caller.send("POST", {}, headers, b'{"seconds": Infinity}', "/admin/clock/advance")
    assert reply.status == 400


async def test_a_key_of_the_api_does_not_open_it_nor_the_token_the_api(caller: Caller) -> None:
    signed = caller.signed({}, path="/admin/tasks", method="GET")
    assert (await caller.send("GET", {}, signed, path="/admin/tasks")).status == 401
    assert (await caller.send("GET", {}, {"Authorization": f"Bearer {TOKEN}"})).json["Code"] == "InvalidSignatureMethod"


@pytest.mark.parametrize("token", ["", "short", "x" * 15, "with a space in the middle", "ünprintable-ünprintable"])
async def test_a_token_that_could_be_guessed_or_not_be_sent_is_refused(stage: Stage, token: str) -> None:
    with pytest.raises(ValueError, match="make one with `openssl rand -hex 16`"):
        await stage.play(SCENARIO, admin_token=token)
