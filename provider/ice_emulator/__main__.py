"""The command `ice-emulator`.

Must not know: anything but the command line, signals and `Emulator`.
"""

import argparse
import asyncio
import ipaddress
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib.metadata import version

from ice_emulator import Emulator, Scenario, ScenarioError

_PORTS = range(65536)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        scenario = Scenario.default() if options.scenario is None else Scenario.load(options.scenario)
    except ScenarioError as error:
        _complain(str(error))
        return 2
    return asyncio.run(_serve(Emulator(scenario, host=options.host, port=options.port), options.port))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ice-emulator",
        description="A stand-in for the ICE API on the loopback. Its key pair is emulator / emulator-secret.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('pulumi-ice')}")
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (default: 0, any free one)")
    parser.add_argument("--scenario", metavar="FILE.yaml", help="what to play (default: a few movies)")
    parser.add_argument("--host", type=_host, default="127.0.0.1", help="loopback address (default: 127.0.0.1)")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) not in _PORTS:
        message = f"{text!r} is not a port: give a number from 0 to 65535"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _host(text: str) -> str:
    try:
        loopback = ipaddress.ip_address(text).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        message = f"{text!r} is not a loopback address: give 127.0.0.1 or ::1"
        raise argparse.ArgumentTypeError(message)
    return text


async def _serve(emulator: Emulator, port: int) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(emulator)
        except OSError as error:
            _complain(f"port {port} cannot be listened on: {error.strerror or error}; --port 0 takes a free one")
            return 1
        lines = f"listening on {emulator.url}\nice:endpoint={emulator.endpoint} ice:protocol=HTTP"
        print(lines, flush=True)  # noqa: T201  # what scripts wait for
        await stop.wait()
    return 0


def _complain(sentence: str) -> None:
    print(f"ice-emulator: {sentence}", file=sys.stderr)  # noqa: T201  # the command's own voice


if __name__ == "__main__":
    sys.exit(main())
