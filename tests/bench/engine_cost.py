"""What one read of a task adds to `pulumi up` on the real engine, and where that time goes."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import tempfile
from pathlib import Path

import stacks
from measure import Figure, in_turn, interleave
from plugin_life import Life, live, vendor_import
from processes import PLUGIN, Running
from rows import Row

TITLE = (
    "On the engine: what one getWorkflowTask adds to `pulumi up` of a YAML program that changes nothing. A plugin found "
    "by path is started once more for its schema, an installed one is not; the empty one is on pulumi.provider.main"
)
_ROUNDS = 5  # of some seventeen seconds each
_SCENARIO = "tasks: [{taskId: movie-1, timeline: [{after: 0, status: Succeed}]}]\n"
_GOALS = {"up": 1.6, "up --skip-preview": 1.0}  # seconds
_READING = ("by path", "installed")


def measure(runs: int) -> list[Row]:
    """Return the rows of this table."""
    rounds = min(runs, _ROUNDS)
    with contextlib.ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        scenario = folder / "scenario.yaml"
        scenario.write_text(_SCENARIO)
        emulator = stack.enter_context(Running.open([PLUGIN.with_name("ice-emulator"), "--scenario", scenario]))
        endpoint = emulator.said.rpartition("/")[2]
        projects = {
            "by path": stacks.by_path(runner, folder / "by-path", endpoint),
            "installed": stacks.installed(runner, folder / "installed", endpoint),
            "empty plugin": stacks.empty(runner, folder / "empty"),
            "no plugin": stacks.constant(runner, folder / "constant"),
        }
        for project in projects.values():
            project.up()  # makes the stack, and compiles what the plugins import
        return [*_ups(projects, rounds), *_starts(projects), *_parts(endpoint, rounds)]


def _ups(projects: dict[str, stacks.Stack], rounds: int) -> list[Row]:
    rows = []
    for command, goal in _GOALS.items():
        ups = {name: functools.partial(project.up, *command.split()[1:]) for name, project in projects.items()}
        took = {name: Figure.of(seconds) for name, seconds in in_turn(ups, rounds, uncounted=0).items()}
        rows += [Row(f"{command}, {name}", seconds, "s") for name, seconds in took.items()]
        bare = took.pop("no plugin")
        rows += [
            Row(
                f"{command}: what it adds, {name}",
                seconds.minus(bare),
                "s",
                at_most=goal if name == "by path" else None,
            )
            for name, seconds in took.items()
        ]
    return rows


def _starts(projects: dict[str, stacks.Stack]) -> list[Row]:
    """Return how many plugins an `up` with its preview starts, and how often it reads the task."""
    rows = []
    for name in _READING:
        calls = projects[name].calls()
        starts, reads = (sum(f"ResourceProvider/{call}" in line for line in calls) for call in ("Handshake", "Invoke"))
        rows.append(Row(f"up: starts of the plugin, {name}", Figure.of([starts]), ""))
        rows.append(Row(f"up: reads of the task, {name}", Figure.of([reads]), ""))
    return rows


def _parts(endpoint: str, rounds: int) -> list[Row]:
    config = {"endpoint": endpoint, "protocol": "HTTP", "accessKey": "emulator", "secretKey": "emulator-secret"}
    lives: list[Life] = in_turn({"life": lambda: live(config, "movie-1")}, rounds)["life"]
    parts = {
        "exec to first answer": [life.answer for life in lives],
        "its schema": [life.schema for life in lives],
        "its first invoke": [life.first for life in lives],
        "the next invoke": [life.second for life in lives],
        "interrupt to end of the process": [life.end for life in lives],
    }
    rows = [Row(f"the plugin alone: {what}", Figure.of(seconds).times(1000), "ms") for what, seconds in parts.items()]
    imports = interleave({"import": vendor_import}, rounds)["import"].times(1000)
    return [*rows, Row("import of what calls the API, in the first invoke", imports, "ms")]
