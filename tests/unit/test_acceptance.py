"""A task and a rule give open, wait, or shut and why."""

from __future__ import annotations

import pytest

from ice_provider.acceptance import Open, Rule, Shut, Wait, judge
from support.cloud import task

DEFAULT: dict[str, tuple[str, ...]] = {}
UNKNOWN = "add it to pendingStatuses to wait on, to failureStatuses to stop, to successStatuses to open"


@pytest.mark.parametrize(
    ("lists", "verdicts"),
    [
        (DEFAULT, "wait wait open shut shut ?"),
        ({"success": ("Succeed",)}, "wait wait open shut shut ?"),
        ({"success": ("Succeed", "Failed")}, "wait wait open open shut ?"),
        ({"success": ("Failed",)}, "wait wait ? open shut ?"),  # a list that is given replaces its default
        ({"success": ("Processing", "Succeed")}, "wait open open shut shut ?"),
        ({"success": ("Queued", "Succeed")}, "wait wait open shut shut open"),
        ({"failure": ("Failed",)}, "wait wait open shut ? ?"),
        ({"failure": ("Processing", "Failed")}, "wait shut open shut ? ?"),
        ({"failure": ()}, "wait wait open ? ? ?"),
        ({"failure": ("Succeed",)}, "wait wait shut ? ? ?"),
        ({"pending": ("Init", "Processing", "Queued")}, "wait wait open shut shut wait"),
        ({"pending": ("Failed", "Init")}, "wait ? open shut shut ?"),
        ({"pending": ()}, "? ? open shut shut ?"),
        ({"success": ("Canceled",), "failure": ("Init",), "pending": ("Failed",)}, "shut ? ? shut open ?"),
    ],
    ids=str,
)
def test_the_lists_decide_what_each_status_means(lists: dict[str, tuple[str, ...]], verdicts: str) -> None:
    rule = Rule.of(**lists)
    found = []
    for status in ("Init", "Processing", "Succeed", "Failed", "Canceled", "Queued"):
        match judge(task(status), rule):
            case Open():
                found.append("open")
            case Wait():
                found.append("wait")
            case Shut(error):
                found.append("?" if UNKNOWN in error.headline else "shut")

    assert " ".join(found) == verdicts


@pytest.mark.parametrize("status", ["", "succeed", "SUCCEED", "Succeeded", "Success", " Succeed"])
def test_only_the_exact_word_opens(status: str) -> None:
    assert isinstance(judge(task(status), Rule()), Shut)


@pytest.mark.parametrize(
    ("status", "condition", "verdict"),
    [
        ("Succeed", "status == 'Succeed'", "open"),
        (
            "Succeed",
            "status == 'Failed'",
            "workflow task t-1 ended as Succeed, but does not meet the condition of this gate",
        ),
        (
            "Succeed",
            "results.Score > `1`",
            (
                "workflow task t-1 ended as Succeed, but the condition of this gate cannot be judged: "
                'it asks for "Score" of null'
            ),
        ),
        (
            "Succeed",
            "status",
            (
                "workflow task t-1 ended as Succeed, but the condition of this gate cannot be judged: "
                "its result is a string, and only true opens the gate"
            ),
        ),
        ("Processing", "`false`", "wait"),
        ("Processing", "results.Score > `1`", "wait"),
        ("Failed", "`true`", "workflow task t-1 failed: the service gave no reason"),
        ("Queued", "`true`", f'workflow task t-1 has the unknown status "Queued": {UNKNOWN}'),
    ],
)
def test_a_condition_is_judged_only_once_the_task_has_a_success_status(
    status: str, condition: str, verdict: str
) -> None:
    match judge(task(status), Rule.of(condition=condition)):
        case Shut(error):
            assert error.headline == verdict
        case other:
            assert type(other).__name__.lower() == verdict
