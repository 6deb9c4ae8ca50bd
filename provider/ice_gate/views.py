"""How a wait is told to who does not watch: a line for a log, or a JSON object a line for a program."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol, Self

from ice_gate.awaited import Awaited
from ice_gate.exits import Ending, Exit
from ice_gate.output import Output
from ice_provider import times
from ice_provider.declaration import encode
from ice_provider.model import GatedTask, WorkflowTask
from ice_provider.observation import gated
from ice_provider.resources.workflow_task_group_gate import GatedGroup
from ice_provider.session import Reporter


class View(Reporter, Protocol):
    """How one wait is told: entered when it begins, left when it ends."""

    def opened(self, outcome: GatedTask | GatedGroup) -> None:
        """Tell that the gate has opened."""

    def failed(self, ending: Ending) -> None:
        """Tell that it has not."""

    async def __aenter__(self) -> Self:
        """Tell what is awaited."""

    async def __aexit__(self, *_: object) -> None:
        """Stop telling."""


class Lines:
    """A line on each change, else one a minute: the core's own lines."""

    def __init__(self, output: Output, awaited: Awaited | None = None) -> None:
        """Tell of a wait; without one, only warnings come."""
        self._output = output
        self._awaited = awaited

    async def __aenter__(self) -> Self:
        """See `View`."""
        if self._awaited:
            self._output.line(self._awaited.heading)
        return self

    async def __aexit__(self, *_: object) -> None:
        """See `View`."""

    async def progress(self, line: str) -> None:
        """See `Reporter`."""
        self._output.line(line)

    async def overall(self, line: str) -> None:
        """See `Reporter`."""
        self._output.line(line)

    async def warn(self, line: str) -> None:
        """See `Reporter`."""
        self._output.warn(line)

    def opened(self, outcome: GatedTask | GatedGroup) -> None:
        """See `View`: the core's last line has said so."""

    def failed(self, ending: Ending) -> None:
        """See `View`."""
        self._output.fail(ending.text)


class JsonLines:
    """Objects with the keys `time`, `event` and `message`: `begin`, `progress`, `warning`, and at last `end`."""

    def __init__(self, output: Output, awaited: Awaited) -> None:
        """Tell of a wait."""
        self._output = output
        self._awaited = awaited

    async def __aenter__(self) -> Self:
        """See `View`."""
        seconds = self._awaited.limit.seconds
        self._tell("begin", self._awaited.heading, taskIds=sorted(self._awaited.task_ids), limitSeconds=seconds)
        return self

    async def __aexit__(self, *_: object) -> None:
        """See `View`."""

    async def progress(self, line: str) -> None:
        """See `Reporter`."""
        counts = Counter(task.status for task in self._awaited.seen.values())
        self._tell("progress", line, statusCounts=dict(sorted(counts.items())))

    async def overall(self, line: str) -> None:
        """See `Reporter`."""
        await self.progress(line)

    async def warn(self, line: str) -> None:
        """See `Reporter`."""
        self._tell("warning", line)

    def opened(self, outcome: GatedTask | GatedGroup) -> None:
        """See `View`."""
        self._end(Exit.OPEN, "the gate is open", _as_members(outcome))

    def failed(self, ending: Ending) -> None:
        """See `View`: standard error has it in full, for the log."""
        headline, *hints = ending.text.splitlines()
        told = self._as_it_stands()
        self._end(ending.code, headline, {**told, "hints": [" ".join(hint.split()) for hint in hints]})
        self._output.fail(ending.text)

    def _as_it_stands(self) -> Mapping[str, Any]:
        awaited = self._awaited
        if awaited.tally:
            return _as_members(GatedGroup.of(awaited.tally, awaited.region))
        seen = awaited.seen.get(awaited.task_ids[0])
        return _as_members(gated(seen, awaited.region)) if seen else {}

    def _end(self, code: Exit, message: str, told: Mapping[str, Any]) -> None:
        self._tell("end", message, outcome=code.word, exitCode=int(code), **told)

    def _tell(self, event: str, message: str, **more: Any) -> None:
        said = {"time": times.told(time.time()), "event": event, "message": self._output.clean(message), **more}
        self._output.value(said)


def as_json(task: WorkflowTask) -> dict[str, Any]:
    """Return a task by the names of the API docs; without `userData`, which may hold the address of a callback."""
    told = encode(task)
    told.pop("userData", None)
    return told


def _as_members(outcome: WorkflowTask | GatedGroup) -> dict[str, Any]:
    return {"task": as_json(outcome)} if isinstance(outcome, WorkflowTask) else {"group": encode(outcome)}
