"""The real plugin process on a machine that lacks something: an ear for its complaints, descriptors, the right time.

A task goes on until the emulator says otherwise, so that each wait is seen to outlast what was lacking.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import resource
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import grpc
import pytest

from ice_emulator import Emulator, Scenario
from ice_provider.rpc import values
from ice_provider.rpc._proto import provider_pb2 as pb
from ice_provider.rpc._proto import provider_pb2_grpc
from support.rpc import ListeningEngine, listening, refusal, struct

WAITS: Final = 6
TASKS: Final = [f"t-{number}" for number in range(WAITS)]
SCENARIO: Final = Scenario.from_mapping(
    {"tasks": [{"taskId": name, "timeline": [{"after": 0, "status": "Processing"}]} for name in TASKS]}
)
PLUGIN: Final = 'import runpy; runpy.run_module("ice_provider", run_name="__main__", alter_sys=True)'
LOUD: Final = f"""
import logging, threading
def complain():
    while True:
        logging.getLogger("a.library").warning("a complaint")
        threading.Thread(target=lambda: 1 / 0).start()
        threading.Event().wait(0.1)
threading.Thread(target=complain, daemon=True).start()
{PLUGIN}
"""


@dataclass
class Plugin:
    """A running plugin that is configured for an emulator.

    Attributes:
        process: It.
        stub: What calls it.
        emulator: What it calls.
        engine: What hears its lines.
    """

    process: asyncio.subprocess.Process
    stub: provider_pb2_grpc.ResourceProviderStub
    emulator: Emulator
    engine: ListeningEngine

    async def wait_for(self, task_id: str, limit: str = "30m") -> str:
        """Return the status with which a gate opens."""
        urn = f"urn:pulumi:dev::media::ice:index:WorkflowTaskGate::{task_id}"
        request = pb.CreateRequest(urn=urn, properties=struct({"taskId": task_id, "waitTimeout": limit}))
        return str(values.read((await self.stub.Create(request)).properties)["status"])

    def succeed(self) -> None:
        """Let all tasks end well."""
        for name in TASKS:
            self.emulator.set_status(name, "Succeed")


@contextlib.asynccontextmanager
async def plugin(
    program: str = PLUGIN, shell: str = 'exec "$0" "$@"', ahead: timedelta = timedelta(), **more: Any
) -> AsyncIterator[Plugin]:
    """Run this program as the plugin, started by a line of the shell; see it end in peace.

    The service's clock is so much ahead of this machine's.
    """
    async with (
        Emulator(SCENARIO, wall_clock=lambda: datetime.now(UTC) + ahead) as emulator,
        listening() as (engine, address),
    ):
        process = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", shell, sys.executable, "-c", program, address), stdout=asyncio.subprocess.PIPE, **more
        )
        try:
            assert process.stdout
            port = int(await process.stdout.readline())
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = provider_pb2_grpc.ResourceProviderStub(channel)
                where = {"region": "cn-shanghai", "endpoint": emulator.endpoint, "protocol": "HTTP"}
                keys = {"accessKey": "emulator", "secretKey": "emulator-secret", "requestsPerSecond": 100}
                await stub.Configure(pb.ConfigureRequest(args=struct({**where, **keys})), wait_for_ready=True)
                yield Plugin(process, stub, emulator, engine)
            process.terminate()
            assert await asyncio.wait_for(process.communicate(), 15) == (b"", None)
            assert process.returncode == 0
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def nobody_hears() -> int:
    """Return the end of a pipe whose other end is closed."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


EARS: Final[Mapping[str, Any]] = {
    "closed": lambda: None,
    "a pipe that nobody reads": nobody_hears,
    "a full disk": lambda: os.open("/dev/full", os.O_WRONLY),
}


@pytest.mark.parametrize("ear", EARS)
async def test_a_plugin_whose_complaints_cannot_be_written_waits_all_the_same_and_ends_in_peace(ear: str) -> None:
    if ear == "a full disk" and not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    stderr = EARS[ear]()
    shell = 'exec "$0" "$@"' if stderr else 'exec "$0" "$@" 2>&-'
    async with plugin(LOUD, shell, stderr=stderr) as running:
        wait = asyncio.create_task(running.wait_for("t-0"))
        await running.emulator.until_called(1)
        running.succeed()

        assert await wait == "Succeed"
    if stderr:
        os.close(stderr)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux lets one process change another's limits")
async def test_waits_outlast_a_time_without_descriptors_and_who_gives_up_in_it_says_why() -> None:
    async with plugin() as running:
        waits = asyncio.gather(*map(running.wait_for, TASKS[1:]))
        await running.emulator.until_called(WAITS - 1)
        soft, hard = resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE)

        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (3, hard))
        running.emulator.add_fault({"kind": "close"})  # so that every call needs a connection of its own
        code, told = await refusal(running.wait_for(TASKS[0], limit="3s"))
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (soft, hard))
        running.emulator.clear_faults()

        running.succeed()
        assert await waits == ["Succeed"] * (WAITS - 1)
    assert code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert "too many open files" in told


@pytest.mark.parametrize(("minutes", "way"), [(-20, "ahead of"), (20, "behind")])
async def test_a_clock_that_is_twenty_minutes_off_holds_up_no_gate_and_is_told_of_once(minutes: int, way: str) -> None:
    async with plugin(ahead=timedelta(minutes=minutes)) as running:
        running.succeed()

        assert await asyncio.gather(*map(running.wait_for, TASKS)) == ["Succeed"] * WAITS

    assert {call.code for call in running.emulator.calls} == {"InvalidTimeStamp.Expired", ""}
    told = [line for severity, *_, line in running.engine.heard if severity == "WARNING"]
    assert [re.sub("is [0-9ms]+ ", "is … ", line).partition(" the service's")[0] for line in told] == [
        f"the clock of this machine is … {way}"
    ]
