"""Answers that are not 200, as our errors. Classified by the API's code, because statuses differ between products.

Source: the project's tables of error codes and faults; that of ICE itself is not published, so an unknown code is a
lasting refusal that shows its code, and only what names the task counts as "not known".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ice_provider import messages
from ice_provider.alibaba.transport import Answer
from ice_provider.errors import BrokenAnswer, Denied, NotSignedIn, ProviderError, Rejected, Throttled, Unreachable
from ice_provider.excerpts import excerpt
from ice_provider.wording import wording

POLICY: Final = '{"Version":"1","Statement":[{"Effect":"Allow","Action":["ice:%s"],"Resource":"*"}]}'
CLOCK_REFUSED: Final = re.compile(r"InvalidTimeStamp\.Expired")
TOKEN_EXPIRED: Final = re.compile(r"InvalidSecurityToken\.Expired|SecurityTokenExpired")
KEY_EXPIRED: Final = re.compile(r"InvalidAccessKeyId|InvalidSecurityToken|SecurityTokenExpired")
_MILLISECONDS: Final = re.compile(r"[0-9]{1,9}")
_SERVER_FAULT: Final = 500
_TOO_MANY: Final = 429
_PASSING: Final = frozenset({408, 425})  # said by what lies on the way: too slow, too early


@dataclass(frozen=True, slots=True)
class Question:
    """One call of the API.

    Attributes:
        action: The name of the operation.
        query: Its parameters.
        deed: What the call is to do, as a part of a sentence: `read workflow task t-1`.
        task_id: The task that it is about, None for a list.
        remedy: What helps one who is not allowed to; the RAM policy for the action unless given.
    """

    action: str
    query: Mapping[str, str]
    deed: str
    task_id: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked.

    Attributes:
        region: Where; None when only an endpoint is known.
        caller: The key, masked, and where it comes from.
        renews: Whether the key can be renewed, and so has been when it is refused for good.
        skew: Seconds that the service's clock was found to be ahead of ours; 0 when nobody looked.
        was_answered: Whether the API has answered before: what is no answer of it then comes from the way, and passes.
    """

    region: str | None
    caller: str
    renews: bool
    skew: float
    was_answered: bool = False


class Refusal:
    """One refusal, with what is needed to tell a person of it."""

    def __init__(self, answer: Answer, body: Mapping[str, Any], question: Question, asker: Asker) -> None:
        """Keep the parts; what is no text counts as absent."""
        self.status, self.headers = answer.status, answer.headers
        self.question, self.asker = question, asker
        self.code, self.message, self.request_id = (_text(body, name) for name in ("Code", "Message", "RequestId"))
        detail = body.get("AccessDeniedDetail")
        self.detail: Mapping[str, Any] = detail if isinstance(detail, dict) else {}

    @property
    def said(self) -> str:
        """What the API said, in a line."""
        code = self.code or f"HTTP {self.status}"
        return f"{code}: {self.message}" if self.message else code

    @property
    def retry_after(self) -> float | None:
        """Seconds that the API asks to wait; its header counts milliseconds."""
        given = self.headers.get("x-acs-retry-after", "")
        return int(given) / 1000 if _MILLISECONDS.fullmatch(given) else None

    def as_error(self) -> ProviderError:
        """Return the error that this refusal means."""
        for pattern, meaning in BY_CODE:
            if self.code and pattern.match(self.code):
                return meaning(self)
        if self.status < 300:  # noqa: PLR2004  # 200 alone is an answer; this is something on the way
            advice = f"check {wording().setting('endpoint')} and proxies"
            return BrokenAnswer(f"HTTP {self.status} is no answer of the ICE API: {advice}")
        if self.status < 400:  # noqa: PLR2004
            return _redirect(self)
        if self.status == _TOO_MANY or self.retry_after:
            return _throttled(self)
        if self.status >= _SERVER_FAULT or self.status in _PASSING:
            return _down(self)
        return _refused(self) if self.code or self.question.remedy else _no_such_api(self)

    def hints(self, *more: tuple[str, str]) -> list[tuple[str, str]]:
        """Return the lines below a headline: what was said, who asked, the request, and what to do."""
        return [("said", self.said), ("who", self.asker.caller), *self.request, *more]

    @property
    def request(self) -> list[tuple[str, str]]:
        """The line with the ID of the request, for a support case."""
        return [("request", self.request_id)] if self.request_id else []


def _throttled(refusal: Refusal) -> ProviderError:
    headline = f"slowed down by the service ({refusal.code or f'HTTP {refusal.status}'})"
    return Throttled(headline, refusal.request, retry_after=refusal.retry_after)


def _down(refusal: Refusal) -> ProviderError:
    return Unreachable(f"the service has a fault ({refusal.code or f'HTTP {refusal.status}'})", refusal.request)


def _again(refusal: Refusal) -> ProviderError:
    return Unreachable(f"the service refused one request by chance ({refusal.code})", refusal.request)


def _not_known(refusal: Refusal) -> ProviderError:
    if refusal.question.task_id is None:
        return _refused(refusal)
    return messages.not_known(
        refusal.question.task_id,
        region=refusal.asker.region,
        caller=refusal.asker.caller,
        said=refusal.said,
        request_id=refusal.request_id,
    )


