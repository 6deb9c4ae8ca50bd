"""Names as the core has them, `workflowId`, and as a Python program does, `workflow_id`; those of free JSON never change."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from typing import Any

from ice_provider.declaration import Property, is_declared, properties


def snake(path: str) -> str:
    """Return a path such as `successStatuses[1]` in the names of a Python program."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f"_{match[1].lower()}", path)


def by_attribute(instance: Any) -> dict[str, Any]:
    """Return a declared instance as a mapping by attribute, nested ones too; what is absent is left out."""
    cls: type = type(instance)
    pairs = ((p.attribute, getattr(instance, p.attribute)) for p in properties(cls))
    return {name: _by_attribute(value) for name, value in pairs if value is not None}


def camel_keys(value: Any, property_: Property) -> Any:
    """Return a value that `by_attribute` made in the names of the core, as its declaration says."""
    return _by_name(value, property_.type)


def _by_attribute(value: Any) -> Any:
    if is_declared(type(value)):
        return by_attribute(value)
    if isinstance(value, tuple):
        return [_by_attribute(part) for part in value]
    return value


def _by_name(value: Any, wanted: Any) -> Any:
    if is_declared(wanted) and isinstance(value, Mapping):
        return {p.name: _by_name(value[p.attribute], p.type) for p in properties(wanted) if p.attribute in value}
    if typing.get_origin(wanted) is tuple and isinstance(value, list):
        return [_by_name(part, typing.get_args(wanted)[0]) for part in value]
    return value
