"""Every kind of fault, at the first, a middle and the last poll and for good, for data source, gate and group.

The transport, the servicer and all sockets are real; only the time between polls is not.
"""

from __future__ import annotations

import pytest

from ice_emulator import KINDS
from support import reliability
from support.oracle import HARMLESS, PASSING, REFUSED, wrongs
from support.secrets import seen_in
from support.trials import TRIALS, Trial, outcome


def test_the_oracle_knows_every_kind_once() -> None:
    known = [*HARMLESS, *REFUSED, *PASSING, "unknownStatus", "taskNotFound"]
    assert sorted(known) == sorted(KINDS)


@pytest.mark.parametrize("trial", TRIALS, ids=str)
async def test_a_fault_is_survived_and_ends_as_it_must(trial: Trial, capfd: pytest.CaptureFixture[str]) -> None:
    """No crash, no hang, no wrong opening, no secret."""
    seen = await outcome(trial)

    assert list(wrongs(trial, seen)) == []
    assert not seen_in("".join(capfd.readouterr()))


async def test_the_page_tells_what_the_trials_bring() -> None:
    """Otherwise: cd tests && ../.venv/bin/python -m support.reliability."""
    found = await reliability.at_the_protocol()
    page = reliability.PAGE.read_text(encoding="utf-8")

    assert reliability.table(page, "totals")[0] == reliability.totals(reliability.PROTOCOL, found)
    assert reliability.table(page, "modes") == reliability.modes(found)
