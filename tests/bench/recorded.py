"""The figures of the docs, from what was recorded: `docs/figures.json` in, plots and tables out.

A plot is a few bars, drawn by hand: what libraries draw is a hundred times as long, differs from run to run, and is dark on dark in a
reader that is dark.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
RECORDED = DOCS / "figures.json"
_NAMES, _BARS, _LINE, _TOP = (
    250,
    330,
    26,
    40,
)  # pixels: where names end, how wide bars are, how high a line and the title
_STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .title { font-weight: 600 }
    .bar { fill: #8c959f }
    .ours { fill: #0969da }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #4493f8 } }
"""


@dataclass(frozen=True)
class Bar:
    """One bar: what stands beside it, the row of figures that it shows, whether it is ours."""

    name: str
    row: str
    ours: bool = True


@dataclass(frozen=True)
class Plot:
    """Bars under a title; on a logarithmic scale where they differ by orders of magnitude."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    logarithmic: bool = False

    def draw(self, figures: Mapping[str, Mapping[str, Any]]) -> str:
        """Return it as SVG."""
        values = [figures[bar.row]["median"] for bar in self.bars]
        lines = [
            self._bar(place, bar, value, values)
            for place, (bar, value) in enumerate(zip(self.bars, values, strict=True))
        ]
        height = _TOP + _LINE * len(self.bars)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="700" height="{height}" viewBox="0 0 700 {height}">\n'
            f"  <title>{escape(self.title)}</title>\n  <style>{_STYLE}  </style>\n"
            f'  <text class="title" x="0" y="16">{escape(self.title)}</text>\n{"".join(lines)}</svg>\n'
        )

    def _bar(self, place: int, bar: Bar, value: float, values: list[float]) -> str:
        top = _TOP + place * _LINE
        width = max(1.0, _BARS * self._share(value, values))
        return (
            f'  <text x="{_NAMES - 10}" y="{top + 13}" text-anchor="end">{escape(bar.name)}</text>\n'
            f'  <rect class="{"ours" if bar.ours else "bar"}" x="{_NAMES}" y="{top}" width="{width:.1f}" height="18" rx="2"/>\n'
            f'  <text x="{_NAMES + width + 8:.1f}" y="{top + 13}">{value:.3g} {escape(self.unit)}</text>\n'
        )

    def _share(self, value: float, values: list[float]) -> float:
        if not self.logarithmic:
            return value / max(values)
        least = min(values) / 2  # or the shortest bar would be none
        return math.log(value / least) / math.log(max(values) / least)


_SINGLE, _LISTS = "1,000 tasks", "1,000 in bulk, begun within {} s"
PLOTS = {
    "calls": Plot(
        "1,000 tasks of 10 minutes: calls, of those that a poll every 5 seconds makes",
        "×",
        (
            Bar("read one by one", f"{_SINGLE}: calls over those of a 5 s poll"),
            Bar("in bulk, begun within 5 min", f"{_LISTS.format(300)}: calls over those of a 5 s poll"),
            Bar("in bulk, begun within 10 s", f"{_LISTS.format(10)}: calls over those of a 5 s poll"),
        ),
    ),
    "cpu": Plot(
        "CPU of one call over https (logarithmic)",
        "µs",
        (
            Bar("bare aiohttp, unsigned", "CPU of a call, bare aiohttp", ours=False),
            Bar("a poll of this provider", "CPU of a call, ours"),
            Bar("the official SDK, sync", "CPU of a call, the SDK's sync client", ours=False),
            Bar("the official SDK, async", "CPU of a call, the SDK's async client", ours=False),
        ),
        logarithmic=True,
    ),
    "sharing": Plot(
        "Processes with 300 tasks each on an account that bears 100 calls a second: end seen after",
        "s",
        tuple(
            Bar(f"{count} {'process' if count == 1 else 'processes'}", f"{count} × 300 at 100/s: end seen after")
            for count in (1, 4, 16)
        ),
    ),
}


def filled(page: str, figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a page whose table rows `| name of a figure | … |` tell its median."""

    def row(found: re.Match[str]) -> str:
        figure = figures.get(found["name"])
        return f"| {found['name']} | {figure['median']:.3g} {figure['unit']} |" if figure else found[0]

    return re.sub(r"^\| (?P<name>[^|]+) \| [^|]+ \|$", row, page, flags=re.MULTILINE)


def files() -> dict[Path, str]:
    """Return what is written from the recorded figures, by its place."""
    figures = json.loads(RECORDED.read_text(encoding="utf-8"))
    page = DOCS / "scale.md"
    plots = {DOCS / "figures" / f"{name}.svg": plot.draw(figures) for name, plot in PLOTS.items()}
    return {page: filled(page.read_text(encoding="utf-8"), figures), **plots}


def write() -> None:
    """Write all of it."""
    for file, text in files().items():
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
