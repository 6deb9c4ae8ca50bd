"""When the activities of a task ran, as far as the service tells. Pure; must not know how it is drawn."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ice_provider import activities, durations, times
from ice_provider.model import Activity, WorkflowTask


class Kind(enum.Enum):
    """What has become of an activity."""

    DONE = "done"
    RUNNING = "running"
    BROKEN = "broken"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Bar:
    """One activity.

    Attributes:
        name: Its ID in the workflow.
        status: The service's word.
        kind: What that means.
        start: Where it begins, as a share of the whole; None when the service does not tell.
        end: Where it ends, likewise; an activity that runs ends now.
        seconds: How long it ran; None when the service does not tell.
        reason: Why it failed; None when it did not, or no reason is given.
    """

    name: str
    status: str
    kind: Kind
    start: float | None = None
    end: float | None = None
    seconds: float | None = None
    reason: str | None = None

    @property
    def span(self) -> str:
        """How long it ran, for a person."""
        return "" if self.seconds is None else durations.show(self.seconds)


@dataclass(frozen=True, slots=True)
class Timeline:
    """All activities of a task.

    Attributes:
        bars: In order of their start.
        began: When the first of it began, in seconds since 1970; None when no time is known.
        seconds: How long the whole is.
    """

    bars: tuple[Bar, ...]
    began: float | None = None
    seconds: float = 0.0


def timeline(task: WorkflowTask, now: float) -> Timeline:
    """Return the timeline of a task; `now` is seconds since 1970."""
    parts = task.activities or ()
    ended_at = times.seconds(task.finish_time) if task.finished else None
    spans = [_span(part, now if ended_at is None else ended_at, is_over=task.finished) for part in parts]
    known = [span for span in spans if span]
    made = times.seconds(task.create_time)
    edges = [edge for span in known for edge in span]
    if not edges:
        return Timeline(tuple(_bar(part, None, 0.0, 0.0) for part in parts))
    began = min([*edges, *([made] if made is not None else [])])
    whole = max([*edges, *([ended_at] if ended_at is not None else [])]) - began
    bars = tuple(_bar(part, span, began, whole) for part, span in zip(parts, spans, strict=True))
    return Timeline(bars, began, whole)


def _span(part: Activity, until: float, *, is_over: bool) -> tuple[float, float] | None:
    """Return when an activity began and ended, or None; one that has an end and lacks its time lasted a moment."""
    start, end = times.seconds(part.start_time), times.seconds(part.end_time)
    if start is None:
        return None
    if end is None:
        end = until if activities.is_running(part) and not is_over else start
    return start, max(start, end)


def _bar(part: Activity, span: tuple[float, float] | None, began: float, whole: float) -> Bar:
    kind = _kind(part)
    name, status = part.activity_id or "an activity", part.status or ""
    reason = part.message if kind is Kind.BROKEN else None
    if span is None:
        return Bar(name, status, kind, reason=reason)
    start, end = ((edge - began) / whole if whole else 0.0 for edge in span)
    is_timed = part.end_time is not None or kind is Kind.RUNNING
    return Bar(name, status, kind, start, end, span[1] - span[0] if is_timed else None, reason)


def _kind(part: Activity) -> Kind:
    if activities.is_done(part):
        return Kind.DONE
    if activities.is_broken(part):
        return Kind.BROKEN
    return Kind.RUNNING if activities.is_running(part) else Kind.OTHER
