"""`ice:index:getWorkflowTasks`: the tasks of the last 90 days that a search finds."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ice_provider import times, words
from ice_provider.cloud import Search
from ice_provider.declaration import declared
from ice_provider.errors import Interrupted, InvalidInput, Problem, Rejected
from ice_provider.model import WorkflowTask
from ice_provider.poller import Poller
from ice_provider.session import Operation, Reporter
from ice_provider.watch import Stopped
from ice_provider.wording import wording

_LIMIT: Final = 30.0  # seconds for all pages
_A_PAGE: Final = 100  # tasks
_MOST_PAGES: Final = 50
_LONGEST_KEY_TEXT: Final = 32
_DAY: Final = 24 * 3600.0  # seconds
_MEMORY: Final = 90 * _DAY  # how far back the API lists
_LENIENCE: Final = 3600.0  # seconds: a program that asks for 90 days has read its clock a moment ago


def _time_problem(text: str) -> str | None:
    return None if times.seconds(text) is not None else 'must be a point in time such as "2026-01-04T02:05:17Z"'


def _key_text_problem(text: str) -> str | None:
    return None if len(text) <= _LONGEST_KEY_TEXT else f"must have at most {_LONGEST_KEY_TEXT} characters"


def _count_problem(count: int) -> str | None:
    most = _MOST_PAGES * _A_PAGE
    return None if 0 < count <= most else f"must be from 1 to {most}"


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of the function."""

    workflow_id: str | None = declared("List only tasks of the workflow with this ID.", default=None)
    workflow_name: str | None = declared("List only tasks of the workflow with this name.", default=None)
    key_text: str | None = declared(
        "List only tasks with this text in their input, of at most 32 characters.",
        default=None,
        problem=_key_text_problem,
    )
    start_of_create_time: str | None = declared(
        "List only tasks made at this time or later, of the last 90 days. ISO 8601, in UTC unless it says otherwise.",
        default=None,
        problem=_time_problem,
    )
    end_of_create_time: str | None = declared(
        "List only tasks made at this time or earlier. ISO 8601, in UTC unless it says otherwise.",
        default=None,
        problem=_time_problem,
    )
    statuses: tuple[str, ...] | None = declared(
        "List only tasks with one of these status words.", default=None, problem=words.choice_problem
    )
    max_items: int = declared("List at most so many tasks, 100 by default.", default=100, problem=_count_problem)

    @staticmethod
    def problems(known: Mapping[str, Any], _given: Mapping[str, Any]) -> list[Problem]:
        """Return the mistakes that two properties show together."""
        start, end = (times.seconds(known.get(f"{edge}_of_create_time")) for edge in ("start", "end"))
        if start is not None and end is not None and start > end:
            return [Problem("startOfCreateTime", f"must not be later than {wording().input('endOfCreateTime')}")]
        return []


@dataclass(frozen=True, slots=True)
class Found:
    """What the function returns."""

    tasks: tuple[WorkflowTask, ...] = declared(
        "The tasks, in the service's order, without the results of their activities: `getWorkflowTask` has them."
    )
    task_ids: tuple[str, ...] = declared("The IDs of these tasks.")
    status_counts: Mapping[str, int] = declared("How many of these tasks have each status.")


class GetWorkflowTasks:
    """Lists tasks."""

    token = "ice:index:getWorkflowTasks"
    inputs = Arguments
    outputs = Found
    doc = (
        "Lists workflow tasks of Alibaba Cloud Intelligent Media Services that were made in the last 90 days, page by "
        "page, at most 50 pages of 100.\n\nNeeds the permission `ice:ListWorkflowTasks`."
    )

    async def call(self, inputs: Arguments, operation: Operation) -> Found:
        """Return the tasks that the arguments describe.

        Raises:
            InvalidInput: They ask for tasks that are too old to be listed.
            Rejected: The search finds more pages than anyone should read.
            Interrupted: The engine asked to stop.
            NotSignedIn, Denied, Transient: They could not be listed.
        """
        _refuse_the_forgotten(inputs, operation.session.clock.wall())
        began = operation.session.clock.now()
        try:
            tasks = await _list(inputs, await operation.session.poller(), operation.reporter, began)
        except Stopped:
            raise Interrupted("stopped listing workflow tasks") from None
        return Found(
            tasks=tasks,
            task_ids=tuple(task.task_id for task in tasks),
            status_counts=dict(Counter(task.status for task in tasks)),
        )


async def _list(inputs: Arguments, poller: Poller, reporter: Reporter, began: float) -> tuple[WorkflowTask, ...]:
    search = Search(
        workflow_id=inputs.workflow_id,
        workflow_name=inputs.workflow_name,
        key_text=inputs.key_text,
        start_of_create_time=times.as_told(inputs.start_of_create_time),
        end_of_create_time=times.as_told(inputs.end_of_create_time),
    )
    met: dict[str, WorkflowTask] = {}  # by ID: what is made or forgotten meanwhile can move a task to the next page
    token: str | None = None
    for _ in range(_MOST_PAGES):
        next_page = functools.partial(poller.cloud.list_workflow_tasks, search, token)
        page = await poller.insist(next_page, deed="list workflow tasks", within=_LIMIT, since=began)
        met |= {task.task_id: task for task in page.tasks}
        found = [task for task in met.values() if inputs.statuses is None or task.status in inputs.statuses]
        if len(found) >= inputs.max_items or page.next_token is None:
            if met and not found:
                await reporter.warn(_none_of(inputs.statuses or (), Counter(task.status for task in met.values())))
            may_be_more = page.next_token is not None or len(found) > inputs.max_items
            wants_all = inputs.max_items >= _A_PAGE  # who asks for less than a page wants the newest
            if may_be_more and wants_all:
                await reporter.warn(_part_of(inputs.max_items))
            return tuple(found[: inputs.max_items])
        token = page.next_token
    *narrower, last = map(wording().input, ("workflowId", "keyText", "startOfCreateTime", "endOfCreateTime"))
    raise Rejected(
        f"the search finds more than {_MOST_PAGES} pages of workflow tasks",
        [("next", f"narrow it with {', '.join(narrower)} or {last}")],
    )


def _part_of(most: int) -> str:
    """Return the warning of a list that is cut: a gate over it would open for a part."""
    return f"listed {most:,} workflow tasks, and there may be more: raise {wording().input('maxItems')} to have all"


def _none_of(statuses: tuple[str, ...], met: Mapping[str, int]) -> str:
    """Return the warning of a search whose statuses no task has: a mistyped word would find nothing without a word."""
    others = ", ".join(f"{count:,} {status}" for status, count in sorted(met.items()))
    wanted = " or ".join(f'"{status}"' for status in statuses)
    return f"none of the {sum(met.values()):,} tasks that were found has the status {wanted}; they are: {others}"


def _refuse_the_forgotten(inputs: Arguments, now: float) -> None:
    """Say it when a search asks for what the API no longer lists, instead of finding nothing."""
    for name, text in (
        ("endOfCreateTime", inputs.end_of_create_time),
        ("startOfCreateTime", inputs.start_of_create_time),
    ):
        moment = times.seconds(text)
        if moment is not None and now - moment > _MEMORY + _LENIENCE:
            days = int((now - moment) / _DAY)
            reason = (
                f"is {days} days ago: the service lists tasks of the last 90 days only; getWorkflowTask reads older ones, "
                "of the last year, by their ID"
            )
            raise InvalidInput([Problem(name, reason)])
