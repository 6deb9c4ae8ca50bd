"""The workflows of this repository: nothing in them may change behind our back, and a release is what its tag says."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from ice_provider.about import VERSION
from support.engine import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
ZIZMOR = Path(sysconfig.get_path("scripts")) / "zizmor"


def steps(name: str) -> list[dict[str, Any]]:
    """Return the steps of all jobs of a workflow."""
    document = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text())
    return [step for job in document["jobs"].values() for step in job["steps"]]


def test_an_auditor_finds_every_action_pinned_and_no_permission_or_secret_too_many() -> None:
    audit = [ZIZMOR, "--offline", "--no-progress", "--persona", "pedantic", WORKFLOWS]
    ended = subprocess.run(audit, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout


def test_ci_runs_what_a_developer_can_run() -> None:
    commands = {step.get("run") for step in steps("ci")}

    assert ".ci/run" in commands
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize(("tag", "is_refused"), [(f"v{VERSION}", False), ("v99.0.0", True), (VERSION, True)])
def test_a_tag_that_is_not_the_version_releases_nothing(tag: str, is_refused: bool) -> None:
    (check,) = (step["run"] for step in steps("release") if step.get("name", "").startswith("Refuse a tag"))

    ended = subprocess.run(
        ["/bin/bash", "-ec", check], cwd=ROOT, env={**os.environ, "GITHUB_REF_NAME": tag}, check=False
    )

    assert bool(ended.returncode) == is_refused


def test_a_release_publishes_only_what_make_dist_has_made() -> None:
    published = steps("release")

    assert [step["run"] for step in published if step.get("run", "").startswith("make")] == ["make dist"]
    uploads = [step["with"]["path"] for step in published if "upload-artifact" in step.get("uses", "")]
    assert all(line.startswith("dist/") for path in uploads for line in path.split())
