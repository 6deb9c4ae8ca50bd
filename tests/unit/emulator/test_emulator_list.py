"""Lists: which tasks are told, in what order, in what pages; and that telling moves none of them."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ice_emulator import KINDS, VARIANTS, Scenario, Task, Verbatim
from ice_emulator.actions import ACTIONS
from ice_emulator.answers import told_by
from ice_emulator.listing import _token, place_from, token_of
from ice_emulator.request import Refused
from ice_emulator.tasks import Query
from support import published

if TYPE_CHECKING:
    from tests.unit.emulator.conftest import Stage

NOON = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)

LIBRARY = """
tasks:
  - taskId: oldest
    createTime: 2026-01-01T00:00:00Z
    workflow: {workflowId: wf-1, name: Transcode}
    taskInput: {Type: Media, Media: Holiday}
    timeline: [{after: 0, status: Succeed, activityResults: {A: 1}}]
  - taskId: newest
    createTime: 2026-01-01T00:00:02Z
    workflow: {workflowId: wf-2, name: Review}
    taskInput: {Type: OSS, Media: "oss://bucket/holiday.mp4"}
    timeline: [{after: 0, status: Failed, activityResults: {A: 1}}]
  - taskId: middle-2
    createTime: 2026-01-01T00:00:01Z
    workflow: {workflowId: wf-1, name: Review}
    taskInput: birthday
    timeline: [{after: 0, status: Processing, activityResults: {A: 1}}]
  - taskId: middle-1
    createTime: 2026-01-01T00:00:01Z
    timeline: [{after: 0, status: Queued}]
