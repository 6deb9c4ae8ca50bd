"""The least that can stand in for the API: one HTTP answerer that asks nobody who they are.

It gives the task that the query names, to signed and unsigned requests alike, so that two callers can share it and the
price of checking signatures, which the emulator does, weighs on neither. Prints its port and serves until it is killed;
each line that comes is answered with how many requests there have been.

`upstream.py [--tls FOLDER] [--pending AGE] [--moving]` speaks TLS, with its authority in FOLDER/authority.pem; its tasks
have ended well, or go on and never get older than AGE seconds, and have come further whenever they are asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import functools
import json
import re
import ssl
import sys
import time
from pathlib import Path
from typing import cast

from support.authority import Authority

_ASKED = re.compile(rb"[?&]TaskId=([^&\s]+)")
_STAND_IN = "<task>"


def _activity(name: str, second: int) -> dict[str, object]:
    return {
        "ActivityId": name,
        "Status": "Succeed",
        "StartTime": f"2023-01-04T02:05:{second:02}Z",
        "EndTime": f"2023-01-04T02:05:{second + 10:02}Z",
        "Result": {
            "JobId": f"job-of-{name}",
            "JobType": "Transcode",
            "OutputUrl": f"oss://bucket/{_STAND_IN}/{name}.mp4",
        },
    }


_RESULTS = {name: _activity(name, 18 + 10 * place) for place, name in enumerate(("Review", "Transcode", "Publish"))}
_TASK = {  # as long as the one on the published page of GetWorkflowTask
    "TaskId": _STAND_IN,
    "Status": "Succeed",
    "TaskInput": json.dumps({"Type": "Media", "Media": "a0b1c230706071edbfe290b488d4e5f6"}),
    "CreateTime": "2023-01-04T02:05:17Z",
    "FinishTime": "2023-01-04T02:06:19Z",
    "Workflow": {
        "WorkflowId": "a0b1c263dca94c609de02ac0d1d4e5f6",
        "Name": "Super-resolution transcoding workflow",
        "Status": "Active",
        "Type": "Common",
        "CreateTime": "2022-11-27T10:02:12Z",
        "ModifiedTime": "2022-11-29T02:06:19Z",
    },
    "ActivityResults": json.dumps(_RESULTS),
    "UserData": json.dumps({"NotifyAddress": "http://example.com/done"}),
}


@functools.lru_cache(maxsize=1)
def _parts(made: int | None, step: int) -> list[bytes]:
    """Return the answer, cut where the ID of the task belongs; one that goes on was made at this moment, and is here."""
    task = dict(_TASK)
    if made is not None:
        moment = dt.datetime.fromtimestamp(made, dt.UTC)
        task |= {"Status": "Processing", "CreateTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "FinishTime": None}
        name = f"Transcode{step or ''}"
        running = {"ActivityId": name, "Status": "Processing", "StartTime": "2023-01-04T02:05:28Z"}
        task |= {"ActivityResults": json.dumps({"Review": _RESULTS["Review"], name: running})}
    answer = {"RequestId": "7F0C2A0C-7870-15FE-B96F-8880BBA1D2E3", "WorkflowTask": task}
    return json.dumps(answer).encode().split(_STAND_IN.encode())


class Upstream:
    """What all connections share.

    Attributes:
        heard: How many requests there have been.
    """

    def __init__(self, age: float | None, *, moves: bool) -> None:
        self._age, self._moves = age, moves
        self.heard = 0

    def answer(self, head: bytes) -> bytes:
        """Return the body for a request."""
        self.heard += 1
        asked = _ASKED.search(head)
        made = None if self._age is None else int(time.time() - self._age)
        return (asked[1] if asked else b"").join(_parts(made, self.heard if self._moves else 0))


class Answerer(asyncio.Protocol):
    """One connection, kept open; a request has no body."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        *heads, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for head in heads:
            body = self._upstream.answer(head)
            self._out.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )


async def serve(age: float | None, secured: ssl.SSLContext | None, *, moves: bool) -> None:
    """Listen on a free port of the loopback."""
    upstream = Upstream(age, moves=moves)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answerer(upstream), "127.0.0.1", 0, ssl=secured, backlog=1024)
    _say(server.sockets[0].getsockname()[1])
    while await asyncio.to_thread(sys.stdin.readline):
        _say(upstream.heard)


def _say(number: int) -> None:
    print(number, flush=True)  # noqa: T201  # whoever started this waits for it


def _secured(folder: Path) -> ssl.SSLContext:
    authority = Authority()
    (folder / "authority.pem").write_bytes(authority.pem)
    return authority.server(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls", type=Path)
    parser.add_argument("--pending", type=float)
    parser.add_argument("--moving", action="store_true")
    asked = parser.parse_args()
    asyncio.run(serve(asked.pending, asked.tls and _secured(asked.tls), moves=asked.moving))
