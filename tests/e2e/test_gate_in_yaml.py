"""A YAML project on the real engine, gated on a task of the emulator."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from support.engine import finish, press_ctrl_c, read_until

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator

GATE = """
resources:
  encoded:
    type: ice:WorkflowTaskGate
    properties: {taskId: movie-1}
  site:
    type: pulumi:index:Stash
    properties: {input: published}
    options: {dependsOn: ["${encoded}"]}
outputs:
  status: ${encoded.status}
  workflowId: ${encoded.workflowId}
  results: ${encoded.results}
"""
TRANSCODED = {"Transcode": {"Status": "Succeed", "ActivityId": "Transcode", "Result": {"JobId": "job-1"}}}
BROKEN = {
    "Start": {"Status": "Succeed", "ActivityId": "Start"},
    "Transcode": {
        "Status": "Failed",
        "ActivityId": "Transcode",
        "Code": "InvalidParameter.NoVideoStream",
        "Message": "the input has no video stream",
    },
}


async def test_a_gate_waits_opens_and_stays_as_it_was_recorded(project: Project, emulator: Emulator) -> None:
    pulumi = await project(GATE)

    preview = await pulumi.done("preview")
    assert "`pulumi up` would wait for it, at most 30m" in preview
    assert "warning" not in preview
    assert "status    : [unknown]" in preview

    up = await pulumi.start("up", "--yes", "--skip-preview")
    printed = await read_until(up, "of 30m")
    assert "site" not in (await pulumi.resources())
    emulator.set_status("movie-1", "Succeed", TRANSCODED)
    ended = await finish(up)
    assert ended.code == 0, ended.text
    assert "warning" not in printed + ended.text
    expected = {"status": "Succeed", "workflowId": "wf-1", "results": TRANSCODED}
    assert await pulumi.outputs() == expected

    calls = len(emulator.calls)
    recorded = (await pulumi.resources())["encoded"]["outputs"]
    refreshed = await pulumi.done("refresh", "--yes", "--expect-no-changes")
    assert "3 unchanged" in refreshed
    assert "3 unchanged" in await pulumi.done("preview", "--expect-no-changes")
    after = (await pulumi.resources())["encoded"]["outputs"]
    assert {**after, "userData": None} == {**recorded, "userData": None}  # ciphertext differs each time
    assert len(emulator.calls) == calls

    await pulumi.done("destroy", "--yes")
    assert await pulumi.resources() == {}
    assert len(emulator.calls) == calls


async def test_a_failed_task_stops_the_deployment_and_nothing_downstream_is_made(
    project: Project, emulator: Emulator
) -> None:
    emulator.set_status("movie-1", "Failed", BROKEN)
    pulumi = await project(GATE)

    ended = await pulumi.run("up", "--yes", "--skip-preview")

    assert ended.code != 0
    request = emulator.calls[-1].request_id
    for part in (
        "error: workflow task movie-1 failed in activity Transcode",
        "InvalidParameter.NoVideoStream: the input has no video stream",
        "Super-resolution transcoding workflow (wf-1), cn-shanghai",
        "done before: Start",
        f"request    {request}",
        'add "Failed" to successStatuses',
    ):
        assert part in ended.text
    assert set(await pulumi.resources()) & {"encoded", "site"} == set()


async def test_a_preview_of_a_failed_task_fails_with_the_reason(project: Project, emulator: Emulator) -> None:
    emulator.set_status("movie-1", "Failed", BROKEN)
    pulumi = await project(GATE)

    ended = await pulumi.run("preview")

    assert ended.code != 0
    assert "failed in activity Transcode: InvalidParameter.NoVideoStream" in ended.text


async def test_a_limit_ends_the_wait_and_the_next_up_takes_it_up_again(project: Project, emulator: Emulator) -> None:
    pulumi = await project(GATE.replace("{taskId: movie-1}", '{taskId: movie-1, waitTimeout: "5s"}'))

    began = time.monotonic()
    ended = await pulumi.run("up", "--yes", "--skip-preview")

    assert ended.code != 0
    assert time.monotonic() - began < 30
    assert "error: workflow task movie-1 was still Processing when the 5s limit of this create ended" in ended.text
    assert "or raise the limit of this gate:  waitTimeout: 1m" in ended.text
    assert not (await pulumi.state()).get("pending_operations")

    emulator.set_status("movie-1", "Succeed", TRANSCODED)
    await pulumi.done("up", "--yes", "--skip-preview")
    assert (await pulumi.outputs())["status"] == "Succeed"


async def test_custom_timeouts_win_over_the_gates_own_limit(project: Project) -> None:
    gate = GATE.replace(
        "    properties: {taskId: movie-1}\n",
        '    properties: {taskId: movie-1, waitTimeout: "1h"}\n    options: {customTimeouts: {create: 1s}}\n',
    )
    pulumi = await project(gate)

    ended = await pulumi.run("up", "--yes", "--skip-preview")

    assert "1s limit of this create ended" in ended.text


@pytest.mark.parametrize("interrupts", [1, 2])
async def test_ctrl_c_ends_the_wait_at_once_and_nothing_is_lost(
    project: Project, emulator: Emulator, interrupts: int
) -> None:
    pulumi = await project(GATE)
    up = await pulumi.start("up", "--yes", "--skip-preview")
    await read_until(up, "Processing")

    for _ in range(interrupts):
        press_ctrl_c(up)
    ended = await finish(up)

    assert ended.code != 0
    if interrupts == 1:
        assert "error: stopped waiting for workflow task movie-1 (Processing)" in ended.text
        assert "exited prematurely" not in ended.text
        assert not (await pulumi.state()).get("pending_operations")
    emulator.set_status("movie-1", "Succeed", TRANSCODED)
    await pulumi.done("up", "--yes", "--skip-preview")
    assert (await pulumi.outputs())["status"] == "Succeed"


async def test_another_task_is_awaited_in_place_and_a_failed_one_leaves_the_gate_as_it_was(
    project: Project, emulator: Emulator
) -> None:
    emulator.set_status("movie-1", "Succeed", TRANSCODED)
    pulumi = await project(GATE)
    await pulumi.done("up", "--yes", "--skip-preview")
    identity = (await pulumi.resources())["encoded"]["id"]
    for task_id, status in (("movie-2", "Failed"), ("movie-3", "Succeed")):
        emulator.add_task({"taskId": task_id, "timeline": [{"after": 0, "status": status}]})

    program = pulumi.project / "Pulumi.yaml"
    program.write_text(program.read_text().replace("taskId: movie-1", "taskId: movie-2"))
    assert (await pulumi.run("up", "--yes", "--skip-preview")).code != 0
    assert (await pulumi.resources())["encoded"]["outputs"]["taskId"] == "movie-1"

    program.write_text(program.read_text().replace("taskId: movie-2", "taskId: movie-3"))
    await pulumi.done("up", "--yes", "--skip-preview")
    gate = (await pulumi.resources())["encoded"]
    assert (gate["outputs"]["taskId"], gate["id"]) == ("movie-3", identity)


async def test_a_task_that_ended_well_is_imported_by_its_id(project: Project, emulator: Emulator) -> None:
    emulator.set_status("movie-1", "Succeed", TRANSCODED)
    pulumi = await project("resources: {}")

    await pulumi.done("import", "ice:index:WorkflowTaskGate", "encoded", "movie-1", "--yes", "--generate-code=false")

    gate = (await pulumi.resources())["encoded"]
    assert (gate["id"], gate["inputs"], gate["outputs"]["status"]) == ("movie-1", {"taskId": "movie-1"}, "Succeed")


async def test_only_user_data_and_keys_are_secret_and_they_are_nowhere_in_clear(
    project: Project, emulator: Emulator
) -> None:
    emulator.set_status("movie-1", "Succeed", TRANSCODED)
    pulumi = await project(GATE)

    printed = await pulumi.done("up", "--yes", "--skip-preview", "--diff")

    stored = "".join(path.read_text() for path in (pulumi.home / "state").rglob("*.json"))
    for secret in ("canary-user-data", "emulator-secret"):
        assert secret not in printed
        assert secret not in stored
    outputs = (await pulumi.resources())["encoded"]["outputs"]
    assert [name for name, value in outputs.items() if isinstance(value, dict) and "ciphertext" in value] == [
        "userData"
    ]
