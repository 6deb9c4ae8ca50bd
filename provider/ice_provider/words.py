"""The words of the API that the gate's meaning hangs on. Knows the standard library only.

Source: the page of GetWorkflowTask (ICE, API 2020-11-09), element `Status`. Note `Succeed`, and `Canceled` with one l.
"""

from __future__ import annotations

from typing import Final

INIT: Final = "Init"
PROCESSING: Final = "Processing"
SUCCEED: Final = "Succeed"
FAILED: Final = "Failed"
CANCELED: Final = "Canceled"

PENDING: Final = frozenset({INIT, PROCESSING})
ENDED: Final = frozenset({SUCCEED, FAILED, CANCELED})
KNOWN: Final = PENDING | ENDED


def choice_problem(listed: tuple[str, ...]) -> str | None:
    """Say why no task can have one of these status words, or None."""
    return case_problem(listed) if listed else f'must name a status word such as "{SUCCEED}", or be left out'


def case_problem(listed: tuple[str, ...]) -> str | None:
    """Say which words differ from the API's in upper and lower case alone, or None; any other word may be a new one."""
    if any(not word or word != word.strip() for word in listed):
        return "must hold whole status words: one is empty, or has white space around it"
    right = {word.lower(): word for word in KNOWN}
    wrong = [word for word in listed if right.get(word.lower(), word) != word]
    told = "; ".join(f'"{right[word.lower()]}", not "{word}"' for word in wrong)
    return f"must have the service's own upper and lower case: {told}" if wrong else None
