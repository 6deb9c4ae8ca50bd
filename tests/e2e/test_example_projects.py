"""The examples in TypeScript and Go as whole projects: what stands beside the programs fits them and the checkout.

That they run, and do what the examples in YAML and Python do, is tried with the page that shows them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from support.engine import ROOT
from support.examples import go_environment  # the flags with which the build cache has been filled
from support.languages import BUILT, build

EXAMPLES = ROOT / "examples"
TYPESCRIPT, GO = EXAMPLES / "gate-typescript", EXAMPLES / "gate-go"
SDK = ROOT / "sdk"
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


def _uncommented(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if not line.strip().startswith("//")]
