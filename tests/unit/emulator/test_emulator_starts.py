"""StartWorkflow: what it starts, and what it refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from alibabacloud_ice20201109.client import Client
from alibabacloud_ice20201109.models import StartWorkflowRequest
from alibabacloud_tea_openapi.utils_models import Config

from ice_emulator import Emulator, Scenario

if TYPE_CHECKING:
    from tests.unit.emulator.conftest import Stage

SCENARIO = """
workflows:
  - workflowId: wf-1
    name: Nightly
    timeline: [{after: 0, status: Init}, {after: 60, status: Succeed}]
"""
WANTED = {"WorkflowId": "wf-1", "TaskInput": '{"Type":"Media","Media":"m-1"}'}


async def test_a_task_is_started_and_its_timeline_begins_then(stage: Stage) -> None:
    caller = await stage.play(SCENARIO)
    stage.clock.seconds += 3600
    task_id = (await caller.start(**WANTED, UserData="{}")).json["TaskId"]
    assert (await caller.read(task_id)).task == {
        "TaskId": task_id,
        "Status": "Init",
        "TaskInput": WANTED["TaskInput"],
        "CreateTime": "2026-01-02T13:00:00Z",
        "Workflow": {"WorkflowId": "wf-1", "Name": "Nightly"},
        "UserData": "{}",
    }
    stage.clock.seconds += 60
    assert (await caller.read(task_id)).task["FinishTime"] == "2026-01-02T13:01:00Z"
    assert (await caller.search(WorkflowId="wf-1")).ids == [task_id]


async def test_the_same_start_twice_starts_two_tasks(stage: Stage) -> None:
    """The real action has no token against that either."""
    caller = await stage.play(SCENARIO)
    started = {(await caller.start(**WANTED)).json["TaskId"] for _ in range(2)}
    assert started == set((await caller.search()).ids)
    assert len(started) == 2


async def test_a_start_that_met_a_fault_has_started_nothing(stage: Stage) -> None:
    caller = await stage.play(SCENARIO + "faults: [{action: StartWorkflow, kind: wrongTaskId, calls: 1}]")
    forged = await caller.start(**WANTED)
    assert (forged.status, "TaskId" in forged.json, (await caller.search()).ids) == (200, True, [])


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"WorkflowId": ""}, 400, "MissingWorkflowId"),
        ({"TaskInput": ""}, 400, "MissingTaskInput"),
        ({"WorkflowId": "wf-2"}, 404, "ResourceNotFound"),
        ({"UserData": "x" * 513}, 400, "InvalidParameter.UserData"),
    ],
)
async def test_a_start_that_cannot_be_is_refused(stage: Stage, change: dict[str, str], status: int, code: str) -> None:
    caller = await stage.play(SCENARIO)
    reply = await caller.start(**{**WANTED, **change})
    assert (reply.status, reply.json["Code"], (await caller.search()).ids) == (status, code, [])


async def test_the_official_sdk_starts_a_workflow() -> None:
    async with Emulator(Scenario.from_text(SCENARIO)) as emulator:
        keys = {"access_key_id": "emulator", "access_key_secret": "emulator-secret"}
        client = Client(Config(endpoint=emulator.endpoint, protocol="HTTP", **keys))
        request = StartWorkflowRequest(workflow_id="wf-1", task_input="{}", skip_input_verification=True)
        task_id = (await client.start_workflow_async(request)).body.task_id
        assert [standing.task_id for standing in emulator.standings] == [task_id]
        assert re.fullmatch(r"[0-9a-f]{20}", task_id)
