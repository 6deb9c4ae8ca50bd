"""Whatever the engine sends is understood, and means what the protocol says; nothing secret leaves without its mark."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import ListValue, NullValue, Struct, Value
from hypothesis import strategies as st

from ice_provider.decoding import UNKNOWN
from ice_provider.rpc.values import (
    OUTPUT,
    SECRET,
    SENTINELS,
    SIGNATURE,
    Opaque,
    Secret,
    as_set,
    decode,
    encode,
    encode_outputs,
    holds_secret,
    read,
)
from support.fuzzing import fuzzed
from support.rpc import struct

words = st.sampled_from([SIGNATURE, "value", "secret", "dependencies", "urn", "__x"]) | st.text(max_size=3)
texts = st.sampled_from([SECRET, OUTPUT, *sorted(SENTINELS)]) | st.text(max_size=4)
numbers = st.floats(allow_nan=False, allow_infinity=False)
kinds = (
    st.just(Value())
    | st.just(Value(null_value=NullValue.NULL_VALUE))
    | numbers.map(lambda number: Value(number_value=number))
    | st.booleans().map(lambda flag: Value(bool_value=flag))
    | texts.map(lambda text: Value(string_value=text))
)
sent = st.recursive(
    kinds,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: Value(list_value=ListValue(values=parts)))
        | st.dictionaries(words, inner, max_size=4).map(lambda fields: Value(struct_value=Struct(fields=fields)))
    ),
    max_leaves=12,
)
"""Any value that protobuf can carry, with the engine's marks where no engine would put them."""


def plain(text: str) -> bool:
    return text not in SENTINELS


Meant = tuple[Any, Any]
"""What is on the wire, and what the protocol says that it means."""


def in_forms(inner: st.SearchStrategy[Meant]) -> st.SearchStrategy[Meant]:
    """Return values of every form that the protocol has. Source: pulumi, sdk/go/common/resource/properties.go."""
    fields = st.dictionaries(words.filter(lambda word: word != SIGNATURE), inner, max_size=3)
    others = st.sampled_from(["c44067f5952c0a294b673a41bacd8c17", "5cf8f73096256a8f31e491e813e4eb8e", "more"])
    return (
        st.lists(inner, max_size=3).map(lambda parts: ([wire for wire, _ in parts], [meant for _, meant in parts]))
        | fields.map(lambda parts: ({name: part[0] for name, part in parts.items()}, told(parts)))
        | inner.map(lambda part: ({SIGNATURE: SECRET, "value": part[0]}, Secret(part[1])))
        | inner.map(lambda part: ({SIGNATURE: OUTPUT, "value": part[0], "dependencies": ["urn:a"]}, part[1]))
        | inner.map(lambda part: ({SIGNATURE: OUTPUT, "value": part[0], "secret": True}, Secret(part[1])))
        | st.just(({SIGNATURE: OUTPUT}, UNKNOWN))
        | st.just(({SIGNATURE: OUTPUT, "secret": True}, Secret(UNKNOWN)))
        | st.tuples(others, fields).map(
            lambda both: (
                {SIGNATURE: both[0], **{name: part[0] for name, part in both[1].items()}},
                Opaque({SIGNATURE: both[0], **told(both[1])}),
            )
        )
    )


def told(parts: dict[str, Meant]) -> dict[str, Any]:
    return {name: part[1] for name, part in parts.items()}


meant = st.recursive(
    (st.none() | st.booleans() | numbers | st.text(max_size=4).filter(plain)).map(lambda value: (value, value))
    | st.sampled_from(sorted(SENTINELS)).map(lambda sentinel: (sentinel, UNKNOWN)),
    in_forms,
    max_leaves=12,
)
data = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=4).filter(plain),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(words.filter(lambda w: w != SIGNATURE), inner, max_size=3)
    ),
    max_leaves=12,
)


def without_secrets(wire: Any) -> Any:
    """Return what anybody can read of a message: all but what stands in a secret's envelope."""
    if isinstance(wire, list):
        return [without_secrets(part) for part in wire]
    if not isinstance(wire, dict):
        return wire
    return None if wire.get(SIGNATURE) == SECRET else {name: without_secrets(part) for name, part in wire.items()}


@fuzzed(meant)
def test_every_form_means_what_the_protocol_says(both: Meant) -> None:
    wire, meaning = both

    assert decode(struct({"p": wire})) == {"p": meaning}


@fuzzed(st.dictionaries(words, sent, max_size=4))
def test_any_message_is_understood_and_means_the_same_when_it_is_sent_back(fields: dict[str, Value]) -> None:
    understood = decode(Struct(fields=fields))
    if SIGNATURE in understood:  # the properties themselves bear no mark
        return

    assert decode(Struct.FromString(encode(understood).SerializeToString())) == understood


@fuzzed(st.dictionaries(words, sent, max_size=4))
def test_what_is_opened_for_use_holds_no_mark_and_no_secret(fields: dict[str, Value]) -> None:
    assert not holds_secret(read(Struct(fields=fields)))


@fuzzed(st.lists(texts, max_size=5), st.booleans(), st.booleans())
def test_a_set_is_sorted_and_without_doubles_and_as_secret_as_it_was(
    members: list[str], whole: bool, each: bool
) -> None:
    marked = [{SIGNATURE: SECRET, "value": member} if each else member for member in members]
    given = struct({"p": {SIGNATURE: SECRET, "value": marked} if whole else marked})

    found = Struct(fields={"p": as_set(given.fields["p"])})

    if SENTINELS.isdisjoint(members):
        assert read(found) == {"p": sorted(set(members))}
    else:
        assert found == given
    assert holds_secret(decode(found)) == holds_secret(decode(given))


@fuzzed(st.dictionaries(st.sampled_from("abcd"), data), st.sets(st.sampled_from("abcd")))
def test_what_is_to_be_secret_stands_in_envelopes_only(outputs: dict[str, Any], secrets: set[str]) -> None:
    message, left_out = encode_outputs(outputs, secrets)

    open_to_all = without_secrets(MessageToDict(message))
    assert left_out == []
    assert open_to_all == MessageToDict(
        struct({name: None if name in secrets else value for name, value in outputs.items()})
    )
    assert read(message) == outputs
