"""Sentences about tasks, for people. Pure: must not know who prints them.

A message says what was awaited, what happened, and what to do next; its first line is complete in itself, because
Pulumi's table shows no more. It holds only what the API tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ice_provider import activities, durations, times, words
from ice_provider.errors import (
    BrokenAnswer,
    DeadlineExceeded,
    GateShut,
    Interrupted,
    NotKnown,
    Throttled,
    Unreachable,
)
from ice_provider.excerpts import excerpt
from ice_provider.model import GatedTask
from ice_provider.wording import wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ice_provider.errors import ProviderError, Transient
    from ice_provider.limits import Limit
    from ice_provider.model import Activity, WorkflowTask

MEND: Final = "mend the cause and start the workflow again, then give the gate the new task ID"
_LONGEST_ID: Final = 14
_SHOWN: Final = 3  # running activities in a line


def short(task_id: str) -> str:
    """Return an ID short enough for a line: `4215e0…8441e`."""
    return task_id if len(task_id) <= _LONGEST_ID else f"{task_id[:6]}…{task_id[-5:]}"


def task(task_id: str) -> str:
    """Return how every message names a task."""
    return f"workflow task {short(task_id)}"


# --- a task that goes on ----------------------------------------------------------------------------------------------


def standing(seen: WorkflowTask, now: float) -> str:
    """Return `Processing, 3 activities done · Transcode running 41s`; `now` is seconds since 1970."""
    parts = seen.activities or ()
    done = sum(activities.is_done(activity) for activity in parts)
    running = [_running(activity, now) for activity in parts if activities.is_running(activity)]
    head = f"{seen.status}, {_count(done)} done" if done else seen.status
    more = [f"{len(running) - _SHOWN} more running"] if len(running) > _SHOWN else []
    return excerpt(" · ".join([head, *running[:_SHOWN], *more]))


def progress(seen: WorkflowTask, *, waited: float, limit: Limit, now: float) -> str:
    """Return the line of a waiting gate: its standing, and how much of its limit is used."""
    return f"{standing(seen, now)} · {durations.show(waited)} of {limit.told}"


def failing(trouble: ProviderError | None) -> str:
    """Return what is added to the line of a wait whose polls fail; empty when they do not."""
    return f" · last poll failed: {trouble.headline}; trying again" if trouble else ""


def opened(seen: WorkflowTask) -> str:
    """Return the last line of a gate that opened: `Succeed after 1m58s · 5 activities`."""
    after = f" after {durations.show(seen.duration_seconds)}" if seen.duration_seconds is not None else ""
    count = len(seen.activities or ())
    return f"{seen.status}{after}" + (f" · {_count(count)}" if count else "")


def would_wait(seen: WorkflowTask, *, limit: Limit, now: float) -> str:
    """Return what a preview says of a task that goes on."""
    age = times.seconds(seen.create_time)
    so_far = f", {durations.show(now - age)} so far" if age is not None and now > age else ""
    return (
        f"task {short(seen.task_id)} is {standing(seen, now)}{so_far}: "
        f"`pulumi up` would wait for it, at most {limit.told}"
    )


def not_foreseen(error: ProviderError) -> str:
    """Return the warning of a preview that could not read the task."""
    headline, *hints = str(error).splitlines()
    return "\n".join([headline, "    so this preview cannot tell whether the gate would open", *hints])


def deadline(
    task_id: str,
    *,
    limit: Limit,
    seen: WorkflowTask | None,
    trouble: ProviderError | None,
    now: float,
) -> DeadlineExceeded:
    """Return the error of a gate whose limit ended first, with the lines that raise it."""
    span = limit.told
    again = f"run {wording().again} again: the wait goes on where it is, the task has not been touched"
    if seen is None and isinstance(trouble, NotKnown):
        headline = f"the {span} limit of this {limit.operation} ended, and {trouble.headline}"
        return DeadlineExceeded(headline, [*trouble.hints, ("", f"or {again}"), *raise_limit(limit)])
    if seen is None:
        headline = f"{task(task_id)} could not be read before the {span} limit of this {limit.operation} ended"
    else:
        detail = details(seen, now)
        headline = f"{task(task_id)} was still {seen.status} when the {span} limit of this {limit.operation} ended"
        headline += f" ({detail})" if detail else ""
    facts = _facts(seen, now) if seen else []
    last = last_trouble(trouble, answered=seen is not None)
    return DeadlineExceeded(headline, [*facts, *way_on(last, again), *raise_limit(limit)])


def unasked() -> Throttled:
    """Return the trouble of a wait that never had its turn."""
    return Throttled(
        "no turn to ask about it came: too many calls for what the service or "
        f"{wording().setting('requestsPerSecond')} allows"
    )


def last_trouble(trouble: ProviderError | None, *, answered: bool) -> ProviderError | None:
    """Return what came of the last call, when it brought no task; a call that hangs until the limit brings nothing."""
    return trouble or (None if answered else Unreachable("no answer came in all that time"))


def way_on(trouble: ProviderError | None, again: str) -> list[tuple[str, str]]:
    """Return the trouble that a limit ended in, when there is some, and what to do: about it first, then run again."""
    last = [("last", trouble.headline)] if trouble else []
    advice = _advice(trouble)
    return [*last, *([("next", advice), ("", f"then {again}")] if advice else [("next", again)])]


def _advice(trouble: ProviderError | None) -> str | None:
    """Return what helps against trouble of a kind that may pass."""
    endpoint = wording().setting("endpoint")
    slower = wording().chosen("requestsPerSecond", 5)
    by_kind: dict[type, str] = {
        Throttled: f"let other users of the account call less, or call less often:  {slower}",
        BrokenAnswer: f"check {endpoint}, and proxies on the way",
        Unreachable: f"check the network, {endpoint}, and proxies on the way",
    }
    return by_kind.get(type(trouble))


def raise_limit(limit: Limit, at_least: float = 60.0) -> list[tuple[str, str]]:
    """Return the lines that raise a limit, to so many seconds or more."""
    more = durations.show(max(4 * limit.seconds, at_least))
    return [("", line) for line in wording().raise_limit(limit.operation, limit.source, more)]


def interrupted(task_id: str, *, seen: WorkflowTask | None, now: float) -> Interrupted:
    """Return the error of a wait that the engine stopped."""
    state = f" ({standing(seen, now)})" if seen else ""
    return Interrupted(
        f"stopped waiting for {task(task_id)}{state}; the task goes on in the cloud, "
        f"{wording().again} takes the wait up again"
    )


def not_known(task_id: str, *, region: str | None, caller: str, said: str, request_id: str | None) -> NotKnown:
    """Return the error for a task that the API does not know."""
    where = f" in {region}" if region else ""
    hints = [
        ("said", said),
        ("request", request_id) if request_id else None,
        ("who", caller),
        ("next", "check the task ID, the region and the account: a task is known only where it was started,"),
        ("", "and the service forgets a task after one year"),
    ]
    return NotKnown(f"{task(task_id)} is not known{where}", [hint for hint in hints if hint])


def clock_is_off(skew: float) -> str:
    """Say how far; `skew` is how many seconds the service is ahead of this machine."""
    way = "behind" if skew > 0 else "ahead of"
    return f"the clock of this machine is {durations.show(abs(skew))} {way} the service's"


def clock_corrected(skew: float) -> str:
    """Return the warning of a wrong clock."""
    corrected = f"{wording().speaker} corrected its requests, other programs will not"
    return f"{clock_is_off(skew)}: {corrected}; set the clock"


def gave_up(deed: str, within: float, trouble: Transient) -> Transient:
    """Return the error of a call that found nothing but transient trouble: `could not read … within 30s: …`.

    Args:
        deed: What was tried: `read workflow task t-1`.
        within: Seconds for which it was tried.
        trouble: The last one.
    """
    headline = f"could not {deed} within {durations.show(within)}: {trouble.headline}"
    advice = [] if trouble.is_advised else [("next", f"{_advice(trouble)}; then run it again")]
    return type(trouble)(headline, [*trouble.hints, *advice])


def no_turn(deed: str, within: float, *, slowed_down: bool) -> Transient:
    """Return the error of a call that was not made in time, because too many others were; or the service bears too few."""
    if slowed_down:
        return gave_up(deed, within, Throttled("no turn came, because the service slows this account down"))
    raise_ = f"raise {wording().setting('requestsPerSecond')}"
    return Unreachable(f"no turn to {deed} within {durations.show(within)}: too many calls at once, {raise_}")


def left_out(names: list[str]) -> str:
    """Return the warning about outputs that cannot be sent."""
    return f"left out {', '.join(names)}: the service's answer holds words that Pulumi keeps for itself"


# --- a task that ended, and not well ----------------------------------------------------------------------------------


def ended_badly(
    seen: WorkflowTask, *, listed: bool = False, accepted: frozenset[str] = frozenset({words.SUCCEED})
) -> GateShut:
    """Return the error for a task with a failure word: which activity, why, and what to do.

    Args:
        seen: The task.
        listed: Whether the user's own `failureStatuses` name the word.
        accepted: The words that would open the gate.
    """
    broken = next((activity for activity in seen.activities or () if activities.is_broken(activity)), None)
    verb = {words.FAILED: "failed", words.CANCELED: "was canceled"}.get(seen.status, f'ended as "{seen.status}"')
    where = f" in activity {broken.activity_id}" if broken and broken.activity_id else ""
    reason = excerpt((broken and broken.message) or "the service gave no reason")
    success, failure = wording().input("successStatuses"), wording().input("failureStatuses")
    accept = f'to accept this outcome add "{seen.status}" to {success}'
    elsewhere = f", and take it out of {failure}" if listed else ""
    return GateShut(
        f"{task(seen.task_id)} {verb}{where}: {reason}",
        [
            *_facts(seen),
            ("next", f"{MEND}; {accept}{elsewhere}; in full:  {_with(accepted, seen)}"),
        ],
    )


def recorded_badly(task_id: str, status: str) -> GateShut:
    """Return the reason of a task of which only its end is recorded, and that it was no success."""
    return GateShut(f"{task(task_id)} was recorded as {status} and did not succeed", [("next", MEND)])


def not_importable(shut: GateShut) -> GateShut:
    """Return the error of an import, which judges by the default rule and so has other advice."""
    told = [hint for hint in shut.hints if hint[0] != "next"]
    advice = (
        "only a task that has ended as Succeed can be imported: for another outcome let `pulumi up` create the gate"
    )
    return GateShut(shut.headline, [*told, ("next", advice)])


def ended_as_pending(seen: WorkflowTask) -> GateShut:
    """Return the error for an ended task whose status word is one to wait on."""
    advice = f'take "{seen.status}" out of {wording().input("pendingStatuses")}, or give the gate another task'
    headline = f"{task(seen.task_id)} has ended as {seen.status}, which is a status to wait on: it will not change"
    return GateShut(headline, [*_facts(seen), ("next", advice)])


def unknown_status(seen: WorkflowTask, lists: Mapping[str, frozenset[str]]) -> GateShut:
    """Return the error for a status word that no list names; `lists` are those in effect, by the user's names."""
    pending, failure, success = map(wording().input, ("pendingStatuses", "failureStatuses", "successStatuses"))
    advice = f"add it to {pending} to wait on, to {failure} to stop, to {success} to open"
    whole = [wording().given(name, _with(listed, seen)) for name, listed in lists.items()]
    next_ = ("next", f"a list takes the place of the default, so write all of it:  {whole[0]}")
    return GateShut(
        f'{task(seen.task_id)} has the unknown status "{seen.status}": {advice}',
        [*_facts(seen), next_, *(("", f"or  {line}") for line in whole[1:])],
    )


