"""The tables of docs/reliability.md, out of what the trials bring: `python -m support.reliability` writes them.

Run it in `tests`, with the interpreter of `.venv`; it takes two minutes. The tests make the same trials and compare.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from ice_emulator import KINDS
from support import stack_trials
from support.engine import ROOT
from support.oracle import wrongs
from support.trials import TRIALS, Seen, Trial, outcome

PAGE: Final = ROOT / "docs" / "reliability.md"
PROTOCOL: Final = "at the provider protocol"
ENGINE: Final = "on the engine"
_MARK: Final = "<!-- generated: {} -->"
_END: Final = "<!-- end -->"
_LONGEST: Final = 110  # characters of a message that stand in a row
_COUNTED: Final = ("faults tried", "survived", "wrong openings", "secret bytes found", "states damaged")


def totals(where: str, found: Mapping[Trial, Seen]) -> str:
    """Return the row of the first table for some trials."""
    survived = sum(not any(wrongs(trial, seen)) for trial, seen in found.items())
    secret = {piece for seen in found.values() for piece in seen.secrets}
    counts = (
        len(found),
        survived,
        sum(seen.opened_wrongly for seen in found.values()),
        len("".join(secret).encode()),
        sum(seen.is_damaged for seen in found.values()),
    )
    return _row(where, *counts)


def modes(found: Mapping[Trial, Seen]) -> list[str]:
    """Return the rows of the second table, one for each kind."""
    rows = []
    for name, kind in KINDS.items():
        trials = [trial for trial in found if trial.kind == name]
        survived = sum(not any(wrongs(trial, found[trial])) for trial in trials)
        told = _told(found[Trial(name, "first", "gate")], found[Trial(name, "for good", "data source")])
        rows.append(_row(kind.mode or "", f"`{name}`", kind.wire, told, f"{survived} of {len(trials)}"))
    return rows


def table(page: str, name: str) -> list[str]:
    """Return the rows of a generated table as they stand in the page."""
    lines = page.partition(_MARK.format(name))[2].partition(_END)[0].strip().splitlines()
    return lines[2:]


async def at_the_protocol() -> dict[Trial, Seen]:
    """Return what comes of every trial at the protocol; those that have been made are not made again."""
    return {trial: await outcome(trial) for trial in TRIALS}


def _told(gate: Seen, data_source: Seen) -> str:
    """Return what a person sees: of a fault of one poll, and of one that lasts."""
    if gate.end != "Succeed":
        return f"fails at once: {_shown(gate)}"
    if data_source.end == "Succeed":
        return "nothing"
    return f"nothing; if it lasts: {_shown(data_source)}"


def _shown(seen: Seen) -> str:
    """Return a first line without what differs from run to run, and without what all of them begin with."""
    line = re.sub(r"127\.0\.0\.1:\d+", "the endpoint", seen.headline)
    line = re.sub(r"^could not read workflow task \S+ within \w+: ", "", line)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _tables(protocol: Mapping[Trial, Seen], engine: Mapping[Trial, Seen]) -> dict[str, Iterable[str]]:
    counted = [_row("", *_COUNTED), "|---|---|---|---|---|---|"]
    heads = [_row("", "kind", "on the wire", "what a gate shows", "survived"), "|---|---|---|---|---|"]
    return {
        "totals": [*counted, totals(PROTOCOL, protocol), totals(ENGINE, engine)],
        "modes": [*heads, *modes(protocol)],
    }


def main() -> None:
    """Make all trials and write the tables into the page."""
    with tempfile.TemporaryDirectory() as folder:
        engine = asyncio.run(stack_trials.outcomes(Path(folder)))
    page = PAGE.read_text(encoding="utf-8")
    for name, lines in _tables(asyncio.run(at_the_protocol()), engine).items():
        before, mark, rest = page.partition(_MARK.format(name))
        page = "".join([before, mark, "\n\n", "\n".join(lines), "\n\n", _END, rest.partition(_END)[2]])
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
