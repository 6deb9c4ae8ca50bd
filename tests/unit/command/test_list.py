"""The list of tasks on a terminal: what gives way when it is narrow."""

from __future__ import annotations

import io

from rich.console import Console

from ice_gate.list import _table
from ice_provider.functions.get_workflow_tasks import Found
from ice_provider.model import Workflow
from support.cloud import task

LONG = "4215e042b3966ca5441e4215e042b396"


def drawn(found: Found, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    console.print(_table(found))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_the_id_and_the_status_stay_whole_and_the_name_of_the_workflow_gives_way() -> None:
    """An ID is there to be copied."""
    named = Workflow(workflow_id="wf-1", name="Super-resolution transcoding workflow for the night")
    told = task("Processing", LONG, workflow=named, create_time="2026-01-04T02:05:10Z")

    lines = drawn(Found(tasks=(told,), task_ids=(LONG,), status_counts={"Processing": 1}), 80)

    assert lines[1].split()[:3] == [LONG, "Processing", "2026-01-04T02:05:10Z"]
    assert lines[1].endswith("…")
    assert lines[2] == "1 task: 1 Processing"
    assert drawn(Found(tasks=(told,), task_ids=(LONG,), status_counts={}), 60)[1].split()[:2] == [LONG, "Processing"]


def test_no_count_is_lost_where_the_table_is_wider_than_the_terminal() -> None:
    counts = {"Canceled": 1, "Failed": 2, "Processing": 3, "Succeed": 4}

    lines = drawn(Found(tasks=(task("Failed", LONG),), task_ids=(LONG,), status_counts=counts), 30)

    assert " ".join(lines[2:]) == "1 task: 1 Canceled, 2 Failed, 3 Processing, 4 Succeed"


def test_a_list_without_tasks_is_a_heading() -> None:
    lines = drawn(Found(tasks=(), task_ids=(), status_counts={}), 80)

    assert lines[0].split() == ["task", "status", "created", "took", "workflow"]
    assert lines[1] == "0 tasks"