"""
ORDER = ["newest", "middle-1", "middle-2", "oldest"]


def numbered(count: int) -> Scenario:
    steps = [{"after": 0, "status": "Init"}, {"after": 5, "status": "Succeed", "activityResults": {"A": {"B": "c"}}}]
    tasks = [
        {
            "taskId": f"t-{number:04}",
            "workflow": {"workflowId": f"wf-{number % 7}", "name": "Transcode"},
            "taskInput": {"Type": "Media", "Media": f"movie-{number:04}"},
            "createTime": (NOON - timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "timeline": steps,
        }
        for number in range(count)
    ]
    return Scenario.from_mapping({"tasks": tasks})


async def test_the_newest_task_stands_first_and_tasks_of_one_second_by_their_ids(stage: Stage) -> None:
    caller = await stage.play(LIBRARY)
    reply = await caller.search()
    assert reply.ids == ORDER
    assert list(reply.json) == ["RequestId", "MaxResults", "TaskList"]
    assert reply.json["MaxResults"] == 10
    assert reply.json["RequestId"] == caller.emulator.calls[0].request_id


async def test_a_listed_task_is_the_one_that_is_read_without_its_results(stage: Stage) -> None:
    """What is known of its input is told with the workflow, if there is one."""
    caller = await stage.play(LIBRARY)
    kinds = {"newest": "OSS", "oldest": "Media"}
    for listed in (await caller.search()).tasks:
        task = (await caller.read(listed["TaskId"])).task
        task.pop("ActivityResults", None)
        if task["TaskId"] in kinds:
            task["Workflow"]["MediaType"] = kinds[task["TaskId"]]
        assert listed == task


@pytest.mark.parametrize(
    "task_input",
    ["", "text", "[]", "null", "5", '{"Type": "Live"}', '{"Type": ["OSS"]}', '{"type": "OSS"}', "[" * 100_000],
)
async def test_the_kind_of_an_input_that_cannot_be_seen_is_left_out(stage: Stage, task_input: str) -> None:
    caller = await stage.play("tasks: []")
    caller.emulator.add_task(
        {
            "taskId": "t",
            "workflow": {"name": "n"},
            "taskInput": task_input,
            "timeline": [{"after": 0, "status": "Init"}],
        }
    )
    (listed,) = (await caller.search()).tasks
    assert listed["Workflow"] == {"Name": "n"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"WorkflowId": "wf-1"}, ["middle-2", "oldest"]),
        ({"WorkflowId": "wf"}, []),
        ({"WorkflowName": "Review"}, ["newest", "middle-2"]),
        ({"WorkflowName": "review"}, []),
        ({"WorkflowId": "wf-1", "WorkflowName": "Review"}, ["middle-2"]),
        ({"KeyText": "HOLIDAY"}, ["newest", "oldest"]),
        ({"KeyText": "day"}, ["newest", "middle-2", "oldest"]),
        ({"KeyText": "oss://bucket/holiday.mp4"}, ["newest"]),
        ({"KeyText": "x" * 32}, []),
        ({"StartOfCreateTime": "2026-01-01T00:00:01Z"}, ["newest", "middle-1", "middle-2"]),
        ({"EndOfCreateTime": "2026-01-01T00:00:01Z"}, ["middle-1", "middle-2", "oldest"]),
        (
            {"StartOfCreateTime": "2026-01-01T00:00:01Z", "EndOfCreateTime": "2026-01-01T00:00:01Z"},
            ["middle-1", "middle-2"],
        ),
        ({"StartOfCreateTime": "2026-01-01T00:00:03Z"}, []),
        ({"EndOfCreateTime": "2025-12-31T23:59:59Z"}, []),
        ({"StartOfCreateTime": "2026-01-01T00:00:02Z", "EndOfCreateTime": "2026-01-01T00:00:00Z"}, []),
        (dict.fromkeys(["StartOfCreateTime", "EndOfCreateTime", "WorkflowId", "WorkflowName", "KeyText"], ""), ORDER),
        ({"MaxResults": "", "NextToken": ""}, ORDER),
    ],
)
async def test_what_is_searched_for(stage: Stage, query: dict[str, str], expected: list[str]) -> None:
    """Both ends of a time count, a key is any part of the input, and what is empty excludes nothing."""
    caller = await stage.play(LIBRARY)
    assert (await caller.search(**query)).ids == expected


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        *[
            ("MaxResults", value)
            for value in ("0", "101", "1000", "-1", "1.0", "ten", " 5", "+5", "05", "\u0665", "9" * 5000)
        ],
        ("KeyText", "x" * 33),
        *[
            (name, value)
            for name in ("StartOfCreateTime", "EndOfCreateTime")
            for value in (
                "2026-01-02",
                "2026-01-02T12:00:00",
                "2026-01-02T12:00:00+08:00",
                "2026-01-02T12:00:00.5Z",
                "2026-02-30T12:00:00Z",
                "1767355200",
                "now",
            )
        ],
        *[("NextToken", value) for value in ("x", "AAAA", "é", "=", "A" * 17, "A" * 16)],
    ],
)
async def test_a_parameter_that_is_not_right_is_refused(stage: Stage, parameter: str, value: str) -> None:
    caller = await stage.play(LIBRARY)
    reply = await caller.search(**{parameter: value})
    assert (reply.status, reply.json["Code"]) == (400, f"InvalidParameter.{parameter}")
    (call,) = caller.emulator.calls
    assert (call.status, call.code, call.task_id) == (400, f"InvalidParameter.{parameter}", None)


@pytest.mark.parametrize(("size", "pages"), [(1, 4), (2, 2), (3, 2), (4, 1), (100, 1)])
async def test_pages_tell_every_task_once(stage: Stage, size: int, pages: int) -> None:
    caller = await stage.play(LIBRARY)
    told = await caller.pages(MaxResults=str(size))
    assert (sum(told, []), len(told)) == (ORDER, pages)  # noqa: RUF017  # a handful


async def test_a_page_that_ends_where_the_matches_end_is_the_last(stage: Stage) -> None:
    caller = await stage.play(LIBRARY)
    assert await caller.pages(MaxResults="1", WorkflowId="wf-2") == [["newest"]]
    assert await caller.pages(MaxResults="1", KeyText="holiday") == [["newest"], ["oldest"]]


async def test_a_page_has_ten_tasks_when_nothing_is_said(stage: Stage) -> None:
    caller = await stage.play(numbered(25))
    assert [len(page) for page in await caller.pages()] == [10, 10, 5]
    assert [len(page) for page in await caller.pages(MaxResults="100")] == [25]


async def test_what_comes_and_goes_between_two_pages_moves_no_other_task(stage: Stage) -> None:
    caller = await stage.play(LIBRARY)
    token = (await caller.search(MaxResults="2")).json["NextToken"]
    caller.emulator.add_task({"taskId": "brand-new", "timeline": [{"after": 0, "status": "Init"}]})
    caller.emulator.remove_task("middle-1")
    caller.emulator.remove_task("newest")
    assert (await caller.search(MaxResults="2", NextToken=token)).ids == ["middle-2", "oldest"]
    assert (await caller.search()).ids == ["brand-new", "middle-2", "oldest"]


async def test_a_token_belongs_to_its_query(stage: Stage) -> None:
    """But not to the size of its page."""
    caller = await stage.play(LIBRARY)
    query = {"KeyText": "day", "WorkflowId": "", "EndOfCreateTime": "2026-01-02T00:00:00Z"}
    token = (await caller.search(MaxResults="1", **query)).json["NextToken"]
    assert (await caller.search(MaxResults="5", NextToken=token, **query)).ids == ["middle-2", "oldest"]
    for change in (
        {"KeyText": "da"},
        {"KeyText": ""},
        {"WorkflowId": "wf-1"},
        {"WorkflowName": "Review"},
        {"StartOfCreateTime": "2026-01-01T00:00:00Z"},
        {"EndOfCreateTime": "2026-01-02T00:00:01Z"},
        {"EndOfCreateTime": ""},
    ):
        reply = await caller.search(**{**query, **change}, NextToken=token)
        assert (reply.status, reply.json["Code"]) == (400, "InvalidParameter.NextToken")


async def test_a_mangled_token_is_refused_wherever_it_is_mangled(stage: Stage) -> None:
    caller = await stage.play(LIBRARY)
    token = (await caller.search(MaxResults="1")).json["NextToken"]
    changed = [f"{token[:at]}{'A' if token[at] != 'A' else 'B'}{token[at + 1 :]}" for at in range(len(token))]
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"  # some end in the same bytes
    changed += [token[:-1] + each for each in last if each != token[-1]]
    for mangled in (*changed, token[:-1], token[1:], token + "A", token + "=", f" {token}", token.swapcase()):
        reply = await caller.search(NextToken=mangled)
        assert (reply.status, reply.json["Code"]) == (400, "InvalidParameter.NextToken")


@given(st.integers(), st.text().filter(str.isprintable), st.text(), st.binary())
def test_a_token_leads_back_to_its_place(number: int, task_id: str, key: str, noise: bytes) -> None:
    query = Query(key=key)
    token = token_of((number, task_id), query)
    assert place_from({"NextToken": token}, query) == (number, task_id)
    for other, wrong in ((token, Query(key=f"{key}x")), (base64.urlsafe_b64encode(noise).decode() or "=", query)):
        with pytest.raises(Refused):
            place_from({"NextToken": other}, wrong)


@pytest.mark.parametrize(
    "place", [b"abc t", b"\xff t", b"", b"9" * 5000 + b" t"], ids=["no number", "no text", "nothing", "too long"]
)
def test_a_token_that_someone_has_made_up_rightly_but_for_the_place_is_refused(place: bytes) -> None:
    query = Query()

    with pytest.raises(Refused, match="NextToken"):
        place_from({"NextToken": _token(place, query)}, query)


async def test_only_the_tasks_of_the_last_90_days_are_listed(stage: Stage) -> None:
    """By the time of day, which also passes while the emulator runs; the one that is read is still there."""
    caller = await stage.play("""
