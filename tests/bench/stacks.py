"""Projects on the real engine whose programs are the same, but for where the word comes from that they export.

Each has a folder of its own, state and home of the engine included.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from processes import BENCH, PLUGIN

from ice_provider.about import VERSION
from support.engine import Pulumi

_CALL = """
variables: {{found: {{fn::invoke: {{function: "{function}", arguments: {arguments}}}}}}}
outputs: {{status: "${{found.status}}"}}
"""
_CONSTANT = "outputs: {status: Succeed}\n"
_READ = _CALL.format(function="ice:index:getWorkflowTask", arguments="{taskId: movie-1}")
_ASK = _CALL.format(function="empty:index:getNothing", arguments="{}")


class Stack:
    """One project with one stack; each `up` runs its program anew and changes nothing."""

    def __init__(self, runner: asyncio.Runner, folder: Path, program: str) -> None:
        """Make the project."""
        project = folder / "project"
        project.mkdir(parents=True)
        (folder / "state").mkdir()
        (project / "Pulumi.yaml").write_text(f"name: project\nruntime: yaml\n{program}")
        self._runner = runner
        self._pulumi = Pulumi(project, folder)
        self.run("stack", "init", "dev")

    def run(self, *words: str | Path) -> None:
        """Run a command of the engine, which must succeed."""
        self._runner.run(self._pulumi.done(*map(str, words)))

    def configure(self, endpoint: str) -> None:
        """Call the API at `endpoint`."""
        words = {"endpoint": endpoint, "protocol": "HTTP", "region": "cn-shanghai"}
        keys = {"accessKey": "emulator", "secretKey": "emulator-secret"}
        self.run("config", "set-all", *(f"--plaintext=ice:{name}={value}" for name, value in (words | keys).items()))

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        """Start a command of the engine."""
        return await self._pulumi.start(*words)

    def up(self, *flags: str) -> float:
        """Return the seconds that `pulumi up` takes."""
        began = time.perf_counter()
        self.run("up", "--yes", *flags)
        return time.perf_counter() - began

    def calls(self) -> list[str]:
        """Return what an `up` with its preview calls of resource plugins, by the engine's own log."""
        log = self._pulumi.home / "grpc.json"
        self._pulumi.more["PULUMI_DEBUG_GRPC"] = str(log)
        self.up()
        del self._pulumi.more["PULUMI_DEBUG_GRPC"]
        answers = (line for line in log.read_text().splitlines() if '"response":' in line)
        return [line for line in answers if "pulumirpc.ResourceProvider/" in line]


def by_path(runner: asyncio.Runner, folder: Path, endpoint: str) -> Stack:
    """Return a stack that reads a task; its project names the plugin's folder, as in the tests."""
    stack = Stack(runner, folder, f"{_provider('ice', PLUGIN.parent)}{_READ}")
    stack.configure(endpoint)
    return stack


def installed(runner: asyncio.Runner, folder: Path, endpoint: str) -> Stack:
    """Return a stack that reads a task; its plugin is installed as the README says, so the engine keeps the schema."""
    stack = Stack(runner, folder, _READ)
    stack.run("plugin", "install", "resource", "ice", VERSION, "--file", PLUGIN)
    stack.configure(endpoint)
    return stack


def empty(runner: asyncio.Runner, folder: Path) -> Stack:
    """Return a stack that asks the empty plugin, which its project names by path."""
    script = folder / "plugins" / "pulumi-resource-empty"
    script.parent.mkdir(parents=True)
    code = f"import runpy\nrunpy.run_path({str(BENCH / 'empty.py')!r}, run_name='__main__')\n"
    script.write_text(f"#!{sys.executable}\n{code}")
    script.chmod(0o700)
    return Stack(runner, folder, f"{_provider('empty', script.parent)}{_ASK}")


def constant(runner: asyncio.Runner, folder: Path) -> Stack:
    """Return a stack that asks nobody."""
    return Stack(runner, folder, _CONSTANT)


def _provider(name: str, folder: Path) -> str:
    return f"plugins: {{providers: [{{name: {name}, path: {folder}}}]}}"


def gating(runner: asyncio.Runner, folder: Path, program: str) -> Stack:
    """Return a stack of gates; its project names the plugin's folder, as in the tests."""
    return Stack(runner, folder, f"{_provider('ice', PLUGIN.parent)}\n{program}")
