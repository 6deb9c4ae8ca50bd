"""Takes everything of the account out of answers of the service, and keeps their form.

What is kept is named here: fields of the API, words that its pages list, times. A name or a word that is not listed may
be the account's own, so it goes, whatever it looks like. Must not know where answers come from and where they go.
"""

from __future__ import annotations

import json
import re
import string
from typing import Any, Final


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FIELDS: Final = _listed("""
    RequestId HostId Code Message Recommend AccessDeniedDetail AuthAction AuthPrincipalType AuthPrincipalDisplayName
    AuthPrincipalOwnerId NoPermissionType PolicyType EncodedDiagnosticMessage
    WorkflowTask TaskList MaxResults NextToken TotalCount
    TaskId Status TaskInput CreateTime FinishTime ActivityResults UserData
    Workflow WorkflowId Name Type ModifiedTime MediaType Media NotifyAddress
    ActivityId ActivityInstanceId StartTime EndTime JobId JobType Result ErrorCode ErrorMessage
""")
_STATUSES: Final = _listed("Init Processing Succeed Failed Canceled Active Inactive")
_CODES: Final = _listed("""
    ResourceNotFound InvalidParameter MissingTaskId MissingParameter InternalError ServiceUnavailable
    NoPermission Forbidden Forbidden.RAM Throttling Throttling.User Throttling.Api
    SignatureDoesNotMatch SignatureNonceUsed IncompleteSignature InvalidTimeStamp.Expired
    InvalidSecurityToken.Expired InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive InvalidApi.NotFound
""")
_WORDS: Final = {
    "Status": _STATUSES,
    "Type": _listed("OSS Media Customize System Common"),
    "MediaType": _listed("OSS Media"),
    "Code": _CODES,
    "ErrorCode": _CODES,
}
_FREE: Final = frozenset({"Result", "UserData"})  # what is in them is the account's, even where it looks like ours
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?Z\s?")
_SIGNS: Final = frozenset(string.punctuation + string.whitespace)


class Sanitiser:
    """Makes the answers of one file clean; what is no field of the API has the same made-up name in all of them."""

    def __init__(self) -> None:
        """Know no name yet."""
        self._names: dict[str, str] = {}

    def clean(self, text: str) -> str:
        """Return the body of an answer with nothing of the account."""
        try:
            value = json.loads(text)
        except ValueError:
            return masked(text)
        return json.dumps(self._value("", value, is_free=False), ensure_ascii=False)

    def _value(self, field: str, value: Any, *, is_free: bool) -> Any:
        is_free = is_free or field in _FREE
        match value:
            case dict():
                return {self._name(name): self._value(name, part, is_free=is_free) for name, part in value.items()}
            case list():
                return [self._value(field, part, is_free=is_free) for part in value]
            case str():
                return self._text(field, value, is_free=is_free)
            case bool() | None:
                return value
        return type(value)(0)

    def _text(self, field: str, text: str, *, is_free: bool) -> str:
        if _TIME.fullmatch(text) or (not is_free and text in _WORDS.get(field, ())):
            return text
        if not text.lstrip().startswith(("{", "[")):
            return masked(text)
        try:
            inner = json.loads(text)
        except ValueError:
            return masked(text)
        clean = self._value(field, inner, is_free=is_free)
        return json.dumps(clean, ensure_ascii=False, indent=2 if "\n" in text else None)

    def _name(self, name: str) -> str:
        return name if name in _FIELDS else self._names.setdefault(name, f"name{len(self._names) + 1}")


def masked(text: str) -> str:
    """Return a text of which only ASCII signs and spaces are left."""
    return "".join(each if each in _SIGNS else "0" if each.isdigit() else "x" for each in text)
