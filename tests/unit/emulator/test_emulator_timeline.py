"""How tasks move: by time, by reads, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ice_emulator import ScenarioError, Task, Verbatim

if TYPE_CHECKING:
    from tests.unit.emulator.conftest import Stage

BY_TIME = """
tasks:
  - taskId: movie-1
    workflow: {workflowId: wf-1, name: Super-resolution transcoding workflow}
    taskInput: {Type: Media, Media: m-1}
    userData: {NotifyAddress: "http://example.com/done"}
    timeline:
      - {after: 0, status: Init}
      - {after: 1, status: Processing, activityResults: {Transcode: {Status: Processing, ActivityId: Transcode}}}
      - {after: 4, status: Succeed, activityResults: {Transcode: {Status: Succeed, ActivityId: Transcode}}}
"""


async def test_a_task_moves_with_the_clock(stage: Stage) -> None:
    caller = await stage.play(BY_TIME)
    seen = []
    for _ in range(9):
        seen.append((await caller.read("movie-1")).task["Status"])
        stage.clock.seconds += 0.5
    assert seen == ["Init"] * 2 + ["Processing"] * 6 + ["Succeed"]


async def test_a_task_that_has_just_begun_has_no_results_and_no_end(stage: Stage) -> None:
    caller = await stage.play(BY_TIME)
    assert (await caller.read("movie-1")).task == {
        "TaskId": "movie-1",
        "Status": "Init",
        "TaskInput": '{"Type":"Media","Media":"m-1"}',
        "CreateTime": "2026-01-02T12:00:00Z",
        "Workflow": {"WorkflowId": "wf-1", "Name": "Super-resolution transcoding workflow"},
        "UserData": '{"NotifyAddress":"http://example.com/done"}',
    }


async def test_a_task_ends_at_the_moment_of_its_last_step_not_of_the_read(stage: Stage) -> None:
    caller = await stage.play(BY_TIME)
    for late in (100, 1000):
        stage.clock.seconds += late
        task = (await caller.read("movie-1")).task
        assert (task["CreateTime"], task["FinishTime"]) == ("2026-01-02T12:00:00Z", "2026-01-02T12:00:04Z")
        assert task["ActivityResults"] == '{"Transcode":{"Status":"Succeed","ActivityId":"Transcode"}}'


async def test_a_task_moves_with_its_reads(stage: Stage) -> None:
    """`calls: N` holds from the Nth read on, counting from 1; the end is the moment of that read."""
    caller = await stage.play("""
tasks:
  - taskId: t
    timeline: [{calls: 1, status: Init}, {calls: 3, status: Processing}, {calls: 4, status: Canceled}]
  - taskId: other
    timeline: [{calls: 2, status: Init}]
""")
    seen = []
    for _ in range(5):
        stage.clock.seconds += 7
        task = (await caller.read("t")).task
        seen.append((task["Status"], task.get("FinishTime")))
    ended = ("Canceled", "2026-01-02T12:00:28Z")
    assert seen == [("Init", None), ("Init", None), ("Processing", None), ended, ended]
    assert [(await caller.read("other")).status for _ in range(2)] == [404, 200]


async def test_of_several_steps_that_hold_the_last_one_does(stage: Stage) -> None:
    caller = await stage.play("""
tasks:
  - taskId: t
    timeline: [{after: 0, status: Init}, {calls: 3, status: Processing}, {after: 9, status: Failed}]
""")
    seen = [(await caller.read("t")).task["Status"] for _ in range(3)]
    stage.clock.seconds += 9
    seen.append((await caller.read("t")).task["Status"])
    assert seen == ["Init", "Init", "Processing", "Failed"]


async def test_a_task_is_not_known_before_its_first_step(stage: Stage) -> None:
    caller = await stage.play("tasks: [{taskId: t, timeline: [{after: 5, status: Init}]}]")
    assert (await caller.read("t")).status == 404
    stage.clock.seconds += 60
    assert (await caller.read("t")).task["CreateTime"] == "2026-01-02T12:00:05Z"


async def test_any_status_word_can_be_played(stage: Stage) -> None:
    caller = await stage.play("tasks: [{taskId: t, timeline: [{after: 0, status: Queued}]}]")
    assert (await caller.read("t")).task["Status"] == "Queued"


async def test_times_that_are_given_go_out_as_they_are(stage: Stage) -> None:
    caller = await stage.play("""
tasks:
  - taskId: t
    createTime: 2023-01-04T02:05:17Z
    workflow: {modifiedTime: "2022-11-29T02:06:19Z\\n", status: Active, type: Common, createTime: 2022-11-27}
    timeline: [{after: 0, status: Succeed, finishTime: 2023-01-04T02:06:19Z}]
