"""The real plugin process: what it prints, and when it ends.

The only tests here that take real time: that the process ends by itself is a promise in seconds.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty

from ice_provider.rpc._proto import provider_pb2 as pb
from ice_provider.rpc._proto import provider_pb2_grpc
from support.rpc import URN, refusal, struct

PLUGIN = (sys.executable, "-m", "ice_provider")
PATIENCE = 15  # seconds in which a plugin without an engine must be gone


@asynccontextmanager
async def engine() -> AsyncIterator[tuple[str, asyncio.Server]]:
    """Listen at an address, as an engine does."""
    listening = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{listening.sockets[0].getsockname()[1]}", listening
    finally:
        listening.close()


@asynccontextmanager
async def process(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command whose output is kept; it is gone at the end, whatever happens."""
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, start_new_session=True)
    try:
        yield started
    finally:
        if started.returncode is None:
            os.killpg(started.pid, signal.SIGKILL)
            await started.communicate()


async def port_of(plugin: asyncio.subprocess.Process) -> int:
    assert plugin.stdout
    return int(await asyncio.wait_for(plugin.stdout.readline(), PATIENCE))


async def version_of(port: int) -> str:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        info = await provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(Empty(), wait_for_ready=True)
        return str(info.version)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
async def test_a_signal_ends_the_plugin_in_peace_with_nothing_said_but_its_port(number: signal.Signals) -> None:
    async with engine() as (address, _), process(*PLUGIN, address) as plugin:
        port = await port_of(plugin)
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            args = {
                "region": "cn-shanghai",
                "accessKey": "k",
                "secretKey": "s",
                "endpoint": address,
                "protocol": "HTTP",
            }
            await stub.Configure(pb.ConfigureRequest(args=struct(args)), wait_for_ready=True)
            wait = asyncio.ensure_future(
                refusal(stub.Create(pb.CreateRequest(urn=URN, properties=struct({"taskId": "t-1"}))))
            )
            await stub.GetPluginInfo(Empty())

            plugin.send_signal(number)

            said, complained = await asyncio.wait_for(plugin.communicate(), PATIENCE)
            code, told = await wait

    assert (plugin.returncode, said, complained) == (0, b"", b"")
    assert (code, told.split(";")[0]) == (grpc.StatusCode.CANCELLED, "stopped waiting for workflow task t-1")


UNRESOLVED = """
import runpy, socket, time
socket.getaddrinfo = lambda *_, **__: time.sleep(60)
runpy.run_module("ice_provider", run_name="__main__")
"""


async def test_a_name_that_nobody_answers_for_does_not_hold_up_the_end() -> None:
    async with (
        engine() as (address, _),
        process(sys.executable, "-c", UNRESOLVED, address) as plugin,
        grpc.aio.insecure_channel(f"127.0.0.1:{await port_of(plugin)}") as channel,
    ):
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        args = struct({"accessKey": "k", "secretKey": "s", "endpoint": "nobody.invalid"})
        await stub.Configure(pb.ConfigureRequest(args=args), wait_for_ready=True)
        request = pb.InvokeRequest(tok="ice:index:getWorkflowTask", args=struct({"taskId": "t-1"}))
        read = asyncio.ensure_future(refusal(stub.Invoke(request)))
        await asyncio.sleep(1)  # real: the lookup is under way in a thread by then

        plugin.terminate()

        assert await asyncio.wait_for(plugin.communicate(), PATIENCE) == (b"", b"")
        code, _ = await read

    assert (plugin.returncode, code) == (0, grpc.StatusCode.CANCELLED)


@pytest.mark.parametrize(
    "flags",
    [
        (),
        ("--logtostderr", "-v=9"),
        ("--tracing", "http://127.0.0.1:1"),
        ("--logflow", "--flag-of-tomorrow=x", "-v", "9"),
    ],
    ids=str,
)
async def test_flags_of_the_engine_before_its_address_are_passed_over(flags: tuple[str, ...]) -> None:
    async with engine() as (address, _), process(*PLUGIN, *flags, address) as plugin:
        assert await version_of(await port_of(plugin))
        plugin.terminate()
        assert await asyncio.wait_for(plugin.communicate(), PATIENCE) == (b"", b"")


async def test_the_plugin_leaves_when_its_engine_is_gone() -> None:
    async with engine() as (address, listening), process(*PLUGIN, address) as plugin:
        await port_of(plugin)
        listening.close()

        said, complained = await asyncio.wait_for(plugin.communicate(), PATIENCE)

    assert (plugin.returncode, said, complained) == (0, b"", b"")


PARENT = """
import subprocess, sys
subprocess.Popen(sys.argv[1:]).wait()
"""


async def test_the_plugin_leaves_when_the_process_that_started_it_is_killed() -> None:
    async with engine() as (address, _), process(sys.executable, "-c", PARENT, *PLUGIN, address) as parent:
        port = await port_of(parent)
        assert await version_of(port)

        parent.kill()

        # The plugin holds the other end of the pipes: they end when it does.
        said, complained = await asyncio.wait_for(parent.communicate(), PATIENCE)

    assert (said, complained) == (b"", b"")
