"""What `ice_dynamic` offers is what the generated SDK offers: names, order, defaults, types."""

from __future__ import annotations

import base64
import inspect
from typing import Any, Final, get_args

import dill
import pulumi
import pulumi_ice
import pytest
from pulumi._types import resource_types
from pulumi.resource import DependencyProviderResource, DependencyResource

import ice_dynamic
from ice_dynamic import gates
from ice_dynamic.provider import GateProvider
from ice_provider.functions import FUNCTIONS
from ice_provider.resources import RESOURCES

ONLY_OF_THE_PLUGIN = {"Provider", "ProviderArgs", "AssumeRoleArgs", "AssumeRoleWithOidcArgs"}
ONLY_HERE = {"WorkflowTaskError", "config", "outputs"}  # the last two are submodules there
SDK = {name: value for name, value in vars(pulumi_ice).items() if not name.startswith("_") and callable(value)}
CLASSES = sorted(name for name in SDK if name in {token.rpartition(":")[2] for token in RESOURCES})
CALLABLE = sorted(name for name in SDK if name.startswith("get_"))
PROVIDER = DependencyProviderResource("urn:pulumi:dev::films::pulumi:providers:ice::europe::id")


def parameters(function: Any) -> list[tuple[str, Any, Any]]:
    """Return name, kind and default of each parameter, in order."""
    found = inspect.signature(function).parameters.values()
    return [(parameter.name, parameter.kind, parameter.default) for parameter in found]


def test_every_name_of_the_sdk_but_those_of_explicit_providers_is_there() -> None:
    named = {name for name in SDK if not name.startswith("AssumeRole") and not name.endswith("ArgsDict")}

    assert set(ice_dynamic.__all__) - ONLY_HERE == named - ONLY_OF_THE_PLUGIN
    assert len(CLASSES) == len(RESOURCES)
    assert len(CALLABLE) == 2 * len(FUNCTIONS)


@pytest.mark.parametrize("name", CALLABLE)
def test_a_function_takes_the_arguments_of_the_generated_one_by_name_and_by_position(name: str) -> None:
    mine, generated = getattr(ice_dynamic, name), getattr(pulumi_ice, name)

    assert parameters(mine) == parameters(generated)
    told, promised = (inspect.signature(each, eval_str=True).return_annotation for each in (mine, generated))
    assert (get_args(told) or told) == (get_args(promised) or promised)


@pytest.mark.parametrize("limit", ["0s", "100us", "-5m", "soon"])
def test_a_limit_that_is_none_is_refused_in_the_program(limit: str) -> None:
    opts = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(update=limit))

    with pytest.raises(ValueError, match=r"^custom_timeouts: update must be a duration above zero such as"):
        ice_dynamic.WorkflowTaskGate("encoded", task_id="t-1", opts=opts)


@pytest.mark.parametrize("name", CLASSES)
def test_a_gate_is_the_generated_class_with_its_arguments_and_typed_outputs(name: str) -> None:
    mine, generated = getattr(ice_dynamic, name), getattr(pulumi_ice, name)

    assert issubclass(mine, generated)
    for method in ("__init__", "_internal_init", "get"):
        assert parameters(getattr(mine, method)) == parameters(getattr(generated, method))
    assert resource_types(mine) == resource_types(generated)


@pytest.mark.parametrize(
    "options",
    [
        {"provider": PROVIDER},
        {"providers": [PROVIDER]},
        {"providers": {"ice": PROVIDER}},
        {"parent": DependencyResource("urn:pulumi:dev::films::films:index:Season::first")},
    ],
    ids=["provider", "a list", "a map", "inherited"],
)
def test_a_provider_of_ours_is_refused_rather_than_passed_over(options: dict[str, Any]) -> None:
    for parent in (each for each in options.values() if isinstance(each, DependencyResource)):
        parent._providers = {"ice": PROVIDER}

    with pytest.raises(ValueError, match="has no explicit providers: it takes its settings from `pulumi config set"):
        ice_dynamic.WorkflowTaskGate("encoded", task_id="t-1", opts=pulumi.ResourceOptions(**options))


@pytest.mark.parametrize("name", CALLABLE)
def test_a_function_refuses_it_too(name: str) -> None:
    with pytest.raises(ValueError, match="has no explicit providers"):
        getattr(ice_dynamic, name)(opts=pulumi.InvokeOptions(provider=PROVIDER))


def test_an_import_is_refused_with_what_to_do_instead() -> None:
    with pytest.raises(ValueError, match="leave import_ out and let `pulumi up` create the gate"):
        ice_dynamic.WorkflowTaskGate("encoded", task_id="t-1", opts=pulumi.ResourceOptions(import_="t-1"))


@pytest.mark.parametrize("name", ["Provider", "ProviderArgs"])
def test_who_looks_for_a_provider_is_told_where_settings_come_from(name: str) -> None:
    with pytest.raises(AttributeError, match="pulumi config set ice:"):
        getattr(ice_dynamic, name)


@pytest.mark.parametrize("token", RESOURCES)
def test_the_pickled_code_is_a_name_a_token_and_its_limits_and_stays_the_same_from_run_to_run(token: str) -> None:
    gates._code.cache_clear()
    first = gates._code(token)
    gates._code.cache_clear()

    assert gates._code(token) == first
    assert len(first) < 200
    limited = vars(dill.loads(base64.b64decode(gates._code(token, create="45m", update=None))))  # noqa: S301  # ours
    assert limited == {"_token": token, "_limits": {"create": "45m"}}


OF_ANOTHER_VERSION: Final = (
    "gASVVgAAAAAAAACMFGljZV9keW5hbWljLnByb3ZpZGVylIwMR2F0ZVByb3ZpZGVylJOUKYGUfZSMBl90b2tlbpSMGmljZTppbmRleDpXb3Jr"
    "Zmxvd1Rhc2tHYXRllHNiLg=="
)
"""Code as it stands in states."""


def test_the_code_in_a_state_that_another_version_has_written_is_still_understood() -> None:
    thawed = dill.loads(base64.b64decode(OF_ANOTHER_VERSION))  # noqa: S301  # ours

    assert isinstance(thawed, GateProvider)
    assert thawed._resource is RESOURCES["ice:index:WorkflowTaskGate"]
    assert thawed._limits == {}
