"""The reference calls everything what the SDKs call it."""

from __future__ import annotations

import re

import pytest

from support.engine import ROOT

PAGE = (ROOT / "docs" / "reference.md").read_text()
NAMES = re.findall(
    r"^`ice:(\w+)` in YAML, `ice\.(\w+)` in Python, `(?:new )?ice\.(\w+)` in TypeScript, `ice\.(\w+)` in Go\.$",
    PAGE,
    re.MULTILINE,
)
DEFINED = {
    "python/pulumi_ice/*.py": r"^(?:class|def) {}\(",
    "nodejs/*.ts": r"^export (?:class|function) {}\b",
    "go/ice/*.go": r"^func {}\(",
}


@pytest.mark.parametrize(("yaml", "python", "typescript", "go"), NAMES)
def test_a_name_on_the_page_is_one_that_the_sdk_of_its_language_has(
    yaml: str, python: str, typescript: str, go: str
) -> None:
    for (files, form), name in zip(DEFINED.items(), (python, typescript, go), strict=True):
        sources = "\n".join(file.read_text() for file in (ROOT / "sdk").glob(files))
        assert re.search(form.format(name), sources, re.MULTILINE), f"{name}, for {yaml}"


def test_every_function_and_resource_is_named() -> None:
    titles = re.findall(r"^### (\w+)$", PAGE.partition("## Provider")[0], re.MULTILINE)

    assert [name for name, *_ in NAMES] == titles
