"""The package schema: invariants that SDKs, docs and the YAML host rely on."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from ice_provider.functions import FUNCTIONS
from ice_provider.resources import RESOURCES
from ice_provider.schema import package_schema

SCHEMA = package_schema()


def objects(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """Yield every set of properties with its place and the names it requires."""
    yield "config", schema["config"]["variables"], []
    yield "provider", schema["provider"]["inputProperties"], []
    for token, spec in schema["types"].items():
        yield token, spec["properties"], spec["required"]
    for token, spec in schema["resources"].items():
        yield f"{token} outputs", spec["properties"], spec["required"]
        yield f"{token} inputs", spec["inputProperties"], spec["requiredInputs"]
    for token, spec in schema["functions"].items():
        yield f"{token} inputs", spec["inputs"]["properties"], spec["inputs"]["required"]
        yield f"{token} outputs", spec["outputs"]["properties"], spec["outputs"]["required"]


OBJECTS = list(objects(SCHEMA))
PROPERTIES = [(f"{place}.{name}", spec) for place, properties, _ in OBJECTS for name, spec in properties.items()]


def test_the_schema_is_json_and_says_who_it_is() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert (SCHEMA["name"], SCHEMA["version"]) == ("ice", importlib.metadata.version("pulumi-ice"))
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", SCHEMA["version"])
    assert SCHEMA["pluginDownloadURL"].startswith("github://")
    assert SCHEMA["language"]["python"]["packageName"] == "pulumi_ice"
    assert SCHEMA["language"]["nodejs"]["packageName"] == "@pulumi-ice/ice"
    assert SCHEMA["language"]["go"]["importBasePath"].endswith("/sdk/go/ice")


def test_everything_in_the_tables_is_in_the_schema_and_has_a_description() -> None:
    assert set(SCHEMA["resources"]) == set(RESOURCES)
    assert set(SCHEMA["functions"]) == set(FUNCTIONS)
    parts = [*SCHEMA["resources"].values(), *SCHEMA["functions"].values(), *SCHEMA["types"].values()]
    assert all(part["description"].strip() for part in parts)


@pytest.mark.parametrize(("place", "spec"), PROPERTIES, ids=[place for place, _ in PROPERTIES])
def test_every_property_is_a_camel_case_name_with_a_sentence_and_one_known_type(
    place: str, spec: dict[str, Any]
) -> None:
    assert re.fullmatch(r"[a-z][A-Za-z0-9]*", place.rpartition(".")[2])
    assert spec["description"].split("\n")[0].rstrip().endswith((".", "`."))
    assert_is_type({name: value for name, value in spec.items() if name not in {"description", "secret"}})


def assert_is_type(spec: dict[str, Any]) -> None:
    match spec:
        case {"$ref": "pulumi.json#/Any"}:
            assert len(spec) == 1
        case {"$ref": reference}:
            assert len(spec) == 1
            assert reference.removeprefix("#/types/") in SCHEMA["types"]
        case {"type": "array", "items": inner} | {"type": "object", "additionalProperties": inner}:
            assert len(spec) == 2
            assert_is_type(inner)
        case _:
            assert spec in [{"type": "string"}, {"type": "boolean"}, {"type": "integer"}, {"type": "number"}]


@pytest.mark.parametrize(("place", "properties", "required"), OBJECTS, ids=[place for place, *_ in OBJECTS])
def test_only_properties_are_required_and_no_name_is_the_engines_own(
    place: str, properties: dict[str, Any], required: list[str]
) -> None:
    assert set(required) <= set(properties)
    assert not {"id", "urn", "pulumi", "provider", "version", "pluginDownloadURL"} & set(properties)


def test_every_type_is_used() -> None:
    text = json.dumps(SCHEMA)

    assert all(f'"#/types/{token}"' in text for token in SCHEMA["types"])


def test_outputs_of_functions_are_of_kinds_that_the_generated_python_accepts() -> None:
    for token, spec in SCHEMA["functions"].items():
        for name, output in spec["outputs"]["properties"].items():
            assert output.get("$ref") != "pulumi.json#/Any", (token, name)
            assert "enum" not in output
            assert "secret" not in output  # one would make the whole result secret
        assert "multiArgumentInputs" not in spec


def test_the_secrets_are_what_signs_in_and_the_user_data_of_a_gate() -> None:
    assert {place for place, spec in PROPERTIES if spec.get("secret")} == {
        *(
            f"{where}.{name}"
            for where in ("config", "provider")
            for name in ("accessKey", "secretKey", "securityToken", "credentialsUri")
        ),
        "ice:index:AssumeRoleWithOidc.oidcToken",
        "ice:index:WorkflowTaskGate outputs.userData",
    }


def test_the_gate_gives_everything_that_the_data_source_gives_and_its_region() -> None:
    gate = SCHEMA["resources"]["ice:index:WorkflowTaskGate"]["properties"]
    source = SCHEMA["functions"]["ice:index:getWorkflowTask"]["outputs"]["properties"]

    assert set(gate) - set(source) == {"region"}
    assert {name: kind(gate[name]) for name in source} == {name: kind(source[name]) for name in source}
    assert gate["results"]["additionalProperties"] == {"$ref": "pulumi.json#/Any"}
    assert gate["status"]["type"] == "string"


def kind(spec: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in spec.items() if name not in {"description", "secret"}}


def test_inputs_that_must_be_given_are_only_the_task_id() -> None:
    assert SCHEMA["resources"]["ice:index:WorkflowTaskGate"]["requiredInputs"] == ["taskId"]
    assert SCHEMA["functions"]["ice:index:getWorkflowTask"]["inputs"]["required"] == ["taskId"]
