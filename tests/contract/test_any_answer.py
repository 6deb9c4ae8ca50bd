"""Whatever a server answers is a task that holds what it promises, or a fault that says so: never anything else."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ice_provider import words
from ice_provider.acceptance import Open, Rule, judge
from ice_provider.alibaba import answers
from ice_provider.errors import BrokenAnswer
from ice_provider.model import WorkflowTask

WHOLE: dict[str, Any] = {
    "RequestId": "R-1",
    "WorkflowTask": {
        "TaskId": "t-1",
        "Status": "Succeed",
        "TaskInput": '{"Type": "Media"}',
        "CreateTime": "2023-01-05T01:00:00Z",
        "FinishTime": "2023-01-05T02:00:00Z",
        "ActivityResults": '{"Transcode": {"Status": "Succeed", "Result": "{}", "StartTime": "2023-01-05T01:00:00Z"}}',
        "UserData": "{}",
        "Workflow": {"WorkflowId": "w-1", "Name": "n", "Status": "Active", "Type": "Common"},
    },
}
PLACES = [
    ("RequestId",),
    ("WorkflowTask",),
    *[("WorkflowTask", name) for name in WHOLE["WorkflowTask"]],
    *[("WorkflowTask", "Workflow", name) for name in WHOLE["WorkflowTask"]["Workflow"]],
]
odd = st.sampled_from(["Succeed", "Failed", "t-1", "", "{", "[1e999]", "\ud83d", "0001-01-01T00:00:00Z", "9" * 5000])
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | odd
keys = st.text(max_size=4) | st.sampled_from(
    ["Status", "ActivityId", "Result", "StartTime", "status", "Code", "Message"]
)
json_ = st.recursive(leaves, lambda part: st.lists(part, max_size=3) | st.dictionaries(keys, part, max_size=4))
changes = st.lists(st.tuples(st.sampled_from(PLACES), json_ | json_.map(json.dumps)), min_size=1, max_size=3)


def read(body: bytes) -> WorkflowTask | None:
    """Return the task that a body tells of; None when it is none, and says so."""
    try:
        return answers.task(answers.document(body, "application/json"), "t-1")
    except (BrokenAnswer, answers.NoTask):
        return None


def changed(changes_: list[tuple[tuple[str, ...], Any]]) -> dict[str, Any]:
    """Return a valid answer with other values in some of its places."""
    answer = copy.deepcopy(WHOLE)
    for (*path, name), value in changes_:
        place: Any = answer
        for step in path:
            place = place.get(step) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place[name] = value
    return answer


def test_the_answer_that_is_changed_below_opens_a_gate() -> None:
    task = read(json.dumps(WHOLE).encode())

    assert task is not None
    assert isinstance(judge(task, Rule()), Open)


@given(changes)
@example([(("WorkflowTask", "ActivityResults"), "[" * 100_000)])
@example(
    [(("WorkflowTask", "ActivityResults"), '{"A": {"StartTime": "9999-99-99T99:99:99Z", "Result": {"a": 1e999}}}')]
)
def test_an_answer_with_odd_values_is_a_task_with_what_was_said_or_a_broken_answer(
    changes_: list[tuple[tuple[str, ...], Any]],
) -> None:
    answer = changed(changes_)

    task = read(json.dumps(answer).encode())

    if task is not None:
        told = answer["WorkflowTask"]
        assert answer["RequestId"]
        assert (task.task_id, task.status) == ("t-1", told["Status"])
        assert task.finished == (told["Status"] in words.ENDED)
        assert task.activity_results == told["ActivityResults"]
        assert isinstance(judge(task, Rule()), Open) == (told["Status"] == "Succeed")


@given(st.binary(max_size=64) | json_.map(lambda value: json.dumps(value).encode()))
@pytest.mark.parametrize("kind", ["application/json", "text/html"])
def test_any_bytes_are_no_task(kind: str, body: bytes) -> None:
    try:
        found = answers.document(body, kind)
        answers.task(found, "t-1")
    except (BrokenAnswer, answers.NoTask):
        return
    raise AssertionError(body)


@given(st.lists(json_ | changes.map(lambda made: changed(made)["WorkflowTask"]), max_size=4), json_)
def test_a_page_of_odd_values_lists_tasks_with_an_id_and_a_status_or_is_broken(listed: list[Any], token: Any) -> None:
    body = json.dumps({"RequestId": "R-1", "TaskList": listed, "NextToken": token}).encode()

    try:
        page = answers.page(answers.document(body, "application/json"))
    except BrokenAnswer:
        return

    assert [(task.task_id, task.status) for task in page.tasks] == [(told["TaskId"], told["Status"]) for told in listed]
    assert page.next_token is None or isinstance(page.next_token, str)
