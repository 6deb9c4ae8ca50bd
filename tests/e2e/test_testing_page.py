"""The page on testing: whoever follows it has an emulator, a stack aimed at it, tests of their own and a pipeline."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import jsonschema
import pytest
import yaml

from ice_emulator import VARIANTS, BackgroundEmulator
from ice_emulator.admin import ROUTES
from ice_emulator.arguments import parser
from support.engine import SCRIPTS, TOOLS, Pulumi
from support.pages import Block, page, section
from support.ports import own_port
from support.pytest_entry import declared_in

BASH = shutil.which("bash")
pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not (BASH and shutil.which("curl")), reason="no bash, or no curl"),
]

PAGE, PORT = "testing", "8321"
IN_PYTEST, IN_ACTIONS = section(PAGE, "In pytest"), section(PAGE, "GitHub Actions")
SCENARIO = section(PAGE, "Write a scenario").blocks[0].text
PROGRAM = section(PAGE, "Aim a stack at it").blocks[0].text
FOLLOWED = [
    block for each in page(PAGE) if each.title not in {IN_PYTEST.title, IN_ACTIONS.title} for block in each.blocks
]


@dataclass
class Place:
    """A folder in which someone does what the page says, with a port of their own."""

    folder: Path
    port: str = ""
    exported: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = str(own_port())
        for name in ("work", "state", "bin"):
            (self.folder / name).mkdir()
        pip = self.folder / "bin" / "pip"
        pip.write_text('#!/bin/sh\ntest "$*" = "install pulumi-ice"\n')  # as it is, in this environment
        pip.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a shell that finds the engine and what the package brings."""
        surroundings = Pulumi(self.folder / "work", self.folder).environment
        path = f"{self.folder / 'bin'}:{TOOLS}:{SCRIPTS}:{surroundings['PATH']}"
        return {**surroundings, "PATH": path, "PYTHONPATH": os.pathsep.join(sys.path), **self.exported}

    def own(self, text: str) -> str:
        """Return a text of the page with this place's port."""
        return text.replace(PORT, self.port)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        (self.folder / "work" / name).write_text(self.own(text))

    def start(self, script: str, output: int | IO[str] = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start a script in a session of its own."""
        return subprocess.Popen(
            [str(BASH), "-euo", "pipefail", "-c", self.own(script)],
            cwd=self.folder / "work",
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, script: str) -> tuple[int, str]:
        """Run a script to its end; return its exit code and what it printed."""
        with self.start(script) as process:
            assert process.stdout is not None
            said = process.stdout.read()
        return process.returncode, said


def end(process: subprocess.Popen[str]) -> None:
    """End what a script has left running in its session."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


# --- what is done with the page ---------------------------------------------------------------------------------------


class Follower:
    """Does what a block says, after the blocks before it."""

    def __init__(self, place: Place, serving: ExitStack) -> None:
        self._place, self._serving = place, serving
        self._said = ""

    def follow(self, block: Block, following: Block | None) -> None:
        match block.language:
            case "yaml":
                is_scenario = "tasks" in yaml.safe_load(block.text)
                self._place.write("scenario.yaml" if is_scenario else "Pulumi.yaml", block.text)
                if not is_scenario:
                    self._place.run("pulumi stack init dev")
            case "console" if block.text.startswith("ice-emulator --port"):
                self._serve(block.text)
            case "console":
                self._do(block, following)
            case "text":
                assert self._place.own(block.text) in self._said, f"{block} is not what was shown:\n{self._said}"
            case "json":
                assert json.loads(self._said) == json.loads(block.text), f"{block} is not what was shown"
            case _:
                pytest.fail(f"{block}: nobody follows such a block here")

    def _serve(self, command: str) -> None:
        self._serving.close()  # the emulator before, which holds the port
        process = self._place.start(f"exec {command}")
        self._serving.callback(end, process)
        assert process.stdout is not None
        self._said = "".join(process.stdout.readline() for _ in range(2))
        assert "listening" in self._said

    def _do(self, block: Block, following: Block | None) -> None:
        fails = following is not None and following.text.startswith("ice-emulator: ")
        for name, value in re.findall(r"(ALIBABA_\w+)=(\S+)", block.text):
            self._place.exported[name] = value
        code, self._said = self._place.run(block.text)
        assert bool(code) == fails, f"{block}:\n{self._said}"


def follow_the_page(place: Place) -> None:
    with ExitStack() as serving:
        follower = Follower(place, serving)
        for block, following in zip(FOLLOWED, [*FOLLOWED[1:], None], strict=True):
            follower.follow(block, following)
    schema = json.loads((place.folder / "work" / "scenario.schema.json").read_text())
    jsonschema.validate(yaml.safe_load(SCENARIO), schema)


def run_the_tests_of_the_page(place: Place) -> None:
    (example,) = IN_PYTEST.blocks
    place.write("test_films.py", example.text)
    place.write("scenario.yaml", SCENARIO)
    site = declared_in(place.folder / "site")
    path = os.pathsep.join([str(site), *sys.path])
    # `-p no:…`: what the tests of this project use, and a reader's may not
    command = f"{sys.executable} -m pytest -q -p no:cacheprovider -p no:asyncio --strict-markers"
    code, said = place.run(f"export PYTHONPATH='{path}' PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK=1\n{command}")
    assert code == 0, said
    assert f"{example.text.count('def test_')} passed" in said


def run_the_pipeline_of_the_page(place: Place) -> None:
    place.write("scenario.yaml", SCENARIO)
    place.write("Pulumi.yaml", PROGRAM)
    (block,) = IN_ACTIONS.blocks
    (job,) = yaml.safe_load(block.text)["jobs"].values()
    place.exported = {**job["env"], "RUNNER_TEMP": str(place.folder)}
    with ExitStack() as stack:
        for step in job["steps"]:
            if "run" not in step:
                assert step["uses"].startswith("actions/checkout@")
                continue
            said = stack.enter_context((place.folder / "said").open("w+"))
            process = place.start(step["run"], said)
            stack.callback(end, process)
            assert process.wait() == 0, (place.folder / "said").read_text()


TRIALS = (follow_the_page, run_the_tests_of_the_page, run_the_pipeline_of_the_page)


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[None]]]:
    """What becomes of each trial, all of them made at once."""
    with ThreadPoolExecutor(len(TRIALS)) as pool:
        places = [Place(tmp_path_factory.mktemp("place")) for _ in TRIALS]
        yield {each.__name__: pool.submit(each, place) for each, place in zip(TRIALS, places, strict=True)}


