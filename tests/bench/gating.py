"""What a gate for a group costs beside as many gates for single tasks, and how fast Ctrl-C ends a wait for a thousand."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import tempfile
import time
from pathlib import Path

import stacks
from measure import Figure, in_turn
from processes import PLUGIN, Running
from rows import Row

from support.engine import press_ctrl_c, read_until

TITLE = "Gates on the engine, 1,000 tasks at 1,000 requests a second: one group beside single gates, and Ctrl-C"
_TASKS = 1000
_ROUNDS = 3
_NAMES = [f"task-{number}" for number in range(_TASKS)]


def measure(runs: int) -> list[Row]:
    """Return the rows of this table."""
    with contextlib.ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ended = stack.enter_context(_emulator(folder / "ended.yaml", "Succeed"))
        running = stack.enter_context(_emulator(folder / "running.yaml", "Processing"))
        projects = {
            "empty": _project(runner, folder / "empty", ended, _group([], minSucceeded=0)),
            "group": _project(runner, folder / "group", ended, _group(_NAMES)),
        }
        singles = _project(runner, folder / "singles", ended, _singles(_NAMES))
        creates = {name: functools.partial(_create, project) for name, project in projects.items()}
        took = {name: Figure.of(seconds) for name, seconds in in_turn(creates, min(runs, _ROUNDS), uncounted=1).items()}
        one_by_one = Figure.of([singles.up("--skip-preview")])
        waiting = _project(runner, folder / "waiting", running, _group(_NAMES))
        interrupts = Figure.of([runner.run(_interrupt(waiting)) for _ in range(min(runs, _ROUNDS))])
    return [
        Row("up with an empty group", took["empty"], "s"),
        Row(f"up with one group of {_TASKS:,} ended tasks", took["group"], "s"),
        Row("what the tasks add", took["group"].minus(took["empty"]), "s", at_most=3.0),
        Row(f"up with {_TASKS:,} gates for single ended tasks", one_by_one, "s"),
        Row("one group over single gates", took["group"].over(one_by_one), "×", at_most=0.05),
        Row(f"Ctrl-C to the end of the command, a group of {_TASKS:,} waiting", interrupts, "s", at_most=1.0),
    ]


def _emulator(scenario: Path, status: str) -> contextlib.AbstractContextManager[Running]:
    tasks = [{"taskId": name, "timeline": [{"after": 0, "status": status}]} for name in _NAMES]
    scenario.write_text(json.dumps({"tasks": tasks}))
    return Running.open([PLUGIN.with_name("ice-emulator"), "--scenario", scenario])


def _group(names: list[str], **more: int) -> str:
    properties = json.dumps({"taskIds": names, **more})
    return f'resources: {{all: {{type: "ice:WorkflowTaskGroupGate", properties: {properties}}}}}\n'


def _singles(names: list[str]) -> str:
    gates = "".join(f'  {name}: {{type: "ice:WorkflowTaskGate", properties: {{taskId: {name}}}}}\n' for name in names)
    return f"resources:\n{gates}"


def _project(runner: asyncio.Runner, folder: Path, emulator: Running, program: str) -> stacks.Stack:
    stack = stacks.gating(runner, folder, program)
    stack.configure(emulator.said.rpartition("/")[2])
    stack.run("config", "set", "ice:requestsPerSecond", str(_TASKS))
    return stack


def _create(project: stacks.Stack) -> float:
    """Return the seconds of an `up` that makes the gate; it is forgotten again."""
    took = project.up("--skip-preview")
    project.run("destroy", "--yes", "--skip-preview")
    return took


async def _interrupt(project: stacks.Stack) -> float:
    """Return the seconds from Ctrl-C, once every task has been read, to the end of the command."""
    up = await project.start("up", "--yes", "--skip-preview")
    await read_until(up, f"{_TASKS:,} running")
    began = time.perf_counter()
    press_ctrl_c(up)
    await up.communicate()
    return time.perf_counter() - began
