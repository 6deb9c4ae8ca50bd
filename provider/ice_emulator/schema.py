"""The JSON Schema of a scenario, made from the words it is read by. For editors, which then complete and check.

Must not know: which words there are.
"""

import json
from collections.abc import Mapping

from ice_emulator.words import LONGEST, Kind, Word, Words

DIALECT = "http://json-schema.org/draft-07/schema#"  # the newest that common editors know in full


def schema_of(words: Words, title: str) -> dict[str, object]:
    """Return the schema of a document whose root has these words."""
    return {"$schema": DIALECT, "title": title, **_mapping(words)}


def schema_text(schema: Mapping[str, object]) -> str:
    """Write a schema as a file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _mapping(words: Words) -> dict[str, object]:
    schema: dict[str, object] = {
        "type": "object",
        "properties": {name: _word(word) for name, word in words.known.items()},
        "additionalProperties": False,
    }
    required = [name for name, word in words.known.items() if word.required]
    return {**schema, **({"required": required} if required else {}), **words.rules}


def _word(word: Word) -> dict[str, object]:
    schema = _value(word)
    if not word.required:
        schema = {"anyOf": [schema, {"type": "null"}]} if "type" not in schema else _or_null(schema)
    return {"description": word.doc, **schema}


def _or_null(schema: dict[str, object]) -> dict[str, object]:
    types = schema["type"]
    return {**schema, "type": [*(types if isinstance(types, list) else [types]), "null"]}


def _value(word: Word) -> dict[str, object]:
    match word.kind:
        case Kind.TEXT:
            unlike = {} if word.unlike is None else {"not": {"type": "string", "pattern": word.unlike}}
            return {"type": "string", **({"minLength": 1} if word.required else {}), **unlike}
        case Kind.NUMBER:
            return {"type": "number", "maximum": LONGEST, **_range(word, 0)}
        case Kind.COUNT:
            return {"type": "integer", **_range(word, 1)}
        case Kind.COUNTS:
            count = {"type": "integer", "minimum": 1}
            return {"anyOf": [count, {"type": "array", "items": count}, {"const": "all"}]}
        case Kind.FLAG:
            return {"type": "boolean"}
        case Kind.WORD:
            return _one_of(word)
        case Kind.WORDS:
            return {"anyOf": [_one_of(word), {"type": "array", "items": _one_of(word)}]}
        case Kind.FREE:
            return {"type": ["object", "array", "string"]}
    assert word.below is not None, word  # noqa: S101  # a bug in the vocabulary
    if word.kind is Kind.MAPPING:
        return _mapping(word.below)
    return {"type": "array", "items": _mapping(word.below), **({"minItems": 1} if word.at_least_one else {})}


def _one_of(word: Word) -> dict[str, object]:
    return {"enum": [*word.values, *(int(value) for value in word.values if value.isdecimal())]}


def _range(word: Word, least: int) -> dict[str, object]:
    most = {} if word.most is None else {"maximum": word.most}
    return {"minimum": least if word.least is None else word.least, **most}
