"""What a task ID may look like."""

from __future__ import annotations

import pytest

from ice_provider.task_id import problem


@pytest.mark.parametrize(
    "text", ["4215e042b3966ca5441e", "a", "x" * 128, "任务-1", "a/b:c#d?e&f=g%20", "******0C-7870"]
)
def test_any_text_without_spaces_may_be_a_task_id(text: str) -> None:
    assert problem(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "must not be empty"),
        (" \n", "must not be empty"),
        ("x" * 129, "must have at most 128 characters"),
        ("a b", "must not hold spaces, line breaks or control characters"),
        ("a\n", "must not hold spaces, line breaks or control characters"),
        ("a\tb", "must not hold spaces, line breaks or control characters"),
        ("a\x00", "must not hold spaces, line breaks or control characters"),
        ("a\u2028b", "must not hold spaces, line breaks or control characters"),
        ("a\ud800", "must not hold spaces, line breaks or control characters"),
    ],
)
def test_what_cannot_be_one_is_said_with_where_to_get_it(text: str, reason: str) -> None:
    assert problem(text) == f"{reason}: give the TaskId that StartWorkflow returned"
