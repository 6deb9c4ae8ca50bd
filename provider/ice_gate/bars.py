"""A timeline as rows of text: a name, a status, a bar, a duration. Pure; the width is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from ice_gate.output import printable
from ice_gate.timeline import Bar, Kind, Timeline

STYLES: Final[Mapping[Kind, str]] = {Kind.DONE: "green", Kind.RUNNING: "cyan", Kind.BROKEN: "red", Kind.OTHER: "dim"}
_LONGEST_NAME: Final = 32  # cells
_LONGEST_STATUS: Final = 12
_LEAST: Final = 10  # cells of a bar, below which it says nothing
_GAP: Final = "  "


def rows(timeline: Timeline, width: int, *, block: str = "█") -> list[Text]:
    """Return a row for each activity.

    Args:
        timeline: What to draw.
        width: The cells of a row, at most.
        block: What a bar is made of, one cell wide.
    """
    bars = timeline.bars
    name = _column([bar.name for bar in bars], min(_LONGEST_NAME, width // 3))
    status = _column([bar.status for bar in bars], min(_LONGEST_STATUS, width // 4))
    span = _column([bar.span for bar in bars], width)
    room = width - name - status - span - 3 * len(_GAP)
    is_drawn = room >= _LEAST and timeline.began is not None
    widths = _Widths(name, status, room if is_drawn else 0, span)
    return [_row(bar, widths, block) for bar in bars]


def fitted(text: str, width: int) -> str:
    """Return a text in exactly so many cells, cut with an ellipsis if need be."""
    text = printable(text)
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


class _Widths(NamedTuple):
    """How many cells each part of a row has."""

    name: int
    status: int
    bar: int
    span: int


def _row(bar: Bar, widths: _Widths, block: str) -> Text:
    row = Text(fitted(bar.name, widths.name) + _GAP, no_wrap=True)
    row.append(fitted(bar.status, widths.status) + _GAP, STYLES[bar.kind])
    if widths.bar:
        row.append(set_cell_size(_drawn(bar, widths.bar, block), widths.bar) + _GAP, STYLES[bar.kind])
    row.append(bar.span.rjust(widths.span), "dim")
    row.rstrip()
    return row


def _drawn(bar: Bar, room: int, block: str) -> str:
    """Return a bar, at least one cell long; nothing when its time is not known."""
    if bar.start is None or bar.end is None:
        return ""
    first = min(round(bar.start * room), room - 1)
    last = max(round(bar.end * room), first + 1)
    return " " * first + block * (last - first)


def _column(texts: list[str], most: int) -> int:
    return min(max((cell_len(printable(text)) for text in texts), default=0), most)
