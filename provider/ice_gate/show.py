"""`ice-gate show`: one task as it stands, its activities as a timeline."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path
from typing import IO, cast

from rich.console import Console
from rich.text import Text

from ice_gate import bars, svg
from ice_gate.exits import Exit
from ice_gate.output import NotWritten, Output, printable
from ice_gate.running import Run
from ice_gate.timeline import timeline
from ice_gate.views import Lines, as_json
from ice_provider import messages
from ice_provider.decoding import decode
from ice_provider.errors import InvalidInput, Problem
from ice_provider.functions.get_workflow_task import Arguments, GetWorkflowTask
from ice_provider.model import WorkflowTask
from ice_provider.session import Operation

_STDOUT = "-"
_LOG_WIDTH = 100  # cells, where no terminal has a width


async def show(options: Namespace, run: Run) -> Exit:
    """Show a task; return the exit code. See `GetWorkflowTask` for what it raises.

    Raises:
        InvalidInput: The picture has no place, or the same one as the JSON.
    """
    if options.svg == "":
        raise InvalidInput([Problem("svg", "must name a file, or be - for standard output")])
    if options.svg == _STDOUT and options.json:
        raise InvalidInput([Problem("svg", "- and --json would both be written to standard output: name a file")])
    arguments = decode(Arguments, {"taskId": options.task})
    async with run.session() as session, Operation(session, Lines(run.output), "read") as operation:
        task = await GetWorkflowTask().call(arguments, operation)
        region = session.region
    now = time.time()
    if options.svg:
        _save(options.svg, _picture(task, now, run.output), run.output)
    if options.json:
        run.output.value(as_json(task))
    elif options.svg != _STDOUT:
        _print(task, region, now, run.output)
    return Exit.OPEN


def _picture(task: WorkflowTask, now: float, output: Output) -> str:
    workflow = (task.workflow and task.workflow.name) or task.workflow_id
    heading = f"{workflow or 'Workflow task'}: {task.task_id}"
    return svg.picture(timeline(task, now), heading, _standing(task, now), output.clean)


def _save(place: str, picture: str, output: Output) -> None:
    """Write a picture to a file, or to standard output.

    Raises:
        NotWritten: The file cannot be written.
    """
    if place == _STDOUT:
        output.document(picture)
        return
    try:
        Path(place).write_text(picture, encoding="utf-8")
    except OSError as error:
        raise NotWritten(f"{place} cannot be written: {error.strerror or error}") from None


def _print(task: WorkflowTask, region: str | None, now: float, output: Output) -> None:
    width = None if output.is_watched else _LOG_WIDTH
    console = Console(file=cast("IO[str]", output.out), force_terminal=output.is_watched, width=width, highlight=False)
    block = "#" if console.options.ascii_only else "█"
    console.print(Text(printable(f"workflow task {task.task_id}: {_standing(task, now)}"), "bold"))
    for word, told in _facts(task, region):
        console.print(Text(printable(f"    {word:<10} {told}")), soft_wrap=True)
    line = timeline(task, now)
    for row in bars.rows(line, console.width - 4, block=block):
        console.print(Text("    ").append_text(row), no_wrap=True)
    for bar in line.bars:
        if bar.reason:
            console.print(Text(printable(f"    {bar.name}: {bar.reason}"), bars.STYLES[bar.kind]), soft_wrap=True)


def _standing(task: WorkflowTask, now: float) -> str:
    return messages.opened(task) if task.finished else messages.standing(task, now)


def _facts(task: WorkflowTask, region: str | None) -> list[tuple[str, str]]:
    workflow = (task.workflow and task.workflow.name) or ""
    named = f"{workflow} ({task.workflow_id})" if workflow and task.workflow_id else workflow or task.workflow_id
    facts = [
        ("workflow", f"{named}, {region}" if named and region else named),
        ("region", None if named else region),
        ("created", task.create_time),
        ("finished", task.finish_time),
        ("request", task.request_id),
    ]
    return [(word, told) for word, told in facts if told]
