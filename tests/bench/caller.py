"""One way to call GetWorkflowTask over https, in a process of its own: what its CPU is spent on is all its own.

`caller.py KIND PORT AUTHORITY` prints a line when it is ready. Each line `COUNT` or `COUNT PER_SECOND` that comes makes so
many calls, at that pace or as fast as can be, and is answered with the seconds of CPU that they took.

The kinds: `ours`, what a poll of the provider calls; `bare`, aiohttp that signs nothing and takes the JSON as it comes; `sync`
and `async`, the official SDK's clients in a loop.
"""

from __future__ import annotations

import asyncio
import itertools
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

from ice_provider import decoding, garbage
from ice_provider.alibaba import connect
from ice_provider.config import ProviderConfig
from ice_provider.redaction import Redactor

_AT_ONCE = 16
_KEY, _SECRET = "emulator", "emulator-secret"
Call = Callable[[str], Awaitable[object]]


async def _ours(host: str, authority: Path) -> tuple[Call, int]:
    given = {
        "region": "cn-shanghai",
        "endpoint": host,
        "caFile": str(authority),
        "accessKey": _KEY,
        "secretKey": _SECRET,
    }
    cloud = await connect(decoding.decode(ProviderConfig, given), {}, Redactor())
    garbage.spare_what_stays()  # as the plugin does
    latest = {}

    async def call(task_id: str) -> object:
        latest[task_id] = await cloud.get_workflow_task(task_id)  # held until the next poll, as a wait holds it
        return latest[task_id]

    return call, _AT_ONCE


async def _bare(host: str, authority: Path) -> tuple[Call, int]:
    trusted = ssl.create_default_context(cafile=authority)
    pool = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64, ssl=trusted))

    async def call(task_id: str) -> object:
        query = {"Action": "GetWorkflowTask", "TaskId": task_id}
        async with pool.post(f"https://{host}/", params=query) as answer:
            return await answer.json()

    return call, _AT_ONCE


async def _sync(host: str, authority: Path) -> tuple[Call, int]:
    client, models = _official(host, authority)

    async def call(task_id: str) -> object:
        return client.get_workflow_task(models.GetWorkflowTaskRequest(task_id=task_id))

    return call, 1


async def _async(host: str, authority: Path) -> tuple[Call, int]:
    client, models = _official(host, authority)

    async def call(task_id: str) -> object:
        return await client.get_workflow_task_async(models.GetWorkflowTaskRequest(task_id=task_id))

    return call, 1


def _official(host: str, authority: Path) -> tuple[Any, Any]:
    """Return the SDK's client and models, which take a second to import."""
    from alibabacloud_ice20201109 import client, models  # noqa: PLC0415
    from alibabacloud_tea_openapi.utils_models import Config  # noqa: PLC0415

    said = Config(access_key_id=_KEY, access_key_secret=_SECRET, endpoint=host, protocol="HTTPS", ca=str(authority))
    return client.Client(said), models


_KINDS = {"ours": _ours, "bare": _bare, "sync": _sync, "async": _async}


async def _make(call: Call, count: int, at_once: int, per_second: float | None) -> None:
    """Make the calls, each about a task of its own."""
    numbers = iter(range(count))
    began = time.monotonic()

    async def work() -> None:
        for number in numbers:
            if per_second:
                await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
            await call(f"task-{number}")

    await asyncio.gather(*itertools.starmap(work, [()] * at_once))


async def serve(kind: str, port: str, authority: Path) -> None:
    """Make calls whenever a line asks for them."""
    call, at_once = await _KINDS[kind](f"127.0.0.1:{port}", authority)
    await _make(call, at_once, at_once, None)  # the connections
    _say("ready")
    while line := (await asyncio.to_thread(sys.stdin.readline)).split():
        before = time.process_time()
        await _make(call, int(line[0]), at_once, float(line[1]) if line[1:] else None)
        _say(time.process_time() - before)


def _say(what: object) -> None:
    print(what, flush=True)  # noqa: T201  # whoever started this waits for it


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
