"""What nobody has verified about the service, each with the question that settles it.

Every axis of the emulator's variants has a question here. Nothing is started or changed: tasks are found by a list,
or named by whoever runs it, and read.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import aiohttp

from live.wire import Told, ask
from support.clients import Access

GET: Final = "GetWorkflowTask"
LIST: Final = "ListWorkflowTasks"
RUNNING: Final = ("Processing", "Init")
ENDED: Final = ("Succeed", "Failed", "Canceled")
PAGES: Final = 3  # of 100 tasks, to find one of each status


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What became of a question.

    Attributes:
        answer: In words; of an open question, what it takes to settle it.
        axis: The axis of the emulator that it settles; empty when the emulator has none for it.
        value: The value there; empty when none of them is what the service does.
        evidence: Answers by the task ID under which a recording plays them.
    """

    question: str
    answer: str
    is_settled: bool = True
    axis: str = ""
    value: str = ""
    evidence: Mapping[str, Told] = field(default_factory=dict)


@dataclass(frozen=True)
class Site:
    """The service, and what was found there.

    Attributes:
        expired: With a temporary key that has expired, where whoever runs it has one.
        page: The first page of the list.
        samples: What a read tells of one task of each status that was found.
    """

    session: aiohttp.ClientSession
    access: Access
    expired: Access | None
    page: Told
    samples: Mapping[str, Told]

    async def ask(self, action: str, access: Access | None = None, **parameters: str) -> Told:
        """Make a call, with other keys where they are given."""
        return await ask(self.session, access or self.access, action, parameters)

    def sample(self, statuses: Sequence[str]) -> Told | None:
        """Return what is told of a task with one of these statuses, None when there is none."""
        return next((self.samples[status] for status in statuses if status in self.samples), None)


async def site(
    session: aiohttp.ClientSession, access: Access, expired: Access | None, named: Sequence[str] = ()
) -> Site:
    """Look around: list the newest tasks, and read one of each status and those that were named."""
    page = told = await ask(session, access, LIST, {"MaxResults": "100"})
    wanted = list(named)
    seen: set[str] = set()
    for _ in range(PAGES):
        for item in told.body.get("TaskList") or ():
            if item.get("Status") not in seen:
                seen.add(item.get("Status"))
                wanted.append(item["TaskId"])
        if not (token := told.body.get("NextToken")):
            break
        told = await ask(session, access, LIST, {"MaxResults": "100", "NextToken": token})
    samples: dict[str, Told] = {}
    for task_id in wanted:
        read = await ask(session, access, GET, {"TaskId": task_id})
        samples.setdefault(str(read.task.get("Status", "")), read)
    samples.pop("", None)
    return Site(session, access, expired, page, samples)


async def task_not_known(here: Site) -> Finding:
    """What is said about a task that is not known?"""
    told = await here.ask(GET, TaskId=secrets.token_hex(16))
    values = {(404, "ResourceNotFound"): "notFound", (400, "InvalidParameter"): "invalidParameter"}
    value = values.get((told.status, told.code), "")
    if told.status == 200 and told.body.get("RequestId") and not told.task:
        value = "nullTask" if "WorkflowTask" in told.body else "withoutTask"
    answer = f"{told.status} {told.code or 'without a code'}"
    return Finding(question="", answer=answer, axis="taskNotKnown", value=value, evidence={"not-known": told})


async def activity_results(here: Site) -> Finding:
    """What is in ActivityResults, and from when on?"""
    axis, running, ended = "activityResults", here.sample(RUNNING), here.sample(ENDED)
    if ended is None:
        return _open("a task that has ended", axis)
    shape = _shape(ended.task.get("ActivityResults"))
    if shape == "object" and running is None:
        return _open("a running task: of an ended one it is an object", axis)
    if shape == "object" and running and running.task.get("ActivityResults") in {None, ""}:
        shape = "untilEnd"
    return Finding(question="", answer=f"it is {shape or 'absent at the end'}", axis=axis, value=shape)


