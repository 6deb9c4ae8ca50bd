"""An emulator and a Pulumi project for each test; walks through the examples, while other tests of examples run."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ice_emulator import Emulator, Scenario
from support.engine import SCRIPTS, Pulumi
from support.walking import walk_through

WALK = "test_an_example_does_and_shows_what_its_readme_says"

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


@pytest.fixture(scope="session")
def walks(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Future[str]]]:
    """The walks that tests are about, several at once, for they mostly wait; each ends with what it has printed."""
    tests = [test for test in request.session.items if isinstance(test, pytest.Function)]
    wanted = [test.callspec.params["example"] for test in tests if test.originalname == WALK]
    folder = tmp_path_factory.mktemp("walks")

    def run(example: str) -> str:
        (folder / example).mkdir()
        return asyncio.run(walk_through(folder / example, example))

    with ThreadPoolExecutor(4) as walkers:
        yield {example: walkers.submit(run, example) for example in wanted}
        walkers.shutdown(cancel_futures=True)