def _no_permission(refusal: Refusal) -> ProviderError:
    names = ("AuthAction", "AuthPrincipalType", "AuthPrincipalDisplayName", "NoPermissionType", "PolicyType")
    told = ", ".join(text for text in (_text(refusal.detail, name) for name in names) if text)
    advice = refusal.question.remedy or f"attach this RAM policy:  {POLICY % refusal.question.action}"
    if _text(refusal.detail, "NoPermissionType") == "ExplicitDeny":
        advice = "a policy denies it outright, so that allowing it elsewhere does not help: change that policy"
    return Denied(
        f"not allowed to {refusal.question.deed}: {refusal.code or refusal.status}",
        refusal.hints(*([("denied", told)] if told else []), ("next", advice)),
    )


def _bad_key(refusal: Refusal) -> ProviderError:
    fetched = "another one was fetched, and refused too: check who hands out the key"
    return Denied(
        f"the access key is not known or not active: {refusal.code}",
        refusal.hints(("next", fetched if refusal.asker.renews else "check the key ID, and that the key is enabled")),
    )


def _expired_token(refusal: Refusal) -> ProviderError:
    static = "a static STS token cannot be renewed: set a fresh key pair and token"
    renewed = "it was renewed, and refused again: check this machine's clock, and who hands out the key"
    headline = f"the security token has expired: {refusal.code}"
    return NotSignedIn(headline, refusal.hints(("next", renewed if refusal.asker.renews else static)))


def _no_token(refusal: Refusal) -> ProviderError:
    headline = f"the key is a temporary one, and its security token is missing: {refusal.code}"
    return NotSignedIn(headline, refusal.hints(("next", f"set the token too: {wording().chosen('securityToken')}")))


def _bad_token(refusal: Refusal) -> ProviderError:
    headline = f"the security token is none, or does not belong to the key: {refusal.code}"
    static, fetched = "set key ID, secret and token anew, all three from one answer", "check who hands out the key"
    return NotSignedIn(headline, refusal.hints(("next", fetched if refusal.asker.renews else static)))


def _bad_signature(refusal: Refusal) -> ProviderError:
    # What the API says here may repeat the headers of the request, so it is not shown.
    return Denied(
        f"the signature was refused: {refusal.code}",
        [
            ("who", refusal.asker.caller),
            *refusal.request,
            ("next", "check the secret key and this machine's clock"),
        ],
    )


def _bad_clock(refusal: Refusal) -> ProviderError:
    skew = refusal.asker.skew
    clock = [("clock", f"{messages.clock_is_off(skew)}; corrected once, and refused again")] if skew else []
    return Denied(
        f"the service refuses the time of the request: {refusal.code}",
        refusal.hints(*clock, ("next", "set this machine's clock")),
    )


def _bad_time(refusal: Refusal) -> ProviderError:
    advice = "no setting helps: something on the way has changed the request's headers, check proxies"
    headline = f"the time of the request cannot be read: {refusal.code}"
    return Rejected(headline, refusal.hints(("next", advice)))


def _held_back(refusal: Refusal) -> ProviderError:
    advice = "no policy helps: Alibaba Cloud's risk control holds the account back, its support says why"
    headline = f"not allowed to {refusal.question.deed}: {refusal.code}"
    return Denied(headline, refusal.hints(("next", advice)))


def _redirect(refusal: Refusal) -> ProviderError:
    return Rejected(
        f"the endpoint redirects (HTTP {refusal.status}); refused, because credentials would go with it",
        [("next", f"check {wording().setting('endpoint')} and proxies on the way")],
    )


def _refused(refusal: Refusal) -> ProviderError:
    advice = "mend what it names; what it does not explain, Alibaba Cloud's support finds by the request ID"
    if refusal.question.remedy and not re.match("Invalid|Missing", refusal.code or ""):
        advice = refusal.question.remedy
    return Rejected(f"cannot {refusal.question.deed}: {refusal.said}", refusal.hints(("next", advice)))


def _no_such_api(refusal: Refusal) -> ProviderError:
    if refusal.asker.was_answered and not refusal.code:
        advice = "look at what is on the way: proxies, firewalls, load balancers"
        return Unreachable(f"something on the way answers instead of the API: {refusal.said}", [("next", advice)])
    endpoint, protocol = wording().setting("endpoint"), wording().setting("protocol")
    return Rejected(
        f"what answers is not the ICE API 2020-11-09, or not by this protocol: {refusal.said}",
        refusal.hints(("next", f"check {endpoint} and {protocol}, and proxies on the way")),
    )


# First match wins. `InvalidAccessKeyId.NotFound` and `InvalidApi.NotFound` are 404s that have nothing to do with the task.
BY_CODE: Final[tuple[tuple[re.Pattern[str], Callable[[Refusal], ProviderError]], ...]] = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (r"(Rejected\.)?Throttling", _throttled),
        (r"InvalidAccessKeyId", _bad_key),
        (TOKEN_EXPIRED.pattern, _expired_token),
        (r"MissingSecurityToken", _no_token),
        (r"InvalidSecurityToken|SecurityToken", _bad_token),
        (r"SignatureNonceUsed", _again),
        (r"SignatureDoesNotMatch|IncompleteSignature|InvalidSignature", _bad_signature),
        (r"InvalidTimeStamp\.Format", _bad_time),
        (r"InvalidTimeStamp", _bad_clock),
        (r"Forbidden\.RiskControl", _held_back),
        (r"Forbidden|NoPermission", _no_permission),
        (r"InternalError|ServiceUnavailable", _down),
        (r"InvalidA(pi|ction)|InvalidProtocol|InvalidVersion", _no_such_api),
        (r"(.*(Task|Resource).*)?Not(Found|Exist)|InvalidParameter|InvalidTaskId", _not_known),
    )
)


def _text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    return excerpt(" ".join(value.split())) or None if isinstance(value, str) else None  # one line, as a headline is
