"""The package schema, computed from the declarations: what SDKs, docs and the YAML host are made of.

Source of its form: the metaschema of Pulumi packages, https://www.pulumi.com/docs/iac/extending-pulumi/schema/
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping
from typing import Any, Final

from ice_provider.about import DOWNLOADS, REPOSITORY, VERSION
from ice_provider.config import ProviderConfig
from ice_provider.declaration import Json, Offer, Property, is_declared, properties
from ice_provider.functions import FUNCTIONS
from ice_provider.resources import RESOURCES

_SCALARS: Final = {str: "string", bool: "boolean", int: "integer", float: "number"}


def package_schema() -> dict[str, Any]:
    """Return the schema of the package as JSON-like data."""
    types: dict[str, Any] = {}
    config = _object(ProviderConfig, types)["properties"]
    functions = {function.token: _function(function, types) for function in FUNCTIONS.values()}
    resources = {resource.token: _resource(resource, types) for resource in RESOURCES.values()}
    return {
        "name": "ice",
        "displayName": "Alibaba Cloud ICE",
        "version": VERSION,
        "description": "Gate infrastructure on workflow tasks of Alibaba Cloud Intelligent Media Services (ICE).",
        "keywords": ["pulumi", "ice", "alibaba", "media", "workflow", "category/cloud", "kind/native"],
        "homepage": REPOSITORY,
        "repository": REPOSITORY,
        "license": "Apache-2.0",
        "publisher": "pulumi-ice",
        "pluginDownloadURL": DOWNLOADS,
        "meta": {"supportPack": True},
        "language": _languages(),
        "config": {"variables": config},
        "provider": {"description": "The configuration of the ice provider.", "inputProperties": config},
        "types": types,
        "resources": resources,
        "functions": functions,
    }


def _languages() -> dict[str, Any]:
    return {
        "python": {
            "packageName": "pulumi_ice",
            "respectSchemaVersion": True,
            "pyproject": {"enabled": True},
            "inputTypes": "classes-and-dicts",
            "requires": {"pulumi": ">=3.208.0,<4.0.0"},
            "pythonRequires": ">=3.11",
        },
        "nodejs": {
            "packageName": "@pulumi-ice/ice",
            "respectSchemaVersion": True,
            "dependencies": {"@pulumi/pulumi": "^3.208.0"},  # the end-to-end tests run on exactly this one
        },
        "go": {
            "importBasePath": "github.com/pulumi-ice/pulumi-ice/sdk/go/ice",
            "respectSchemaVersion": True,
            "generateResourceContainerTypes": True,
        },
    }


def _function(function: Offer, types: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": function.doc,
        "inputs": _object(function.inputs, types),
        "outputs": _object(function.outputs, types),
    }


def _resource(resource: Offer, types: dict[str, Any]) -> dict[str, Any]:
    outputs, inputs = _object(resource.outputs, types), _object(resource.inputs, types)
    return {
        "description": resource.doc,
        "properties": outputs["properties"],
        "required": outputs["required"],
        "inputProperties": inputs["properties"],
        "requiredInputs": inputs["required"],
    }


def _object(cls: type, types: dict[str, Any]) -> dict[str, Any]:
    declared = properties(cls)
    return {
        "type": "object",
        "properties": {property_.name: _property(property_, types) for property_ in declared},
        "required": [property_.name for property_ in declared if property_.required],
    }


def _property(property_: Property, types: dict[str, Any]) -> dict[str, Any]:
    spec = {**_type(property_.type, types), "description": property_.doc}
    return {**spec, "secret": True} if property_.secret else spec


def _type(wanted: Any, types: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a type; a nested declaration is entered into `types`."""
    if wanted in _SCALARS:
        return {"type": _SCALARS[wanted]}
    if wanted is Json:
        return {"$ref": "pulumi.json#/Any"}
    if is_declared(wanted):
        token = f"ice:index:{wanted.__name__}"
        if token not in types:
            types[token] = {"description": inspect.getdoc(wanted), **_object(wanted, types)}
        return {"$ref": f"#/types/{token}"}
    of = typing.get_args(wanted)
    if typing.get_origin(wanted) is tuple:
        return {"type": "array", "items": _type(of[0], types)}
    assert typing.get_origin(wanted) is Mapping  # noqa: S101  # a declaration with another type is a bug of ours
    return {"type": "object", "additionalProperties": _type(of[1], types)}
