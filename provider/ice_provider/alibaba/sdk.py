"""The official SDK's models of two answers, without the thousand others that their package imports along with them.

Those cost a fifth of a second and 30 MiB, for which a person waits. Whoever else uses the package in this process finds
it whole.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any, Final

from ice_provider.installation import leaning_on

_PACKAGE: Final = "alibabacloud_ice20201109.models"
_HOLDERS: Final = ("_get_workflow_task_response_body", "_list_workflow_tasks_response_body")


class _OnDemand(ModuleType):
    """A package whose own code, which imports all there is in it, runs when it is asked for something that it lacks."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what Python itself asks of modules
            raise AttributeError(name)
        self.__class__ = ModuleType  # type: ignore[assignment]  # from here on as any other
        assert self.__spec__ is not None  # noqa: S101  # it was made from one
        assert self.__spec__.loader is not None  # noqa: S101
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def _import_sparingly() -> None:
    """Let an import from the package bring no more than what is used; when it has been imported whole, it stays so."""
    spec = importlib.util.find_spec(_PACKAGE)
    if _PACKAGE in sys.modules or spec is None:
        return
    package = importlib.util.module_from_spec(spec)
    package.__class__ = _OnDemand
    sys.modules[_PACKAGE] = package
    for holder in _HOLDERS:
        with contextlib.suppress(ModuleNotFoundError):  # an SDK that keeps them elsewhere is imported whole
            held = importlib.import_module(f"{_PACKAGE}.{holder}")
            vars(package).update({name: value for name, value in vars(held).items() if isinstance(value, type)})


def _try(one: Any, several: Any) -> None:
    """See that the models give back what they are given, under the names by which it is read here.

    Raises:
        ValueError: They do not.
    """
    given = {"TaskId": "t", "Status": "Succeed", "ActivityResults": "{}", "Workflow": {"WorkflowId": "w"}}
    task = one().from_map({"WorkflowTask": given}).workflow_task
    page = several().from_map({"TaskList": [given], "NextToken": "n"})
    for read in (task, page.task_list[0]):
        if (read.task_id, read.status, read.workflow.workflow_id) != ("t", "Succeed", "w"):
            raise ValueError("its models do not give back what the service tells of a task")
    if (task.activity_results, page.next_token) != ("{}", "n"):
        raise ValueError("its models do not give back results and pages")


with leaning_on("alibabacloud-ice20201109"):
    _import_sparingly()
    from alibabacloud_ice20201109.models import GetWorkflowTaskResponseBody, ListWorkflowTasksResponseBody

    _try(GetWorkflowTaskResponseBody, ListWorkflowTasksResponseBody)

__all__ = ["GetWorkflowTaskResponseBody", "ListWorkflowTasksResponseBody"]
