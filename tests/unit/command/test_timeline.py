"""When the activities of a task ran, and how that is drawn: as rows of a terminal, and as a picture."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ice_gate.bars import rows
from ice_gate.svg import picture
from ice_gate.timeline import Bar, Kind, Timeline, timeline
from ice_provider.model import WorkflowTask
from ice_provider.redaction import Redactor
from support.cloud import task

NOON, MOMENT = "2026-01-04T12:00:00Z", 1767528000.0  # the same


def at(seconds: int) -> str:
    return f"2026-01-04T12:{seconds // 60:02d}:{seconds % 60:02d}Z"


def activity(name: str, status: str, start: int | None = None, end: int | None = None, **more: Any) -> dict[str, Any]:
    times = {"StartTime": start, "EndTime": end}
    told = {word: at(seconds) for word, seconds in times.items() if seconds is not None}
    return {"ActivityId": name, "Status": status, **told, **more}


def seen(*entries: dict[str, Any], status: str = "Processing", **more: Any) -> WorkflowTask:
    return task(status, create_time=NOON, activity_results=json.dumps(list(entries)), **more)


def test_an_activity_stands_where_it_ran_as_a_share_of_the_whole() -> None:
    line = timeline(seen(activity("Start", "Succeed", 10, 20), activity("Cut", "Succeed", 20, 40)), MOMENT + 60)

    assert [(bar.name, bar.start, bar.end, bar.seconds) for bar in line.bars] == [
        ("Start", 0.25, 0.5, 10.0),
        ("Cut", 0.5, 1.0, 20.0),
    ]
    assert (line.began, line.seconds) == (MOMENT, 40.0)


def test_what_still_runs_ends_now() -> None:
    (bar,) = timeline(seen(activity("Cut", "Processing", 0)), MOMENT + 30).bars

    assert (bar.kind, bar.end, bar.seconds) == (Kind.RUNNING, 1.0, 30.0)


def test_what_has_no_end_in_a_task_that_has_ended_lasted_nobody_knows_how_long() -> None:
    ended = seen(activity("Cut", "Processing", 10), status="Failed", finish_time=at(40))

    (bar,) = timeline(ended, MOMENT + 900).bars

    assert (bar.start, bar.end) == (0.25, 0.25)


def test_without_times_there_is_no_bar_and_nothing_is_made_up() -> None:
    line = timeline(seen(activity("Start", "Succeed"), activity("Cut", "Processing")), MOMENT)

    assert line.began is None
    assert [(bar.start, bar.end, bar.seconds) for bar in line.bars] == [(None, None, None)] * 2
    assert [str(row) for row in rows(line, 80)] == ["Start  Succeed", "Cut    Processing"]


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        ("Succeed", Kind.DONE, None),
        ("Failed", Kind.BROKEN, "Bad: no stream"),
        ("Processing", Kind.RUNNING, None),
        ("Init", Kind.OTHER, None),
    ],
)
def test_only_what_failed_has_a_reason(status: str, kind: Kind, reason: str | None) -> None:
    (bar,) = timeline(seen(activity("Cut", status, Code="Bad", Message="no stream")), MOMENT).bars

    assert (bar.kind, bar.reason) == (kind, reason)


def test_a_row_has_name_status_bar_and_duration() -> None:
    line = Timeline(
        (
            Bar("Start", "Succeed", Kind.DONE, 0.0, 0.5, 10.0),
            Bar("Transcode", "Processing", Kind.RUNNING, 0.5, 1.0, 10.0),
        ),
        MOMENT,
        20.0,
    )

    assert [str(row) for row in rows(line, 50)] == [
        "Start      Succeed     ███████████             10s",
        "Transcode  Processing             ███████████  10s",
    ]


def test_a_bar_is_at_least_one_cell_and_never_beyond_its_room() -> None:
    line = Timeline(
        (Bar("A", "Succeed", Kind.DONE, 1.0, 1.0, 0.0), Bar("B", "Succeed", Kind.DONE, 0.0, 0.0, 0.0)), 0.0, 9.0
    )

    assert [str(row).count("█") for row in rows(line, 60)] == [1, 1]


@given(
    names=st.lists(st.text(max_size=60), min_size=1, max_size=5),
    width=st.integers(min_value=20, max_value=160),
    share=st.floats(0.0, 1.0),
)
def test_whatever_a_name_holds_a_row_is_one_line_and_fits(names: list[str], width: int, share: float) -> None:
    bars = tuple(Bar(name, name, Kind.RUNNING, share, 1.0, 5.0, None) for name in names)

    for row in rows(Timeline(bars, 0.0, 5.0), width):
        assert str(row).isprintable()
        assert cell_len(str(row)) <= width


HOSTILE = '"/><script>alert(1)</script>&\x1b[31m\x00\ud800\ufffe'


@given(name=st.text(max_size=40) | st.just(HOSTILE), reason=st.text(max_size=40) | st.none())
def test_a_picture_is_well_formed_and_what_the_service_wrote_is_only_text_in_it(name: str, reason: str | None) -> None:
    line = Timeline((Bar(name, name, Kind.BROKEN, 0.0, 1.0, 5.0, reason),), 0.0, 5.0)

    root = ET.fromstring(picture(line, name, name).encode())  # noqa: S314  # it is ours

    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert kinds == {"svg", "title", "style", "rect", "text", "line", "g"}
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]


def test_a_picture_stays_well_formed_when_a_secret_is_taken_out_of_it() -> None:
    line = Timeline((Bar("Cut", "Failed", Kind.BROKEN, 0.0, 1.0, 5.0, "GET /a?Signature=abc"),), 0.0, 5.0)

    told = picture(line, "Signature=abc", "", Redactor().redact)

    ET.fromstring(told)  # noqa: S314
    assert "abc" not in told


def test_a_picture_draws_each_activity_in_its_place_with_its_reason() -> None:
    line = Timeline((Bar("Cut", "Failed", Kind.BROKEN, 0.5, 1.0, 60.0, "no stream"),), 0.0, 120.0)

    root = ET.fromstring(picture(line, "Nightly: t-1", "Failed after 2m"))  # noqa: S314

    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    titles = [element.text for element in root.iter() if element.tag.endswith("title")]
    (_, bar) = [element for element in root.iter() if element.tag.endswith("rect")]
    assert titles == ["Nightly: t-1", "Cut Failed 1m: no stream"]
    assert {"Nightly: t-1", "Failed after 2m", "Cut", "Failed 1m", "0s", "1m", "2m"} <= set(texts)
    assert float(bar.attrib["x"]) == pytest.approx(220 + 590 / 2)
    assert float(bar.attrib["width"]) == pytest.approx(590 / 2)


def test_a_picture_without_activities_still_says_how_the_task_stands() -> None:
    root = ET.fromstring(picture(Timeline(()), "t-1", "Init"))  # noqa: S314

    assert "Init" in [element.text for element in root.iter()]
