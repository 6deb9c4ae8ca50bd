"""The plugin as it is, with a meter in its event loop: each line `SECONDS` that comes is answered with the lags, as JSON."""

from __future__ import annotations

import asyncio
import json
import sys

from lag import LagMeter

from ice_provider import __main__ as plugin
from ice_provider.redaction import Redactor


async def live() -> None:
    """Serve, and measure whenever a line asks for it."""
    measuring = asyncio.create_task(_measure())
    await plugin._live(Redactor())
    measuring.cancel()


async def _measure() -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        meter = LagMeter()
        await asyncio.sleep(float(line))
        meter.stop()
        print(json.dumps(meter.lags), flush=True)  # noqa: T201  # whoever started this waits for it


if __name__ == "__main__":
    asyncio.run(live())
