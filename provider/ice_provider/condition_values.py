"""What the values in a condition are, and how they may meet: kinds, truth, order, equality, JMESPath's functions.

Where kinds do not fit, JMESPath answers null or false, which a negation turns into true; and it takes 0 and the text
`false` for true. Here such a question is an error.
Pure; knows jmespath's functions, but not its trees, nor what a condition is judged on.
Source of the language: https://jmespath.org/specification.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from jmespath import functions

from ice_provider.declaration import properties

_NAMES_SHOWN: Final = 8
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")  # of JSON, RFC 8259
_SAYING_NO: Final = frozenset({"0", "false", "no"})


class ConditionError(Exception):
    """The condition cannot be judged; the message says why, for a person."""


class Declared(dict[str, Any]):
    """An object whose names are declared: one that is absent in it is null, and any other a mistake, wherever it stands.

    Empty: the object itself is absent.
    """

    def __init__(self, known: Mapping[str, Any], shape: type) -> None:
        self.names = frozenset(property_.name for property_ in properties(shape))
        super().__init__((name, value) for name, value in known.items() if name in self.names)


def kind(value: Any) -> str:
    """Return what JSON calls a value, for a person."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case Mapping():
            return "an object"
    return "a list"


def shape(value: Any) -> str:
    """Return the kind of a value, and for an object the first of its names: what a typo is compared with."""
    if not isinstance(value, Mapping):
        return kind(value)
    names = [*sorted(value)[:_NAMES_SHOWN], *(["…"] if len(value) > _NAMES_SHOWN else [])]
    return f"an object with {', '.join(names)}" if names else "an empty object"


def is_nothing(value: Any) -> bool:
    """Whether a value is null or a list or object of nothing else, as what is missing leaves behind."""
    if isinstance(value, Mapping):
        return all(map(is_nothing, value.values()))
    return value is None or (isinstance(value, list) and all(map(is_nothing, value)))


def is_false(value: Any) -> bool:
    """Whether JMESPath takes a value for false: empty, null or false, but not 0."""
    return value is None or value is False or (isinstance(value, str | list | dict) and not value)


def is_true(value: Any) -> bool:
    """Whether a value is true where it decides.

    Raises:
        ConditionError: JMESPath takes it for true, and whoever wrote it meant false.
    """
    match value:
        case str() if value.strip().lower() in _SAYING_NO:
            raise ConditionError("it takes a string that says no for true: compare it, as with == 'true'")
        case int() | float() if value == 0 and value is not False:
            raise ConditionError("it takes the number 0 for true: compare it, as with > `0`")
    return not is_false(value)


def check_order(left: Any, right: Any) -> None:
    """See that two values have an order: two numbers do, and two texts that are not numbers.

    Raises:
        ConditionError: They have none, or that of letters, by which '720' comes after '1080'.
    """
    kinds = {kind(left), kind(right)}
    if kinds not in ({"a number"}, {"a string"}):
        raise ConditionError(f"it compares {shape(left)} with {shape(right)}, which have no order")
    if isinstance(left, str) and _NUMBER.fullmatch(left) and _NUMBER.fullmatch(right):
        raise ConditionError("it compares numbers that are strings, letter by letter: write to_number(…)")


def check_kinds(left: Any, right: Any) -> None:
    """See that two values can be equal.

    Raises:
        ConditionError: They are of two kinds, of which neither is null; `!=` would take that for a success.
    """
    if kind(left) != kind(right) and left is not None and right is not None:
        raise ConditionError(f"it compares {shape(left)} with {shape(right)}, which are never equal")


class Functions(functions.Functions):
    """JMESPath's own functions, for values that are what they seem."""

    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        """Refuse what is no number any more; JMESPath tells what an argument is by the name of its class."""
        plain = [dict(each) if isinstance(each, Declared) else each for each in resolved_args]
        answer = super().call_function(function_name, plain)
        if isinstance(answer, float) and not math.isfinite(answer):
            raise ConditionError(f"{function_name}() comes to no finite number")
        return answer

    @functions.signature({"types": ["array", "string"]}, {"types": []})
    def _func_contains(self, subject: Any, search: Any) -> Any:
        """Refuse to look for what no element can be; `!contains(…)` would take that for a success."""
        kinds = {kind(element) for element in subject if element is not None} if isinstance(subject, list) else set()
        if kinds and search is not None and kind(search) not in kinds:
            raise ConditionError(f"contains() looks for {kind(search)} in a list that has none")
        return super()._func_contains(subject, search)  # type: ignore[misc]  # the stubs leave it out

    @functions.signature({"types": []})
    def _func_to_number(self, arg: Any) -> Any:
        """Take a text for a number only where JSON does: Python takes `nan`, `1_0` and the digits of every script too."""
        if isinstance(arg, str) and not _NUMBER.fullmatch(arg):
            return None
        return super()._func_to_number(arg)  # type: ignore[misc]  # the stubs leave it out
