"""Tasks, reads and time: what the service would say about a task at one moment.

Everything that moves a task forward lives here. Time is a number that the caller passes in. Tasks are kept in the
order in which a list tells them, so that a page costs what stands on it and not what there is.

Must not know: HTTP, JSON bodies, signatures, faults, clocks.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ice_emulator.document import Json

ENDED = frozenset({"Succeed", "Failed", "Canceled"})
"""The states after which a task does not change. Source: the published page of GetWorkflowTask."""

LISTED_FOR = timedelta(days=90)
"""How long after its creation a task is listed. Source: the published page of ListWorkflowTasks."""

Rank = tuple[int, str]
"""Where a task stands in a list: microseconds, the newest first, then its ID."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a list searches for; what is None or empty excludes nothing.

    Attributes:
        created_from: The first moment that counts.
        created_to: The last moment that counts.
        key: Any part of the task's input, in whatever case.
    """

    created_from: datetime | None = None
    created_to: datetime | None = None
    workflow_id: str | None = None
    workflow_name: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list.

    Attributes:
        tasks: The IDs that the scenario gives, and what the service would say.
        end: Where it ended, None when nothing follows.
    """

    tasks: Sequence[tuple[str, View | Verbatim]]
    end: Rank | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a list orders tasks by and searches them for."""

    create_time: str | None = None
    workflow_id: str | None = None
    workflow_name: str | None = None
    task_input: str | None = None


@dataclass(slots=True)
class _Track:
    """How far a task has come.

    Attributes:
        born: The moment it came into being, whatever it says about itself.
        known_after: Seconds since `begun` that make it known.
        known_by: The read that makes it known.
        listed: Whether a list can hold it at all.
        text: The task's input, for a search in whatever case.
    """

    task: Task
    begun: float
    born: datetime
    created: str
    known_after: float
    known_by: float
    listed: bool
    facts: Facts
    rank: Rank
    text: str
    reads: int = 0
    view: View | None = None


class World:
    """All tasks, and how often each has been read."""

    def __init__(
        self, tasks: Iterable[Task], *, now: float, today: datetime, told: Callable[[Verbatim], Facts | None]
    ) -> None:
        """Begin every timeline at `now`, seconds on any steady clock, which is the moment `today`, in UTC.

        `told` finds in an answer that is given word for word what a list needs; None when it is about no task.
        """
        self._start = now
        self._today = today
        self._told = told
        self._tracks: dict[str, _Track] = {}
        self._order: list[_Track] = []  # what can be listed, by rank
        for task in tasks:
            self.put(task, now)

    def put(self, task: Task, now: float) -> None:
        """Add a task, or start it anew under its ID; its timeline begins now."""
        first = task.timeline[0].after if task.timeline else None
        born = self._moment(now + (first or 0))
        self._follow(task, now, born, task.create_time or iso(born))

    def set_timeline(self, task_id: str, timeline: Sequence[Step], now: float) -> None:
        """Give a task another timeline that begins now; its creation time stays.

        Raises:
            KeyError: There is no such task.
        """
        track = self._tracks[task_id]
        task = replace(track.task, timeline=tuple(timeline), verbatim=None)
        self._follow(task, now, track.born, track.created)

    def remove(self, task_id: str) -> None:
        """Forget a task, as the service does after a year.

        Raises:
            KeyError: There is no such task.
        """
        self._leave(self._tracks.pop(task_id))

    def some(self) -> str:
        """Return the ID of any task, made up when there is none."""
        return next(iter(self._tracks), "some")

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
        step = _step(track, now, track.reads)
        return None if step is None else self._view(track, step, now)

    def page(self, query: Query, after: Rank | None, size: int, *, now: float, clock: datetime) -> Page:
        """Return at most `size` tasks that match, the newest first; this is no read of any of them.

        A task that its first read would find is there before that read, as that read would find it.

        Args:
            query: What is searched for.
            after: Where the page before ended.
            size: One or more.
            now: Seconds on the steady clock.
            clock: The time of day; what was created too long before it is not listed.
        """
        oldest = clock - LISTED_FOR
        if query.created_from is not None:
            oldest = max(oldest, query.created_from)
        low = 0 if query.created_to is None else self._before((-_microseconds(query.created_to), ""))
        high = self._before((-_microseconds(oldest) + 1, ""))
        if after is not None:
            low = max(low, bisect_right(self._order, after, key=_rank))
        found: list[tuple[str, View | Verbatim]] = []
        last = None
        for track in self._matching(low, high, query, now):
            if len(found) == size:
                return Page(tasks=found, end=last)
            found.append((track.task.task_id, self._as_listed(track, now)))
            last = track.rank
        return Page(tasks=found, end=None)

    def _matching(self, low: int, high: int, query: Query, now: float) -> Iterator[_Track]:
        workflow_id, workflow_name, key = query.workflow_id, query.workflow_name, query.key.casefold()
        for track in self._order[low:high]:
            facts = track.facts
            if (
                (workflow_id is None or facts.workflow_id == workflow_id)
                and (workflow_name is None or facts.workflow_name == workflow_name)
                and key in track.text
                and (now - track.begun >= track.known_after or (track.reads or 1) >= track.known_by)
            ):
                yield track

    def _as_listed(self, track: _Track, now: float) -> View | Verbatim:
        if track.task.verbatim is not None:
            return track.task.verbatim
        step = _step(track, now, track.reads)
        if step is None:  # it was never read, and the first read will find it here
            step = next(each for each in reversed(track.task.timeline) if each.calls == 1)
        return self._view(track, step, now)

    def _view(self, track: _Track, step: Step, now: float) -> View:
        if track.view is None or track.view.step is not step:
            finished = step.finish_time
            if finished is None and step.ends:
                finished = iso(self._moment(now if step.after is None else track.begun + step.after))
            track.view = View(task=track.task, step=step, create_time=track.created, finish_time=finished)
        return track.view

    def _follow(self, task: Task, now: float, born: datetime, created: str) -> None:
        before = self._tracks.get(task.task_id)
        if before is not None:
            self._leave(before)
        found = _facts(task, created) if task.verbatim is None else self._told(task.verbatim)
        facts = found or Facts()
        after = [step.after for step in task.timeline if step.after is not None]
        calls = [step.calls for step in task.timeline if step.calls is not None]
        moment = _read_iso(facts.create_time or "") or born.replace(microsecond=0)
        track = _Track(
            task=task,
            begun=now,
            born=born,
            created=created,
            known_after=min(after, default=math.inf) if task.verbatim is None else -math.inf,
            known_by=min(calls, default=math.inf),
            listed=found is not None,
            facts=facts,
            rank=(-_microseconds(moment), task.task_id),
            text=(facts.task_input or "").casefold(),
        )
        self._tracks[task.task_id] = track
        if track.listed:
            insort(self._order, track, key=_rank)

    def _leave(self, track: _Track) -> None:
        if track.listed:
            del self._order[self._before(track.rank)]

    def _before(self, rank: Rank) -> int:
        return bisect_left(self._order, rank, key=_rank)

    def _moment(self, now: float) -> datetime:
        return self._today + timedelta(seconds=now - self._start)


def _step(track: _Track, now: float, reads: int) -> Step | None:
    """Return the last step whose condition holds: time and reads only grow, so a task never goes back."""
    elapsed = now - track.begun
    for step in reversed(track.task.timeline):
        if step.begun(elapsed, reads):
            return step
    return None


def _facts(task: Task, created: str) -> Facts:
    workflow = task.workflow or Workflow()
    return Facts(
        create_time=created,
        workflow_id=workflow.workflow_id,
        workflow_name=workflow.name,
        task_input=task.task_input,
    )


def _rank(track: _Track) -> Rank:
    return track.rank


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _read_iso(text: str) -> datetime | None:
    """Read a moment in any form of ISO 8601, in UTC unless it names another zone; None when it is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def iso(moment: datetime) -> str:
    """Write a moment in UTC as the service does: yyyy-MM-ddTHH:mm:ssZ."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
