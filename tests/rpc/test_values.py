"""Property values on the wire: the engine's marks, and data that only looks like them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct, Value
from hypothesis import given
from hypothesis import strategies as st

from ice_provider.decoding import UNKNOWN
from ice_provider.rpc.values import (
    OUTPUT,
    SECRET,
    SENTINELS,
    SIGNATURE,
    NotSendable,
    Opaque,
    Secret,
    decode,
    encode,
    encode_outputs,
    holds_secret,
    read,
)
from support.rpc import struct

ASSET = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "hello", "hash": "", "path": None}
ARCHIVE = {SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7", "assets": {"a": ASSET}}
REFERENCE = {SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x", "id": "i-1", "packageVersion": ""}
BYTES = {SIGNATURE: "803fd3297a5875dc03ca845dda5d2a98", "value": "gP7/"}
STRANGE = {SIGNATURE: "foobar"}
SENTINEL = sorted(SENTINELS)


def output(**parts: Any) -> dict[str, Any]:
    return {SIGNATURE: OUTPUT, **parts}


def mark(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        (None, None),
        (True, True),
        (0, 0.0),
        (-1.5, -1.5),
        ("", ""),
        ("text", "text"),
        ([], []),
        ({}, {}),
        ([None, [{}], {"a": [1]}], [None, [{}], {"a": [1.0]}]),
        ({"__defaults": [], "__x": 1}, {"__defaults": [], "__x": 1.0}),
        *[(sentinel, UNKNOWN) for sentinel in SENTINEL],
        (SENTINEL[0].upper(), SENTINEL[0].upper()),
        (f"x{SENTINEL[0]}", f"x{SENTINEL[0]}"),
        ([SENTINEL[0]], [UNKNOWN]),
        ({"a": [{"b": SENTINEL[0]}]}, {"a": [{"b": UNKNOWN}]}),
        (mark("foo"), Secret("foo")),
        (mark(None), Secret(None)),
        ({SIGNATURE: SECRET}, Secret(None)),
        (mark(SENTINEL[0]), Secret(UNKNOWN)),
        (mark(mark("foo")), Secret(Secret("foo"))),
        (mark([1, mark({"a": 2})]), Secret([1.0, Secret({"a": 2.0})])),
        ([mark("foo")], [Secret("foo")]),
        (output(), UNKNOWN),
        (output(dependencies=["urn:a"]), UNKNOWN),
        (output(value=None), None),
        (output(value="foo"), "foo"),
        (output(value="foo", dependencies=["urn:a", "urn:b"]), "foo"),
        (output(value="foo", secret=False), "foo"),
        (output(value="foo", secret=True, dependencies=["urn:a"]), Secret("foo")),
        (output(secret=True), Secret(UNKNOWN)),
        (output(value=SENTINEL[0], secret=True), Secret(UNKNOWN)),
        (output(value={"a": output(value=mark(1))}), {"a": Secret(1.0)}),
        ([output(value="a"), output()], ["a", UNKNOWN]),
        (ASSET, Opaque(ASSET)),
        (ARCHIVE, Opaque({**ARCHIVE, "assets": {"a": Opaque(ASSET)}})),
        (REFERENCE, Opaque(REFERENCE)),
        (BYTES, Opaque(BYTES)),
        (STRANGE, Opaque(STRANGE)),
        ({SIGNATURE: None, "value": 1}, Opaque({SIGNATURE: None, "value": 1.0})),
        (mark(ASSET), Secret(Opaque(ASSET))),
    ],
    ids=lambda part: str(part)[:60],
)
def test_every_form_of_the_engine_is_understood(wire: Any, value: Any) -> None:
    assert decode(struct({"p": wire})) == {"p": value}


def test_a_value_without_a_kind_is_null() -> None:
    assert decode(Struct(fields={"p": Value()})) == {"p": None}


@pytest.mark.parametrize(
    "wire",
    [
        {"a": [None, True, 1.5, "x", {"__b": {}}]},
        {"a": mark(mark([mark("x")]))},
        {"a": ASSET, "b": [ARCHIVE], "c": mark(REFERENCE), "d": BYTES, "e": STRANGE},
    ],
    ids=str,
)
def test_what_was_understood_is_sent_back_as_it_came(wire: dict[str, Any]) -> None:
    assert encode(decode(struct(wire))) == struct(wire)


def test_every_unknown_is_sent_as_the_one_that_may_stand_for_any() -> None:
    assert encode({"a": UNKNOWN, "b": [Secret(UNKNOWN)]}) == struct(
        {"a": "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "b": [mark("04da6b54-80e4-46f7-96ec-b56ff0331ba9")]}
    )


@pytest.mark.parametrize(
    ("wire", "value", "secret"),
    [
        (mark(mark("x")), "x", True),
        ([1, {"a": mark("x")}], [1.0, {"a": "x"}], True),
        (output(value={"a": 1}, secret=True), {"a": 1.0}, True),
        (output(value={"a": 1}), {"a": 1.0}, False),
        ("x", "x", False),
    ],
    ids=str,
)
def test_secrets_are_opened_for_use_and_remembered(wire: Any, value: Any, secret: bool) -> None:
    assert read(struct({"p": wire})) == {"p": value}
    assert holds_secret(decode(struct({"p": wire}))) is secret


@pytest.mark.parametrize(
    "data",
    [
        *SENTINEL,
        [SENTINEL[2]],
        {"deep": [{"er": SENTINEL[0]}]},
        mark("x"),
        output(value=1),
        ASSET,
        {SIGNATURE: 1},
        [{"a": {SIGNATURE: None}}],
    ],
    ids=str,
)
def test_data_that_looks_like_a_mark_is_never_sent_and_left_out_of_outputs(data: Any) -> None:
    with pytest.raises(NotSendable):
        encode({"p": data})
    assert encode_outputs({"p": data, "q": 1.0, "s": data}, ["s"]) == (struct({"q": 1}), ["p", "s"])


def test_outputs_are_marked_as_secret_but_an_absent_one_is_just_null() -> None:
    sent, left_out = encode_outputs({"a": "x", "b": None, "c": [1]}, ["a", "b", "z"])

    assert (sent, left_out) == (struct({"a": mark("x"), "b": None, "c": [1]}), [])


def test_what_is_no_property_value_is_a_bug() -> None:
    with pytest.raises(TypeError, match="no property value: set"):
        encode({"p": {1, 2}})


words = st.text() | st.sampled_from(["__x", "value", "secret", "dependencies", "signature"])
plain = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | words.filter(lambda text: text not in SENTINELS)
)
data = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)
values_ = st.recursive(
    plain | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4) | inner.map(Secret),
    max_leaves=20,
)


@given(st.dictionaries(words, values_, max_size=5))
def test_whatever_is_sent_comes_back_the_same(sent: dict[str, Any]) -> None:
    received = Struct.FromString(encode(sent).SerializeToString())

    assert decode(received) == sent


@given(st.dictionaries(words, data, max_size=5))
def test_plain_data_is_sent_as_protobuf_itself_would(sent: dict[str, Any]) -> None:
    assert encode(sent) == struct(sent)


marks = st.sampled_from(SENTINEL) | st.dictionaries(st.just(SIGNATURE), plain, min_size=1)
poisoned = st.recursive(
    marks, lambda inner: inner.map(lambda part: [1, part]) | inner.map(lambda part: {"x": part}), max_leaves=4
)


@given(poisoned, data)
def test_a_mark_hidden_anywhere_in_data_is_found(hidden: Any, harmless: Any) -> None:
    assert encode_outputs({"a": {"b": [harmless, hidden]}}) == (Struct(), ["a"])


surrogates = st.text(st.characters(codec=None, categories=["Cs", "L", "N"]))


@given(st.dictionaries(surrogates, surrogates | st.dictionaries(surrogates, surrogates), max_size=3))
def test_text_that_protobuf_refuses_is_made_sendable(sent: dict[str, Any]) -> None:
    Struct.FromString(encode(sent).SerializeToString())


def test_a_whole_pair_of_surrogates_is_one_letter() -> None:
    assert encode({"\ud83d\ude00": "\ud83d\ude00", "b": "\ud83d"}) == struct({"😀": "😀", "b": "\ufffd"})


def test_numbers_without_an_end_are_sent_as_they_are() -> None:
    assert math.isnan(decode(encode({"p": math.nan}))["p"])
    assert decode(encode({"p": math.inf})) == {"p": math.inf}
