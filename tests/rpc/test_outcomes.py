"""Every situation of a task, in a preview and in an up, for the gate of one task and that of a group: how it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import grpc
import pytest

from ice_provider.errors import NotKnown, Throttled, Unreachable
from ice_provider.rpc import values
from ice_provider.rpc._proto import provider_pb2 as pb
from support.cloud import ScriptedCloud, Step, task
from support.rpc import provider, struct

RUNNING, DONE = task("Processing"), task("Succeed")
BROKEN = task("Failed", activity_results='{"T": {"ActivityId": "T", "Status": "Failed", "Code": "E", "Message": "m"}}')
GONE = NotKnown("workflow task t-1 is not known in cn-shanghai")
SLOW, DOWN = Throttled("slowed down by the service (Throttling.User)"), Unreachable("no route")

SITUATIONS: Mapping[str, tuple[Sequence[Step], Mapping[str, Any]]] = {
    "already succeeded": ([DONE], {}),
    "succeeds later": ([RUNNING] * 9 + [DONE], {}),
    "fails later": ([RUNNING] * 9 + [BROKEN], {}),
    "failed before": ([BROKEN], {}),
    "canceled": ([task("Canceled")], {}),
    "an unknown word": ([task("Queued")], {}),
    "a pending word that was added": (
        [task("Queued")] * 9 + [DONE],
        {"pendingStatuses": ["Init", "Processing", "Queued"]},
    ),
    "vanishes": ([RUNNING] * 9 + [GONE], {}),
    "throttled throughout": ([SLOW], {}),
    "the API is down for a while": ([RUNNING, *[DOWN] * 9, DONE], {}),
    "hangs": ([None], {}),
}
"""What the API answers about the task, call by call, the last answer again and again; and what is set beside it."""

OPEN = "opens"
UNKNOWN_WORD = (
    'FAILED_PRECONDITION: workflow task t-1 has the unknown status "Queued": add it to pendingStatuses to wait on, to '
    "failureStatuses to stop, to successStatuses to open"
)
FAILED = "FAILED_PRECONDITION: workflow task t-1 failed in activity T: E: m"
CANCELED = "FAILED_PRECONDITION: workflow task t-1 was canceled: the service gave no reason"
IS_RUNNING = "unknown: task t-1 is Processing: `pulumi up` would wait for it, at most 2m"
IS_QUEUED = "unknown: task t-1 is Queued: `pulumi up` would wait for it, at most 2m"
GROUP_RUNS = "unknown: 0 of 1 succeeded · 1 running · 0 failed: `pulumi up` would wait, at most 2m"
UNREAD = (
    "unknown: 0 of 1 read: 0 of 1 succeeded · 0 running · 1 not read yet · 0 failed: `pulumi up` would wait, at most 2m"
)
TOO_LATE = "DEADLINE_EXCEEDED: workflow task t-1 could not be read before the 2m limit of this create ended"
GROUP_TOO_LATE = (
    "DEADLINE_EXCEEDED: 0 of 1 workflow task had succeeded when the 2m limit of this create ended, and all 1 must"
)
OUTCOMES: Mapping[str, tuple[str, str, str, str]] = {
    "already succeeded": (OPEN, OPEN, OPEN, OPEN),
    "succeeds later": (IS_RUNNING, OPEN, GROUP_RUNS, OPEN),
    "fails later": (IS_RUNNING, FAILED, GROUP_RUNS, FAILED),
    "failed before": (FAILED, FAILED, FAILED, FAILED),
    "canceled": (CANCELED, CANCELED, CANCELED, CANCELED),
    "an unknown word": (UNKNOWN_WORD, UNKNOWN_WORD, UNKNOWN_WORD, UNKNOWN_WORD),
    "a pending word that was added": (IS_QUEUED, OPEN, GROUP_RUNS, OPEN),
    "vanishes": (IS_RUNNING, f"NOT_FOUND: {GONE}", GROUP_RUNS, f"FAILED_PRECONDITION: {GONE}"),
    "throttled throughout": (
        f"unknown: could not read workflow task t-1 within 5s: {SLOW}",
        TOO_LATE,
        UNREAD,
        GROUP_TOO_LATE,
    ),
    "the API is down for a while": (IS_RUNNING, OPEN, GROUP_RUNS, OPEN),
    "hangs": (
        "unknown: could not read workflow task t-1 within 5s: no answer in time",
        TOO_LATE,
        UNREAD,
        GROUP_TOO_LATE,
    ),
}
"""How a preview and an up end, of a gate for this task, and of one for a group of this task."""

GATES = {"single": ("WorkflowTaskGate", {"taskId": "t-1"}), "group": ("WorkflowTaskGroupGate", {"taskIds": ["t-1"]})}


def test_every_situation_has_its_outcomes() -> None:
    assert OUTCOMES.keys() == SITUATIONS.keys()


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("situation", SITUATIONS)
async def test_outcome(situation: str, gate: str, preview: bool) -> None:
    steps, more = SITUATIONS[situation]
    kind, which = GATES[gate]
    request = pb.CreateRequest(
        urn=f"urn:pulumi:dev::media::ice:index:{kind}::gate",
        properties=struct({**which, **more, "waitTimeout": "2m"}),
        preview=preview,
    )
    async with provider(ScriptedCloud(*steps)) as running:
        await running.configure()
        try:
            answer = await running.stub.Create(request)
        except grpc.aio.AioRpcError as error:
            outcome = f"{error.code().name}: {(error.details() or '').splitlines()[0]}"
        else:
            known = "status" in answer.properties.fields or "statuses" in answer.properties.fields
            outcome = OPEN if known else f"unknown: {running.engine.heard[-1][-1].splitlines()[0]}"
            assert not known or _succeeded(values.read(answer.properties))

    assert outcome == OUTCOMES[situation][2 * (gate == "group") + (not preview)]


def _succeeded(outputs: Mapping[str, Any]) -> bool:
    return outputs.get("status", "Succeed") == "Succeed" == outputs.get("statuses", {}).get("t-1", "Succeed")
