"""What we need from the API, in our words. Implemented in `alibaba/`, and by a small fake in tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ice_provider.model import WorkflowTask


@dataclass(frozen=True, slots=True)
class Search:
    """Which tasks to list; None for any.

    Attributes:
        workflow_id: Of this workflow.
        workflow_name: Of the workflow with this name.
        key_text: With this text in their input.
        start_of_create_time: Made at this time or later. As `2023-01-04T02:05:17Z`: the API takes no other form.
        end_of_create_time: Made at this time or earlier. Likewise.
    """

    workflow_id: str | None = None
    workflow_name: str | None = None
    key_text: str | None = None
    start_of_create_time: str | None = None
    end_of_create_time: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the tasks that a search finds.

    Attributes:
        tasks: Without the results of their activities, which the API does not list.
        next_token: What to ask with for the next page; None on the last one.
    """

    tasks: tuple[WorkflowTask, ...]
    next_token: str | None


class Cloud(Protocol):
    """One account in one region."""

    @property
    def region(self) -> str | None:
        """The region, or None when only an endpoint is known."""

    @property
    def caller(self) -> str:
        """Who calls, masked, with the source of the key: `LTAI…x3Qz (from ALIBABA_CLOUD_ACCESS_KEY_ID)`."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the person should know of how we signed in and call; it can grow with every call."""

    @property
    def ahead(self) -> float:
        """Seconds that the service's clock is ahead of this machine's, as far as its answers have told."""

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        """Ask once for a task; ends within 15 s and never repeats the call, which is the poller's business.

        Raises:
            NotKnown: The API does not know the task.
            NotSignedIn, Denied, Rejected: Asking again is of no use.
            Transient: Asking again may help.
        """

    async def list_workflow_tasks(self, search: Search, token: str | None) -> Page:
        """Ask once for a page of at most 100 tasks of the last 90 days; like `get_workflow_task` otherwise.

        Args:
            search: Which tasks.
            token: `next_token` of the page before; None for the first one.
        """

    async def close(self) -> None:
        """Let go of the connections; open calls end."""
