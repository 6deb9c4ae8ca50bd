"""What a process says on its way down, passed through the redactor. Knows the standard library and the redactor only.

Pulumi shows a plugin's standard error to the user when the plugin dies, so it is as public as any message.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import re
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ice_provider.redaction import Redactor

if TYPE_CHECKING:
    import asyncio


_OURS: Final = re.compile("ice_(provider|gate|dynamic)")


def standard_error(redactor: Redactor) -> None:
    """Let no exception that nobody caught, and no line of a library's log, show a secret."""

    def tell(error: BaseException | None) -> None:
        _write(redactor, "".join(traceback.format_exception(error)) if error else "")

    if sys.stderr is None:  # it was closed when the process began; nothing else may get its descriptor
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # for good
    faulthandler.disable()
    sys.excepthook = lambda _type, error, _trace: tell(error)
    sys.unraisablehook = lambda told: tell(told.exc_value)
    threading.excepthook = lambda told: tell(told.exc_value)
    logging.basicConfig(handlers=[_Handler(redactor)], level=logging.WARNING, force=True)


def event_loop(redactor: Redactor, loop: asyncio.AbstractEventLoop) -> None:
    """Do the same for what goes wrong in tasks that nobody waits for."""

    def tell(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        trace = "".join(traceback.format_exception(error)) if error else ""
        _write(redactor, f"{context['message']}\n{trace}")

    loop.set_exception_handler(tell)


def place_of(error: BaseException) -> str:
    """Return ` at poller.py:12`, the place of a bug, and nothing of what was being handled, which may be secret."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _OURS.search(frame.filename)] or frames
    return f" at {ours[-1].filename.rpartition('/')[2]}:{ours[-1].lineno}" if ours else ""


class _Handler(logging.Handler):
    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def emit(self, record: logging.LogRecord) -> None:
        _write(self._redactor, f"{self.format(record)}\n")


def _write(redactor: Redactor, text: str) -> None:
    try:
        sys.stderr.write(redactor.redact(text))
    except (OSError, ValueError):
        return  # a closed standard error must not end the provider
