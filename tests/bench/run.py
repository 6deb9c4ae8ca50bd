"""`make bench`: one page of tables, and the same figures as JSON beside it.

Every comparison is interleaved in this run, and quoted as a ratio; a goal that is missed makes the run fail.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import start
from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parent
SECTIONS = (start,)


def main() -> None:
    """Measure, print, write; exit with 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description="Measure what the performance goals name.")
    parser.add_argument("--runs", type=int, default=11, help="runs of each comparison (default 11)")
    parser.add_argument("--json", type=Path, default=FOLDER / "figures.json", help="where the figures go")
    arguments = parser.parse_args()
    console = Console(width=120)
    figures: dict[str, object] = {}
    missed: list[str] = []
    for section in SECTIONS:
        rows = section.measure(arguments.runs)
        table = Table(title=section.TITLE, title_justify="left")
        for head in ("what", "least", "median", "most", "unit", "goal", "met"):
            table.add_column(head, justify="left" if head in {"what", "unit", "goal"} else "right")
        for row in rows:
            table.add_row(*row.cells())
            figures[row.what] = row.as_json()
            missed += [row.what] if row.met is False else []
        console.print(table)
    arguments.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
