"""Conditions on a task: JMESPath, evaluated so that a typo never opens a gate.

Plain JMESPath answers null for every name that is not there, so `results.Transcod.Status != 'Failed'` would be true
for ever. Here a name that nobody declared is an error when the program is checked, and a name that is missing in the
service's free JSON is an error when the condition is judged, except where its absence is provided for: left of `||`,
inside `not_null()` and inside a filter. Only in a filter is a negation, `!` or `!=`, forgiven, and are two missing
things equal. A test left of `||` is forgiven only where nothing turns its outcome round, as `!(a == b || c == d)` does.
What is declared but absent is null, as in JMESPath. To order a text and a number is an error everywhere, and to ask
whether they are equal is one outside filters.

Pure; knows jmespath and declarations. Source of the language: https://jmespath.org/specification.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

import jmespath
from jmespath import exceptions, functions, visitor

from ice_provider import condition_names
from ice_provider.declaration import encode, properties
from ice_provider.decoding import suggest
from ice_provider.model import Activity, Workflow, WorkflowTask

_NAMES_SHOWN: Final = 8
_LONGEST: Final = 4096  # characters
_TESTS: Final = frozenset({"comparator", "and_expression", "or_expression"})  # nodes whose outcome can be turned round
_PLAIN: Final = frozenset({"true or false", "a string", "a number"})
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")  # of JSON, RFC 8259
_PREFIXES: Final = re.compile(r"(?:(?:bad|invalid) jmespath expression: )*", re.IGNORECASE)


class ConditionError(Exception):
    """The condition cannot be judged; the message says why, for a person."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition whose names have been checked.

    Attributes:
        expression: As the user wrote it.
    """

    expression: str

    def holds(self, task: WorkflowTask) -> bool:
        """Whether the condition is exactly `true` for a task.

        Raises:
            ConditionError: It asks for something that is not there, or its result is neither true nor false.
        """
        try:
            tree = jmespath.compile(self.expression).parsed
            answer = _Strict().visit(tree, _document(task))
        except exceptions.JMESPathTypeError as error:  # its text holds the value, which may be secret
            wanted = " or ".join(error.expected_types).replace("-", " of ")
            raise ConditionError(f"{error.function_name}() takes {wanted}, not {_shape(error.current_value)}") from None
        except (exceptions.JMESPathError, TypeError, ValueError, ArithmeticError) as error:
            # jmespath's functions let Python's own errors through, as for contains('text', `1`).
            raise ConditionError(" ".join(str(error).split())) from error
        except RecursionError as error:
            raise ConditionError("it is nested too deeply to be judged") from error
        if not isinstance(answer, bool):
            raise ConditionError(f"its result is {_shape(answer)}, and only true opens the gate")
        return answer


def problem(expression: str) -> str | None:
    """Say what is wrong with a condition before any task is known, or None."""
    if len(expression) > _LONGEST:
        return f"has {len(expression):,} characters: a condition may have {_LONGEST:,} at most"
    try:
        tree = jmespath.compile(expression).parsed
        return condition_names.problem(tree, WorkflowTask)
    except exceptions.JMESPathError as error:
        reason = _PREFIXES.sub("", str(error).splitlines()[0], count=1).rstrip(".: ")
        return f"is not a JMESPath expression: {reason}. See https://jmespath.org"
    except RecursionError:
        return "is nested too deeply: use fewer parentheses, brackets or negations within each other"


class _Declared(dict[str, Any]):
    """An object whose names are declared: one that is absent in it is null, and any other a mistake, wherever it stands.

    Empty: the object itself is absent.
    """

    def __init__(self, known: Mapping[str, Any], shape: type) -> None:
        super().__init__(known)
        self.names = frozenset(property_.name for property_ in properties(shape))


def _document(task: WorkflowTask) -> _Declared:
    """Return what a condition is judged on: the outputs of the data source, by the names users see."""
    document = _Declared(encode(task), WorkflowTask)
    document["workflow"] = _Declared(document.get("workflow", {}), Workflow)
    if task.activities is not None:
        document["activities"] = [_Declared(encode(activity), Activity) for activity in task.activities]
    return document


def _shape(value: Any) -> str:
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
            names = [*sorted(value)[:_NAMES_SHOWN], *(["…"] if len(value) > _NAMES_SHOWN else [])]
            return f"an object with {', '.join(names)}" if names else "an empty object"
    return "a list"


def _is_false(value: Any) -> bool:
    """Whether JMESPath takes a value for false: empty, null or false, but not 0."""
    return value is None or value is False or (isinstance(value, str | list | dict) and not value)


def _have_an_order(left: Any, right: Any) -> bool:
    def is_number(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)

    return (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str))


class _Functions(functions.Functions):
    """JMESPath's own functions, for values that are what they seem."""

    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        """Refuse what is no number any more; JMESPath tells what an argument is by the name of its class."""
        plain = [dict(each) if isinstance(each, _Declared) else each for each in resolved_args]
        answer = super().call_function(function_name, plain)
        if isinstance(answer, float) and not math.isfinite(answer):
            raise ConditionError(f"{function_name}() comes to no finite number")
        return answer

    @functions.signature({"types": []})
    def _func_to_number(self, arg: Any) -> Any:
        """Take a text for a number only where JSON does: Python takes `nan`, `1_0` and the digits of every script too."""
        if isinstance(arg, str) and not _NUMBER.fullmatch(arg):
            return None
        return super()._func_to_number(arg)  # type: ignore[misc]  # the stubs leave it out


