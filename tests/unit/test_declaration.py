"""Declarations, and what the user wrote against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ice_provider.declaration import Json, changed, declared, encode, properties, secret_names
from ice_provider.decoding import UNKNOWN, check, decode, holds_unknown, suggest
from ice_provider.errors import InvalidInput, Problem
from ice_provider.model import Activity, GatedTask, Workflow


@dataclass(frozen=True, slots=True)
class Inner:
    inner_name: str = declared("The name.")
    size: int | None = declared("The size.", default=None)


@dataclass(frozen=True, slots=True)
class Outer:
    some_name: str = declared(
        "What it is called. More of it.", problem=lambda text: None if text else "must not be empty"
    )
    flag: bool = declared("A flag.", default=False)
    count: int | None = declared("A count.", default=None, problem=lambda n: None if n > 0 else "must be above zero")
    rate: float | None = declared("A rate.", default=None)
    words: tuple[str, ...] | None = declared("Words.", default=None)
    one: Inner | None = declared("One.", default=None)
    many: tuple[Inner, ...] | None = declared("Many.", default=None)
    named: Mapping[str, Inner] | None = declared("Named.", default=None)
    free: Json | None = declared("Free.", default=None)
    key: str | None = declared("A key.", default=None, secret=True)

    @staticmethod
    def problems(known: Mapping[str, Any], given: Mapping[str, Any]) -> list[Problem]:
        return [Problem("rate", "needs a count")] if "rate" in known and given.get("count") is None else []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "someName: is missing: what it is called"),
        ({"someName": None}, "someName: is missing: what it is called"),
        ({"someName": 1.0}, "someName: must be a string, not a number"),
        ({"someName": True}, "someName: must be a string, not true or false"),
        ({"someName": ""}, "someName: must not be empty"),
        ({"flag": "true"}, "flag: must be true or false, not a string"),
        ({"flag": 1.0}, "flag: must be true or false, not a number"),
        ({"count": 1.5}, "count: must be a whole number"),
        ({"count": True}, "count: must be a whole number, not true or false"),
        ({"count": float("nan")}, "count: must be a whole number, not infinity or NaN"),
        ({"count": -1}, "count: must be above zero"),
        ({"rate": "fast", "count": 1}, "rate: must be a number, not a string"),
        ({"rate": float("inf"), "count": 1}, "rate: must be a number, not infinity or NaN"),
        ({"rate": 1.0}, "rate: needs a count"),
        ({"words": "a"}, "words: must be a list, not a string"),
        ({"words": {"0": "a"}}, "words: must be a list, not a map"),
        ({"words": ["a", 2.0]}, "words[1]: must be a string, not a number"),
        ({"words": ["a", None]}, "words[1]: must be a string, not null"),
        ({"one": "a"}, "one: must be a map, not a string"),
        ({"one": {"size": 1.0}}, "one.innerName: is missing: the name"),
        ({"one": {"innerName": "a", "size": [1.0]}}, "one.size: must be a whole number, not a list"),
        ({"one": {"innerName": "a", "sice": 1.0}}, 'one.sice: there is no such property; did you mean "size"?'),
        ({"many": [{"innerName": "a"}, {}]}, "many[1].innerName: is missing: the name"),
        ({"named": {"x": {"innerName": 5.0}}}, "named.x.innerName: must be a string, not a number"),
        ({"somename": "a"}, 'somename: there is no such property; did you mean "someName"?'),
        ({"zzz": "a"}, "zzz: there is no such property"),
        (
            {"someName": "", "flag": 2.0, "wrods": []},
            (
                'wrods: there is no such property; did you mean "words"?; someName: must not be empty; '
                "flag: must be true or false, not a number"
            ),
        ),
    ],
)
def test_every_mistake_is_named_with_its_property_and_its_remedy(wrong: dict[str, Any], message: str) -> None:
    given_ = wrong if not wrong or "someName" in wrong else {"someName": "a", **wrong}

    with pytest.raises(InvalidInput) as caught:
        decode(Outer, given_)

    assert str(caught.value) == message
    assert "; ".join(map(str, check(Outer, given_))) == message


@pytest.mark.parametrize("canary", ["hunter2-canary", 1234567.5, True, ["hunter2-canary"], {"hunter2-canary": 1.0}])
def test_no_message_repeats_a_value(canary: object) -> None:
    names = [property_.name for property_ in properties(Outer) if property_.name not in {"free", "named", "one"}]

    told = "; ".join(map(str, check(Outer, dict.fromkeys(names, canary))))

    assert told
    assert "canary" not in told
    assert "1234567" not in told


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("someName", "5", "5"),
        ("someName", "true", "true"),
        ("flag", "true", True),
        ("flag", "false", False),
        ("count", "5", 5),
        ("rate", "2.5", 2.5),
        ("rate", "3", 3.0),
        ("words", '["a","b"]', ("a", "b")),
        ("one", '{"innerName":"x","size":"7"}', Inner(inner_name="x", size=7)),
        ("many", '[{"innerName":"x"}]', (Inner(inner_name="x"),)),
        ("free", '{"a":[1]}', {"a": [1]}),
    ],
)
def test_configuration_comes_as_text_whatever_its_type(name: str, text: str, value: object) -> None:
    attribute = {property_.name: property_.attribute for property_ in properties(Outer)}[name]
    decoded = decode(Outer, {"someName": "a", "count": "1", name: text}, textual=True)

    assert getattr(decoded, attribute) == value


@pytest.mark.parametrize("text", ["True", "yes", "", "5 ", "NaN", "Infinity", "-Infinity", "1e999", "[" * 100_000])
@pytest.mark.parametrize("name", ["flag", "count", "rate", "words", "one"])
def test_a_text_that_means_nothing_is_a_mistake_and_no_crash(name: str, text: str) -> None:
    problems = check(Outer, {"someName": "a", "count": "1", name: text}, textual=True)

    assert [problem.path for problem in problems] == (
        [] if (name, text) in {("count", "5 "), ("rate", "5 ")} else [name]
    )


@pytest.mark.parametrize(
    "still_unknown",
    [
        {"someName": UNKNOWN},
        {"someName": "a", "count": UNKNOWN, "rate": 1.0, "words": ["a", UNKNOWN]},
        {"someName": "a", "one": {"innerName": UNKNOWN}, "free": {"a": [{"b": UNKNOWN}]}},
    ],
    ids=str,
)
def test_what_is_still_unknown_is_no_mistake(still_unknown: dict[str, Any]) -> None:
    assert holds_unknown(still_unknown)
    assert [problem for problem in check(Outer, still_unknown) if problem.path != "rate"] == []


def test_names_that_belong_to_the_engine_are_passed_over() -> None:
    assert decode(Outer, {"someName": "a", "__defaults": [], "__internal": {"x": 1.0}}) == Outer(some_name="a")


def test_a_declaration_says_everything_of_its_properties() -> None:
    assert [(p.name, p.type, p.required, p.secret) for p in properties(Outer)] == [
        ("someName", str, True, False),
        ("flag", bool, False, False),
        ("count", int, False, False),
        ("rate", float, False, False),
        ("words", tuple[str, ...], False, False),
        ("one", Inner, False, False),
        ("many", tuple[Inner, ...], False, False),
        ("named", Mapping[str, Inner], False, False),
        ("free", Json, False, False),
        ("key", str, False, True),
    ]
    assert secret_names(Outer) == {"key"}


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ({"someName": "a"}, {"someName": "a"}, set()),
        ({"someName": "a", "count": None}, {"someName": "a"}, set()),
        ({"someName": "a"}, {"someName": "b", "count": 1.0}, {"someName", "count"}),
        ({"words": ["a", "b"]}, {"words": ["b", "a"]}, {"words"}),
        ({"free": {"a": 1.0, "b": 2.0}}, {"free": {"b": 2.0, "a": 1.0}}, set()),
        ({"free": UNKNOWN}, {"free": 1.0}, {"free"}),
        ({"__defaults": []}, {"__defaults": ["x"], "other": 1}, set()),
    ],
)
def test_a_change_is_a_difference_of_declared_values(old: Any, new: Any, names: set[str]) -> None:
    assert changed(Outer, old, new) == names


def test_absent_properties_are_left_out_or_null_but_never_those_of_nested_ones() -> None:
    outer = Outer(some_name="a", one=Inner(inner_name="x"))

    assert encode(outer) == {"someName": "a", "flag": False, "one": {"innerName": "x"}}
    assert encode(outer, nulls=True) == {
        **dict.fromkeys(property_.name for property_ in properties(Outer)),
        **encode(outer),
    }


texts = st.none() | st.text()
json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
activities = st.builds(
    Activity,
    **{p.attribute: texts for p in properties(Activity) if p.type is str},  # type: ignore[arg-type]
    result=st.none() | st.dictionaries(st.text(), json_like, max_size=3),
)
gated = st.builds(
    GatedTask,
    **{p.attribute: st.text() if p.required else texts for p in properties(GatedTask) if p.type is str},  # type: ignore[arg-type]
    finished=st.booleans(),
    succeeded=st.booleans(),
    duration_seconds=st.none() | st.floats(0, 1e9),
    workflow=st.none() | st.builds(Workflow, **{p.attribute: texts for p in properties(Workflow)}),  # type: ignore[arg-type]
    results=st.none() | st.dictionaries(st.text(), json_like, max_size=3),
    activities=st.none() | st.lists(activities, max_size=3).map(tuple),
)


@given(gated)
def test_what_is_encoded_is_decoded_to_the_same(task: GatedTask) -> None:
    assert decode(GatedTask, encode(task)) == task
    assert decode(GatedTask, encode(task, nulls=True)) == task


@pytest.mark.parametrize(
    ("word", "hint"),
    [("taskid", '; did you mean "taskId"?'), ("tasks", '; did you mean "taskId"?'), ("xyz", ""), ("", "")],
)
def test_a_close_word_is_suggested_and_a_distant_one_is_not(word: str, hint: str) -> None:
    assert suggest(word, ["taskId", "status"]) == hint