def _with(listed: frozenset[str], seen: WorkflowTask) -> str:
    """Return a list of status words with one more, as a user writes it."""
    return wording().listing([*sorted(listed), excerpt(seen.status)])


def condition_false(seen: WorkflowTask, expression: str) -> GateShut:
    """Return the error for a task that ended well and misses the condition."""
    return GateShut(
        f"{task(seen.task_id)} ended as {seen.status}, but does not meet the condition of this gate",
        [("condition", expression), *_facts(seen), ("next", "look at `results`, or change the condition")],
    )


def condition_failed(seen: WorkflowTask, expression: str, reason: str) -> GateShut:
    """Return the error for a condition that cannot be judged on what the task returned."""
    return GateShut(
        f"{task(seen.task_id)} ended as {seen.status}, but the condition of this gate cannot be judged: {reason}",
        [
            ("condition", expression),
            *_facts(seen),
            ("next", "correct the condition: it must use the names that the task returned, and be true or false"),
        ],
    )


def not_expected(seen: WorkflowTask, expected: tuple[str, ...]) -> GateShut:
    """Return the error of a data source whose task has none of the expected statuses."""
    failed = seen.status in words.ENDED - {words.SUCCEED}
    headline = ended_badly(seen).headline if failed else f"{task(seen.task_id)} is {seen.status}"
    return GateShut(
        f"{headline}; expected {' or '.join(expected)}",
        [*_facts(seen), ("next", _unless_expected(seen.status, expected))],
    )


