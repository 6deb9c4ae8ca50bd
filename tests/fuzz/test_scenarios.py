"""Any text is a scenario or one clear sentence with its line; a scenario reads the same from a file and from memory."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import strategies as st

from ice_emulator import KINDS, VARIANTS, Scenario, ScenarioError
from support.fuzzing import fuzzed
from support.secrets import seen_in

SECRET = "qW7zXc9nMk2jHg"
DIGITS = "83641907255138"
WHOLE = f"""\
tasks:
  - taskId: movie-1
    workflow: {{workflowId: wf-1, name: A name, status: Active}}
    taskInput: {{Type: Media, Media: [m-1]}}
    timeline:
      - {{after: 0, status: Init}}
      - {{after: 1.5, status: Processing, activityResults: {{on: true, when: 2023-01-04, x: ~}}}}
      - {{calls: 3, status: Succeed, activityResults: "text", finishTime: f}}
  - taskId: movie-2
    answer: {{RequestId: r}}
    httpStatus: 404
faults:
  - {{action: GetWorkflowTask, taskId: movie-1, calls: [2, 3], kind: throttle}}
  - {{kind: hang, calls: all}}
keys:
  - {{accessKey: tester, secretKey: {SECRET}, securityToken: {SECRET}}}
  - {{accessKey: reader, secretKey: two, deniedActions: [ListWorkflowTasks]}}
variants: {{taskNotKnown: nullTask}}
"""
LINES = tuple(WHOLE.splitlines(keepends=True))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
words = texts.filter(bool)
free = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
documents = texts | st.lists(free, max_size=3) | st.dictionaries(texts, free, max_size=3)


def entry(required: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(required, optional=optional)


def in_order(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"after": 2 * place, **step} for place, step in enumerate(steps)]


steps = entry({"status": words.filter(lambda w: w not in {"Succeed", "Failed", "Canceled"})}, activityResults=documents)
flows = entry({}, workflowId=texts, name=texts, type=texts)
scenarios = entry(
    {
        "tasks": st.lists(
            entry(
                {"taskId": words, "timeline": st.lists(steps, min_size=1, max_size=3).map(in_order)},
                workflow=flows,
                taskInput=documents,
                userData=documents,
                createTime=texts,
            )
            | entry({"taskId": words, "answer": documents}, httpStatus=st.integers(200, 599)),
            max_size=3,
            unique_by=lambda task: task["taskId"],
        )
    },
    faults=st.lists(
        entry({"kind": st.sampled_from(sorted(KINDS))}, calls=st.just("all") | st.integers(1, 9)), max_size=2
    ),
    variants=entry({}, **{axis: st.sampled_from(values) for axis, values in VARIANTS.items()}),
)
pieces = st.sampled_from([*"-:#{}[],&*!|>%@`\"'?~\t\n ", "- ", "? ", "&a ", "*a", "!!set ", "---\n", "1e999", ".inf"])


def read(text: str) -> Scenario | ScenarioError:
    """Return what comes of a text; whatever is said is one sentence with a remedy, and with a line of the text."""
    try:
        return Scenario.from_text(text, "it.yaml")
    except ScenarioError as refused:
        error = refused
    said = str(error)
    assert said.startswith("it.yaml:")
    assert "; " in said
    assert said.splitlines() == [said]
    assert error.line is None or 1 <= error.line <= max(1, len(text.splitlines()))
    return error


@fuzzed(scenarios)
def test_a_scenario_reads_the_same_from_a_file_and_from_memory(mapping: dict[str, Any]) -> None:
    expected = Scenario.from_mapping(mapping)

    assert read(json.dumps(mapping)) == expected
    assert read(yaml.safe_dump(mapping, default_style='"', allow_unicode=True, sort_keys=False)) == expected


@fuzzed(free)
def test_any_value_in_memory_is_a_scenario_or_a_clear_error(value: Any) -> None:
    read(json.dumps(value, ensure_ascii=False))


@fuzzed(st.text(max_size=30) | st.lists(pieces | st.sampled_from(LINES), max_size=12).map("".join))
def test_any_text_is_a_scenario_or_a_clear_error(text: str) -> None:
    read(text)


@fuzzed(st.permutations(LINES), st.integers(0, len(LINES)))
def test_lines_in_any_order_are_a_scenario_or_a_clear_error(lines: list[str], kept: int) -> None:
    read("".join(lines[:kept]))


@fuzzed(st.integers(0, len(WHOLE)), st.integers(0, 3), pieces | st.text(max_size=3))
def test_a_slip_of_the_hand_is_borne_or_told_clearly(at: int, gone: int, come: str) -> None:
    read(WHOLE[:at] + come + WHOLE[at + gone :])


FORMS = ("{}", '"{}"', "'{}", "!mine {}", "*{}", "&{}", "!{} x", "[{}]", "!!int {}", "{{{}: 1}}", "|{}", "%{}", "@{}")
in_place = st.sampled_from([form.format(SECRET) for form in FORMS] + [DIGITS, f"-{DIGITS}", f"{DIGITS}.5"])


@fuzzed(st.sampled_from(["accessKey", "secretKey", "securityToken"]), st.sampled_from([":", "=", " ", ": :"]))
def test_a_secret_whose_space_was_forgotten_is_never_told(name: str, between: str) -> None:
    told = str(read(f"keys: [{{deniedActions: [], {name}{between}{SECRET}}}]"))

    assert not seen_in(told, SECRET)


@fuzzed(in_place, st.sampled_from(["secretKey", "securityToken"]), st.sampled_from(["", "\n", "x: 1\n", "}"]))
def test_what_stands_in_place_of_a_secret_is_never_told(value: str, name: str, after: str) -> None:
    text = f"keys:\n  - accessKey: tester\n    secretKey: other\n    {name}: {value}\n{after}"

    assert not seen_in(str(read(text)), SECRET, DIGITS)
