"""Sentences about groups of tasks, for people. Pure, like `messages`, and in the same manner."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ice_provider import durations, messages
from ice_provider.errors import DeadlineExceeded, GateShut, Interrupted
from ice_provider.tally import SHOWN_FAILURES, Standing, Tally
from ice_provider.wording import wording

if TYPE_CHECKING:
    from ice_provider.errors import NotKnown, ProviderError
    from ice_provider.limits import Limit

_NAMED: Final = 5  # tasks that are named in a line
_FACTS: Final = frozenset({"workflow", "region", "task", "request"})  # of one task alone, whose line tells enough


def progress(standing: Standing, *, waited: float, limit: Limit, trouble: ProviderError | None = None) -> str:
    """Return the line of a waiting group: `412 of 1,000 succeeded · 588 running · 0 failed · 3m10s of 45m`."""
    used = f"{durations.show(waited)} of {limit.told}"
    return f"{counts(standing)} · {used}{messages.failing(trouble)}"


def counts(standing: Standing) -> str:
    """Return `412 of 1,000 succeeded · 588 running · 0 failed`."""
    parts = [f"{standing.succeeded:,} of {standing.total:,} succeeded", f"{standing.running:,} running"]
    parts += [f"{standing.missing:,} not known yet"] if standing.missing else []
    parts += [f"{standing.unread:,} not read yet"] if standing.unread else []
    return " · ".join([*parts, f"{standing.failed:,} failed"])


def opened(standing: Standing, waited: float) -> str:
    """Return the last line of a group that opened."""
    return f"{counts(standing)} · opened after {durations.show(waited)}"


def foreseen(standing: Standing, *, limit: Limit) -> str:
    """Return what a preview says of a group of which some tasks go on, or could not be read in time."""
    read = standing.total - standing.unread
    told = f"{read:,} of {standing.total:,} read: " if standing.unread else ""
    if standing.succeeded >= standing.needed:
        return f"{told}{counts(standing)}: `pulumi up` would open at once"
    return f"{told}{counts(standing)}: `pulumi up` would wait, at most {limit.told}"


def not_known(missing: Mapping[str, NotKnown]) -> str:
    """Return the warning of a preview about tasks that the API does not know."""
    names = sorted(missing)
    headline, *hints = messages.not_foreseen(missing[names[0]]).splitlines()
    if len(names) == 1:
        return "\n".join([headline, *hints])
    return "\n".join([f"{_tasks(len(names))} are not known: {_some(names)}", *hints])


def hopeless(tally: Tally) -> GateShut:
    """Return the error of a group of which too many tasks failed: how many, and why each of the first ones did."""
    standing = tally.standing
    first = next(iter(tally.reasons.values())).headline
    if standing.total == 1:
        headline = first
    elif standing.failed == 1:
        headline = f"{first}; {_must(standing)} succeed"
    else:
        headline = f"{standing.failed:,} of {_tasks(standing.total)} did not succeed, and {_must(standing)}: {first}"
    return GateShut(headline, [*_failures(tally), ("standing", counts(standing)), *_remedy(tally)])


def deadline(tally: Tally, *, limit: Limit, trouble: ProviderError | None, waited: float) -> DeadlineExceeded:
    """Return the error of a group whose limit ended first, with the lines that raise it."""
    standing = tally.standing
    headline = (
        f"{standing.succeeded:,} of {_tasks(standing.total)} had succeeded when the "
        f"{limit.told} limit of this {limit.operation} ended, and {_must(standing)}"
    )
    running = [f"{task_id} {status}" for task_id, status in tally.running.items()]
    hints = [("standing", f"{counts(standing)}, after {durations.show(waited)}")]
    hints += [("running", _some(running))] if running else []
    hints += [("not known", _some(sorted(tally.missing)))] if tally.missing else []
    last = messages.last_trouble(trouble, answered=standing.unread < standing.total)
    again = f"run {wording().again} again: the wait goes on where it is, the tasks have not been touched"
    remedies = [*messages.way_on(last, again), *_more_time(standing, limit, waited)]
    return DeadlineExceeded(headline, [*hints, *_failures(tally), *remedies])


def stopped_reading(standing: Standing) -> Interrupted:
    """Return the error of a preview that the engine stopped."""
    return Interrupted(f"stopped reading {_tasks(standing.total)} ({counts(standing)})")


def interrupted(standing: Standing) -> Interrupted:
    """Return the error of a group's wait that the engine stopped."""
    return Interrupted(
        f"stopped waiting for {_tasks(standing.total)} ({counts(standing)}); the tasks go on in the cloud, "
        f"{wording().again} takes the wait up again"
    )


def why(task_id: str, error: ProviderError) -> str:
    """Return why a task did not succeed, for a line that names the task already."""
    return error.headline.removeprefix(messages.task(task_id)).strip()


def _failures(tally: Tally) -> list[tuple[str, str]]:
    """Return a line for each of the first failed tasks, and one that counts the others."""
    shown = list(tally.reasons.items())[:SHOWN_FAILURES]
    lines = [("failed", f"{task_id}: {why(task_id, reason)}") for task_id, reason in shown]
    more = len(tally.reasons) - len(shown)
    return [*lines, ("", f"and {more:,} more")] if more else lines


def _remedy(tally: Tally) -> list[tuple[str, str]]:
    """Return what to do: what helps the first task that did not succeed, for the others mostly failed like it."""
    first = next(iter(tally.reasons.values()))
    about = [hint for hint in first.hints if hint[0] not in _FACTS]
    if about and about[0][1].startswith(messages.MEND):
        place = f"put the new task IDs into {wording().input('taskIds')} in their place"
        again = f"mend the cause, start these workflows again and {place}"
        about = [("next", again)]
    can = tally.standing.total - tally.standing.failed
    fewer = f"let fewer suffice:  {wording().given('minSucceeded', can)}"
    if not can:  # none at all is no gate
        return about
    return [*about, ("", f"or {fewer}") if about else ("next", fewer)]


def _more_time(standing: Standing, limit: Limit, waited: float) -> list[tuple[str, str]]:
    """Return the lines that raise a limit: to what it takes, at this pace, to read all tasks twice."""
    read = standing.total - standing.unread
    if not (read and standing.unread):
        return messages.raise_limit(limit)
    minutes = math.ceil(2 * waited * standing.total / read / 60)
    faster = f"or read faster, if the service allows it: raise {wording().setting('requestsPerSecond')}"
    return [*messages.raise_limit(limit, at_least=60.0 * minutes), ("", faster)]


def _must(standing: Standing) -> str:
    return (
        f"all {standing.total:,} must"
        if standing.needed == standing.total
        else f"{standing.needed:,} of {standing.total:,} must"
    )


def _tasks(count: int) -> str:
    return f"{count:,} workflow {'task' if count == 1 else 'tasks'}"


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
