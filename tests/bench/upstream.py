"""The least that can stand in for the API: one HTTP answerer that asks nobody who they are.

It gives the task that the query names, to signed and unsigned requests alike, so that two callers can share it and the
price of checking signatures, which the emulator does, weighs on neither. Prints its port and serves until it is killed.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import cast

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
_ANSWER = {
    "RequestId": "7F0C2A0C-7870-15FE-B96F-8880BBA1D2E3",
    "WorkflowTask": {  # as long as the one on the published page of GetWorkflowTask
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
    },
}
_PARTS = json.dumps(_ANSWER).encode().split(_STAND_IN.encode())


class Answerer(asyncio.Protocol):
    """One connection, kept open; a request has no body."""

    def __init__(self) -> None:
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        *heads, self._heard = (self._heard + data).split(b"\r\n\r\n")
        for head in heads:
            asked = _ASKED.search(head)
            body = (asked[1] if asked else b"").join(_PARTS)
            self._out.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )


async def serve() -> None:
    """Listen on a free port of the loopback."""
    server = await asyncio.get_running_loop().create_server(Answerer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  # whoever started this waits for it
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
