"""A cloud that follows a script, a dozen lines of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

from ice_provider.cloud import Page, Search
from ice_provider.errors import ProviderError
from ice_provider.model import Workflow, WorkflowTask
from ice_provider.observation import observe

if TYPE_CHECKING:
    from collections.abc import Iterable

Step = WorkflowTask | ProviderError | Exception | None
"""What one call brings; None: it hangs."""


def task(status: str = "Succeed", task_id: str = "t-1", **fields: Any) -> WorkflowTask:
    """Return a task as the API would tell of it."""
    fields.setdefault("request_id", "REQUEST-1")
    fields.setdefault("create_time", "2023-01-04T02:05:17Z")
    fields.setdefault("workflow", Workflow(workflow_id="wf-1", name="Transcoding"))
    return observe(task_id=task_id, status=status, **fields)


class ScriptedCloud:
    """Implements `ice_provider.cloud.Cloud`; each call takes the next step, the last step repeats.

    Attributes:
        calls: How often each task was asked for.
        listed: What a search finds, page by page of two.
        searches: What was searched for, with the token of each page.
    """

    region = "cn-shanghai"
    notes: tuple[str, ...] = ()
    caller = "the key LTAI…x3Qz (from ice:accessKey)"
    ahead = 0.0

    def __init__(self, *steps: Step, others: dict[str, Iterable[Step]] | None = None) -> None:
        self._steps = {"t-1": list(steps), **{name: list(script) for name, script in (others or {}).items()}}
        self.calls: Counter[str] = Counter()
        self.closed = False
        self.listed: list[Step] = []
        self.searches: list[tuple[Search, str | None]] = []

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        self.calls[task_id] += 1
        steps = self._steps[task_id]
        step = steps.pop(0) if len(steps) > 1 else steps[0]
        if step is None:
            await asyncio.Event().wait()
        if isinstance(step, Exception):
            raise step
        assert isinstance(step, WorkflowTask)
        return step

    async def list_workflow_tasks(self, search: Search, token: str | None) -> Page:
        """Return pages of two, of the tasks in `listed`; a fault in their place is raised, once."""
        self.searches.append((search, token))
        place = int(token or 0)
        if self.listed and isinstance(self.listed[place], Exception):
            raise self.listed.pop(place)  # type: ignore[misc]
        tasks = [entry for entry in self.listed[place : place + 2] if isinstance(entry, WorkflowTask)]
        more = str(place + 2) if place + 2 < len(self.listed) else None
        return Page(tuple(tasks), more)

    async def close(self) -> None:
        self.closed = True
