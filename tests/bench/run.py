"""`make bench`: one page of tables, and the same figures as JSON beside it.

Every comparison is interleaved in this run, and quoted as a ratio; a goal that is missed makes the run fail.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import recorded
from rich.console import Console
from rich.table import Table
from rows import Row

FOLDER = Path(__file__).parent
SECTIONS = ("start", "invoking", "signing_in", "engine_cost", "gating", "polling", "calling", "carrying", "emulating")
"""Modules with a TITLE and a function `measure(runs)`, which returns rows."""


def main() -> None:
    """Measure, print, write; exit with 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description="Measure what the performance goals name.")
    parser.add_argument("--runs", type=int, default=11, help="runs of each comparison (default 11)")
    parser.add_argument("--json", type=Path, default=FOLDER / "figures.json", help="where the figures go")
    parser.add_argument(
        "--record", action="store_true", help="also for the docs, whose plots and tables are written anew"
    )
    parser.add_argument("--only", action="append", choices=SECTIONS, help="a section to run; may be given again")
    arguments = parser.parse_args()
    sys.path.append(str(FOLDER.parent))  # where `support` is
    console = Console(width=120)
    figures: dict[str, object] = {}
    missed: list[str] = []
    with _compiled():
        for name in arguments.only or SECTIONS:
            section = importlib.import_module(name)
            others = os.getloadavg()[0]
            rows = section.measure(arguments.runs)
            console.print(_table(section.TITLE, rows, f"load before: {others:.1f} on {os.cpu_count()} cores"))
            figures |= {row.what: row.as_json() for row in rows}
            missed += [row.what for row in rows if row.met is False]
            _write(arguments.json, figures)  # after each section: the next one may fail
            if arguments.record:
                _record(figures)
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


def _record(figures: Mapping[str, object]) -> None:
    before = json.loads(recorded.RECORDED.read_text(encoding="utf-8")) if recorded.RECORDED.exists() else {}
    _write(recorded.RECORDED, before | figures)
    recorded.write()


def _write(file: Path, figures: Mapping[str, object]) -> None:
    file.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _table(title: str, rows: Sequence[Row], caption: str) -> Table:
    table = Table(title=title, title_justify="left", caption=caption, caption_justify="left")
    for head in ("what", "least", "median", "most", "unit", "goal", "met"):
        table.add_column(head, justify="left" if head in {"what", "unit", "goal"} else "right")
    for row in rows:
        table.add_row(*row.cells())
    return table


@contextlib.contextmanager
def _compiled() -> Iterator[None]:
    """Let what is measured find its modules compiled, as pip leaves them, also where the environment forbids that.

    The first round of every comparison, which does not count, compiles them into a folder of this run's own.
    """
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        yield


if __name__ == "__main__":
    main()