async def finish_time(here: Site) -> Finding:
    """Is there a FinishTime before the end?"""
    running = here.sample(RUNNING)
    if running is None:
        return _open("a running task", "finishTime")
    told = running.task.get("FinishTime", "absent")
    value = {"absent": "absent", "": "empty"}.get(told, "")
    return Finding(question="", answer=f"it is {value or 'told'} before the end", axis="finishTime", value=value)


async def failed_results(here: Site) -> Finding:
    """Does a failed task carry its ActivityResults?"""
    failed = here.sample(("Failed",))
    if failed is None:
        return _open("a failed task", "failedResults")
    value = "with" if failed.task.get("ActivityResults") else "without"
    return Finding(question="", answer=f"{value} them", axis="failedResults", value=value)


async def expired_token(here: Site) -> Finding:
    """Which status has the refusal of an expired token?"""
    if here.expired is None:
        return _open("an expired key: set ICE_LIVE_EXPIRED_ACCESS_KEY_ID, _SECRET and _TOKEN", "expiredToken")
    told = await here.ask(LIST, here.expired, MaxResults="1")
    expected = told.code == "InvalidSecurityToken.Expired" and told.status in {400, 403}
    value = str(told.status) if expected else ""
    return Finding(question="", answer=f"{told.status} {told.code}", axis="expiredToken", value=value)


async def statuses(here: Site) -> Finding:
    """Which fields has a task of each status?"""
    if not here.samples:
        return _open("any task")
    told = "; ".join(f"{status}: {', '.join(sorted(read.task))}" for status, read in here.samples.items())
    evidence = {f"task-{number}": read for number, read in enumerate(here.samples.values(), start=1)}
    return Finding(question="", answer=told, evidence=evidence)


async def missing_task_id(here: Site) -> Finding:
    """What is said without a task ID?"""
    told = await here.ask(GET)
    return Finding(question="", answer=f"{told.status} {told.code}", evidence={"without-id": told})


async def token_echo(here: Site) -> Finding:
    """Does the refusal of a signature repeat the security token?"""
    if not here.access.securityToken:
        return _open("a temporary key: set ALIBABA_CLOUD_SECURITY_TOKEN with its key pair")
    told = await here.ask(LIST, replace(here.access, secretKey=secrets.token_hex(15)))
    return Finding(question="", answer="yes" if here.access.securityToken in told.text else "no")


async def total_count(here: Site) -> Finding:
    """Does a list tell how many tasks there are in all?"""
    if here.page.status != 200:
        return _open(f"the permission ice:ListWorkflowTasks ({here.page.status} {here.page.code})")
    return Finding(question="", answer="yes" if "TotalCount" in here.page.body else "no")


FACTS: tuple[Callable[[Site], Awaitable[Finding]], ...] = (
    task_not_known,
    activity_results,
    finish_time,
    failed_results,
    expired_token,
    statuses,
    missing_task_id,
    token_echo,
    total_count,
)


async def findings(here: Site) -> list[Finding]:
    """Ask every question."""
    return [replace(await fact(here), question=(fact.__doc__ or "").strip()) for fact in FACTS]


def _open(needs: str, axis: str = "") -> Finding:
    return Finding(question="", answer=f"open: it takes {needs}", is_settled=False, axis=axis)


def _shape(text: object) -> str:
    """Return which of the emulator's shapes ActivityResults has at the end; empty when it is absent."""
    if not isinstance(text, str) or not text:
        return ""
    try:
        value = json.loads(text)
    except ValueError:
        return "text"
    if isinstance(value, list):
        return "list"
    if not isinstance(value, dict):
        return "text"
    return "resultAsText" if any(map(_has_text_result, value.values())) else "object"


def _has_text_result(activity: Any) -> bool:
    result = activity.get("Result") if isinstance(activity, dict) else None
    return isinstance(result, str) and result.lstrip().startswith(("{", "["))