tasks:
  - {taskId: too-old, createTime: 2025-10-04T11:59:59Z, timeline: [{after: 0, status: Succeed}]}
  - {taskId: just-right, createTime: 2025-10-04T12:00:00Z, timeline: [{after: 0, status: Succeed}]}
  - {taskId: young, timeline: [{after: 0, status: Succeed}]}
""")
    assert (await caller.search()).ids == ["young", "just-right"]
    assert (await caller.search(StartOfCreateTime="2025-01-01T00:00:00Z")).ids == ["young", "just-right"]
    assert (await caller.read("too-old")).status == 200
    stage.clock.seconds += 1
    assert (await caller.search()).ids == ["young"]
    stage.clock.seconds += 91 * 86400
    assert (await caller.search()).tasks == []
    assert (await caller.read("young")).status == 200


async def test_a_list_is_no_read(stage: Stage) -> None:
    caller = await stage.play("""
tasks:
  - taskId: t
    timeline: [{after: 0, status: Init}, {calls: 1, status: Processing}, {calls: 2, status: Succeed}]
""")

    async def listed() -> list[tuple[str, str | None]]:
        return [(task["Status"], task.get("FinishTime")) for _ in range(3) for task in (await caller.search()).tasks]

    assert await listed() == [("Init", None)] * 3
    assert (await caller.read("t")).task["Status"] == "Processing"
    assert await listed() == [("Processing", None)] * 3
    stage.clock.seconds += 7
    assert (await caller.read("t")).task["Status"] == "Succeed"
    stage.clock.seconds += 7
    assert await listed() == [("Succeed", "2026-01-02T12:00:07Z")] * 3


async def test_a_list_moves_with_the_clock(stage: Stage) -> None:
    caller = await stage.play("""
