"""The gate for a group: what the user wrote, preview, update, import."""

from __future__ import annotations

from typing import Any

import pytest

from ice_provider.decoding import UNKNOWN, check
from ice_provider.errors import Denied, GateShut, InvalidInput, NotKnown, NotSignedIn, Unreachable
from ice_provider.resources.workflow_task_group_gate import GatedGroup, Inputs, WorkflowTaskGroupGate
from ice_provider.session import Operation
from support.cloud import ScriptedCloud, Step, task
from support.operation import Lines, operation

GATE = WorkflowTaskGroupGate()
ALL = ("a", "b", "c")


def cloud(**statuses: str | Step) -> ScriptedCloud:
    """Return a cloud in which each task has a status for good, or brings an error."""
    return ScriptedCloud(
        others={name: [task(step, name) if isinstance(step, str) else step] for name, step in statuses.items()}
    )


def lines(act: Operation) -> Lines:
    assert isinstance(act.reporter, Lines)
    return act.reporter


def recorded(**changes: Any) -> GatedGroup:
    """Return a group that opened on three successes."""
    usual = {"statuses": dict.fromkeys(ALL, "Succeed"), "succeeded_task_ids": ALL, "failed_task_ids": ()}
    return GatedGroup(**{**usual, "failed_tasks": (), "region": "cn-shanghai", **changes})


# --- what the user wrote ----------------------------------------------------------------------------------------------

EMPTY = "taskIds: is empty: name a task, or write minSucceeded: 0 for a gate that opens without any"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"taskIds": ["a"]}, []),
        ({"taskIds": []}, [EMPTY]),
        ({"taskIds": [], "minSucceeded": 0}, []),
        ({"taskIds": [], "minSucceeded": UNKNOWN}, []),
        ({"taskIds": ["a", "a"], "minSucceeded": 2}, ["minSucceeded: must be from 0 to 1, the number of tasks"]),
        ({"taskIds": ["a"], "minSucceeded": -1}, ["minSucceeded: must be from 0 to 1, the number of tasks"]),
        ({"taskIds": ["a", UNKNOWN], "minSucceeded": 9}, []),
        ({"taskIds": UNKNOWN, "minSucceeded": 9}, []),
        ({"taskIds": ["a"], "minSucceeded": 1.5}, ["minSucceeded: must be a whole number"]),
        ({"taskIds": "a"}, ["taskIds: must be a list, not a string"]),
        ({"taskIds": ["a", 5]}, ["taskIds[1]: must be a string, not a number"]),
        (
            {"taskIds": ["a", ""]},
            ['taskIds: holds "": an ID must not be empty: give the TaskId that StartWorkflow returned'],
        ),
        ({}, ["taskIds: is missing: the IDs of the workflow tasks to wait for: a set, thousands of them if need be"]),
        ({"taskIds": ["a"], "taskId": "a"}, ['taskId: there is no such property; did you mean "taskIds"?']),
    ],
)
def test_every_mistake_is_found_before_anything_is_called(given: dict[str, Any], told: list[str]) -> None:
    assert [str(problem) for problem in check(Inputs, given)] == told


# --- preview ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "needed", "line"),
    [
        (
            {"a": "Succeed", "b": "Processing"},
            None,
            "1 of 2 succeeded · 1 running · 0 failed: `pulumi up` would wait, at most 30m",
        ),
        (
            {"a": "Succeed", "b": "Processing", "c": "Failed"},
            1,
            "1 of 3 succeeded · 1 running · 1 failed: `pulumi up` would open at once",
        ),
        (
            {"a": "Succeed", "b": None},
            None,
            "1 of 2 read: 1 of 2 succeeded · 0 running · 1 not read yet · 0 failed: `pulumi up` would wait, at most 30m",
        ),
    ],
)
async def test_a_preview_of_a_group_that_goes_on_says_how_it_stands(
    statuses: dict[str, Any], needed: int | None, line: str
) -> None:
    act = operation(cloud(**statuses), preview=True)

    assert await GATE.preview(Inputs(task_ids=tuple(statuses), min_succeeded=needed), act) is None
    assert lines(act).progressed == [line]