""")
    assert (await caller.read("t")).task == {
        "TaskId": "t",
        "Status": "Succeed",
        "CreateTime": "2023-01-04T02:05:17Z",
        "FinishTime": "2023-01-04T02:06:19Z",
        "Workflow": {
            "Status": "Active",
            "Type": "Common",
            "CreateTime": "2022-11-27",
            "ModifiedTime": "2022-11-29T02:06:19Z\n",
        },
    }


async def test_a_task_that_is_added_begins_when_it_is_added(stage: Stage) -> None:
    caller = await stage.play("tasks: []")
    assert (await caller.read("late")).status == 404
    stage.clock.seconds += 60
    steps = [{"after": 0, "status": "Init"}, {"after": 2, "status": "Succeed"}]
    caller.emulator.add_task({"taskId": "late", "timeline": steps})
    assert (await caller.read("late")).task["Status"] == "Init"
    stage.clock.seconds += 2
    task = (await caller.read("late")).task
    assert (task["CreateTime"], task["FinishTime"]) == ("2026-01-02T12:01:00Z", "2026-01-02T12:01:02Z")


async def test_a_task_can_be_moved_by_hand(stage: Stage) -> None:
    """Its creation stays, the new timeline begins at once, and reads are counted anew."""
    caller = await stage.play(BY_TIME)
    await caller.read("movie-1")
    stage.clock.seconds += 30
    caller.emulator.set_timeline("movie-1", [{"calls": 1, "status": "Processing"}, {"calls": 2, "status": "Failed"}])
    assert (await caller.read("movie-1")).task["Status"] == "Processing"
    task = (await caller.read("movie-1")).task
    assert (task["Status"], task["CreateTime"], task["FinishTime"]) == (
        "Failed",
        "2026-01-02T12:00:00Z",
        "2026-01-02T12:00:30Z",
    )
    caller.emulator.set_status("movie-1", "Succeed", {"A": {"Status": "Succeed"}})
    task = (await caller.read("movie-1")).task
    assert (task["Status"], task["ActivityResults"]) == ("Succeed", '{"A":{"Status":"Succeed"}}')


async def test_a_task_can_be_started_anew_and_forgotten(stage: Stage) -> None:
    caller = await stage.play(BY_TIME)
    caller.emulator.add_task({"taskId": "movie-1", "answer": "null", "httpStatus": 500})
    assert (await caller.read("movie-1")).status == 500
    caller.emulator.set_status("movie-1", "Init")
    assert (await caller.read("movie-1")).task["Status"] == "Init"
    caller.emulator.remove_task("movie-1")
    assert (await caller.read("movie-1")).status == 404


async def test_a_task_can_be_added_as_an_object(stage: Stage) -> None:
    caller = await stage.play("tasks: []")
    caller.emulator.add_task(Task(task_id="t", verbatim=Verbatim(body="null")))
    reply = await caller.read("t")
    assert (reply.status, reply.body) == (200, b"null")


async def test_what_is_changed_by_hand_is_checked_too(stage: Stage) -> None:
    emulator = (await stage.play(BY_TIME)).emulator
    with pytest.raises(ScenarioError, match=r"task: timelin: this key is not known; did you mean 'timeline'\?"):
        emulator.add_task({"taskId": "t", "timelin": []})
    with pytest.raises(ScenarioError, match="timeline: timeline: there are no steps"):
        emulator.set_timeline("movie-1", [])
    with pytest.raises(ScenarioError, match=r"fault: kind: 'throtle' is not known here; did you mean 'throttle'\?"):
        emulator.add_fault({"kind": "throtle"})
    with pytest.raises(ScenarioError, match="cannot be written as JSON"):
        emulator.set_status("movie-1", "Failed", {"A": float("nan")})
    with pytest.raises(ScenarioError, match="cannot be written as JSON"):
        emulator.add_task({"taskId": "\ud800", "timeline": []})
    with pytest.raises(KeyError):
        emulator.set_status("movie-2", "Failed")
    with pytest.raises(KeyError):
        emulator.remove_task("movie-2")


# --- time that is made to pass ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("speed", "seconds"), [(10, 0.4), (0.5, 8)])
async def test_time_can_run_faster_or_slower(stage: Stage, speed: float, seconds: float) -> None:
    caller = await stage.play(BY_TIME, speed=speed)
    stage.clock.seconds += seconds * 0.99
    before = (await caller.read("movie-1")).task["Status"]
    stage.clock.seconds += seconds * 0.02
    task = (await caller.read("movie-1")).task
    assert (before, task["Status"], task["FinishTime"]) == ("Processing", "Succeed", "2026-01-02T12:00:04Z")


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
async def test_time_that_does_not_run_is_refused(stage: Stage, speed: float) -> None:
    with pytest.raises(ValueError, match="give a speed above 0"):
        await stage.play(BY_TIME, speed=speed)


async def test_time_can_be_moved_on_but_never_back(stage: Stage) -> None:
    caller = await stage.play(BY_TIME)
    caller.emulator.advance_clock(4)
    with pytest.raises(ValueError, match="give 0 or more"):
        caller.emulator.advance_clock(-1)
    assert (await caller.read("movie-1")).task["Status"] == "Succeed"


async def test_a_task_can_be_moved_step_by_step(stage: Stage) -> None:
    """Steps by time and by reads alike; to look where it stands is no read."""
    caller = await stage.play("""
tasks:
  - taskId: t
    timeline:
      - {after: 30, status: Init}
      - {calls: 2, status: Processing}
      - {after: 60, status: Almost}
      - {after: 61, status: Succeed}
""")
    emulator = caller.emulator
    assert (emulator.standing("t").status, (await caller.read("t")).status) == (None, 404)
    seen = [emulator.advance_task("t").status for _ in range(3)]
    stage.clock.seconds += 1
    assert [*seen, emulator.standing("t").status] == ["Init", "Processing", "Almost", "Succeed"]
    with pytest.raises(ValueError, match="has no further step: give it a status, or another timeline"):
        emulator.advance_task("t")
    task = (await caller.read("t")).task
    assert (task["CreateTime"], task["FinishTime"]) == ("2026-01-02T12:00:00Z", "2026-01-02T12:00:01Z")
    assert emulator.standing("t").reads == 3  # one before it was known, one that the steps stand for, one after


async def test_a_task_is_forgotten_after_a_year(stage: Stage) -> None:
    caller = await stage.play(BY_TIME)
    stage.clock.seconds += 365 * 86400
    last = await caller.read("movie-1")
    stage.clock.seconds += 1
    assert (last.status, (await caller.read("movie-1")).status) == (200, 404)
