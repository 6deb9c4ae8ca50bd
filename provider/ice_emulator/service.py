"""The service: from a request to an answer, and a record of each.

Every request takes the same way: size, host, signature, action and version, permission, limits, faults, truth.

Must not know: aiohttp, sockets, files.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from ice_emulator import answers
from ice_emulator.actions import GET, LIST, START, VERSION
from ice_emulator.answers import Answer, Envelope
from ice_emulator.faults import Plan
from ice_emulator.hosts import is_ours
from ice_emulator.kinds import CLOCK_SKEW, KINDS, Occasion
from ice_emulator.limits import Meter
from ice_emulator.listing import place_from, query_from, size_from, token_of
from ice_emulator.request import Refused, Request, parse
from ice_emulator.scenario import Scenario
from ice_emulator.signature import Proof, Verifier
from ice_emulator.starting import task_from
from ice_emulator.state import World
from ice_emulator.tasks import Verbatim, View

BODY_LIMIT = 1024 * 1024  # bytes
TARGET_LIMIT = 64 * 1024  # bytes of path and query
CALLS_KEPT = 200_000
NOTED = 128  # characters of what a stranger sends


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request and what became of it; never holds a key, a signature or a token.

    Attributes:
        action: Empty when the request was refused before it was read.
        task_id: None when the action is about no single task; its beginning when the signature was refused.
        signature: How it was signed; empty when the signature was refused.
        status: Status of the answer; 0 when there was none.
        code: Code of the error body; empty when the answer was no error of the service.
        fault: The kind of fault it met; empty when it met none.
        request_id: The emulator's own; an answer that is given word for word may hold another.
        at: Seconds on the emulator's steady clock.
    """

    action: str = ""
    version: str = ""
    task_id: str | None = ""
    signature: str = ""
    status: int
    code: str
    fault: str = ""
    request_id: str
    at: float


@dataclass(slots=True)
class _Occurrence:
    """What becomes known of a request on its way."""

    action: str = ""
    version: str = ""
    task_id: str | None = ""
    signature: str = ""
    fault: str = ""


