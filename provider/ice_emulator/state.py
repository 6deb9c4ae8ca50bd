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

from ice_emulator.tasks import Facts, Page, Query, Rank, Standing, Step, Task, Verbatim, View, Workflow

LISTED_FOR = timedelta(days=90)
"""How long after its creation a task is listed. Source: the published page of ListWorkflowTasks."""

KNOWN_FOR = timedelta(days=365)
"""How long after it came into being a task can be read by its ID. Source: the published page of GetWorkflowTask."""


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
        born = self.moment(now + (first or 0))
        self._follow(task, now, born, task.create_time or iso(born))

    def set_timeline(self, task_id: str, timeline: Sequence[Step], now: float) -> None:
        """Give a task another timeline that begins now; its creation time stays.

        Raises:
            KeyError: There is no such task.
        """
        track = self._tracks[task_id]
        task = replace(track.task, timeline=tuple(timeline), verbatim=None)
        self._follow(task, now, track.born, track.created)

    def advance(self, task_id: str, now: float) -> None:
        """Let the next step of a task's timeline begin now; later steps keep their distance to it.

        Raises:
            KeyError: There is no such task.
            ValueError: No step is left.
        """
        track = self._tracks[task_id]
        current = _step(track, now, track.reads)
        left = track.task.timeline if current is None else track.task.timeline[track.task.timeline.index(current) + 1 :]
        if not left:
            raise ValueError(f"the task {task_id!r} has no further step: give it a status, or another timeline")
        step = left[0]
        begun = track.begun if step.after is None else now - step.after
        if current is None:  # so it comes into being
            born = self.moment(now)
            self._follow(track.task, begun, born, track.task.create_time or iso(born))
        self._tracks[task_id].begun = begun
        self._tracks[task_id].reads = max(track.reads, step.calls or 0)

    def standings(self, now: float) -> list[Standing]:
        """Return where every task stands; this is no read of any of them."""
        return [self._standing(track, now) for track in self._tracks.values()]

    def standing(self, task_id: str, now: float) -> Standing:
        """Return where a task stands; this is no read.

        Raises:
            KeyError: There is no such task.
        """
        return self._standing(self._tracks[task_id], now)

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
        if self.moment(now) - track.born > KNOWN_FOR:
            return None
        track.reads += 1
        step = _step(track, now, track.reads)
        return None if step is None else self._view(track, step, now)

    def page(self, query: Query, after: Rank | None, size: int, *, now: float) -> Page:
        """Return at most `size` tasks that match, the newest first; this is no read of any of them.

        A task that its first read would find is there before that read, as that read would find it.

        Args:
            query: What is searched for.
            after: Where the page before ended.
            size: One or more.
            now: Seconds on the steady clock; what was created too long before is not listed.
        """
        oldest = self.moment(now) - LISTED_FOR
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

    def _standing(self, track: _Track, now: float) -> Standing:
        status: str | None = ""
        if track.task.verbatim is None:
            step = _step(track, now, track.reads)
            status = None if step is None else step.status
        return Standing(task_id=track.task.task_id, status=status, reads=track.reads)

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
                finished = iso(self.moment(now if step.after is None else track.begun + step.after))
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

    def moment(self, now: float) -> datetime:
        """Return the time of day in the world."""
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
