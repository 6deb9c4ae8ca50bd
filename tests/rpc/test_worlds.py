"""In every way that the service may tell of a task, nothing opens that must not, and nothing hangs.

Nobody has verified how the real service does it, so each way is a variant of the emulator. A real client asks it here,
behind a real servicer; the client's contract tests try the variants in all their combinations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest

from ice_emulator import VARIANTS
from ice_provider.rpc import values
from ice_provider.rpc._proto import provider_pb2 as pb
from support.key_services import KEYS
from support.rpc import PatientCloud, Provider, provider, struct
from support.stage import stage_in
from support.ways import WAYS

RESULTS = {
    "Start": {"Status": "Succeed"},
    "Transcode": {"Status": "Failed", "Result": {"Code": "NoVideo", "Message": "there is no video stream"}},
}
REASON = "Transcode: NoVideo: there is no video stream"
FAILED = "FAILED_PRECONDITION: workflow task {id} failed{reason}"
NOT_KNOWN = "workflow task {id} is not known in cn-shanghai"
REFUSED = "UNAUTHENTICATED: the security token has expired: InvalidSecurityToken.Expired"
TOO_LATE = "DEADLINE_EXCEEDED: workflow task {id} was still Processing when the 40s limit of this create ended{done}"
GROUP_TOO_LATE = (
    "DEADLINE_EXCEEDED: 0 of 1 workflow task had succeeded when the 40s limit of this create ended, and all 1 must"
)


@dataclass(frozen=True)
class Situation:
    """What is so about a task, and how who asks about it ends: with a status, or with a code and a first line.

    Attributes:
        tells: The status that each read brings, the last one for good; None where the task is not known yet.
        function: How the data source ends.
        gate: How a gate ends.
        group: How a gate for a group of this task ends; None when as `gate`.
        refuses: Which requests are refused because the token has expired.
    """

    tells: tuple[str | None, ...]
    function: str
    gate: str
    group: str | None = None
    refuses: int | str | None = None


SITUATIONS: Mapping[str, Situation] = {
    "has-succeeded": Situation(("Succeed",), "Succeed", "Succeed"),
    "succeeds-later": Situation(("Processing", "Processing", "Succeed"), "Processing", "Succeed"),
    "has-failed": Situation(("Failed",), "Failed", FAILED),
    "fails-later": Situation(("Init", "Processing", "Failed"), "Init", FAILED),
    "goes-on": Situation(("Processing",), "Processing", TOO_LATE, GROUP_TOO_LATE),
    "is-not-known": Situation(
        (), f"NOT_FOUND: {NOT_KNOWN}", f"NOT_FOUND: {NOT_KNOWN}", f"FAILED_PRECONDITION: {NOT_KNOWN}"
    ),
    "is-known-later": Situation((None, None, "Succeed"), f"NOT_FOUND: {NOT_KNOWN}", "Succeed"),
    "token-expires": Situation(("Succeed",), "Succeed", "Succeed", refuses=1),
    "token-is-refused": Situation(("Succeed",), REFUSED, REFUSED, refuses="all"),
}


def task(name: str, tells: tuple[str | None, ...]) -> dict[str, Any]:
    """Return a task in the words of a scenario."""
    steps = [
        {"calls": number, "status": status, "activityResults": RESULTS}
        for number, status in enumerate(tells, 1)
        if status
    ]
    return {"taskId": name, "timeline": steps}


SCENARIO: Mapping[str, Any] = {
    "tasks": [task(name, situation.tells) for name, situation in SITUATIONS.items() if situation.tells],
    "faults": [
        {"kind": "expiredToken", "taskId": name, "calls": situation.refuses}
        for name, situation in SITUATIONS.items()
        if situation.refuses
    ],
    "keys": KEYS,
}


WORLDS = [(axis, value) for axis, known in VARIANTS.items() for value in known]


async def read(running: Provider, task_id: str) -> str:
    request = pb.InvokeRequest(tok="ice:index:getWorkflowTask", args=struct({"taskId": task_id}))
    return status(values.read(getattr(await running.stub.Invoke(request), "return")))


async def open_gate(running: Provider, task_id: str) -> str:
    return status(await create(running, "WorkflowTaskGate", {"taskId": task_id}))


async def open_group(running: Provider, task_id: str) -> str:
    outputs = await create(running, "WorkflowTaskGroupGate", {"taskIds": [task_id]})
    return str(outputs["statuses"][task_id])


async def create(running: Provider, kind: str, which: Mapping[str, Any]) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::media::ice:index:{kind}::gate"
    request = pb.CreateRequest(urn=urn, properties=struct({**which, "waitTimeout": "40s"}))
    return values.read((await running.stub.Create(request)).properties)


def status(outputs: Mapping[str, Any]) -> str:
    """Return the status, having seen that only a task that has ended has an end."""
    assert outputs["finished"] == (outputs.get("finishTime") is not None)
    return str(outputs["status"])


ASKING = {"function": read, "gate": open_gate, "group": open_group}


@pytest.mark.parametrize("who", ASKING)
@pytest.mark.parametrize("world", WORLDS, ids="-".join)
async def test_a_situation_ends_as_it_must_in_every_world(tmp_path: Path, world: tuple[str, str], who: str) -> None:
    axis, way = world
    async with stage_in(tmp_path, {**SCENARIO, "variants": {axis: way}}) as stage:

        async def connect(*_: object) -> Any:
            with running.clock.standing():
                return PatientCloud(await stage.sign_in(WAYS["a URI that hands out keys"]), running.clock)

        async with provider(connect) as running:
            await running.configure()
            seen = {name: await ending(ASKING[who](running, name)) for name in SITUATIONS}

    assert seen == {name: expected(name, who, way) for name in SITUATIONS}


async def ending(asking: Awaitable[str]) -> str:
    """Return the status that comes back, or the code and the first line of the refusal."""
    try:
        return await asking
    except grpc.aio.AioRpcError as error:
        return f"{error.code().name}: {(error.details() or '').splitlines()[0]}"


def expected(name: str, who: str, way: str) -> str:
    """Return how it ends where the service tells of tasks in this way."""
    situation = SITUATIONS[name]
    text = getattr(situation, who) or situation.gate
    reason = ": the service gave no reason" if way in {"text", "without"} else f" in activity {REASON}"
    done = "" if way in {"text", "untilEnd"} else " (1 activity done)"
    return text.format(id=name, reason=reason, done=done)
