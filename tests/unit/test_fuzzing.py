"""How long random data is tried, as the pages tell it."""

from __future__ import annotations

import pytest

from support.engine import ROOT
from support.fuzzing import DEFAULT


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/reliability.md"])
def test_the_pages_tell_for_how_long_random_data_is_tried(page: str) -> None:
    assert f" for {DEFAULT:g} seconds" in (ROOT / page).read_text(encoding="utf-8")
