"""What answers look like, on every axis of what nobody has verified."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ice_emulator import VARIANTS, Scenario, ScenarioError
from ice_emulator.variants import DEFAULTS
from support import published

if TYPE_CHECKING:
    from tests.unit.emulator.conftest import Stage

ENDED = """
tasks:
  - taskId: good
    timeline:
      - {calls: 1, status: Processing, activityResults: &results {A: {Status: Succeed, Result: {Code: "0"}}, B: 1}}
      - {calls: 2, status: Succeed, activityResults: *results}
  - taskId: bad
    timeline: [{after: 0, status: Failed, activityResults: *results}]
  - taskId: listed
    timeline: [{after: 0, status: Succeed, activityResults: [{ActivityId: A, Result: {Code: 0}}, {Result: text}, 7]}]
  - taskId: written
    timeline: [{calls: 1, status: Init, activityResults: ' {"A" : 1} '}, {calls: 2, status: Failed}]
"""


def with_variant(axis: str, value: str) -> Scenario:
    return Scenario.from_text(ENDED).with_variants({axis: value})


async def test_the_published_example_can_be_played_as_a_mapping(stage: Stage) -> None:
    """JSON is YAML: an answer can be pasted as it is."""
    caller = await stage.play(f"tasks: [{{taskId: published, answer: {published.TEXT}}}]")
    reply = await caller.read("published")
    assert (reply.status, reply.json) == (200, json.loads(published.TEXT))
    assert list(reply.task) == list(json.loads(published.TEXT)["WorkflowTask"])


async def test_an_answer_that_is_text_goes_out_byte_by_byte(stage: Stage) -> None:
    scenario = {"tasks": [{"taskId": "published", "answer": published.TEXT, "httpStatus": 203}]}
    caller = await stage.play(Scenario.from_mapping(scenario))
    reply = await caller.read("published")
    assert (reply.status, reply.body) == (203, published.TEXT.encode())


async def test_a_long_answer_goes_out_whole(stage: Stage) -> None:
    text = "x" * 3_000_000
    caller = await stage.play(Scenario.from_mapping({"tasks": [{"taskId": "long", "answer": text}]}))
    assert (await caller.read("long")).body == text.encode()


@pytest.mark.parametrize(
    ("value", "status", "code"),
    [
        ("notFound", 404, "ResourceNotFound"),
        ("invalidParameter", 400, "InvalidParameter"),
        ("withoutTask", 200, None),
        ("nullTask", 200, None),
    ],
)
async def test_a_task_that_is_not_known(stage: Stage, value: str, status: int, code: str | None) -> None:
    caller = await stage.play(with_variant("taskNotKnown", value))
    reply = await caller.read("unheard-of")
    assert (reply.status, reply.json.get("Code")) == (status, code)
    assert reply.json["RequestId"] == caller.emulator.calls[0].request_id
    if status == 200:
        assert reply.json == {
            "RequestId": reply.json["RequestId"],
            **({"WorkflowTask": None} if value[0] == "n" else {}),
        }


RESULTS: dict[str, Any] = {"A": {"Status": "Succeed", "Result": {"Code": "0"}}, "B": 1}


@pytest.mark.parametrize(
    ("value", "before", "after"),
    [
        ("object", RESULTS, RESULTS),
        ("untilEnd", None, RESULTS),
        ("list", [{"ActivityId": "A", **RESULTS["A"]}, 1], [{"ActivityId": "A", **RESULTS["A"]}, 1]),
        ("text", "text", "text"),
        ("resultAsText", *[{"A": {"Status": "Succeed", "Result": '{"Code":"0"}'}, "B": 1}] * 2),
    ],
)
async def test_the_shape_of_activity_results(stage: Stage, value: str, before: object, after: object) -> None:
    caller = await stage.play(with_variant("activityResults", value))
    for expected in (before, after):
        results = (await caller.read("good")).task.get("ActivityResults")
        if expected == "text":
            assert results == "Jsonformat,Content varies based on workflow configuration."
        else:
            assert (None if results is None else json.loads(results)) == expected


@pytest.mark.parametrize("value", VARIANTS["activityResults"])
async def test_results_given_as_a_list_or_a_text_stay_what_they_are(stage: Stage, value: str) -> None:
    caller = await stage.play(with_variant("activityResults", value))
    listed = (await caller.read("listed")).task["ActivityResults"]
    if value == "resultAsText":
        assert json.loads(listed) == [{"ActivityId": "A", "Result": '{"Code":0}'}, {"Result": "text"}, 7]
    elif value != "text":
        assert json.loads(listed) == [{"ActivityId": "A", "Result": {"Code": 0}}, {"Result": "text"}, 7]
    written = (await caller.read("written")).task
    assert written.get("ActivityResults") == (None if value == "untilEnd" else ' {"A" : 1} ')
    assert "ActivityResults" not in (await caller.read("written")).task


@pytest.mark.parametrize(("value", "before"), [("absent", {}), ("empty", {"FinishTime": ""})])
async def test_the_finish_time_before_the_end(stage: Stage, value: str, before: dict[str, str]) -> None:
    caller = await stage.play(with_variant("finishTime", value))
    tasks = [(await caller.read("good")).task for _ in range(2)]
    assert {name: text for name, text in tasks[0].items() if name == "FinishTime"} == before
    assert tasks[1]["FinishTime"] == "2026-01-02T12:00:00Z"


@pytest.mark.parametrize(("value", "there"), [("with", True), ("without", False)])
async def test_results_of_a_failed_task(stage: Stage, value: str, there: bool) -> None:
    caller = await stage.play(with_variant("failedResults", value))
    assert ("ActivityResults" in (await caller.read("bad")).task) is there
    assert "ActivityResults" in (await caller.read("good")).task


@pytest.mark.parametrize("value", VARIANTS["expiredToken"])
async def test_the_status_of_an_expired_token(stage: Stage, value: str) -> None:
    caller = await stage.play(with_variant("expiredToken", value))
    caller.emulator.add_fault({"kind": "expiredToken"})
    reply = await caller.read("good")
    assert (reply.status, reply.json["Code"]) == (int(value), "InvalidSecurityToken.Expired")


async def test_variants_can_be_chosen_in_the_scenario(stage: Stage) -> None:
    caller = await stage.play("variants: {taskNotKnown: nullTask, expiredToken: 403}")
    assert (await caller.read("t")).json["WorkflowTask"] is None
    caller.emulator.add_fault({"kind": "expiredToken"})
    assert (await caller.read("t")).status == 403


def test_the_first_value_of_an_axis_is_the_default() -> None:
    assert Scenario.from_text("tasks: []").variants == {
        "taskNotKnown": "notFound",
        "activityResults": "object",
        "finishTime": "absent",
        "failedResults": "with",
        "expiredToken": "400",
    }
    assert {axis: values[0] for axis, values in VARIANTS.items()} == DEFAULTS


def test_an_unknown_axis_or_value_is_refused() -> None:
    scenario = Scenario.default()
    with pytest.raises(ScenarioError, match=r"variants: finishTim: .* did you mean 'finishTime'\?"):
        scenario.with_variants({"finishTim": "empty"})
    with pytest.raises(ScenarioError, match=r"variants: finishTime: 'emtpy' .* did you mean 'empty'\?"):
        scenario.with_variants({"finishTime": "emtpy"})


def test_variants_that_are_not_named_stay() -> None:
    scenario = with_variant("finishTime", "empty").with_variants({"expiredToken": "403"})
    assert (scenario.variants["finishTime"], scenario.variants["expiredToken"]) == ("empty", "403")


async def test_every_answer_has_its_own_request_id(stage: Stage) -> None:
    """True answers, errors and refusals alike, and those of two emulators differ too."""
    callers = [await stage.play(ENDED), await stage.play(ENDED)]
    seen = []
    for caller in callers:
        seen += [(await caller.read(each)).json["RequestId"] for each in ("good", "good", "bad", "unheard-of", "")]
        caller.key = ("nobody", "x")
        seen.append((await caller.read("good")).json["RequestId"])
        assert [call.request_id for call in caller.emulator.calls] == seen[-6:]
    assert len(set(seen)) == 12


async def test_an_error_has_the_shape_of_the_service(stage: Stage) -> None:
    caller = await stage.play(ENDED)
    reply = await caller.read("unheard-of")
    assert list(reply.json) == ["RequestId", "HostId", "Code", "Message", "Recommend"]
    assert reply.json["HostId"] == caller.emulator.endpoint
    assert reply.headers["Content-Type"] == "application/json;charset=utf-8"


async def test_text_beyond_ascii_goes_out_as_it_is(stage: Stage) -> None:
    caller = await stage.play('tasks: [{taskId: "é😀", userData: "日本", timeline: [{after: 0, status: Init}]}]')
    reply = await caller.read("é😀")
    assert (reply.task["TaskId"], reply.task["UserData"]) == ("é😀", "日本")
    assert "日本".encode() in reply.body