tasks: [{taskId: t, timeline: [{after: 0, status: Init}, {after: 4, status: Succeed}]}]
""")
    assert [task["Status"] for task in (await caller.search()).tasks] == ["Init"]
    stage.clock.seconds += 60
    ((told,), read) = (await caller.search()).tasks, (await caller.read("t")).task
    assert told == read
    assert (told["Status"], told["FinishTime"]) == ("Succeed", "2026-01-02T12:00:04Z")


async def test_a_task_that_a_read_would_not_find_is_not_listed(stage: Stage) -> None:
    """One that the first read would find is there before that read, as that read finds it."""
    caller = await stage.play("""
tasks:
  - {taskId: by-time, timeline: [{after: 5, status: Init}]}
  - {taskId: by-second-read, timeline: [{calls: 2, status: Init}, {calls: 9, status: Failed}]}
  - {taskId: by-first-read, timeline: [{after: 9, status: Queued}, {calls: 1, status: Init}]}
""")
    assert [(each["TaskId"], each["Status"]) for each in (await caller.search()).tasks] == [("by-first-read", "Init")]
    for _ in range(2):
        await caller.read("by-second-read")
    assert sorted((await caller.search()).ids) == ["by-first-read", "by-second-read"]
    stage.clock.seconds += 4.9
    assert sorted((await caller.search()).ids) == ["by-first-read", "by-second-read"]
    stage.clock.seconds += 0.1
    (first, *_) = (await caller.search()).tasks
    assert (first["TaskId"], first["CreateTime"]) == ("by-first-read", "2026-01-02T12:00:09Z")
    assert sorted((await caller.search()).ids) == ["by-first-read", "by-second-read", "by-time"]


async def test_a_list_follows_what_is_changed_by_hand(stage: Stage) -> None:
    """A new timeline leaves a task in its place; a task that is started anew moves."""
    caller = await stage.play(LIBRARY)
    caller.emulator.set_status("oldest", "Canceled")
    reply = await caller.search()
    assert (reply.ids, reply.tasks[-1]["Status"]) == (ORDER, "Canceled")
    caller.emulator.add_task({"taskId": "oldest", "taskInput": "anew", "timeline": [{"after": 0, "status": "Init"}]})
    assert (await caller.search()).ids == ["oldest", "newest", "middle-1", "middle-2"]
    assert (await caller.search(KeyText="anew")).ids == ["oldest"]
    assert (await caller.search(WorkflowId="wf-1")).ids == ["middle-2"]
    caller.emulator.add_task({"taskId": "oldest", "answer": "null"})
    assert (await caller.search()).ids == ["newest", "middle-1", "middle-2"]
    caller.emulator.set_status("oldest", "Init")
    assert (await caller.search()).ids == ["oldest", "newest", "middle-1", "middle-2"]
    caller.emulator.remove_task("oldest")
    assert (await caller.search()).ids == ["newest", "middle-1", "middle-2"]


@pytest.mark.parametrize(
    ("created", "before"),
    [
        ("2026-01-02T12:00:01Z\n", False),
        ("2026-01-02T12:00:01", False),
        ("2026-01-02T19:59:59+08:00", True),
        ("2026-01-02", True),
        ("yesterday", True),
        ("", True),
    ],
)
async def test_a_creation_time_is_understood_and_told_as_it_is(stage: Stage, created: str, *, before: bool) -> None:
    """What is no time counts as the moment the timeline begins."""
    caller = await stage.play("tasks: [{taskId: a, timeline: [{after: 0, status: Init}]}]")
    caller.emulator.add_task({"taskId": "b", "createTime": created, "timeline": [{"after": 0, "status": "Init"}]})
    reply = await caller.search()
    assert reply.ids == (["a", "b"] if before else ["b", "a"])
    assert {task["CreateTime"] for task in reply.tasks} == {"2026-01-02T12:00:00Z", created or "2026-01-02T12:00:00Z"}


async def test_an_answer_that_is_given_word_for_word_is_listed_without_its_results(stage: Stage) -> None:
    stage.clock.offset = timedelta(days=-1094)  # the example is of the beginning of 2023
    caller = await stage.play(f"tasks: [{{taskId: published, answer: {published.TEXT}}}]")
    (listed,) = (await caller.search()).tasks
    expected = dict(published.ANSWER["WorkflowTask"])
    del expected["ActivityResults"]
    expected["Workflow"] = {**expected["Workflow"], "MediaType": "Media"}
    assert listed == expected
    name = expected["Workflow"]["Name"]
    assert len((await caller.search(WorkflowName=name, KeyText="media")).tasks) == 1
    assert (await caller.search(WorkflowName="another")).tasks == []


WELL_FORMED: list[dict[str, Any]] = [
    {"TaskId": "t", "Status": "Succeed"},
    {"TaskId": "t", "Status": "Queued", "Extra": 5, "Workflow": {"Extra": []}, "TaskInput": '{"Type":"OSS"}'},
    {"TaskId": "t", "Status": "Init", "CreateTime": "2026-01-02T12:00:00Z", "Workflow": None, "FinishTime": None},
]


@pytest.mark.parametrize("task", WELL_FORMED)
def test_a_well_formed_answer_tells_of_a_task(task: dict[str, Any]) -> None:
    assert told_by(Verbatim(body=json.dumps({"WorkflowTask": task}), status=203)) is not None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"WorkflowTask": null}',
        '{"WorkflowTask": "text"}',
        *[
            json.dumps({"WorkflowTask": {"TaskId": "t", "Status": "Succeed", **change}})
            for change in (
                {"TaskId": ""},
                {"TaskId": None},
                {"TaskId": 5},
                {"Status": ""},
                {"Status": ["Succeed"]},
                {"CreateTime": 5},
                {"TaskInput": {}},
                {"UserData": True},
                {"Workflow": "none"},
                {"Workflow": {"Name": 5}},
                {"UserData": "\ud800"},
                {"Progress": float("nan")},
            )
        ],
        '{"WorkflowTask": {"TaskId": "t", "Status": "Succeed"}',
        "[" * 100_000,
    ],
)
async def test_an_answer_that_is_not_well_formed_is_not_listed(stage: Stage, body: str) -> None:
    caller = await stage.play("tasks: []")
    caller.emulator.add_task(Task(task_id="t", verbatim=Verbatim(body=body)))
    assert (await caller.search()).tasks == []
    assert (await caller.read("t")).body == body.encode()


async def test_a_refusal_that_is_given_word_for_word_is_not_listed(stage: Stage) -> None:
    caller = await stage.play("""
