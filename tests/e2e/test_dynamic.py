"""The flavour without a plugin: one import line apart from the plugin's, within the limits of dynamic providers."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dill
import pytest

from e2e.test_languages import BROKEN, HIGH_ENOUGH, TASKS
from ice_dynamic.provider import CODE, GateProvider
from support.engine import TOOLS, finish
from support.victims import children_of, until_gone

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator
    from support.engine import Outcome, Pulumi

PROGRAMS = Path(__file__).parent / "programs"
PLUGIN, DYNAMIC = "import pulumi_ice as ice", "import ice_dynamic as ice"
HEAD = f"import pulumi\n{DYNAMIC}\n"
AT_ONCE = 4  # threads of the process in which Pulumi runs dynamic resources


def add_night(emulator: Emulator) -> None:
    """Add three tasks of one workflow, of which the second has failed."""
    for number, status in enumerate(["Succeed", "Failed", "Succeed"]):
        step = {"after": 0, "status": status, **({"activityResults": BROKEN} if status == "Failed" else {})}
        made = datetime.now(UTC) - timedelta(hours=4 - number)
        workflow = {"workflowId": "wf-2", "name": "Nightly transcoding"}
        task = {"taskId": f"night-{number}", "workflow": workflow, "timeline": [step]}
        emulator.add_task({**task, "createTime": made.strftime("%Y-%m-%dT%H:%M:%SZ")})


def without_requests(value: Any) -> Any:
    """Return JSON without the IDs of calls, no two of which are the same."""
    if isinstance(value, dict):
        return {name: without_requests(each) for name, each in value.items() if name != "requestId"}
    return [without_requests(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("name", "config"), [("everything", {"taskId": "full", "condition": HIGH_ENOUGH}), ("season", {})]
)
async def test_one_import_line_switches_the_flavour_and_no_output_changes(
    project: Project, emulator: Emulator, tmp_path: Path, name: str, config: dict[str, str]
) -> None:
    for task_id in ("full", "sparse"):
        answer = {"RequestId": "REQUEST-1", "WorkflowTask": {"TaskId": task_id, **TASKS[task_id]}}
        emulator.add_task({"taskId": task_id, "answer": answer})
    add_night(emulator)
    text = (PROGRAMS / f"{name}.py").read_text()
    switched = tmp_path / f"{name}.py"
    switched.write_text(text.replace(PLUGIN, DYNAMIC))
    assert [*map(len, (text.split(PLUGIN), switched.read_text().split(DYNAMIC)))] == [2, 2]
    with_plugin, without = await project(name="with-plugin", runtime="python"), await project(runtime="python")
    for pulumi in (with_plugin, without):
        for word, value in config.items():
            await pulumi.done("config", "set", word, value)

    ended = await asyncio.gather(with_plugin.inline("up", PROGRAMS / f"{name}.py"), without.inline("up", switched))

    assert [outcome.code for outcome in ended] == [0, 0], ended[0].text + ended[1].text
    expected = await with_plugin.outputs()
    assert without_requests(await without.outputs()) == without_requests(expected)
    assert len(expected) > 10
    assert "dynamic/ice:" in ended[1].text
    assert "unchanged" in (again := await without.inline("preview", switched)).text
    assert not re.search(r"\d to (create|update|replace|delete)", again.text)


async def test_a_stack_goes_over_to_the_other_flavour_and_back(
    project: Project, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.set_status("movie-1", "Succeed")
    pulumi, program, switched = await project(runtime="python"), PROGRAMS / "gate.py", tmp_path / "gate.py"
    switched.write_text(program.read_text().replace(PLUGIN, DYNAMIC))
    made = await pulumi.inline("up", program)
    assert made.code == 0, made.text

    over, back = await pulumi.inline("up", switched), await pulumi.inline("up", program)

    for ended in (over, back):
        assert ended.code == 0, ended.text
        assert "+ 1 created" in ended.text
        assert "- 1 deleted" in ended.text
        assert "2 unchanged" in ended.text
    assert len(emulator.calls) <= 3 * 2  # each time the data source and the new gate read once; the plugin for both


async def test_neither_the_pickled_code_nor_the_state_holds_a_key(
    project: Project, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.set_status("movie-1", "Succeed")
    pulumi = await project(runtime="python")
    pulumi.more["ALICLOUD_SECURITY_TOKEN"] = "canary-of-the-environment"
    program = write(tmp_path, 'ice.WorkflowTaskGate("encoded", task_id="movie-1")')

    up = await pulumi.inline("up", program)

    assert up.code == 0, up.text
    assert set(await pulumi.resources()) == {"project-dev", "default", "encoded"}  # one provider, of no version
    shown = json.loads(await pulumi.done("stack", "export", "--show-secrets"))
    (gate,) = (each for each in shown["deployment"]["resources"] if each["urn"].endswith("::encoded"))
    code = base64.b64decode(json.loads(gate["inputs"][CODE]["plaintext"]))
    thawed = dill.loads(code)  # noqa: S301  # what this test has made
    assert (type(thawed), vars(thawed)) == (GateProvider, {"_token": "ice:index:WorkflowTaskGate"})
    state = "".join(path.read_text() for path in (pulumi.home / "state").rglob("*") if path.is_file())
    assert "canary-of-the-environment" not in json.dumps(shown)
    assert "emulator-secret" not in json.dumps(gate) + state  # Pulumi keeps configuration, encrypted
    assert b"emulator" not in code
    assert "canary-user-data" not in state
    await pulumi.inline("destroy", program)
    assert await pulumi.resources() == {}


async def test_an_error_repeats_nothing_that_the_program_made_secret(
    project: Project, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.set_status("movie-1", "Succeed")
    pulumi = await project(runtime="python")
    hidden = """condition=pulumi.Output.secret("status == 'canary-of-the-program'")"""
    program = write(tmp_path, f'ice.WorkflowTaskGate("encoded", task_id="movie-1", {hidden})')

    up = await pulumi.inline("up", program)

    assert "condition  [secret]" in up.text
    assert "canary-of-the-program" not in up.text


def write(folder: Path, *lines: str) -> Path:
    """Write a program that imports this flavour."""
    path = folder / "program.py"
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines))
    return path


async def test_a_preview_asks_nobody_about_a_gate_or_what_comes_after_it_and_reads_the_rest_once(
    project: Project, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.set_status("movie-1", "Failed", BROKEN)
    emulator.add_task({"taskId": "movie-2", "timeline": [{"after": 0, "status": "Processing"}]})
    pulumi = await project(runtime="python")
    program = write(
        tmp_path,
        'encoded = ice.WorkflowTaskGate("encoded", task_id="movie-1")',
        "after = pulumi.InvokeOutputOptions(depends_on=[encoded])",
        'pulumi.export("after", ice.get_workflow_task_output(task_id="movie-1", opts=after).status)',
        'ice.WorkflowTaskGate("second", task_id=encoded.workflow_id)',  # not known yet, and so no mistake
        'pulumi.export("read", ice.get_workflow_task(task_id="movie-2", expected_statuses=["Succeed"]).status)',
    )

    preview = await pulumi.inline("preview", program)

    assert preview.code == 0, preview.text
    assert re.search(r"after: \[unknown\]\s+read : \"Processing\"", preview.text)
    assert "movie-2 is Processing; expected Succeed: `pulumi up` would fail if that is still so" in preview.text
    assert [call.task_id for call in emulator.calls] == ["movie-2"]


async def test_a_mistake_is_named_in_the_words_of_the_program_also_in_a_preview(
    project: Project, emulator: Emulator, tmp_path: Path
) -> None:
    pulumi = await project(runtime="python")
    program = write(
        tmp_path,
        'ice.WorkflowTaskGroupGate("season", task_ids=[], wait_timeout="soon")',
    )

    preview = await pulumi.inline("preview", program)

    assert "is empty: name a task, or write min_succeeded=0 for a gate that opens without any" in preview.text
    assert "property wait_timeout value {<nil>} has a problem: must be a duration above zero such as" in preview.text


async def test_a_limit_is_told_first_with_the_lines_that_raise_it_in_a_program(
    project: Project, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.add_task({"taskId": "movie-0", "timeline": [{"after": 0, "status": "Succeed"}]})
    pulumi = await project(runtime="python")
    custom = "custom_timeouts=pulumi.CustomTimeouts(create='2s')"
    program = write(
        tmp_path,
        'signed_in = ice.WorkflowTaskGate("signed_in", task_id="movie-0")',  # which may take longer than those limits
        "after = pulumi.ResourceOptions(depends_on=[signed_in])",
        f"limited = pulumi.ResourceOptions(depends_on=[signed_in], {custom})",
        'ice.WorkflowTaskGate("one", task_id="movie-1", wait_timeout="1h", opts=limited)',
        'ice.WorkflowTaskGroupGate("many", task_ids=["movie-1"], wait_timeout="3s", opts=after)',
    )

    up = await pulumi.inline("up", program)

    assert up.code != 0
    first = (
        "error: ice_dynamic.WorkflowTaskError: workflow task movie-1 was still Processing when the 2s limit of this "
    )
    assert first in up.text
    assert 'or raise the limit:  opts=ResourceOptions(custom_timeouts=CustomTimeouts(create="1m"))' in up.text
    assert "0 of 1 workflow task had succeeded when the 3s limit of this create ended" in up.text
    assert 'or raise the limit of this gate:  wait_timeout="1m"' in up.text
    assert re.search(r"one creating \(\ds\) Processing · \ds of 2s", up.text)  # progress stands in the gate's own row


async def test_another_task_or_region_is_awaited_in_place_and_a_failure_keeps_what_was_recorded(
    project: Project, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.set_status("movie-1", "Succeed")
    emulator.add_task({"taskId": "movie-2", "timeline": [{"after": 0, "status": "Failed"}]})
    pulumi = await project(runtime="python")
    made_with = ['ice.WorkflowTaskGate("encoded", task_id="movie-1")']
    made = await pulumi.inline("up", write(tmp_path, *made_with))
    assert made.code == 0, made.text
    options = 'opts=pulumi.ResourceOptions(replace_on_changes=["taskId"])'  # of which no dynamic provider knows

    failed = await pulumi.inline(
        "up", write(tmp_path, f'ice.WorkflowTaskGate("encoded", task_id="movie-2", {options})')
    )

    assert "workflow task movie-2 failed: the service gave no reason" in failed.text
    assert "replac" not in failed.text
    assert (await pulumi.resources())["encoded"]["outputs"]["taskId"] == "movie-1"
    await pulumi.done("config", "set", "ice:region", "cn-beijing")
    moved = await pulumi.inline("up", write(tmp_path, *made_with))
    assert "~ 1 updated" in moved.text, moved.text
    assert (await pulumi.resources())["encoded"]["outputs"]["region"] == "cn-beijing"
    options = "opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(update='2h'))"
    limited = write(tmp_path, f'ice.WorkflowTaskGate("encoded", task_id="movie-1", {options})')
    assert "2 unchanged" in (await pulumi.inline("preview", limited)).text


async def test_four_gates_wait_at_once_and_the_others_after_them(
    project: Project, emulator: Emulator, tmp_path: Path
) -> None:
    names = [f"film-{number}" for number in range(AT_ONCE + 2)]
    for name in names:
        emulator.add_task({"taskId": name, "timeline": [{"after": 0, "status": "Processing"}]})
    pulumi = await project(runtime="python")
    up = await pulumi.start_inline(
        "up", write(tmp_path, f"for name in {names}: ice.WorkflowTaskGate(name, task_id=name)")
    )

    def asked() -> set[str | None]:
        return {call.task_id for call in emulator.calls}

    while len(asked()) < AT_ONCE:
        await emulator.until_called(len(emulator.calls) + 1)
    await emulator.until_called(len(emulator.calls) + 2 * AT_ONCE)  # time enough for a fifth

    assert len(asked()) == AT_ONCE
    for name in names:
        emulator.set_status(name, "Succeed")
    ended = await finish(up)
    assert ended.code == 0, ended.text
    assert set(names) <= set(await pulumi.resources())


async def interrupted(pulumi: Pulumi, emulator: Emulator, task_id: str, last: signal.Signals) -> Outcome:
    """Press Ctrl-C while a gate waits, see that it goes on, send another signal to the engine, and see all of it end."""
    program = write(pulumi.project, f'ice.WorkflowTaskGate("encoded", task_id="{task_id}")')

    async def read_again() -> None:
        seen = [call.task_id for call in emulator.calls].count(task_id)
        while [call.task_id for call in emulator.calls].count(task_id) < seen + 2:
            await emulator.until_called(len(emulator.calls) + 1)

    up = await pulumi.start_inline("up", program)
    await read_again()
    (engine,) = children_of(up.pid, "pulumi")
    (shell,) = children_of(engine, "pulumi-resource-pulumi-python")
    (process,) = children_of(shell, "pulumi.dynamic")

    os.kill(engine, signal.SIGINT)
    await read_again()
    os.kill(engine, last)
    await until_gone([process, shell], within=20)
    return await finish(up)


async def test_a_wait_outlives_ctrl_c_until_it_comes_twice_or_the_engine_has_gone(
    project: Project, emulator: Emulator
) -> None:
    emulator.add_task({"taskId": "movie-2", "timeline": [{"after": 0, "status": "Processing"}]})
    killed, pressed_twice = await project(name="killed", runtime="python"), await project(runtime="python")

    _, ended = await asyncio.gather(
        interrupted(killed, emulator, "movie-1", signal.SIGKILL),
        interrupted(pressed_twice, emulator, "movie-2", signal.SIGINT),
    )

    assert "encoded" not in await killed.resources()
    assert "encoded creating (interrupted)" in ended.text
    assert (await pressed_twice.state())["pending_operations"]
    words = ("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    cleared = await pressed_twice.automated(TOOLS / "pulumi", *words)
    assert cleared.code == 0, cleared.text
    assert not (await pressed_twice.state()).get("pending_operations")
