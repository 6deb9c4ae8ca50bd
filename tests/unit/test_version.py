"""The version stands in one place; wherever a page or an example prints it, it is that one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ice_provider.about import VERSION
from support.engine import ROOT

PRINTED = re.compile(
    r"plugin install resource ice (\d[\w.]*)|/pulumi-ice:(\d[\w.]*)|ARG VERSION=(\S+)|pulumi-ice==(\d[\w.]*)|tag v(\d[\d.]*)|ice-v(\d+\.\d+\.\d+)"
)
PAGES = sorted(
    path
    for pattern in ("README.md", "SECURITY.md", "docs/*.md", "examples/**/*")
    for path in ROOT.glob(pattern)
    if path.is_file() and PRINTED.search(path.read_text())
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_prints_the_version_that_is_installed(page: Path) -> None:
    printed = {next(filter(None, found)) for found in PRINTED.findall(page.read_text())}

    assert printed == {VERSION}


def test_the_changelog_begins_with_this_version() -> None:
    first = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert first is not None
    assert first[1] == VERSION
