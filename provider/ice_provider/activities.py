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
from ice_provider.model import Activity


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


def _activity(key: str | None, entry: Mapping[str, Any]) -> Activity:
    inner = _get(entry, "Result")
    result = inner if isinstance(inner, Mapping) else _parsed(inner) if isinstance(inner, str) else None
    if not isinstance(result, Mapping):
        result = None
    return Activity(
        activity_id=_text(entry, "ActivityId") or key,
        activity_instance_id=_text(entry, "ActivityInstanceId"),
        status=_text(entry, "Status"),
        start_time=times.trim(_text(entry, "StartTime")),
        end_time=times.trim(_text(entry, "EndTime")),
        job_id=_text(entry, "JobId") or _text(result, "JobId"),
        job_type=_text(entry, "JobType") or _text(result, "JobType"),
        message=_reason(entry) or _reason(result),
        result=result,
    )


def _reason(entry: Mapping[str, Any] | None) -> str | None:
    code = _text(entry, "Code") or _text(entry, "ErrorCode")
    message = _text(entry, "Message") or _text(entry, "ErrorMessage")
    return ": ".join(part for part in (code, message) if part) or None


def _get(entry: Mapping[str, Any] | None, name: str) -> Any:
    """Return the value under a name in any case; the exact case wins."""
    if entry is None or name in entry:
        return entry and entry[name]
    return next((value for key, value in entry.items() if key.lower() == name.lower()), None)


def _text(entry: Mapping[str, Any] | None, name: str) -> str | None:
    value = _get(entry, name)
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


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
