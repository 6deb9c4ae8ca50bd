"""What is released, as a stranger installs it: the wheel in an empty environment, the archive on an engine."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from ice_provider.about import VERSION
from support.engine import ROOT, TOOLS, finish

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator

pytestmark = pytest.mark.timeout(600)

MIB = 2**20
LOCK = (ROOT / "requirements.lock").read_text()
NEIGHBOURS = ("pulumi", "pulumi-alicloud")
CDN = ROOT / "examples" / "gate-cdn" / "__main__.py"
MOCKED = """
import runpy, sys
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return f"{args.name}-id", {**args.inputs, "cname": "site.example.com.w.kunlun.com"}

    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Mocks())
names = {"taskId": "movie-1", "domain": "films.example.com", "bucket": "films"}
pulumi.runtime.set_all_config({f"project:{name}": value for name, value in names.items()})

@pulumi.runtime.test
def run():
    runpy.run_path(sys.argv[1])
    return pulumi.Output.from_input("the program ran")

run()
"""
PROGRAM = """
variables:
  task:
    fn::invoke: {function: "ice:getWorkflowTask", arguments: {taskId: movie-1}}
outputs: {status: "${task.status}"}
"""
GATED = """
resources:
  encoded:
    type: ice:WorkflowTaskGate
    properties: {taskId: movie-1, condition: "results.Transcode.Height >= `2160`"}
outputs: {status: "${encoded.status}"}
"""


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make dist` makes."""
    into = tmp_path_factory.mktemp("dist")
    made = [sys.executable, ROOT / "tools" / "dist.py", "--into", into]
    ended = subprocess.run(made, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    return into


@pytest.fixture(scope="module")
def wheel(released: Path) -> Path:
    (found,) = released.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def archive(released: Path) -> Path:
    (found,) = released.glob(f"pulumi-resource-ice-v{VERSION}-*.tar.gz")
    return found


async def run(*words: str | Path) -> str:
    """Run a command that must succeed, and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *words, cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    outcome = await finish(process)
    assert outcome.code == 0, outcome.text
    return outcome.text


async def test_the_wheel_works_beside_the_newest_pulumi_and_pulumi_alicloud(
    project: Project, emulator: Emulator, wheel: Path, tmp_path: Path
) -> None:
    """Whoever publishes media on Alibaba Cloud has both in one environment."""
    scripts = tmp_path / "venv" / "bin"
    pip = (scripts / "python", "-m", "pip", "--disable-pip-version-check", "--quiet")
    await run(sys.executable, "-m", "venv", tmp_path / "venv")
    await run(*pip, "install", *NEIGHBOURS)
    newest = await run(*pip, "freeze")

    await run(*pip, "install", wheel)

    assert not set(newest.splitlines()) - set((await run(*pip, "freeze")).splitlines())
    await run(*pip, "check")
    await run(sys.executable, "-m", "mypy", "--config-file=", "--python-executable", scripts / "python", CDN)
    await run(scripts / "python", "-c", MOCKED, CDN)
    pulumi = await project(PROGRAM)
    manifest = pulumi.project / "Pulumi.yaml"
    manifest.write_text("\n".join(line for line in manifest.read_text().splitlines() if "plugins:" not in line))
    await pulumi.done("plugin", "install", "resource", "ice", VERSION, "--file", str(scripts / "pulumi-resource-ice"))
    await pulumi.done("up", "--yes", "--skip-preview")
    assert await pulumi.outputs() == {"status": "Processing"}
    held = json.loads(await pulumi.done("plugin", "ls", "--json"))
    assert [(plugin["name"], plugin["version"]) for plugin in held] == [("ice", VERSION)]


def test_the_wheel_is_small_and_needs_few_packages(wheel: Path) -> None:
    direct = [Requirement(each) for each in requires("pulumi-ice") or []]

    assert wheel.stat().st_size < MIB
    assert len(direct) <= 12
    assert [str(each) for each in direct if "<" not in str(each.specifier)] == []  # the next major is not trusted


def test_the_list_of_parts_names_every_package_that_comes_with_the_wheel_and_no_tool(released: Path) -> None:
    listed = json.loads((released / f"pulumi-ice-{VERSION}.cdx.json").read_text())

    about = listed["metadata"]["component"]
    named = {part["name"].lower().replace("_", "-"): part["version"] for part in listed["components"]}
    direct = {Requirement(each).name for each in requires("pulumi-ice") or []}
    locked = dict(line.split(" ")[0].split("==") for line in LOCK.splitlines() if "==" in line)
    assert (about["name"], about["version"]) == ("pulumi-ice", VERSION)
    assert direct <= set(named)
    assert {name: version for name, version in named.items() if locked.get(name) != version} == {}
    assert not {"pip", "pytest", "pyinstaller"} & set(named)


async def test_the_archive_works_on_an_engine_without_python(
    project: Project, emulator: Emulator, archive: Path
) -> None:
    pulumi = await project(GATED)
    manifest = pulumi.project / "Pulumi.yaml"
    manifest.write_text("\n".join(line for line in manifest.read_text().splitlines() if "plugins:" not in line))
    pulumi.more["PATH"] = str(TOOLS)
    emulator.set_status("movie-1", "Succeed", {"Transcode": {"ActivityId": "Transcode", "Height": 2160}})

    await pulumi.done("plugin", "install", "resource", "ice", VERSION, "--file", str(archive))
    await pulumi.done("up", "--yes", "--skip-preview")

    assert await pulumi.outputs() == {"status": "Succeed"}
    (installed,) = (pulumi.home / "home" / "plugins").glob("resource-ice-v*/pulumi-resource-ice")
    assert (await run(installed, "--version")).split() == ["pulumi-resource-ice", VERSION]
