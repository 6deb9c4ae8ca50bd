"""What the package's project file says to pytest, as an installed package would: also where an older one is installed."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def declared_in(folder: Path) -> Path:
    """Make a folder for the path of Python in which the plugins of the project file are installed."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    distribution = folder / "of_the_test-1.dist-info"
    distribution.mkdir(parents=True)
    (distribution / "METADATA").write_text("Metadata-Version: 2.1\nName: of-the-test\nVersion: 1\n")
    lines = [f"{name} = {module}\n" for name, module in declared.items()]
    (distribution / "entry_points.txt").write_text("[pytest11]\n" + "".join(lines))
    return folder
