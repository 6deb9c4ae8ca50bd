"""The same Pulumi program, `everything`, in every language; built where it must be."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from support.engine import ROOT, Outcome, Pulumi

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Inline = Callable[[Pulumi, str], Awaitable[Outcome]]

BUILT = ROOT / ".tools"
PROGRAMS = ROOT / "tests" / "e2e" / "programs"
NOTHING_TO_BUILD_WITH = 2  # the exit code of tools/programs.py


async def in_python(pulumi: Pulumi, command: str) -> Outcome:
    """Run a command of the program in Python."""
    return await pulumi.inline(command, PROGRAMS / "everything.py")


async def in_typescript(pulumi: Pulumi, command: str) -> Outcome:
    """Run a command of the program in TypeScript."""
    return await pulumi.automated("node", BUILT / "typescript" / "bin" / "inline.js", command)


async def in_go(pulumi: Pulumi, command: str) -> Outcome:
    """Run a command of the program in Go."""
    return await pulumi.automated(BUILT / "go-program" / "everything", command)


async def in_yaml(pulumi: Pulumi, command: str) -> Outcome:
    """Run a command of the program in YAML, in whatever project."""
    file = pulumi.project / "Pulumi.yaml"
    project, program = (yaml.safe_load(path.read_text()) for path in (file, PROGRAMS / "everything.yaml"))
    if (
        ":condition:" not in (pulumi.project / "Pulumi.dev.yaml").read_text()
    ):  # YAML knows no value that may be left out
        del program["config"]["condition"], program["resources"]["encoded"]["properties"]["condition"]
    file.write_text(yaml.safe_dump({**project, **program, "runtime": "yaml"}))
    return await pulumi.run(command, *(("--yes", "--skip-preview") if command == "up" else ()))


BUILDABLE = {"typescript": in_typescript, "go": in_go}
ALL = {**BUILDABLE, "yaml": in_yaml}


def built(language: str) -> Inline:
    """Build the program in this language as far as it is not, and return how to run it."""
    if language in BUILDABLE:
        build(language)
    return ALL[language]


def build(what: str) -> None:
    """Build one of what `tools/programs.py` builds, as far as it is not.

    Without the language's tools the test is skipped; on CI, which must have them, it fails.
    """
    ended = subprocess.run(
        [sys.executable, ROOT / "tools" / "programs.py", what], capture_output=True, text=True, check=False
    )
    if ended.returncode == NOTHING_TO_BUILD_WITH and not os.environ.get("CI"):
        pytest.skip(ended.stderr.strip())
    assert ended.returncode == 0, ended.stdout + ended.stderr
