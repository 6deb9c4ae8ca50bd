"""The example answer of the API's own page: a trailing newline, `ActivityResults` that is not JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.published import ANSWER

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator

TASK = ANSWER["WorkflowTask"]
PROGRAM = """
variables:
  task:
    fn::invoke: {function: "ice:getWorkflowTask", arguments: {taskId: "TASK"}}
resources:
  encoded:
    type: ice:WorkflowTaskGate
    properties: {taskId: "TASK"}
outputs:
  task: ${task}
  userData: ${encoded.userData}
"""


async def test_the_published_example_goes_through_data_source_and_gate_without_loss(
    project: Project, emulator: Emulator
) -> None:
    emulator.add_task({"taskId": TASK["TaskId"], "answer": ANSWER})
    pulumi = await project(PROGRAM.replace("TASK", TASK["TaskId"]))

    await pulumi.done("up", "--yes", "--skip-preview")

    outputs = await pulumi.outputs()
    workflow = {name[0].lower() + name[1:]: text.strip() for name, text in TASK["Workflow"].items()}
    expected = {
        "taskId": TASK["TaskId"],
        "status": "Succeed",
        "finished": True,
        "succeeded": True,
        "taskInput": TASK["TaskInput"],
        "createTime": "2023-01-04T02:05:17Z",
        "finishTime": "2023-01-04T02:06:19Z",
        "durationSeconds": 62,
        "workflowId": workflow["workflowId"],
        "workflow": workflow,
        "activityResults": "Jsonformat,Content varies based on workflow configuration.",
        "userData": '{"NotifyAddress":"http://xx.xx.xxx"}',
        "requestId": ANSWER["RequestId"],
    }
    assert outputs["task"] == expected
    recorded = (await pulumi.resources())["encoded"]["outputs"]
    gate = {**recorded, "userData": outputs["userData"]}  # the one secret, which the state holds encrypted
    assert gate == {**expected, "region": "cn-shanghai", "results": None, "activities": None}