class Service:
    """The API behind the wire.

    Attributes:
        world: The tasks.
        plan: The faults.
        calls: What has been asked; of very many only the last ones are kept.
        on_call: Called after each record.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        now: Callable[[], float],
        real: Callable[[], float],
        wall_clock: Callable[[], datetime],
        host_id: str,
        on_call: Callable[[], None],
        meter: Meter,
        seed: int | None,
    ) -> None:
        """Begin to play `scenario`.

        Timelines run on `now`, limits count by `real`; both are seconds on a steady clock. What is left to chance
        comes out the same with the same `seed`.
        """
        chance = random.Random(seed)  # noqa: S311  # no secret is made of it
        self.world = World(scenario.tasks, now=now(), today=wall_clock(), told=answers.told_by)
        self.plan = Plan(scenario.faults, chance.random)
        self.calls: list[Call] = []
        self.on_call = on_call
        self._actions: Mapping[str, Callable[[Envelope, Mapping[str, str]], Answer]] = {
            GET: self._get_workflow_task,
            LIST: self._list_workflow_tasks,
            START: self._start_workflow,
        }
        self._workflows = scenario.workflows
        self._chance = chance
        self._meter = meter
        self._began = now()
        self._variants = scenario.variants
        self._verifier = Verifier(scenario.keys)
        self._now = now
        self._real = real
        self._wall_clock = wall_clock
        self._host_id = host_id
        self._run = "{:08X}-{:04X}-4{:03X}-{:04X}-".format(*(chance.getrandbits(bits) for bits in (32, 16, 12, 16)))
        self._envelopes = 0
        self._rendered: dict[str, tuple[View, bytes]] = {}
        self._listed: dict[str, tuple[View | Verbatim, bytes]] = {}

    def envelope(self) -> Envelope:
        """Return an envelope with a request ID of its own."""
        self._envelopes += 1
        return Envelope(f"{self._run}{self._envelopes:012X}", self._host_id)

    def answer(
        self, method: str, target: str, raw_headers: Iterable[tuple[bytes, bytes]], body: bytes | None
    ) -> Answer:
        """Answer a request.

        Args:
            method: As it stood in the request line.
            target: As it stood in the request line, still encoded.
            raw_headers: Names and values as they came.
            body: None when it was longer than BODY_LIMIT.
        """
        envelope = self.envelope()
        occurrence = _Occurrence()
        try:
            answer = self._judge(envelope, occurrence, _read(method, target, raw_headers, body))
        except Refused as refusal:
            answer = _refused(envelope, refusal)
        self._record(envelope, occurrence, answer)
        return answer

    def _judge(self, envelope: Envelope, occurrence: _Occurrence, request: Request) -> Answer:
        parameters = request.parameters
        action = request.header("x-acs-action") or parameters.get("Action", "")
        version = request.header("x-acs-version") or parameters.get("Version", "")
        task_id = None if action in {LIST, START} else parameters.get("TaskId", "")
        occurrence.action, occurrence.version = _noted(action), _noted(version)
        occurrence.task_id = None if task_id is None else _noted(task_id)
        if not is_ours(request.header("host"), self._host_id):
            message = "This emulator answers only to loopback names: use 127.0.0.1, ::1 or localhost."
            raise Refused(403, "InvalidHost", message)
        if request.method not in {"GET", "POST"}:
            raise Refused(400, "UnsupportedHTTPMethod", "This http method is not supported: use GET or POST.")
        proof = self._verify(request)
        occurrence.signature, occurrence.task_id = proof.version, task_id
        act = self._actions.get(action) if version == VERSION and request.path == "/" else None
        if act is None:
            played = ", ".join(self._actions)
            message = f"Specified api is not found: this emulator plays {played} of {VERSION}, at the path /."
            raise Refused(404, "InvalidApi.NotFound", message)
        if self._now() - self._began >= proof.key.expires_after:
            return answers.token_expired(envelope, self._variants)
        if not proof.key.may(action):
            return answers.denied(envelope, action)
        if not self._meter.admits(action, self._real()):
            return answers.throttled(envelope)
        truth = partial(act, envelope, parameters)
        kind = self.plan.next_kind(action, task_id)
        if kind is not None:
            answer = KINDS[kind].act(self._occasion(envelope, occurrence, request, proof, truth))
            if answer is not None:
                occurrence.fault = kind
                return answer
        return truth()

    def _verify(self, request: Request) -> Proof:
        clock = self._wall_clock()
        return self._verifier.verify(request, (clock, clock + CLOCK_SKEW) if self.plan.skewed else (clock,))

    def _occasion(
        self,
        envelope: Envelope,
        occurrence: _Occurrence,
        request: Request,
        proof: Proof,
        truth: Callable[[], Answer],
    ) -> Occasion:
        asked = occurrence.task_id
        task_id = self.world.some() if asked is None else asked
        return Occasion(
            envelope=envelope,
            action=occurrence.action,
            task_id=task_id,
            other_task_id=f"{task_id}-other" if asked is None else self.world.other_than(task_id),
            variants=self._variants,
            sent=request.headers,
            sent_at=proof.sent_at,
            clock=self._wall_clock(),
            truth=truth,
        )

    def _get_workflow_task(self, envelope: Envelope, parameters: Mapping[str, str]) -> Answer:
        task_id = parameters.get("TaskId")
        if not task_id:  # the page marks it as not required; what the service says without it is not known
            return answers.error(envelope, 400, "MissingTaskId", "TaskId is mandatory for this action.")
        view = self.world.read(task_id, self._now())
        if view is None:
            return answers.task_not_known(envelope, task_id, self._variants)
        if isinstance(view, Verbatim):
            return Answer(status=view.status, body=view.body.encode())
        rendered = self._rendered.get(task_id)
        if rendered is None or rendered[0] is not view:
            rendered = self._rendered[task_id] = (view, answers.workflow_task(view, self._variants))
        return answers.task(envelope, rendered[1])

    def _list_workflow_tasks(self, envelope: Envelope, parameters: Mapping[str, str]) -> Answer:
        try:
            query, size = query_from(parameters), size_from(parameters)
            place = place_from(parameters, query)
        except Refused as refusal:  # it is a true answer: it can also come slowly
            return _refused(envelope, refusal)
        page = self.world.page(query, place, size, now=self._now())
        next_token = None if page.end is None else token_of(page.end, query)
        items = [self._render_listed(task_id, told) for task_id, told in page.tasks]
        return answers.task_list(envelope, size, next_token, items)

    def _start_workflow(self, envelope: Envelope, parameters: Mapping[str, str]) -> Answer:
        try:
            task = task_from(parameters, self._workflows, f"{self._chance.getrandbits(80):020x}")
        except Refused as refusal:  # it is a true answer: it can also come slowly
            return _refused(envelope, refusal)
        self.world.put(task, self._now())
        return answers.task_started(envelope, task.task_id)

    def _render_listed(self, task_id: str, told: View | Verbatim) -> bytes:
        rendered = self._listed.get(task_id)
        if rendered is None or rendered[0] is not told:
            rendered = self._listed[task_id] = (told, answers.listed_task(told, self._variants))
        return rendered[1]

    def _record(self, envelope: Envelope, occurrence: _Occurrence, answer: Answer) -> None:
        if len(self.calls) >= CALLS_KEPT:
            del self.calls[: CALLS_KEPT // 2]
        self.calls.append(
            Call(
                action=occurrence.action,
                version=occurrence.version,
                task_id=occurrence.task_id,
                signature=occurrence.signature,
                status=answer.status,
                code=answer.code,
                fault=occurrence.fault,
                request_id=envelope.request_id,
                at=self._now(),
            )
        )
        self.on_call()


def _noted(text: str) -> str:
    """Return as much of what a client sent as is kept for each of very many calls, in a form that can be told."""
    return text[:NOTED].encode("utf-8", "replace").decode()


def _refused(envelope: Envelope, refusal: Refused) -> Answer:
    return answers.error(envelope, refusal.status, refusal.code, str(refusal))


def _read(method: str, target: str, raw_headers: Iterable[tuple[bytes, bytes]], body: bytes | None) -> Request:
    if len(target) > TARGET_LIMIT:
        raise Refused(414, "UriTooLong", f"The query is longer than {TARGET_LIMIT} bytes.")
    if body is None:
        raise Refused(413, "EntityTooLarge", f"The body is longer than {BODY_LIMIT} bytes.")
    return parse(method, target, raw_headers, body)
