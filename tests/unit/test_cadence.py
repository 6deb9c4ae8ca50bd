"""A line is due after a change, but never so often that it floods a log."""

from __future__ import annotations

import pytest

from ice_provider.cadence import Cadence


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([(1, "a")], [1]),
        ([(1, "a"), (2, "b"), (9, "b")], [1]),
        ([(1, "a"), (11, "b")], [1, 11]),
        ([(1, "a"), (60, "a"), (61, "a"), (100, "a"), (121, "a")], [1, 61, 121]),
        ([(1, "a"), (600, "b"), (630, "c"), (665, "d")], [1, 600, 665]),
    ],
    ids=["the first", "soon after", "ten seconds after", "a heartbeat", "seldom in a long wait"],
)
def test_a_line_is_due_after_a_change_seldom_enough_for_a_log_and_once_a_minute_else(
    changes: list[tuple[float, str]], said: list[float]
) -> None:
    cadence = Cadence(0.0)

    assert [now for now, state in changes if cadence.is_due(state, now)] == said
