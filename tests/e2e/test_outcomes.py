"""Twelve of the situations that `rpc/test_outcomes.py` plays in full, on the real engine: what is said and what is made.

`calls` counts reads of the task; a preview reads once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator

GATES: Mapping[str, Mapping[str, Any]] = {
    "single": {"type": "ice:WorkflowTaskGate", "properties": {"taskId": "t-1"}},
    "group": {"type": "ice:WorkflowTaskGroupGate", "properties": {"taskIds": ["t-1"]}},
}
UP, PREVIEW = ("up", "--yes", "--skip-preview"), ("preview",)
REASON = {"T": {"ActivityId": "T", "Status": "Failed", "Code": "E", "Message": "m"}}
OUTAGE = {"action": "GetWorkflowTask", "taskId": "t-1"}


@dataclass(frozen=True)
class Row:
    """A situation, a command, and how it ends.

    Attributes:
        gate: `single` or `group`.
        command: What is run.
        timeline: The statuses of the task, one a read, the last one for good.
        says: A part of what is printed.
        opens: Whether what depends on the gate is made.
        ends_well: Whether the command does.
        more: Further inputs of the gate.
        fault: What goes wrong with the API.
    """

    gate: str
    command: tuple[str, ...]
    timeline: tuple[str, ...]
    says: str
    opens: bool = False
    ends_well: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)
    fault: Mapping[str, Any] | None = None


ROWS: Mapping[str, Row] = {
    "one that has succeeded": Row("single", UP, ("Succeed",), "Succeed after", opens=True, ends_well=True),
    "a group that has succeeded": Row(
        "group", UP, ("Succeed",), "1 of 1 succeeded · 0 running · 0 failed · opened", opens=True, ends_well=True
    ),
    "one that succeeds later": Row(
        "single", UP, ("Processing", "Succeed"), "Succeed after", opens=True, ends_well=True
    ),
    "a group that still runs, in a preview": Row(
        "group", PREVIEW, ("Processing",), "1 running · 0 failed: `pulumi up` would wait, at most 30m", ends_well=True
    ),
    "one that fails later": Row(
        "single", UP, ("Processing", "Failed"), "error: workflow task t-1 failed in activity T: E: m"
    ),
    "a group that had failed, in a preview": Row(
        "group", PREVIEW, ("Failed",), "error: Preview failed: workflow task t-1 failed in activity T: E: m"
    ),
    "one that was canceled": Row(
        "single", UP, ("Canceled",), "error: workflow task t-1 was canceled: the service gave no reason"
    ),
    "a group with an unknown word": Row(
        "group", UP, ("Queued",), 'error: workflow task t-1 has the unknown status "Queued": add it to pendingStatuses'
    ),
    "one with a pending word that was added": Row(
        "single",
        UP,
        ("Queued", "Succeed"),
        "Succeed after",
        opens=True,
        ends_well=True,
        more={"pendingStatuses": ["Queued"]},
    ),
    "one that is throttled throughout": Row(
        "single",
        UP,
        ("Succeed",),
        "error: workflow task t-1 could not be read before the 4s limit of this create ended",
        more={"waitTimeout": "4s"},
        fault={**OUTAGE, "kind": "throttle"},
    ),
    "a group while the API is down for a while": Row(
        "group",
        UP,
        ("Succeed",),
        "1 of 1 succeeded",
        opens=True,
        ends_well=True,
        fault={**OUTAGE, "kind": "internalError", "calls": [1, 2, 3]},
    ),
    "a group while the API hangs": Row(
        "group",
        UP,
        ("Succeed",),
        "error: 0 of 1 workflow task had succeeded when the 4s limit of this create ended",
        more={"waitTimeout": "4s"},
        fault={**OUTAGE, "kind": "hang"},
    ),
}


@pytest.mark.parametrize("name", ROWS)
async def test_a_situation_ends_on_the_engine_as_it_must(project: Project, emulator: Emulator, name: str) -> None:
    row = ROWS[name]
    steps = [{"calls": number, "status": status} for number, status in enumerate(row.timeline, 1)]
    steps[-1] |= {"activityResults": REASON} if row.timeline[-1] == "Failed" else {}
    emulator.add_task({"taskId": "t-1", "timeline": steps})
    if row.fault:
        emulator.add_fault(row.fault)
    gate = {**GATES[row.gate], "properties": {**GATES[row.gate]["properties"], **row.more}}
    site = {"type": "pulumi:index:Stash", "properties": {"input": "x"}, "options": {"dependsOn": ["${gate}"]}}
    pulumi = await project(f"resources: {json.dumps({'gate': gate, 'site': site})}\n")

    ended = await pulumi.run(*row.command)

    assert row.says in ended.text, ended.text
    assert (ended.code == 0) == row.ends_well
    state = await pulumi.state()
    made = {resource["urn"].rpartition("::")[2] for resource in state.get("resources", ())}
    assert made & {"gate", "site"} == ({"gate", "site"} if row.opens else set())
    assert not state.get("pending_operations")
