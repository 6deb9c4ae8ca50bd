"""The examples in TypeScript and Go as whole projects: what stands beside the programs fits them and the checkout.

That they run, and do what the examples in YAML and Python do, is tried with the page that shows them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from ice_provider.about import VERSION
from support.engine import ROOT, SCRIPTS, TOOLS
from support.examples import go_environment  # the flags with which the build cache has been filled
from support.languages import BUILT, build
from support.pages import section
from support.pulumi_says import MESSAGES

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator

EXAMPLES = ROOT / "examples"
TYPESCRIPT, GO = EXAMPLES / "gate-typescript", EXAMPLES / "gate-go"
SDK = ROOT / "sdk"
(LEFT_OUT,) = section("../examples/README", "Copy one").blocks
"""What finds the plugin of the checkout."""
FOUR = sorted(path.parent for path in EXAMPLES.glob("gate-*/Pulumi.yaml") if path.parent.name != "gate-cdn")

pytestmark = pytest.mark.timeout(900)  # the first build compiles Pulumi's SDK for Go


def succeeds(*words: str | Path, folder: Path) -> None:
    ended = subprocess.run(words, cwd=folder, env=go_environment(), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_example_in_typescript_compiles_with_its_own_settings(tmp_path: Path) -> None:
    build("typescript")
    copy = shutil.copytree(TYPESCRIPT, tmp_path / "example", ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(BUILT / "typescript" / "node_modules")

    succeeds("node_modules/.bin/tsc", "--noEmit", folder=copy)


def test_the_example_in_typescript_takes_what_the_sdk_of_the_checkout_needs() -> None:
    named = json.loads((TYPESCRIPT / "package.json").read_text())["dependencies"]
    sdk = json.loads((SDK / "nodejs" / "package.json").read_text())
    written = json.loads("".join(_uncommented(SDK / "nodejs" / "tsconfig.json")))["compilerOptions"]["outDir"]

    assert named["@pulumi/pulumi"] == sdk["dependencies"]["@pulumi/pulumi"]
    assert named[sdk["name"]] == f"file:../../sdk/nodejs/{written}"


def test_the_example_in_go_builds_with_its_own_modules_against_the_sdk_of_the_checkout(tmp_path: Path) -> None:
    build("go")

    succeeds("go", "build", "-ldflags=-s -w", "-o", tmp_path, ".", folder=GO)


@pytest.mark.parametrize("example", FOUR, ids=lambda example: example.name)
def test_the_projects_differ_by_their_names_and_languages_alone(example: Path) -> None:
    project = yaml.safe_load((example / "Pulumi.yaml").read_text())
    (plugin,) = project["plugins"]["providers"]
    language = {"typescript": "nodejs"}.get(example.name.removeprefix("gate-"), example.name.removeprefix("gate-"))

    assert (project["name"], project["runtime"]) == (example.name, language)
    assert project["description"] == "Publish only what a workflow task has transcoded well."
    assert plugin == {"name": "ice", "path": "../../.venv/bin"}


def test_every_example_at_this_depth_finds_the_plugin_by_the_lines_that_a_copy_leaves_out() -> None:
    manifests = [path.read_text() for path in EXAMPLES.glob("*/Pulumi.yaml")]

    assert len(manifests) > 5
    assert [text for text in manifests if LEFT_OUT.text not in text] == []


async def test_a_copy_elsewhere_runs_once_these_lines_are_out_and_the_plugin_is_installed(
    project: Project, emulator: Emulator
) -> None:
    emulator.set_status("movie-1", "Succeed")
    pulumi = await project(name="gate-yaml")
    pulumi.more["PATH"] = str(TOOLS)
    manifest, written = pulumi.project / "Pulumi.yaml", (EXAMPLES / "gate-yaml" / "Pulumi.yaml").read_text()
    manifest.write_text(written)
    await pulumi.done("plugin", "install", "resource", "ice", VERSION, "--file", str(SCRIPTS / "pulumi-resource-ice"))
    await pulumi.done("config", "set", "taskId", "movie-1")

    as_it_is = await pulumi.run("preview")
    manifest.write_text(written.replace(LEFT_OUT.text, ""))
    up = await pulumi.run("up", "--yes", "--skip-preview")

    assert MESSAGES["of a checkout"].rstrip("…") in as_it_is.text
    assert up.code == 0, up.text
    assert (await pulumi.outputs())["status"] == "Succeed"


def _uncommented(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if not line.strip().startswith("//")]
