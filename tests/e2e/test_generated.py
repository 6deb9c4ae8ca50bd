"""What is generated is committed as it is generated."""

from __future__ import annotations

import subprocess
import sys

from support.engine import ROOT


def test_schema_and_sdks_are_up_to_date() -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / "tools" / "sdk.py", "--check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
