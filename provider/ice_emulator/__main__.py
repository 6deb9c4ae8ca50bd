"""The command `ice-emulator`.

Must not know: anything but the command line, files, signals and `Emulator`.
"""

import argparse
import asyncio
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    options = parse(arguments)
    if options.schema:
        print(schema_text(schema_of(SCENARIO, TITLE)), end="")  # noqa: T201  # what was asked for
        return 0
    try:
        emulator = _emulator(options)
    except ValueError as error:
        _complain(str(error))
        return 2
    return asyncio.run(_serve(emulator, options))


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
        message = f"{file} cannot hold the admin token: {error.strerror or error}; give the path of a file of your own"
        raise ValueError(message) from error


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
        print("\n".join(lines), flush=True)  # noqa: T201  # what scripts wait for
        await stop.wait()
    return 0


def _complain(sentence: str) -> None:
    print(f"ice-emulator: {sentence}", file=sys.stderr)  # noqa: T201  # the command's own voice


if __name__ == "__main__":
    sys.exit(main())
