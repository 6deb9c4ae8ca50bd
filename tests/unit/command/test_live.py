"""The picture of a wait on a terminal: what is awaited, how each part stands, how far it is."""

from __future__ import annotations

import io
import json
from typing import cast

import pytest
from rich.console import Console

from ice_gate.awaited import Awaited, Witness
from ice_gate.live import Moment, Screen, frame
from ice_gate.output import Output
from ice_provider.acceptance import Rule
from ice_provider.cloud import Search
from ice_provider.errors import NotKnown, Throttled, Unreachable
from ice_provider.limits import Limit
from ice_provider.redaction import Redactor
from ice_provider.tally import Tally
from support.clock import JumpingClock
from support.cloud import ScriptedCloud, task

LIMIT = Limit("wait", 1800.0)
CUT = json.dumps({"Cut": {"Status": "Processing", "ActivityId": "Cut"}})


def drawn(awaited: Awaited, *, width: int = 100, rows: int = 20, now: float = 5.0, is_over: bool = False) -> str:
    console = Console(file=io.StringIO(), width=width, height=50, color_system=None, legacy_windows=False)
    console.print(frame(awaited, Moment(now, 0.0, width, rows), is_over=is_over))
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def group(count: int, needed: int | None = None) -> Awaited:
    ids = tuple(f"t-{number}" for number in range(1, count + 1))
    return Awaited(ids, LIMIT, 0.0, "cn-shanghai", Tally(ids, Rule(), needed))


def read(awaited: Awaited, *tasks: tuple[str, str]) -> None:
    assert awaited.tally
    for task_id, status in tasks:
        told = task(status, task_id, activity_results=CUT)
        awaited.note(task_id, told, 1.0)
        awaited.tally.take(told)


def test_before_the_first_answer_it_says_that_nothing_is_read() -> None:
    text = drawn(Awaited(("t-1",), LIMIT, 0.0, "cn-shanghai"))

    assert text.startswith("waiting for workflow task t-1 in cn-shanghai, at most 30m\n")
    assert text.endswith(" not read yet · 5s of 30m")


def test_one_task_shows_its_activities_and_how_much_of_its_limit_is_used() -> None:
    awaited = Awaited(("t-1",), LIMIT, 0.0)
    awaited.note("t-1", task("Processing", activity_results=CUT), 1.0)

    text = drawn(awaited)

    assert "\n  Cut  Processing\n" in text
    assert text.endswith("Processing · 5s of 30m")


def test_of_a_group_what_failed_comes_first_with_its_reason_and_then_what_goes_on() -> None:
    awaited = group(3)
    read(awaited, ("t-1", "Succeed"), ("t-2", "Processing"), ("t-3", "Failed"))

    heading, titles, *table, line = drawn(awaited).splitlines()

    assert heading == "waiting for 3 workflow tasks in cn-shanghai, at most 30m"
    assert titles.split() == ["task", "status", "time"]
    assert [row.split()[:2] for row in table] == [["t-3", "Failed"], ["t-2", "Processing"], ["t-1", "Succeed"]]
    assert table[0].endswith("failed: the service gave no reason")
    assert table[1].endswith("Cut running")
    assert line.endswith("1 of 3 succeeded · 1 running · 1 failed · 5s of 30m")


def test_a_bar_is_full_when_as_many_have_succeeded_as_must() -> None:
    awaited = group(4, needed=2)
    read(awaited, ("t-1", "Succeed"), ("t-2", "Succeed"))

    assert f"{'━' * 24} 2 of 4 succeeded" in drawn(awaited)


