"""`activityResults` understood: pure functions from the service's text to results and activities.

Nobody has verified the shape that ICE sends, so every plausible one is read: an object keyed by activity ID, a list,
`Result` as object or as JSON text, names in any case. What cannot be read is absent, never wrong and never an error.

Source: the event WorkflowTaskComplete as documented for the sister product VOD,
https://www.alibabacloud.com/help/en/vod/user-guide/workflow-task-completion
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ice_provider import freejson, times
from ice_provider.model import Activity, WorkflowTask


def read(text: str | None) -> tuple[Mapping[str, Any] | None, tuple[Activity, ...] | None]:
    """Return `results` and `activities`; each is None when the text does not hold it."""
    document = _parsed(text)
    results = document if isinstance(document, Mapping) else None
    entries = _entries(document)
    if entries is None:
        return results, None
    return results, tuple(sorted((_activity(key, entry) for key, entry in entries), key=_start))


def _parsed(text: str | None) -> Any:
    try:
        return freejson.parse(text) if text else None
    except freejson.NotJson:
        return None


def _entries(document: Any) -> list[tuple[str | None, Mapping[str, Any]]] | None:
    """Return the entries with the keys they stand under, or None when the document is no set of activities."""
    match document:
        case Mapping():
            pairs: list[tuple[str | None, Any]] = list(document.items())
        case list():
            pairs = [(None, entry) for entry in document]
        case _:
            return None
    return pairs if all(isinstance(entry, Mapping) for _, entry in pairs) else None


def _activity(key: str | None, told: Mapping[str, Any]) -> Activity:
    entry = _Entry(told)
    inner = entry.get("result")
    parsed = _parsed(inner) if isinstance(inner, str) else inner
    result = parsed if isinstance(parsed, Mapping) else None
    within = _Entry(result or {})
    return Activity(
        activity_id=entry.text("activityid") or key,
        activity_instance_id=entry.text("activityinstanceid"),
        status=entry.text("status"),
        start_time=times.trim(entry.text("starttime")),
        end_time=times.trim(entry.text("endtime")),
        job_id=entry.text("jobid") or within.text("jobid"),
        job_type=entry.text("jobtype") or within.text("jobtype"),
        message=_reason(entry) or _reason(within),
        result=result,
    )


class _Entry:
    """An object of the service's, asked in lower case for names in any; of several, the first one counts."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = {name.lower(): value for name, value in reversed(list(told.items()))}
        self.get = self._told.get

    def text(self, name: str) -> str | None:
        value = self._told.get(name)
        if value is None or isinstance(value, bool):
            return None
        if isinstance(value, str):
            return value.strip() or None
        return str(value) if isinstance(value, int | float) else None


def _reason(entry: _Entry) -> str | None:
    code = entry.text("code") or entry.text("errorcode")
    message = entry.text("message") or entry.text("errormessage")
    return ": ".join(part for part in (code, message) if part) or None


def _start(activity: Activity) -> tuple[bool, float]:
    """Sort by the time of the start; those without one last, in the service's order."""
    seconds = times.seconds(activity.start_time)
    return (seconds is None, seconds or 0.0)


_DONE: Final = frozenset({"succeed", "succeeded", "success", "finished", "complete", "completed"})
_BROKEN: Final = frozenset({"failed", "fail", "failure", "error", "canceled", "cancelled", "timeout"})
_NOT_BEGUN: Final = frozenset({"init", "inited", "created", "queuing", "pending", "waiting", "skipped"})


def is_done(activity: Activity) -> bool:
    """Whether an activity has ended well; the words are the many that the service's jobs use."""
    return (activity.status or "").lower() in _DONE


def is_broken(activity: Activity) -> bool:
    """Whether an activity has ended badly."""
    return (activity.status or "").lower() in _BROKEN


def is_running(activity: Activity) -> bool:
    """Whether an activity has begun and not ended, as far as one can tell; an unknown word counts as running."""
    status = (activity.status or "").lower()
    return bool(status) and status not in _DONE | _BROKEN | _NOT_BEGUN and activity.end_time is None


def stage(task: WorkflowTask) -> tuple[str, int, tuple[str | None, ...]]:
    """Return how far a task has come: its status, how many activities are done, and which ones run."""
    parts = task.activities or ()
    running = tuple(part.activity_id for part in parts if is_running(part))
    return task.status, sum(is_done(part) for part in parts), running
