"""How a wait is told to who watches: a table that changes, a bar, a line. Nothing here is for a log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final, Self, cast

from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ice_gate import bars
from ice_gate.awaited import Awaited
from ice_gate.exits import Ending
from ice_gate.output import Output, printable
from ice_gate.timeline import Kind, timeline
from ice_provider import durations, group_messages, messages, times
from ice_provider.clock import Clock
from ice_provider.model import GatedTask, WorkflowTask
from ice_provider.resources.workflow_task_group_gate import GatedGroup
from ice_provider.tally import Tally

_EVERY: Final = 0.2  # seconds between two pictures
_BAR: Final = 24  # this and what follows: cells
_WIDE: Final = 100
_LONGEST_ID: Final = 40
_AROUND: Final = 5  # lines of a terminal that are not for rows
_KEY: Final = len("^C")  # cells: a terminal writes a key behind the last line, which must not break it
_FEWEST: Final = 3  # rows even on the smallest terminal


class Screen:
    """Implements `ice_gate.views.View` on a terminal."""

    def __init__(self, output: Output, awaited: Awaited, clock: Clock, console: Console | None = None) -> None:
        """Draw a wait; the console is that of standard output unless given."""
        self._output = output
        self._awaited = awaited
        self._clock = clock
        self._console = console or Console(file=cast("IO[str]", output.out), highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        self._last = ""
        self._ticking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """See `View`."""
        self._live.start()
        self._ticking = asyncio.create_task(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        """See `View`: leave the table as it stood."""
        if self._ticking:
            self._ticking.cancel()
        self._draw(is_over=True)
        self._live.stop()

    async def progress(self, line: str) -> None:
        """See `Reporter`."""
        self._last = line

    async def overall(self, line: str) -> None:
        """See `Reporter`."""
        self._last = line

    async def warn(self, line: str) -> None:
        """See `Reporter`: a warning stays, above the table."""
        self._console.print(Text(f"warning: {self._output.clean(line)}", style="yellow"))

    def opened(self, outcome: GatedTask | GatedGroup) -> None:  # noqa: ARG002  # the table shows it
        """See `View`."""
        self._output.line(self._last)

    def failed(self, ending: Ending) -> None:
        """See `View`."""
        self._output.fail(ending.text)

    async def _tick(self) -> None:
        while True:
            self._draw(is_over=False)
            await asyncio.sleep(_EVERY)

    def _draw(self, *, is_over: bool) -> None:
        size, now = self._console.size, self._clock.now()
        moment = Moment(now, self._clock.wall(), size.width, max(_FEWEST, size.height - _AROUND))
        block = "#" if self._console.options.ascii_only else "█"
        picture = frame(self._awaited, moment, is_over=is_over, block=block, clean=self._output.clean)
        self._live.update(picture, refresh=True)


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where a picture is drawn.

    Attributes:
        now: By the clock.
        wall: Seconds since 1970.
        width: The cells of a line.
        rows: How many lines there are for tasks or activities.
    """

    now: float
    wall: float
    width: int
    rows: int


def frame(
    awaited: Awaited, moment: Moment, *, is_over: bool, block: str = "█", clean: Callable[[str], str] = printable
) -> RenderableType:
    """Return the picture of a wait.

    Args:
        awaited: What to draw.
        moment: When and where.
        is_over: Whether the wait has ended: then nothing moves any more.
        block: What bars are made of.
        clean: Makes a text one line that may be shown, before it is cut: half a secret is not known as one.
    """
    if awaited.tally:
        table: RenderableType = _tasks(awaited, awaited.tally, moment, clean)
    else:
        table = Group(*_activities(awaited, moment, block))
    heading = Text(clean(awaited.heading), style="bold", overflow="ellipsis", no_wrap=True)
    return Group(heading, Padding(table, (0, 0, 0, 2)), *([] if is_over else [_line(awaited, moment, clean)]))


def _activities(awaited: Awaited, moment: Moment, block: str) -> list[Text]:
    seen = awaited.seen.get(awaited.task_ids[0])
    rows = bars.rows(timeline(seen, moment.wall), moment.width - 2, block=block) if seen else []
    hidden = len(rows) - moment.rows
    return [Text(f"{hidden + 1} earlier ones", "dim"), *rows[hidden + 1 :]] if hidden > 0 else rows


def _line(awaited: Awaited, moment: Moment, clean: Callable[[str], str]) -> RenderableType:
    """Return the last line: a bar that fills for a group, one that only moves for one task; and how it stands."""
    waited, tally = moment.now - awaited.began, awaited.tally
    trouble = awaited.troubles.lasting(moment.now)
    width = _BAR if moment.width >= _WIDE else _BAR // 2
    if tally:
        bar = ProgressBar(total=max(1, tally.needed), completed=len(tally.succeeded), width=width)
        told = group_messages.progress(tally.standing, waited=waited, limit=awaited.limit, trouble=trouble)
    else:
        bar = ProgressBar(total=None, width=width)
        seen = awaited.seen.get(awaited.task_ids[0])
        used = f"{durations.show(waited)} of {awaited.limit.told}"
        told = f"{seen.status if seen else 'not read yet'} · {used}{messages.failing(trouble)}"
    grid = Table.grid(padding=(0, 1))
    grid.add_row(bar, Text(clean(told)))
    return Constrain(grid, max(1, moment.width - _KEY - 1))


def _tasks(awaited: Awaited, tally: Tally, moment: Moment, clean: Callable[[str], str]) -> Table:
    """Return the tasks that matter most: those that failed, then those that go on, then those that succeeded."""
    names = [*tally.reasons, *sorted(tally.unsettled), *tally.succeeded]
    shown = names if len(names) <= moment.rows else names[: moment.rows - 1]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False, expand=True)
    rows = [[Text(clean(text), style) for text, style in _cells(awaited, tally, name, moment.wall)] for name in shown]
    for number, title in enumerate(("task", "status", "time")):  # the note is what gives way
        least = min(_LONGEST_ID, max(row[number].cell_len for row in rows))
        table.add_column(
            title, no_wrap=True, min_width=max(len(title), least), justify="right" if number > 1 else "left"
        )
    table.add_column("", no_wrap=True, overflow="ellipsis", ratio=1)
    for row in rows:
        table.add_row(*row)
    if len(shown) < len(names):
        table.add_row(Text(f"and {len(names) - len(shown):,} more", "dim"))
    return table


def _cells(awaited: Awaited, tally: Tally, task_id: str, now: float) -> tuple[tuple[str, str], ...]:
    """Return the texts of a row, each with its style."""
    seen, reason = awaited.seen.get(task_id), tally.reasons.get(task_id)
    kind = Kind.BROKEN if reason else Kind.RUNNING if task_id in tally.unsettled else Kind.DONE
    status = seen.status if seen else "not known" if reason or task_id in tally.missing else "not read yet"
    if reason:
        note = group_messages.why(task_id, reason)
    elif seen and kind is Kind.RUNNING:
        note = messages.details(seen, now)
    else:
        note = ""
    style = bars.STYLES[kind if seen or reason else Kind.OTHER]
    return (task_id, ""), (status, style), (_age(seen, now), "dim"), (note, style if reason else "")


def _age(seen: WorkflowTask | None, now: float) -> str:
    """Return how long a task has run."""
    if seen is None:
        return ""
    if seen.duration_seconds is not None:
        return durations.show(seen.duration_seconds)
    made = times.seconds(seen.create_time)
    return durations.show(now - made) if made is not None and not seen.finished and now > made else ""
