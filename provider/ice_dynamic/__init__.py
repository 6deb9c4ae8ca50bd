"""Workflow tasks as functions and dynamic resources of a Python program: the same core, no plugin to install.

What the generated SDK `pulumi_ice` offers, with its names, arguments, outputs and types: only the line that imports it
differs. Works within the limits of Pulumi's dynamic providers: a gate reads and waits in `pulumi up` only, at most four
at once in a program, Ctrl-C ends a wait only when Pulumi itself has gone, an error comes with a traceback, and there
are no explicit providers. Where that matters, or in another language than Python, use the plugin.
"""

from typing import TYPE_CHECKING

from pulumi_ice import (
    AwaitableGetWorkflowTaskResult,
    AwaitableGetWorkflowTasksResult,
    GetWorkflowTaskResult,
    GetWorkflowTasksResult,
    WorkflowTaskGateArgs,
    WorkflowTaskGroupGateArgs,
    config,
    outputs,
)

from ice_dynamic.functions import (
    get_workflow_task,
    get_workflow_task_output,
    get_workflow_tasks,
    get_workflow_tasks_output,
)
from ice_dynamic.gates import NO_PROVIDER, WorkflowTaskGate, WorkflowTaskGroupGate
from ice_dynamic.running import WorkflowTaskError

__all__ = [
    "AwaitableGetWorkflowTaskResult",
    "AwaitableGetWorkflowTasksResult",
    "GetWorkflowTaskResult",
    "GetWorkflowTasksResult",
    "WorkflowTaskError",
    "WorkflowTaskGate",
    "WorkflowTaskGateArgs",
    "WorkflowTaskGroupGate",
    "WorkflowTaskGroupGateArgs",
    "config",
    "get_workflow_task",
    "get_workflow_task_output",
    "get_workflow_tasks",
    "get_workflow_tasks_output",
    "outputs",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in {"Provider", "ProviderArgs"}:
            raise AttributeError(NO_PROVIDER)
        raise AttributeError(f"module 'ice_dynamic' has no attribute {name!r}")
