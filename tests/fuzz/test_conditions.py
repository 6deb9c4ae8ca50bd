"""A condition that asks only for what is not there never opens a gate, however its parts are put together."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from ice_provider.condition import Condition, ConditionError
from support.cloud import task
from support.fuzzing import fuzzed

MEASURED = task(activity_results=json.dumps({"Check": {"Score": 92, "Grade": "A", "Passed": True, "Note": None}}))

names = st.sampled_from(["results.Chek.Score", "results.Check.Scor", "results.Check.Note.Text", "results.Check[0]"])
literals = st.sampled_from(["'A'", "`92`", "`true`", "`[]`"])
operators = st.sampled_from(["==", "!=", "<", ">="])
tests = st.builds("{} {} {}".format, names, operators, literals) | st.builds(
    "{1} {0} {2}".format, operators, names, names
)
conditions = st.recursive(
    tests | names,
    lambda inner: (
        st.builds("!({})".format, inner)
        | st.builds("({} && {})".format, inner, inner)
        | st.builds("({} || {})".format, inner, inner)
        | st.builds(
            "({} | {})".format,
            inner,
            st.sampled_from(["@", "!@", "@ == `false`", "@ || `true`", "[@]", "{a: @}", "`true`"]),
        )
        | st.builds("(({}) == `false`)".format, inner)
        | st.builds("(({}) != `true`)".format, inner)
        | st.builds("({} && `true`)".format, inner)
        | st.builds("[{}]".format, inner)
        | st.builds("[{}][0]".format, inner)
        | st.builds("[{}][]".format, inner)
        | st.builds("{{a: {}}}".format, inner)
        | st.builds("{{a: {}}}.a".format, inner)
        | st.builds("(to_string({}) != 'true')".format, inner)
        | st.builds("contains([{}], `false`)".format, inner)
        | st.builds("(length([{}][?@ == `false`]) == `1`)".format, inner)
    ),
    max_leaves=6,
)
"""Conditions with no place that provides for absence in each of their tests."""


@fuzzed(conditions)
def test_what_is_not_there_never_opens_a_gate(condition: str) -> None:
    try:
        opens = Condition(condition).holds(MEASURED)
    except ConditionError:
        opens = False

    assert not opens
