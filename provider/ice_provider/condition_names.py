"""The names, calls and literals in a condition, checked against the declared shapes before any task is known.

A name that nobody declared would be null for ever, so it is an error in the program; free JSON may hold any name. So is
a call with too few or too many arguments, and a literal such as `None`, which old JMESPath takes for a text.
Pure; knows jmespath's trees and declarations, not what a condition is for.
"""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from jmespath import functions, visitor

from ice_provider.declaration import Json, is_declared, properties
from ice_provider.decoding import suggest

_FREE: Final = Json
"""The shape of free JSON, and of everything that we cannot tell before a task is known."""

_LITERALS: Final = frozenset({"null", "true", "false"})
_QUOTED: Final = re.compile(
    r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `(?P<literal>(?:[^`\\]|\\.)*)`""", re.DOTALL | re.VERBOSE
)
_FUNCTIONS: Final = functions.Functions.FUNCTION_TABLE


def problem(tree: Any, shape: type) -> str | None:
    """Say which name of a parsed expression nobody declared, or which call can never be made, or None.

    Args:
        tree: As jmespath parses it.
        shape: The declared dataclass that the expression is about.
    """
    try:
        _Names().visit(tree, shape)
    except _Mistake as error:
        return str(error)
    return None


def literal_problem(expression: str) -> str | None:
    """Say which literal is no JSON, or None; a parsed tree no longer tells `None` from the text."""
    for quoted in _QUOTED.finditer(expression):
        written = quoted["literal"]
        try:
            json.loads("null" if written is None else written.replace("\\`", "`"), parse_constant=_refuse_constant)
        except ValueError:
            bare = written.strip(" '\"")
            return f"has `{written}` in backquotes, which is no JSON: write '{bare}' for the text"
    return None


def _refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python reads and RFC 8259 does not have."""
    raise ValueError(name)


class _Mistake(Exception):
    """A name that nobody declared, or a call that can never be made; the message says so, for a person."""


class _Names(visitor.Visitor):
    """Follows an expression through the declared shapes; `visit` returns the shape that a node yields."""

    def default_visit(self, node: Any, shape: Any) -> Any:  # type: ignore[override]  # the stub forbids to return
        for child in node["children"]:
            self.visit(child, shape)
        return _FREE

    def visit_field(self, node: Any, shape: Any) -> Any:
        name = node["value"]
        if is_declared(shape):
            shapes = {property_.name: property_.type for property_ in properties(shape)}
            if name not in shapes and name in _LITERALS:
                raise _Mistake(f'asks for an output "{name}": write `{name}`, in backquotes, for the value')
            if name not in shapes:
                raise _Mistake(f'asks for "{name}", which is no output{suggest(name, shapes)}')
            return shapes[name]
        if typing.get_origin(shape) is tuple:
            raise _Mistake(f'asks for "{name}" of a list: write [*].{name} for every element')
        if shape in {str, bool, float, int}:
            raise _Mistake(f'asks for "{name}" of a plain value, which has no parts')
        return typing.get_args(shape)[1] if typing.get_origin(shape) is Mapping else _FREE

    def visit_subexpression(self, node: Any, shape: Any) -> Any:
        _refuse_a_part_of_a_negation(node)
        return self.visit_pipe(node, shape)

    visit_index_expression = visit_subexpression

    def visit_pipe(self, node: Any, shape: Any) -> Any:
        for child in node["children"]:
            shape = self.visit(child, shape)
        return shape

    def visit_not_expression(self, node: Any, shape: Any) -> Any:
        self.default_visit(node, shape)
        return bool

    visit_comparator = visit_not_expression

    def visit_current(self, _node: Any, shape: Any) -> Any:
        return shape

    visit_identity = visit_current

    def visit_index(self, _node: Any, shape: Any) -> Any:
        return _element(shape)

    def visit_slice(self, _node: Any, shape: Any) -> Any:
        return shape

    def visit_flatten(self, node: Any, shape: Any) -> Any:
        return self.visit(node["children"][0], shape)

    def visit_projection(self, node: Any, shape: Any) -> Any:
        _refuse_a_part_of_a_negation(node)
        base, *rest = node["children"]
        element = _element(self.visit(base, shape))
        yielded = [self.visit(child, element) for child in rest]
        return tuple.__class_getitem__((yielded[0], ...))

    visit_filter_projection = visit_value_projection = visit_projection

    def visit_function_expression(self, node: Any, shape: Any) -> Any:
        """Arguments that are applied to elements (`&name`) see the elements of the first list among the others."""
        if node["value"] not in _FUNCTIONS:
            raise _Mistake(f'calls "{node["value"]}", which is no function{suggest(node["value"], _FUNCTIONS)}')
        _check_arguments(node)
        plain = [self.visit(child, shape) for child in node["children"] if child["type"] != "expref"]
        element = _element(plain[0]) if plain else _FREE
        for child in node["children"]:
            if child["type"] == "expref":
                self.visit(child["children"][0], element)
        keeps = node["value"] in {"sort", "sort_by", "reverse"}
        return plain[0] if keeps else element if node["value"] in {"max_by", "min_by"} else _FREE


def _refuse_a_part_of_a_negation(node: Any) -> None:
    """Refuse `!a.b`, which JMESPath reads as `(!a).b`: a part of true or false, which is null, and so true in `!…`."""
    if node["children"][0]["type"] == "not_expression":
        raise _Mistake("negates only the first name of a path: write !(a.b) in place of !a.b")


def _check_arguments(call: Any) -> None:
    """Refuse a call with too few or too many arguments."""
    signature = _FUNCTIONS[call["value"]]["signature"]
    given, needed = len(call["children"]), len(signature)
    variadic = bool(signature[-1].get("variadic"))
    if given < needed or (given > needed and not variadic):
        plural, least = "" if given == 1 else "s", "at least " if variadic else ""
        raise _Mistake(f'calls "{call["value"]}" with {given} argument{plural}; it takes {least}{needed}')


def _element(shape: Any) -> Any:
    arguments = typing.get_args(shape)
    return arguments[0] if typing.get_origin(shape) is tuple else arguments[1] if arguments else _FREE
