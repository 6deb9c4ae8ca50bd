"""The API, call by call. Implements `cloud.Cloud`."""

from __future__ import annotations

import asyncio
import secrets
import ssl
import time
from typing import Any, Final
from weakref import WeakValueDictionary

from ice_provider import about, messages
from ice_provider.alibaba import answers, signing, transport
from ice_provider.alibaba.credentials.keyring import Keyring
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.alibaba.credentials.order import Found
from ice_provider.alibaba.credentials.origins import remedy_for_silence
from ice_provider.alibaba.endpoint import Place
from ice_provider.alibaba.refusals import CLOCK_REFUSED, KEY_EXPIRED, Asker, Question, Refusal
from ice_provider.alibaba.transport import Answer
from ice_provider.cloud import Page, Search
from ice_provider.errors import Unreachable
from ice_provider.model import WorkflowTask

_OK: Final = 200
_LARGEST_PAGE: Final = "100"
_COMPARING: Final = 300.0  # seconds between two looks at the service's clock
_UNNOTICED: Final = 5.0  # seconds that clocks may be apart, and an answer on its way
_TELLING: Final = 60.0  # seconds of change in the skew that are worth another line


class Client:
    """One account in one region."""

    def __init__(self, place: Place, keyring: Keyring, trusted: ssl.SSLContext, found: Found) -> None:
        """Sign with what the keyring has, which comes from what was found; call `place`."""
        self._place = place
        self._keyring = keyring
        self._origin = found.origin
        self._notes = list(found.notes)
        self._transport = transport.Transport(place, trusted)
        self._agent = f"pulumi-ice/{about.VERSION}"
        self._held: WeakValueDictionary[str, WorkflowTask] = WeakValueDictionary()  # by those who wait
        self._skew = 0.0  # `ahead` at the last refusal of our clock: what is signed goes by ours until there is one
        self._was_answered = False
        self._ahead = 0.0
        self._compares_at = float("-inf")

    @property
    def region(self) -> str | None:
        """See `cloud.Cloud`."""
        return self._place.region

    @property
    def caller(self) -> str:
        """See `cloud.Cloud`."""
        return str(self._keyring.newest or self._origin)

    @property
    def notes(self) -> tuple[str, ...]:
        """See `cloud.Cloud`."""
        return tuple(self._notes)

    @property
    def ahead(self) -> float:
        """See `cloud.Cloud`."""
        return self._ahead

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        """See `cloud.Cloud`. Source: the page of GetWorkflowTask (ICE, API 2020-11-09)."""
        deed = f"read {messages.task(task_id)}"
        found = await self._ask(Question("GetWorkflowTask", {"TaskId": task_id}, deed, task_id))
        try:
            task = answers.task(found, asked_for=task_id, before=self._held.get(task_id))
        except answers.NoTask as none:
            raise messages.not_known(
                task_id,
                region=self.region,
                caller=self.caller,
                said="the answer holds no task",
                request_id=none.request_id,
            ) from None
        self._held[task_id] = task
        return task

    async def list_workflow_tasks(self, search: Search, token: str | None) -> Page:
        """See `cloud.Cloud`. Source: the page of ListWorkflowTasks (ICE, API 2020-11-09)."""
        wanted = {
            "WorkflowId": search.workflow_id,
            "WorkflowName": search.workflow_name,
            "KeyText": search.key_text,
            "StartOfCreateTime": search.start_of_create_time,
            "EndOfCreateTime": search.end_of_create_time,
            "MaxResults": _LARGEST_PAGE,
            "NextToken": token,
        }
        query = {name: value for name, value in wanted.items() if value is not None}
        return answers.page(await self._ask(Question("ListWorkflowTasks", query, "list workflow tasks")))

    async def close(self) -> None:
        """See `cloud.Cloud`."""
        await self._keyring.close()
        await self._transport.close()

    async def _ask(self, question: Question) -> dict[str, Any]:
        """Return the JSON object of a good answer, within the limit of one attempt."""
        ends = asyncio.get_running_loop().time() + self._place.attempt
        key = self._keyring.at_hand() or await self._key(ends)
        answer = await self._send(question, key, ends)
        if answer.status != _OK and self._clock_was_refused(answer, question):
            answer = await self._send(question, key, ends)
        if answer.status != _OK and self._key_expired(answer, question):
            key = await self._key(ends, refused=key)
            answer = await self._send(question, key, ends)
        if answer.status != _OK:
            raise self._refusal(answer, question).as_error()
        found = answers.document(answer.body, answer.headers.get("content-type", ""))
        self._was_answered = True
        self._compare_clocks(answer)
        return found

    async def _key(self, ends: float, refused: Key | None = None) -> Key:
        """Return the key to sign with; another one than that which was refused.

        A sign-in has a limit of its own: it goes on when this attempt gives up, and the next one joins it.
        """
        try:
            async with asyncio.timeout_at(ends):
                return await (self._keyring.replace(refused) if refused else self._keyring.key())
        except TimeoutError:
            headline = f"signing in by {self._origin} takes longer than one attempt; it goes on"
            raise Unreachable(headline, [("next", remedy_for_silence(self._origin))]) from None

    async def _send(self, question: Question, key: Key, ends: float) -> Answer:
        request = signing.sign(
            question.action,
            question.query,
            host=self._place.host,
            key=key,
            agent=self._agent,
            moment=time.time() + self._skew,
            nonce=secrets.token_hex(16),
        )
        return await self._transport.send(request, ends)

    def _key_expired(self, answer: Answer, question: Question) -> bool:
        """Whether the key was refused as one that is no longer good, and another can be had."""
        code = self._refusal(answer, question).code or ""
        return self._keyring.is_renewable and bool(KEY_EXPIRED.match(code))

    def _clock_was_refused(self, answer: Answer, question: Question) -> bool:
        """Learn the service's time from its answer when that says our clock is wrong; whether to sign again."""
        if answer.moment is None or not CLOCK_REFUSED.match(self._refusal(answer, question).code or ""):
            return False
        skew = answer.moment - time.time()
        if abs(skew - self._skew) > _TELLING:
            self._notes.append(messages.clock_corrected(skew))
        self._skew = skew
        self._compares_at = float("-inf")  # by a clock that has been set, perhaps by hours
        return True

    def _compare_clocks(self, answer: Answer) -> None:
        """Learn how far the clocks are apart, now and then only: to read a date costs as much as to read a task."""
        now = time.time()
        if now >= self._compares_at and answer.moment is not None:
            self._compares_at = now + _COMPARING
            apart = answer.moment - now
            self._ahead = apart if abs(apart) > _UNNOTICED else 0.0

    def _refusal(self, answer: Answer, question: Question) -> Refusal:
        asker = Asker(self.region, self.caller, self._keyring.is_renewable, self._skew, self._was_answered)
        return Refusal(answer, answers.refusal(answer.body), question, asker)
