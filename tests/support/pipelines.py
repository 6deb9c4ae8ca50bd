"""Runs the pipelines of the examples as GitHub Actions and Flow would, at a desk with Alibaba Cloud outside.

Only what a pipeline is given is put in: variables, secrets, the token. Must not know what a pipeline is for.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from ice_emulator import Scenario
from support.aliyun import Aliyun
from support.desk import Desk, Project
from support.engine import ROOT, Outcome
from support.key_services import KEYS, OIDC_TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PIPELINES: Final = ROOT / "examples" / "pipelines"
_EXPRESSION: Final = re.compile(r"\$\{\{ (\S+) \}\}")
_ON_THE_HOST: Final = "/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token"


@dataclass
class Runner:
    """A machine on which pipelines run, in the checkout of a project with a gate.

    Attributes:
        outside: Alibaba Cloud, and GitHub as far as it hands out tokens.
        desk: The machine.
        project: The checkout.
    """

    outside: Aliyun
    desk: Desk
    project: Project

    async def github(self, name: str, given: Mapping[str, str]) -> list[tuple[str, Outcome]]:
        """Run the job of a workflow; return how each step that was run ended. `given`: the values of expressions."""
        (job,) = _read("github", name)["jobs"].values()
        files = {each: self.desk.folder / each for each in ("GITHUB_ENV", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.touch()
        ended: list[tuple[str, Outcome]] = []
        for step in (each for each in job["steps"] if "run" in each):
            if any(outcome.code for _, outcome in ended) and step.get("if") != "always()":
                continue
            left = dict(line.split("=", 1) for line in files["GITHUB_ENV"].read_text().splitlines())
            variables = {**job["env"], **step.get("env", {}), **left, "RUNNER_TEMP": str(self.desk.home)}
            variables |= {**self.outside.tokens, **{each: str(file) for each, file in files.items()}}
            filled = {each: _EXPRESSION.sub(lambda found: given[found[1]], value) for each, value in variables.items()}
            ended.append((step["name"], await self._run(step["run"], filled)))
        return ended

    async def flow(self, name: str, given: Mapping[str, str]) -> list[tuple[str, Outcome]]:
        """Run the stages of a pipeline, one after another up to the first that fails; `given`: variables of this run."""
        document = _read("flow", name)
        variables = {each["key"]: each["value"] for each in document["variables"]} | dict(given)
        placed = {each: value.replace(_ON_THE_HOST, str(self.desk.home / "token")) for each, value in variables.items()}
        ended: list[tuple[str, Outcome]] = []
        for step in _steps_of(document):
            assert step["step"] == "Command"
            ended.append((step["name"], await self._run(step["with"]["run"], placed)))
            if ended[-1][1].code:
                break
        return ended

    async def _run(self, commands: str, variables: Mapping[str, str]) -> Outcome:
        exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
        return await self.desk.shell(self.project, exports + commands)


@asynccontextmanager
async def runner(folder: Path, installed: Path, tasks: list[dict[str, Any]]) -> AsyncIterator[Runner]:
    """Set a machine up that can sign in by nothing but a token; its project has a stack `production`."""
    (folder / "outside").mkdir()
    async with Aliyun(Scenario.from_mapping({"tasks": tasks, "keys": KEYS}), folder / "outside") as outside:
        desk = Desk(folder / "desk", installed, outside.environment)
        desk.write("token", OIDC_TOKEN)
        program = (ROOT / "examples" / "gate-yaml" / "Pulumi.yaml").read_text()
        project = await desk.project("gate-yaml", "yaml", _without_plugins(program))
        await project.pulumi.done("stack", "init", "production")
        yield Runner(outside, desk, project)


def _read(system: str, name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((PIPELINES / system / f"{name}.yml").read_text())
    return document


def _steps_of(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for stage in document["stages"].values():
        for job in stage["jobs"].values():
            yield from job["steps"].values()


def _without_plugins(program: str) -> str:
    """Return a program as one has it who has installed the plugin."""
    document = yaml.safe_load(program)
    del document["plugins"]
    return yaml.safe_dump(document, sort_keys=False)
