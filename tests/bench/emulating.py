"""What the emulator takes: signed requests, each checked and answered, on one core."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sys
import tempfile
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from alibabacloud_tea_openapi.utils import Utils
from measure import Figure, in_turn
from processes import BENCH, Running
from rows import Row

TITLE = "Emulating: GetWorkflowTask in the emulator, signed by the official signer, against aiohttp that checks nothing"
_REQUESTS = 4_000
_CONNECTIONS = 16
_TASKS = 100
_SCENARIO = "tasks:\n" + "".join(
    f"  - {{taskId: task-{number}, taskInput: {{Type: Media}}, timeline: [{{after: 0, status: Processing}}]}}\n"
    for number in range(_TASKS)
)


def measure(runs: int) -> list[Row]:
    """Return the rows of this table."""
    with contextlib.ExitStack() as stack:
        scenario = Path(stack.enter_context(tempfile.TemporaryDirectory()), "scenario.yaml")
        scenario.write_text(_SCENARIO)
        commands = {
            "the emulator": [sys.executable, "-m", "ice_emulator", "--scenario", scenario],
            "bare aiohttp": [sys.executable, BENCH / "bare_answerer.py"],
        }
        servers = {name: stack.enter_context(Running.open(command)) for name, command in commands.items()}
        taken = in_turn({name: _cost(server) for name, server in servers.items()}, runs)
    ours, least = taken.values()
    ratios = [our / their for our, their in zip(ours, least, strict=True)]
    return [
        *(Row(f"CPU of a request, {name}", Figure.of(costs).times(1e6), "µs") for name, costs in taken.items()),
        Row("CPU of a request, the emulator to bare aiohttp", Figure.of(ratios), "×", at_most=4),
        Row("requests on one core, the emulator", Figure.of([1 / cost for cost in ours]), "/s", at_least=2000),
    ]


def _cost(server: Running) -> Callable[[], float]:
    host = urlsplit(server.said.removeprefix("listening on ")).netloc

    def cost() -> float:
        requests = [_signed(host, f"task-{number % _TASKS}") for number in range(_REQUESTS)]
        before = server.used()
        asyncio.run(_send(host, requests))
        return (server.used() - before) / _REQUESTS

    return cost


class _Signable:
    """What the official signer wants to be given."""

    method = "POST"
    pathname = "/"

    def __init__(self, query: dict[str, str], headers: dict[str, str]) -> None:
        self.query, self.headers = query, headers


def _signed(host: str, task_id: str) -> bytes:
    """Return a request as it goes onto the wire."""
    query = {"TaskId": task_id}
    payload = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": host,
        "user-agent": "bench",
        "x-acs-action": "GetWorkflowTask",
        "x-acs-version": "2020-11-09",
        "x-acs-date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-content-sha256": payload,
        "accept": "application/json",
    }
    request = _Signable(query, headers)
    authorization = Utils.get_authorization(request, "ACS3-HMAC-SHA256", payload, "emulator", "emulator-secret")
    lines = [f"{name}: {value}" for name, value in {**headers, "authorization": authorization}.items()]
    return "\r\n".join([f"POST /?{urlencode(query)} HTTP/1.1", *lines, "content-length: 0", "", ""]).encode()


async def _send(host: str, requests: Sequence[bytes]) -> None:
    """Send them over a few connections, one at a time on each.

    Raises:
        RuntimeError: One of them was not answered well: then nothing was measured.
    """
    name, _, port = host.partition(":")
    waiting = iter(requests)

    async def work() -> None:
        reader, writer = await asyncio.open_connection(name, int(port))
        for request in waiting:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            if not head.startswith(b"HTTP/1.1 200 ") or b'"Status":"Processing"' not in body:
                raise RuntimeError(f"a request was answered with {head!r} {body!r}")
        writer.close()

    await asyncio.gather(*(work() for _ in range(_CONNECTIONS)))
