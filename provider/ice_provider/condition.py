"""Conditions on a task: JMESPath, evaluated so that a typo never opens a gate.

Plain JMESPath answers null for every name that is not there, so `results.Transcod.Status != 'Failed'` would be true
for ever. Here a name that nobody declared is an error when the program is checked, and a name that is missing in the
service's free JSON is an error when the condition is judged, except where its absence is provided for: left of `||`,
inside `not_null()` and inside a filter. Only in a filter is a negation, `!` or `!=`, forgiven, and are two missing
things equal. A test left of `||` is forgiven only where its outcome is that of the condition: a negation, a comparison
or a function around it, as in `!(a == b || c == d)`, could turn false into true. What is declared but absent is null,
as in JMESPath. How values of several kinds may meet, `condition_values` says.

Pure; knows jmespath and declarations. Source of the language: https://jmespath.org/specification.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

import jmespath
from jmespath import exceptions, visitor

from ice_provider import condition_names
from ice_provider.condition_values import (
    ConditionError,
    Declared,
    Functions,
    check_kinds,
    check_order,
    is_false,
    is_nothing,
    is_true,
    shape,
)
from ice_provider.declaration import encode
from ice_provider.decoding import suggest
from ice_provider.model import Activity, Workflow, WorkflowTask

__all__ = ["Condition", "ConditionError", "problem"]

_LONGEST: Final = 4096  # characters
_PASSING: Final = frozenset({"and_expression", "or_expression", "pipe"})  # nodes whose outcome is that of a part
_ANSWERING: Final = frozenset(  # nodes that make something of null
    {"comparator", "not_expression", "function_expression", "literal", "multi_select_list", "multi_select_dict"}
)
_TESTS: Final = _PASSING | {"comparator"}  # nodes whose outcome can be turned round
_PREFIXES: Final = re.compile(r"(?:(?:bad|invalid) jmespath expression: )*", re.IGNORECASE)


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
            raise ConditionError(f"{error.function_name}() takes {wanted}, not {shape(error.current_value)}") from None
        except (exceptions.JMESPathError, TypeError, ValueError, ArithmeticError) as error:
            # jmespath's functions let Python's own errors through, as for contains('text', `1`).
            raise ConditionError(" ".join(str(error).split())) from error
        except RecursionError as error:
            raise ConditionError("it is nested too deeply to be judged") from error
        if not isinstance(answer, bool):
            raise ConditionError(f"its result is {shape(answer)}, and only true opens the gate")
        return answer


def problem(expression: str) -> str | None:
    """Say what is wrong with a condition before any task is known, or None."""
    if len(expression) > _LONGEST:
        return f"has {len(expression):,} characters: a condition may have {_LONGEST:,} at most"
    try:
        return condition_names.literal_problem(expression) or condition_names.problem(
            jmespath.compile(expression).parsed, WorkflowTask
        )
    except exceptions.JMESPathError as error:
        reason = _PREFIXES.sub("", str(error).splitlines()[0], count=1).rstrip(".: ")
        return f"is not a JMESPath expression: {reason}. See https://jmespath.org"
    except RecursionError:
        return "is nested too deeply: use fewer parentheses, brackets or negations within each other"


def _document(task: WorkflowTask) -> Declared:
    """Return what a condition is judged on: the outputs of the data source, by the names users see."""
    document = Declared(encode(task), WorkflowTask)
    document["workflow"] = Declared(document.get("workflow", {}), Workflow)
    if task.activities is not None:
        document["activities"] = [Declared(encode(activity), Activity) for activity in task.activities]
    return document


def _answers_null(node: Any) -> bool:
    """Whether an expression may make something of null, and so behind a pipe of what is missing."""
    parts = (child for child in node["children"] if isinstance(child, dict))  # a slice has numbers
    return node["type"] in _ANSWERING or any(map(_answers_null, parts))


class _Strict(visitor.TreeInterpreter):
    """JMESPath's own interpreter, in which a missing name of free JSON is an error."""

    def __init__(self) -> None:
        super().__init__(jmespath.Options(custom_functions=Functions()))
        self._forgiving = False
        self._filtering = False
        self._turning = False

    @contextmanager
    def _forgive(self, *, filtering: bool = False) -> Iterator[None]:
        """Take what is missing for null."""
        before = self._forgiving, self._filtering, self._turning
        self._forgiving, self._filtering, self._turning = True, self._filtering or filtering, False
        yield
        self._forgiving, self._filtering, self._turning = before

    @contextmanager
    def _insist(self) -> Iterator[None]:
        """Forgive in a filter only: a negation or a function would turn what is missing into true."""
        before, self._forgiving = self._forgiving, self._filtering
        yield
        self._forgiving = before

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Take it that false may come to true."""
        before, self._turning = self._turning, True
        yield
        self._turning = before

    def visit(self, node: Any, value: Any) -> Any:
        """Take it that everything but `&&`, `||` and the right of a pipe turns an outcome round."""
        if node["type"] in _PASSING:
            return super().visit(node, value)
        is_turned = node["type"] == "comparator" and self._turning
        with self._insist() if is_turned else nullcontext(), self._turn():
            return super().visit(node, value)

    def visit_pipe(self, node: Any, value: Any) -> Any:
        left, right = node["children"]
        with self._insist() if _answers_null(right) else nullcontext(), self._turn():
            piped = self.visit(left, value)
        return self.visit(right, piped)

    def _need(self, fits: bool, wanted: str, value: Any) -> None:  # noqa: FBT001
        if not (fits or self._forgiving):
            raise ConditionError(f"it asks for {wanted} of {shape(value)}")

    def visit_field(self, node: Any, value: Any) -> Any:
        name = node["value"]
        if isinstance(value, Declared) and name not in value.names:  # behind `||` or a function nobody saw it before
            raise ConditionError(f'it asks for "{name}", which is no output{suggest(name, value.names)}')
        fits = isinstance(value, Declared) or (isinstance(value, Mapping) and name in value)
        self._need(fits, f'"{name}"', value)
        return super().visit_field(node, value)

    def visit_comparator(self, node: Any, value: Any) -> Any:
        """Refuse to order what has no order: JMESPath answers null, which `!(a < b)` would turn into true."""
        if node["value"] == "eq":
            return self._equal(node, value)
        if node["value"] == "ne":
            with self._insist():
                return not self._compared(node, value)[-1]
        left, right = (self.visit(child, value) for child in node["children"])
        if self._forgiving and (left is None or right is None):
            return None
        check_order(left, right)
        return self.COMPARATOR_FUNC[node["value"]](left, right)

    def _equal(self, node: Any, value: Any) -> Any:
        """Compare; two missing things are no more the same than a name is with its typo, unless one is written `null`."""
        left, right, are_equal = self._compared(node, value)
        is_written = any(child["type"] == "literal" for child in node["children"])
        if is_nothing(left) and is_nothing(right) and self._forgiving and not (self._filtering or is_written):
            return None
        return are_equal

    def _compared(self, node: Any, value: Any) -> tuple[Any, Any, bool]:
        """Return both sides, and whether they are equal; refuse what can never be, which `!=` would take for a success."""
        left, right = (self.visit(child, value) for child in node["children"])
        if not self._filtering:  # a filter may go through what is mixed
            check_kinds(left, right)
        return left, right, self.COMPARATOR_FUNC["eq"](left, right)

    def visit_not_expression(self, node: Any, value: Any) -> bool:
        with self._insist():
            return not is_true(self.visit(node["children"][0], value))

    def visit_and_expression(self, node: Any, value: Any) -> Any:
        left, right = node["children"]
        matched = self.visit(left, value)
        return self.visit(right, value) if is_true(matched) else matched

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
            kept = [element for element in base["value"] if is_true(self.visit(test, element))]
        found = [self.visit(then, element) for element in kept]
        return [element for element in found if element is not None]

    def visit_or_expression(self, node: Any, value: Any) -> Any:
        left, right = node["children"]
        with nullcontext() if self._turning and left["type"] in _TESTS else self._forgive():
            matched = self.visit(left, value)
        return self.visit(right, value) if is_false(matched) else matched

    def visit_multi_select_list(self, node: Any, value: Any) -> Any:
        self._need(value is not None, "parts", value)
        with self._insist():  # a list of null is true
            return super().visit_multi_select_list(node, value)

    def visit_multi_select_dict(self, node: Any, value: Any) -> Any:
        self._need(value is not None, "parts", value)
        with self._insist():
            return super().visit_multi_select_dict(node, value)

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        name = node["value"]
        if name == "to_number":  # null for null, as what is missing is
            number = super().visit_function_expression(node, value)
            if number is None and not self._forgiving:
                raise ConditionError("to_number finds no number")
            return number
        with self._forgive() if name == "not_null" else self._insist():
            return super().visit_function_expression(node, value)

    def _with_base(self, node: Any, value: Any, wanted: type) -> Any:
        """Return the node with its base evaluated, once, and seen to be of the wanted shape."""
        base, *rest = node["children"]
        evaluated = self.visit(base, value)
        self._need(isinstance(evaluated, wanted), "the elements", evaluated)
        fitting = evaluated if isinstance(evaluated, wanted) else None
        return {**node, "children": [{"type": "literal", "value": fitting, "children": []}, *rest]}
