"""Recordings of what passed between engine and provider, and their replay against the provider of today.

A recording has a line of JSON for each call, as the engine's own log (`PULUMI_DEBUG_GRPC`) and Pulumi's provider tests
(`pulumi/providertest`, replay) have it: `method`, `request`, and `response` or `errors`. A response is a pattern: `"*"`
stands for anything, `{"*": …}` for every key that is not named, a backslash takes the meaning from either. Of errors the
code is compared, on which the engine acts; their text may be said better one day. Beside a recording lies the flow that
was recorded, whose scenario the service plays again.

Must not know how a recording is made.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
import yaml
from google.protobuf import json_format, message_factory

from ice_emulator import Emulator, Scenario
from ice_provider import alibaba
from ice_provider.rpc._proto import provider_pb2
from support.engine import ROOT
from support.rpc import PatientCloud, Provider, provider

RECORDED: Final = ROOT / "tests" / "data" / "replay"
SERVICE: Final = "127.0.0.1:80"
"""Stands in a recording for the address of the service."""
ENGINE: Final = "127.0.0.1:1"
"""Likewise for that of the engine."""
ANYTHING: Final = "*"
_ESCAPE: Final = "\\"
_PREFIX: Final = "/pulumirpc.ResourceProvider/"
_METHODS: Final = provider_pb2.DESCRIPTOR.services_by_name["ResourceProvider"].methods_by_name


@dataclass(frozen=True)
class Flow:
    """A program, what the service knows, and what a person does.

    Attributes:
        name: How the flow is called.
        text: The file, in YAML.
    """

    name: str
    text: str

    @property
    def content(self) -> dict[str, Any]:
        """`scenario`, `program` and `steps`."""
        content: dict[str, Any] = yaml.safe_load(self.text)
        return content


@dataclass(frozen=True)
class Recording:
    """What passed in a flow between an engine and a version of the provider."""

    flow: Flow
    lines: tuple[str, ...]


def flows(folder: Path = RECORDED) -> list[Flow]:
    """Return the flows in a folder: those that are recorded next, unless another is given."""
    return [Flow(path.stem, path.read_text()) for path in sorted(folder.glob("*.yaml"))]


def recording(flow: Path) -> Recording:
    """Return the recording that lies beside the flow of its time."""
    lines = flow.with_suffix(".jsonl").read_text().splitlines()
    return Recording(Flow(flow.stem, flow.read_text()), tuple(lines))


async def differences_in(recording: Recording) -> list[str]:
    """Replay a recording, and return what today's provider answers otherwise."""
    found: list[str] = []
    async with _world(recording.flow) as (running, emulator):
        for number, line in enumerate(recording.lines, 1):
            text = line.replace(SERVICE, emulator.endpoint).replace(ENGINE, running.engine_address)
            told = json.loads(text)
            where = f"line {number}, {told['method'].removeprefix(_PREFIX)}"
            answer = await _call(running, told["method"].removeprefix(_PREFIX), told.get("request") or {})
            found += differences(_codes(told), _codes(answer), f"{where}: errors")
            if "response" in told and "response" in answer:
                found += differences(told["response"], answer["response"], f"{where}: response")
    return found


def differences(pattern: Any, told: Any, where: str = "#") -> Iterator[str]:
    """Tell where a document is not as a pattern says."""
    match pattern:
        case "*":
            return
        case {"\\": literal} if len(pattern) == 1:
            yield from _unequal(literal, told, where)
        case dict() if isinstance(told, dict):
            others = pattern.get(ANYTHING, _Absent)
            named = {name.removeprefix(_ESCAPE): each for name, each in pattern.items() if name != ANYTHING}
            for name in sorted(named.keys() | told.keys()):
                expected, is_there = named.get(name, others), name in told
                if not is_there or expected is _Absent:
                    yield f"{where}.{name} is {'not there' if not is_there else f'new: {told[name]!r}'}"
                else:
                    yield from differences(expected, told[name], f"{where}.{name}")
        case list() if isinstance(told, list) and len(told) == len(pattern):
            for index, (expected, each) in enumerate(zip(pattern, told, strict=True)):
                yield from differences(expected, each, f"{where}[{index}]")
        case _:
            yield from _unequal(pattern, told, where)


def _codes(told: Mapping[str, Any]) -> list[str]:
    return [text.partition(" desc = ")[0] for text in told.get("errors", ())]


class _Absent:
    """No pattern at all."""


def _unequal(expected: Any, told: Any, where: str) -> Iterator[str]:
    if expected != told or isinstance(expected, bool) != isinstance(told, bool):
        yield f"{where} was {expected!r} and is {told!r}"


@asynccontextmanager
async def _world(flow: Flow) -> AsyncIterator[tuple[Provider, Emulator]]:
    """Run the provider with a real client and a clock that jumps, and the service as the flow has it."""

    async def connect(config: Any, environment: Mapping[str, str]) -> Any:
        with running.clock.standing():
            client: Any = await alibaba.connect(config, environment, running.redactor)
        return PatientCloud(client, running.clock)

    scenario = Scenario.from_mapping(flow.content["scenario"])
    async with Emulator(scenario) as emulator, provider(connect) as running:
        yield running, emulator


async def _call(running: Provider, name: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Call a method, and return what the engine's log would say of it."""
    method = _METHODS[name]
    asked = message_factory.GetMessageClass(method.input_type)()
    # What a newer engine has told this protocol's stubs do not know, and the provider never sees it.
    json_format.ParseDict(request, asked, ignore_unknown_fields=True)
    try:
        answer = await getattr(running.stub, name)(asked)
    except grpc.aio.AioRpcError as error:
        code = {"CANCELLED": "Canceled"}.get(error.code().name, error.code().name.title().replace("_", ""))
        return {"errors": [f"rpc error: code = {code} desc = {error.details()}"]}
    return {"response": json_format.MessageToDict(answer)}
