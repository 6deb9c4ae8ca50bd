"""The functions of the package: a table from token to code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from ice_provider.declaration import Offer
from ice_provider.functions.get_workflow_task import GetWorkflowTask
from ice_provider.functions.get_workflow_tasks import GetWorkflowTasks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ice_provider.session import Operation


class Function(Offer, Protocol):
    """One function of the package."""

    async def call(self, inputs: Any, operation: Operation) -> Any:
        """Return the result."""


FUNCTIONS: Final[Mapping[str, Function]] = {
    function.token: function for function in (GetWorkflowTask(), GetWorkflowTasks())
}
