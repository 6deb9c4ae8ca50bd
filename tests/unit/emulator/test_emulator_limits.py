"""Limits and chance: how many requests are taken, and what is the same in every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ice_emulator import Emulator, Scenario

if TYPE_CHECKING:
    from tests.unit.emulator.conftest import Caller, Stage

SCENARIO = "tasks: [{taskId: t, timeline: [{after: 0, status: Init}]}]\n"


async def statuses(caller: Caller, count: int) -> list[int]:
    return [(await caller.read("t")).status for _ in range(count)]


async def test_more_requests_than_a_quota_allows_are_throttled_until_its_seconds_are_over(stage: Stage) -> None:
    caller = await stage.play(SCENARIO, quotas=["3/60s"])
    assert await statuses(caller, 5) == [200, 200, 200, 400, 400]
    assert (await caller.read("t")).json["Code"] == "Throttling.User"
    stage.clock.seconds += 59.9
    assert await statuses(caller, 1) == [400]
    stage.clock.seconds += 0.1
    assert await statuses(caller, 4) == [200, 200, 200, 400]


async def test_every_quota_counts_and_each_action_for_itself(stage: Stage) -> None:
    caller = await stage.play(SCENARIO, quotas=["2/1s", "3/60s"])
    seen = await statuses(caller, 3)
    stage.clock.seconds += 1
    assert [*seen, *await statuses(caller, 2)] == [200, 200, 400, 200, 400]
    assert (await caller.search()).status == 200


async def test_limits_count_real_seconds_however_fast_timelines_run(stage: Stage) -> None:
    caller = await stage.play(SCENARIO, quotas=["1/60s"], speed=100)
    seen = await statuses(caller, 1)
    stage.clock.seconds += 1
    assert [*seen, *await statuses(caller, 1)] == [200, 400]


async def test_a_throttled_request_meets_no_fault_and_is_no_read(stage: Stage) -> None:
    caller = await stage.play(SCENARIO + "faults: [{kind: internalError, calls: 2}]", quotas=["1/1s"])
    seen = await statuses(caller, 2)
    reads = caller.emulator.standing("t").reads
    stage.clock.seconds += 1
    assert ([*seen, *await statuses(caller, 1)], reads) == ([200, 400, 500], 1)


@pytest.mark.parametrize("text", ["", "200", "200/60", "0/60s", "200/0s", "200 / 60s", "-1/60s", "2e3/60s"])
def test_what_is_no_quota_is_explained(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quota: write requests and seconds, such as 200/60s"):
        Emulator(Scenario(), quotas=[text])


async def chances(stage: Stage, seed: int | None) -> tuple[list[int], set[str]]:
    caller = await stage.play(SCENARIO + "faults: [{kind: throttle, share: 0.5}]", seed=seed)
    seen = await statuses(caller, 60)
    return seen, {call.request_id for call in caller.emulator.calls}


async def test_chance_is_the_same_with_the_same_seed_and_different_without(stage: Stage) -> None:
    (first, ids), again, another, unseeded = [await chances(stage, seed) for seed in (7, 7, 8, None)]
    assert (first, ids) == again
    assert set(first) == {200, 400}
    assert len({tuple(seen) for seen in (first, another[0], unseeded[0])}) == 3
    assert len(ids | another[1] | unseeded[1]) == 180


@pytest.mark.parametrize(("share", "expected"), [(0, {200}), (1, {400})])
async def test_a_share_of_none_and_of_all_leave_nothing_to_chance(stage: Stage, share: int, expected: set[int]) -> None:
    caller = await stage.play(f"{SCENARIO}faults: [{{kind: throttle, share: {share}}}]")
    assert set(await statuses(caller, 20)) == expected
