"""Whatever a process says on its way down holds no secret."""

from __future__ import annotations

import subprocess
import sys

import pytest

BEFORE = """
import asyncio, logging, sys, threading
from ice_provider import guard
from ice_provider.redaction import Redactor
redactor = Redactor()
redactor.learn("canary-secret")
guard.standard_error(redactor)
"""


def said(program: str) -> str:
    """Return what a process with this program leaves on standard error."""
    done = subprocess.run([sys.executable, "-c", BEFORE + program], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize(
    "program",
    [
        "raise ValueError('the key is canary-secret')",
        "thread = threading.Thread(target=lambda: int('canary-secret')); thread.start(); thread.join()",
        "class Odd:\n    def __del__(self): raise ValueError('canary-secret')\nOdd()",
        "logging.getLogger('library').warning('%s', 'canary-secret')",
        "logging.getLogger('library').exception('failed', exc_info=ValueError('canary-secret'))",
        (
            "async def main():\n"
            "    guard.event_loop(redactor, asyncio.get_running_loop())\n"
            "    asyncio.get_running_loop().call_soon(int, 'canary-secret')\n"
            "    await asyncio.sleep(0)\n"
            "asyncio.run(main())"
        ),
    ],
    ids=["exception", "thread", "destructor", "log", "log with an exception", "event loop"],
)
def test_no_secret_reaches_standard_error(program: str) -> None:
    text = said(program)

    assert "[secret]" in text
    assert "canary" not in text.replace(program, "")


def test_a_closed_standard_error_ends_nothing() -> None:
    assert said("sys.stderr.close(); logging.warning('lost'); sys.stdout.close(); raise SystemExit(0)") == ""
