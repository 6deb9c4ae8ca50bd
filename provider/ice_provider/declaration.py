"""Properties declared once: what a dataclass field says of itself, read by everything else.

From one declaration come the schema, the decoding of what the user wrote and the sentences about its mistakes
(`decoding`), the comparison of old and new, and the encoding of outputs. Values here are plain Python (`str`, `dict`):
this module must not know how they travel (gRPC, Struct) nor what they mean (the API).
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Json = Any
"""Free JSON, whose names nobody declared."""


class Offer(typing.Protocol):
    """What the package offers under a token: a function or a resource.

    Attributes:
        token: Its name for the engine.
        doc: What it is for, in Markdown.
    """

    token: str
    doc: str

    @property
    def inputs(self) -> type:
        """The declared inputs."""

    @property
    def outputs(self) -> type:
        """The declared outputs."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an input or output.

    Attributes:
        attribute: The name of the Python field, `task_id`.
        name: The name that users and the engine see, `taskId`.
        type: The Python type without `| None`: str, bool, int, float, Json, a declared dataclass, `tuple[T, ...]` for
            a list, `Mapping[str, T]` for a map.
        required: Whether it must be given, or is always there.
        doc: What it is, for the reference; the first line is a sentence of its own.
        secret: Whether its value must never be shown.
        problem: Says what is wrong with a value of the right type, or None.
        unordered: Whether a list is meant as a set: neither order nor repetition matters.
    """

    attribute: str
    name: str
    type: Any
    required: bool
    doc: str
    secret: bool
    problem: Callable[[Any], str | None] | None
    unordered: bool = False

    @property
    def summary(self) -> str:
        """The first sentence of the doc, as a part of another sentence: `the ID of the workflow task`."""
        first = self.doc.split(". ")[0].rstrip(".")
        return first[0].lower() + first[1:]


def declared(
    doc: str,
    *,
    default: Any = dataclasses.MISSING,
    secret: bool = False,
    problem: Callable[[Any], str | None] | None = None,
    unordered: bool = False,
) -> Any:
    """Declare a property as a dataclass field; without `default` it is required."""
    metadata = {"doc": doc, "secret": secret, "problem": problem, "unordered": unordered}
    return dataclasses.field(default=default, kw_only=True, repr=not secret, metadata=metadata)


@functools.cache
def properties(cls: type) -> tuple[Property, ...]:
    """Return the declared properties of a dataclass, in order, required ones first."""
    hints = typing.get_type_hints(cls)
    declared_ = (
        Property(
            attribute=field.name,
            name=_camel(field.name),
            type=_without_none(hints[field.name]),
            required=field.default is dataclasses.MISSING,
            doc=field.metadata["doc"],
            secret=field.metadata["secret"],
            problem=field.metadata["problem"],
            unordered=field.metadata["unordered"],
        )
        for field in dataclasses.fields(cls)
    )
    return tuple(sorted(declared_, key=lambda property_: not property_.required))


def is_declared(candidate: Any) -> bool:
    """Whether a property's type is itself a declared dataclass."""
    return isinstance(candidate, type) and dataclasses.is_dataclass(candidate)


@functools.cache
def secret_names(cls: type) -> frozenset[str]:
    """Return the names of the properties that are secret, or have a secret part."""
    return frozenset(
        property_.name
        for property_ in properties(cls)
        if property_.secret or (is_declared(property_.type) and secret_names(property_.type))
    )


def encode(instance: Any, *, nulls: bool = False) -> dict[str, Any]:
    """Return the mapping by property names that describes an instance.

    Args:
        instance: Of a declared dataclass.
        nulls: Whether absent properties of the instance itself appear as None; those of nested ones are left out.
    """
    cls: type = type(instance)
    described: dict[str, Any] = {}
    for name, attribute, encoder in _encoders(cls):
        value = getattr(instance, attribute)
        if value is not None:
            described[name] = encoder(value) if encoder else value
        elif nulls:
            described[name] = None
    return described


def changed(cls: type, old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the properties whose values differ; absent and null are the same."""
    names = (property_.name for property_ in properties(cls))
    return frozenset(name for name in names if not _are_same(old.get(name), new.get(name)))


def _are_same(old: Any, new: Any) -> bool:
    """Whether two values are the same as JSON: Python takes true for 1."""
    match old, new:
        case dict(), dict():
            return old.keys() == new.keys() and all(_are_same(old[name], new[name]) for name in old)
        case list(), list():
            return len(old) == len(new) and all(map(_are_same, old, new))
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _camel(attribute: str) -> str:
    first, *rest = attribute.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        return next(part for part in typing.get_args(hint) if part is not types.NoneType)
    return hint


Encoder = Callable[[Any], Any]


@functools.cache
def _encoders(cls: type) -> tuple[tuple[str, str, Encoder | None], ...]:
    """Return name, attribute and encoder of each property; None where a value is sent as it is."""
    return tuple((property_.name, property_.attribute, _encoder(property_.type)) for property_ in properties(cls))


def _encoder(wanted: Any) -> Encoder | None:
    if is_declared(wanted):
        return encode
    origin, of = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is tuple:
        part = _encoder(of[0])
        return (lambda values: [part(value) for value in values]) if part else list
    inner = _encoder(of[1]) if origin is Mapping else None
    return (lambda values: {key: inner(value) for key, value in values.items()}) if inner else None
