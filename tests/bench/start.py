"""How fast the plugin starts, and what it holds when it idles."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import grpc
from google.protobuf.struct_pb2 import Struct
from measure import Figure, exec_to_answer, exec_to_port, interleave, resident
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from rows import Row

TITLE = "Starting: exec to the line with the port, interleaved; memory of the whole process"
PLUGIN = Path(sysconfig.get_path("scripts")) / "pulumi-resource-ice"
MINIMAL = Path(__file__).parent / "minimal.py"
CONFIG = {"endpoint": "127.0.0.1:9", "protocol": "HTTP", "accessKey": "emulator", "secretKey": "emulator-secret"}


def measure(runs: int) -> list[Row]:
    """Return the rows of this table."""
    theirs = [sys.executable, MINIMAL, "127.0.0.1:9"]
    port = interleave({"ours": lambda: exec_to_port([PLUGIN]), "theirs": lambda: exec_to_port(theirs)}, runs)
    answer = interleave({"ours": lambda: exec_to_answer([PLUGIN]), "theirs": lambda: exec_to_answer(theirs)}, runs)
    idle = Figure.of([idle_memory(call=False) for _ in range(3)])
    called = Figure.of([idle_memory(call=True) for _ in range(3)])
    return [
        Row("exec to port, pulumi-resource-ice", port["ours"].times(1000), "ms"),
        Row("exec to port, minimal plugin on pulumi.provider.main", port["theirs"].times(1000), "ms"),
        Row("ratio of the two", port["ours"].over(port["theirs"]), "×", at_most=0.7),
        Row("exec to first answer, pulumi-resource-ice", answer["ours"].times(1000), "ms"),
        Row("exec to first answer, minimal plugin", answer["theirs"].times(1000), "ms"),
        Row("ratio of the two first answers", answer["ours"].over(answer["theirs"]), "×"),
        Row("memory after Configure", idle, "MiB", at_most=100),
        Row("memory after Configure and a first call of the API", called, "MiB", at_most=100),
    ]


def idle_memory(*, call: bool) -> float:
    """Return the memory of a plugin that is configured, and that has signed in and called once if asked to."""
    with subprocess.Popen([PLUGIN], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        channel = grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}")
        provider = provider_pb2_grpc.ResourceProviderStub(channel)
        config, arguments = Struct(), Struct()
        config.update(CONFIG)
        arguments.update({"taskId": "t-1"})
        provider.Handshake(provider_pb2.ProviderHandshakeRequest())
        provider.Configure(provider_pb2.ConfigureRequest(args=config))
        if call:
            preview = provider_pb2.CreateRequest(urn=URN, properties=arguments, preview=True)
            provider.Create(preview)  # nobody listens at the endpoint: a warning, after 5 s
        held = resident(process.pid)
        channel.close()
        process.terminate()
    return held


URN = "urn:pulumi:bench::bench::ice:index:WorkflowTaskGate::gate"