def test_a_group_larger_than_the_terminal_says_how_many_it_does_not_show() -> None:
    awaited = group(500)
    read(awaited, ("t-77", "Failed"))

    text = drawn(awaited, rows=4)

    assert "t-77" in text
    assert "and 497 more" in text
    assert len(text.splitlines()) == 7


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_names_and_statuses_of_tasks_are_whole_and_the_reason_gives_way(width: int) -> None:
    awaited = group(1)
    awaited.task_ids = ("4215e042b3966ca5441e",)
    awaited.tally = Tally(awaited.task_ids, Rule())
    broken = {"Cut": {"ActivityId": "Cut", "Status": "Failed", "Message": "no stream " * 30}}
    awaited.tally.take(task("Failed", "4215e042b3966ca5441e", activity_results=json.dumps(broken)))

    text = drawn(awaited, width=width, is_over=True)

    assert "  4215e042b3966ca5441e  not read yet" in text or "  4215e042b3966ca5441e  not known" in text
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("width", range(80, 120, 5))
async def test_no_half_of_a_secret_is_left_where_a_reason_is_cut(width: int) -> None:
    redactor = Redactor()
    redactor.learn("hunter2hunter2hunter2hunter2")
    broken = {"Cut": {"ActivityId": "Cut", "Status": "Failed", "Message": "refused hunter2hunter2hunter2hunter2"}}
    awaited = group(1)
    told = task("Failed", "t-1", activity_results=json.dumps(broken))
    awaited.note("t-1", told, 1.0)
    cast("Tally", awaited.tally).take(told)
    console = Console(file=io.StringIO(), width=width, height=50, color_system=None, legacy_windows=False)

    async with Screen(Output(redactor, is_watched=True), awaited, JumpingClock(), console):
        pass

    assert "hunter" not in console.file.getvalue()
    assert "refused" in console.file.getvalue()


@pytest.mark.parametrize("count", [1, 500])
def test_ctrl_c_fits_behind_the_last_line_which_would_else_be_drawn_one_line_too_low(count: int) -> None:
    console = Console(file=io.StringIO(), width=80, height=50, color_system=None, legacy_windows=False)

    console.print(frame(group(count), Moment(5.0, 0.0, 80, 10), is_over=False), end="")

    *_, last = console.file.getvalue().splitlines()
    assert "30m" in last
    assert len(f"{last}^C") < 80


def test_trouble_is_told_only_when_it_lasts() -> None:
    awaited = Awaited(("t-1",), LIMIT, 0.0)
    awaited.note("t-1", Throttled("the service slows us down"), 1.0)

    assert "last poll failed" not in drawn(awaited, now=5.0)
    assert "last poll failed: the service slows us down; trying again" in drawn(awaited, now=15.0, width=140)


def test_when_it_is_over_nothing_moves_any_more() -> None:
    awaited = group(2)
    read(awaited, ("t-1", "Succeed"), ("t-2", "Succeed"))

    assert "━" not in drawn(awaited, is_over=True)


async def test_a_witness_keeps_what_is_read_and_passes_on_what_is_raised() -> None:
    awaited = Awaited(("t-1",), LIMIT, 0.0)
    cloud = Witness(ScriptedCloud(Unreachable("down"), task("Processing")), awaited, lambda: 1.0)

    with pytest.raises(Unreachable):
        await cloud.get_workflow_task("t-1")
    assert awaited.was_never_answered
    await cloud.get_workflow_task("t-1")

    assert not awaited.was_never_answered
    assert awaited.seen["t-1"].status == "Processing"


async def test_a_list_counts_only_with_news_because_it_tells_less_than_a_read() -> None:
    awaited = Awaited(("t-1", "t-2"), LIMIT, 0.0)
    scripted = ScriptedCloud()
    whole = task("Processing", activity_results=CUT)
    awaited.note("t-1", whole, 1.0)
    scripted.listed = [task("Processing"), task("Succeed", "t-2")]
    cloud = Witness(scripted, awaited, lambda: 1.0)

    await cloud.list_workflow_tasks(Search(), None)

    assert awaited.seen["t-1"] is whole
    assert awaited.seen["t-2"].status == "Succeed"


async def test_a_list_that_is_behind_takes_no_end_back() -> None:
    awaited = Awaited(("t-1",), LIMIT, 0.0)
    awaited.note("t-1", ended := task("Succeed"), 1.0)
    scripted = ScriptedCloud()
    scripted.listed = [task("Processing")]

    await Witness(scripted, awaited, lambda: 1.0).list_workflow_tasks(Search(), None)

    assert awaited.seen["t-1"] is ended


def test_a_task_that_is_not_known_is_an_answer() -> None:
    awaited = Awaited(("t-1",), LIMIT, 0.0, was_asked=True)
    awaited.note("t-1", Unreachable("down"), 1.0)
    awaited.note("t-1", NotKnown("not known"), 2.0)

    assert not awaited.was_never_answered
