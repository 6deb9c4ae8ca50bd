"""The resources of the package: a table from token to code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from ice_provider.declaration import Offer
from ice_provider.resources.workflow_task_gate import WorkflowTaskGate
from ice_provider.resources.workflow_task_group_gate import WorkflowTaskGroupGate
from ice_provider.session import Operation


class Resource(Offer, Protocol):
    """One resource of the package. Every gate only reads: nothing is made or deleted in the cloud."""

    async def preview(self, inputs: Any, operation: Operation) -> Any | None:
        """Return the outputs that a create would have, or None when only `pulumi up` can know them."""

    async def create(self, inputs: Any, operation: Operation) -> Any:
        """Return the outputs, or raise: then nothing is recorded."""

    async def update(self, inputs: Any, recorded: Any, changed: frozenset[str], operation: Operation) -> Any | None:
        """Return the new outputs, `recorded` itself when nothing changes, or None when only `pulumi up` can know."""

    async def adopt(self, given: Mapping[str, Any], identity: str, operation: Operation) -> tuple[Any, Any]:
        """Return inputs and outputs for something that the engine has no record of: import, and `.get()`."""


RESOURCES: Final[Mapping[str, Resource]] = {
    resource.token: resource for resource in (WorkflowTaskGate(), WorkflowTaskGroupGate())
}
