"""Kinds of faults: a table from a word to what the emulator does instead of answering truly.

A new kind is one function and one line in `KINDS`. A kind that forges an answer lets it claim that the task has
succeeded, so that a client that believes a broken answer is found out; a forged list holds one such task and is the
last page; a forged start has started nothing. No forged answer counts as a read of the task: its timeline goes on
with the next true answer.

The first ones are the 38 modes of a catalogue, by whose numbers a table of outcomes can name them; one mode, 13, has two
kinds. The others stand below.

Must not know: aiohttp, scenarios, how a task moves.
"""

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from types import MappingProxyType

from ice_emulator import answers
from ice_emulator.actions import LIST, START
from ice_emulator.answers import HTML, JSON, Answer, Delivery, Envelope
from ice_emulator.listing import DEFAULT_SIZE

CLOCK_SKEW = timedelta(minutes=20)
"""How far ahead the service's clock is in a `clockSkew` fault; requests may be 15 minutes off."""

OVERSIZED = 16 * 1024 * 1024  # bytes; a real answer has kilobytes
DEEP = 100_000  # levels; real results have a handful
LONG = 200_000  # bytes of a header


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a kind may look at.

    Attributes:
        task_id: The task that was asked for; of a list or a start, some task.
        other_task_id: The ID of a task that was not asked for; of a list or a start, one that there is not.
        sent: The headers of the request.
        sent_at: The timestamp of the request.
        clock: The time it is for the emulator.
        truth: Gives the true answer; asking for it counts as a read of the task.
    """

    envelope: Envelope
    action: str
    task_id: str
    other_task_id: str
    variants: Mapping[str, str]
    sent: Mapping[str, Sequence[str]]
    sent_at: datetime
    clock: datetime
    truth: Callable[[], Answer]

    def error(self, status: int, code: str, message: str, **headers: str) -> Answer:
        """Build an error; an underscore in the name of a header stands for a dash."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return answers.error(self.envelope, status, code, message, headers=named)

    def told(self, task: object, page: Mapping[str, object] | None = None, **more: object) -> bytes:
        """Build an answer that tells of whatever stands in a task's place; `page` is beside it in a list."""
        body: dict[str, object] = {"RequestId": self.envelope.request_id, **more}
        if self.action == LIST:
            body |= {"MaxResults": DEFAULT_SIZE, **(page or {}), "TaskList": [task]}
        elif self.action == START:
            body |= {"TaskId": task.get("TaskId") if isinstance(task, dict) else task}
        else:
            body |= {"WorkflowTask": task}
        return answers.encode(body)

    def forged(self, page: Mapping[str, object] | None = None, **changes: object) -> bytes:
        """Build an answer that claims success, with fields of the task changed, and of the page if it is a list."""
        return self.told({"TaskId": self.task_id, "Status": "Succeed", **changes}, page)

    def spoilt(self, member: bytes) -> bytes:
        """Build an answer that claims success, with a member of the task before its status that no encoder writes."""
        return self.forged().replace(b'"Status"', member + b',"Status"')

    def echo(self) -> str:
        """Return the request's own headers in a line, as services repeat them that explain a refused signature."""
        names = sorted(name for name in self.sent if name.startswith("x-acs-"))
        lines = [f"{name}:{','.join(self.sent[name])}" for name in names]
        return " ".join(lines).encode(errors="replace").decode()


Act = Callable[[Occasion], Answer | None]
"""What a kind does: an answer, or None to let the true one through."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A way for things to go wrong.

    Attributes:
        wire: What happens on the wire, in a line.
        act: Does it.
        mode: Its number in the catalogue; None beyond that.
    """

    wire: str
    act: Act
    mode: int | None = None


def _throttle(occasion: Occasion) -> Answer:
    return answers.throttled(occasion.envelope)


def _throttle_429(occasion: Occasion) -> Answer:
    message = "Request was denied due to user flow control."
    return occasion.error(429, "Throttling.User", message, x_acs_retry_after="2000")  # milliseconds


def _too_many_requests(_: Occasion) -> Answer:
    return Answer(status=429, headers={"Retry-After": "2"}, content_type="text/plain")


def _denied(occasion: Occasion) -> Answer:
    return answers.denied(occasion.envelope, occasion.action)


def _forbidden(occasion: Occasion) -> Answer:
    return occasion.error(403, "Forbidden.RAM", "User not authorized to operate on the specified resource.")


