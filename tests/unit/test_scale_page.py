"""The page on scale: its numbers are those of the code."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest

from bench import recorded
from ice_provider import durations
from ice_provider.config import ProviderConfig
from ice_provider.pacing import LONGEST_PAUSE, pause
from ice_provider.turnstile import MOST_AT_ONCE
from support.engine import ROOT
from support.pages import section

BOUNDS = section("scale", "What bounds a process").table("what", "at most", "raised by")
PACES = section("scale", "How often a task is read").table(
    "age of the tasks", "read every", "tasks at 20 calls a second", "tasks at 100"
)
ON_AVERAGE = 0.5  # the jitter that spreads waits


def seconds(text: str) -> float:
    """Return the seconds in a cell such as `5 min`."""
    number, unit = text.split()[:2]
    return durations.parse(number + unit.removesuffix("in"))


def test_the_bounds_are_those_of_the_provider() -> None:
    told = {what: most.strip("`") for what, most, _ in BOUNDS}
    (ceiling,) = (each.default for each in dataclasses.fields(ProviderConfig) if each.name == "requests_per_second")

    assert float(told["calls a second"]) == ceiling
    assert int(told["calls at once"]) == MOST_AT_ONCE


@pytest.mark.parametrize(("age", "every", "at_twenty", "at_a_hundred"), PACES)
def test_so_many_tasks_of_an_age_are_read_in_time(age: str, every: str, at_twenty: str, at_a_hundred: str) -> None:
    assert pause(seconds(age), jitter=1) == seconds(every)
    assert [int(at_twenty), int(at_a_hundred)] == [int(rate * pause(seconds(age), ON_AVERAGE)) for rate in (20, 100)]


def test_the_last_row_of_paces_is_the_slowest_one() -> None:
    assert seconds(PACES[-1][1]) == LONGEST_PAUSE
    assert all(seconds(row[1]) < LONGEST_PAUSE for row in PACES[:-1])


def test_the_words_of_the_configuration_on_the_page_exist() -> None:
    known = json.loads((ROOT / "provider" / "schema.json").read_text())["config"]["variables"]

    assert set(re.findall(r"`ice:([a-z]\w+)`", (ROOT / "docs" / "scale.md").read_text())) <= set(known)


def test_plots_and_tables_tell_what_was_recorded() -> None:
    for file, text in recorded.files().items():
        assert file.read_text(encoding="utf-8") == text, f"{file.name}: write it anew by tests/bench/recorded.py"


def test_every_row_that_tells_a_median_is_a_recorded_figure() -> None:
    figures = json.loads(recorded.RECORDED.read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    names = [
        row.split("|")[1].strip()
        for table in page.split("| row | median |\n|---|---|\n")[1:]
        for row in table.split("\n\n")[0].splitlines()
    ]

    assert names
    assert set(names) <= set(figures)
