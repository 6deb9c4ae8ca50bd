"""An emulator and a Pulumi project for each test."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ice_emulator import Emulator, Scenario
from support.engine import SCRIPTS, Pulumi

if TYPE_CHECKING:
    Project = Callable[[str], Awaitable[Pulumi]]


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """The ICE API with one task, `movie-1`, which goes on until a test says otherwise."""
    scenario = Scenario.from_text(
        """
        tasks:
          - taskId: movie-1
            workflow: {workflowId: wf-1, name: Super-resolution transcoding workflow}
            taskInput: {Type: Media, Media: m-1}
            userData: {NotifyAddress: "http://example.com/done?token=canary-user-data"}
            timeline: [{after: 0, status: Processing}]
        """
    )
    async with Emulator(scenario) as running:
        yield running


@pytest.fixture
async def project(tmp_path: Path, emulator: Emulator) -> Project:
    """Make a project whose stack `dev` is configured for the emulator; a program is written in YAML."""

    async def make(program: str = "", name: str = "project", runtime: str = "yaml") -> Pulumi:
        folder = tmp_path / name
        folder.mkdir()
        (tmp_path / "state").mkdir(exist_ok=True)
        plugins = os.path.relpath(SCRIPTS, folder)
        header = f"name: {name}\nruntime: {runtime}\nplugins: {{providers: [{{name: ice, path: {plugins}}}]}}\n"
        (folder / "Pulumi.yaml").write_text(header + program)
        pulumi = Pulumi(folder, tmp_path)
        await pulumi.done("stack", "init", "dev")
        words = [f"ice:endpoint={emulator.endpoint}", "ice:protocol=HTTP", "ice:region=cn-shanghai"]
        secret = ["ice:accessKey=emulator", "ice:secretKey=emulator-secret"]
        plain, hidden = ([part for word in group for part in ("--plaintext", word)] for group in (words, secret))
        hidden = ["--secret" if part == "--plaintext" else part for part in hidden]
        await pulumi.done("config", "set-all", *plain, *hidden)
        return pulumi

    return make
