"""Durations as people write and read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ice_provider.durations import parse, problem, show


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("45m", 2700),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1h0m5s", 3605),
        ("1.5h", 5400),
        ("500ms", 0.5),
        ("1m1ms", 60.001),
        (" 5m ", 300),
    ],
)
def test_a_duration_is_read_in_the_form_of_custom_timeouts(text: str, seconds: float) -> None:
    assert problem(text) is None
    assert parse(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "0s",
        "0h0m",
        "-5m",
        "5",
        "5 m",
        "1h 30m",
        "m",
        "1d",
        "5M",
        "1,5h",
        "1e3s",
        "∞",
        "\u0665m\u0660x",
        "9" * 400 + "h",
    ],
)
def test_what_is_no_duration_is_said_with_examples(text: str) -> None:
    assert problem(text) == 'must be a duration above zero such as "45m", "1h30m" or "90s"'
    with pytest.raises(ValueError, match="duration"):
        parse(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0s"),
        (0, "0s"),
        (0.9, "0s"),
        (42, "42s"),
        (60, "1m"),
        (72, "1m12s"),
        (2700, "45m"),
        (3599, "59m59s"),
        (3600, "1h"),
        (7200, "2h"),
        (11_100, "3h05m"),
        (11_159, "3h05m"),
        (360_000, "100h"),
    ],
)
def test_a_duration_is_shown_short(seconds: float, text: str) -> None:
    assert show(seconds) == text


@given(st.integers(1, 3599) | st.integers(60, 6000).map(lambda minutes: minutes * 60))
def test_what_is_shown_can_be_written(seconds: int) -> None:
    assert parse(show(seconds)) == seconds
