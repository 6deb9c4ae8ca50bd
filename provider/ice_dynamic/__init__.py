"""Workflow tasks as functions and dynamic resources of a Python program: the same core, no plugin to install.

Works within the limits of Pulumi's dynamic providers: a gate is awaited in `pulumi up` only, at most four at once in a
program, Ctrl-C ends a wait only when Pulumi itself has gone, and an error comes with a traceback. Where that matters,
or in another language than Python, use the plugin and its SDK `pulumi_ice`.
"""

from ice_dynamic.functions import get_workflow_task, get_workflow_task_output
from ice_dynamic.gate import WorkflowTaskGate

__all__ = ["WorkflowTaskGate", "get_workflow_task", "get_workflow_task_output"]
