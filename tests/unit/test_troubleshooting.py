"""The page on troubleshooting has every message that can be shown, and no other."""

from __future__ import annotations

import functools
import re

import pytest

from support.engine import ROOT
from support.pages import code, page
from support.pulumi_says import MESSAGES
from support.sayings import ANYTHING, mistakes, sayings, texts

COLUMNS = ("message", "cause", "what to do")
ROWS = [row for each in page("troubleshooting") if COLUMNS in each.rows for row in each.table(*COLUMNS)]
SHOWN = [message for row in ROWS for message in code(row[0])]
SAID = {shown: (shown, shown.partition(": ")[2]) for shown in SHOWN}  # before a mistake stands where it was made


@functools.cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split(ANYTHING))))


def is_same(one: str, other: str) -> bool:
    """Whether a text with holes can be what another one says, which has holes of its own."""
    return bool(_pattern(one).fullmatch(other) or _pattern(other).fullmatch(one))


def test_every_first_line_of_an_error_or_a_warning_stands_on_the_page() -> None:
    said = sayings()

    assert len(said) > 100
    assert sorted(saying for saying in said if not any(is_same(saying, shown) for shown in SHOWN)) == []


def test_every_message_on_the_page_is_one_that_the_code_or_pulumi_can_say() -> None:
    written = {*sayings(), *(text for text in texts() if sum(map(str.isalpha, text)) > 8), *MESSAGES.values()}

    assert [shown for shown in SHOWN if not any(is_same(text, said) for text in written for said in SAID[shown])] == []


def test_every_mistake_in_what_was_written_stands_on_this_page_or_on_the_one_on_bad_input() -> None:
    bad_input = (ROOT / "docs" / "bad-input.md").read_text()

    def stands(reason: str) -> bool:
        is_there = re.search("[^|]*".join(map(re.escape, reason.split(ANYTHING))), bad_input)
        return bool(is_there) or any(is_same(reason, said) for each in SAID.values() for said in each)

    found = [reasons for reasons in mistakes() if any(re.search(r"\w", reason) for reason in reasons)]
    assert len(found) > 20
    assert [reasons for reasons in found if not any(map(stands, reasons))] == []


def test_every_row_of_the_page_has_a_message_a_cause_and_what_to_do() -> None:
    lines = (ROOT / "docs" / "troubleshooting.md").read_text().splitlines()

    assert len(ROWS) == sum(line.startswith("| `") for line in lines)
    assert all(code(message) and cause and remedy for message, cause, remedy in ROWS)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("… is not known in …", "workflow task … is not known in …", True),
        ("the answer of […]:… is not HTTP", "the answer of … is not HTTP", True),
        ("the answer is no JSON object", "the answer is no JSON", False),
    ],
)
def test_messages_are_told_apart_by_what_is_fixed_in_them(one: str, other: str, *, same: bool) -> None:
    assert is_same(one, other) == same
