"""What CONTRIBUTING.md tells is how it is: the resource that it adds works, and its lists are whole."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ice_provider import resources
from ice_provider.schema import package_schema
from rpc import lifecycles
from support.engine import ROOT
from support.pages import code, sections

if TYPE_CHECKING:
    from pathlib import Path

PAGE = {each.title: each for each in sections(ROOT / "CONTRIBUTING.md")}
NAME = "ice_provider.resources.workflow_task_record"


async def test_the_resource_of_the_page_is_offered_and_lives_as_its_lifecycle_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file, line, lifecycle = (block.text for block in PAGE["Add a resource"].blocks)
    (tmp_path / "resource.py").write_text(file)
    spec = importlib.util.spec_from_file_location(NAME, tmp_path / "resource.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, NAME, module)
    spec.loader.exec_module(module)

    table = eval(f"{{{line}}}", vars(resources) | vars(module))  # noqa: S307  # the page's own
    for token, resource in table.items():
        monkeypatch.setitem(resources.RESOURCES, token, resource)  # type: ignore[index]  # a dict behind a Mapping

    assert package_schema()["resources"].keys() == table.keys()
    assert json.dumps(package_schema())
    await lifecycles.play(eval(lifecycle, vars(lifecycles)))  # noqa: S307


@pytest.mark.parametrize("words", [["check"], ["format", "--check"]])
def test_the_resource_of_the_page_passes_make_check(words: list[str]) -> None:
    file, _, _ = (block.text for block in PAGE["Add a resource"].blocks)

    command = [sys.executable, "-m", "ruff", *words, "--stdin-filename", "provider/ice_provider/resources/made.py", "-"]
    checked = subprocess.run(command, input=file, cwd=ROOT, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout


def test_the_line_of_the_table_is_the_one_that_stands_there_with_one_more() -> None:
    _, line, _ = (block.text for block in PAGE["Add a resource"].blocks)

    assert (
        line.strip().replace(", WorkflowTaskRecord()", "")
        in (ROOT / "provider" / "ice_provider" / "resources" / "__init__.py").read_text()
    )


def test_the_verbs_are_those_of_the_makefile() -> None:
    made = re.findall(r"^(\w+):.*## (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    told = PAGE["Set up"].table("verb", "what it does")
    assert told == [(f"`make {verb}`", what) for verb, what in made]


def test_every_room_of_the_tests_is_told() -> None:
    told = [name for room, _ in PAGE["Tests"].table("room", "what is tried there") for name in code(room)]
    tracked = {path.parent for path in (ROOT / "tests").glob("*/*") if path.is_file()}

    assert sorted(told) == sorted(str(room.relative_to(ROOT)) for room in tracked if "__pycache__" not in room.name)


def test_the_command_that_locks_is_the_one_that_has_locked() -> None:
    (block,) = PAGE["Dependencies"].blocks
    told = " ".join(block.text.replace("\\\n", " ").split())

    assert f"#    {told}\n" in (ROOT / "requirements.lock").read_text()
