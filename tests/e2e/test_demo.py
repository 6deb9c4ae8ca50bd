"""`make demo`, as a person runs it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from support.engine import ROOT, finish, read_until


async def test_an_interrupted_demo_stops_the_wait_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """The whole demo is run by CI itself; this is what it does on Ctrl-C."""
    before = set((ROOT / ".tools").iterdir())
    demo = await asyncio.create_subprocess_exec(
        sys.executable,
        ROOT / "examples" / "demo.py",
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    await read_until(demo, "Transcode running")

    demo.send_signal(signal.SIGINT)
    ended = await finish(demo)

    assert ended.code == 130, ended.text
    assert "stopped waiting for workflow task movie-good" in ended.text
    assert ended.text.endswith("interrupted: nothing is left behind\n")
    assert "Traceback" not in ended.text
    assert set((ROOT / ".tools").iterdir()) == before
    assert list(tmp_path.iterdir()) == []
