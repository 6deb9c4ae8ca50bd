"""A provider behind a real gRPC server, spoken to over a real channel, and a small engine that hears its lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct

from ice_provider.clock import Clock
from ice_provider.cloud import Cloud, Page, Search
from ice_provider.config import ProviderConfig
from ice_provider.model import WorkflowTask
from ice_provider.redaction import Redactor
from ice_provider.rpc._proto import engine_pb2, engine_pb2_grpc, provider_pb2_grpc
from ice_provider.rpc._proto import provider_pb2 as pb
from ice_provider.rpc.engine import Engine
from ice_provider.rpc.server import OPTIONS, bound
from ice_provider.rpc.servicer import Servicer
from ice_provider.session import Connect, Session
from support.clock import JumpingClock

URN = "urn:pulumi:dev::media::ice:index:WorkflowTaskGate::encoded"
SIGNATURE = "4dabf18193072939515e22adb298388d"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def struct(values: Mapping[str, Any]) -> Struct:
    """Return a Struct by protobuf's own means, so that our codec is not tested against itself."""
    made = Struct()
    made.update(values)
    return made


def secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "value": value}


class ListeningEngine(engine_pb2_grpc.EngineServicer):
    """Keeps every line that the provider says.

    Attributes:
        heard: Severity, URN, whether it is ephemeral, and the line.
        hangs: While true, no line is ever acknowledged.
    """

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, bool, str]] = []
        self.hangs = False

    async def Log(self, request: engine_pb2.LogRequest, _context: object) -> Empty:
        if self.hangs:
            await asyncio.Event().wait()
        severity = engine_pb2.LogSeverity.Name(request.severity)
        self.heard.append((severity, request.urn, request.ephemeral, request.message))
        return Empty()


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[ListeningEngine, str]]:
    """Run such an engine; it comes with its address."""
    heard, server = ListeningEngine(), grpc.aio.server(options=OPTIONS)
    engine_pb2_grpc.add_EngineServicer_to_server(heard, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield heard, address
    finally:
        await server.stop(None)


class PatientClock(JumpingClock):
    """Stands still while something is under way that takes real time: a line to the engine, a call of a real client."""

    def __init__(self) -> None:
        self._under_way = 0
        self._held = False
        super().__init__()

    @property
    def held(self) -> bool:  # type: ignore[override]
        return self._held or self._under_way > 0

    @held.setter
    def held(self, held: bool) -> None:
        self._held = held

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Let no time pass in this context."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1


class PatientCloud:
    """A cloud whose calls take real time, while the clock stands still; during call number `runs_in` it runs.

    Attributes:
        asked_at: When the last call was made, by the clock.
    """

    asked_at = 0.0

    def __init__(self, cloud: Cloud, clock: PatientClock, runs_in: int | None = None) -> None:
        self._cloud, self._clock, self._runs_in = cloud, clock, runs_in
        self._calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cloud, name)

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        self._calls += 1
        self.asked_at = self._clock.now()
        with nullcontext() if self._calls == self._runs_in else self._clock.standing():
            return await self._cloud.get_workflow_task(task_id)

    async def list_workflow_tasks(self, search: Search, token: str | None) -> Page:
        with self._clock.standing():
            return await self._cloud.list_workflow_tasks(search, token)


class CountingEngine(Engine):
    """Tells the clock of lines under way."""

    def __init__(self, redactor: Redactor, clock: PatientClock) -> None:
        super().__init__(redactor)
        self._clock = clock

    async def _log(self, *args: Any, **options: Any) -> None:
        with self._clock.standing():
            await super()._log(*args, **options)


@dataclass
class Provider:
    """A running provider.

    Attributes:
        stub: What the engine calls it by.
        engine: What the engine hears of it.
        engine_address: Where it listens.
        clock: The provider's time.
        redactor: What knows its secrets.
    """

    stub: provider_pb2_grpc.ResourceProviderStub
    engine: ListeningEngine
    engine_address: str
    clock: PatientClock
    redactor: Redactor
    sessions: list[Session] = field(default_factory=list)

    async def configure(self, config: Mapping[str, Any] | None = None) -> pb.ConfigureResponse:
        """Do what the engine does first."""
        await self.stub.Handshake(pb.ProviderHandshakeRequest(engine_address=self.engine_address))
        args = struct({"region": "cn-shanghai", **(config or {})})
        answer: pb.ConfigureResponse = await self.stub.Configure(pb.ConfigureRequest(args=args))
        return answer


@asynccontextmanager
async def provider(
    cloud: Cloud | Exception | Connect, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Provider]:
    """Run a provider on this cloud; an error in its place is raised where the provider signs in.

    In the place of a cloud stands what signs in by configuration and environment, where a test is about that.
    """
    clock, redactor = PatientClock(), Redactor()

    async def connect(*given: Any) -> Cloud:
        if isinstance(cloud, Exception):
            raise cloud
        return await cloud(*given) if callable(cloud) else cloud

    sessions: list[Session] = []

    def begin(config: ProviderConfig) -> Session:
        time: Clock = clock
        sessions.append(Session(config, environment or {}, connect, time))
        return sessions[-1]

    engine = CountingEngine(redactor, clock)
    servicer = Servicer(engine, begin)
    server, port = bound()
    servicer.join(server, redactor)
    await server.start()
    options = (*OPTIONS, ("grpc.enable_http_proxy", 0))
    async with listening() as (heard, address), grpc.aio.insecure_channel(f"127.0.0.1:{port}", options) as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        try:
            yield Provider(stub, heard, address, clock, redactor, sessions)
        finally:
            await servicer.close()
            await server.stop(None)
            await engine.close()


async def refusal(call: Awaitable[object]) -> tuple[grpc.StatusCode, str]:
    """Return code and message of a call that is refused."""
    try:
        answer = await call
    except grpc.aio.AioRpcError as error:
        return error.code(), error.details() or ""
    raise AssertionError(f"it was not refused: {answer}")
