"""The types that an editor sees: good uses of the SDK pass both checkers, and mistakes are told, in either flavour."""

from __future__ import annotations

import json

import pytest

from support.checkers import CHECKERS, PROGRAMS, Findings, announced, without_comments
from support.engine import ROOT

PLUGIN, DYNAMIC = "import pulumi_ice as ice", "import ice_dynamic as ice"
WRITTEN = {path.name: path.read_text() for path in sorted(PROGRAMS.glob("*.py"))}
FILES = {**WRITTEN, "either_dynamic.py": WRITTEN["either.py"].replace(PLUGIN, DYNAMIC)}


@pytest.fixture(scope="session", params=CHECKERS)
def checker(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def found(checker: str, tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a checker says of all programs when their mistakes are not announced."""
    folder = tmp_path_factory.mktemp(checker)
    for name, text in FILES.items():
        (folder / name).write_text(without_comments(text))
    return CHECKERS[checker](folder)


@pytest.mark.parametrize("name", FILES)
def test_what_must_pass_passes_and_each_mistake_is_told_where_it_stands(
    checker: str, found: Findings, name: str
) -> None:
    mistakes = announced(checker, name, FILES[name])

    assert mistakes
    assert {finding for finding in found if finding[0] == name} == mistakes


def test_both_flavours_are_tried_with_the_same_program_but_for_one_line() -> None:
    lines = zip(FILES["either.py"].splitlines(), FILES["either_dynamic.py"].splitlines(), strict=True)

    assert [pair for pair in lines if pair[0] != pair[1]] == [(PLUGIN, DYNAMIC)]


def test_everything_that_the_package_has_is_used() -> None:
    schema = json.loads((ROOT / "provider" / "schema.json").read_text())
    resources = {token.rpartition(":")[2] for token in schema["resources"]}
    functions = {
        token.rpartition(":")[2].replace("getWorkflowTask", "get_workflow_task") for token in schema["functions"]
    }

    for name in {*resources, *functions, *(f"{function}_output" for function in functions)}:
        assert f"ice.{name}(" in WRITTEN["either.py"]
    assert "ice.Provider(" in WRITTEN["plugin.py"]
