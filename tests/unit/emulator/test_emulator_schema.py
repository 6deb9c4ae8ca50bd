"""The JSON Schema of scenarios: an editor and the emulator say the same."""

from __future__ import annotations

import copy
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ice_emulator import Scenario, ScenarioError, document
from ice_emulator.schema import schema_of, schema_text
from ice_emulator.vocabulary import SCENARIO, TITLE
from support.scenarios import BAD, FULL

ROOT = Path(__file__).parents[3]
SCHEMA = schema_of(SCENARIO, TITLE)
EDITOR = jsonschema.Draft7Validator(SCHEMA)
SHIPPED = resources.files("ice_emulator").joinpath("scenario.schema.json").read_text(encoding="utf-8")
BEYOND = (
    "there are two ",
    "there is no task ",
    " does not come after ",
    "so nothing follows",
    "the scenario is empty",
    "stands here twice",
    "cannot be written as JSON",
)
"""What compares one place with another, or is no value of JSON: a schema cannot say it."""


def read(text: str) -> Any:
    return document.from_text(text, "s.yaml").value


def refusal(value: Any) -> str:
    """Return what the emulator says against a scenario, nothing if it plays it."""
    try:
        Scenario.from_mapping(value)
    except ScenarioError as error:
        return str(error)
    return ""


def test_what_is_shipped_is_made_of_the_words_that_are_read() -> None:
    """Otherwise: ice-emulator --schema > provider/ice_emulator/scenario.schema.json."""
    assert schema_text(SCHEMA) == SHIPPED


def test_the_command_prints_it() -> None:
    command = [sys.executable, "-m", "ice_emulator", "--schema"]
    printed = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert (printed.stdout, printed.stderr) == (SHIPPED, "")


def test_it_is_a_schema_and_explains_every_word() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    texts = [line for line in SHIPPED.splitlines() if '"description"' in line]
    assert len(texts) > 40
    assert all(line.rstrip(",").endswith('."') for line in texts)


@pytest.mark.parametrize("file", [*ROOT.glob("examples/**/*scenario*.yaml"), "default.yaml"], ids=str)
def test_an_editor_finds_nothing_wrong_with_a_scenario_that_is_played(file: Path | str) -> None:
    text = file.read_text() if isinstance(file, Path) else resources.files("ice_emulator").joinpath(file).read_text()
    EDITOR.validate(read(text))


def readable() -> list[str]:
    """Return the bad scenarios that are YAML of some value."""
    found = []
    for text in BAD:
        try:
            if read(text) is not None:
                found.append(text)
        except ScenarioError:
            continue
    return found


@pytest.mark.parametrize("text", readable())
def test_an_editor_finds_wrong_what_the_emulator_refuses(text: str) -> None:
    value = read(text)
    assert EDITOR.is_valid(value) == any(words in refusal(value) for words in BEYOND), refusal(value)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in below for place in places(each, (*path, key)))]


WHOLE = {**read(FULL), "variants": {"expiredToken": 403}}
ODD = st.sampled_from([None, True, 0, 1, -1, 0.5, 403, 600, "", "all", "x", "t", "hang", [], [1], ["x"], {}, {"a": 1}])


@given(st.sampled_from(places(WHOLE)[1:]), ODD | st.just("REMOVED"))
def test_whatever_is_changed_in_a_scenario_both_say_the_same(place: tuple[Any, ...], value: Any) -> None:
    changed = copy.deepcopy(WHOLE)
    owner = changed
    for part in place[:-1]:
        owner = owner[part]
    if value == "REMOVED":
        del owner[place[-1]]
    else:
        owner[place[-1]] = value
    said = refusal(changed)
    if any(words in said for words in BEYOND):
        return
    assert EDITOR.is_valid(changed) == (not said), said
