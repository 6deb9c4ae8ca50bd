"""One kind of fault at one poll of one who asks: a real client behind a real servicer, real sockets, no waiting.

Between polls the clock jumps; while a call is under way it stands still, except where a call is to hang until whoever
waits gives up.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import grpc
from google.protobuf.empty_pb2 import Empty

from ice_emulator import KINDS, Call, Emulator, Scenario
from ice_provider import alibaba
from ice_provider.rpc import values
from ice_provider.rpc._proto import provider_pb2 as pb
from support.rpc import PatientCloud, Provider, provider, struct
from support.secrets import KEY_ID, SECRET, TOKEN, seen_in

POLLS: Final = ("first", "middle", "last", "for good")
ASKERS: Final = ("data source", "gate", "group")
WAIT: Final = 40.0  # seconds of a gate
READ: Final = 30.0  # seconds of a data source
_PLACES: Final[Mapping[str, Sequence[int]]] = {"first": (1,), "middle": (2,), "last": (3,), "for good": range(3, 1000)}
_REAL: Final = 20.0  # seconds that no trial may take on any clock
_DROP: Final = 0.01  # seconds between two bytes of a slow answer
_ATTEMPT: Final = 0.15  # seconds for a slow answer
_SILENCE: Final = "100"  # milliseconds for one that does not come
_MAYBE_CORRUPT: Final = {"UNKNOWN", "INTERNAL", "DATA_LOSS"}
"""Codes after which the engine takes its state for maybe corrupt."""


@dataclass(frozen=True)
class Trial:
    """Which kind of fault meets which poll of whom.

    The polls around it: a gate's find the task running, and the fourth one that it has succeeded. A data source, which
    asks again after trouble alone, meets an empty 503 instead; its fourth poll finds that the task has succeeded.
    """

    kind: str
    poll: str
    asker: str

    @property
    def place(self) -> int:
        """Which of the requests meets it first."""
        return _PLACES[self.poll][0]

    def __str__(self) -> str:
        return f"{self.kind}, {self.poll}, {self.asker}"


@dataclass
class Seen:
    """What came of a trial.

    Attributes:
        task_id: The task that was asked about.
        end: The status that came back, or the name of a gRPC code.
        says: The message of a refusal; empty otherwise.
        calls: What was asked about the task.
        asked_for: Seconds from the first to the last call about the task, by the provider's clock.
        answers: Whether the provider reads another task afterwards.
        complaints: Warnings and worse in the log, and whatever stands on standard error.
        secrets: Pieces of the canaries in anything that was said.
        opened_wrongly: Whether success was told that the service had not told.
        is_damaged: Whether an engine would have recorded half a gate, or doubted its state.
    """

    task_id: str = "t-1"
    end: str = ""
    says: str = ""
    calls: Sequence[Call] = ()
    asked_for: float = 0.0
    answers: bool = False
    complaints: str = ""
    secrets: set[str] = field(default_factory=set)
    opened_wrongly: bool = False
    is_damaged: bool = False

    @property
    def headline(self) -> str:
        """The first line of the message."""
        return self.says.partition("\n")[0]


TRIALS: Final = tuple(Trial(kind, poll, asker) for kind in KINDS for poll in POLLS for asker in ASKERS)
_seen: dict[Trial, Seen] = {}


async def outcome(trial: Trial) -> Seen:
    """Return what comes of a trial, which is made once in a process."""
    if trial not in _seen:
        _seen[trial] = await _make(trial)
    return _seen[trial]


async def _make(trial: Trial) -> Seen:
    seen, said = Seen(), list[str]()
    with _overheard(seen, said):
        async with asyncio.timeout(_REAL), _world(trial) as world:
            running, emulator = world.provider, world.emulator
            began = running.clock.now()
            try:
                outputs = await _ask(running, trial.asker, "t-1")
            except grpc.aio.AioRpcError as error:
                outputs = {}
                seen.end, seen.says = error.code().name, error.details() or ""
                told = {str(name) for name, _ in error.trailing_metadata() or ()}
                seen.is_damaged = seen.end in _MAYBE_CORRUPT or "grpc-status-details-bin" in told
                said += [repr(error), seen.says, repr(error.trailing_metadata()), repr(error.initial_metadata())]
            else:
                seen.end = outputs.get("status") or outputs["statuses"]["t-1"]
            seen.asked_for = world.clouds[0].asked_at - began
            seen.calls = tuple(call for call in emulator.calls if call.task_id == "t-1")
            seen.opened_wrongly = seen.end == "Succeed" and not was_told(trial, seen.calls, outputs)
            seen.answers = (await _ask(running, "data source", "t-2"))["status"] == "Processing"
            await running.stub.GetPluginInfo(Empty())
            said += [repr(outputs), *(line for *_, line in running.engine.heard)]
    text = "\n".join(said)
    seen.secrets = seen_in(text) | ({KEY_ID} if KEY_ID in text else set())
    return seen


def was_told(trial: Trial, calls: Sequence[Call], outputs: Mapping[str, Any]) -> bool:
    """Whether the last thing that the service told was, truly, that the task has succeeded."""
    last = calls[-1]
    is_due = trial.asker == "data source" or len(calls) >= 3
    return last.fault == "" and is_due and outputs.get("requestId", last.request_id) == last.request_id


async def _ask(running: Provider, asker: str, task_id: str) -> dict[str, Any]:
    if asker == "data source":
        request = pb.InvokeRequest(tok="ice:index:getWorkflowTask", args=struct({"taskId": task_id}))
        return values.read(getattr(await running.stub.Invoke(request), "return"))
    kind, which = {
        "gate": ("WorkflowTaskGate", {"taskId": task_id}),
        "group": ("WorkflowTaskGroupGate", {"taskIds": [task_id]}),
    }[asker]
    urn = f"urn:pulumi:dev::media::ice:index:{kind}::gate"
    request = pb.CreateRequest(urn=urn, properties=struct({**which, "waitTimeout": f"{WAIT:.0f}s"}))
    return values.read((await running.stub.Create(request)).properties)


def timeline_of(trial: Trial) -> list[dict[str, Any]]:
    """Return how the task moves, read by read."""
    statuses = ["Succeed"] if trial.asker == "data source" else ["Processing", "Processing", "Succeed"]
    return [{"calls": number, "status": status} for number, status in enumerate(statuses, 1)]


def faults_of(trial: Trial, task_id: str) -> list[dict[str, Any]]:
    """Return the fault in the words of a scenario, and what else a data source meets."""
    places = _PLACES[trial.poll]
    faults: list[dict[str, Any]] = [{"taskId": task_id, "kind": trial.kind, "calls": list(places)}]
    if trial.asker == "data source":
        around = [number for number in (1, 2, 3) if number not in places]
        faults.append({"taskId": task_id, "kind": "unavailable", "calls": around})
    return faults


def _scenario(trial: Trial) -> Scenario:
    return Scenario.from_mapping(
        {
            "keys": [{"accessKey": KEY_ID, "secretKey": SECRET, "securityToken": TOKEN}],
            "tasks": [
                {"taskId": "t-1", "timeline": timeline_of(trial)},
                {"taskId": "t-2", "timeline": [{"calls": 1, "status": "Processing"}]},
            ],
            "faults": faults_of(trial, "t-1"),
        }
    )


@dataclass
class _World:
    """The service with the fault, and a provider that is configured with the canaries."""

    provider: Provider
    emulator: Emulator
    clouds: list[PatientCloud]


@contextlib.asynccontextmanager
async def _world(trial: Trial) -> AsyncIterator[_World]:
    clouds: list[PatientCloud] = []

    async def drip(_: float) -> None:
        await asyncio.sleep(_DROP)

    async def connect(config: Any, environment: Mapping[str, str]) -> Any:
        with running.clock.standing():
            client: Any = await alibaba.connect(config, environment, running.redactor)
        if trial.kind == "slow":  # nobody can configure what a whole call may take
            client._place = dataclasses.replace(client._place, attempt=_ATTEMPT)
        hangs_on = trial.kind == "hang" and trial.poll == "for good" and trial.asker != "data source"
        clouds.append(PatientCloud(client, running.clock, trial.place if hangs_on else None))
        return clouds[-1]

    config = {"protocol": "HTTP", "accessKey": KEY_ID, "secretKey": SECRET, "securityToken": TOKEN}
    if trial.kind == "hang":
        config["clientReadTimeout"] = _SILENCE
    async with Emulator(_scenario(trial), pause=drip) as emulator, provider(connect) as running:
        await running.configure({**config, "endpoint": emulator.endpoint})
        yield _World(running, emulator, clouds)


@contextlib.contextmanager
def _overheard(seen: Seen, said: list[str]) -> Iterator[None]:
    """Take down every line of every log, and what is written on standard error."""

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            line = self.format(record)
            said.append(line)
            if record.levelno >= logging.WARNING:
                seen.complaints += f"{line}\n"

    root, ear, written = logging.getLogger(), Ear(), io.StringIO()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stderr(written):
            yield
    finally:
        root.removeHandler(ear)
        root.setLevel(level)
        said.append(written.getvalue())
        seen.complaints += written.getvalue()
