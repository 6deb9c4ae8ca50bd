"""Sign-ins that brought no key, as our errors: what the services that hand out keys say is read as the API's words are.

The token service shares its codes with the API. The others, metadata and URIs and the like, mostly give no code at all.
"""

from __future__ import annotations

import os
import time
from typing import Any, Final

from ice_provider import messages
from ice_provider.alibaba import answers
from ice_provider.alibaba.credentials.courier import Courier
from ice_provider.alibaba.credentials.origins import AssumedRole, Given, Origin, TrustedRole, remedy_for_silence
from ice_provider.alibaba.refusals import CLOCK_REFUSED, Asker, Question, Refusal
from ice_provider.alibaba.transport import Answer
from ice_provider.errors import NotSignedIn, ProviderError, Throttled, Transient, Unreachable

_OK: Final = 200
_REDIRECTS: Final = range(300, 400)
_TOLERABLE: Final = 900.0  # seconds that clocks may differ before the service refuses calls


def failure(origin: Origin, courier: Courier, error: Exception) -> ProviderError:
    """Return the error of a sign-in, from the answer that came last; `error` is shown to nobody.

    What asking again does not change is NotSignedIn, whatever the service calls it.
    """
    headline = f"signing in by {origin} failed"
    if courier.last is None:
        return NotSignedIn(f"{headline}: {_trouble(error)}", [("next", origin.remedy)])
    host, answer = courier.last
    asked = ("asked", host)
    if answer.status == _OK:
        return _no_key(origin, courier, headline, asked)
    if answer.status in _REDIRECTS:
        told = "it redirects; refused, because keys would go with it"
        return NotSignedIn(f"{headline}: {told}", [asked, ("next", origin.remedy)])
    meant = _refusal(origin, courier, answer).as_error()
    headline = f"{headline}: {meant.headline}"
    later = ("next", f"run it again in a while; when {host} goes on like this, whoever runs it knows more")
    match meant:
        case Throttled(retry_after=pause):
            return Throttled(headline, [asked, *meant.hints, later], retry_after=pause)
        case Transient():
            return Unreachable(headline, [asked, *meant.hints, later])
    return NotSignedIn(headline, [asked, *_advised(meant, origin.remedy)])


def unanswered(origin: Origin, error: ProviderError) -> ProviderError:
    """Return the error of a sign-in whose question brought no answer: that may have another cause than the API's."""
    headline = f"signing in by {origin} failed: {error.headline}"
    if isinstance(error, Transient):
        return Unreachable(headline, _advised(error, remedy_for_silence(origin)))
    return NotSignedIn(headline, _advised(error, origin.remedy))


def _advised(error: ProviderError, remedy: str) -> list[tuple[str, str]]:
    """Return the hints of an error, with this remedy where it has none."""
    return [*error.hints, *([] if error.is_advised else [("next", remedy)])]


def _no_key(origin: Origin, courier: Courier, headline: str, asked: tuple[str, str]) -> ProviderError:
    """Return the error of a good answer without a key; the library also takes one for that which has expired by our clock."""
    skew = courier.time() - time.time()
    if abs(skew) < _TOLERABLE:
        return NotSignedIn(f"{headline}: its answer holds no valid key", [asked, ("next", origin.remedy)])
    told = f"{headline}: no key is valid here, because {messages.clock_is_off(skew)}"
    return NotSignedIn(told, [asked, ("next", "set this machine's clock")])


def clock_was_refused(courier: Courier) -> bool:
    """Whether the last answer says that the time of this machine is wrong, and tells the right one."""
    answer = courier.last[1] if courier.last else None
    code = _body(answer).get("Code") if answer else None
    return bool(answer and answer.moment and isinstance(code, str) and CLOCK_REFUSED.match(code))


def _refusal(origin: Origin, courier: Courier, answer: Answer) -> Refusal:
    deed = "assume the role" if isinstance(origin, AssumedRole | TrustedRole) else "get a key"
    asker = origin.base if isinstance(origin, AssumedRole) else origin
    who = str(asker.key if isinstance(asker, Given) else asker)
    question = Question("AssumeRole", {}, deed, remedy=origin.remedy)
    return Refusal(answer, _body(answer), question, Asker(None, who, renews=False, skew=courier.ahead))


def _body(answer: Answer) -> dict[str, Any]:
    """Return the JSON of a refusal, in the API's words where it is in those of OAuth (RFC 6749, section 5.2)."""
    body = answers.refusal(answer.body)
    return {"Code": body.get("error"), "Message": body.get("error_description"), **body}


def _trouble(error: Exception) -> str:
    """Return what can be told of a failure before anything was asked."""
    return (os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else "") or "it gave no key"
