"""One poll for all who follow a task, and reads that end in time."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from ice_provider.cloud import Search
from ice_provider.errors import BrokenAnswer, Denied, NotKnown, NotSignedIn, Rejected, Throttled, Unreachable
from ice_provider.poller import Poller
from ice_provider.watch import Stopped
from support.clock import JumpingClock
from support.cloud import ScriptedCloud, task

if TYPE_CHECKING:
    from ice_provider.cloud import Cloud


OLD = task("Init", create_time="2023-01-04T01:55:17Z")
OLD_AND_AT_WORK, OLD_AND_FURTHER = (
    task("Processing", create_time=OLD.create_time, activity_results=json.dumps({"Transcode": {"Status": state}}))
    for state in ("Processing", "Succeed")
)


def poller_of(cloud: Cloud, clock: JumpingClock | None = None, per_second: float = 20.0) -> Poller:
    return Poller(cloud, clock or JumpingClock(), per_second=per_second, jitter=lambda: 1.0)


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_a_read_returns_the_first_good_answer() -> None:
    cloud = ScriptedCloud(task("Processing"), task("Succeed"))

    seen = await poller_of(cloud).read("t-1", within=30)

    assert (seen.status, cloud.calls["t-1"]) == ("Processing", 1)


async def test_a_read_asks_again_after_faults_within_its_limit() -> None:
    cloud = ScriptedCloud(Throttled("slow down"), Unreachable("down"), BrokenAnswer("html"), task("Init"))

    assert (await poller_of(cloud).read("t-1", within=30)).status == "Init"


@pytest.mark.parametrize("trouble", [Throttled("slow"), Unreachable("down"), BrokenAnswer("html")], ids=repr)
async def test_a_read_that_meets_only_faults_raises_the_last_of_them_at_its_limit(trouble: Exception) -> None:
    clock = JumpingClock()

    with pytest.raises(type(trouble)) as caught:
        await poller_of(ScriptedCloud(Unreachable("first"), trouble), clock).read("t-1", within=30)

    told, last = caught.value.headline, str(trouble)
    assert (told, clock.now()) == (f"could not read workflow task t-1 within 30s: {last}", pytest.approx(1030))


async def test_a_read_without_any_answer_says_so_at_its_limit() -> None:
    clock = JumpingClock()

    with pytest.raises(Unreachable) as caught:
        await poller_of(ScriptedCloud(None), clock).read("t-1", within=5)

    assert caught.value.headline == "could not read workflow task t-1 within 5s: no answer in time"
    assert clock.now() == pytest.approx(1005)


@pytest.mark.parametrize(
    "refusal", [NotKnown("n"), NotSignedIn("s"), Denied("d"), Rejected("r"), ZeroDivisionError()], ids=repr
)
async def test_a_read_ends_at_once_where_asking_again_is_of_no_use(refusal: Exception) -> None:
    cloud = ScriptedCloud(refusal, task("Succeed"))

    with pytest.raises(type(refusal)):
        await poller_of(cloud).read("t-1", within=30)

    assert cloud.calls["t-1"] == 1


async def test_after_a_refusal_a_later_read_asks_anew() -> None:
    cloud = ScriptedCloud(Denied("not yet"), task("Succeed"))
    poller = poller_of(cloud)
    with pytest.raises(Denied):
        await poller.read("t-1", within=30)

    assert (await poller.read("t-1", within=30)).succeeded


async def test_reads_at_the_same_time_are_one_call() -> None:
    cloud = ScriptedCloud(task("Processing"))
    poller = poller_of(cloud)

    seen = await asyncio.gather(*(poller.read("t-1", within=30) for _ in range(100)))

    assert (len(seen), cloud.calls["t-1"]) == (100, 1)


async def test_a_refusal_reaches_everyone_who_follows() -> None:
    cloud = ScriptedCloud(Denied("no"))
    poller = poller_of(cloud)

    ends = await asyncio.gather(*(poller.read("t-1", within=30) for _ in range(10)), return_exceptions=True)

    assert ({type(end) for end in ends}, cloud.calls["t-1"]) == ({Denied}, 1)


async def test_a_read_does_not_sit_out_the_pause_of_a_long_wait() -> None:
    clock = JumpingClock(wall=1_672_797_917.0 + 3600)  # the task is an hour old: its wait polls every 30 s
    cloud = ScriptedCloud(task("Processing"))
    poller = poller_of(cloud, clock)
    with poller.follow("t-1") as waiting:
        await waiting.next()
        clock.held = True

        seen = await poller.read("t-1", within=30)

        assert (seen.status, clock.now(), cloud.calls["t-1"]) == ("Processing", 1000.0, 2)
        assert (await waiting.next()) is seen


async def test_a_wait_that_begins_at_the_same_moment_does_not_hold_up_a_read() -> None:
    clock = JumpingClock(wall=1_672_797_917.0 + 3600)  # the task is an hour old: its wait polls every 30 s
    poller = poller_of(ScriptedCloud(task("Processing")), clock)
    with poller.follow("t-1") as waiting:
        await waiting.next()
        clock.held = True
        reading = asyncio.create_task(poller.read("t-1", within=30))
        await asyncio.sleep(0)

        with poller.follow("t-1"):
            await settle()

        assert reading.done()


async def test_a_read_does_not_break_the_pause_after_a_fault() -> None:
    clock = JumpingClock()
    cloud = ScriptedCloud(Throttled("slow", retry_after=4.0), task("Processing"))
    poller = poller_of(cloud, clock)
    with poller.follow("t-1") as waiting:
        await waiting.next()

        await poller.read("t-1", within=30)

        assert clock.now() == pytest.approx(1004)


async def test_a_task_is_asked_about_no_more_once_nobody_follows_it() -> None:
    clock = JumpingClock()
    cloud = ScriptedCloud(task("Processing"))
    poller = poller_of(cloud, clock)
    with poller.follow("t-1") as one, poller.follow("t-1") as other:
        await asyncio.gather(one.next(), other.next())
    asked = cloud.calls["t-1"]

    await clock.sleep(600)

    assert cloud.calls["t-1"] == asked == 1


async def test_one_who_leaves_takes_nobody_along() -> None:
    cloud = ScriptedCloud(task("Processing"), task("Succeed"))
    poller = poller_of(cloud)
    with poller.follow("t-1") as stays:
        with poller.follow("t-1") as leaves:
            await leaves.next()

        assert [(await stays.next()).status for _ in range(2)] == ["Processing", "Succeed"]  # type: ignore[union-attr]


async def test_one_who_leaves_late_does_not_end_the_watch_that_began_since() -> None:
    clock = JumpingClock()
    cloud = ScriptedCloud(Denied("not yet"), task("Processing"))
    poller = poller_of(cloud, clock)
    with contextlib.ExitStack() as late:
        follower = late.enter_context(poller.follow("t-1"))
        with pytest.raises(Denied):
            await follower.next()
        with poller.follow("t-1") as stays:
            await stays.next()
            late.close()

            async with asyncio.timeout(5):
                await stays.next()

    assert cloud.calls["t-1"] == 3


async def test_one_who_joins_a_watch_between_two_polls_need_not_wait_for_the_next() -> None:
    """The task is an hour old and asked about every 30 s; the second wait has a limit of 20 s."""
    clock = JumpingClock()
    cloud = ScriptedCloud(task("Processing", create_time="2023-01-04T01:05:17Z"))
    poller = poller_of(cloud, clock)
    with poller.follow("t-1") as first:
        await first.next()
        await clock.sleep(5)
        began = clock.now()

        with poller.follow("t-1", until=began + 20) as second:
            await second.next()

    assert (clock.now() - began < 1, cloud.calls["t-1"]) == (True, 2)


async def test_a_slow_follower_hears_the_newest_reading_and_none_twice() -> None:
    clock = JumpingClock()
    poller = poller_of(ScriptedCloud(task("Init"), task("Processing"), task("Succeed")), clock)
    with poller.follow("t-1") as slow:
        await clock.sleep(10)
        assert (await slow.next()).status == "Succeed"  # type: ignore[union-attr]
        clock.held = True
        again = asyncio.create_task(slow.next())
        await settle()
        assert not again.done()
        again.cancel()


@pytest.mark.parametrize(
    ("steps", "gaps"),
    [
        ([task("Init")] * 4, [1.0, 1.0, 1.0]),
        ([Unreachable("x")] * 4, [0.05, 0.1, 0.2]),
        ([Throttled("x")] * 4, [1.0, 2.0, 4.0]),
        ([Throttled("x", retry_after=3.0)] * 3, [3.0, 3.0]),
        ([Unreachable("x"), Unreachable("x"), task("Init"), Unreachable("x"), task("Init")], [0.05, 0.1, 1.0, 0.05]),
        ([NotKnown("x")] * 3, [1.0, 1.0]),
        ([OLD] * 3, [30.0, 30.0]),
        ([OLD, OLD_AND_AT_WORK, OLD_AND_AT_WORK, OLD_AND_FURTHER], [30.0, 1.0, 30.0]),
        ([task("Init", create_time="soon")] * 3, [1.0, 1.0]),
        ([task("Init", create_time="2033-01-04T01:55:17Z")] * 3, [1.0, 1.0]),
    ],
)
async def test_what_a_poll_brought_decides_when_the_next_one_is_due(steps: list[Any], gaps: list[float]) -> None:
    clock = JumpingClock()
    poller = poller_of(ScriptedCloud(*steps), clock)
    moments = []
    with poller.follow("t-1") as follower:
        for _ in steps:
            await follower.next()
            moments.append(clock.now())

    assert [after - before for before, after in itertools.pairwise(moments)] == pytest.approx(gaps, rel=0.1)


async def test_all_tasks_share_one_allowance_of_calls() -> None:
    clock = JumpingClock()
    names = [f"t-{number}" for number in range(1, 106)]
    cloud = ScriptedCloud(others={name: [task("Init", name)] for name in names})
    poller = poller_of(cloud, clock, per_second=10)

    await asyncio.gather(*(poller.read(name, within=60) for name in names))

    assert clock.now() - 1000 == pytest.approx(10.0)
    assert set(cloud.calls.values()) == {1}


class Hanging(ScriptedCloud):
    """Answers when it is told to.

    Attributes:
        under_way: The tasks that it is asked about now.
    """

    def __init__(self) -> None:
        super().__init__()
        self.under_way: set[str] = set()
        self.answers = asyncio.Event()

    async def get_workflow_task(self, task_id: str) -> Any:
        self.calls[task_id] += 1
        self.under_way.add(task_id)
        await self.answers.wait()
        self.under_way.remove(task_id)
        return task("Init", task_id)


async def test_no_more_than_sixty_four_calls_are_under_way_at_once_and_eight_of_them_are_for_reads() -> None:
    clock, cloud = JumpingClock(), Hanging()
    poller = poller_of(cloud, clock, per_second=1e6)
    with contextlib.ExitStack() as followed:
        for number in range(100):
            followed.enter_context(poller.follow(f"wait-{number}"))
        await clock.sleep(0.1)
        reads = [asyncio.create_task(poller.read(f"read-{number}", within=30)) for number in range(20)]
        await clock.sleep(0.1)

        assert Counter(name.split("-")[0] for name in cloud.under_way) == {"wait": 56, "read": 8}

        cloud.answers.set()
        await asyncio.gather(*reads)


async def test_reads_get_a_fifth_of_the_calls_while_waits_compete_and_all_otherwise() -> None:
    clock = JumpingClock()
    names = [f"wait-{number}" for number in range(200)] + [f"read-{number}" for number in range(50)]
    cloud = ScriptedCloud(others={name: [task("Init", name)] for name in names})
    poller = poller_of(cloud, clock, per_second=10)
    with contextlib.ExitStack() as followed:
        for name in names[:200]:
            followed.enter_context(poller.follow(name))
        await clock.sleep(0.05)

        reads = [asyncio.create_task(poller.read(name, within=100)) for name in names[200:]]
        await clock.sleep(10)

        assert sum(read.done() for read in reads) == pytest.approx(20, abs=2)
        followed.close()
        began = clock.now()
        await asyncio.gather(*reads)
        assert clock.now() - began == pytest.approx(3, abs=0.2)


async def test_a_task_that_has_ended_is_remembered() -> None:
    cloud = ScriptedCloud(task("Succeed"))
    poller = poller_of(cloud)
    await poller.read("t-1", within=30)

    assert ((await poller.read("t-1", within=30)).status, cloud.calls["t-1"]) == ("Succeed", 1)


async def test_a_task_is_asked_about_once_more_shortly_before_a_follower_gives_up() -> None:
    clock = JumpingClock(wall=1_672_797_917.0 + 3600)  # the task is an hour old: its wait polls every 30 s
    cloud = ScriptedCloud(task("Processing"))
    poller = poller_of(cloud, clock)
    moments = []
    with poller.follow("t-1", until=1020.0) as waiting:
        for _ in range(2):
            await waiting.next()
            moments.append(clock.now())

    assert moments == pytest.approx([1000, 1018])


async def test_a_throttled_answer_slows_all_tasks_down() -> None:
    clock = JumpingClock()
    names = [f"t-{number}" for number in range(2, 42)]
    cloud = ScriptedCloud(Throttled("slow"), task("Init"), others={name: [task("Init", name)] for name in names})
    poller = poller_of(cloud, clock, per_second=20)
    await poller.read("t-1", within=30)
    began = clock.now()

    await asyncio.gather(*(poller.read(name, within=600) for name in names))

    assert clock.now() - began > 10  # 40 at 20 a second would be 2 s


async def test_faults_beyond_the_budget_are_asked_again_at_leisure() -> None:
    clock = JumpingClock()
    names = [f"t-{number}" for number in range(2, 102)]
    cloud = ScriptedCloud(others={name: [Unreachable("down")] for name in names})
    poller = poller_of(cloud, clock, per_second=1e6)
    with contextlib.ExitStack() as followed:
        for name in names:
            followed.enter_context(poller.follow(name))
        await clock.sleep(0.5)

    assert cloud.calls.total() == 100 + 500 // 14


async def test_faults_that_one_more_attempt_mends_never_use_up_the_budget() -> None:
    clock = JumpingClock()
    names = [f"t-{number}" for number in range(2, 102)]
    cloud = ScriptedCloud(others={name: [Unreachable("lost"), task("Init", name)] for name in names})
    poller = poller_of(cloud, clock, per_second=1e6)

    for name in names:
        await poller.read(name, within=30)
        cloud.listed = [Unreachable("lost")]
        await poller.insist(lambda: cloud.list_workflow_tasks(Search(), None), deed="list workflow tasks", within=30)

    assert clock.now() - 1000 == pytest.approx(200 * 0.05)


async def test_a_stop_ends_reads_under_way_and_those_that_come_later() -> None:
    clock = JumpingClock()
    clock.held = True
    poller = poller_of(ScriptedCloud(None), clock)
    reads = [asyncio.create_task(poller.read("t-1", within=30)) for _ in range(10)]
    await settle()

    poller.stop()
    poller.stop()

    ends = await asyncio.gather(*reads, poller.read("t-1", within=30), return_exceptions=True)
    assert {type(end) for end in ends} == {Stopped}


async def test_a_read_that_never_got_its_turn_says_so_and_gives_its_token_back() -> None:
    cloud = ScriptedCloud(others={f"t-{number}": [task("Succeed", f"t-{number}")] for number in range(2, 60)})
    poller = poller_of(cloud, per_second=1.0)

    ends = await asyncio.gather(
        *(poller.read(f"t-{number}", within=5) for number in range(2, 60)), return_exceptions=True
    )

    late = [str(end) for end in ends if isinstance(end, Unreachable)]
    assert len(late) == pytest.approx(48, abs=2)
    assert late[-1] == (
        "no turn to read workflow task t-59 within 5s: too many calls at once, raise ice:requestsPerSecond"
    )
    assert (await poller.read("t-2", within=5)).succeeded


async def test_a_read_of_a_task_that_others_wait_for_says_so_too_when_it_never_got_its_turn() -> None:
    clock = JumpingClock()
    names = [f"t-{number}" for number in range(2, 22)]
    cloud = ScriptedCloud(others={name: [task("Processing", name)] for name in names})
    poller = poller_of(cloud, clock, per_second=1.0)
    with contextlib.ExitStack() as waits:
        for name in names:
            waits.enter_context(poller.follow(name))
        await clock.sleep(60)

        ends = await asyncio.gather(*(poller.read(name, within=5) for name in names), return_exceptions=True)

    late = [str(end) for end in ends if isinstance(end, Unreachable)]
    assert len(late) > 10
    assert {text.split("within")[1] for text in late} == {" 5s: too many calls at once, raise ice:requestsPerSecond"}


async def test_a_read_that_never_got_its_turn_tells_the_trouble_that_others_have_with_its_task() -> None:
    names = [f"t-{number}" for number in range(2, 12)]
    cloud = ScriptedCloud(Unreachable("the line is cut"), others={name: [task("Succeed", name)] for name in names})
    poller = poller_of(cloud, per_second=0.1)
    with poller.follow("t-1") as waiting:
        await waiting.next()
        for name in names:  # until there is nothing left of what may be called at once
            await poller.read(name, within=300)

        with pytest.raises(Unreachable, match=r"^could not read workflow task t-1 within 1s: the line is cut\n"):
            await poller.read("t-1", within=1)


async def test_a_read_that_never_got_its_turn_because_the_service_throttles_advises_no_higher_rate() -> None:
    names = [f"t-{number}" for number in range(2, 42)]
    cloud = ScriptedCloud(others={name: [Throttled("slow down")] for name in names})
    poller = poller_of(cloud, per_second=20.0)

    ends = await asyncio.gather(*(poller.read(name, within=5) for name in names), return_exceptions=True)

    assert {type(end) for end in ends} == {Throttled}
    assert str(ends[-1]) == (
        "could not read workflow task t-41 within 5s: no turn came, because the service slows this account down\n"
        "    next       let other users of the account call less, or call less often:  "
        "pulumi config set ice:requestsPerSecond 5; then run it again"
    )
