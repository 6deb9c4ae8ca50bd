"""The service's points in time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ice_provider.times import as_told, between, clock_time, seconds, told, trim


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-01-04T02:05:17Z", 1672797917.0),
        ("2023-01-04T02:05:17Z\n", 1672797917.0),
        ("2023-01-04T02:05:17", 1672797917.0),
        ("2023-01-04T10:05:17+08:00", 1672797917.0),
        ("2023-01-04T02:05:17.250Z", 1672797917.25),
        ("2023-01-03 18:05:17.75-08:00", 1672797917.75),
        ("", None),
        (None, None),
        ("soon", None),
        ("2023-13-04T02:05:17Z", None),
        ("1672797917", None),
        ("1672797917000", None),
        ("1801011200000", None),  # milliseconds of 2027, which begin like a day of 1801
        ("2023-01-04x02:05:17Z", None),
    ],
)
def test_a_point_in_time_is_read_or_is_none(text: str | None, moment: float | None) -> None:
    assert seconds(text) == moment
    assert clock_time(text) == (None if moment is None else "02:05:17Z")
    assert as_told(text) == (None if moment is None else "2023-01-04T02:05:17Z")


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_ends_of_the_calendar_are_told_and_so_is_what_lies_beyond_them(text: str) -> None:
    assert as_told(text) == text
    moment = seconds(text)
    assert moment is not None
    assert text in {told(moment - 60), told(moment + 60)}


def test_the_last_microsecond_of_the_calendar_has_a_time_of_day() -> None:
    """As a float it is the year 10,000."""
    assert clock_time("9999-12-31T23:59:59.999999Z") == "23:59:59Z"


def test_a_date_alone_is_its_first_moment_in_utc() -> None:
    assert as_told("2023-01-04") == "2023-01-04T00:00:00Z"


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        ("2023-01-04T02:05:17Z", "2023-01-04T02:06:19Z", 62.0),
        ("2023-01-04T02:05:17Z", "2023-01-04T02:05:17Z", 0.0),
        ("2023-01-04T02:06:19Z", "2023-01-04T02:05:17Z", None),
        (None, "2023-01-04T02:05:17Z", None),
        ("2023-01-04T02:05:17Z", "", None),
    ],
)
def test_a_span_is_none_when_an_end_is_missing_or_before_its_start(
    start: str | None, end: str | None, span: float | None
) -> None:
    assert between(start, end) == span


@pytest.mark.parametrize(("text", "trimmed"), [(None, None), ("", None), ("\n", None), ("x\n", "x")])
def test_white_space_around_a_time_is_cut(text: str | None, trimmed: str | None) -> None:
    assert trim(text) == trimmed


@given(st.text() | st.datetimes().map(str) | st.datetimes(timezones=st.timezones()).map(str))
def test_no_text_is_too_strange(text: str) -> None:
    clock_time(text)
    as_told(text)
    between(text, "2023-01-04T02:05:17Z")


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_no_point_in_time_is_too_far(text: str) -> None:
    clock_time(text)
    as_told(text)
