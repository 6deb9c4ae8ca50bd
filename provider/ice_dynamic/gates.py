"""The gates of the generated SDK as dynamic resources: its classes, with another end.

Python resolves our class first, the generated one next, `_Dynamic` last: arguments, outputs and their types are the
generated class's own, and what that hands to Pulumi reaches `_Dynamic`, which makes a dynamic resource of it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final, cast

import pulumi
import pulumi_ice

from ice_dynamic.insides import pickled
from ice_dynamic.provider import CODE, SECRETS, URN, GateProvider
from ice_provider import durations
from ice_provider.declaration import properties
from ice_provider.resources import RESOURCES

NO_PROVIDER: Final = (
    "ice_dynamic has no explicit providers: it takes its settings from `pulumi config set ice:…` and the environment; "
    "where a program needs several accounts or regions, use pulumi_ice"
)
_NO_IMPORT: Final = (
    "a dynamic resource cannot be imported: leave import_ out and let `pulumi up` create the gate, it only reads"
)


class _Dynamic(pulumi.CustomResource):
    """Makes a dynamic resource of what a generated class hands on."""

    def __init__(self, token: str, name: str, props: Any, opts: pulumi.ResourceOptions) -> None:
        """Take the place of `pulumi.CustomResource`.

        Args:
            token: Of the core's resource.
            name: Of the resource.
            props: The arguments, an instance of the generated class for them.
            opts: The options, a copy that is ours.

        Raises:
            ValueError: They name a provider, import, or hold a limit that is none.
        """
        refuse_providers(opts)
        if opts.import_ is not None:
            raise ValueError(_NO_IMPORT)
        opts.version = opts.plugin_download_url = None  # those of the plugin that is done without
        type_ = f"pulumi-python:dynamic/ice:{token.rpartition(':')[2]}"
        limits = opts.custom_timeouts or pulumi.CustomTimeouts()
        refuse_limits(create=limits.create, update=limits.update)
        props.__dict__[SECRETS] = cast("pulumi.Input[Any]", _secret_names({**vars(props)}))
        props.__dict__[CODE] = pulumi.Output.secret(_code(token, create=limits.create, update=limits.update))
        props.__dict__[URN] = pulumi.create_urn(name, type_, opts.parent)
        super().__init__(type_, name, props, opts)


class WorkflowTaskGate(pulumi_ice.WorkflowTaskGate, _Dynamic):
    """Waits in `pulumi up` until a workflow task has ended well. See `pulumi_ice.WorkflowTaskGate`."""

    @staticmethod
    def get(resource_name: str, id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> WorkflowTaskGate:
        """Read a task that has ended well, as a gate; `id` is the task's."""
        return WorkflowTaskGate(resource_name, opts=_named(id, opts), __props__=_unset(pulumi_ice.WorkflowTaskGateArgs))


class WorkflowTaskGroupGate(pulumi_ice.WorkflowTaskGroupGate, _Dynamic):
    """Waits in `pulumi up` until enough workflow tasks have ended well. See `pulumi_ice.WorkflowTaskGroupGate`."""

    @staticmethod
    def get(
        resource_name: str, id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> WorkflowTaskGroupGate:
        """Be refused: a group is what the program lists, and no ID names it."""
        props = _unset(pulumi_ice.WorkflowTaskGroupGateArgs)
        return WorkflowTaskGroupGate(resource_name, opts=_named(id, opts), __props__=props)


def refuse_providers(opts: pulumi.ResourceOptions | pulumi.InvokeOptions) -> None:
    """Say that a provider of ours cannot be used, instead of reading in another account or region.

    Raises:
        ValueError: The options, or the parent, name one.
    """
    named = getattr(opts, "providers", None) or ()
    inherited = opts.parent.get_provider("ice:index:") if opts.parent else None
    found = [opts.provider, inherited, *(named.values() if isinstance(named, dict) else named)]
    if any(provider is not None and provider.package == "ice" for provider in found):
        raise ValueError(NO_PROVIDER)


def refuse_limits(**limits: str | None) -> None:
    """Say in the program that a limit cannot be used: later Pulumi would show a traceback.

    Raises:
        ValueError: One cannot.
    """
    for operation, limit in limits.items():
        if limit and (reason := durations.problem(limit)):
            raise ValueError(f"custom_timeouts: {operation} {reason}")


async def _secret_names(arguments: Mapping[str, Any]) -> list[str]:
    """Return which arguments the program made secret: a dynamic provider is handed them as if they were not."""
    outputs = {name: value for name, value in arguments.items() if isinstance(value, pulumi.Output)}
    return [name for name, value in outputs.items() if await value.is_secret()]


@functools.cache
def _code(token: str, **limits: str | None) -> str:
    given = {operation: limit for operation, limit in limits.items() if limit}
    return pickled(GateProvider(token, given))


def _named(id_: pulumi.Input[str], opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id_))


def _unset(cls: type) -> Any:
    """Return arguments in which every output is awaited and no input is given."""
    props: Any = object.__new__(cls)
    outputs = RESOURCES[f"ice:index:{cls.__name__.removesuffix('Args')}"].outputs
    props.__dict__.update(dict.fromkeys(property_.attribute for property_ in properties(outputs)))
    return props
