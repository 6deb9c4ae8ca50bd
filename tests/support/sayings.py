"""Every first line that the plugin and `ice-gate` can show a person, read off the code that makes it.

A saying is a text in which `…` stands for what is only known when it is said. Knows Python's syntax, the names of the
errors, and that warnings are said by `warn` or kept in `notes`; nothing of what any of them is about.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ice_provider import errors
from support.engine import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ANYTHING: Final = "…"
PROGRAMS: Final = ROOT / "provider"
SPEAKERS: Final = ("ice_provider", "ice_gate")
KINDS: Final = frozenset(
    name
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, errors.ProviderError) and kind is not errors.InvalidInput
)
"""The errors with a headline of their own; that of InvalidInput is made of its problems."""
COMMANDS_OWN: Final = frozenset({"NotWritten"})


@dataclass(frozen=True)
class _Call:
    """A call, and where it stands.

    Attributes:
        gives: Whether it is looked at for what it gives to a function that says it; nobody asks who gave that.
    """

    node: ast.Call
    function: ast.FunctionDef | ast.AsyncFunctionDef
    module: ast.Module
    gives: bool = False

    @property
    def name(self) -> str:
        """The last name of what is called."""
        match self.node.func:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name
        return ""

    @property
    def is_said(self) -> bool:
        """Whether its first argument is a first line: of an error, a warning, a note."""
        match self.node.func:
            case ast.Attribute(value=ast.Name(id="self" | "reporter") | ast.Attribute(), attr="warn"):
                return True
            case ast.Attribute(value=ast.Attribute(attr="notes" | "_notes"), attr="append"):
                return True
            case ast.Call(func=ast.Name(id="type")):  # another error of the same kind
                return True
        return self.name in KINDS | COMMANDS_OWN


def sayings() -> set[str]:
    """Return every first line; of an error that is only passed on, nothing."""
    said = (
        text.split("\n")[0]
        for call in _CALLS
        if call.is_said and call.node.args
        for text in _texts(call.node.args[0], call)
    )
    return {text for text in said if re.search(r"\w", text)}


def mistakes() -> list[list[str]]:
    """Return what is said of wrong input: of each place that says it, all that it can say."""
    return [_texts(call.node.args[1], call) for call in _CALLS if call.name == "Problem" and len(call.node.args) > 1]


def texts() -> set[str]:
    """Return every text that stands in the programs, whoever says it."""
    found: set[str] = set()
    for file in sorted(PROGRAMS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Constant(value=str(text)):
                    found.add(text)
                case ast.JoinedStr(values=parts):
                    found.add(
                        "".join(str(part.value) if isinstance(part, ast.Constant) else ANYTHING for part in parts)
                    )
    return {text.split("\n")[0].strip().removeprefix("error: ") for text in found}


def _calls() -> Iterator[_Call]:
    files = [file for package in SPEAKERS for file in sorted((PROGRAMS / package).rglob("*.py"))]
    for file in files:
        module = ast.parse(file.read_text(encoding="utf-8"))
        for function in ast.walk(module):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from (_Call(node, function, module) for node in ast.walk(function) if isinstance(node, ast.Call))


_CALLS: Final = tuple(_calls())


def _texts(node: ast.expr, call: _Call) -> list[str]:
    """Return the texts that an expression can be, which stands where a call does."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return _joined(parts, call)
        case ast.FormattedValue(value=value):
            return _texts(value, call)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined((left, right), call)
        case ast.IfExp(body=body, orelse=orelse):
            return [*_texts(body, call), *_texts(orelse, call)]
        case ast.Name():
            return [text for value, there in _meanings(node, call) for text in _texts(value, there)] or [ANYTHING]
    return [ANYTHING]


def _joined(parts: Iterable[ast.expr], call: _Call) -> list[str]:
    return ["".join(each) for each in itertools.product(*(_texts(part, call) for part in parts))]


def _meanings(used: ast.Name, call: _Call) -> list[tuple[ast.expr, _Call]]:
    """Return what a name stands for: what was assigned to it before, or what the function's callers give for it."""
    for place in (ast.walk(call.function), ast.iter_child_nodes(call.module)):
        assigned = [value for node in place for value in _assigned(node, used.id)]
        if before := [(value, call) for value in assigned if value.lineno < used.lineno]:
            return before
    parameters = [each.arg for each in call.function.args.args if each.arg != "self"]
    if used.id not in parameters or call.gives:
        return []
    index = parameters.index(used.id)
    callers = (each for each in _CALLS if each.name == call.function.name)
    return [(each.node.args[index], replace(each, gives=True)) for each in callers if len(each.node.args) > index]


def _assigned(node: ast.AST, name: str) -> Iterator[ast.expr]:
    match node:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            yield value
        case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
            yield value
