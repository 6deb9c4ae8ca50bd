"""`getWorkflowTasks` in a YAML project on the real engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator

NOW = datetime.now(UTC)  # the service lists the last 90 days only
PROGRAM = """
variables:
  night:
    fn::invoke: {function: "ice:getWorkflowTasks", arguments: {workflowId: wf-2, statuses: [Succeed, Failed]}}
outputs:
  taskIds: ${night.taskIds}
  counts: ${night.statusCounts}
  first: ${night.tasks[0].workflow.name}
"""


async def test_the_tasks_of_a_workflow_are_listed_and_counted(project: Project, emulator: Emulator) -> None:
    for number, status in enumerate(["Succeed", "Failed", "Succeed", "Processing"]):
        emulator.add_task(
            {
                "taskId": f"night-{number}",
                "workflow": {"workflowId": "wf-2", "name": "Nightly transcoding"},
                "createTime": (NOW - timedelta(hours=4 - number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "timeline": [{"after": 0, "status": status}],
            }
        )
    pulumi = await project(PROGRAM)

    await pulumi.done("up", "--yes", "--skip-preview")

    assert await pulumi.outputs() == {
        "taskIds": ["night-2", "night-1", "night-0"],
        "counts": {"Succeed": 2, "Failed": 1},
        "first": "Nightly transcoding",
    }