tasks: [{taskId: t, httpStatus: 500, answer: {WorkflowTask: {TaskId: t, Status: Succeed}}}]
""")
    assert (await caller.search()).tasks == []


@pytest.mark.parametrize(("axis", "value"), [(axis, value) for axis, values in VARIANTS.items() for value in values])
async def test_of_the_variants_only_the_finish_time_shows(stage: Stage, axis: str, value: str) -> None:
    caller = await stage.play(Scenario.from_text(LIBRARY).with_variants({axis: value}))
    tasks = {task["TaskId"]: task for task in (await caller.search()).tasks}
    assert not [task for task in tasks.values() if "ActivityResults" in task]
    assert tasks["middle-2"].get("FinishTime") == ("" if value == "empty" else None)
    assert tasks["oldest"]["FinishTime"] == "2026-01-02T12:00:00Z"


@pytest.mark.parametrize(
    ("key", "read", "listed"),
    [
        ("denied: true", 403, 403),
        ("deniedActions: [ListWorkflowTasks]", 200, 403),
        ("deniedActions: GetWorkflowTask", 403, 200),
        ("deniedActions: [GetWorkflowTask, ListWorkflowTasks]", 403, 403),
        ("deniedActions: []", 200, 200),
    ],
)
async def test_what_a_key_may_not_do(stage: Stage, key: str, read: int, listed: int) -> None:
    caller = await stage.play(f"{LIBRARY}keys: [{{accessKey: reader, secretKey: s, {key}}}]")
    caller.key = ("reader", "s")
    replies = {"GetWorkflowTask": await caller.read("oldest"), "ListWorkflowTasks": await caller.search()}
    assert [reply.status for reply in replies.values()] == [read, listed]
    for action, reply in replies.items():
        if reply.status == 403:
            assert reply.json["Code"] == "NoPermission"
            assert reply.json["AccessDeniedDetail"]["AuthAction"] == f"ice:{action}"
    caller.key = ("emulator", "emulator-secret")
    assert (await caller.search()).status == 200


async def test_a_list_can_be_asked_for_with_the_older_signature_too(stage: Stage) -> None:
    caller = await stage.play(LIBRARY)
    for form in (False, True):
        parameters = {"Action": "ListWorkflowTasks", "TaskId": "", "MaxResults": "2", "KeyText": "day"}
        assert (await caller.send_version_1(parameters, form=form)).ids == ["newest", "middle-2"]


async def test_every_action_has_its_faults(stage: Stage) -> None:
    for action in ACTIONS:
        caller = await stage.play(Scenario.from_mapping({"faults": [{"action": action, "kind": "internalError"}]}))
        replies = {
            "GetWorkflowTask": await caller.read("t"),
            "ListWorkflowTasks": await caller.search(),
            "StartWorkflow": await caller.start(),
        }
        assert [name for name, reply in replies.items() if reply.status == 500] == [action]


async def test_a_fault_counts_the_calls_of_its_action_only(stage: Stage) -> None:
    caller = await stage.play(f"""{LIBRARY}