def _unknown_key(occasion: Occasion) -> Answer:
    return occasion.error(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")


def _unknown_code(occasion: Occasion) -> Answer:
    return occasion.error(400, "UnheardOf", f"This refusal repeats the request: {occasion.echo()}")


def _nonce_used(occasion: Occasion) -> Answer:
    return occasion.error(400, "SignatureNonceUsed", "Specified signature nonce was used already.")


def _internal_error(occasion: Occasion) -> Answer:
    return occasion.error(500, "InternalError", "The request processing has failed due to some unknown error.")


def _expired_token(occasion: Occasion) -> Answer:
    return answers.token_expired(occasion.envelope, occasion.variants)


def _signature_mismatch(occasion: Occasion) -> Answer:
    message = f"Specified signature is not matched with our calculation. server string to sign is: {occasion.echo()}"
    return occasion.error(400, "SignatureDoesNotMatch", message)


def _task_not_found(occasion: Occasion) -> Answer:
    return occasion.error(404, "ResourceNotFound", "The workflow task does not exist.")


def _clock_skew(occasion: Occasion) -> Answer | None:
    ahead = occasion.clock + CLOCK_SKEW
    if abs(ahead - occasion.sent_at) < abs(occasion.clock - occasion.sent_at):
        return None  # the client has learnt the difference from the Date of the refusal
    message = "Specified time stamp or date value is expired."
    date = format_datetime(ahead, usegmt=True)
    return occasion.error(400, "InvalidTimeStamp.Expired", message, Date=date)


def _bad_gateway(_: Occasion) -> Answer:
    body = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    return Answer(status=502, body=body, content_type=HTML)


def _html(_: Occasion) -> Answer:
    body = b"<!doctype html><title>Sign in</title><h1>Sign in to use this network</h1>"
    return Answer(body=body, content_type=HTML)


def _redirect(status: int) -> Act:
    # Nothing listens there: a client that follows fails, and sends its credentials nowhere.
    return _always(Answer(status=status, headers={"Location": "http://127.0.0.1:1/"}, content_type="text/plain"))


def _cut_json(occasion: Occasion) -> Answer:
    return Answer(body=occasion.forged()[:-2])


def _text_task(occasion: Occasion) -> Answer:
    return Answer(body=occasion.told("oops"))


def _wrong_types(occasion: Occasion) -> Answer:
    page = {"MaxResults": "ten", "NextToken": 5}
    return Answer(body=occasion.forged(page, TaskId=[], Status=5, Workflow="none", ActivityResults={}))


def _unknown_status(occasion: Occasion) -> Answer:
    return Answer(body=occasion.forged(Status="Paused"))


def _no_status(occasion: Occasion) -> Answer:
    return Answer(body=occasion.told({"TaskId": occasion.task_id}))


def _wrong_task_id(occasion: Occasion) -> Answer:
    return Answer(body=occasion.forged(TaskId=occasion.other_task_id))


def _refusal_in_200(occasion: Occasion) -> Answer:
    task = {"TaskId": occasion.task_id, "Status": "Succeed"}
    return Answer(body=occasion.told(task, Code="Forbidden", Success=False))


def _byte_order_mark(occasion: Occasion) -> Answer:
    return Answer(body=b"\xef\xbb\xbf" + occasion.forged())


def _cut_gzip(occasion: Occasion) -> Answer:
    trailer = 8  # bytes: checksum and length
    body = gzip.compress(occasion.forged(), mtime=0)[:-trailer]
    return Answer(body=body, headers={"Content-Encoding": "gzip"})


def _oversized(occasion: Occasion) -> Answer:
    return Answer(body=occasion.forged(UserData="x" * OVERSIZED), delivery=Delivery.CHUNKED)


def _status_600(occasion: Occasion) -> Answer:
    return Answer(status=600, body=occasion.forged())


def _long_header(occasion: Occasion) -> Answer:
    return Answer(body=occasion.forged(), headers={"X-Long": "x" * LONG})


def _short_body(occasion: Occasion) -> Answer:
    return Answer(body=_begun(occasion), delivery=Delivery.RAW)


def _reset_in_body(occasion: Occasion) -> Answer:
    return Answer(body=_begun(occasion), delivery=Delivery.RESET)


def _slow(occasion: Occasion) -> Answer:
    return replace(occasion.truth(), delivery=Delivery.TRICKLE)


def _always(answer: Answer) -> Act:
    return lambda _: answer


def _spoilt(member: bytes) -> Act:
    return lambda occasion: Answer(body=occasion.spoilt(member))


def _begun(occasion: Occasion) -> bytes:
    """Return an answer as it goes onto the wire, less its last two bytes."""
    body = occasion.forged()
    return f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:-2]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "none": Kind("200, the true answer: shields a task from the faults of any task", lambda _: None, 1),
        "cutJson": Kind("200, JSON without its last two brackets, the Content-Length is right", _cut_json, 2),
        "shortBody": Kind("200, two bytes less than the Content-Length, then a close", _short_body, 3),
        "emptyBody": Kind("200, nothing", _always(Answer()), 4),
        "html": Kind("200, HTML: a captive portal", _html, 5),
        "null": Kind("200, `null`", _always(Answer(body=b"null")), 6),
        "list": Kind("200, `[1,2]`", _always(Answer(body=b"[1,2]")), 7),
        "text": Kind('200, `"hi"`', _always(Answer(body=b'"hi"')), 8),
        "emptyObject": Kind("200, `{}`", _always(Answer(body=b"{}")), 9),
        "textTask": Kind("200, a text in the place of the task", _text_task, 10),
        "wrongTypes": Kind("200, a number as the status, a list as the task ID", _wrong_types, 11),
        "unknownStatus": Kind("200, the status `Paused`", _unknown_status, 12),
        "nan": Kind("200, a number that JSON does not have", _spoilt(b'"Progress":NaN'), 13),
        "duplicateKeys": Kind("200, two statuses: Processing, then Succeed", _spoilt(b'"Status":"Processing"'), 13),
        "invalidUtf8": Kind("200, a byte that is no UTF-8", _spoilt(b'"UserData":"\xff"'), 14),
        "byteOrderMark": Kind("200, a byte-order mark before the JSON", _byte_order_mark, 15),
        "deepNesting": Kind("200, brackets 100,000 deep", _spoilt(b'"Deep":' + b"[" * DEEP + b"]" * DEEP), 16),
        "cutGzip": Kind("200, gzip that nobody asked for, without its trailer", _cut_gzip, 17),
        "throttle": Kind("400 Throttling.User", _throttle, 18),
        "throttle429": Kind("429 Throttling.User, to come back after 2,000 ms (x-acs-retry-after)", _throttle_429, 19),
        "tooManyRequests": Kind("429 of a gateway, empty, Retry-After: 2", _too_many_requests, 20),
        "expiredToken": Kind("400 or 403 InvalidSecurityToken.Expired, by the variant", _expired_token, 21),
        "signatureMismatch": Kind(
            "400 SignatureDoesNotMatch, with the request's headers in its message", _signature_mismatch, 22
        ),
        "taskNotFound": Kind("404 ResourceNotFound", _task_not_found, 23),
        "internalError": Kind("500 InternalError", _internal_error, 24),
        "badGateway": Kind("502, HTML", _bad_gateway, 25),
        "unavailable": Kind("503, nothing", _always(Answer(status=503, content_type="text/plain")), 26),
        "unavailableNull": Kind("503, `null`", _always(Answer(status=503, body=b"null")), 27),
        "unavailableList": Kind("503, `[]`", _always(Answer(status=503, body=b"[]")), 28),
        "redirect": Kind("302 to another host", _redirect(302), 29),
        "redirect307": Kind("307 to another host", _redirect(307), 30),
        "status600": Kind("600, a task that has succeeded", _status_600, 31),
        "reset": Kind("a reset before the answer", _always(Answer(status=0, delivery=Delivery.RESET)), 32),
        "close": Kind("a close before the answer", _always(Answer(status=0, delivery=Delivery.RAW)), 33),
        "resetInBody": Kind("200, a reset two bytes before the end", _reset_in_body, 34),
        "garbage": Kind(
            "no HTTP", _always(Answer(status=0, body=b"\x16\x03 garbage\r\n\r\n", delivery=Delivery.RAW)), 35
        ),
        "longHeader": Kind("200, a header of 200,000 bytes", _long_header, 36),
        "hang": Kind("nothing, and the connection stays", _always(Answer(status=0, delivery=Delivery.NEVER)), 37),
        "slow": Kind("the true answer, one byte at a time", _slow, 38),
        # beyond the catalogue
        "wrongTaskId": Kind("200, another task that has succeeded", _wrong_task_id),
        "noStatus": Kind("200, a task without a status", _no_status),
        "refusalIn200": Kind("200, an error code beside a task that has succeeded", _refusal_in_200),
        "oversized": Kind("200, 16 MiB without a Content-Length", _oversized),
        "denied": Kind("403 NoPermission with AccessDeniedDetail", _denied),
        "forbidden": Kind("403 Forbidden.RAM", _forbidden),
        "unknownKey": Kind("404 InvalidAccessKeyId.NotFound", _unknown_key),
        "unknownCode": Kind("400, a code nobody knows, and the request's headers in its message", _unknown_code),
        "nonceUsed": Kind("400 SignatureNonceUsed", _nonce_used),
        "clockSkew": Kind(
            "400 InvalidTimeStamp.Expired, the Date 20 minutes ahead; corrected requests pass", _clock_skew
        ),
    }
)
