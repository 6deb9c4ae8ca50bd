"""The shapes of answers: a task, a task that is not known, a list, an error.

Every answer is plain data; `server.py` brings it onto the wire. None of the shapes has been validated against the
real service; what is doubtful is an axis in `variants.py`.

Must not know: aiohttp, signatures, scenarios, time.
"""

import enum
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ice_emulator.document import Json
from ice_emulator.tasks import Facts, Step, Verbatim, View, Workflow

JSON = "application/json;charset=utf-8"
HTML = "text/html;charset=utf-8"

# The published example of the API page: a text that is no JSON.
_NO_JSON = "Jsonformat,Content varies based on workflow configuration."


class Delivery(enum.Enum):
    """How an answer goes onto the wire."""

    WHOLE = enum.auto()
    TRICKLE = enum.auto()
    """One byte at a time, with pauses."""
    CHUNKED = enum.auto()
    """Without a Content-Length, as fast as the client reads."""
    NEVER = enum.auto()
    """The request is accepted and nothing follows until either side closes."""
    RAW = enum.auto()
    """The body alone, head and all if there is one, then an orderly close."""
    RESET = enum.auto()
    """Likewise, then a reset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a client gets.

    Attributes:
        status: The HTTP status; 0 where none is sent.
        body: All that is sent, if the delivery is raw or ends in a reset; else what follows the headers.
        code: The Code of an error body; empty when there is none.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    delivery: Delivery = Delivery.WHOLE


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every answer carries.

    Attributes:
        request_id: Its own, never used twice.
        host_id: Who answers.
    """

    request_id: str
    host_id: str


def encode(value: object) -> bytes:
    """Write a value as a JSON body."""
    return _ENCODER.encode(value).encode()


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def error(
    envelope: Envelope,
    status: int,
    code: str,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
    detail: Mapping[str, str] | None = None,
) -> Answer:
    """Build an error in the service's shape.

    Source: https://www.alibabacloud.com/help/en/imm/developer-reference/error-handling-1 (a sister product).
    """
    body: dict[str, object] = {
        "RequestId": envelope.request_id,
        "HostId": envelope.host_id,
        "Code": code,
        "Message": message,
        "Recommend": f"https://api.alibabacloud.com/troubleshoot?q={quote(code)}&product=ICE",
    }
    if detail is not None:
        body["AccessDeniedDetail"] = detail
    return Answer(status=status, body=encode(body), headers=headers or {}, code=code)


def denied(envelope: Envelope, action: str) -> Answer:
    """Build the refusal of a caller whose policies do not allow the action."""
    detail = {
        "AuthAction": f"ice:{action}",
        "AuthPrincipalType": "SubUser",
        "AuthPrincipalDisplayName": "emulator",
        "AuthPrincipalOwnerId": "1000000000000000",
        "NoPermissionType": "ImplicitDeny",
        "PolicyType": "AccountLevelIdentityBasedPolicy",
        "EncodedDiagnosticMessage": "AQEAAAAA",
    }
    message = "You are not authorized to do this action. You should be authorized by RAM."
    return error(envelope, 403, "NoPermission", message, detail=detail)


def throttled(envelope: Envelope) -> Answer:
    """Build the refusal of a request that is one too many."""
    return error(envelope, 400, "Throttling.User", "Request was denied due to user flow control.")


def token_expired(envelope: Envelope, variants: Mapping[str, str]) -> Answer:
    """Build the refusal of a token that was right: its status is a variant."""
    message = "Specified SecurityToken is expired."
    return error(envelope, int(variants["expiredToken"]), "InvalidSecurityToken.Expired", message)


def task_not_known(envelope: Envelope, task_id: str, variants: Mapping[str, str]) -> Answer:
    """Build what the service says about a task it does not know: nobody has seen it, hence a variant."""
    match variants["taskNotKnown"]:
        case "notFound":
            return error(envelope, 404, "ResourceNotFound", f"The workflow task {task_id} does not exist.")
        case "invalidParameter":
            return error(envelope, 400, "InvalidParameter", f"The parameter TaskId {task_id} is not valid.")
        case "withoutTask":
            return Answer(body=encode({"RequestId": envelope.request_id}))
        case _:
            return Answer(body=encode({"RequestId": envelope.request_id, "WorkflowTask": None}))


def task(envelope: Envelope, rendered: bytes) -> Answer:
    """Build the answer about a task from what `workflow_task` has rendered."""
    return Answer(body=b'{"RequestId":"%b","WorkflowTask":%b}' % (envelope.request_id.encode(), rendered))


def task_started(envelope: Envelope, task_id: str) -> Answer:
    """Build the answer to a start."""
    return Answer(body=encode({"RequestId": envelope.request_id, "TaskId": task_id}))


def workflow_task(view: View, variants: Mapping[str, str]) -> bytes:
    """Render the WorkflowTask of an answer; it stays the same as long as the view does."""
    workflow = None if view.task.workflow is None else _workflow(view.task.workflow)
    return encode(_task_fields(view, variants, workflow, _activity_results(view.step, variants)))