def _unless_expected(status: str, expected: tuple[str, ...]) -> str:
    """Return what to do about a status that is not expected: only a pending one can still become another."""
    name = wording().input("expectedStatuses")
    if status.lower() in {word.lower() for word in expected}:
        return f'write "{status}" in {name} with this upper and lower case'
    accept = f'add "{status}" to {name}'
    if status in words.PENDING:
        return f"wait with a WorkflowTaskGate, or {accept}"
    if status in words.ENDED:
        another = "give the ID of another task"
        again = "mend the cause, start the workflow again and give the new task ID"
        return f"this task will not change: {another if status == words.SUCCEED else again}, or {accept}"
    return f'look up what the service means by "{status}"; if the program can go on with it, {accept}'


def _facts(seen: WorkflowTask, now: float | None = None) -> list[tuple[str, str]]:
    """Return the lines that tell where and when: workflow, task, request; `now` tells of a task how long it has run."""
    place = seen.region if isinstance(seen, GatedTask) else None
    workflow = seen.workflow and (seen.workflow.name or seen.workflow.workflow_id)
    if workflow and seen.workflow_id and workflow != seen.workflow_id:
        workflow = f"{workflow} ({short(seen.workflow_id)})"
    begun, made = times.clock_time(seen.create_time), times.seconds(seen.create_time)
    runs = durations.show(now - made) if now is not None and made is not None and now > made else None
    ran = durations.show(seen.duration_seconds) if seen.duration_seconds is not None else None
    done = [activity.activity_id for activity in seen.activities or () if activities.is_done(activity)]
    story = [
        seen.task_id,
        f"started {begun}" if begun else None,
        f"ended after {ran}" if ran else None,
        f"{runs} so far" if runs and not seen.finished else None,
    ]
    told = ", ".join(part for part in story if part)
    named = ", ".join(name for name in done if name)
    return [
        line
        for line in (
            ("workflow" if workflow else "region", ", ".join(part for part in (workflow, place) if part)),
            ("task", f"{told}; done before: {named}" if named else told),
            ("request", seen.request_id or ""),
        )
        if line[1]
    ]


def details(seen: WorkflowTask, now: float) -> str:
    """Return the standing of a task without its status."""
    return standing(seen, now).removeprefix(seen.status).lstrip(" ,·")


def _count(number: int) -> str:
    return f"{number} {'activity' if number == 1 else 'activities'}"


def _running(activity: Activity, now: float) -> str:
    began = times.seconds(activity.start_time)
    span = f" {durations.show(now - began)}" if began is not None and now > began else ""
    return f"{activity.activity_id or 'an activity'} running{span}"
