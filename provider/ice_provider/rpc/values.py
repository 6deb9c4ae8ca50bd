"""Pulumi's property values on the wire: `Struct` to plain Python and back.

Plain Python means dict, list, str, float, bool, None, and three of ours: `UNKNOWN` for what only `pulumi up` will know,
`Secret` around what must not be shown, `Opaque` around what we pass through unread: assets, archives, references. Knows
Struct and the engine's marks; must not know what any property means.

Source: pulumi/pulumi, sdk/go/common/resource/plugin/rpc.go and its tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.struct_pb2 import ListValue, Struct, Value

from ice_provider.decoding import UNKNOWN, Unknown

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # the engine's mark, not a secret
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # a string; also what any unknown value may be sent as
SENTINELS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        _UNKNOWN_TEXT,
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must not be shown."""

    value: Any


@dataclass(frozen=True, slots=True)
class Opaque:
    """A map that bears another mark of the engine's: an asset, an archive, a reference to a resource."""

    fields: Mapping[str, Any]


class NotSendable(ValueError):
    """Data that the engine would read as one of its own marks."""


def decode(struct: Struct) -> dict[str, Any]:
    """Return the properties of a Struct."""
    return {name: _decode(value) for name, value in struct.fields.items()}


def read(struct: Struct) -> dict[str, Any]:
    """Return the properties of a Struct with every `Secret` opened."""
    return {name: _open(value) for name, value in decode(struct).items()}


def holds_secret(value: Any) -> bool:
    """Whether a value is secret or has a secret part."""
    match value:
        case Secret():
            return True
        case Mapping():
            return any(holds_secret(part) for part in value.values())
        case list():
            return any(holds_secret(part) for part in value)
    return False


def as_set(value: Value) -> Value:
    """Return a list of texts sorted, each once, secret marks kept; anything else, or with an unknown part, as it is."""
    if value.HasField("struct_value") and value.struct_value.fields.get(SIGNATURE) == Value(string_value=SECRET):
        inner = as_set(value.struct_value.fields["value"])
        return Value(struct_value=Struct(fields={**value.struct_value.fields, "value": inner}))
    parts: dict[str, Value] = {}
    for part in value.list_value.values:
        text = _open(_decode(part))
        if not isinstance(text, str):
            return value
        parts.setdefault(text, part)
    return Value(list_value=ListValue(values=[parts[text] for text in sorted(parts)])) if parts else value


def encode(values: Mapping[str, Any]) -> Struct:
    """Return the Struct of properties, which may hold `UNKNOWN` and `Secret`.

    Raises:
        NotSendable: A text or map among the data looks like one of the engine's marks.
    """
    struct = Struct()
    _put_all(struct.fields, values)
    return struct


def encode_outputs(values: Mapping[str, Any], secrets: Iterable[str] = ()) -> tuple[Struct, list[str]]:
    """Return the Struct of outputs, and the names of those left out because the engine would misread them.

    Args:
        values: Plain data; what the service sent is data and never a mark of the engine's.
        secrets: Names of the properties to mark as secret.
    """
    secrets, struct, left_out = frozenset(secrets), Struct(), []
    for name, value in values.items():
        try:
            _put(struct.fields[name], Secret(value) if name in secrets and value is not None else value)
        except NotSendable:
            left_out.append(name)
            del struct.fields[name]
    return struct, left_out


def _open(value: Any) -> Any:
    match value:
        case Secret():
            return _open(value.value)
        case Mapping():
            return {key: _open(part) for key, part in value.items()}
        case list():
            return [_open(part) for part in value]
    return value


def _decode(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "struct_value":
            return _decode_map(value.struct_value)
        case "list_value":
            return [_decode(part) for part in value.list_value.values]
        case "string_value":
            return UNKNOWN if value.string_value in SENTINELS else value.string_value
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
    return None


def _decode_map(struct: Struct) -> Any:
    signature = struct.fields[SIGNATURE].string_value if SIGNATURE in struct.fields else None
    if signature == SECRET:
        return Secret(_decode(struct.fields["value"])) if "value" in struct.fields else Secret(None)
    if signature == OUTPUT:
        return _decode_output(struct)
    fields = decode(struct)
    return fields if signature is None else Opaque(fields)


def _decode_output(struct: Struct) -> Any:
    """Return the value of an output; the engine leaves `value`, `secret` and `dependencies` out when empty."""
    value = _decode(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
    return Secret(value) if "secret" in struct.fields and struct.fields["secret"].bool_value else value


def _put_all(fields: MutableMapping[str, Value], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        _put(fields[_valid(name)], value)


def _put(target: Value, value: Any) -> None:
    """Write a value where it belongs: built apart and put together, every level would be copied again."""
    write = _WRITERS.get(type(value))
    if write is None:
        raise TypeError(f"no property value: {type(value).__name__}")
    write(target, value)


def _put_text(target: Value, text: str) -> None:
    if text in SENTINELS:
        raise NotSendable("a text that is the engine's word for an unknown value")
    target.string_value = _valid(text)


def _put_null(target: Value, _: None) -> None:
    target.null_value = 0  # type: ignore[assignment]


def _put_bool(target: Value, value: bool) -> None:  # noqa: FBT001
    target.bool_value = value


def _put_number(target: Value, value: float) -> None:
    target.number_value = value


def _put_map(target: Value, values: Mapping[str, Any]) -> None:
    if SIGNATURE in values:
        raise NotSendable("a map that the engine would read as a mark")
    struct = target.struct_value
    struct.SetInParent()  # also when nothing is in it
    _put_all(struct.fields, values)


def _put_list(target: Value, values: Iterable[Any]) -> None:
    parts = target.list_value
    parts.SetInParent()
    for value in values:
        _put(parts.values.add(), value)


def _put_secret(target: Value, secret: Secret) -> None:
    target.struct_value.fields[SIGNATURE].string_value = SECRET
    _put(target.struct_value.fields["value"], secret.value)


def _put_unknown(target: Value, _: Unknown) -> None:
    target.string_value = _UNKNOWN_TEXT


def _put_opaque(target: Value, opaque: Opaque) -> None:
    _put_all(target.struct_value.fields, opaque.fields)


_WRITERS: Final[Mapping[type, Callable[[Value, Any], None]]] = {
    str: _put_text,
    type(None): _put_null,
    bool: _put_bool,
    int: _put_number,
    float: _put_number,
    dict: _put_map,
    list: _put_list,
    tuple: _put_list,
    Secret: _put_secret,
    Unknown: _put_unknown,
    Opaque: _put_opaque,
}


def _valid(text: str) -> str:
    """Return the text without lone surrogates, which JSON may hold and protobuf refuses."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
