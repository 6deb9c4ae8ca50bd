"""`WorkflowTaskGate` as a dynamic resource. Holds nothing: what it holds would be pickled into the state."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import pulumi
from pulumi import dynamic

from ice_dynamic import names
from ice_dynamic.running import configuration, settle
from ice_provider import decoding
from ice_provider.declaration import changed, properties
from ice_provider.model import GatedTask
from ice_provider.resources.workflow_task_gate import Inputs
from ice_provider.resources.workflow_task_gate import WorkflowTaskGate as Core
from ice_provider.session import Operation


class _Provider(dynamic.ResourceProvider):
    """What Pulumi calls, in a process of its own."""

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Keep the configuration of this process; the pickled provider never has it."""
        self._config = configuration(lambda name: req.config.get(f"ice:{name}"))

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        """Name every mistake with its remedy."""
        problems = decoding.check(Inputs, _inputs(news))
        return dynamic.CheckResult(
            news, [dynamic.CheckFailure(names.snake(problem.path), problem.reason) for problem in problems]
        )

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.DiffResult:
        """Compare inputs; every change is made in place."""
        return dynamic.DiffResult(changes=bool(_changed(olds, news)), replaces=[])

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Wait for the task."""
        inputs = decoding.decode(Inputs, _inputs(props))
        task = self._settle(lambda operation: Core().create(inputs, operation), "create")
        return dynamic.CreateResult(uuid.uuid4().hex, _outputs(props, task))

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.UpdateResult:
        """Await another task, or judge the recorded one again."""
        inputs = decoding.decode(Inputs, _inputs(news))
        recorded = decoding.decode(GatedTask, _recorded(olds))
        task = self._settle(
            lambda operation: Core().update(inputs, recorded, _changed(olds, news), operation), "update"
        )
        return dynamic.UpdateResult(_outputs(news, task))

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Return what was recorded: an ended task does not change."""
        return dynamic.ReadResult(id_, props)

    def _settle(self, act: Callable[[Operation], Awaitable[GatedTask | None]], name: str) -> GatedTask:
        task = settle(self._config, act, name)
        assert task is not None  # noqa: S101  # only a preview may not know, and there is none here
        return task


class WorkflowTaskGate(dynamic.Resource, module="ice", name="WorkflowTaskGate"):
    """Waits in `pulumi up` until a workflow task has ended well, so that other resources can depend on it."""

    task_id: pulumi.Output[str]
    status: pulumi.Output[str]
    finished: pulumi.Output[bool]
    succeeded: pulumi.Output[bool]
    task_input: pulumi.Output[str | None]
    create_time: pulumi.Output[str | None]
    finish_time: pulumi.Output[str | None]
    duration_seconds: pulumi.Output[float | None]
    workflow_id: pulumi.Output[str | None]
    workflow: pulumi.Output[Mapping[str, Any] | None]
    activity_results: pulumi.Output[str | None]
    results: pulumi.Output[Mapping[str, Any] | None]
    activities: pulumi.Output[Sequence[Mapping[str, Any]] | None]
    user_data: pulumi.Output[str | None]
    request_id: pulumi.Output[str | None]
    region: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        task_id: pulumi.Input[str],
        success_statuses: pulumi.Input[Sequence[str] | None] = None,
        failure_statuses: pulumi.Input[Sequence[str] | None] = None,
        pending_statuses: pulumi.Input[Sequence[str] | None] = None,
        condition: pulumi.Input[str | None] = None,
        triggers: pulumi.Input[Mapping[str, Any] | None] = None,
        wait_timeout: pulumi.Input[str | None] = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Wait for a task.

        Args:
            resource_name: The name of the resource.
            task_id: The ID of the workflow task.
            success_statuses: Status words that open the gate; `["Succeed"]` by default.
            failure_statuses: Status words that shut it; `["Failed", "Canceled"]` by default.
            pending_statuses: Status words to wait on; `["Init", "Processing"]` by default.
            condition: A JMESPath expression over the outputs that must be `true`, with their names as in the API docs
                of the plugin (`workflowId`).
            triggers: Any values; a change of one makes the gate read the task again.
            wait_timeout: How long to wait, such as "45m". A dynamic resource gets no customTimeouts.
            opts: The options of the resource.
        """
        given = {
            "task_id": task_id,
            "success_statuses": success_statuses,
            "failure_statuses": failure_statuses,
            "pending_statuses": pending_statuses,
            "condition": condition,
            "triggers": triggers,
            "wait_timeout": wait_timeout,
        }
        # Pulumi makes an attribute of every name it is given here; those without a value are outputs.
        outputs = dict.fromkeys(property_.attribute for property_ in properties(GatedTask))
        secret = pulumi.ResourceOptions(additional_secret_outputs=["user_data"])
        super().__init__(_Provider(), resource_name, outputs | given, pulumi.ResourceOptions.merge(opts, secret))


def _inputs(props: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs among a dynamic resource's properties, by the names of the core."""
    return {
        property_.name: _known(props[property_.attribute])
        for property_ in properties(Inputs)
        if props.get(property_.attribute) is not None
    }


def _known(value: Any) -> Any:
    return decoding.UNKNOWN if value == pulumi.runtime.rpc.UNKNOWN else value


def _recorded(olds: Mapping[str, Any]) -> dict[str, Any]:
    found = {p.name: names.camel_keys(olds[p.attribute], p) for p in properties(GatedTask) if p.attribute in olds}
    return {name: value for name, value in found.items() if value is not None}


def _outputs(props: Mapping[str, Any], task: GatedTask) -> dict[str, Any]:
    """Return inputs and outputs together: a dynamic resource keeps its inputs only among its outputs."""
    given = {p.attribute: props[p.attribute] for p in properties(Inputs) if props.get(p.attribute) is not None}
    return {**given, **names.by_attribute(task)}


def _changed(olds: Mapping[str, Any], news: Mapping[str, Any]) -> frozenset[str]:
    return changed(Inputs, _inputs(olds), _inputs(news))
