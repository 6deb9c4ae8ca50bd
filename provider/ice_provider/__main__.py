"""The plugin `pulumi-resource-ice`: puts the rooms together, and is the only module that knows them all."""

from __future__ import annotations

import argparse
import asyncio
import os
from typing import TYPE_CHECKING

from ice_provider.clock import SystemClock
from ice_provider.redaction import Redactor
from ice_provider.rpc.engine import Engine
from ice_provider.rpc.server import serve
from ice_provider.rpc.servicer import Servicer
from ice_provider.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ice_provider.cloud import Cloud
    from ice_provider.config import ProviderConfig


def main() -> None:
    """Serve the provider protocol to the engine whose address is the last argument."""
    parser = argparse.ArgumentParser(
        prog="pulumi-resource-ice",
        description="The Pulumi provider for Alibaba Cloud ICE workflow tasks. Pulumi starts it; nobody else needs to.",
    )
    parser.add_argument("engine", nargs="?", default="", help="address of the Pulumi engine")
    # The engine puts flags of its own before the address; unknown ones, and their values, are passed over.
    parser.add_argument("--logtostderr", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("-v", "--tracing", help=argparse.SUPPRESS)
    asyncio.run(_serve(parser.parse_known_args()[0].engine))


async def _serve(address: str) -> None:
    redactor = Redactor()
    engine = Engine(redactor)
    await engine.connect(address)

    async def connect(config: ProviderConfig, environment: Mapping[str, str]) -> Cloud:
        # The vendor's modules cost a third of a second and 30 MiB, which a process that serves the schema never needs.
        from ice_provider.alibaba import connect as sign_in  # noqa: PLC0415

        return await sign_in(config, environment, redactor)

    await serve(Servicer(engine, lambda config: Session(config, os.environ, connect, SystemClock())), engine, redactor)


if __name__ == "__main__":
    main()
