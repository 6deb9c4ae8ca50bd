"""The pipelines of the examples: their commands are run, and a task that fails lets nothing be published."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from support.key_services import OIDC_TOKEN
from support.pipelines import PIPELINES, Runner, runner

pytestmark = pytest.mark.usefixtures("walks")  # begun here, looked at in test_examples_walks

TOKEN = "pul-canary-of-the-backend"
GOOD: dict[str, Any] = {"taskId": "film-1", "timeline": [{"after": 0, "status": "Succeed"}]}
BAD: dict[str, Any] = {"taskId": "film-2", "timeline": [{"after": 0, "status": "Failed"}]}
ROLE = "sts.aliyuncs.com / AssumeRoleWithOIDC"


async def run(machine: Runner, system: str, name: str, task_id: str) -> list[tuple[str, int, str]]:
    """Run a pipeline for a task; return the name, the code and the output of each of its steps."""
    if system == "github":
        given = {"inputs.taskId": task_id, "secrets.PULUMI_ACCESS_TOKEN": TOKEN}
        ended = await machine.github(name, given)
    else:
        ended = await machine.flow(name, {"TASK_ID": task_id})
    return [(step, outcome.code, outcome.text) for step, outcome in ended]


def codes(ended: list[tuple[str, int, str]]) -> dict[str, int]:
    """Return the exit code of each step that was run."""
    return {step: code for step, code, _ in ended}


@pytest.mark.parametrize("system", ["github", "flow"])
async def test_a_pipeline_with_pulumi_publishes_what_its_gate_lets_through(tmp_path: Path, system: str) -> None:
    async with runner(tmp_path, tmp_path / "plugins", [GOOD, BAD]) as machine:
        bad = await run(machine, system, "publish", "film-2")
        held = await machine.project.pulumi.resources()
        good = await run(machine, system, "publish", "film-1")
        published = await machine.project.pulumi.resources()
        asked = machine.outside.services.asked

    assert bad[-1][1] != 0
    assert "workflow task film-2 failed" in bad[-1][2]
    assert "site" not in held
    assert [code for _, code, _ in good] == [0] * len(good), good[-1][2]
    assert "site" in published
    assert {call.strip() for call in asked} == {ROLE}
    assert not [text for *_, text in [*bad, *good] if OIDC_TOKEN in text or TOKEN in text]


async def test_a_workflow_with_ice_gate_alone_goes_on_only_after_a_good_task_and_tells_how_it_went(
    tmp_path: Path,
) -> None:
    async with runner(tmp_path, tmp_path / "plugins", [GOOD, BAD]) as machine:
        bad = await run(machine, "github", "gate", "film-2")
        summary = (machine.desk.folder / "GITHUB_STEP_SUMMARY").read_text()
        good = await run(machine, "github", "gate", "film-1")

    told = "Tell in the summary how the task went"
    assert codes(bad) == {"Install": 0, "Fetch a token": 0, "Wait": 1, told: 0}
    assert codes(good) == {"Install": 0, "Fetch a token": 0, "Wait": 0, "Publish": 0, told: 0}
    assert summary.startswith("```\nworkflow task film-2: Failed")
    assert summary.endswith("\n```\n")


async def test_a_stage_behind_ice_gate_is_reached_only_after_a_good_task(tmp_path: Path) -> None:
    async with runner(tmp_path, tmp_path / "plugins", [GOOD, BAD]) as machine:
        bad = await run(machine, "flow", "gate", "film-2")
        good = await run(machine, "flow", "gate", "film-1")

    assert codes(bad) == {"Wait": 1}
    assert codes(good) == {"Wait": 0, "Publish": 0}


async def test_an_id_that_is_a_command_is_run_by_no_pipeline(tmp_path: Path) -> None:
    command = 'film"; touch seen; echo "$(touch seen)'
    async with runner(tmp_path, tmp_path / "plugins", [GOOD]) as machine:
        for system in ("github", "flow"):
            ended = await run(machine, system, "gate", command)

            assert codes(ended)["Wait"] == 2
        assert not (machine.project.pulumi.project / "seen").exists()


def test_an_auditor_finds_nothing_in_the_workflows_for_github() -> None:
    zizmor = Path(sysconfig.get_path("scripts")) / "zizmor"
    files = sorted((PIPELINES / "github").glob("*.yml"))
    audit = [zizmor, "--offline", "--no-progress", "--persona", "pedantic", *files]
    ended = subprocess.run(audit, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout
