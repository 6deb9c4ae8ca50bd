"""Invokes of getWorkflowTask, many at once or one after the other. Requests are bytes made before the clock runs.

Every request asks for a task of its own: reads of one task at the same time are one call of the API, which would
flatter the plugin.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Callable

import grpc
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

_INVOKE = "/pulumirpc.ResourceProvider/Invoke"


class Load:
    """One client of one plugin, which must be closed."""

    def __init__(self, port: str, config: dict[str, str] | None = None) -> None:
        """Connect to `port`; configure the plugin when there is something to configure. Needs a running loop."""
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
        self._config = config
        self._invoke: Callable[[bytes], grpc.aio.UnaryUnaryCall[bytes, bytes]] = self._channel.unary_unary(_INVOKE)
        self._numbers = itertools.count()

    async def begin(self) -> provider_pb2.InvokeResponse:
        """Configure, and return the answer to a first Invoke.

        Raises:
            RuntimeError: It is none.
        """
        stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        if self._config:
            args = Struct()
            args.update(self._config)
            await stub.Configure(provider_pb2.ConfigureRequest(args=args), wait_for_ready=True)
        (request,) = self._requests(1)
        answer = provider_pb2.InvokeResponse.FromString(await self._invoke(request))
        if not answer.HasField("return"):
            raise RuntimeError(f"no answer: {answer}")
        return answer

    async def rate(self, count: int, at_once: int) -> float:
        """Return the Invokes per second of `count` of them, `at_once` always under way."""
        requests = iter(self._requests(count))

        async def work() -> None:
            for request in requests:
                await self._invoke(request)

        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(at_once)))
        return count / (time.perf_counter() - began)

    async def latency(self, count: int) -> float:
        """Return the median of the seconds that an Invoke takes, one after the other."""
        taken = []
        for request in self._requests(count):
            began = time.perf_counter()
            await self._invoke(request)
            taken.append(time.perf_counter() - began)
        return statistics.median(taken)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._channel.close()

    def _requests(self, count: int) -> list[bytes]:
        return [_request(f"task-{number}") for number in itertools.islice(self._numbers, count)]


def _request(task_id: str) -> bytes:
    args = Struct()
    args.update({"taskId": task_id})
    return provider_pb2.InvokeRequest(tok="ice:index:getWorkflowTask", args=args).SerializeToString()
