"""Twelve faults in one stack on the real engine: what opens, what is said, and that the next up completes."""

from __future__ import annotations

from pathlib import Path

from support import reliability
from support.oracle import wrongs
from support.stack_trials import TRIALS, outcomes


async def test_faults_end_on_the_engine_as_they_must_and_the_page_tells_so(tmp_path: Path) -> None:
    found = await outcomes(tmp_path)

    assert {str(trial): list(wrongs(trial, seen)) for trial, seen in found.items()} == {str(t): [] for t in TRIALS}
    page = reliability.PAGE.read_text(encoding="utf-8")
    assert reliability.table(page, "totals")[1] == reliability.totals(reliability.ENGINE, found)
