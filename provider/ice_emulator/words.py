"""What may stand under a key: the grammar of a mapping, from which it is read and from which its JSON Schema is made.

Must not know: which keys there are. That is `vocabulary.py`.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Kind(enum.Enum):
    """What stands there, and the method of `Entry` that reads it."""

    TEXT = enum.auto()
    NUMBER = enum.auto()
    """Zero or more."""
    COUNT = enum.auto()
    """A whole number of one or more."""
    COUNTS = enum.auto()
    """A count, a list of counts, or the word `all`."""
    FLAG = enum.auto()
    WORD = enum.auto()
    """One of `values`; a number may stand for its digits."""
    WORDS = enum.auto()
    """One of `values` or a list of them."""
    FREE = enum.auto()
    """A mapping or a list of any content, or a text."""
    MAPPING = enum.auto()
    MAPPINGS = enum.auto()
    """A list of mappings."""


LONGEST = 100 * 365 * 24 * 3600
"""Seconds: as far as a scenario may reach, so that every moment in it has a date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A key.

    Attributes:
        doc: What it means, in a line, for whoever writes it.
        required: Whether it must be there and hold something.
        values: What a WORD may be.
        least: The smallest NUMBER or COUNT; None for that of the kind.
        most: The largest; of a NUMBER, LONGEST unless given.
        unlike: A regular expression that a TEXT must not match anywhere.
        secret: Whether no error may tell what stands there.
        below: The keys of a MAPPING, or of each of MAPPINGS.
        at_least_one: Whether a list must hold something.
    """

    kind: Kind
    doc: str
    required: bool = False
    values: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    unlike: str | None = None
    secret: bool = False
    below: "Words | None" = None
    at_least_one: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The keys of a mapping.

    Attributes:
        rules: What JSON Schema says about several of them together.
    """

    known: Mapping[str, Word]
    rules: Mapping[str, object] = field(default_factory=dict)


def given(name: str) -> dict[str, object]:
    """Return the schema of a mapping that has a value under this name; null counts as none."""
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


def absent(*names: str) -> dict[str, object]:
    """Return the schema of a mapping that has no value under any of these names."""
    return {"properties": {name: {"type": "null"} for name in names}}
