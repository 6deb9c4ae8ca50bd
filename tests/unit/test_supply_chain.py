"""What comes from others: a user's versions are held below the next major only, a developer's are pinned and hashed."""

from __future__ import annotations

import re
import tomllib
from typing import Final

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from support.engine import ROOT

LOCK: Final = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINNED: Final = {name: Version(version) for name, version in re.findall(r"^([a-z0-9._-]+)==(\S+)", LOCK, re.MULTILINE)}
DIRECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
ALREADY_OUT: Final = {"protobuf": 7}
"""Majors after the pinned one that are out already, held back by Pulumi alone: where it takes them, we do not object."""


def next_majors(name: str) -> set[Version]:
    """Return what may be the first version that is not trusted; before 1.0 a minor can break as much as a major."""
    major = ALREADY_OUT.get(name, PINNED[name].major)
    minors = {Version(f"0.{PINNED[name].minor + 1}")} if major == 0 else set()
    return {Version(str(major + 1)), *minors}


@pytest.mark.parametrize("told", DIRECT)
def test_a_package_is_bounded_by_its_next_major_alone_and_the_one_that_is_tested_is_within(told: str) -> None:
    needed = Requirement(told)
    bounds = {part.operator: Version(part.version) for part in needed.specifier}

    assert bounds.keys() == {">=", "<"}
    assert bounds["<"] in next_majors(needed.name)
    assert needed.specifier.contains(PINNED[needed.name])


def test_everything_that_is_pinned_is_hashed() -> None:
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]

    assert len(entries) == len(PINNED)
    assert [entry.split(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_known_faults_are_looked_for_in_all_that_is_pinned_at_every_change_and_each_week() -> None:
    flow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    audit = " ".join(step.get("run", "") for step in flow["jobs"]["audit"]["steps"])

    assert re.search(r"pip-audit .*--require-hashes .*--requirement requirements\.lock", audit)
    assert {"push", "pull_request", "schedule"} <= flow[True].keys()  # YAML 1.1 reads `on` as true
