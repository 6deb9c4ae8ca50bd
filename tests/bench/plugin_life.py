"""The life of one plugin process under one `pulumi up`, step by step, with nobody but us as its engine."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from processes import PLUGIN, Running, surroundings
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

_IMPORT = """
import time
import ice_provider.rpc.servicer
began = time.perf_counter()
import ice_provider.alibaba.client
import ice_provider.alibaba.credentials.order
print(time.perf_counter() - began)
"""


@dataclass(frozen=True)
class Life:
    """What the steps took, in seconds.

    Attributes:
        answer: From its start to its first answer.
        schema: To give the schema.
        first: The first Invoke, which imports what calls the API, signs in and connects.
        second: The next one.
        end: From the interrupt with which the engine ends it to the end of the process, which the engine awaits.
    """

    answer: float
    schema: float
    first: float
    second: float
    end: float


def live(config: dict[str, str], task_id: str) -> Life:
    """Start a plugin, ask everything once, and end it."""
    args, asked = Struct(), Struct()
    args.update(config)
    asked.update({"taskId": task_id})
    invoke = provider_pb2.InvokeRequest(tok="ice:index:getWorkflowTask", args=asked)
    began = time.perf_counter()
    with Running.open([PLUGIN]) as running, grpc.insecure_channel(f"127.0.0.1:{running.said}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        stub.GetPluginInfo(Empty(), wait_for_ready=True)
        answer = time.perf_counter() - began
        schema = _took(lambda: stub.GetSchema(provider_pb2.GetSchemaRequest()))
        stub.Configure(provider_pb2.ConfigureRequest(args=args))
        first = _took(lambda: stub.Invoke(invoke))
        second = _took(lambda: stub.Invoke(invoke))
        stub.Cancel(Empty())
        running.process.send_signal(signal.SIGINT)
        end = _took(running.process.wait)
    return Life(answer, schema, first, second, end)


def vendor_import() -> float:
    """Return the seconds that the modules take which only a call of the API needs, the vendor's among them."""
    command = [sys.executable, "-c", _IMPORT]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=surroundings()).stdout
    return float(printed)


def _took(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began
