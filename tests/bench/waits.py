"""Gates that wait, very many of them, as an engine would create them all at once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

_URN = "urn:pulumi:dev::media::ice:index:WorkflowTaskGate::gate-{}"
_NO_LIMIT = ("grpc.max_receive_message_length", -1)


class Waits:
    """One client of one plugin, which must be closed. Needs a running loop.

    Attributes:
        ended: How the waits that are over have ended, by the name of their gRPC status.
    """

    def __init__(self, port: str, config: dict[str, str]) -> None:
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=[_NO_LIMIT])
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._config = config
        self._waiting: list[asyncio.Task[None]] = []
        self.ended: Counter[str] = Counter()

    async def begin(self, count: int) -> None:
        """Configure, and let so many gates wait, each for a task of its own."""
        args = Struct()
        args.update(self._config)
        await self._stub.Configure(provider_pb2.ConfigureRequest(args=args), wait_for_ready=True)
        self._waiting = [asyncio.create_task(self._wait(number)) for number in range(count)]

    async def cancel(self) -> tuple[float, float]:
        """Return after how many seconds Cancel was answered, and after how many all waits had ended."""
        began = time.perf_counter()
        await self._stub.Cancel(Empty())
        answered = time.perf_counter() - began
        await asyncio.gather(*self._waiting)
        return answered, time.perf_counter() - began

    async def close(self) -> None:
        """Let go of the connection."""
        await self._channel.close()

    async def _wait(self, number: int) -> None:
        properties = Struct()
        properties.update({"taskId": f"task-{number}"})
        request = provider_pb2.CreateRequest(urn=_URN.format(number), properties=properties)
        try:
            await self._stub.Create(request)
        except grpc.aio.AioRpcError as error:
            self.ended[error.code().name] += 1
        else:
            self.ended["OK"] += 1
