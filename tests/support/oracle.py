"""How a fault must end for whoever meets it, by the rules of the product: what every trial is held against.

Written by hand from what the product promises, and not from what it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from support.trials import READ, WAIT, Seen, Trial

HARMLESS: Final = {"none", "clockSkew"}
"""The answer is true, or is had by signing again within the same poll."""

REFUSED: Final[Mapping[str, str]] = {
    "expiredToken": "UNAUTHENTICATED: the security token has expired: InvalidSecurityToken.Expired",
    "signatureMismatch": "PERMISSION_DENIED: the signature was refused: SignatureDoesNotMatch",
    "denied": "PERMISSION_DENIED: not allowed to read workflow task {id}: NoPermission",
    "forbidden": "PERMISSION_DENIED: not allowed to read workflow task {id}: Forbidden.RAM",
    "unknownKey": "PERMISSION_DENIED: the access key is not known or not active: InvalidAccessKeyId.NotFound",
    "redirect": "FAILED_PRECONDITION: the endpoint redirects (HTTP 302); refused, because credentials would go with it",
    "redirect307": "FAILED_PRECONDITION: the endpoint redirects (HTTP 307); refused, because credentials would go",
    "unknownCode": "FAILED_PRECONDITION: cannot read workflow task {id}: UnheardOf: This refusal repeats the request:",
}
"""What asking again does not change ends every wait at once."""

THROTTLED: Final[Mapping[str, str]] = {
    "throttle": "slowed down by the service (Throttling.User)",
    "throttle429": "slowed down by the service (Throttling.User)",
    "tooManyRequests": "slowed down by the service (HTTP 429)",
}
_NO_JSON: Final = "the answer is empty or no valid JSON"
PASSING: Final[Mapping[str, str]] = {
    **THROTTLED,
    **dict.fromkeys(("cutJson", "emptyBody", "nan", "duplicateKeys", "invalidUtf8"), _NO_JSON),
    **dict.fromkeys(("byteOrderMark", "deepNesting", "cutGzip"), _NO_JSON),
    **dict.fromkeys(("null", "list", "text"), "the answer is no JSON object"),
    "html": "the endpoint answers HTML, not the ICE API: check ice:endpoint, and proxies on the way",
    "shortBody": "was cut off",
    "emptyObject": "no task data came back, and no request ID",
    "textTask": "WorkflowTask in the answer is no object",
    "wrongTypes": "WorkflowTask.TaskId in the answer is no text",
    "wrongTaskId": "the answer is about another task",
    "noStatus": "the answer names no status",
    "refusalIn200": "the answer says success and carries an error code",
    "oversized": "the answer is larger than any task can be",
    "garbage": "is not HTTP",
    "longHeader": "is not HTTP",
    "internalError": "the service has a fault (InternalError)",
    "badGateway": "the service has a fault (HTTP 502)",
    **dict.fromkeys(("unavailable", "unavailableNull", "unavailableList"), "the service has a fault (HTTP 503)"),
    "status600": "the service has a fault (HTTP 600)",
    "nonceUsed": "the service refused one request by chance (SignatureNonceUsed)",
    "reset": "was lost",
    "close": "was lost",
    "resetInBody": "was cut off",
    "hang": "in time",
    "slow": "in time",
}
"""What is asked again, and how it is called where it lasts."""

UNKNOWN_STATUS: Final = 'FAILED_PRECONDITION: workflow task {id} has the unknown status "Paused": add it to'
NOT_KNOWN: Final = "workflow task {id} is not known in cn-shanghai"
TOO_LATE: Final = "DEADLINE_EXCEEDED: workflow task {id} was still Processing when the"
GROUP_TOO_LATE: Final = "DEADLINE_EXCEEDED: 0 of 1 workflow task had succeeded when the"


def expected(trial: Trial) -> str:
    """Return how a trial must end: the status that comes back, or a code and the beginning of the first line."""
    reads, lasts = trial.asker == "data source", trial.poll == "for good"
    if trial.kind in REFUSED:
        return REFUSED[trial.kind]
    if trial.kind == "unknownStatus":
        return "Paused" if reads else UNKNOWN_STATUS
    if trial.kind == "taskNotFound" and (reads or lasts):  # a gate bears it for half a minute
        return f"{'FAILED_PRECONDITION' if trial.asker == 'group' else 'NOT_FOUND'}: {NOT_KNOWN}"
    if trial.kind in HARMLESS or not lasts:
        return "Succeed"
    if reads:
        code = "RESOURCE_EXHAUSTED" if trial.kind in THROTTLED else "UNAVAILABLE"
        return f"{code}: could not read workflow task {{id}} within {READ:.0f}s: "
    return GROUP_TOO_LATE if trial.asker == "group" else TOO_LATE


def trouble(trial: Trial) -> str:
    """Return what must be told beside a limit that has ended; empty for nothing."""
    was_silent = trial.kind == "hang" and trial.asker != "data source"  # the one call that hangs has not ended
    return PASSING.get(trial.kind, "") if trial.poll == "for good" and not was_silent else ""


def wrongs(trial: Trial, seen: Seen) -> Iterator[str]:
    """Yield a sentence for everything that is not as it must be."""
    yield from _ended_wrongly(trial, seen)
    if seen.opened_wrongly:
        yield "success came back that the service had not told"
    if seen.asked_for > (READ if trial.asker == "data source" else WAIT):
        yield f"the task is asked about for {seen.asked_for:.0f}s"
    if seen.secrets:
        yield f"secrets come to light: {sorted(seen.secrets)}"
    if seen.is_damaged:
        yield "the engine's state is damaged"
    if not seen.answers:
        yield "the provider answers no more"
    if seen.complaints:
        yield f"something complains: {seen.complaints}"


def _ended_wrongly(trial: Trial, seen: Seen) -> Iterator[str]:
    must = expected(trial).format(id=seen.task_id)
    if not seen.end and ": " in must:  # the engine prints no codes
        must = must.partition(": ")[2]
    ending = ": ".join(part for part in (seen.end, seen.headline) if part)
    if not (ending.startswith(must) if seen.says else ending == must):
        yield f"it ends with {ending!r}, not with {must!r}"
    if trouble(trial) not in seen.says:
        yield f"it does not tell the trouble: {seen.says!r}"
    if trial.kind in {*REFUSED, "unknownStatus"} and len(seen.calls) != trial.place:
        yield f"it does not end at call {trial.place}, but at call {len(seen.calls)}"
