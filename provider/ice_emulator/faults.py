"""Faults: a table from a word to what the emulator does instead of answering truly.

A new kind is one function and one line in `KINDS`. A kind that forges an answer lets it claim that the task has
succeeded, so that a client that believes a broken answer is found out; a forged list holds one such task and is the
last page. No forged answer counts as a read of the task: its timeline goes on with the next true answer.

Must not know: aiohttp, scenarios, how a task moves.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from types import MappingProxyType

from ice_emulator import answers
from ice_emulator.actions import LIST
from ice_emulator.answers import HTML, Answer, Delivery, Envelope
from ice_emulator.listing import DEFAULT_SIZE

CLOCK_SKEW = timedelta(minutes=20)
"""How far ahead the service's clock is in a `clockSkew` fault; requests may be 15 minutes off."""

OVERSIZED = 16 * 1024 * 1024  # bytes; a real answer has kilobytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, and with which requests.

    Attributes:
        task_id: The task whose requests are meant; None for the requests of the action about any task, or none.
        calls: Which of those requests, counting from 1; None for all of them.
    """

    kind: str
    action: str
    task_id: str | None = None
    calls: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a kind may look at.

    Attributes:
        task_id: The task that was asked for; of a list, some task.
        other_task_id: The ID of a task that was not asked for; of a list, one that there is not.
        sent_at: The timestamp of the request.
        clock: The time it is for the emulator.
        truth: Gives the true answer; asking for it counts as a read of the task.
    """

    envelope: Envelope
    action: str
    task_id: str
    other_task_id: str
    variants: Mapping[str, str]
    sent_at: datetime
    clock: datetime
    truth: Callable[[], Answer]

    def error(self, status: int, code: str, message: str, **headers: str) -> Answer:
        """Build an error; an underscore in the name of a header stands for a dash."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return answers.error(self.envelope, status, code, message, headers=named)

    def forged(self, page: Mapping[str, object] | None = None, **changes: object) -> bytes:
        """Build an answer that claims success, with fields of the task changed, and of the page if it is a list."""
        task = {"TaskId": self.task_id, "Status": "Succeed", **changes}
        body: dict[str, object] = {"RequestId": self.envelope.request_id}
        if self.action == LIST:
            body |= {"MaxResults": DEFAULT_SIZE, **(page or {}), "TaskList": [task]}
        else:
            body |= {"WorkflowTask": task}
        return answers.encode(body)


Kind = Callable[[Occasion], Answer | None]
"""What a kind does: an answer, or None to let the true one through."""


def _throttle(occasion: Occasion) -> Answer:
    message = "Request was denied due to user flow control."
    return occasion.error(400, "Throttling.User", message)


def _throttle_429(occasion: Occasion) -> Answer:
    message = "Request was denied due to user flow control."
    return occasion.error(429, "Throttling.User", message, x_acs_retry_after="2000")  # milliseconds


def _denied(occasion: Occasion) -> Answer:
    return answers.denied(occasion.envelope, occasion.action)


def _forbidden(occasion: Occasion) -> Answer:
    return occasion.error(403, "Forbidden.RAM", "User not authorized to operate on the specified resource.")


def _internal_error(occasion: Occasion) -> Answer:
    return occasion.error(500, "InternalError", "The request processing has failed due to some unknown error.")


def _expired_token(occasion: Occasion) -> Answer:
    message = "Specified SecurityToken is expired."
    return occasion.error(int(occasion.variants["expiredToken"]), "InvalidSecurityToken.Expired", message)


def _signature_mismatch(occasion: Occasion) -> Answer:
    return occasion.error(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")


def _clock_skew(occasion: Occasion) -> Answer | None:
    ahead = occasion.clock + CLOCK_SKEW
    if abs(ahead - occasion.sent_at) < abs(occasion.clock - occasion.sent_at):
        return None  # the client has learnt the difference from the Date of the refusal
    message = "Specified time stamp or date value is expired."
    date = format_datetime(ahead, usegmt=True)
    return occasion.error(400, "InvalidTimeStamp.Expired", message, Date=date)


def _unavailable(_: Occasion) -> Answer:
    return Answer(status=503, content_type="text/plain")


def _html(_: Occasion) -> Answer:
    body = b"<!doctype html><title>Sign in</title><h1>Sign in to use this network</h1>"
    return Answer(body=body, content_type=HTML)


def _bad_gateway(_: Occasion) -> Answer:
    body = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    return Answer(status=502, body=body, content_type=HTML)


def _redirect(_: Occasion) -> Answer:
    # Nothing listens there: a client that follows fails, and sends its credentials nowhere.
    return Answer(status=302, headers={"Location": "http://127.0.0.1:1/"}, content_type="text/plain")


def _cut_json(occasion: Occasion) -> Answer:
    return Answer(body=occasion.forged()[:-2])


def _duplicate_keys(occasion: Occasion) -> Answer:
    body = occasion.forged(Status="Processing")
    return Answer(body=body.replace(b'"Status":"Processing"', b'"Status":"Processing","Status":"Succeed"'))


def _nan(occasion: Occasion) -> Answer:
    return Answer(body=occasion.forged(Progress=float("nan")))


def _wrong_types(occasion: Occasion) -> Answer:
    page = {"MaxResults": "ten", "NextToken": 5}
    return Answer(body=occasion.forged(page, TaskId=[], Status=5, Workflow="none", ActivityResults={}))


def _wrong_task_id(occasion: Occasion) -> Answer:
    return Answer(body=occasion.forged(TaskId=occasion.other_task_id))


def _oversized(occasion: Occasion) -> Answer:
    return Answer(body=occasion.forged(UserData="x" * OVERSIZED), delivery=Delivery.CHUNKED)


def _slow(occasion: Occasion) -> Answer:
    return replace(occasion.truth(), delivery=Delivery.TRICKLE)


def _always(answer: Answer) -> Kind:
    return lambda _: answer


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        # refusals, in the shape of the service
        "throttle": _throttle,  # 400 Throttling.User
        "throttle429": _throttle_429,  # 429 with x-acs-retry-after
        "denied": _denied,  # 403 NoPermission with AccessDeniedDetail
        "forbidden": _forbidden,  # 403 Forbidden.RAM
        "internalError": _internal_error,  # 500 InternalError
        "expiredToken": _expired_token,  # InvalidSecurityToken.Expired, the status is a variant
        "signatureMismatch": _signature_mismatch,  # 400 SignatureDoesNotMatch
        "clockSkew": _clock_skew,  # 400 InvalidTimeStamp.Expired, Date 20 minutes ahead; corrected requests pass
        # answers of something between client and service
        "unavailable": _unavailable,  # 503, empty
        "html": _html,  # 200, a captive portal
        "badGateway": _bad_gateway,  # 502, HTML
        "redirect": _redirect,  # 302 to another host
        # broken answers
        "emptyObject": _always(Answer(body=b"{}")),
        "null": _always(Answer(body=b"null")),
        "list": _always(Answer(body=b"[1,2]")),
        "cutJson": _cut_json,  # the last two brackets are missing
        "duplicateKeys": _duplicate_keys,  # Processing, then Succeed
        "nan": _nan,  # a number that JSON does not have
        "wrongTypes": _wrong_types,
        "wrongTaskId": _wrong_task_id,  # about another task
        "oversized": _oversized,  # 16 MiB without a Content-Length
        # connections
        "hang": _always(Answer(status=0, delivery=Delivery.NEVER)),
        "slow": _slow,  # the true answer, one byte at a time
        "reset": _always(Answer(status=0, delivery=Delivery.RESET)),
    }
)


class Plan:
    """Which request meets which fault; counts the requests of each fault."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._counts: dict[tuple[str, str | None], int] = defaultdict(int)
        self._faults: dict[tuple[str, str | None], list[tuple[int, Fault]]] = defaultdict(list)
        self.skewed = False  # whether clients may have been told another time
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """Add a fault; its calls are counted from now on."""
        scope = (fault.action, fault.task_id)
        self._faults[scope].append((self._counts[scope], fault))
        self.skewed = self.skewed or fault.kind == "clockSkew"

    def clear(self) -> None:
        """Let everything go well from now on."""
        self._faults.clear()

    def next_kind(self, action: str, task_id: str | None) -> str | None:
        """Count a request and return what goes wrong with it; faults of the task go before those of any task."""
        found = None
        for scope in ((action, None),) if task_id is None else ((action, task_id), (action, None)):
            faults = self._faults.get(scope)
            if not faults:
                continue
            self._counts[scope] += 1
            for before, fault in faults:
                if found is None and (fault.calls is None or self._counts[scope] - before in fault.calls):
                    found = fault.kind
        return found
