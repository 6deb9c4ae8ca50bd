"""The manifests for the Pulumi Kubernetes Operator: every field exists, and what names another thing names one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ice_provider import durations
from ice_provider.about import VERSION
from support.engine import ROOT
from support.kubernetes import EXAMPLE, KNOWN, faults, manifest, manifests

SCHEMA = json.loads((ROOT / "provider" / "schema.json").read_text())
LONGEST_NAME = 42  # of a Stack, checked by the operator


@pytest.mark.parametrize("given", manifests(), ids=lambda given: given["kind"])
def test_a_manifest_holds_only_fields_that_its_kind_has(given: dict[str, Any]) -> None:
    assert list(faults(given, KNOWN[given["kind"]])) == []


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"spec": {"updateTemplate": {"spec": {"paralel": 8}}}}, ".spec.updateTemplate.spec.paralel is no field"),
        (
            {"spec": {"updateTemplate": {"spec": {"parallel": "8"}}}},
            ".spec.updateTemplate.spec.parallel is '8', not int",
        ),
        ({"spec": {"workspaceReclaimPolicy": "Keep"}}, ".spec.workspaceReclaimPolicy is 'Keep', not Retain | Delete"),
        ({"spec": {"programRef": "films"}}, ".spec.programRef is 'films', not {'name': 'str'}"),
        ({"apiVersion": "pulumi.com/v2"}, ".apiVersion is 'pulumi.com/v2', not pulumi.com/v1"),
    ],
)
def test_a_slip_of_the_pen_in_a_manifest_is_found(given: dict[str, Any], fault: str) -> None:
    assert list(faults(given, KNOWN["Stack"])) == [fault]


def test_the_stack_runs_the_program_as_the_service_account_that_may() -> None:
    stack, account = manifest("Stack"), manifest("ServiceAccount")
    who = {name: account["metadata"][name] for name in ("name", "namespace")}

    assert stack["spec"]["programRef"]["name"] == manifest("Program")["metadata"]["name"]
    assert {"name": stack["spec"]["serviceAccountName"], "namespace": stack["metadata"]["namespace"]} == who
    assert manifest("ClusterRoleBinding")["subjects"] == [{"kind": "ServiceAccount", **who}]
    assert {manifest("Program")["metadata"]["namespace"], who["namespace"]} == {
        manifest("Namespace")["metadata"]["name"]
    }
    assert len(stack["metadata"]["name"]) <= LONGEST_NAME


def test_the_configuration_has_only_words_of_the_provider_and_of_the_program_and_no_key() -> None:
    given = manifest("Stack")["spec"]["config"]
    variables = SCHEMA["config"]["variables"]
    ours = {f"ice:{name}" for name, variable in variables.items() if not variable.get("secret")}

    assert set(given) <= ours | set(manifest("Program")["program"]["configuration"])
    assert set(given) >= set(manifest("Program")["program"]["configuration"])


def test_the_program_gives_the_gate_inputs_that_it_has() -> None:
    (gate,) = (each for each in manifest("Program")["program"]["resources"].values() if each["type"].startswith("ice:"))
    declared = SCHEMA["resources"][gate["type"].replace(":", ":index:")]["inputProperties"]

    assert set(gate["properties"]) <= set(declared)
    assert durations.problem(gate["properties"]["waitTimeout"]) is None


def test_the_image_holds_this_version_and_the_stack_asks_for_it() -> None:
    dockerfile = (EXAMPLE / "Dockerfile").read_text()

    assert re.findall(r"^ARG VERSION=(.+)$", dockerfile, re.MULTILINE) == [VERSION]
    image = manifest("Stack")["spec"]["workspaceTemplate"]["spec"]["image"]
    assert image.rpartition(":")[2] == VERSION
