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


_import_sparingly()

from alibabacloud_ice20201109.models import GetWorkflowTaskResponseBody, ListWorkflowTasksResponseBody  # noqa: E402

__all__ = ["GetWorkflowTaskResponseBody", "ListWorkflowTasksResponseBody"]
