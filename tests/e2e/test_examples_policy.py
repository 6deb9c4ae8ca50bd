"""The rule of the policy pack, on resources of types that no plugin of this machine knows."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.dynamic import Resource

import ice_dynamic
from support.engine import ROOT
from support.walking import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable

    Violations = Callable[..., list[str | None]]

pytestmark = pytest.mark.usefixtures("walks")  # begun here, looked at in test_examples_walks

DOMAIN = "alicloud:cdn/domainNew:DomainNew"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The names in the pack. Its library wants an older protobuf than the provider's, so the lock cannot hold it."""
    packages = tmp_path_factory.mktemp("packages")
    wanted = ("--requirement", EXAMPLES / "policy" / "requirements.txt")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check")
    subprocess.run([*pip, "--target", packages, *wanted], check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(packages))
        return runpy.run_path(str(EXAMPLES / "policy" / "__main__.py"), run_name="pack")


def resource(pack: dict[str, Any], kind: str, *after: Any, name: str = "it") -> Any:
    """Return a resource of a stack, as the library hands it to a rule."""
    urn = f"urn:pulumi:dev::films::{kind}::{name}"
    return pack["PolicyResource"](kind, {}, urn, name, None, None, None, list(after), {})


def violations(pack: dict[str, Any], *resources: Any) -> list[str | None]:
    """Return the URNs that the rule reports."""
    found: list[str | None] = []
    args = pack["StackValidationArgs"](list(resources), {"types": pack["PUBLISHED"]})
    pack["validate"](args, lambda _, urn=None: found.append(urn))
    return found


def test_a_cdn_domain_that_depends_on_nothing_is_refused(pack: dict[str, Any]) -> None:
    gate, domain = resource(pack, "ice:index:WorkflowTaskGate"), resource(pack, DOMAIN)

    assert violations(pack, gate, domain) == [domain.urn]


@pytest.mark.parametrize(
    "kind",
    [
        "ice:index:WorkflowTaskGate",
        "ice:index:WorkflowTaskGroupGate",
        "pulumi-python:dynamic/ice:WorkflowTaskGate",
        "pulumi-python:dynamic/ice:WorkflowTaskGroupGate",
    ],
)
def test_a_cdn_domain_that_depends_on_a_gate_is_accepted(pack: dict[str, Any], kind: str) -> None:
    gate = resource(pack, kind)

    assert violations(pack, gate, resource(pack, DOMAIN, gate)) == []


def test_a_cdn_domain_behind_something_that_is_behind_a_gate_is_accepted(pack: dict[str, Any]) -> None:
    gate = resource(pack, "ice:index:WorkflowTaskGate")
    bucket = resource(pack, "alicloud:oss/bucket:Bucket", gate)

    assert violations(pack, gate, bucket, resource(pack, DOMAIN, bucket)) == []


def test_the_pack_knows_every_gate_that_there_is(pack: dict[str, Any]) -> None:
    schema = json.loads((ROOT / "provider" / "schema.json").read_text())
    dynamic = [each for each in vars(ice_dynamic).values() if isinstance(each, type) and issubclass(each, Resource)]

    assert set(schema["resources"]) <= pack["GATES"]
    assert {f"pulumi-python:{each._resource_type_name}" for each in dynamic} <= pack["GATES"]


def test_what_is_not_published_needs_no_gate(pack: dict[str, Any]) -> None:
    assert violations(pack, resource(pack, "alicloud:oss/bucket:Bucket")) == []