@pytest.mark.parametrize("trial", [each.__name__ for each in TRIALS])
def test_whoever_does_as_the_page_says_sees_what_it_says(tried: Mapping[str, Future[None]], trial: str) -> None:
    tried[trial].result()


# --- what is told in tables -------------------------------------------------------------------------------------------


def test_the_page_has_every_choice() -> None:
    rows = section(PAGE, "What nobody has verified").table("axis", "values")
    assert rows == [(f"`{axis}`", ", ".join(f"`{value}`" for value in values)) for axis, values in VARIANTS.items()]


def test_the_page_has_all_that_the_admin_api_does() -> None:
    rows = section(PAGE, "Steer it from outside").table("method", "path", "")
    assert rows == [(method, f"`/admin/{path}`", doc) for (method, path), (doc, _) in ROUTES.items()]


def test_the_page_has_every_option() -> None:
    named = re.findall(r"--[a-z-]+", " ".join(row[0] for row in section(PAGE, "Run it").table("option", "")))
    known = {word for action in parser()._actions for word in action.option_strings if word.startswith("--")}
    assert {*named} == known - {"--help"}


def test_the_page_names_only_what_the_fixture_has() -> None:
    named = re.findall(r"`(\w+)`", " ".join(row[0] for row in IN_PYTEST.table("", "")))
    assert {*named} == {name for name in vars(BackgroundEmulator) if not name.startswith("_")}
