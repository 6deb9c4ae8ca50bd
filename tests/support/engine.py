"""A real Pulumi engine with a state, a home and a project of its own, which no other run shares."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".tools" / "bin"
BESIDE = ":".join(str(ROOT / name) for name in ("tests", "provider", "sdk/python"))  # before what is installed
SCRIPTS = Path(sysconfig.get_path("scripts"))  # where the plugin was installed
_FOREIGN = ("PULUMI_", "ALICLOUD_", "ALIBABA", "AWS_")  # of the machine; a test must not depend on them
# Taken once: pytest changes its own variables while examples run in threads.
_KEPT = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}


@dataclass(frozen=True)
class Outcome:
    """How a command ended.

    Attributes:
        code: The exit code.
        text: Everything that it printed, in order.
    """

    code: int
    text: str


@dataclass
class Pulumi:
    """The `pulumi` command in one project."""

    project: Path
    home: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return _KEPT | {
            "PULUMI_BACKEND_URL": (self.home / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "passphrase",
            "PULUMI_HOME": str(self.home / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
            "PATH": f"{TOOLS}:{_KEPT['PATH']}",
            **self.more,
        }

    @property
    def _activated(self) -> dict[str, str]:
        """The environment of someone who has activated the virtual environment, as dynamic providers need it."""
        environment = self.environment
        return environment | {"PATH": f"{TOOLS}:{SCRIPTS}:{environment['PATH']}"}

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        """Start a command; its output comes through one pipe."""
        return await asyncio.create_subprocess_exec(
            TOOLS / "pulumi",
            *words,
            "--non-interactive",
            cwd=self.project,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def run(self, *words: str) -> Outcome:
        """Run a command to its end."""
        process = await self.start(*words)
        return await finish(process)

    async def inline(self, command: str, program: Path) -> Outcome:
        """Run a command of a Python program, by Pulumi's Automation API."""
        return await self.automated(sys.executable, "-m", "support.inline", command, program)

    async def start_inline(self, command: str, program: Path) -> asyncio.subprocess.Process:
        """Start a command of a Python program; the engine is a child of this process."""
        return await self._start_automated(sys.executable, "-m", "support.inline", command, program)

    async def automated(self, *words: str | Path) -> Outcome:
        """Run a program that drives the engine of the tests by Pulumi's Automation API."""
        return await finish(await self._start_automated(*words))

    async def _start_automated(self, *words: str | Path) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *words,
            cwd=self.project,
            env=self._activated | {"ENGINE_ROOT": str(TOOLS.parent), "PYTHONPATH": BESIDE},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def done(self, *words: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        outcome = await self.run(*words)
        assert outcome.code == 0, outcome.text
        return outcome.text

    async def state(self) -> dict[str, Any]:
        """Return the deployment that the stack's state holds."""
        deployment: dict[str, Any] = json.loads(await self.done("stack", "export"))["deployment"]
        return deployment

    async def resources(self) -> dict[str, dict[str, Any]]:
        """Return the resources in the state by their names."""
        held = (await self.state()).get("resources") or []
        return {resource["urn"].rpartition("::")[2]: resource for resource in held}

    async def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs, secrets shown."""
        found: dict[str, Any] = json.loads(await self.done("stack", "output", "--json", "--show-secrets"))
        return found


async def finish(process: asyncio.subprocess.Process) -> Outcome:
    """Return how a started command ends."""
    out, _ = await process.communicate()
    assert process.returncode is not None
    return Outcome(process.returncode, out.decode())


async def read_until(process: asyncio.subprocess.Process, words: str) -> str:
    """Return what a command prints up to the line with these words."""
    assert process.stdout is not None
    text = ""
    while words not in text:
        line = await process.stdout.readline()
        assert line, f"ended without saying {words!r}:\n{text}"
        text += line.decode()
    return text


def press_ctrl_c(process: asyncio.subprocess.Process) -> None:
    """Interrupt a command as a terminal does."""
    process.send_signal(signal.SIGINT)
