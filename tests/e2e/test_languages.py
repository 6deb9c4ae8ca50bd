"""The same program in TypeScript, Go and YAML as in Python, on the real engine: nobody sees a difference."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from support.engine import ROOT
from support.following import same
from support.languages import ALL, BUILDABLE, built, in_python, in_yaml

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator
    from support.engine import Outcome, Pulumi
    from support.languages import Inline

pytestmark = pytest.mark.timeout(900)  # the first build compiles Pulumi's SDK for Go

SCHEMA = json.loads((ROOT / "provider" / "schema.json").read_text())
HIGH_ENOUGH = "results.Transcode.Result.Height > `720`"
TOO_HIGH = "results.Transcode.Result.Height > `2000`"

WORKFLOW = {
    "WorkflowId": "wf-1",
    "Name": "Super-resolution transcoding workflow",
    "Status": "Active",
    "Type": "Customize",
    "CreateTime": "2023-01-04T02:05:17Z",
    "ModifiedTime": "2023-01-05T02:05:17Z",
}
RESULT = {
    "JobId": "job-1",
    "JobType": "Transcode",
    "Height": 1080,
    "FrameRate": 29.97,
    "Frames": 9007199254740993,
    "Hdr": False,
    "Poster": None,
    "Streams": [{"Codec": "h265", "Tags": []}, {"Codec": "aac", "Tags": ["en", "日本語"]}],
    "snake_case": {"Kebab-Case": "", "taskId": "not ours"},
}
TRANSCODED = {
    "Start": {"Status": "Succeed", "ActivityId": "Start", "StartTime": "2023-01-04T02:05:17Z"},
    "Transcode": {
        "Status": "Succeed",
        "ActivityId": "Transcode",
        "ActivityInstanceId": "instance-1",
        "StartTime": "2023-01-04T02:05:20Z",
        "EndTime": "2023-01-04T02:06:10Z",
        "Message": "mended",
        "Result": RESULT,
    },
}
BROKEN = {
    "Start": {"Status": "Succeed", "ActivityId": "Start", "StartTime": "2023-01-04T02:05:17Z"},
    "Transcode": {"Status": "Failed", "Code": "InvalidParameter.NoVideoStream", "Message": "no “video” stream"},
}


every_language = pytest.mark.parametrize("in_language", ALL, indirect=True)


@pytest.fixture(scope="session", params=BUILDABLE)
def in_language(request: pytest.FixtureRequest) -> Inline:
    """How to run a command of the program in a language other than Python."""
    return built(request.param)


TASKS = {
    "full": {
        "Status": "Succeed",
        "TaskInput": '{"Media":"m-1"}',
        "CreateTime": "2023-01-04T02:05:17Z",
        "FinishTime": "2023-01-04T02:06:19Z",
        "UserData": "canary-user-data",
        "Workflow": WORKFLOW,
        "ActivityResults": json.dumps(TRANSCODED),
    },
    "sparse": {"Status": "Succeed"},
    "running": {"Status": "Processing", "Workflow": WORKFLOW},
    "broken": {
        "Status": "Failed",
        "CreateTime": "2023-01-04T02:05:17Z",
        "FinishTime": "2023-01-04T02:06:19Z",
        "Workflow": WORKFLOW,
        "ActivityResults": json.dumps(BROKEN),
    },
}


@pytest.fixture
async def projects(project: Project, emulator: Emulator) -> tuple[Pulumi, Pulumi]:
    """A project for Python and one for another language; every answer about a task is the same word for word."""
    for task_id, fields in TASKS.items():
        answer = {"RequestId": "REQUEST-1", "WorkflowTask": {"TaskId": task_id, **fields}}
        emulator.add_task({"taskId": task_id, "answer": answer})
    return await project(name="python", runtime="python"), await project(name="other", runtime="python")


async def configure(pulumi: Pulumi, **config: str) -> None:
    words = [part for name, value in config.items() for part in ("--plaintext", f"{name}={value}")]
    await pulumi.done("config", "set-all", *words)


async def run_both(
    projects: tuple[Pulumi, Pulumi], in_language: Inline, command: str, **config: str
) -> tuple[Outcome, Outcome]:
    """Run a command of the program in Python and in the other language, with the same configuration."""
    python, other = projects
    for pulumi in projects:
        await configure(pulumi, **config)
    return await asyncio.gather(in_python(python, command), in_language(other, command))


def gate_errors(outcome: Outcome) -> str:
    """Return what the diagnostics say of the gate."""
    told = outcome.text.partition("Diagnostics:\n")[2].splitlines()
    section = itertools.dropwhile(lambda line: line.strip() != "ice:index:WorkflowTaskGate (encoded):", told)
    return "\n".join(itertools.takewhile(str.strip, section))


def rows(outcome: Outcome) -> set[str]:
    """Return the rows of the gate and of what it holds back."""
    lines = (line.rstrip() for line in outcome.text.splitlines())
    return {line for line in lines if " encoded " in line or " site " in line}


def previewed_outputs(outcome: Outcome) -> str:
    return same(outcome.text.partition("Outputs:\n")[2].partition("Resources:\n")[0])


def declared_outputs() -> set[str]:
    functions, resources = SCHEMA["functions"], SCHEMA["resources"]
    declared = {
        "task": functions["ice:index:getWorkflowTask"]["outputs"],
        "tasks": functions["ice:index:getWorkflowTasks"]["outputs"],
        "gate": resources["ice:index:WorkflowTaskGate"],
        "season": resources["ice:index:WorkflowTaskGroupGate"],
    }
    return {f"{prefix}.{name}" for prefix, of in declared.items() for name in of["properties"]}


async def outputs_of(pulumi: Pulumi) -> dict[str, Any]:
    """Return the outputs, less the IDs of lists: each is a request of its own, with whatever else the same answer."""
    outputs = await pulumi.outputs()
    for task in outputs["tasks.tasks"]:
        del task["requestId"]
    return outputs


def without_inside(outputs: dict[str, Any]) -> dict[str, Any]:
    """Return the outputs less what a program has looked for inside of them, which YAML cannot."""
    return {name: value for name, value in outputs.items() if not name.startswith("inside.")}


def without_nulls(value: Any) -> Any:
    """Return JSON as Pulumi's SDKs for Python and Go hand it on, without the nulls in objects; TypeScript's keeps them."""
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


@every_language
async def test_every_output_is_word_for_word_the_one_in_python_and_the_same_ones_are_secret(
    projects: tuple[Pulumi, Pulumi], in_language: Inline
) -> None:
    ended = await run_both(projects, in_language, "up", taskId="full", condition=HIGH_ENOUGH)

    assert [outcome.code for outcome in ended] == [0, 0], ended[0].text + ended[1].text
    python, other = [await outputs_of(pulumi) for pulumi in projects]
    assert without_inside(other).keys() == declared_outputs()
    compared = without_inside if in_language is in_yaml else dict
    assert compared(without_nulls(other)) == compared(python)
    assert other["gate.userData"] == other["task.userData"] == "canary-user-data"
    result = without_nulls({**RESULT, "Frames": "9007199254740993"})  # an integer beyond 2^53 is a text
    assert python["inside.results"] == [None, result]
    for pulumi in projects:
        shown = json.loads(await pulumi.done("stack", "output", "--json"))
        assert [name for name, value in shown.items() if value == "[secret]"] == ["gate.userData"]
        held = (await pulumi.resources())["encoded"]
        assert [name for name, value in held["outputs"].items() if "ciphertext" in str(value)] == ["userData"]


@every_language
async def test_an_output_that_the_service_leaves_out_is_absent_or_null_in_every_language(
    projects: tuple[Pulumi, Pulumi], in_language: Inline
) -> None:
    ended = await run_both(projects, in_language, "up", taskId="sparse")

    assert [outcome.code for outcome in ended] == [0, 0], ended[0].text + ended[1].text
    python, other = [without_nulls(await outputs_of(pulumi)) for pulumi in projects]
    assert not other.pop("gate.userData", None)  # Go exports a secret that is null as an empty text
    compared = without_inside if in_language is in_yaml else dict
    assert compared(other) == compared(python)
    assert set(declared_outputs()) - set(other) >= {"task.workflow", "gate.workflow", "task.results", "gate.activities"}


@every_language
async def test_a_stack_that_python_has_made_is_unchanged_for_the_program_in_another_language(
    projects: tuple[Pulumi, Pulumi], in_language: Inline
) -> None:
    pulumi, _ = projects
    await configure(pulumi, taskId="full", condition=HIGH_ENOUGH)
    made = await in_python(pulumi, "up")
    assert made.code == 0, made.text

    preview = await in_language(pulumi, "preview")

    assert "4 unchanged" in preview.text, preview.text
    assert " to update" not in preview.text


async def test_a_preview_of_a_running_task_tells_the_same_in_every_language(
    projects: tuple[Pulumi, Pulumi], in_language: Inline
) -> None:
    ended = await run_both(projects, in_language, "preview", taskId="running")

    assert [outcome.code for outcome in ended] == [0, 0], ended[0].text + ended[1].text
    python, other = ended
    assert "`pulumi up` would wait for it, at most 1m" in other.text
    assert rows(other) == rows(python)
    assert re.search(r"gate\.status +: \[unknown\]", other.text)
    assert previewed_outputs(other) == previewed_outputs(python)


@pytest.mark.parametrize(
    ("task_id", "condition", "headline"),
    [
        ("broken", HIGH_ENOUGH, "failed in activity Transcode: InvalidParameter.NoVideoStream: no “video” stream"),
        ("full", TOO_HIGH, "condition"),
    ],
)
async def test_a_gate_that_stays_shut_gives_the_same_reason_in_every_language(
    projects: tuple[Pulumi, Pulumi], in_language: Inline, task_id: str, condition: str, headline: str
) -> None:
    for command in ("preview", "up"):
        ended = await run_both(projects, in_language, command, taskId=task_id, condition=condition)

        assert all(outcome.code for outcome in ended)
        python, other = ended
        assert headline in gate_errors(other), other.text
        assert gate_errors(other) == gate_errors(python)
        for pulumi in projects:
            assert set(await pulumi.resources()) & {"encoded", "site"} == set()
