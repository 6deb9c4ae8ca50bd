"""What a wait waits for, and how it stands: a witness between the poller and the cloud keeps what is read.

So a view can show whole tasks, of which the core only tells lines. Must not know how they are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ice_provider.cloud import Cloud, Page, Search
from ice_provider.errors import BrokenAnswer, ProviderError, Unreachable
from ice_provider.limits import Limit
from ice_provider.model import WorkflowTask
from ice_provider.patience import Troubles
from ice_provider.tally import Tally


@dataclass(slots=True)
class Awaited:
    """One wait.

    Attributes:
        task_ids: What it waits for.
        limit: How long, at most.
        began: When it began, by the clock.
        region: Where; None when only an endpoint is known.
        tally: The counts of a group; None for one task.
        seen: Each task as it was read last.
        was_answered: Whether the service has answered at all.
        was_asked: Whether a call has been made.
    """

    task_ids: tuple[str, ...]
    limit: Limit
    began: float
    region: str | None = None
    tally: Tally | None = None
    seen: dict[str, WorkflowTask] = field(default_factory=dict)
    troubles: Troubles = field(default_factory=Troubles)
    was_answered: bool = False
    was_asked: bool = False

    def note(self, task_id: str, reading: WorkflowTask | ProviderError, now: float) -> None:
        """Keep what a call brought; `now` by the clock."""
        self.troubles.note(task_id, reading, now)
        if not isinstance(reading, Unreachable | BrokenAnswer):
            self.was_answered = True
        if isinstance(reading, WorkflowTask):
            self.seen[task_id] = reading

    @property
    def was_never_answered(self) -> bool:
        """Whether calls were made, and none brought an answer of the service."""
        return self.was_asked and not self.was_answered

    @property
    def heading(self) -> str:
        """What is awaited, for a person."""
        count = len(self.task_ids)
        what = f"{count:,} workflow tasks" if count > 1 else f"workflow task {self.task_ids[0]}"
        where = f" in {self.region}" if self.region else ""
        fewer = self.tally is not None and self.tally.needed < count
        needed = f", of which {self.tally.needed:,} must succeed" if self.tally and fewer else ""
        return f"waiting for {what}{where}{needed}, at most {self.limit.told}"


@dataclass(frozen=True, slots=True)
class Witness:
    """A cloud that lets a wait know what it brings. Implements `ice_provider.cloud.Cloud`."""

    cloud: Cloud
    awaited: Awaited
    now: Callable[[], float]

    @property
    def region(self) -> str | None:
        """See `Cloud`."""
        return self.cloud.region

    @property
    def caller(self) -> str:
        """See `Cloud`."""
        return self.cloud.caller

    @property
    def notes(self) -> tuple[str, ...]:
        """See `Cloud`."""
        return self.cloud.notes

    @property
    def ahead(self) -> float:
        """See `Cloud`."""
        return self.cloud.ahead

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        """See `Cloud`."""
        self.awaited.was_asked = True  # also when the limit ends before the call does
        try:
            task = await self.cloud.get_workflow_task(task_id)
        except ProviderError as error:
            self.awaited.note(task_id, error, self.now())
            raise
        self.awaited.note(task_id, task, self.now())
        return task

    async def list_workflow_tasks(self, search: Search, token: str | None) -> Page:
        """See `Cloud`; a list tells less of a task than a read of it, so it counts only with news, and may be behind."""
        page = await self.cloud.list_workflow_tasks(search, token)
        for task in page.tasks:
            known = self.awaited.seen.get(task.task_id)
            is_news = known is None or not (known.finished or known.status == task.status)
            if is_news and task.task_id in self.awaited.task_ids:
                self.awaited.note(task.task_id, task, self.now())
        return page

    async def close(self) -> None:
        """See `Cloud`."""
        await self.cloud.close()
