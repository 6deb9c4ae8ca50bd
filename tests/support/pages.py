"""Pages for users, taken apart: sections, fenced blocks, tables. Must not know what is done with them."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from support.engine import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCS = ROOT / "docs"
_FENCE = re.compile(r"^```(?P<language>\S*)(?P<more>.*)$")
_HEADING = re.compile(r"^(?P<level>#+) (?P<title>.+)$")
_CELL = re.compile(r"\s*((?:`[^`]*`|[^|`])*?)\s*\|")  # a bar in code is a part of the cell


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        page: The name of the page.
        line: The line of the page at which it begins, counting from 1.
        language: The tag.
        text: What stands in it.
    """

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Return where to look for it."""
        return f"docs/{self.page}.md:{self.line} ({self.language or 'no tag'})"


@dataclass
class Section:
    """What stands under one heading, up to the next of whatever level.

    Attributes:
        page: The name of the page.
        path: The titles of the headings above it and its own.
        prose: The lines outside blocks.
        blocks: The blocks, in order.
    """

    page: str
    path: tuple[str, ...]
    prose: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Its own heading."""
        return self.path[-1] if self.path else ""

    def table(self, *columns: str) -> list[tuple[str, ...]]:
        """Return the rows, cell by cell, of the table with these columns."""
        start = self.rows.index(columns) + 2
        return list(_until_empty(self.rows[start:]))

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The cells of its lines; none of a line outside tables."""
        return [cells(line) for line in self.prose]


def cells(line: str) -> tuple[str, ...]:
    """Return the cells of a line of a table; none for any other line."""
    return tuple(match[1] for match in _CELL.finditer(line[1:])) if line.startswith("|") else ()


def code(text: str) -> list[str]:
    """Return what stands in backquotes."""
    return re.findall(r"`([^`]+)`", text)


@functools.cache
def page(name: str) -> tuple[Section, ...]:
    """Return the sections of a page of the docs."""
    return sections(DOCS / f"{name}.md")


def sections(file: Path) -> tuple[Section, ...]:
    """Return the sections of a file in Markdown."""
    name = file.stem
    found = [Section(name, ())]
    lines = iter(enumerate(file.read_text().splitlines(), 1))
    for number, line in lines:
        if fence := _FENCE.match(line):
            inside = "".join(f"{text}\n" for text in _until_fence(lines))
            found[-1].blocks.append(Block(name, number, fence["language"], inside))
        elif heading := _HEADING.match(line):
            above = found[-1].path[: len(heading["level"]) - 1]
            found.append(Section(name, (*above, heading["title"])))
        else:
            found[-1].prose.append(line)
    return tuple(found)


def section(name: str, *path: str) -> Section:
    """Return the section of a page whose headings end so."""
    (found,) = (each for each in page(name) if each.path[-len(path) :] == path)
    return found


def _until_fence(lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    for _, line in lines:
        if line == "```":
            return
        yield line


def _until_empty(rows: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        if not row:
            return
        yield row
