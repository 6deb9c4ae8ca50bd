"""Processes that wait for more tasks than their account bears: small simulations of what `make bench` does at length."""

from __future__ import annotations

from support.account import Dip, TokenQuota
from support.fleet import Fleet


def test_no_task_goes_unread_for_twice_as_long_as_a_round_through_all_of_them_takes() -> None:
    outcome = Fleet(tasks=200, length=300).run(TokenQuota(4))

    assert outcome.throttled() > 0
    assert outcome.longest_unread <= 2 * 200 / 4


def test_after_a_dip_nothing_sleeps_for_more_than_half_a_minute_and_all_tasks_are_read_again() -> None:
    outcome = Fleet(tasks=200, length=400).run(Dip(TokenQuota(10), 100, 220))

    assert outcome.longest_sleep <= 30
    assert outcome.longest_unread <= 120 + 30 + 2 * 200 / 10


def test_processes_on_one_account_get_fair_shares_and_seldom_a_throttled_answer() -> None:
    outcome = Fleet(processes=4, tasks=100, length=400).run(TokenQuota(20))

    assert outcome.unended == 0
    assert outcome.throttled(after=30) < 0.05
    assert outcome.inequality(until=400) < 2
