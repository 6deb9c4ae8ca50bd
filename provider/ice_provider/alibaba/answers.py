"""Answers of the API, validated strictly and read with the official SDK's models.

The SDK itself passes broken answers on as empty or half-filled objects, so nothing of an answer is believed before its
types have been checked here: what is not a task with a status is a broken answer, never a success.

Source: the pages of GetWorkflowTask and ListWorkflowTasks (ICE, API 2020-11-09).
"""

from __future__ import annotations

from typing import Any, Final

from ice_provider import freejson, times
from ice_provider.alibaba.sdk import GetWorkflowTaskResponseBody, ListWorkflowTasksResponseBody
from ice_provider.cloud import Page
from ice_provider.errors import BrokenAnswer
from ice_provider.model import Workflow, WorkflowTask
from ice_provider.observation import observe
from ice_provider.wording import wording

_TASK_FIELDS: Final = (
    "TaskId",
    "Status",
    "TaskInput",
    "CreateTime",
    "FinishTime",
    "ActivityResults",
    "UserData",
)
_WORKFLOW_FIELDS: Final = ("WorkflowId", "Name", "Status", "Type", "CreateTime", "ModifiedTime")


class NoTask(Exception):
    """A valid answer that holds no task: the API does not know it.

    Attributes:
        request_id: Of the call.
    """

    def __init__(self, request_id: str) -> None:
        super().__init__("the answer holds no task")
        self.request_id = request_id


def document(body: bytes, content_type: str) -> dict[str, Any]:
    """Return the JSON object that a body holds.

    Raises:
        BrokenAnswer: It holds none.
    """
    try:
        parsed = freejson.parse(body.decode("utf-8"))
    except (UnicodeDecodeError, freejson.NotJson) as error:
        if "html" in content_type.lower() or body.lstrip()[:1] == b"<":
            advice = f"check {wording().setting('endpoint')}, and proxies on the way"
            raise BrokenAnswer(f"the endpoint answers HTML, not the ICE API: {advice}") from error
        raise BrokenAnswer("the answer is empty or no valid JSON") from error
    if not isinstance(parsed, dict):
        raise BrokenAnswer("the answer is no JSON object")
    return parsed


def refusal(body: bytes) -> dict[str, Any]:
    """Return the JSON object that the body of a refusal holds; empty when it holds none."""
    try:
        return document(body, content_type="")
    except BrokenAnswer:
        return {}


def task(found: dict[str, Any], asked_for: str, before: WorkflowTask | None = None) -> WorkflowTask:
    """Return the task that a valid answer of GetWorkflowTask tells of; `before` is an earlier reading of it.

    Raises:
        NoTask: It tells of none.
        BrokenAnswer: Anything in it is not as the API promises.
    """
    request_id = _request_id(found)
    if found.get("WorkflowTask") is None:
        raise NoTask(request_id)
    _check_task(found["WorkflowTask"], "WorkflowTask")
    if found["WorkflowTask"]["TaskId"] != asked_for:
        raise BrokenAnswer("the answer is about another task")
    told = GetWorkflowTaskResponseBody().from_map(found).workflow_task
    return _read(told, request_id, activity_results=told.activity_results, before=before)


def page(found: dict[str, Any]) -> Page:
    """Return the tasks that a valid answer of ListWorkflowTasks tells of.

    Raises:
        BrokenAnswer: Anything in it is not as the API promises.
    """
    request_id, listed = _request_id(found), found.get("TaskList")
    if not isinstance(listed, list | None):
        raise BrokenAnswer("the answer lists no tasks")
    _texts(found, "the page", ("NextToken",))
    for place, entry in enumerate(listed or ()):  # of an empty list the API may leave out the name
        _check_task(entry, f"TaskList[{place}]")
    body = ListWorkflowTasksResponseBody().from_map(found)
    return Page(tuple(_read(told, request_id) for told in body.task_list), body.next_token or None)


def _request_id(found: dict[str, Any]) -> str:
    """Return the request ID that every valid answer bears."""
    request_id = found.get("RequestId")
    if not isinstance(request_id, str) or not request_id:
        raise BrokenAnswer("no task data came back, and no request ID")
    if found.get("Code") not in [None, "", 200, "200", "OK", "Success"]:  # a list: the code may be anything
        raise BrokenAnswer("the answer says success and carries an error code")
    return request_id


def _check_task(value: Any, path: str) -> None:
    """See that a task has an ID and a status, and that everything known of it is text."""
    given = _texts(value, path, _TASK_FIELDS)
    if given.get("Workflow") is not None:
        _texts(given["Workflow"], f"{path}.Workflow", _WORKFLOW_FIELDS)
    if not given.get("Status"):
        raise BrokenAnswer("the answer names no status")
    if not given.get("TaskId"):
        raise BrokenAnswer("the answer names no task")


def _texts(value: Any, path: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Return an object whose named fields are texts or absent."""
    if not isinstance(value, dict):
        raise BrokenAnswer(f"{path} in the answer is no object")
    for name in names:
        if value.get(name) is not None and not isinstance(value[name], str):
            raise BrokenAnswer(f"{path}.{name} in the answer is no text")
    return value


def _read(
    told: Any, request_id: str, *, activity_results: str | None = None, before: WorkflowTask | None = None
) -> WorkflowTask:
    """Return the task of one of the SDK's models, which differ between the operations in their class alone."""
    flow = told.workflow
    workflow = flow and Workflow(
        workflow_id=flow.workflow_id,
        name=flow.name,
        status=flow.status,
        type=flow.type,
        create_time=times.trim(flow.create_time),
        modified_time=times.trim(flow.modified_time),
    )
    return observe(
        task_id=told.task_id,
        status=told.status,
        request_id=request_id,
        task_input=told.task_input,
        create_time=told.create_time,
        finish_time=told.finish_time,
        workflow=workflow,
        activity_results=activity_results,
        user_data=told.user_data,
        before=before,
    )
