"""The plugin `pulumi-resource-ice`: puts the rooms together, and is the only module that knows them all.

What is not needed to print the port is imported after it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from ice_provider import guard
from ice_provider.about import VERSION
from ice_provider.errors import BadInstallation
from ice_provider.redaction import Redactor
from ice_provider.rpc.server import serve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ice_provider.cloud import Cloud
    from ice_provider.config import ProviderConfig
    from ice_provider.rpc.engine import Engine
    from ice_provider.rpc.servicer import Servicer

USAGE = """usage: pulumi-resource-ice [engine address]

The Pulumi provider for workflow tasks of Alibaba Cloud ICE. Pulumi starts it by itself; install it with
pulumi plugin install resource ice VERSION --file PATH-OF-THIS-PROGRAM"""


def main() -> None:
    """Serve the provider protocol to the engine whose address is the last argument."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        sys.stdout.write(f"{USAGE}\n")
        return
    if "--version" in sys.argv[1:]:
        sys.stdout.write(f"pulumi-resource-ice {VERSION}\n")
        return
    redactor = Redactor()
    guard.standard_error(redactor)
    try:
        asyncio.run(_live(redactor))
    except BadInstallation as error:
        sys.exit(str(error))  # the engine shows it as the last words of the plugin


async def _live(redactor: Redactor) -> NoReturn:
    await serve(redactor, lambda: _assemble(_engine_address(sys.argv[1:]), redactor))
    _leave()  # before asyncio waits for threads, one of which may look up a name that nobody answers for


def _leave() -> NoReturn:
    """End at once: the engine waits for the end, and taking the modules apart one by one takes a third of a second.

    Nothing is flushed: all lines are out, but for those that nobody takes.
    """
    os._exit(0)


def _engine_address(arguments: Sequence[str]) -> str:
    """Return the last argument: the engine puts flags of its own, of which new ones may come, before its address."""
    return arguments[-1] if arguments and not arguments[-1].startswith("-") else ""


async def _assemble(address: str, redactor: Redactor) -> tuple[Servicer, Engine]:
    from ice_provider import garbage
    from ice_provider.clock import SystemClock
    from ice_provider.rpc.engine import Engine
    from ice_provider.rpc.servicer import Servicer
    from ice_provider.session import Session

    async def connect(config: ProviderConfig, environment: Mapping[str, str]) -> Cloud:
        # The vendor's modules cost a third of a second and 30 MiB, which a process that serves the schema never needs.
        from ice_provider.alibaba import connect as sign_in

        cloud = await sign_in(config, environment, redactor)
        garbage.spare_what_stays()
        return cloud

    engine = Engine(redactor, started_by=address)
    await engine.connect(address)
    return Servicer(engine, lambda config: Session(config, os.environ, connect, SystemClock())), engine


if __name__ == "__main__":
    main()
