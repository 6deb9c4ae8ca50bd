"""What the user wrote, checked against a declaration and turned into an instance of it.

Every mistake is found at once and named with its property and its remedy; what has the wrong type is never repeated,
because it may be secret. Knows declarations and errors; must not know gRPC, the API, or what any property means.
"""

from __future__ import annotations

import difflib
import enum
import json
import math
import re
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from ice_provider.declaration import Json, is_declared, properties
from ice_provider.errors import InvalidInput, Problem

T = TypeVar("T")


class Unknown(enum.Enum):
    """The type of `UNKNOWN`."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
"""A value that only `pulumi up` will know."""


def holds_unknown(value: Any) -> bool:
    """Whether a value is unknown or has an unknown part."""
    match value:
        case Unknown():
            return True
        case Mapping():
            return any(holds_unknown(part) for part in value.values())
        case list() | tuple():
            return any(holds_unknown(part) for part in value)
    return False


def check(cls: type, given: Mapping[str, Any], *, textual: bool = False) -> list[Problem]:
    """Return every mistake in what the user wrote; what is still unknown is left out.

    A class may add rules over several properties as a static method `problems(known, given)`, where `known` maps each
    attribute whose value is known and well formed to that value.
    """
    return _read(cls, given, textual=textual)[1]


def decode(cls: type[T], given: Mapping[str, Any], *, textual: bool = False) -> T:
    """Return the instance that a mapping by property names describes.

    Args:
        cls: The declared dataclass.
        given: Values by the names users see. Names that begin with `__` belong to the engine and are passed over.
        textual: Whether a value may come as text whatever its type, as provider configuration does: `"5"`, `"true"`.

    Raises:
        InvalidInput: With every mistake found.
    """
    known, problems = _read(cls, given, textual=textual)
    if problems:
        raise InvalidInput(problems)
    return cls(**known)


def among(given: Any, shape: Any) -> Any:
    """Return what a declared shape knows of a value: names that nobody declared are left out, at every depth."""
    if is_declared(shape) and isinstance(given, Mapping):
        return {each.name: among(given[each.name], each.type) for each in properties(shape) if each.name in given}
    if typing.get_origin(shape) is tuple and isinstance(given, list):
        return [among(part, typing.get_args(shape)[0]) for part in given]
    return given


def suggest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean "x"?` when a known word is close, else nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def _read(cls: type, given: Mapping[str, Any], *, textual: bool) -> tuple[dict[str, Any], list[Problem]]:
    """Return the known values by attribute, and the mistakes."""
    names = {property_.name for property_ in properties(cls)}
    problems = [
        Problem(name, f"there is no such property{suggest(name, names)}")
        for name in given
        if name not in names and not name.startswith("__")
    ]
    known: dict[str, Any] = {}
    for property_ in properties(cls):
        value = given.get(property_.name)
        if holds_unknown(value):
            continue
        if value is None:
            if property_.required:
                problems.append(Problem(property_.name, f"is missing: {property_.summary}"))
            continue
        try:
            converted = _convert(property_.type, value, property_.name, textual=textual)
        except _Misfit as misfit:
            problems += misfit.problems
            continue
        if property_.problem and (reason := property_.problem(converted)):
            problems.append(Problem(property_.name, reason))
        else:
            known[property_.attribute] = converted
    rules: Callable[..., Iterable[Problem]] | None = getattr(cls, "problems", None)
    if rules:
        problems += rules(known, given)
    return known, problems


class _Misfit(Exception):
    """A value that is not as declared."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


def _misfit(path: str, wanted: str, got: Any) -> _Misfit:
    kind = _kind(got)
    reason = f"must be {wanted}" if kind.split()[-1] in wanted else f"must be {wanted}, not {kind}"
    return _Misfit([Problem(path, reason)])


def _convert(wanted: Any, value: Any, path: str, *, textual: bool) -> Any:
    """Return the value in the declared Python type, or raise `_Misfit`."""
    if textual and isinstance(value, str) and wanted is not str:
        value = _from_text(value)
    origin = typing.get_origin(wanted)
    if wanted is Json:
        return value
    if textual and wanted is str and (type(value) is int or (type(value) is float and value.is_integer())):
        value = str(int(value))  # Pulumi's configuration keeps a text of digits as a number
    if wanted in _SCALARS:
        return _convert_scalar(wanted, value, path)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise _misfit(path, "a list", value)
        of = typing.get_args(wanted)[0]
        return tuple(_convert(of, part, f"{path}[{i}]", textual=False) for i, part in enumerate(value))
    if not isinstance(value, Mapping):
        raise _misfit(path, "a map", value)
    if is_declared(wanted):
        known, problems = _read(wanted, value, textual=textual)
        if problems:
            raise _Misfit([Problem(f"{path}.{problem.path}", problem.reason) for problem in problems])
        return wanted(**known)
    of = typing.get_args(wanted)[1]
    return {key: _convert(of, part, f"{path}.{key}", textual=False) for key, part in value.items()}


def _convert_scalar(wanted: Any, value: Any, path: str) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and _is_finite(value)
    fits = {
        str: isinstance(value, str),
        bool: isinstance(value, bool),
        float: is_number,
        int: is_number and value == int(value),
    }[wanted]
    if not fits:
        raise _misfit(path, _SCALARS[wanted], value)
    if isinstance(value, str) and _SURROGATE.search(value):
        raise _Misfit([Problem(path, "holds what is no UTF-8: write it anew, in a terminal or file that is UTF-8")])
    return wanted(value)


def _is_finite(value: float) -> bool:
    """Whether a number can be reckoned with."""
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


_SURROGATE: Final = re.compile("[\ud800-\udfff]")
"""What Python makes of bytes of a command line that are no UTF-8; no call carries it."""

_SCALARS: Final = {str: "a string", bool: "true or false", float: "a number", int: "a whole number"}


def _from_text(text: str) -> Any:
    """Return what a text means as JSON, or the text itself: configuration carries every value as text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "true or false"
        case float() if not math.isfinite(value):
            return "infinity or NaN"
        case int() | float():
            return "a number" if _is_finite(value) else "one that large"
        case str():
            return "a string"
        case Mapping():
            return "a map"
        case list() | tuple():
            return "a list"
    return "null"