async def test_a_preview_of_a_group_that_has_succeeded_knows_the_outputs() -> None:
    foreseen = await GATE.preview(Inputs(task_ids=("a", "b")), operation(cloud(a="Succeed", b="Succeed"), preview=True))

    assert foreseen is not None
    assert (foreseen.succeeded_task_ids, foreseen.failed_task_ids) == (("a", "b"), ())


async def test_a_preview_leaves_open_which_tasks_up_will_record_where_fewer_suffice() -> None:
    act = operation(cloud(a="Succeed", b="Succeed", c="Succeed"), preview=True)

    assert await GATE.preview(Inputs(task_ids=ALL, min_succeeded=1), act) is None
    assert lines(act).progressed == ["3 of 3 succeeded · 0 running · 0 failed: `pulumi up` would open at once"]


@pytest.mark.parametrize(
    ("step", "told"),
    [(Unreachable("no route"), "no route"), (None, "no task could be read within 5s")],
    ids=["unreachable", "hangs"],
)
async def test_a_preview_warns_of_what_kept_it_from_reading(step: Step, told: str) -> None:
    act = operation(cloud(a=step, b=step), preview=True)

    await GATE.preview(Inputs(task_ids=("a", "b")), act)

    assert lines(act).warned == [f"{told}\n    so this preview cannot tell whether the gate would open"]


async def test_a_failure_among_those_that_were_read_fails_the_preview_though_others_hang() -> None:
    act = operation(cloud(a="Failed", b=None), preview=True)

    with pytest.raises(GateShut, match="workflow task a failed"):
        await GATE.preview(Inputs(task_ids=("a", "b")), act)


async def test_tasks_that_are_not_known_are_one_warning_in_a_preview() -> None:
    missing = {f"m-{number}": NotKnown(f"m-{number} is not known", [("next", "look")]) for number in range(7)}
    act = operation(cloud(a="Succeed", **missing), preview=True)

    assert await GATE.preview(Inputs(task_ids=("a", *missing)), act) is None
    assert lines(act).warned == [
        (
            "7 workflow tasks are not known: m-0, m-1, m-2, m-3, m-4 and 2 more\n"
            "    so this preview cannot tell whether the gate would open\n"
            "    next       look"
        )
    ]


@pytest.mark.parametrize("error", [Denied("not allowed"), NotSignedIn("no credentials")], ids=repr)
async def test_what_only_up_may_find_mended_is_a_warning_in_a_preview(error: Exception) -> None:
    act = operation(cloud(a=error, b="Succeed"), preview=True)

    assert await GATE.preview(Inputs(task_ids=("a", "b")), act) is None
    assert lines(act).warned == [f"{error}\n    so this preview cannot tell whether the gate would open"]


# --- update -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [{"waitTimeout"}, set()], ids=str)
async def test_a_change_of_the_limit_or_of_nothing_gives_back_what_was_recorded(changed: set[str]) -> None:
    before = recorded()
    act = operation(cloud())

    assert await GATE.update(Inputs(task_ids=ALL), before, frozenset(changed), act) is before


async def test_only_tasks_that_are_new_are_read() -> None:
    act = operation(world := cloud(a=AssertionError("read"), b=AssertionError("read"), c="Succeed", d="Succeed"))

    made = await GATE.update(Inputs(task_ids=("a", "b", "d")), recorded(), frozenset({"taskIds"}), act)

    assert made is not None
    assert (made.succeeded_task_ids, dict(world.calls)) == (("a", "b", "d"), {"d": 1})


async def test_a_task_that_ran_when_the_gate_opened_is_read_when_the_set_is_judged_again() -> None:
    before = recorded(statuses={"a": "Succeed", "b": "Processing"}, succeeded_task_ids=("a",))
    act = operation(world := cloud(b="Succeed"))

    made = await GATE.update(Inputs(task_ids=("a", "b")), before, frozenset({"minSucceeded"}), act)

    assert made is not None
    assert (made.succeeded_task_ids, dict(world.calls)) == (("a", "b"), {"b": 1})


