"""How often tasks are read, how soon their ends are seen, and how processes share an account: in virtual time.

Luck is seeded and no real time passes, so one run says all and every run says the same. Each figure is the worst case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from measure import Figure
from rows import Row

from support.account import Dip, Quota, TokenQuota, WindowQuota
from support.fleet import Fleet

TITLE = "Polling, simulated: tasks of 10 min, 100 requests a second, answers after 50 to 150 ms"
_MANY = Fleet(tasks=1000)
_FIXED = 5.0  # seconds between the reads of a poll that knows no pace, to compare with
_NEAR = (0.01, 0.05)  # seconds that an answer takes in the same region
_RUNS = 200  # of what is done in no time, and depends on chance
_SETTLED = 30.0  # seconds after which processes should have found the rate that the account bears
_FEW = 20.0  # calls a second, of an account that bears fewer than are wanted


def measure(_: int) -> list[Row]:
    """Return the rows of this table."""
    return [
        *_pace(),
        *_bulk(),
        *_scarce(),
        *_dip(),
        *_sharing("100/s", lambda: TokenQuota(100), throttled=0.05, inequality=2),
        *_sharing("200/60 s", lambda: WindowQuota(200, 60)),
    ]


def _pace() -> list[Row]:
    many = _MANY.run()
    fixed = _MANY.tasks * _MANY.length / _FIXED
    return [
        _row("1,000 tasks: calls over those of a 5 s poll", len(many.account.calls) / fixed, "×", at_most=0.40),
        _row("1,000 tasks: end seen after", max(many.delays), "s", at_most=35),
        _row("one task: end seen after", _alone(Fleet(starts_within=1)), "s", at_most=31),
        _row("one of 20 s: end seen after, at 10 to 50 ms", _alone(Fleet(length=20, latency=_NEAR)), "s", at_most=1.1),
        _row("one of 20 s: end seen after", _alone(Fleet(length=20)), "s"),
    ]


def _bulk() -> list[Row]:
    """Return what lists spare, and what they cost in time."""
    rows = []
    for spread, share in ((10.0, 1 / 40), (300.0, 1 / 20)):
        outcome = replace(_MANY, starts_within=spread, in_bulk=True).run()
        name = f"1,000 in bulk, begun within {spread:g} s"
        calls = len(outcome.account.calls)
        fixed = _MANY.tasks * _MANY.length / _FIXED
        rows += [
            _row(f"{name}: calls over those of a 5 s poll", calls / fixed, "×", at_most=share),
            _row(f"{name}: calls", calls, ""),
            _row(f"{name}: end seen after", max(outcome.delays), "s", at_most=35),
        ]
    return rows


def _scarce() -> list[Row]:
    """Return what lists spare where tasks want more calls than the account bears."""
    single, bulk = (replace(_MANY, in_bulk=in_bulk).run(TokenQuota(_FEW)) for in_bulk in (False, True))
    name = f"1,000 in bulk at {_FEW:g}/s"
    return [
        _row(f"{name}: calls over those of single reads", len(bulk.account.calls) / len(single.account.calls), "×"),
        _row(f"{name}: end seen after", max(bulk.delays), "s"),
        _row(f"{name}, single reads: end seen after", max(single.delays), "s"),
    ]


def _alone(fleet: Fleet) -> float:
    """Return after how many seconds the end of a task was seen, at worst."""
    return max(delay for seed in range(_RUNS) for delay in replace(fleet, seed=seed).run().delays)


def _dip() -> list[Row]:
    """Return how many tasks fare where the account bears few calls a second, and for a while none at all.

    Ten seconds bring the rate to its floor; half a minute tells how soon it is found that the outage is over.
    """
    level, dip, outage = (_MANY.run(Dip(TokenQuota(_FEW), 200, 200 + span)) for span in (0, 10, 30))
    twice = 2 * _MANY.tasks / _FEW
    name = f"1,000 tasks at {_FEW:g}/s"
    return [
        _row(f"{name}: longest unread", level.longest_unread, "s", at_most=twice),
        _row(f"{name}, none for 10 s: longest unread", dip.longest_unread, "s", at_most=twice),
        _row(f"{name}, none for 10 s: longest pause", dip.longest_sleep, "s", at_most=30),
        _row(f"{name}, none for 30 s: longest unread", outage.longest_unread, "s"),
        _row(f"{name}, none for 30 s: longest pause", outage.longest_sleep, "s", at_most=30),
    ]


def _sharing(
    bears: str, quota: Callable[[], Quota], throttled: float | None = None, inequality: float | None = None
) -> list[Row]:
    """Return how processes fare that share an account.

    Args:
        bears: The quota in words.
        quota: Makes it.
        throttled: The goal: at most this share of the answers.
        inequality: The goal: at most so many times as many answers for one process as for another.
    """
    rows = []
    for processes in (1, 4, 16):
        fleet = Fleet(processes, tasks=300)
        outcome = fleet.run(quota())
        name = f"{processes} × 300 at {bears}"
        rows += [
            _row(f"{name}: waits without end", outcome.unended, "", at_most=0),
            _row(f"{name}: throttled after {_SETTLED:g} s", outcome.throttled(_SETTLED), "×", at_most=throttled),
            _row(f"{name}: end seen after", max(outcome.delays), "s"),
            _row(f"{name}: longest unread", outcome.longest_unread, "s"),
        ]
        if processes > 1:
            rows.append(_row(f"{name}: most over least", outcome.inequality(fleet.length), "×", at_most=inequality))
    return rows


def _row(what: str, value: float, unit: str, at_most: float | None = None) -> Row:
    return Row(what, Figure.of([value]), unit, at_most=at_most)
