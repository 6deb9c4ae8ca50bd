"""The README, as a newcomer reads it: what it prints is run to the letter, or is what is tried elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from ice_provider.about import REPOSITORY, VERSION
from ice_provider.alibaba.refusals import POLICY
from support.engine import ROOT, TOOLS, Outcome, finish
from support.pages import section, sections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from e2e.conftest import Project
    from ice_emulator import Emulator
    from support.pages import Block

pytestmark = pytest.mark.timeout(600)

README = {each.title: each.blocks for each in sections(ROOT / "README.md")}
(PATH,) = README["From nothing to a gated deployment"]
BASH, GIT = shutil.which("bash") or "bash", shutil.which("git") or "git"
LEFT_BY_TOOLS = shutil.ignore_patterns(
    ".git", ".venv", ".tools", ".*_cache", ".hypothesis", "__pycache__", "node_modules", "dist"
)
SCRIPTS = sorted(
    script.name for script in entry_points(group="console_scripts") if script.dist and script.dist.name == "pulumi-ice"
)
USES = """
import json, ice_dynamic, pulumi_ice
from ice_emulator import Emulator, Scenario
print(json.dumps([pulumi_ice.WorkflowTaskGate.__name__, ice_dynamic.WorkflowTaskGate.__name__, Emulator.__name__]))
"""
_NOT_BROUGHT: Final = ("PULUMI_", "ALICLOUD_", "ALIBABA", "PYTHON", "VIRTUAL_ENV")


@dataclass(frozen=True)
class Newcomer:
    """Someone who has followed the README.

    Attributes:
        folder: Where.
        outcome: How the last line has ended, and all that was printed.
    """

    folder: Path
    outcome: Outcome

    @property
    def scripts(self) -> Path:
        """Where the programs are that were installed."""
        return self.folder / "pulumi-ice" / ".venv" / "bin"


def brings(folder: Path) -> Mapping[str, str]:
    """Return the environment of someone with an empty home, Pulumi and Python; the repository is this checkout.

    Nobody is there to say yes, and packages that were downloaded before are not downloaded again.
    """
    cache = subprocess.run([sys.executable, "-m", "pip", "cache", "dir"], capture_output=True, text=True, check=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_BROUGHT)}
    return kept | {
        "HOME": str(folder / "home"),
        "PULUMI_HOME": str(folder / "home" / ".pulumi"),  # Pulumi asks the system where home is, not HOME
        "PATH": f"{TOOLS}:{sys.base_prefix}/bin:{kept['PATH']}",
        "PIP_CACHE_DIR": cache.stdout.strip(),
        "PULUMI_SKIP_CONFIRMATIONS": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{(folder / 'published').as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": REPOSITORY,
    }


def publish(folder: Path) -> None:
    """Make a repository of the files of this checkout, as they are now."""
    shutil.copytree(ROOT, folder, ignore=LEFT_BY_TOOLS)
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false")
    for words in (("init", "--quiet"), ("add", "--all"), (*who, "commit", "--quiet", "--message", "Publish")):
        subprocess.run([GIT, *words], cwd=folder, check=True)


def follow(folder: Path) -> Outcome:
    """Type the lines of the README into one shell; what still runs in its background is ended with it."""
    printed = folder / "printed"  # and not a pipe, which the background would hold open
    command = [BASH, "-euo", "pipefail", "-c", PATH.text]
    with (
        printed.open("w") as out,
        subprocess.Popen(
            command,
            cwd=folder,
            env=brings(folder),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as shell,
    ):
        try:
            code = shell.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGTERM)
    return Outcome(code, printed.read_text())


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    folder = tmp_path_factory.mktemp("newcomer")
    (folder / "home").mkdir()
    publish(folder / "published")
    return Newcomer(folder, follow(folder))


def test_at_most_ten_lines_lead_from_nothing_to_a_gated_deployment(newcomer: Newcomer) -> None:
    assert len(PATH.text.splitlines()) <= 10
    assert newcomer.outcome.code == 0, newcomer.outcome.text
    assert 'status    : "Succeed"' in newcomer.outcome.text
    waited, _, then = newcomer.outcome.text.partition("ice:index:WorkflowTaskGate encoded created")
    assert "Transcode running" in waited
    assert "pulumi:index:Stash site created" in then


def test_what_these_lines_leave_behind_is_nothing_that_git_would_take_up(newcomer: Newcomer) -> None:
    checkout = newcomer.folder / "pulumi-ice"

    told = subprocess.run([GIT, "status", "--porcelain"], cwd=checkout, capture_output=True, text=True, check=True)

    assert (checkout / "examples" / "gate-yaml" / ".pulumi").is_dir()
    assert told.stdout == ""


async def test_what_is_installed_in_an_empty_environment_gives_every_program_and_package(newcomer: Newcomer) -> None:
    async def said(*words: str | Path) -> str:
        process = await asyncio.create_subprocess_exec(*words, cwd=newcomer.folder, stdout=asyncio.subprocess.PIPE)
        outcome = await finish(process)
        assert outcome.code == 0, outcome.text
        return outcome.text

    assert {"pulumi-resource-ice", "ice-emulator", "ice-gate"} <= set(SCRIPTS)
    for script in SCRIPTS:
        assert (await said(newcomer.scripts / script, "--version")).split() == [script, VERSION]
        assert script in (await said(newcomer.scripts / script, "--help")).splitlines()[0]
    used = json.loads(await said(newcomer.scripts / "python", "-I", "-c", USES))
    assert used == ["WorkflowTaskGate", "WorkflowTaskGate", "Emulator"]


async def test_the_program_does_what_it_says(project: Project, emulator: Emulator, tmp_path: Path) -> None:
    (block,) = README["pulumi-ice"]
    (tmp_path / "program.py").write_text(block.text)
    emulator.set_status("movie-1", "Succeed", {"Transcode": {"ActivityId": "Transcode", "Status": "Succeed"}})
    pulumi = await project()
    await pulumi.done("config", "set", "taskId", "movie-1")

    up = await pulumi.inline("up", tmp_path / "program.py")

    assert up.code == 0, up.text
    results = {"Transcode": {"ActivityId": "Transcode", "Status": "Succeed"}}
    assert await pulumi.outputs() == {"workflowId": "wf-1", "status": "Succeed", "results": results}
    assert (await pulumi.resources())["site"]["outputs"]["output"] == "published"


def test_the_way_into_a_project_is_the_one_that_the_page_on_installation_leads() -> None:
    commands, policy = README["In your project"]

    assert commands.text == leads(section("installation-configuration", "Installation").blocks[0]) + leads(
        section("installation-configuration", "Configuration").blocks[1], but="pulumi preview"
    )
    assert json.loads(policy.text) == json.loads(POLICY % "GetWorkflowTask")


def leads(block: Block, but: str = "") -> str:
    return "".join(f"{line}\n" for line in block.text.splitlines() if line != but)


def test_every_block_of_the_readme_is_tried() -> None:
    tried = {"pulumi-ice": 1, "From nothing to a gated deployment": 1, "In your project": 2}

    assert {title: len(blocks) for title, blocks in README.items() if blocks} == tried