async def test_a_recorded_failure_is_told_of_without_a_call() -> None:
    broken = task("Failed", "b", activity_results='{"T": {"Status": "Failed", "Message": "no video"}}')
    before = recorded(
        statuses={"a": "Succeed", "b": "Failed"},
        succeeded_task_ids=("a",),
        failed_task_ids=("b",),
        failed_tasks=(broken,),
    )

    with pytest.raises(GateShut, match="workflow task b failed in activity T: no video; all 2 must succeed"):
        await GATE.update(Inputs(task_ids=("a", "b")), before, frozenset({"minSucceeded"}), operation(cloud()))


async def test_a_recorded_failure_whose_reason_was_not_kept_is_told_of_by_its_status() -> None:
    before = recorded(statuses={"a": "Succeed", "b": "Canceled"}, succeeded_task_ids=("a",), failed_task_ids=("b",))

    with pytest.raises(GateShut, match="workflow task b was recorded as Canceled"):
        await GATE.update(Inputs(task_ids=("a", "b")), before, frozenset({"minSucceeded"}), operation(cloud()))


async def test_a_status_that_now_opens_the_gate_counts_without_a_call() -> None:
    before = recorded(statuses={"a": "Succeed", "b": "Failed"}, succeeded_task_ids=("a",), failed_task_ids=("b",))
    inputs = Inputs(task_ids=("a", "b"), success_statuses=("Succeed", "Failed"))

    made = await GATE.update(inputs, before, frozenset({"successStatuses"}), operation(cloud()))

    assert made is not None
    assert (made.succeeded_task_ids, made.failed_task_ids) == (("a", "b"), ())


@pytest.mark.parametrize("changed", ["condition", "triggers", "region"])
async def test_a_change_of_condition_trigger_or_region_reads_every_task_again(changed: str) -> None:
    act = operation(world := cloud(a="Succeed", b="Succeed", c="Succeed"))

    await GATE.update(Inputs(task_ids=ALL, condition="succeeded"), recorded(), frozenset({changed}), act)

    assert dict(world.calls) == {"a": 1, "b": 1, "c": 1}


async def test_a_change_of_status_lists_beside_a_condition_reads_again_because_results_are_not_recorded() -> None:
    act = operation(world := cloud(a="Succeed", b="Succeed", c="Succeed"))
    inputs = Inputs(task_ids=ALL, condition="succeeded", success_statuses=("Succeed",))

    await GATE.update(inputs, recorded(), frozenset({"successStatuses"}), act)

    assert world.calls.total() == 3


async def test_a_condition_is_not_judged_on_a_record_that_leaves_out_what_may_be_secret() -> None:
    """The task was a draft by its user data, which no group records."""
    missed = task("Succeed", "b")
    before = recorded(
        statuses={"a": "Succeed", "b": "Succeed"},
        succeeded_task_ids=("a",),
        failed_task_ids=("b",),
        failed_tasks=(missed,),
    )
    inputs = Inputs(task_ids=("a", "b"), condition="!contains(not_null(userData, ''), 'draft')")

    with pytest.raises(GateShut, match="workflow task b was recorded as Succeed and did not succeed"):
        await GATE.update(inputs, before, frozenset({"minSucceeded"}), operation(cloud()))


async def test_a_task_that_missed_the_condition_stays_failed_while_the_condition_stays() -> None:
    before = recorded(statuses={"a": "Succeed", "b": "Succeed"}, succeeded_task_ids=("a",), failed_task_ids=("b",))
    inputs = Inputs(task_ids=("a", "b"), condition="succeeded")

    with pytest.raises(GateShut, match="workflow task b was recorded as Succeed and did not succeed"):
        await GATE.update(inputs, before, frozenset({"minSucceeded"}), operation(cloud()))


async def test_the_preview_of_an_update_reads_and_never_waits() -> None:
    act = operation(cloud(d="Processing"), "update", preview=True)

    assert await GATE.update(Inputs(task_ids=(*ALL, "d")), recorded(), frozenset({"taskIds"}), act) is None
    assert lines(act).progressed == ["3 of 4 succeeded · 1 running · 0 failed: `pulumi up` would wait, at most 30m"]


# --- import -----------------------------------------------------------------------------------------------------------


async def test_an_import_is_refused_with_a_sentence() -> None:
    with pytest.raises(InvalidInput, match="a WorkflowTaskGroupGate cannot be imported: let `pulumi up` create it"):
        await GATE.adopt({}, "t-1", operation(cloud(), "read"))
