"""The least that a plugin in Python can do for an Invoke: a bare server and one bare POST. What ours is measured against.

No signature, no check of the input, no poller. `floor.py ready …` gives an answer that was made before, without a look at
what came back; `floor.py built …` reads that as JSON and builds a new answer of the same size. Prints its port.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp
import grpc
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc


class Floor(provider_pb2_grpc.ResourceProviderServicer):
    """Answers Invoke and nothing else."""

    def __init__(self, upstream: str, answer: provider_pb2.InvokeResponse, pool: aiohttp.ClientSession) -> None:
        self._upstream, self._answer, self._pool = upstream, answer, pool

    async def Invoke(self, request: provider_pb2.InvokeRequest, _context: Any) -> provider_pb2.InvokeResponse:
        query = {"Action": "GetWorkflowTask", "TaskId": request.args.fields["taskId"].string_value}
        async with self._pool.post(self._upstream, params=query) as answer:
            return self.answer(await answer.read())

    def answer(self, _body: bytes) -> provider_pb2.InvokeResponse:
        """Return what is ready."""
        return self._answer


class Builder(Floor):
    """Builds each answer anew."""

    def __init__(self, upstream: str, answer: provider_pb2.InvokeResponse, pool: aiohttp.ClientSession) -> None:
        super().__init__(upstream, answer, pool)
        self._plain = MessageToDict(getattr(answer, "return"))

    def answer(self, body: bytes) -> provider_pb2.InvokeResponse:
        """Read what came back, and return as much as our plugin does."""
        json.loads(body)
        made = provider_pb2.InvokeResponse()
        getattr(made, "return").update(self._plain)
        return made


_KINDS = {"ready": Floor, "built": Builder}


async def serve(kind: str, upstream: str, answer: Path) -> None:
    """Ask `upstream` for every call, and answer with what the file `answer` holds, an InvokeResponse."""
    known = provider_pb2.InvokeResponse.FromString(answer.read_bytes())
    async with aiohttp.ClientSession() as pool:
        server = grpc.aio.server()
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(_KINDS[kind](upstream, known, pool), server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        print(port, flush=True)  # noqa: T201  # whoever started this waits for it
        await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
