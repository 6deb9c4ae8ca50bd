"""Pages of tasks, between our client and the emulator."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from contract.conftest import Connect
from ice_emulator import KINDS, Emulator, Scenario
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.cloud import Search
from ice_provider.errors import Denied, ProviderError, Rejected
from ice_provider.functions.get_workflow_tasks import Arguments, GetWorkflowTasks
from ice_provider.model import Workflow
from support.operation import operation

HARMLESS = {
    "none",
    "slow",
    "unknownStatus",
    "wrongTaskId",
}  # a list is late, or names a task or a status that nobody expects: nothing tells it from a true one


def scenario(count: int) -> Scenario:
    tasks = [
        {
            "taskId": f"t-{number:03}",
            "workflow": {"workflowId": f"wf-{number % 2}", "name": "Transcoding"},
            "taskInput": {"Type": "Media", "Media": f"m-{number}"},
            "timeline": [{"after": 0, "status": "Succeed", "activityResults": {"Transcode": {"Status": "Succeed"}}}],
        }
        for number in range(count)
    ]
    keys = [{"accessKey": "reader", "secretKey": "reader-secret", "deniedActions": ["ListWorkflowTasks"]}]
    return Scenario.from_mapping({"tasks": tasks, "keys": keys})


async def test_all_pages_together_hold_every_task_once(connect: Connect) -> None:
    async with Emulator(scenario(250)) as emulator:
        client = connect(emulator.endpoint)
        found, token = [], None
        while True:
            page = await client.list_workflow_tasks(Search(), token)
            found += page.tasks
            token = page.next_token
            if token is None:
                break

    assert sorted(task.task_id for task in found) == [f"t-{number:03}" for number in range(250)]
    assert len(emulator.calls) == 3


async def test_a_listed_task_is_whole_but_for_its_results(connect: Connect) -> None:
    async with Emulator(scenario(1)) as emulator:
        (task,) = (await connect(emulator.endpoint).list_workflow_tasks(Search(), None)).tasks

    assert (task.status, task.succeeded, task.workflow_id) == ("Succeed", True, "wf-0")
    assert task.workflow == Workflow(workflow_id="wf-0", name="Transcoding")
    assert (task.activity_results, task.results, task.activities) == (None, None, None)


@pytest.mark.parametrize(
    ("search", "count"),
    [
        (Search(workflow_id="wf-1"), 5),
        (Search(key_text="m-7"), 1),
        (Search(start_of_create_time="2999-01-01T00:00:00Z"), 0),
    ],
    ids=str,
)
async def test_a_search_is_the_services(connect: Connect, search: Search, count: int) -> None:
    async with Emulator(scenario(10)) as emulator:
        assert len((await connect(emulator.endpoint).list_workflow_tasks(search, None)).tasks) == count


MIDNIGHT = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    "written",
    [
        MIDNIGHT.strftime("%Y-%m-%dT%H:%M:%SZ"),
        MIDNIGHT.astimezone(CHINA).isoformat(),
        MIDNIGHT.strftime("%Y-%m-%dT%H:%M:%S.250Z"),
        MIDNIGHT.strftime("%Y-%m-%d %H:%M:%S"),
        MIDNIGHT.strftime("%Y%m%dT%H%M%SZ"),
        MIDNIGHT.strftime(" %Y-%m-%dT%H:%M:%SZ\n"),
        MIDNIGHT.strftime("%Y-%m-%d"),
    ],
)
@pytest.mark.parametrize(
    ("edge", "found"),
    [("start_of_create_time", {"after", "at"}), ("end_of_create_time", {"at", "before"})],
)
async def test_a_point_in_time_reaches_the_service_in_its_own_form_however_it_was_written(
    connect: Connect, edge: str, found: set[str], written: str
) -> None:
    async with Emulator(Scenario.from_mapping({"tasks": []})) as emulator:
        for task_id, seconds in (("before", -1), ("at", 0), ("after", 1)):
            made = (MIDNIGHT + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
            timeline = [{"after": 0, "status": "Succeed"}]
            emulator.add_task({"taskId": task_id, "createTime": made, "timeline": timeline})
        act = operation(connect(emulator.endpoint), "read")
        act.session.clock.held = True  # type: ignore[attr-defined]  # the sockets are real

        listed = await GetWorkflowTasks().call(Arguments(**{edge: written}), act)

    assert set(listed.task_ids) == found


async def test_who_may_not_list_is_told_the_permission_that_is_missing(connect: Connect) -> None:
    async with Emulator(scenario(1)) as emulator:
        client = connect(emulator.endpoint, Key("reader", "reader-secret", None, "test"))
        assert (await client.get_workflow_task("t-000")).succeeded
        with pytest.raises(Denied, match="not allowed to list workflow tasks") as caught:
            await client.list_workflow_tasks(Search(), None)

    assert '"Action":["ice:ListWorkflowTasks"]' in str(caught.value)


async def test_a_token_that_is_not_the_services_is_refused(connect: Connect) -> None:
    async with Emulator(scenario(1)) as emulator:
        with pytest.raises(Rejected, match="cannot list workflow tasks: InvalidParameter"):
            await connect(emulator.endpoint).list_workflow_tasks(Search(), "mangled")


@pytest.mark.parametrize("kind", sorted(set(KINDS) - HARMLESS))
async def test_no_fault_is_taken_for_a_list(connect: Connect, kind: str) -> None:
    async with Emulator(scenario(1)) as emulator:
        emulator.add_fault({"action": "ListWorkflowTasks", "calls": [1], "kind": kind})
        client = connect(emulator.endpoint, read=0.3)
        if kind == "clockSkew":  # corrected once, and asked again
            assert (await client.list_workflow_tasks(Search(), None)).tasks
            return
        with pytest.raises(ProviderError):
            await client.list_workflow_tasks(Search(), None)
