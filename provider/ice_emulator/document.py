"""YAML text as plain values that remember their lines.

A scenario is written by hand, so an error must lead to the line it is about. This module reads text into plain
values (mappings, lists, text, numbers) and keeps beside them where each one stood.

Must not know: what a scenario means. That is `vocabulary.py` and `reading.py`.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

try:
    from yaml import CSafeLoader as _BaseLoader
except ImportError:  # PyYAML without libyaml: slower, same result
    from yaml import SafeLoader as _BaseLoader  # type: ignore[assignment]

from ice_emulator.real_keys import masked

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Path = tuple[str | int, ...]

_HALVES = re.compile(r"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})")
_DEPTH = 100  # levels
_VALUES = 500_000  # after aliases have been written out


class ScenarioError(ValueError):
    """A scenario cannot be used; the text is one sentence for the person who wrote it.

    Attributes:
        line: Line in the file, counting from 1; None where there is no file or the line is not known.
    """

    def __init__(self, source: str, line: int | None, where: str, problem: str, remedy: str) -> None:
        place = source if line is None else f"{source}:{line}"
        subject = f"{where}: " if where else ""
        super().__init__(masked(f"{place}: {subject}{problem}; {remedy}"))
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """Plain values and the lines they came from.

    Attributes:
        value: The whole content.
        lines: The line of each value by its path; empty when the values did not come from a text.
        source: What to call the document in an error, usually a file name.
    """

    value: Json
    lines: Mapping[Path, int]
    source: str

    def error(self, path: Path, problem: str, remedy: str) -> ScenarioError:
        """Say what is wrong at `path`; what is missing has no line of its own, so its owner's is given."""
        standing = path
        while standing and standing not in self.lines:
            standing = standing[:-1]
        return ScenarioError(self.source, self.lines.get(standing), dotted(path), problem, remedy)


def dotted(path: Path) -> str:
    """Write a path as people do: `tasks[0].timeline[2].after`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{shown(part)}" if text else shown(part)
    return text


def shown(word: str) -> str:
    """Write a word so that it can be seen, and an error stays one line."""
    return word if word and word.isprintable() else repr(word)


def from_text(text: str, source: str) -> Document:
    """Read YAML text.

    Raises:
        ScenarioError: The text is no YAML, or holds something that JSON could not carry.
    """
    try:
        text = _with_whole_letters(text)
        _check_depth(text, source)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        last = max(1, len(text.splitlines()))  # what is missing at the end is reported behind it
        line = min(error.problem_mark.line + 1, last) if error.problem_mark else None
        problem = f"this is not valid YAML: {error.problem}"
        raise ScenarioError(source, line, "", problem, "check indentation, colons and quotes") from error
    except yaml.YAMLError as error:
        problem = "this is not valid YAML: it holds characters that YAML does not allow"
        raise ScenarioError(source, None, "", problem, "save it as plain UTF-8 text") from error
    reader = _NodeReader(source)
    value = None if root is None else reader.read(root, (), root.start_mark.line + 1)
    return Document(value, reader.lines, source)


def from_value(value: object, source: str) -> Document:
    """Take values that are already in memory; they have no lines.

    Raises:
        ScenarioError: They hold something that JSON could not carry.
    """
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        text.encode()  # a lone surrogate could not be sent
        return Document(json.loads(text), {}, source)
    except (TypeError, ValueError, RecursionError) as error:
        problem = f"this cannot be written as JSON: {error}"
        raise ScenarioError(source, None, "", problem, "use mappings, lists, text and numbers") from error


def _with_whole_letters(text: str) -> str:
    """Return JSON with the letters whole that it escapes in two halves, as YAML has them; any other text as it is."""
    if not _HALVES.search(text):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _HALVES.sub(lambda found: found[1] + json.loads(f'"{found[2]}"'), text)


def _check_depth(text: str, source: str) -> None:
    """Refuse a depth that no person writes: libyaml would end the process where Python raises an error."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else None
                raise ScenarioError(source, line, "", "the values are nested too deeply", "flatten them")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _Loader(_BaseLoader):
    """YAML with the words of JSON only.

    YAML 1.1 reads `2023-01-04T02:05:17Z` as a date, `on` as true and `1:30` as 90. In a scenario all three are
    text that goes out as it is written. Source: https://yaml.org/spec/1.2.2/#103-core-schema
    """


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$"),
    list("-0123456789"),
)


class _NodeReader:
    """Walks the nodes of a YAML document and notes the line of each."""

    def __init__(self, source: str) -> None:
        self.lines: dict[Path, int] = {}
        self._source = source
        self._open: set[int] = set()  # nodes above the current one: an alias to one of them would never end

    def read(self, node: yaml.Node, path: Path, line: int) -> Json:
        """Return the value of `node`; `line` is where its key stands, which is where people look."""
        self.lines[path] = line
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if id(node) in self._open:
            raise self._error(path, "this refers to itself", "write the value out")
        if len(path) > _DEPTH or len(self.lines) > _VALUES:
            raise self._error(path, "the aliases unfold to too many values", "write them out")
        self._open.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            items = [(item, (*path, index), item.start_mark.line + 1) for index, item in enumerate(node.value)]
            value: Json = [self.read(*item) for item in items]
        else:
            value = self._mapping(node, path)
        self._open.remove(id(node))
        return value

    def _mapping(self, node: yaml.Node, path: Path) -> dict[str, Json]:
        values: dict[str, Json] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.lines[path] = line
                raise self._error(path, "a key must be text", "put the key in quotes")
            name = str(key.value)  # `1:` and `true:` too: a key of JSON is always text
            below = (*path, name)
            if name in values:
                self.lines[below] = line
                raise self._error(below, "this key stands here twice", "keep one of the two")
            values[name] = self.read(value, below, line)
        return values

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Json:
        text = str(node.value)
        try:
            text.encode()  # a lone surrogate could not be sent
            match node.tag.removeprefix("tag:yaml.org,2002:"):
                case "str":
                    return text
                case "null":
                    return None
                case "bool":
                    return text == "true"
                case "int":
                    return int(text)
                case "float" if math.isfinite(number := float(text)):
                    return number
        except ValueError as error:
            raise self._error(path, "this value cannot be read", "put it in quotes") from error
        # The value is not told: it may be a secret.
        raise self._error(path, "this value has no counterpart in JSON", "put it in quotes")

    def _error(self, path: Path, problem: str, remedy: str) -> ScenarioError:
        return ScenarioError(self._source, self.lines.get(path), dotted(path), problem, remedy)
