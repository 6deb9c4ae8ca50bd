"""A gate for a group on the real engine: one row, one line now and then, and nothing behind it before it opens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.engine import finish, press_ctrl_c, read_until

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator

BROKEN = {"Transcode": {"Status": "Failed", "ActivityId": "Transcode", "Code": "NoVideo", "Message": "no stream"}}


def program(*task_ids: str, **more: object) -> str:
    properties = json.dumps({"taskIds": task_ids, **more})
    return f"""
resources:
  encoded: {{type: "ice:WorkflowTaskGroupGate", properties: {properties}}}
  site: {{type: "pulumi:index:Stash", properties: {{input: published}}, options: {{dependsOn: ["${{encoded}}"]}}}}
outputs: {{statuses: "${{encoded.statuses}}"}}
"""


def add(emulator: Emulator, *task_ids: str, status: str = "Processing", results: object = None) -> None:
    for task_id in task_ids:
        step = {"after": 0, "status": status, **({"activityResults": results} if results else {})}
        emulator.add_task({"taskId": task_id, "timeline": [step]})


async def test_a_group_waits_in_one_row_opens_and_stays_as_it_was_recorded(
    project: Project, emulator: Emulator
) -> None:
    names = [f"episode-{number}" for number in range(50)]
    add(emulator, *names)
    pulumi = await project(program(*names))
    await pulumi.done("config", "set", "ice:requestsPerSecond", "1000")

    preview = await pulumi.done("preview")
    assert "0 of 50 succeeded · 50 running · 0 failed: `pulumi up` would wait, at most 30m" in preview
    up = await pulumi.start("up", "--yes", "--skip-preview")
    await read_until(up, "50 running")
    assert "site" not in await pulumi.resources()
    for name in names:
        emulator.set_status(name, "Succeed")
    ended = await finish(up)

    assert ended.code == 0, ended.text
    assert "50 of 50 succeeded · 0 running · 0 failed · opened after" in ended.text
    assert (await pulumi.outputs())["statuses"] == dict.fromkeys(names, "Succeed")
    calls = len(emulator.calls)
    for command in (("preview", "--expect-no-changes"), ("refresh", "--yes"), ("up", "--yes", "--expect-no-changes")):
        await pulumi.done(*command)
    assert len(emulator.calls) == calls


async def test_a_failed_task_of_a_group_stops_the_deployment_and_is_named_with_its_reason(
    project: Project, emulator: Emulator
) -> None:
    add(emulator, "good", status="Succeed")
    add(emulator, "bad", status="Failed", results=BROKEN)
    add(emulator, "slow")
    pulumi = await project(program("good", "bad", "slow"))

    for command in (("preview",), ("up", "--yes", "--skip-preview")):
        ended = await pulumi.run(*command)

        assert ended.code != 0
        for part in (
            "workflow task bad failed in activity Transcode: NoVideo: no stream; all 3 must succeed",
            "failed     bad: failed in activity Transcode",
            "or let fewer suffice:  minSucceeded: 2",
        ):
            assert part in ended.text
    assert "site" not in await pulumi.resources()


async def test_the_remedy_that_is_printed_opens_the_group(project: Project, emulator: Emulator) -> None:
    add(emulator, "good", status="Succeed")
    add(emulator, "bad", status="Failed", results=BROKEN)
    pulumi = await project(program("good", "bad", minSucceeded=1))

    await pulumi.done("up", "--yes")

    encoded = (await pulumi.resources())["encoded"]["outputs"]
    assert encoded["succeededTaskIds"] == ["good"]
    assert "site" in await pulumi.resources()


async def test_tasks_that_are_added_are_all_that_is_waited_for_and_order_is_no_diff(
    project: Project, emulator: Emulator
) -> None:
    add(emulator, "a", "b", status="Succeed")
    add(emulator, "c")
    pulumi = await project(program("a", "b"))
    await pulumi.done("up", "--yes", "--skip-preview")
    manifest = pulumi.project / "Pulumi.yaml"
    header = manifest.read_text().partition("resources:")[0]

    manifest.write_text(header + program("b", "a", "b"))
    await pulumi.done("preview", "--expect-no-changes")
    calls = len(emulator.calls)
    manifest.write_text(header + program("c", "b", "a"))
    up = await pulumi.start("up", "--yes", "--skip-preview")
    await read_until(up, "2 of 3 succeeded · 1 running")
    emulator.set_status("c", "Succeed")

    assert (await finish(up)).code == 0
    assert {call.task_id for call in emulator.calls[calls:]} == {"c"}


async def test_ctrl_c_ends_a_groups_wait_and_the_next_up_takes_it_up_again(
    project: Project, emulator: Emulator
) -> None:
    add(emulator, "a", status="Succeed")
    add(emulator, "b")
    pulumi = await project(program("a", "b"))
    up = await pulumi.start("up", "--yes", "--skip-preview")
    await read_until(up, "1 running")

    press_ctrl_c(up)
    ended = await finish(up)

    assert ended.code != 0
    assert "error: stopped waiting for 2 workflow tasks (1 of 2 succeeded · 1 running · 0 failed)" in ended.text
    assert not (await pulumi.state()).get("pending_operations")
    emulator.set_status("b", "Succeed")
    await pulumi.done("up", "--yes", "--skip-preview")
    assert "site" in await pulumi.resources()


async def test_an_import_of_a_group_is_refused_with_a_sentence(project: Project) -> None:
    pulumi = await project("resources: {}")

    ended = await pulumi.run("import", "ice:index:WorkflowTaskGroupGate", "encoded", "x", "--yes")

    assert ended.code != 0
    assert "a WorkflowTaskGroupGate cannot be imported: let `pulumi up` create it" in ended.text


async def test_more_than_eight_gates_share_one_summary_in_the_row_of_the_stack(
    project: Project, emulator: Emulator
) -> None:
    names = [f"episode-{number}" for number in range(20)]
    add(emulator, *names)
    gates = "".join(f'  {name}: {{type: "ice:WorkflowTaskGate", properties: {{taskId: {name}}}}}\n' for name in names)
    pulumi = await project(f"resources:\n{gates}")
    up = await pulumi.start("up", "--yes", "--skip-preview", "--parallel", "64")
    printed = await read_until(up, "waiting for workflow tasks: 0 of")
    for name in names:
        emulator.set_status(name, "Succeed")

    ended = await finish(up)

    assert ended.code == 0, ended.text
    assert "waiting for workflow tasks: 20 of 20 succeeded · 0 running · 0 failed" in ended.text
    assert (printed + ended.text).count("waiting for workflow tasks") <= 6


async def test_a_group_that_is_watched_by_lists_opens_only_when_each_task_was_read_by_itself(
    project: Project, emulator: Emulator
) -> None:
    names = [f"episode-{number}" for number in range(30)]
    for name in names:
        timeline = [{"after": 0, "status": "Processing"}, {"calls": 2, "status": "Succeed"}]
        emulator.add_task({"taskId": name, "workflow": {"workflowId": "wf-1"}, "timeline": timeline})
    pulumi = await project(program(*names, waitTimeout="8s"))  # less than a round: the last look ends it
    await pulumi.done(
        "config", "set-all", "--plaintext", "ice:bulkReads=auto", "--plaintext", "ice:requestsPerSecond=50"
    )

    await pulumi.done("up", "--yes", "--skip-preview")

    assert (await pulumi.outputs())["statuses"] == dict.fromkeys(names, "Succeed")
    (listed,) = (call for call in emulator.calls if call.action == "ListWorkflowTasks")
    assert listed.status == 200
    read = [call for call in emulator.calls if call.action == "GetWorkflowTask" and call.status == 200]
    assert len(read) <= 3 * len(names)  # by single reads alone, a young task is read every second
