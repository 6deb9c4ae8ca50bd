"""The package as a stranger installs it: built, put into an empty environment, found by the engine."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ice_provider.about import VERSION
from support.engine import ROOT, finish

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator

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


async def run(*words: str | Path) -> str:
    """Run a command that must succeed, and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *words, cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    outcome = await finish(process)
    assert outcome.code == 0, outcome.text
    return outcome.text


@pytest.mark.timeout(300)
async def test_the_wheel_works_beside_the_newest_pulumi_and_pulumi_alicloud(
    project: Project, emulator: Emulator, tmp_path: Path
) -> None:
    """Whoever publishes media on Alibaba Cloud has both in one environment."""
    scripts = tmp_path / "venv" / "bin"
    pip = (scripts / "python", "-m", "pip", "--disable-pip-version-check", "--quiet")
    await run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path / "dist")
    await run(sys.executable, "-m", "venv", tmp_path / "venv")
    await run(*pip, "install", *NEIGHBOURS)
    newest = await run(*pip, "freeze")

    await run(*pip, "install", *(tmp_path / "dist").glob("*.whl"))

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
