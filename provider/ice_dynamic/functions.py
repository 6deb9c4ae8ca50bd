"""The functions of the generated SDK for programs without the plugin: its arguments, its results, its types."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import pulumi
from pulumi_ice import (
    AwaitableGetWorkflowTaskResult,
    AwaitableGetWorkflowTasksResult,
    GetWorkflowTaskResult,
    GetWorkflowTasksResult,
)

from ice_dynamic import insides
from ice_dynamic.gates import refuse_providers
from ice_dynamic.running import once
from ice_provider import messages
from ice_provider.declaration import encode, properties
from ice_provider.decoding import decode
from ice_provider.functions import FUNCTIONS
from ice_provider.rpc import values
from ice_provider.session import Operation

T = TypeVar("T")


def get_workflow_task(
    expected_statuses: Sequence[str] | None = None,
    task_id: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> AwaitableGetWorkflowTaskResult:
    """Read a workflow task once. See `pulumi_ice.get_workflow_task`.

    Raises:
        WorkflowTaskError: The task cannot be read, or has none of the expected statuses.
    """
    return _call("getWorkflowTask", locals(), opts, AwaitableGetWorkflowTaskResult)


def get_workflow_task_output(
    expected_statuses: pulumi.Input[Sequence[str] | None] = None,
    task_id: pulumi.Input[str | None] = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> pulumi.Output[GetWorkflowTaskResult]:
    """Read a workflow task once its ID is known. See `get_workflow_task`."""
    return _call_later("getWorkflowTask", locals(), opts, GetWorkflowTaskResult)


def get_workflow_tasks(
    end_of_create_time: str | None = None,
    key_text: str | None = None,
    max_items: int | None = None,
    start_of_create_time: str | None = None,
    statuses: Sequence[str] | None = None,
    workflow_id: str | None = None,
    workflow_name: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> AwaitableGetWorkflowTasksResult:
    """List workflow tasks of the last 90 days. See `pulumi_ice.get_workflow_tasks`.

    Raises:
        WorkflowTaskError: They cannot be listed, or the arguments cannot be used.
    """
    return _call("getWorkflowTasks", locals(), opts, AwaitableGetWorkflowTasksResult)


def get_workflow_tasks_output(
    end_of_create_time: pulumi.Input[str | None] = None,
    key_text: pulumi.Input[str | None] = None,
    max_items: pulumi.Input[int | None] = None,
    start_of_create_time: pulumi.Input[str | None] = None,
    statuses: pulumi.Input[Sequence[str] | None] = None,
    workflow_id: pulumi.Input[str | None] = None,
    workflow_name: pulumi.Input[str | None] = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> pulumi.Output[GetWorkflowTasksResult]:
    """List workflow tasks once it is known which. See `get_workflow_tasks`."""
    return _call_later("getWorkflowTasks", locals(), opts, GetWorkflowTasksResult)


def _call(name: str, given: Mapping[str, Any], opts: pulumi.InvokeOptions | None, result: Callable[..., T]) -> T:
    """Call a function of the core, and return its outputs as the generated SDK makes them of an answer of the plugin.

    Args:
        name: Of the function.
        given: Its arguments by their names in Python; others are passed over.
        opts: Of the call.
        result: The class of the generated SDK for what it returns.
    """
    function = FUNCTIONS[f"ice:index:{name}"]
    if opts is not None:
        refuse_providers(opts)

    async def act(operation: Operation) -> Any:
        arguments: Any = decode(function.inputs, {p.name: given[p.attribute] for p in properties(function.inputs)})
        struct, left_out = values.encode_outputs(encode(await function.call(arguments, operation)))
        if left_out:
            await operation.reporter.warn(messages.left_out(left_out))
        return insides.plain(struct)

    typed = insides.typed(once(act), result)
    return result(**{p.attribute: pulumi.get(typed, p.attribute) for p in properties(function.outputs)})


def _call_later(
    name: str, given: Mapping[str, pulumi.Input[Any]], opts: pulumi.InvokeOptions | None, result: Callable[..., T]
) -> pulumi.Output[T]:
    """Call a function once its arguments are known and what it depends on is there; not before, in a preview."""
    if opts is not None:
        refuse_providers(opts)

    async def created() -> Sequence[Any]:
        if not isinstance(opts, pulumi.InvokeOutputOptions):
            return []
        return [each.id for each in await insides.depended_on(opts) if isinstance(each, pulumi.CustomResource)]

    inputs = properties(FUNCTIONS[f"ice:index:{name}"].inputs)
    arguments = pulumi.Output.all(**{property_.attribute: given[property_.attribute] for property_ in inputs})
    there = pulumi.Output.from_input(cast("pulumi.Input[Any]", created()))
    return pulumi.Output.all(there, arguments).apply(
        lambda known: asyncio.to_thread(_call, name, known[1], None, result)
    )
