"""The command `ice-gate`: puts the rooms together, and is the only module that knows them all.

What is not needed for `--help` or a completion is imported when a command runs.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, TextIO

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from ice_gate.exits import Exit
    from ice_gate.running import Run


_STILL: Final = frozenset({"", "dumb", "unknown"})
"""The terminals on which nothing moves."""


def main() -> NoReturn:
    """Run the command whose words are the arguments of this process."""
    sys.stdout, sys.stderr = (stream or _nowhere() for stream in (sys.stdout, sys.stderr))
    try:
        code = int(run(sys.argv[1:]))
    except KeyboardInterrupt:
        from ice_gate.exits import Exit

        sys.stderr.write("error: stopped before anything was asked\n")
        code = Exit.INTERRUPTED
    except SystemExit as ended:  # argparse has said why
        code = ended.code if isinstance(ended.code, int) else 2  # `Exit.USAGE`, which argparse means too
    except OSError as error:  # of help and completion; a command tells its own
        code = _not_written(error)
    _leave(code)


def _nowhere() -> TextIO:
    """Return a stream in the place of one that was closed before we began."""
    return Path(os.devnull).open("w", encoding="utf-8")


def run(arguments: Sequence[str]) -> Exit:
    """Run the command that these words describe; return the exit code."""
    from ice_gate.arguments import parser

    options = parser().parse_args(arguments)
    if options.command == "completion":
        return _complete(options.shell)
    return _act(options)


def _complete(shell: str) -> Exit:
    """Print a completion script, made by shtab when the distribution was (`tools/sdk.py`)."""
    from importlib.resources import files

    from ice_gate.exits import Exit

    sys.stdout.write((files("ice_gate") / "completions" / f"ice-gate.{shell}").read_text(encoding="utf-8"))
    return Exit.OPEN


def _act(options: Namespace) -> Exit:
    """Run a command that calls the API; turn whatever it raises into a sentence and a code."""
    import asyncio

    from ice_gate.exits import Ending, Exit
    from ice_gate.output import Closed, NotWritten, Output
    from ice_gate.running import Run
    from ice_gate.wording import CommandLine
    from ice_provider import guard
    from ice_provider.config import ProviderConfig
    from ice_provider.declaration import properties
    from ice_provider.decoding import decode
    from ice_provider.redaction import Redactor
    from ice_provider.wording import speak

    speak(CommandLine())
    redactor = Redactor()
    guard.standard_error(redactor)
    output = Output(redactor, is_watched=sys.stdout.isatty() and os.environ.get("TERM", "").lower() not in _STILL)
    given = {property_.name: getattr(options, property_.attribute, None) for property_ in properties(ProviderConfig)}
    current = Run(ProviderConfig(), output, redactor, debug=options.debug)
    try:
        current.config = decode(ProviderConfig, given, textual=True)
        return asyncio.run(_command(options, current))
    except Closed:
        return Exit.CLOSED
    except NotWritten as error:
        failure = Ending(Exit.NOT_WRITTEN, str(error))
    except Exception as error:  # noqa: BLE001  # the last boundary: a bug is told as one
        failure = current.ending(error)
    output.fail(failure.text)
    return failure.code


async def _command(options: Namespace, current: Run) -> Exit:
    if options.command == "wait":
        from ice_gate.wait import wait

        return await wait(options, current)
    if options.command == "show":
        from ice_gate.show import show

        return await show(options, current)
    from ice_gate.list import list_tasks

    return await list_tasks(options, current)


def _not_written(error: OSError) -> Exit:
    """Return the code of a standard output that cannot be written; say why, unless its reader has gone."""
    from ice_gate.exits import Exit

    if isinstance(error, BrokenPipeError):
        return Exit.CLOSED
    with contextlib.suppress(OSError):
        sys.stderr.write(f"error: standard output cannot be written: {error.strerror or error}\n")
    return Exit.NOT_WRITTEN


def _leave(code: int) -> NoReturn:
    """End at once, before Python waits for threads, one of which may look up a name that nobody answers for."""
    try:
        sys.stdout.flush()
    except OSError as error:
        code = code or _not_written(error)
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
