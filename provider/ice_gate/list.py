"""`ice-gate list`: the tasks of the last 90 days that a search finds; a table, or fields between tabs, or JSON."""

from __future__ import annotations

from argparse import Namespace
from typing import IO, cast

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from ice_gate.bars import STYLES
from ice_gate.exits import Exit
from ice_gate.output import printable
from ice_gate.running import Run
from ice_gate.timeline import Kind
from ice_gate.views import Lines, as_json
from ice_provider import durations, words
from ice_provider.declaration import properties
from ice_provider.decoding import decode
from ice_provider.functions.get_workflow_tasks import Arguments, Found, GetWorkflowTasks
from ice_provider.model import WorkflowTask
from ice_provider.session import Operation

_COLUMNS = ("task", "status", "created", "took", "workflow")
_KINDS = {words.SUCCEED: Kind.DONE, words.FAILED: Kind.BROKEN, words.CANCELED: Kind.BROKEN}


async def list_tasks(options: Namespace, run: Run) -> Exit:
    """List tasks; return the exit code. See `GetWorkflowTasks` for what it raises."""
    given = {property_.name: getattr(options, property_.attribute) for property_ in properties(Arguments)}
    arguments = decode(Arguments, given, textual=True)
    async with run.session() as session, Operation(session, Lines(run.output), "read") as operation:
        found = await GetWorkflowTasks().call(arguments, operation)
    if options.json:
        for task in found.tasks:
            run.output.value(as_json(task))
    elif options.ids:
        run.output.block("".join(f"{printable(task_id)}\n" for task_id in found.task_ids))
    elif run.output.is_watched:
        Console(file=cast("IO[str]", run.output.out), highlight=False).print(_table(found))
    else:
        rows = ("\t".join(map(printable, _cells(task))) for task in found.tasks)
        run.output.block("".join(f"{row}\n" for row in rows))
    return Exit.OPEN


def _table(found: Found) -> Group:
    counts = ", ".join(f"{count:,} {status}" for status, count in sorted(found.status_counts.items()))
    caption = f"{len(found.tasks):,} task{'' if len(found.tasks) == 1 else 's'}" + (f": {counts}" if counts else "")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False, expand=True)
    rows = [[Text(printable(cell)) for cell in _cells(task)] for task in found.tasks]
    for number, name in enumerate(_COLUMNS[:-1]):  # the name of the workflow is what gives way
        least = max([len(name), *(row[number].cell_len for row in rows)])
        table.add_column(name, no_wrap=True, min_width=least, justify="right" if name == "took" else "left")
    table.add_column(_COLUMNS[-1], no_wrap=True, overflow="ellipsis", ratio=1)
    for task, cells in zip(found.tasks, rows, strict=True):
        cells[1].stylize(STYLES[_KINDS.get(task.status, Kind.RUNNING)])
        table.add_row(*cells)
    return Group(table, Text(printable(caption), "dim"))  # as a caption it would be cut with a table that is too wide


def _cells(task: WorkflowTask) -> tuple[str, ...]:
    took = durations.show(task.duration_seconds) if task.duration_seconds is not None else ""
    workflow = (task.workflow and task.workflow.name) or task.workflow_id or ""
    return task.task_id, task.status, task.create_time or "", took, workflow
