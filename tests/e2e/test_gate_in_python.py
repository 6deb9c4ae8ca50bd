"""Python programs on the real engine, with the generated SDK."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from support.engine import ROOT

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator

PROGRAMS = Path(__file__).parent / "programs"
TRANSCODED = {"Transcode": {"Status": "Succeed", "ActivityId": "Transcode", "Result": {"JobId": "job-1"}}}
BROKEN = {"Transcode": {"Status": "Failed", "Code": "InvalidParameter.NoVideoStream", "Message": "no video"}}


async def test_status_workflow_and_results_are_stack_outputs_that_stay(project: Project, emulator: Emulator) -> None:
    emulator.set_status("movie-1", "Succeed", TRANSCODED)
    pulumi, program = await project(runtime="python"), PROGRAMS / "gate.py"

    preview = await pulumi.inline("preview", program)
    up = await pulumi.inline("up", program)

    assert "+ 3 to create" in preview.text
    assert up.code == 0, up.text
    outputs = await pulumi.outputs()
    for source in ("task", "gate"):
        assert {name: outputs[f"{source}{name}"] for name in ("Status", "WorkflowId", "Results", "Job")} == {
            "Status": "Succeed",
            "WorkflowId": "wf-1",
            "Results": TRANSCODED,
            "Job": "job-1",
        }
    assert "3 unchanged" in (await pulumi.inline("refresh", program)).text
    assert "3 unchanged" in (await pulumi.inline("preview", program)).text
    await pulumi.inline("destroy", program)
    assert await pulumi.resources() == {}


async def test_a_failed_task_stops_the_program_with_the_reason(project: Project, emulator: Emulator) -> None:
    emulator.set_status("movie-1", "Failed", BROKEN)
    pulumi = await project(runtime="python")

    ended = await pulumi.inline("up", PROGRAMS / "gate.py")

    assert ended.code != 0
    assert "failed in activity Transcode: InvalidParameter.NoVideoStream: no video" in ended.text
    assert "site" not in await pulumi.resources()


async def test_a_task_without_an_expected_status_fails_the_data_source_with_the_reason(project: Project) -> None:
    pulumi = await project(runtime="python")

    ended = await pulumi.inline("up", PROGRAMS / "expecting.py")

    assert "workflow task movie-1 is Processing; expected Succeed" in ended.text


async def test_a_task_id_given_by_position_is_recognised(project: Project) -> None:
    pulumi = await project(runtime="python")

    ended = await pulumi.inline("up", PROGRAMS / "by_position.py")

    assert "name it: get_workflow_task(task_id=…)" in ended.text


async def test_the_example_program_runs_as_it_is_printed(project: Project, emulator: Emulator) -> None:
    emulator.set_status("movie-1", "Succeed", TRANSCODED)
    pulumi = await project(runtime="python")
    await pulumi.done("config", "set", "taskId", "movie-1")

    up = await pulumi.inline("up", ROOT / "examples" / "gate-python" / "__main__.py")

    assert up.code == 0, up.text
    assert await pulumi.outputs() == {"status": "Succeed", "workflowId": "wf-1", "results": TRANSCODED}
