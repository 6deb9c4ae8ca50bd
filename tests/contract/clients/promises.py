"""What a client can rely on, whoever wrote it: the same promises of the emulator and of the real service.

A promise raises AssertionError when it is broken and `NotTried` where this service offers no way to try it. Nothing
here changes anything in an account.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from support.clients import Access, Answer, Client

GET = "GetWorkflowTask"
LIST = "ListWorkflowTasks"
STATUSES = {"Init", "Processing", "Succeed", "Failed", "Canceled"}
OFF = timedelta(minutes=20)  # 5 more than the service bears
PAGE = 2  # tasks
PAGES = 5  # at most: an account may have very many tasks

NASTY = (
    "a b/é*~'&=+%1",
    "a&Action=DeleteX",
    "a\r\nX-Evil: 1",
    "a#frag",
    "a%41",
    "a/../b",
    "日本語 😀",
    ';?:@,$!()[]{}|\\^`<>"',
)
"""IDs that clients encode in different ways; none is known."""

UNSIGNED = {"SignatureDoesNotMatch", "IncompleteSignature", "InvalidAccessKeySecret"}
"""Codes of a wrong signature; the last one a client makes itself of the first."""


@dataclass(frozen=True)
class Service:
    """Where a promise is tried.

    Attributes:
        access: With a key that is right.
        tasks: IDs of tasks that are there.
        temporary: With a temporary key, where there is one.
    """

    access: Access
    tasks: tuple[str, ...]
    temporary: Access | None = None


class NotTried(Exception):
    """The promise cannot be tried here; the text tells why."""


async def reads_a_task(client: Client, service: Service) -> None:
    if not service.tasks:
        raise NotTried("the account has no task of the last 90 days")
    for task_id in service.tasks:
        answer = await client.call(service.access, GET, {"TaskId": task_id})
        assert answer.status == 200, answer
        assert answer.body["WorkflowTask"]["TaskId"] == task_id
        assert answer.body["WorkflowTask"]["Status"] in STATUSES
        assert answer.request_id


async def is_understood_whatever_the_id(client: Client, service: Service) -> None:
    for task_id in NASTY:
        answer = await client.call(service.access, GET, {"TaskId": task_id})
        assert answer.code not in UNSIGNED, (task_id, answer)


async def pages_through_a_list(client: Client, service: Service) -> None:
    seen: list[str] = []
    token: dict[str, str] = {}
    for _ in range(PAGES):
        answer = await client.call(service.access, LIST, {"MaxResults": str(PAGE), **token})
        assert answer.status == 200, answer
        ids = [task["TaskId"] for task in answer.body["TaskList"]]
        assert len(ids) <= PAGE
        seen += ids
        if not answer.body.get("NextToken"):
            break
        token = {"NextToken": answer.body["NextToken"]}
    assert len(seen) == len(set(seen)), seen
    if len(seen) <= PAGE:
        raise NotTried("the account has no second page of tasks")


async def refuses_a_key_that_is_not_known(client: Client, service: Service) -> None:
    access = replace(service.access, accessKey=f"nobody{secrets.token_hex(9)}", securityToken="")
    _refused(await client.call(access, LIST, {}), "InvalidAccessKeyId.NotFound")


async def refuses_a_wrong_secret(client: Client, service: Service) -> None:
    access = replace(service.access, secretKey=secrets.token_hex(15))
    _refused(await client.call(access, LIST, {}), *UNSIGNED)


async def refuses_a_clock_that_is_slow(client: Client, service: Service) -> None:
    answer = await client.call(service.access, LIST, {}, at=datetime.now(UTC) - OFF)
    _refused(answer, "InvalidTimeStamp.Expired")


async def refuses_a_clock_that_is_fast(client: Client, service: Service) -> None:
    answer = await client.call(service.access, LIST, {}, at=datetime.now(UTC) + OFF)
    _refused(answer, "InvalidTimeStamp.Expired")


async def takes_a_nonce_only_once(client: Client, service: Service) -> None:
    nonce = secrets.token_hex(16)
    first = await client.call(service.access, LIST, {"MaxResults": "1"}, nonce=nonce)
    assert first.status == 200, first
    _refused(await client.call(service.access, LIST, {"MaxResults": "1"}, nonce=nonce), "SignatureNonceUsed")


async def takes_a_temporary_key_with_its_token_only(client: Client, service: Service) -> None:
    if service.temporary is None:
        raise NotTried("there is no temporary key: set ALIBABA_CLOUD_SECURITY_TOKEN with its key pair")
    accepted = await client.call(service.temporary, LIST, {"MaxResults": "1"})
    assert accepted.status == 200, accepted
    bare = await client.call(replace(service.temporary, securityToken=""), LIST, {"MaxResults": "1"})
    assert bare.status != 200
    other = await client.call(replace(service.temporary, securityToken=secrets.token_hex(9)), LIST, {"MaxResults": "1"})
    assert other.status != 200
    assert bare.code not in UNSIGNED | {""}, bare
    assert other.code not in UNSIGNED | {""}, other


def _refused(answer: Answer, *codes: str) -> None:
    """See that an answer is a refusal with one of these codes, and can be told to the vendor's support."""
    assert answer.code in codes, answer
    assert answer.status is not None
    assert 400 <= answer.status < 500, answer
    assert answer.request_id, answer


PROMISES: tuple[Callable[[Client, Service], Awaitable[None]], ...] = (
    reads_a_task,
    is_understood_whatever_the_id,
    pages_through_a_list,
    refuses_a_key_that_is_not_known,
    refuses_a_wrong_secret,
    refuses_a_clock_that_is_slow,
    refuses_a_clock_that_is_fast,
    takes_a_nonce_only_once,
    takes_a_temporary_key_with_its_token_only,
)


def sentence(promise: Callable[[Client, Service], Awaitable[None]]) -> str:
    """Return a promise as people read it."""
    return promise.__name__.replace("_", " ")
