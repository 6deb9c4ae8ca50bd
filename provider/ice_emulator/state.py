"""Tasks, reads and time: what the service would say about a task at one moment.

Everything that moves a task forward lives here. Time is a number that the caller passes in.

Must not know: HTTP, JSON bodies, signatures, faults, clocks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ice_emulator.document import Json

ENDED = frozenset({"Succeed", "Failed", "Canceled"})
"""The states after which a task does not change. Source: the published page of GetWorkflowTask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """The workflow a task belongs to; what is None is left out of the answer."""

    workflow_id: str | None = None
    name: str | None = None
    status: str | None = None
    type: str | None = None
    create_time: str | None = None
    modified_time: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A state of a task and what brings it about: either `after` or `calls`.

    Attributes:
        status: Any word: a client must also survive the ones that nobody has announced.
        after: Seconds since the timeline began.
        calls: The step holds from this read of the task on, counting from 1.
        activity_results: A mapping or a list (sent as JSON text), or a text (sent as it is).
        finish_time: Sent as it is; None for the moment the step began, if it ends the task.
    """

    status: str
    after: float | None = None
    calls: int | None = None
    activity_results: dict[str, Json] | list[Json] | str | None = None
    finish_time: str | None = None

    @property
    def ends(self) -> bool:
        """Whether the task does not change any more."""
        return self.status in ENDED

    def begun(self, elapsed: float, reads: int) -> bool:
        """Whether the step's condition holds."""
        if self.after is not None:
            return elapsed >= self.after
        return self.calls is not None and reads >= self.calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatim:
    """An answer that is given word for word."""

    body: str
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as a scenario describes it: with a timeline, or with a verbatim answer.

    Attributes:
        create_time: Sent as it is; None for the moment the task came into being.
    """

    task_id: str
    workflow: Workflow | None = None
    task_input: str | None = None
    user_data: str | None = None
    create_time: str | None = None
    timeline: tuple[Step, ...] = ()
    verbatim: Verbatim | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """A task as it stands; the same object as long as nothing has changed."""

    task: Task
    step: Step
    create_time: str
    finish_time: str | None


@dataclass(slots=True)
class _Track:
    """How far a task has come."""

    task: Task
    begun: float
    created: str
    reads: int = 0
    view: View | None = None


class World:
    """All tasks, and how often each has been read."""

    def __init__(self, tasks: Iterable[Task], *, now: float, today: datetime) -> None:
        """Begin every timeline at `now`, seconds on any steady clock, which is the moment `today`, in UTC."""
        self._start = now
        self._today = today
        self._tracks: dict[str, _Track] = {}
        for task in tasks:
            self.put(task, now)

    def put(self, task: Task, now: float) -> None:
        """Add a task, or start it anew under its ID; its timeline begins now."""
        first = task.timeline[0].after if task.timeline else None
        self._tracks[task.task_id] = _Track(task, now, task.create_time or self._iso(now + (first or 0)))

    def set_timeline(self, task_id: str, timeline: Sequence[Step], now: float) -> None:
        """Give a task another timeline that begins now; its creation time stays.

        Raises:
            KeyError: There is no such task.
        """
        track = self._tracks[task_id]
        task = replace(track.task, timeline=tuple(timeline), verbatim=None)
        self._tracks[task_id] = _Track(task, now, track.created)

    def remove(self, task_id: str) -> None:
        """Forget a task, as the service does after a year.

        Raises:
            KeyError: There is no such task.
        """
        del self._tracks[task_id]

    def other_than(self, task_id: str) -> str:
        """Return the ID of some other task, made up when there is none."""
        return next((each for each in self._tracks if each != task_id), f"{task_id}-other")

    def read(self, task_id: str, now: float) -> View | Verbatim | None:
        """Count a read and return what the service would say; None when it does not know the task (yet)."""
        track = self._tracks.get(task_id)
        if track is None:
            return None
        if track.task.verbatim is not None:
            return track.task.verbatim
        track.reads += 1
        elapsed = now - track.begun
        # The last step whose condition holds: time and reads only grow, so a task never goes back.
        step = next((each for each in reversed(track.task.timeline) if each.begun(elapsed, track.reads)), None)
        if step is None:
            return None
        if track.view is None or track.view.step is not step:
            finished = step.finish_time
            if finished is None and step.ends:
                finished = self._iso(now if step.after is None else track.begun + step.after)
            track.view = View(task=track.task, step=step, create_time=track.created, finish_time=finished)
        return track.view

    def _iso(self, now: float) -> str:
        return iso(self._today + timedelta(seconds=now - self._start))


def iso(moment: datetime) -> str:
    """Write a moment in UTC as the service does: yyyy-MM-ddTHH:mm:ssZ."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
