"""One mapping of a scenario, read key by key.

The words of a scenario are checked where they are read: each method returns a value of one kind or says, in one
sentence with the line, what stands there instead and what to write.

Must not know: which keys exist. That is `vocabulary.py`; a key is read as what it is declared to be there.
"""

import difflib
import json
import math
import re
from collections.abc import Collection, Iterable
from typing import TypeVar

from ice_emulator.document import Document, Json, Path, ScenarioError, shown
from ice_emulator.words import LONGEST, Kind, Word, Words

T = TypeVar("T")


def similar(word: str, words: Iterable[str]) -> str:
    """Return a remedy for a word that is not known: the nearest known one, or all of them."""
    known = sorted(words)
    by_lower_case = {each.lower(): each for each in known}
    nearest = difflib.get_close_matches(word.lower(), by_lower_case, n=1)
    nearest = nearest or [each for each in by_lower_case if word.lower() in each]  # `id` for `workflowId`
    if len(nearest) == 1:
        return f"did you mean {by_lower_case[nearest[0]]!r}?"
    return f"known here: {', '.join(known)}" if known else "remove it"


class Entry:
    """A mapping at one place of a document.

    Attributes:
        path: Where it stands.
    """

    def __init__(self, document: Document, path: Path, words: Words) -> None:
        """Take the mapping at `path`, which may hold only `words`.

        Raises:
            ScenarioError: There is no mapping, or it holds another key.
        """
        self.path = path
        self._document = document
        self._words = words.known
        value = document.value
        for part in path:
            value = value[part]  # type: ignore[index]  # the path was walked before
        if not isinstance(value, dict):
            wanted = f"a mapping with {', '.join(sorted(self._words))}"
            raise document.error(path, f"{kind(value)} stands where a mapping belongs", f"write {wanted}")
        self._values: dict[str, Json] = value
        for name in value:
            if name not in self._words:
                raise self._unknown(name)

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def error(self, name: str | None, problem: str, remedy: str) -> ScenarioError:
        """Say what is wrong with `name`, or with the mapping itself."""
        return self._document.error(self.path if name is None else (*self.path, name), problem, remedy)

    def _unknown(self, name: str) -> ScenarioError:
        """Say that a key is not known; behind a colon without a space a secret may stand, which is not told."""
        begin = re.split(r"[:=\s]", name, maxsplit=1)[0]
        if begin == name:
            return self.error(name, "this key is not known", similar(name, self._words))
        return self.error(
            None, f"a key that begins with {shown(begin)} is not known", "write a colon and a space behind it"
        )

    def required(self, name: str) -> str:
        """Return a text that must be there and hold something."""
        text = self.text(name)
        if text is None:
            raise self.missing(name, f"add `{name}:` with a text")
        if not text:
            raise self.error(name, "this is empty", "write a text")
        return text

    def missing(self, name: str, remedy: str) -> ScenarioError:
        """Say that a word is not there."""
        return self.error(name, "this is missing", remedy)

    def text(self, name: str) -> str | None:
        """Return a text, None when it is absent."""
        word = self._declared(name, Kind.TEXT)
        return self._typed(name, str, "put the value in quotes", is_told=not word.secret)

    def number(self, name: str) -> float | None:
        """Return a number of zero or more, None when it is absent."""
        most = self._declared(name, Kind.NUMBER).most or LONGEST
        value = self._values.get(name)
        if value is None:
            return None
        remedy = f"write a number from 0 to {most}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(name, f"{kind(value)} stands where a number belongs", remedy)
        if not 0 <= value <= most:
            raise self.error(name, f"{kind(value)} is out of range", remedy)
        return value

    def count(self, name: str) -> int | None:
        """Return a whole number of one or more, None when it is absent."""
        word = self._declared(name, Kind.COUNT)
        value = self._values.get(name)
        return None if value is None else self._count(name, value, word)

    def counts(self, name: str) -> list[int] | None:
        """Return whole numbers of one or more, given as a list or as one number; None for `all` and when absent."""
        word = self._declared(name, Kind.COUNTS)
        value = self._values.get(name)
        if value is None or value == "all":
            return None
        return [self._count(name, each, word) for each in (value if isinstance(value, list) else [value])]

    def flag(self, name: str) -> bool:
        """Return a truth value, False when it is absent."""
        self._declared(name, Kind.FLAG)
        return self._typed(name, bool, "write true or false") or False

    def word(self, name: str) -> str | None:
        """Return one of the words that are known there, None when it is absent; a number may stand for its digits."""
        values = self._declared(name, Kind.WORD).values
        value = self._values.get(name)
        return None if value is None else self._word(name, value, values)

    def words(self, name: str) -> list[str]:
        """Return some of the words that are known there, given as a list or as one word."""
        values = self._declared(name, Kind.WORDS).values
        value = self._values.get(name)
        if value is None:
            return []
        return [self._word(name, each, values) for each in (value if isinstance(value, list) else [value])]

    def free(self, name: str) -> dict[str, Json] | list[Json] | str | None:
        """Return a mapping, a list or a text with any content, None when it is absent."""
        self._declared(name, Kind.FREE)
        value = self._values.get(name)
        if value is None or isinstance(value, dict | list | str):
            return value
        remedy = "write a mapping or a list (sent as JSON text) or a text in quotes (sent as it is)"
        raise self.error(name, f"{kind(value)} stands where JSON belongs", remedy)

    def json_text(self, name: str) -> str | None:
        """Return a mapping or a list as JSON text and a text as it is, None when it is absent."""
        value = self.free(name)
        return value if value is None or isinstance(value, str) else json_text(value)

    def child(self, name: str) -> "Entry | None":
        """Return the mapping below `name`, None when it is absent."""
        below = self._declared(name, Kind.MAPPING).below
        return Entry(self._document, (*self.path, name), below or Words({})) if name in self else None

    def children(self, name: str) -> "list[Entry]":
        """Return the mappings of the list below `name`, none when it is absent."""
        below = self._declared(name, Kind.MAPPINGS).below
        items = self._typed(name, list, "start each item with a dash") or []
        return [Entry(self._document, (*self.path, name, index), below or Words({})) for index in range(len(items))]

    def _declared(self, name: str, wanted: Kind) -> Word:
        word = self._words[name]
        if word.kind is not wanted:
            raise TypeError(f"a bug: {name} is declared as {word.kind} and read as {wanted}")
        return word

    def _typed(self, name: str, wanted: type[T], remedy: str, *, is_told: bool = True) -> T | None:
        value = self._values.get(name)
        if value is None or isinstance(value, wanted):
            return value
        found = kind(value) if is_told else "another value"
        raise self.error(name, f"{found} stands where {_KINDS[wanted]} belongs", remedy)

    def _word(self, name: str, value: Json, words: Collection[str]) -> str:
        word = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(word, str) or word not in words:
            shown = repr(word) if isinstance(word, str) else kind(value)
            raise self.error(name, f"{shown} is not known here", similar(str(word), words))
        return word

    def _count(self, name: str, value: Json, word: Word) -> int:
        least, most = word.least or 1, word.most or math.inf
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            remedy = (
                f"write a whole number from {least} to {most}" if word.most else "write whole numbers, counting from 1"
            )
            raise self.error(name, f"{kind(value)} stands where a count belongs", remedy)
        return value


def json_text(value: Json) -> str:
    """Write a value as JSON text, as compact as services do."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_KINDS: dict[type, str] = {
    dict: "a mapping",
    list: "a list",
    str: "a text",
    bool: "a truth value",
    int: "the number",
    float: "the number",
}


def kind(value: Json) -> str:
    """Name what stands somewhere, for an error."""
    if value is None:
        return "nothing"
    name = _KINDS[type(value)]
    return f"{name} {value}" if isinstance(value, int | float) and not isinstance(value, bool) else name
