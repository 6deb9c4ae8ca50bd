"""What `docs/architecture.md` shows of the house: the picture of its layers, what each module is, every dependency.

All of it is read where it is kept: layers and dependencies in `pyproject.toml`, what a module is in its docstring. Knows
none of them by name but the two that face the outside.
"""

from __future__ import annotations

import ast
import re
import tomllib
from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PAGE: Final = "docs/architecture.md"
PICTURE: Final = "docs/figures/house.svg"

_MARK: Final = "<!-- generated: {} -->"
_END: Final = "<!-- end -->"
_OUTSIDE: Final = {"rpc": "Pulumi engine", "alibaba": "Alibaba Cloud"}
_WIDTH, _ROW, _BOX, _GAP, _LETTER = 820, 34, 24, 8, 7.3  # pixels
_STYLE: Final = """
    text { font: 12px ui-monospace, monospace; fill: #24292f; text-anchor: middle }
    rect { fill: #eaeef2; stroke: #8c959f }
    .faces { fill: #ddf4ff; stroke: #0969da }
    .outside { fill: none; stroke-dasharray: 4 3 }
    line { stroke: #0969da; stroke-width: 2 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } rect { fill: #21262d } .faces { fill: #0c2d6b; stroke: #4493f8 } line { stroke: #4493f8 }
      .outside { fill: none }
    }
"""


def layers(root: Path) -> list[list[str]]:
    """Return the modules of the plugin in layers, from the one that knows all to those that know nothing."""
    contracts = _project(root)["tool"]["importlinter"]["contracts"]
    (contract,) = (each for each in contracts if each["name"] == "Imports point one way")
    return [[module.strip() for module in layer.split("|")] for layer in contract["layers"]]


def picture(root: Path) -> str:
    """Return the layers as SVG: whoever stands higher may import what stands lower."""
    rows = layers(root)
    others = sorted({*_project(root)["tool"]["importlinter"]["root_packages"]} - {"ice_provider", "ice_emulator"})
    drawn = [_row(0, [*rows[0], *others])]
    drawn += [_row(number, row) for number, row in enumerate(rows[1:], 1)]
    height = _ROW * len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}">\n  <title>The layers of the plugin</title>\n  <style>{_STYLE}  </style>\n'
        f"{''.join(drawn)}</svg>\n"
    )


def page(root: Path) -> str:
    """Return the page with its generated parts as they are today."""
    text = (root / PAGE).read_text(encoding="utf-8")
    for name, rows in (("rooms", _rooms(root)), ("dependencies", _dependencies(root))):
        before, mark, rest = text.partition(_MARK.format(name))
        text = "".join([before, mark, "\n\n", "\n".join(rows), "\n\n", _END, rest.partition(_END)[2]])
    return text


# --- the picture ------------------------------------------------------------------------------------------------------


def _row(number: int, modules: Sequence[str]) -> str:
    """Return the boxes of a layer, in the middle; what faces the outside stands at the edge, beside whom it faces."""
    top = number * _ROW + (_ROW - _BOX) / 2
    if set(modules) == set(_OUTSIDE):
        return "".join(_facing(module, top, is_left=place == 0) for place, module in enumerate(modules))
    widths = [_wide(module) for module in modules]
    left = (_WIDTH - sum(widths) - _GAP * (len(widths) - 1)) / 2
    boxes = []
    for module, width in zip(modules, widths, strict=True):
        boxes.append(_box(module, left, top))
        left += width + _GAP
    return "".join(boxes)


def _facing(module: str, top: float, *, is_left: bool) -> str:
    """Return a module with whom it faces: outwards, and a line between them."""
    outside, wide = _OUTSIDE[module], _wide(_OUTSIDE[module])
    inner = wide + 4 * _GAP if is_left else _WIDTH - wide - 4 * _GAP - _wide(module)
    begin, end = (wide, inner) if is_left else (inner + _wide(module), _WIDTH - wide)
    middle = top + _BOX / 2
    line = f'  <line x1="{begin:.0f}" y1="{middle:.0f}" x2="{end:.0f}" y2="{middle:.0f}"/>\n'
    return _box(outside, 0 if is_left else _WIDTH - wide, top, "outside") + line + _box(module, inner, top, "faces")


def _box(name: str, left: float, top: float, kind: str = "") -> str:
    width = _wide(name)
    styled = f'class="{kind}" ' if kind else ""
    return (
        f'  <rect {styled}x="{left + 1:.0f}" y="{top:.0f}" width="{width - 2:.0f}" height="{_BOX}" rx="3"/>\n'
        f'  <text x="{left + width / 2:.0f}" y="{top + 16:.0f}">{escape(name)}</text>\n'
    )


def _wide(name: str) -> float:
    return len(name) * _LETTER + 14


# --- the tables -------------------------------------------------------------------------------------------------------


def _rooms(root: Path) -> Iterator[str]:
    """Return what each module of the plugin says of itself, a layer after the other."""
    yield from ("| layer | module | what it is |", "|---|---|---|")
    for number, layer in enumerate(layers(root), 1):
        for module in layer:
            folder = root / "provider" / "ice_provider" / module
            place = folder if folder.is_dir() else folder.with_suffix(".py")
            file = place / "__init__.py" if folder.is_dir() else place
            yield f"| {number} | [`{module}`](../{place.relative_to(root)}) | {_about(file)} |"


def _about(file: Path) -> str:
    """Return the first sentence of a module's docstring, in one line."""
    told = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return re.split(r"(?<=[.?]) (?=[A-Z])", " ".join(told.split("\n\n")[0].split()))[0]


def _dependencies(root: Path) -> Iterator[str]:
    """Return every dependency with its reason, which stands behind it; one without a reason is a mistake."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    project = _project(root)
    groups = (
        ("runs", "dependencies", project["project"]["dependencies"]),
        ("builds", "requires", project["build-system"]["requires"]),
        ("develops", "dev", project["dependency-groups"]["dev"]),
    )
    yield from ("| | package | reason |", "|---|---|---|")
    for use, key, requirements in groups:
        written = text.partition(f"\n{key} = [")[2]
        for requirement in requirements:
            found = re.search(rf'"{re.escape(requirement)}"\]?,? *# (.+)', written)
            if found is None:
                raise SystemExit(f"pyproject.toml: write the reason behind {requirement}: # why it is needed")
            yield f"| {use} | `{requirement}` | {found[1]} |"


def _project(root: Path) -> Mapping[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
