"""What we need from the API, in our words. Implemented in `alibaba/`, and by a small fake in tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ice_provider.model import WorkflowTask


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
        """What the person should know of how we signed in."""

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        """Ask once for a task; ends within 15 s and never repeats the call, which is the poller's business.

        Raises:
            NotKnown: The API does not know the task.
            NotSignedIn, Denied, Rejected: Asking again is of no use.
            Transient: Asking again may help.
        """

    async def close(self) -> None:
        """Let go of the connections; open calls end."""