class _Strict(visitor.TreeInterpreter):
    """JMESPath's own interpreter, in which a missing name of free JSON is an error."""

    def __init__(self) -> None:
        super().__init__(jmespath.Options(custom_functions=_Functions()))
        self._forgiving = False
        self._filtering = False
        self._turning = False

    @contextmanager
    def _forgive(self, *, filtering: bool = False) -> Iterator[None]:
        """Take what is missing for null."""
        before = self._forgiving, self._filtering
        self._forgiving, self._filtering = True, self._filtering or filtering
        yield
        self._forgiving, self._filtering = before

    @contextmanager
    def _negate(self) -> Iterator[None]:
        """Forgive in a filter only: elsewhere a negation would turn what is missing into true."""
        before = self._forgiving
        self._forgiving = self._filtering
        with self._turn():
            yield
        self._forgiving = before

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Take it that false may come to true."""
        before, self._turning = self._turning, True
        yield
        self._turning = before

    def _need(self, fits: bool, wanted: str, value: Any) -> None:  # noqa: FBT001
        if not (fits or self._forgiving):
            raise ConditionError(f"it asks for {wanted} of {_shape(value)}")

    def visit_field(self, node: Any, value: Any) -> Any:
        name = node["value"]
        if isinstance(value, _Declared) and name not in value.names:  # behind `||` or a function nobody saw it before
            raise ConditionError(f'it asks for "{name}", which is no output{suggest(name, value.names)}')
        fits = isinstance(value, _Declared) or (isinstance(value, Mapping) and name in value)
        self._need(fits, f'"{name}"', value)
        return super().visit_field(node, value)

    def visit_comparator(self, node: Any, value: Any) -> Any:
        """Refuse to order what has no order: JMESPath answers null, which `!(a < b)` would turn into true."""
        if node["value"] == "eq":
            return self._equal(node, value)
        if node["value"] == "ne":
            with self._negate():
                return not self._compared(node, value)[-1]
        left, right = (self.visit(child, value) for child in node["children"])
        if not _have_an_order(left, right):
            if self._forgiving and (left is None or right is None):
                return None
            raise ConditionError(f"it compares {_shape(left)} with {_shape(right)}, which have no order")
        return self.COMPARATOR_FUNC[node["value"]](left, right)

    def _equal(self, node: Any, value: Any) -> Any:
        """Compare; two missing things are no more the same than a name is with its typo, unless one is written `null`."""
        with self._turn():
            left, right, are_equal = self._compared(node, value)
        is_written = any(child["type"] == "literal" for child in node["children"])
        if left is None and right is None and self._forgiving and not (self._filtering or is_written):
            return None
        return are_equal

    def _compared(self, node: Any, value: Any) -> tuple[Any, Any, bool]:
        """Return both sides, and whether they are equal; refuse what can never be, which `!=` would take for a success."""
        left, right = (self.visit(child, value) for child in node["children"])
        kinds = {_shape(left), _shape(right)}
        if len(kinds) > 1 and kinds <= _PLAIN and not self._filtering:  # a filter may go through what is mixed
            raise ConditionError(f"it compares {_shape(left)} with {_shape(right)}, which are never equal")
        return left, right, self.COMPARATOR_FUNC["eq"](left, right)

    def visit_not_expression(self, node: Any, value: Any) -> bool:
        with self._negate():
            return super().visit_not_expression(node, value)

    def visit_index(self, node: Any, value: Any) -> Any:
        index = node["value"]
        fits = isinstance(value, list) and -len(value) <= index < len(value)
        self._need(fits, f"element {index}", value)
        return super().visit_index(node, value)

    def visit_slice(self, node: Any, value: Any) -> Any:
        self._need(isinstance(value, list), "elements", value)
        return super().visit_slice(node, value)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        return super().visit_flatten(self._with_base(node, value, list), value)

    def visit_projection(self, node: Any, value: Any) -> Any:
        return super().visit_projection(self._with_base(node, value, list), value)

    def visit_value_projection(self, node: Any, value: Any) -> Any:
        return super().visit_value_projection(self._with_base(node, value, Mapping), value)

    def visit_filter_projection(self, node: Any, value: Any) -> Any:
        base, then, test = self._with_base(node, value, list)["children"]
        if base["value"] is None:
            return None
        with self._forgive(filtering=True):
            kept = [element for element in base["value"] if not _is_false(self.visit(test, element))]
        found = [self.visit(then, element) for element in kept]
        return [element for element in found if element is not None]

    def visit_or_expression(self, node: Any, value: Any) -> Any:
        left, right = node["children"]
        with nullcontext() if self._turning and left["type"] in _TESTS else self._forgive():
            matched = self.visit(left, value)
        return self.visit(right, value) if _is_false(matched) else matched

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        if node["value"] != "not_null":
            answer = super().visit_function_expression(node, value)
            if answer is None and node["value"] == "to_number" and not self._forgiving:
                raise ConditionError("to_number finds no number")
            return answer
        with self._forgive():
            return super().visit_function_expression(node, value)

    def _with_base(self, node: Any, value: Any, wanted: type) -> Any:
        """Return the node with its base evaluated, once, and seen to be of the wanted shape."""
        base, *rest = node["children"]
        evaluated = self.visit(base, value)
        self._need(isinstance(evaluated, wanted), "the elements", evaluated)
        fitting = evaluated if isinstance(evaluated, wanted) else None
        return {**node, "children": [{"type": "literal", "value": fitting, "children": []}, *rest]}
