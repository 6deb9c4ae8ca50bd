"""Answers of the API, validated strictly and read with the official SDK's models.

The SDK itself passes broken answers on as empty or half-filled objects, so nothing of an answer is believed before its
types have been checked here: what is not a task with a status is a broken answer, never a success.

Source: the page of GetWorkflowTask (ICE, API 2020-11-09).
"""

from __future__ import annotations

from typing import Any, Final

from alibabacloud_ice20201109.models import GetWorkflowTaskResponseBody

from ice_provider import freejson
from ice_provider.errors import BrokenAnswer
from ice_provider.model import Workflow, WorkflowTask
from ice_provider.observation import observe

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
            raise BrokenAnswer(
                "the endpoint answers HTML, not the ICE API: check ice:endpoint, and proxies on the way"
            ) from error
        raise BrokenAnswer("the answer is empty or no valid JSON") from error
    if not isinstance(parsed, dict):
        raise BrokenAnswer("the answer is no JSON object")
    return parsed


def task(found: dict[str, Any], asked_for: str) -> WorkflowTask:
    """Return the task that a valid answer tells of.

    Raises:
        NoTask: It tells of none.
        BrokenAnswer: Anything in it is not as the API promises.
    """
    request_id = found.get("RequestId")
    if not isinstance(request_id, str) or not request_id:
        raise BrokenAnswer("no task data came back, and no request ID")
    if found.get("Code") not in [None, "", "200", "OK", "Success"]:  # a list: the code may be anything
        raise BrokenAnswer("the answer says success and carries an error code")
    if found.get("WorkflowTask") is None:
        raise NoTask(request_id)
    given = _texts(found["WorkflowTask"], "WorkflowTask", _TASK_FIELDS)
    if given.get("Workflow") is not None:
        _texts(given["Workflow"], "WorkflowTask.Workflow", _WORKFLOW_FIELDS)
    if not given.get("Status"):
        raise BrokenAnswer("the answer names no status")
    if given.get("TaskId") != asked_for:
        raise BrokenAnswer("the answer is about another task")
    return _read(GetWorkflowTaskResponseBody().from_map(found))


def _texts(value: Any, path: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Return an object whose named fields are texts or absent."""
    if not isinstance(value, dict):
        raise BrokenAnswer(f"{path} in the answer is no object")
    for name in names:
        if value.get(name) is not None and not isinstance(value[name], str):
            raise BrokenAnswer(f"{path}.{name} in the answer is no text")
    return value


def _read(body: GetWorkflowTaskResponseBody) -> WorkflowTask:
    told, flow = body.workflow_task, body.workflow_task.workflow
    workflow = flow and Workflow(
        workflow_id=flow.workflow_id,
        name=flow.name,
        status=flow.status,
        type=flow.type,
        create_time=_trim(flow.create_time),
        modified_time=_trim(flow.modified_time),
    )
    return observe(
        task_id=told.task_id,
        status=told.status,
        request_id=body.request_id,
        task_input=told.task_input,
        create_time=told.create_time,
        finish_time=told.finish_time,
        workflow=workflow,
        activity_results=told.activity_results,
        user_data=told.user_data,
    )


def _trim(text: str | None) -> str | None:
    return text.strip() or None if text else None
