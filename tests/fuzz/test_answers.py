"""Any bytes in place of an answer of the API are a true task, no task, or a broken answer; what is believed is true."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from ice_provider import activities, messages
from ice_provider.acceptance import Open, Rule, Shut, Wait, judge
from ice_provider.alibaba import answers
from ice_provider.alibaba.refusals import Asker, Question, Refusal
from ice_provider.alibaba.transport import Answer
from ice_provider.errors import BrokenAnswer, ProviderError
from ice_provider.model import WorkflowTask
from support.fuzzing import fuzzed

ASKED = "t-1"
SUCCESS_CODES = (None, "", 200, "200", "OK", "Success")
TEXTS = ("TaskId", "Status", "TaskInput", "CreateTime", "FinishTime", "ActivityResults", "UserData")
WORKFLOW_TEXTS = ("WorkflowId", "Name", "Status", "Type", "CreateTime", "ModifiedTime")
ACTIVITY_WORDS = ("ActivityId", "Status", "StartTime", "EndTime", "JobId", "Result", "Code", "Message", "errorCode")
STATUSES = ("Init", "Processing", "Succeed", "Failed", "Canceled")

moments = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z") | st.sampled_from(
    ["", "\n", "2023-01-04T02:05:17Z\n", "0001-01-01", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+14:00"]
)
texts = st.text(max_size=8) | st.sampled_from([ASKED, *STATUSES, "{}", "[]", "null", "\ud800"]) | moments
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
names = st.sampled_from([*TEXTS, *WORKFLOW_TEXTS, *ACTIVITY_WORDS, "RequestId", "WorkflowTask", "Workflow"])


def nested(words: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5), max_leaves=12
    )


anything = nested(names | st.text(max_size=4))
results = (nested(st.sampled_from(ACTIVITY_WORDS)) | anything).map(json.dumps)


def some_of(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with these names, each now and then absent, or with anything in its place."""
    return st.fixed_dictionaries({}, optional={name: value | value | anything for name, value in fields.items()})


fields: dict[str, st.SearchStrategy[Any]] = {
    "TaskId": st.just(ASKED),
    "Status": st.sampled_from(STATUSES) | texts.filter(bool),
    "TaskInput": texts,
    "CreateTime": moments,
    "FinishTime": moments,
    "ActivityResults": results | texts,
    "UserData": texts,
    "Workflow": st.fixed_dictionaries({}, optional=dict.fromkeys(WORKFLOW_TEXTS, texts | moments)),
}
tasks = some_of(**fields)
whole_tasks = st.fixed_dictionaries(fields)
request_ids = st.just("R-1") | texts
about_a_task = some_of(RequestId=request_ids, WorkflowTask=tasks, Code=st.sampled_from(SUCCESS_CODES) | texts)
about_a_page = some_of(RequestId=request_ids, TaskList=st.lists(tasks, max_size=3), NextToken=texts | st.none())


def is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def is_task(value: Any) -> bool:
    """Whether this is what the API's page promises: an ID, a status, and texts wherever something is told."""
    if not isinstance(value, dict) or not all(is_text(value.get(name)) for name in TEXTS):
        return False
    flow = value.get("Workflow")
    is_flow = flow is None or (isinstance(flow, dict) and all(is_text(flow.get(name)) for name in WORKFLOW_TEXTS))
    return is_flow and bool(value.get("TaskId")) and bool(value.get("Status"))


def is_answer(found: dict[str, Any]) -> bool:
    named = isinstance(found.get("RequestId"), str) and found["RequestId"] != ""
    return named and any(found.get("Code") == code for code in SUCCESS_CODES)


def told(found: dict[str, Any]) -> WorkflowTask | str:
    """Return the task that an answer tells of, or why there is none."""
    try:
        return answers.task(found, ASKED)
    except answers.NoTask:
        return "no task"
    except BrokenAnswer:
        return "broken"


@fuzzed(st.binary(max_size=40) | anything.map(json.dumps).map(str.encode) | st.binary(max_size=9).map(b'{"a":'.__add__))
def test_any_bytes_are_a_document_or_a_broken_answer(body: bytes) -> None:
    try:
        found = answers.document(body, "application/json")
    except BrokenAnswer:
        return
    assert found.keys() == json.loads(body).keys()


@fuzzed(about_a_task)
def test_a_task_is_believed_when_and_only_when_the_answer_is_whole_and_about_it(found: dict[str, Any]) -> None:
    seen, given = told(found), found.get("WorkflowTask")

    if not is_answer(found):
        assert seen == "broken"
    elif given is None:
        assert seen == "no task"
    elif not is_task(given) or given["TaskId"] != ASKED:
        assert seen == "broken"
    else:
        assert isinstance(seen, WorkflowTask)
        assert (seen.task_id, seen.status, seen.request_id) == (ASKED, given["Status"], found["RequestId"])
        assert seen.succeeded == (given["Status"] == "Succeed")
        assert (seen.activity_results, seen.user_data) == (given.get("ActivityResults"), given.get("UserData"))


@fuzzed(whole_tasks)
def test_of_whatever_is_told_about_a_task_a_person_can_be_told(task: dict[str, Any]) -> None:
    """And it opens a gate when and only when its status is Succeed."""
    seen = answers.task({"RequestId": "R-1", "WorkflowTask": task}, ASKED)

    verdict = judge(seen, Rule())

    match verdict:
        case Open():
            assert seen.status == "Succeed"
            assert messages.opened(seen).splitlines()[1:] == []
        case Wait():
            assert seen.status in {"Init", "Processing"}
            assert messages.standing(seen, now=0.0)
        case Shut(error):
            assert seen.status not in {"Init", "Processing", "Succeed"}
            assert error.headline.splitlines()[1:] == []


@fuzzed(about_a_page)
def test_a_page_is_believed_when_and_only_when_every_task_of_it_is_whole(found: dict[str, Any]) -> None:
    listed, token = found.get("TaskList"), found.get("NextToken")
    is_whole = listed is None or (isinstance(listed, list) and all(is_task(each) for each in listed))
    is_believed = is_answer(found) and is_whole and is_text(token)
    try:
        page = answers.page(found)
    except BrokenAnswer:
        assert not is_believed
        return

    assert is_believed
    assert [each.task_id for each in page.tasks] == [each["TaskId"] for each in listed or ()]
    assert page.next_token == (token or None)


@fuzzed(results | texts)
def test_results_that_cannot_be_read_are_absent_and_never_an_error(text: str) -> None:
    found, parsed = activities.read(text)

    assert found is None or found.keys() == json.loads(text).keys()
    assert parsed is None or len(parsed) == len(json.loads(text))


@fuzzed(
    st.integers(201, 599),
    st.dictionaries(st.sampled_from(["x-acs-retry-after", "Retry-After", "Location"]), st.text(max_size=6)),
    some_of(Code=st.sampled_from(["Throttling", "Forbidden", "InvalidTask"]) | texts, Message=texts, RequestId=texts)
    | st.fixed_dictionaries({"AccessDeniedDetail": anything}),
)
def test_any_refusal_is_one_of_our_errors_with_a_line_that_says_so(
    status: int, headers: dict[str, str], body: dict[str, Any]
) -> None:
    question = Question("GetWorkflowTask", {"TaskId": ASKED}, "read workflow task t-1", ASKED)
    asker = Asker("cn-shanghai", "the key em…", renews=False, skew=0.0)

    error = Refusal(Answer(status, headers, b""), body, question, asker).as_error()

    assert isinstance(error, ProviderError)
    assert error.headline.splitlines() == [error.headline]
