"""The command line of `ice-emulator`, word by word.

Must not know: what an emulator does with it.
"""

import argparse
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from ice_emulator.clock import FASTEST
from ice_emulator.hosts import is_loopback
from ice_emulator.limits import Quota
from ice_emulator.variants import VARIANTS

_PORTS = range(65536)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; end the process with 2 and a sentence if one is wrong."""
    return parser().parse_args(arguments)


def parser() -> argparse.ArgumentParser:
    """Return what knows every option."""
    known = argparse.ArgumentParser(
        prog="ice-emulator",
        description="A stand-in for the ICE API on the loopback. Its key pair is emulator / emulator-secret.",
    )
    add = known.add_argument
    add("--version", action="version", version=f"%(prog)s {version('pulumi-ice')}")
    add("--schema", action="store_true", help="print the JSON Schema of scenarios, for an editor, and end")
    add("--port", type=_port, default=0, help="port to listen on (default: 0, any free one)")
    add("--scenario", metavar="FILE.yaml", help="what to play (default: a few movies)")
    add("--host", type=_host, default="127.0.0.1", help="loopback address (default: 127.0.0.1)")
    add("--variant", type=_variant, action="append", default=[], metavar="AXIS=VALUE", help=_VARIANTS)
    add("--speed", type=_speed, default=1.0, metavar="10x", help="how many times as fast timelines run (default: 1x)")
    add("--seed", type=int, metavar="NUMBER", help="make IDs and faults by chance the same in every run")
    add("--requests-per-second", type=_rate, metavar="NUMBER", help="throttle what is more, for each action")
    add("--quota", type=_quota, action="append", default=[], metavar="200/60s", help="likewise; may be given again")
    add(
        "--admin-token-file",
        type=Path,
        metavar="FILE",
        help="open the admin API to the token in this file, which is made if it is not there (default: no admin API)",
    )
    return known


_VARIANTS = f"a choice where the service is not known: {', '.join(VARIANTS)}; may be given again"


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) not in _PORTS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to 65535")
    return int(text)


def _host(text: str) -> str:
    if not is_loopback(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a loopback address: give 127.0.0.1 or ::1")
    return text


def _variant(text: str) -> tuple[str, str]:
    axis, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} chooses nothing: give such as taskNotKnown=nullTask")
    return axis, value


def _speed(text: str) -> float:
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = 0
    if not 0 < speed <= FASTEST:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a speed: give a number above 0 and up to {FASTEST:,.0f}, such as 10x"
        )
    return speed


def _rate(text: str) -> Quota:
    try:
        return Quota.parse(f"{text}/1s")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a rate: give a whole number of 1 or more") from None


def _quota(text: str) -> Quota:
    try:
        return Quota.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
