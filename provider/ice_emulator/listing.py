"""What a list is asked for: its parameters, taken apart, and the tokens of its pages.

A token holds where the page before it ended, not how many tasks came before, so tasks that come or go meanwhile are
neither told twice nor make others be missed. It is bound to what was searched for, not to the size of the page.

An empty parameter counts as one that was left out. The codes of refusals, the exact match of WorkflowName and what a
token is bound to have not been validated against the real service.

Must not know: tasks, answers, clocks.

Source: https://www.alibabacloud.com/help/en/ims/developer-reference/api-ice-2020-11-09-listworkflowtasks
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

from ice_emulator.request import Refused
from ice_emulator.tasks import Query, Rank

DEFAULT_SIZE = 10  # tasks of a page
KEY_LIMIT = 32  # characters

_SIZE = re.compile(r"[1-9][0-9]?|100", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_DIGEST = 12  # bytes


def query_from(parameters: Mapping[str, str]) -> Query:
    """Return what is searched for.

    Raises:
        Refused: A parameter is not what the page of the action says.
    """
    key = parameters.get("KeyText") or ""
    if len(key) > KEY_LIMIT:
        raise _invalid("KeyText", f"may have {KEY_LIMIT} characters at most")
    return Query(
        created_from=_time(parameters, "StartOfCreateTime"),
        created_to=_time(parameters, "EndOfCreateTime"),
        workflow_id=parameters.get("WorkflowId") or None,
        workflow_name=parameters.get("WorkflowName") or None,
        key=key,
    )


def size_from(parameters: Mapping[str, str]) -> int:
    """Return how many tasks a page may have.

    Raises:
        Refused: The size is out of range.
    """
    text = parameters.get("MaxResults")
    if not text:
        return DEFAULT_SIZE
    if not _SIZE.fullmatch(text):
        raise _invalid("MaxResults", "must be a whole number from 1 to 100")
    return int(text)


def place_from(parameters: Mapping[str, str], query: Query) -> Rank | None:
    """Return where the page before ended, None when the first page is asked for.

    Raises:
        Refused: The token is none, or comes from another query.
    """
    token = parameters.get("NextToken")
    if not token:
        return None
    try:
        place = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[_DIGEST:]
    except ValueError:
        place = b""
    if token != _token(place, query):
        raise _invalid("NextToken", "is not one that this query was given")
    try:
        number, _, task_id = place.decode().partition(" ")
        return (int(number), task_id)
    except ValueError:  # made up, with the right digest
        raise _invalid("NextToken", "is not one that this query was given") from None


def token_of(place: Rank, query: Query) -> str:
    """Write where a page of `query` ended, as a text that means nothing to a client."""
    return _token(f"{place[0]} {place[1]}".encode(), query)


def _token(place: bytes, query: Query) -> str:
    digest = hashlib.sha256(repr(query).encode() + b"\n" + place).digest()[:_DIGEST]
    return base64.urlsafe_b64encode(digest + place).rstrip(b"=").decode()


def _time(parameters: Mapping[str, str], name: str) -> datetime | None:
    text = parameters.get(name)
    if not text:
        return None
    try:
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:  # 30 February
        pass
    raise _invalid(name, "must be a time in UTC: yyyy-MM-ddTHH:mm:ssZ")


def _invalid(name: str, rule: str) -> Refused:
    return Refused(400, f"InvalidParameter.{name}", f"The parameter {name} is not valid: it {rule}.")
