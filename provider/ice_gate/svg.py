"""A timeline as an SVG picture for a report. Pure; whatever the service wrote is text in it and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from xml.etree import ElementTree as ET

from ice_gate.output import printable
from ice_gate.timeline import Bar, Kind, Timeline
from ice_provider import durations

_COLOURS: Final[Mapping[Kind, str]] = {
    Kind.DONE: "#2e7d32",
    Kind.RUNNING: "#0277bd",
    Kind.BROKEN: "#c62828",
    Kind.OTHER: "#757575",
}
_WIDTH: Final = 960  # this and what follows: pixels
_NAMES: Final = 220
_SPANS: Final = 150
_ROOM: Final = _WIDTH - _NAMES - _SPANS
_ROW: Final = 28
_HEAD: Final = 64
_LONGEST: Final = 30  # letters of a name that fit
_TICKS: Final = 4
_STYLE: Final = (
    "text{font:13px system-ui,sans-serif;fill:#222}.head{font-size:16px;font-weight:600}.dim{fill:#666}"
    "line{stroke:#ddd}.paper{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#eee}.dim{fill:#aaa}line{stroke:#444}.paper{fill:#1b1b1b}}"
)


def picture(timeline: Timeline, heading: str, below: str, clean: Callable[[str], str] = printable) -> str:
    """Return the SVG document.

    Args:
        timeline: What to draw.
        heading: What it is, in large letters.
        below: How it stands, in small ones.
        clean: Makes a text fit to be shown.
    """
    height = _HEAD + _ROW * (len(timeline.bars) + 1)
    size = {"width": str(_WIDTH), "height": str(height), "viewBox": f"0 0 {_WIDTH} {height}", "role": "img"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size})
    ET.SubElement(root, "title").text = heading
    ET.SubElement(root, "style").text = _STYLE
    ET.SubElement(root, "rect", {"class": "paper", "width": "100%", "height": "100%"})
    _text(root, 16, 26, heading, "head")
    _text(root, 16, 48, below, "dim")
    if timeline.began is not None:
        _axis(root, timeline.seconds, height)
    for number, bar in enumerate(timeline.bars):
        _bar(root, bar, _HEAD + _ROW * number)
    for element in root.iter():
        element.text = clean(element.text or "") or None
    return ET.tostring(root, encoding="unicode") + "\n"


def _axis(root: ET.Element, seconds: float, height: int) -> None:
    """Draw lines at equal distances, with the time that has gone by at each."""
    for tick in range(_TICKS + 1):
        x = str(round(_NAMES + _ROOM * tick / _TICKS))
        ET.SubElement(root, "line", {"x1": x, "x2": x, "y1": str(_HEAD), "y2": str(height - _ROW)})
        mark = _text(root, int(x), height - 9, durations.show(seconds * tick / _TICKS), "dim")
        mark.set("text-anchor", "middle")


def _bar(root: ET.Element, bar: Bar, top: int) -> None:
    group = ET.SubElement(root, "g")
    told = ": ".join(part for part in (f"{bar.name} {bar.status} {bar.span}".strip(), bar.reason) if part)
    ET.SubElement(group, "title").text = told
    _text(group, 16, top + 19, bar.name if len(bar.name) <= _LONGEST else f"{bar.name[: _LONGEST - 1]}…")
    if bar.start is not None and bar.end is not None:
        left, right = (_NAMES + _ROOM * edge for edge in (bar.start, bar.end))
        place = {"x": f"{left:.1f}", "y": str(top + 5), "width": f"{max(2.0, right - left):.1f}", "height": "18"}
        ET.SubElement(group, "rect", {**place, "rx": "3", "fill": _COLOURS[bar.kind]})
    _text(group, _WIDTH - _SPANS + 16, top + 19, f"{bar.status} {bar.span}".strip(), "dim")


def _text(parent: ET.Element, x: int, y: int, text: str, kind: str = "") -> ET.Element:
    element = ET.SubElement(parent, "text", {"x": str(x), "y": str(y), **({"class": kind} if kind else {})})
    element.text = text
    return element