faults:
  - {{action: ListWorkflowTasks, calls: [2, 3], kind: throttle}}
  - {{action: GetWorkflowTask, calls: 2, kind: internalError}}
""")
    seen = []
    for _ in range(4):
        seen += [(await caller.search()).status, (await caller.read("oldest")).status]
    assert seen == [200, 200, 400, 500, 400, 200, 200, 200]
    assert [call.fault for call in caller.emulator.calls if call.task_id is None] == ["", "throttle", "throttle", ""]


async def test_a_page_that_met_a_fault_can_be_asked_for_again(stage: Stage) -> None:
    caller = await stage.play(LIBRARY + "faults: [{action: ListWorkflowTasks, calls: 2, kind: throttle}]")
    token = (await caller.search(MaxResults="2")).json["NextToken"]
    assert (await caller.search(MaxResults="2", NextToken=token)).status == 400
    assert (await caller.search(MaxResults="2", NextToken=token)).ids == ORDER[2:]


async def met(stage: Stage, kind: str, scenario: str = LIBRARY) -> Any:
    """List with a fault."""
    caller = await stage.play(f"{scenario}\nfaults: [{{action: ListWorkflowTasks, kind: '{kind}'}}]")
    reply = await caller.search()
    (call,) = caller.emulator.calls
    assert (call.fault, call.status, call.task_id) == (kind, reply.status, None)
    return reply


async def test_refusals_are_those_of_the_action(stage: Stage) -> None:
    assert (await met(stage, "denied")).json["AccessDeniedDetail"]["AuthAction"] == "ice:ListWorkflowTasks"
    assert (await met(stage, "throttle429")).headers["x-acs-retry-after"] == "2000"
    assert (await met(stage, "clockSkew")).json["Code"] == "InvalidTimeStamp.Expired"


async def test_a_forged_list_claims_success_and_is_the_last_page(stage: Stage) -> None:
    for kind in ("nan", "wrongTaskId", "duplicateKeys", "oversized"):
        reply = await met(stage, kind)
        (task,) = reply.tasks
        assert (task["Status"], reply.json["MaxResults"], "NextToken" in reply.json) == ("Succeed", 10, False)
        assert task["TaskId"] == ("oldest-other" if kind == "wrongTaskId" else "oldest")
    assert b"NaN" in (await met(stage, "nan")).body
    assert b'"Status":"Processing","Status":"Succeed"' in (await met(stage, "duplicateKeys")).body
    assert len((await met(stage, "oversized")).body) > 16 * 1024 * 1024
    assert (await met(stage, "wrongTaskId", "tasks: []")).ids == ["some-other"]


async def test_a_broken_list_is_broken_as_a_list(stage: Stage) -> None:
    wrong = (await met(stage, "wrongTypes")).json
    (task,) = wrong["TaskList"]
    assert (wrong["MaxResults"], wrong["NextToken"]) == ("ten", 5)
    assert (task["TaskId"], task["Status"], task["Workflow"]) == ([], 5, "none")
    cut = (await met(stage, "cutJson")).body
    assert json.loads(cut + b"]}")["TaskList"] == [{"TaskId": "oldest", "Status": "Succeed"}]
    assert (await met(stage, "emptyObject")).json == {}


async def test_a_list_can_come_slowly_even_when_it_is_a_refusal(stage: Stage) -> None:
    async def pause(_: float) -> None:
        """Take no time."""

    caller = await stage.play(LIBRARY + "faults: [{action: ListWorkflowTasks, kind: slow}]", pause=pause)
    assert (await caller.search()).ids == ORDER
    assert (await caller.search(MaxResults="0")).json["Code"] == "InvalidParameter.MaxResults"
    assert [call.fault for call in caller.emulator.calls] == ["slow", "slow"]


async def test_a_list_can_hang_or_be_reset(stage: Stage) -> None:
    caller = await stage.play(LIBRARY + "faults: [{action: ListWorkflowTasks, calls: 1, kind: hang}]")
    hanging = asyncio.create_task(caller.search())
    await caller.emulator.until_called(1)
    assert (await caller.search()).ids == ORDER
    assert not hanging.done()
    caller.emulator.add_fault({"action": "ListWorkflowTasks", "kind": "reset"})
    with pytest.raises(aiohttp.ClientConnectionError):
        await caller.search()
    assert [(call.fault, call.status) for call in caller.emulator.calls] == [("hang", 0), ("", 200), ("reset", 0)]
    await stage.close()
    with pytest.raises(aiohttp.ClientConnectionError):
        await hanging


NO_ANSWER = {"hang", "slow", "oversized", "reset", "resetInBody", "close", "shortBody", "garbage", "longHeader"}
"""What takes long, or is nothing that a client of HTTP can read."""


@pytest.mark.parametrize("kind", sorted(set(KINDS) - NO_ANSWER - {"none"}))
async def test_no_other_kind_fails_in_the_emulator_itself(stage: Stage, kind: str) -> None:
    reply = await met(stage, kind)
    assert b"The emulator failed" not in reply.body
