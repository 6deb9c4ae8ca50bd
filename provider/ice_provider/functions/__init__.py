"""The functions of the package: a table from token to code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from ice_provider.functions.get_workflow_task import GetWorkflowTask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ice_provider.session import Operation


class Function(Protocol):
    """One function of the package.

    Attributes:
        token: Its name for the engine.
        doc: What it is for, in Markdown.
    """

    token: str
    doc: str

    @property
    def inputs(self) -> type:
        """The declared inputs."""

    @property
    def outputs(self) -> type:
        """The declared outputs."""

    async def call(self, inputs: Any, operation: Operation) -> Any:
        """Return the result."""


FUNCTIONS: Final[Mapping[str, Function]] = {function.token: function for function in (GetWorkflowTask(),)}
