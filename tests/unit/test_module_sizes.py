"""What CONTRIBUTING.md says of the size of the product's files."""

from __future__ import annotations

from support.engine import ROOT

LINES = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in (ROOT / "provider").rglob("*.py")}
MOST = 400


def test_no_file_of_the_product_is_longer_than_contributing_says() -> None:
    contributing = " ".join((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split())

    assert f"Most files have 50 to 200 lines, none of the product more than {MOST}" in contributing
    assert sorted(str(file) for file, count in LINES.items() if count > MOST) == []


def test_most_files_of_the_product_have_50_to_200_lines() -> None:
    assert sum(50 <= count <= 200 for count in LINES.values()) > len(LINES) / 2
