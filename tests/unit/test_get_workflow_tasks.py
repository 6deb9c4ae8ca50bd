"""`getWorkflowTasks`: pages, filters, and what it says when there is too much or too little."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ice_provider import times
from ice_provider.cloud import Search
from ice_provider.decoding import check
from ice_provider.errors import Denied, Interrupted, InvalidInput, Rejected, Throttled, Unreachable
from ice_provider.functions.get_workflow_tasks import Arguments, Found, GetWorkflowTasks
from ice_provider.session import Operation
from support.cloud import ScriptedCloud, task
from support.operation import Lines, operation, session

TASKS = [task(status, f"t-{number}") for number, status in enumerate(["Succeed", "Failed", "Succeed", "Processing"])]


def cloud(*listed: Any) -> ScriptedCloud:
    made = ScriptedCloud()
    made.listed = list(listed)
    return made


async def listed(service: ScriptedCloud, **arguments: Any) -> Found:
    return await GetWorkflowTasks().call(Arguments(**arguments), operation(service, "read"))


async def test_all_pages_are_read_and_counted() -> None:
    found = await listed(cloud(*TASKS))

    assert found.tasks == tuple(TASKS)
    assert found.task_ids == ("t-0", "t-1", "t-2", "t-3")
    assert found.status_counts == {"Succeed": 2, "Failed": 1, "Processing": 1}


async def test_a_task_that_moves_to_the_next_page_meanwhile_is_listed_once_as_it_was_told_of_last() -> None:
    found = await listed(cloud(task("Failed", "t-new"), task("Processing", "t-0"), *TASKS))

    assert found.task_ids == ("t-new", "t-0", "t-1", "t-2", "t-3")
    assert found.status_counts == {"Failed": 2, "Succeed": 2, "Processing": 1}


async def test_the_search_goes_to_the_service_and_the_statuses_are_ours() -> None:
    service = cloud(*TASKS)

    found = await listed(service, workflow_id="wf-1", key_text="m-", statuses=("Succeed",))

    assert found.task_ids == ("t-0", "t-2")
    assert service.searches == [(Search(workflow_id="wf-1", key_text="m-"), token) for token in (None, "2")]


async def test_no_more_pages_are_read_than_the_items_need_counted_after_the_filter() -> None:
    service = cloud(*TASKS, *TASKS)

    assert (await listed(service, statuses=("Failed",), max_items=1)).task_ids == ("t-1",)
    assert len(service.searches) == 1


@pytest.mark.parametrize(
    ("there_are", "max_items", "told"),
    [
        (101, 100, ["listed 100 workflow tasks, and there may be more: raise maxItems to have all"]),
        (100, 100, []),
        (99, 100, []),
        (101, 1, []),  # the newest one was asked for, no more
    ],
)
async def test_a_list_that_is_cut_says_so(there_are: int, max_items: int, told: list[str]) -> None:
    act = operation(cloud(*[task("Succeed", f"t-{number}") for number in range(there_are)]), "read")

    await GetWorkflowTasks().call(Arguments(max_items=max_items), act)

    assert isinstance(act.reporter, Lines)
    assert act.reporter.warned == told


@pytest.mark.parametrize(("word", "warnings"), [("Success", 1), ("Failed", 0)])
async def test_a_status_that_none_of_the_found_tasks_has_is_told_of(word: str, warnings: int) -> None:
    act = operation(cloud(*TASKS), "read")

    await GetWorkflowTasks().call(Arguments(statuses=(word,)), act)

    told = 'none of the 4 tasks that were found has the status "Success"; they are: 1 Failed, 1 Processing, 2 Succeed'
    assert act.reporter.warned == [told] * warnings  # type: ignore[attr-defined]


async def test_nothing_found_is_an_empty_list() -> None:
    assert await listed(cloud()) == Found(tasks=(), task_ids=(), status_counts={})


async def test_a_fault_in_the_middle_is_asked_again_and_loses_nothing() -> None:
    found = await listed(cloud(*TASKS[:2], Throttled("slow down"), *TASKS[2:]))

    assert found.task_ids == ("t-0", "t-1", "t-2", "t-3")


async def test_a_search_without_end_is_refused_with_advice() -> None:
    with pytest.raises(Rejected, match="more than 50 pages") as caught:
        await listed(cloud(*TASKS * 26), max_items=5000)

    assert "narrow it with workflowId" in str(caught.value)


async def test_a_refusal_ends_it() -> None:
    with pytest.raises(Denied):
        await listed(cloud(Denied("not allowed to list workflow tasks")))


async def test_faults_without_end_end_after_thirty_seconds() -> None:
    act = operation(cloud(*[Unreachable("down")] * 1000), "read")
    began = act.session.clock.now()

    with pytest.raises(Unreachable, match="down"):
        await GetWorkflowTasks().call(Arguments(), act)

    assert act.session.clock.now() - began == pytest.approx(30)


async def test_a_stop_ends_it_at_once() -> None:
    act = operation(cloud(*[Unreachable("down")] * 1000), "read")
    act.session.clock.held = True  # type: ignore[attr-defined]
    listing = asyncio.create_task(GetWorkflowTasks().call(Arguments(), act))
    await asyncio.sleep(0.01)

    act.session.stop()

    with pytest.raises(Interrupted):
        await listing


@pytest.mark.parametrize("edge", ["start_of_create_time", "end_of_create_time"])
async def test_a_search_for_what_the_service_has_forgotten_is_an_error_not_an_empty_list(edge: str) -> None:
    with pytest.raises(InvalidInput, match="is 95 days ago: the service lists tasks of the last 90 days only"):
        await listed(cloud(), **{edge: "2022-10-01T00:00:00Z"})


async def test_a_search_of_the_last_ninety_days_by_a_clock_that_was_read_a_moment_ago_is_made() -> None:
    service, act = cloud(), operation(cloud(), "read")
    ninety_days_ago = times.told(act.session.clock.wall() - 90 * 24 * 3600 - 60)

    await listed(service, start_of_create_time=ninety_days_ago)

    assert service.searches[0][0].start_of_create_time == ninety_days_ago


async def test_more_pages_than_the_rate_allows_within_the_limit_are_told_as_that() -> None:
    act = Operation(session(cloud(*TASKS * 30), requests_per_second=0.5), Lines(), "read")

    with pytest.raises(Unreachable) as caught:
        await GetWorkflowTasks().call(Arguments(max_items=5000), act)

    assert caught.value.headline == (
        "no turn to list workflow tasks within 30s: too many calls at once, raise ice:requestsPerSecond"
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"keyText": "x" * 33}, "keyText: must have at most 32 characters"),
        ({"startOfCreateTime": "yesterday"}, "startOfCreateTime: must be a point in time such as"),
        ({"statuses": []}, 'statuses: must name a status word such as "Succeed", or be left out'),
        ({"statuses": ["failed"]}, 'statuses: must have the service\'s own upper and lower case: "Failed"'),
        ({"maxItems": 0}, "maxItems: must be from 1 to 5000"),
        (
            {"startOfCreateTime": "2026-01-02T00:00:00Z", "endOfCreateTime": "2026-01-01T00:00:00Z"},
            "startOfCreateTime: must not be later than endOfCreateTime",
        ),
    ],
    ids=str,
)
def test_a_mistake_is_named_with_its_remedy(given: dict[str, Any], told: str) -> None:
    (problem,) = check(Arguments, given)

    assert str(problem).startswith(told)
