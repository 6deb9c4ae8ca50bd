"""Reads of very many tasks, begun as fast as calls can come in, and the lag that they cause in the event loop.

`burst.py COUNT STATE` prints what came of it as a line of JSON. STATE is how the key stands at that moment: `fresh`, at its
`end` by our own clock, or `refused` by the API, which alone knows that it has expired.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from typing import Any

from lag import LagMeter
from processes import BENCH, Running

from ice_provider import decoding, garbage
from ice_provider.alibaba import connect
from ice_provider.clock import SystemClock
from ice_provider.cloud import Cloud
from ice_provider.config import ProviderConfig
from ice_provider.poller import Poller
from ice_provider.redaction import Redactor
from ice_provider.session import Session
from support.key_services import ROLE

_AT_ITS_END = 20.0  # seconds before its end, from which on a key signs no more
_PATIENCE = 5.0  # seconds for which even such a key is used, so that it is not fetched for every call
_LASTING = 3600.0  # seconds
_AT_ONCE = 64  # calls of the API that the poller has under way, all of which the key's end meets
_LIMIT = 30.0  # seconds for a read
_A_TURN = 50  # calls that come in at once


async def measure(count: int, state: str) -> Mapping[str, float]:
    """Return what the burst did: renewals, the most lag, the longest garbage collection and the whole time."""
    lifetime = _AT_ITS_END if state == "end" else _LASTING
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        command = [sys.executable, BENCH / "keys_apart.py", folder, str(count), str(lifetime)]
        apart = stack.enter_context(Running.open(command))
        session = _session(json.loads(apart.said))
        poller = await session.poller()
        await poller.read("task-0", within=_LIMIT)
        await asyncio.sleep(_PATIENCE if state == "end" else 0)
        change = {"lifetime": _LASTING, **({"refuse": _AT_ONCE} if state == "refused" else {})}
        before = json.loads(apart.ask(json.dumps(change)))["granted"]
        took = await _burst(poller, count)
        renewals = json.loads(apart.ask("{}"))["granted"] - before
        await session.close()
    return {"renewals": renewals, **took}


async def _burst(poller: Poller, count: int) -> dict[str, float]:
    """Read so many tasks at once. They begin some in every turn of the loop, as calls of the engine do."""

    async def read(task_id: str) -> None:
        task = await poller.read(task_id, within=_LIMIT)
        assert task.succeeded

    meter = LagMeter()
    await asyncio.sleep(0)
    began = time.perf_counter()
    reads = []
    for number in range(count):
        reads.append(asyncio.create_task(read(f"task-{number}")))
        if number % _A_TURN == 0:
            await asyncio.sleep(0)
    await asyncio.gather(*reads)
    seconds = time.perf_counter() - began
    meter.stop()
    lag = max(meter.lags, default=0.0)  # a burst may be over before the first tick
    return {"lag": lag, "collection": meter.collection, "seconds": seconds}


def _session(where: Mapping[str, Any]) -> Session:
    redactor = Redactor()
    given = {
        "region": "cn-shanghai",
        "endpoint": where["endpoint"],
        "protocol": "HTTP",
        "caFile": where["caFile"],
        "accessKey": "emulator",
        "secretKey": "emulator-secret",
        "assumeRole": {"roleArn": ROLE},
        "requestsPerSecond": 10_000,
    }

    async def sign_in(config: ProviderConfig, environment: Mapping[str, str]) -> Cloud:
        cloud = await connect(config, environment, redactor, routes=where["routes"])
        garbage.spare_what_stays()  # as the plugin does
        return cloud

    return Session(decoding.decode(ProviderConfig, given), {}, sign_in, SystemClock())


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(int(sys.argv[1]), sys.argv[2]))), flush=True)  # noqa: T201