def listed_task(told: View | Verbatim, variants: Mapping[str, str]) -> bytes:
    """Render an item of a list: the task without its results; it stays the same as long as `told` does."""
    if isinstance(told, Verbatim):
        return encode(_listed_verbatim(_told_task(told) or {}))
    workflow = None
    if told.task.workflow is not None:
        workflow = _present({**_workflow(told.task.workflow), "MediaType": _media_type(told.task.task_input)})
    return encode(_task_fields(told, variants, workflow, None))


def told_by(verbatim: Verbatim) -> Facts | None:
    """Return what an answer that is given word for word says about its task, None when it tells of none."""
    told = _told_task(verbatim)
    if told is None:
        return None
    workflow = told.get("Workflow") or {}
    return Facts(
        create_time=told.get("CreateTime"),
        workflow_id=workflow.get("WorkflowId"),
        workflow_name=workflow.get("Name"),
        task_input=told.get("TaskInput"),
    )


def task_list(envelope: Envelope, size: int, next_token: str | None, items: Sequence[bytes]) -> Answer:
    """Build a page of a list from what `listed_task` has rendered."""
    head = _present({"RequestId": envelope.request_id, "MaxResults": size, "NextToken": next_token})
    return Answer(body=b'%b,"TaskList":[%b]}' % (encode(head)[:-1], b",".join(items)))


def _task_fields(
    view: View, variants: Mapping[str, str], workflow: Mapping[str, object] | None, activity_results: str | None
) -> dict[str, object]:
    finish_time = view.finish_time
    if finish_time is None and variants["finishTime"] == "empty":
        finish_time = ""
    fields: dict[str, object] = {
        "TaskId": view.task.task_id,
        "Status": view.step.status,
        "TaskInput": view.task.task_input,
        "CreateTime": view.create_time,
        "FinishTime": finish_time,
        "Workflow": workflow,
        "ActivityResults": activity_results,
        "UserData": view.task.user_data,
    }
    return _present(fields)


def _listed_verbatim(told: Mapping[str, Any]) -> dict[str, object]:
    item = {name: value for name, value in told.items() if name != "ActivityResults"}
    media_type = _media_type(told.get("TaskInput"))
    if media_type is not None and told.get("Workflow") is not None:
        item["Workflow"] = {**told["Workflow"], "MediaType": media_type}
    return item


def _told_task(verbatim: Verbatim) -> dict[str, Any] | None:
    """Return the WorkflowTask of an answer, None when it is not well-formed."""
    if not 200 <= verbatim.status <= 299:  # noqa: PLR2004  # anything else is a refusal
        return None
    try:
        body = json.loads(verbatim.body, parse_constant=_no_json)
        encode(body)  # a lone surrogate could not be sent
    except (ValueError, RecursionError):
        return None
    told = body.get("WorkflowTask") if isinstance(body, dict) else None
    if not isinstance(told, dict) or not told.get("TaskId") or not told.get("Status"):
        return None
    workflow = told.get("Workflow")
    if workflow is not None and not (isinstance(workflow, dict) and _all_text(workflow, _WORKFLOW_TEXTS)):
        return None
    return told if _all_text(told, _TASK_TEXTS) else None


_TASK_TEXTS = ("TaskId", "Status", "TaskInput", "CreateTime", "FinishTime", "UserData")
_WORKFLOW_TEXTS = ("WorkflowId", "Name", "Status", "Type", "CreateTime", "ModifiedTime")


def _all_text(values: Mapping[str, object], names: Sequence[str]) -> bool:
    return all(isinstance(values.get(name), str | None) for name in names)


def _no_json(constant: str) -> None:
    raise ValueError(constant)


def _media_type(task_input: str | None) -> str | None:
    """Return what kind of input a list tells of, None when it cannot be seen."""
    try:
        value = json.loads(task_input or "")
    except (ValueError, RecursionError):
        return None
    kind = value.get("Type") if isinstance(value, dict) else None
    return kind if kind in ("OSS", "Media") else None


def _workflow(workflow: Workflow) -> dict[str, object]:
    return _present(
        {
            "WorkflowId": workflow.workflow_id,
            "Name": workflow.name,
            "Status": workflow.status,
            "Type": workflow.type,
            "CreateTime": workflow.create_time,
            "ModifiedTime": workflow.modified_time,
        }
    )


def _present(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


def _activity_results(step: Step, variants: Mapping[str, str]) -> str | None:
    given = step.activity_results
    shape = variants["activityResults"]
    if step.status == "Failed" and variants["failedResults"] == "without":
        return None
    if shape == "untilEnd" and not step.ends:
        return None
    if given is None or isinstance(given, str):
        return given
    if shape == "text":
        return _NO_JSON
    if shape == "list" and isinstance(given, dict):
        given = [_named(name, activity) for name, activity in given.items()]
    if shape == "resultAsText":
        given = _with_text_results(given)
    return encode(given).decode()


def _named(name: str, activity: Json) -> Json:
    return {"ActivityId": name, **activity} if isinstance(activity, dict) else activity


def _with_text_results(given: dict[str, Json] | list[Json]) -> dict[str, Json] | list[Json]:
    if isinstance(given, dict):
        return {name: _with_text_result(activity) for name, activity in given.items()}
    return [_with_text_result(activity) for activity in given]


def _with_text_result(activity: Json) -> Json:
    if not isinstance(activity, dict) or isinstance(activity.get("Result", ""), str):
        return activity
    return {**activity, "Result": encode(activity["Result"]).decode()}
