"""The examples, as a person walks through them: their READMEs are followed, on a real engine against the emulator."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from support.pages import section
from support.walking import EXAMPLES, blocks_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir() and path.name != "__pycache__")
UNWALKED = {
    "gate-cdn": "has no blocks: test_installation checks its types and runs it with a stand-in",
    "gate-go": "has no blocks: test_example_projects builds it, and test_docs runs it as the page on languages shows it",
    "gate-typescript": "likewise",
    "pipelines": "has no blocks: test_examples_pipelines runs the commands in its files",
    "kubernetes-operator": "needs a cluster: test_kubernetes_operator runs its program as a pod does",
}
NEEDED = {"automation-service": ["curl"], "nightly": ["jq"]}
WALKED = [name for name in FOLDERS if name not in UNWALKED]


@pytest.mark.parametrize("example", WALKED)
def test_an_example_does_and_shows_what_its_readme_says(walks: Mapping[str, Future[str]], example: str) -> None:
    missing = [tool for tool in NEEDED.get(example, ()) if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"no {missing[0]} on this machine")

    printed = walks[example].result()

    assert "emulator-secret" not in printed


def test_the_table_has_every_example_and_each_has_a_page() -> None:
    rows = section("../examples/README", "Examples").table("example", "what it shows")

    linked = [re.fullmatch(r"\[`(.+)`\]\((.+)/README\.md\)", row[0]) for row in rows]
    assert sorted((link[1], link[2]) for link in linked if link) == [(name, name) for name in FOLDERS]
    assert [name for name in FOLDERS if not (EXAMPLES / name / "README.md").exists()] == []


@pytest.mark.parametrize("example", WALKED)
def test_an_example_says_what_to_change_for_the_real_cloud(example: str) -> None:
    assert section(f"../examples/{example}/README", "In the real cloud").prose


@pytest.mark.parametrize("example", WALKED)
def test_every_block_of_an_example_is_walked_through(example: str) -> None:
    assert {block.language for block in blocks_of(example)} == {"console", "text"}
