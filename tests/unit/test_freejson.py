"""Free JSON, read so that nothing is lost on its way through Pulumi."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ice_provider.freejson import NotJson, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("-0", 0),
        ("9007199254740992", 9007199254740992),
        ("-9007199254740992", -9007199254740992),
        ("9007199254740993", "9007199254740993"),
        ("-9007199254740993", "-9007199254740993"),
        ("1" * 5000, "1" * 5000),
        ("[1e2, 0.1, -1.5e-3]", [100.0, 0.1, -0.0015]),
        (' {"a": {"a": 1}}\n', {"a": {"a": 1}}),
        ('"\\u00e9\\ud83d\\ude00"', "é😀"),
        ("[" * 24 + "]" * 24, json.loads("[" * 24 + "]" * 24)),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_value_is_kept_whole_and_a_long_number_becomes_text(text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Jsonformat,Content varies based on workflow configuration.",
        "{",
        "{'a': 1}",
        "1 2",
        "NaN",
        "[Infinity]",
        '{"a": -Infinity}',
        "1e999",
        "-1e999",
        '{"a": 1, "a": 1}',
        '[{"x": {"a": 1, "b": 2, "a": 3}}]',
        "[" * 25 + "]" * 25,
        '{"a":' * 25 + "1" + "}" * 25,
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
    ],
    ids=lambda text: text[:30] or "empty",
)
def test_what_cannot_be_passed_on_whole_counts_as_not_json(text: str) -> None:
    with pytest.raises(NotJson):
        parse(text)


representable = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(representable)
def test_what_pulumi_can_represent_comes_back_as_it_was(value: object) -> None:
    assert parse(json.dumps(value)) == value


@given(st.integers())
def test_a_whole_number_never_loses_a_digit(number: int) -> None:
    assert int(parse(str(number))) == number


@given(st.text())
def test_any_text_is_json_or_not_and_nothing_else(text: str) -> None:
    try:
        parse(text)
    except NotJson:
        return
    json.loads(text)
