"""The lifecycles of all resources as data, and the one function that plays them over a real channel.

A lifecycle goes as the engine's goes: check, preview, create, read, diff, update, delete. Every step says what it
expects; a resource without a lifecycle fails a test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.struct_pb2 import Struct

from ice_provider.errors import NotKnown, Unreachable
from ice_provider.rpc import values
from ice_provider.rpc._proto import provider_pb2 as pb
from support.cloud import ScriptedCloud, Step, task
from support.rpc import Provider, provider, refusal, struct

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Update:
    """A change of a program, and what becomes of the resource.

    Attributes:
        inputs: The program's new inputs.
        changed: The properties that Diff names.
        outputs: Some of the outputs afterwards; None when the update fails.
        calls: How often the API is called in preview and update together.
        refused: Code and first line of the error, when the update fails.
    """

    inputs: Properties
    changed: Sequence[str]
    outputs: Properties | None = None
    calls: int = 0
    refused: tuple[grpc.StatusCode, str] | None = None


@dataclass(frozen=True)
class Lifecycle:
    """One resource from its first check to its end.

    Attributes:
        reason: What this lifecycle shows, as a sentence.
        token: The resource.
        steps: What the API answers about the task `t-1`, call by call; the last answer repeats.
        others: The same of other tasks.
        inputs: The program's inputs.
        problems: What Check finds wrong; nothing more happens then.
        foreseen: Some of the outputs that the preview tells; None when it tells none.
        outputs: Some of the outputs of the create; None when it fails.
        refused: Code and first line of the error, when the create fails.
        updates: Changes, one after the other.
    """

    reason: str
    token: str
    steps: Sequence[Step]
    inputs: Properties
    problems: Mapping[str, str] = field(default_factory=dict)
    foreseen: Properties | None = None
    outputs: Properties | None = None
    refused: tuple[grpc.StatusCode, str] | None = None
    updates: Sequence[Update] = ()
    others: Mapping[str, Sequence[Step]] = field(default_factory=dict)


GATE = "ice:index:WorkflowTaskGate"
GOOD = task("Succeed", activity_results='{"Transcode": {"Status": "Succeed", "Result": {"height": 2160}}}')
BAD = task("Failed", activity_results='{"Transcode": {"Status": "Failed", "Code": "NoVideo", "Message": "none"}}')
BAD_D = task("Failed", "d", activity_results=BAD.activity_results)
RUNNING = task("Processing")
OPENED = {"taskId": "t-1", "status": "Succeed", "finished": True, "succeeded": True, "region": "cn-shanghai"}
SHUT = grpc.StatusCode.FAILED_PRECONDITION
GROUP = "ice:index:WorkflowTaskGroupGate"
ABC = {"statuses": dict.fromkeys("abc", "Succeed"), "succeededTaskIds": ["a", "b", "c"], "failedTaskIds": []}


def script(task_id: str, *statuses: str) -> list[Step]:
    """Return the answers about a task, one a status."""
    return [task(status, task_id) for status in statuses]


ENDED = {name: script(name, "Succeed") for name in "abc"}

LIFECYCLES = (
    Lifecycle(
        reason="a gate on a task that has ended well is known in preview and opens without waiting",
        token=GATE,
        steps=[GOOD],
        inputs={"taskId": "t-1"},
        foreseen=OPENED,
        outputs=OPENED,
        updates=[
            Update({"taskId": "t-1"}, changed=[], outputs=OPENED),
            Update({"taskId": "t-1", "waitTimeout": "1h"}, changed=["waitTimeout"], outputs=OPENED),
            Update(
                {"taskId": "t-1", "triggers": {"night": 2}},
                changed=["triggers", "waitTimeout"],
                outputs=OPENED,
                calls=2,
            ),
        ],
    ),
    Lifecycle(
        reason="a gate on a running task is unknown in preview and opens when the task ends well",
        token=GATE,
        steps=[RUNNING, RUNNING, GOOD],
        inputs={"taskId": "t-1"},
        foreseen={"taskId": "t-1"},
        outputs=OPENED,
    ),
    Lifecycle(
        reason="a gate on a failed task fails in preview and in create",
        token=GATE,
        steps=[BAD],
        inputs={"taskId": "t-1"},
        refused=(SHUT, "workflow task t-1 failed in activity Transcode: NoVideo: none"),
    ),
    Lifecycle(
        reason="a failure that success statuses name is a success",
        token=GATE,
        steps=[BAD],
        inputs={"taskId": "t-1", "successStatuses": ["Succeed", "Failed"]},
        foreseen={"status": "Failed", "succeeded": False},
        outputs={"status": "Failed", "succeeded": False, "finished": True},
        updates=[
            Update(
                {"taskId": "t-1"},
                changed=["successStatuses"],
                refused=(SHUT, "workflow task t-1 failed in activity Transcode: NoVideo: none"),
            )
        ],
    ),
    Lifecycle(
        reason="a word that pending statuses name is waited on",
        token=GATE,
        steps=[task("Queued"), task("Queued"), GOOD],
        inputs={"taskId": "t-1", "pendingStatuses": ["Init", "Processing", "Queued"]},
        foreseen={"taskId": "t-1"},
        outputs=OPENED,
    ),
    Lifecycle(
        reason="a condition is judged at create, and again on the recorded task without a call",
        token=GATE,
        steps=[GOOD],
        inputs={"taskId": "t-1", "condition": "results.Transcode.Result.height >= `2160`"},
        foreseen=OPENED,
        outputs=OPENED,
        updates=[
            Update(
                {"taskId": "t-1", "condition": "results.Transcode.Result.height > `2160`"},
                changed=["condition"],
                refused=(SHUT, "workflow task t-1 ended as Succeed, but does not meet the condition of this gate"),
            ),
            Update({"taskId": "t-1"}, changed=["condition"], outputs=OPENED),
        ],
    ),
    Lifecycle(
        reason="faults and a task that is not known yet are borne",
        token=GATE,
        steps=[NotKnown("not known"), NotKnown("not known"), Unreachable("down"), RUNNING, GOOD],
        inputs={"taskId": "t-1"},
        foreseen={"taskId": "t-1"},
        outputs=OPENED,
    ),
    Lifecycle(
        reason="a group of ended tasks is known in preview, and their order never matters",
        token=GROUP,
        steps=[],
        others=ENDED,
        inputs={"taskIds": ["c", "a", "b", "a"]},
        foreseen={**ABC, "failedTasks": [], "region": "cn-shanghai"},
        outputs={**ABC, "failedTasks": [], "region": "cn-shanghai"},
        updates=[
            Update({"taskIds": ["b", "c", "a"]}, changed=[], outputs=ABC),
            Update({"taskIds": ["a", "b", "c"], "waitTimeout": "1h"}, changed=["waitTimeout"], outputs=ABC),
            Update(
                {"taskIds": ["a", "b", "c"], "triggers": {"n": 1}},
                changed=["triggers", "waitTimeout"],
                outputs=ABC,
                calls=6,
            ),
            Update(
                {"taskIds": ["a", "b", "c"], "condition": "succeeded"},
                changed=["condition", "triggers"],
                outputs=ABC,
                calls=6,
            ),
        ],
    ),
    Lifecycle(
        reason="tasks that are added are read, and those that were recorded are not",
        token=GROUP,
        steps=[],
        others={**ENDED, "d": script("d", "Processing", "Processing", "Succeed"), "e": script("e", "Failed")},
        inputs={"taskIds": ["a", "b"]},
        foreseen={"succeededTaskIds": ["a", "b"]},
        outputs={"succeededTaskIds": ["a", "b"]},
        updates=[
            Update({"taskIds": ["b", "c"]}, changed=["taskIds"], outputs={"succeededTaskIds": ["b", "c"]}, calls=2),
            Update({"taskIds": ["b"]}, changed=["taskIds"], outputs={"succeededTaskIds": ["b"]}),
            Update(
                {"taskIds": ["b", "e"]},
                changed=["taskIds"],
                refused=(SHUT, "workflow task e failed: the service gave no reason; all 2 must succeed"),
            ),
        ],
    ),
    Lifecycle(
        reason="a group opens when enough have succeeded, and keeps what became of the others",
        token=GROUP,
        steps=[],
        others={"a": script("a", "Failed"), "b": script("b", "Processing", "Processing", "Processing", "Succeed")},
        inputs={"taskIds": ["a", "b"], "minSucceeded": 1},
        foreseen={},
        outputs={"statuses": {"a": "Failed", "b": "Succeed"}, "succeededTaskIds": ["b"], "failedTaskIds": ["a"]},
    ),
    Lifecycle(
        reason="a group of which too many have failed fails in preview and in create",
        token=GROUP,
        steps=[],
        others={**ENDED, "d": [BAD_D]},
        inputs={"taskIds": ["a", "d"]},
        refused=(SHUT, "workflow task d failed in activity Transcode: NoVideo: none; all 2 must succeed"),
    ),
    Lifecycle(
        reason="a group without tasks is made only when that is written out",
        token=GROUP,
        steps=[],
        inputs={"taskIds": [], "minSucceeded": 0},
        foreseen={"statuses": {}},
        outputs={"statuses": {}, "succeededTaskIds": [], "failedTaskIds": [], "failedTasks": []},
    ),
    Lifecycle(
        reason="a group's mistakes are named at check",
        token=GROUP,
        steps=[],
        inputs={"taskIds": ["a", "b c"], "minSucceeded": 3},
        problems={
            "taskIds": 'holds "b c": an ID must not hold spaces, line breaks or control characters: give the TaskId '
            "that StartWorkflow returned"
        },
    ),
    Lifecycle(
        reason="inputs with mistakes are named at check",
        token=GATE,
        steps=[GOOD],
        inputs={"taskId": "", "condition": "statu == 'Succeed'"},
        problems={
            "taskId": "must not be empty: give the TaskId that StartWorkflow returned",
            "condition": 'asks for "statu", which is no output; did you mean "status"?',
        },
    ),
)


async def play(case: Lifecycle) -> None:
    """Go through a lifecycle as the engine does, and compare each step with what it expects."""
    cloud = ScriptedCloud(*case.steps, others=dict(case.others))
    urn = f"urn:pulumi:dev::media::{case.token}::it"
    async with provider(cloud) as running:
        await running.configure()
        check = await running.stub.Check(pb.CheckRequest(urn=urn, news=struct(case.inputs)))
        assert {failure.property: failure.reason for failure in check.failures} == dict(case.problems)
        if case.problems:
            return
        if not await _made(running, urn, check.inputs, case):
            return
        created = await running.stub.Create(pb.CreateRequest(urn=urn, properties=check.inputs))
        _holds(created.properties, case.outputs)
        state, inputs = created.properties, check.inputs
        for update in case.updates:
            state, inputs = await _updated(running, urn, created.id, state, inputs, update, cloud)
        read = await running.stub.Read(pb.ReadRequest(id=created.id, urn=urn, properties=state, inputs=inputs))
        assert (read.id, read.properties, read.inputs) == (created.id, state, inputs)
        await running.stub.Delete(pb.DeleteRequest(id=created.id, urn=urn, properties=state))


async def _made(running: Provider, urn: str, inputs: Struct, case: Lifecycle) -> bool:
    """Preview; when the resource must fail, see it fail in preview and in create alike."""
    foresee, make = (pb.CreateRequest(urn=urn, properties=inputs, preview=preview) for preview in (True, False))
    if case.refused:
        for request in (foresee, make):
            await _refused(running.stub.Create(request), case.refused)
        return False
    _holds((await running.stub.Create(foresee)).properties, case.foreseen)
    return True


async def _updated(
    running: Provider, urn: str, identity: str, olds: Struct, old_inputs: Struct, update: Update, cloud: ScriptedCloud
) -> tuple[Struct, Struct]:
    """Diff, preview and update; return the state and inputs that the engine would keep."""
    calls = cloud.calls.total()
    check = await running.stub.Check(pb.CheckRequest(urn=urn, olds=old_inputs, news=struct(update.inputs)))
    news = check.inputs
    common: dict[str, Any] = {"id": identity, "urn": urn, "olds": olds, "news": news, "old_inputs": old_inputs}
    diff = await running.stub.Diff(pb.DiffRequest(**common))
    assert list(diff.diffs) == list(update.changed)
    assert not diff.replaces
    if not update.changed:
        return olds, old_inputs
    if update.refused:
        for preview in (True, False):
            await _refused(running.stub.Update(pb.UpdateRequest(**common, preview=preview)), update.refused)
        return olds, old_inputs
    for preview in (True, False):
        await running.configure()  # each in a process of its own, as with the engine
        answer = await running.stub.Update(pb.UpdateRequest(**common, preview=preview))
        _holds(answer.properties, update.outputs)
    assert cloud.calls.total() - calls == update.calls
    return answer.properties, news


def _holds(properties: Struct, expected: Properties | None) -> None:
    told = values.read(properties)
    assert {name: told.get(name) for name in expected or {}} == dict(expected or {})


async def _refused(call: Any, expected: tuple[grpc.StatusCode, str]) -> None:
    code, text = await refusal(call)
    assert (code, text.splitlines()[0]) == expected
