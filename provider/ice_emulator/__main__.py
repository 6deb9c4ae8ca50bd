"""The command `ice-emulator`.

Knows the command line, files, signals and `Emulator`, and nothing else.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from ice_emulator import Emulator, Scenario
from ice_emulator.admin import PREFIX
from ice_emulator.arguments import parse
from ice_emulator.schema import schema_of, schema_text
from ice_emulator.secret_file import token_in
from ice_emulator.vocabulary import SCENARIO, TITLE


class _NotWritten(Exception):
    """Standard output cannot be written, for the reason that is the cause."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    options = parse(arguments)
    try:
        if options.schema:
            _say(schema_text(schema_of(SCENARIO, TITLE)))
            return 0
        return asyncio.run(_serve(_emulator(options), options))
    except ValueError as error:
        _complain(str(error))
        return 2
    except _NotWritten as error:
        return _not_written(error.__cause__)


def _emulator(options: argparse.Namespace) -> Emulator:
    scenario = Scenario.default() if options.scenario is None else Scenario.load(options.scenario)
    rate = [] if options.requests_per_second is None else [options.requests_per_second]
    return Emulator(
        scenario.with_variants(dict(options.variant)),
        host=options.host,
        port=options.port,
        speed=options.speed,
        seed=options.seed,
        quotas=[*rate, *options.quota],
        admin_token=None if options.admin_token_file is None else _token(options.admin_token_file),
    )


def _token(file: Path) -> str:
    try:
        return token_in(file)
    except OSError as error:
        raise ValueError(
            f"{file} cannot hold the admin token: {error.strerror or error}; give the path of a file of your own"
        ) from error


async def _serve(emulator: Emulator, options: argparse.Namespace) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(emulator)
        except OSError as error:
            reason = error.strerror or error
            _complain(f"port {options.port} cannot be listened on: {reason}; --port 0 takes a free one")
            return 1
        lines = [f"listening on {emulator.url}", f"ice:endpoint={emulator.endpoint} ice:protocol=HTTP"]
        if options.admin_token_file is not None:
            lines.append(f"admin API at {emulator.url}{PREFIX} with the token in {options.admin_token_file}")
        _say("".join(f"{line}\n" for line in lines))  # what scripts wait for
        await stop.wait()
    return 0


def _say(text: str) -> None:
    """Write to standard output at once.

    Raises:
        _NotWritten: It cannot be written.
    """
    try:
        print(text, end="", flush=True)  # noqa: T201  # what was asked for
    except OSError as error:
        raise _NotWritten from error


def _not_written(error: BaseException | None) -> int:
    """Return the code of a standard output that cannot be written; say why, unless its reader has gone."""
    sys.stdout = None  # else Python tries once more as it ends, and complains again
    if isinstance(error, BrokenPipeError):
        return 128 + signal.SIGPIPE  # as shells count
    _complain(f"standard output cannot be written: {getattr(error, 'strerror', None) or error}")
    return os.EX_IOERR


def _complain(sentence: str) -> None:
    print(f"ice-emulator: {sentence}", file=sys.stderr)  # noqa: T201  # the command's own voice


if __name__ == "__main__":
    sys.exit(main())
