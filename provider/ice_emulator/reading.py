"""From the words of a scenario to the nouns: what one word alone cannot say is checked here.

Must not know: files, HTTP, how answers look.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from ice_emulator import document
from ice_emulator.actions import ACTIONS, GET
from ice_emulator.document import Document
from ice_emulator.entry import Entry, json_text, similar
from ice_emulator.faults import Fault
from ice_emulator.kinds import KINDS
from ice_emulator.real_keys import looks_real
from ice_emulator.signature import DEFAULT_KEY, Key
from ice_emulator.tasks import Started, Step, Task, Verbatim, Workflow
from ice_emulator.variants import VARIANTS
from ice_emulator.vocabulary import FAULT, TASK, TIMELINE_ALONE
from ice_emulator.words import Words


def task_from(mapping: Mapping[str, object]) -> Task:
    """Take a task in the words of a scenario.

    Raises:
        ScenarioError: It is none.
    """
    return _task(root(document.from_value(mapping, "task"), TASK))


def timeline_from(steps: Sequence[Mapping[str, object]]) -> tuple[Step, ...]:
    """Take a timeline in the words of a scenario.

    Raises:
        ScenarioError: It is none.
    """
    return _timeline(root(document.from_value({"timeline": list(steps)}, "timeline"), TIMELINE_ALONE))


def fault_from(mapping: Mapping[str, object]) -> Fault:
    """Take a fault in the words of a scenario; it may be about a task that comes later.

    Raises:
        ScenarioError: It is none.
    """
    return _fault(root(document.from_value(mapping, "fault"), FAULT))


def root(source: Document, words: Words) -> Entry:
    """Return the mapping that is the whole document."""
    return Entry(source, (), words)


def tasks(entries: Iterable[Entry]) -> dict[str, Task]:
    """Return tasks by their IDs."""
    found: dict[str, Task] = {}
    for entry in entries:
        task = _task(entry)
        if task.task_id in found:
            raise entry.error("taskId", f"there are two tasks {task.task_id!r}", "give each its own ID")
        found[task.task_id] = task
    return found


def workflows(entries: Iterable[Entry]) -> dict[str, Started]:
    """Return what can be started, by the IDs of workflows."""
    found: dict[str, Started] = {}
    for entry in entries:
        workflow_id = entry.required("workflowId")
        if workflow_id in found:
            raise entry.error("workflowId", f"there are two workflows {workflow_id!r}", "give each its own ID")
        if "timeline" not in entry:
            raise entry.missing("timeline", "add `timeline:` with steps such as {after: 0, status: Processing}")
        found[workflow_id] = Started(workflow=_workflow(entry), timeline=_timeline(entry))
    return found


def faults(entries: Iterable[Entry], tasks: Collection[str]) -> list[Fault]:
    """Return faults, each about no task, or about one that there is."""
    found = []
    for entry in entries:
        fault = _fault(entry)
        if fault.task_id is not None and fault.task_id not in tasks:
            raise entry.error("taskId", f"there is no task {fault.task_id!r}", similar(fault.task_id, tasks))
        found.append(fault)
    return found


def _task(entry: Entry) -> Task:
    task_id = entry.required("taskId")
    if "answer" in entry:
        return _verbatim_task(entry, task_id)
    if "httpStatus" in entry:
        raise entry.error("httpStatus", "only a task with an answer has a status", "add `answer:` or remove it")
    if "timeline" not in entry:
        remedy = "add `timeline:` with steps such as {after: 0, status: Processing}, or `answer:`"
        raise entry.missing("timeline", remedy)
    workflow = entry.child("workflow")
    return Task(
        task_id=task_id,
        workflow=None if workflow is None else _workflow(workflow),
        task_input=entry.json_text("taskInput"),
        user_data=entry.json_text("userData"),
        create_time=entry.text("createTime"),
        timeline=_timeline(entry),
    )


def _verbatim_task(entry: Entry, task_id: str) -> Task:
    for name in TASK.known:
        if name in entry and name not in {"taskId", "answer", "httpStatus"}:
            problem = "a task with an answer has nothing else, because the answer goes out word for word"
            raise entry.error(name, problem, "remove one of the two")
    answer = entry.free("answer")
    status = entry.count("httpStatus") or 200
    body = answer if isinstance(answer, str) else json_text(answer)
    return Task(task_id=task_id, verbatim=Verbatim(body=body, status=status))


def _workflow(entry: Entry) -> Workflow:
    return Workflow(
        workflow_id=entry.text("workflowId"),
        name=entry.text("name"),
        status=entry.text("status"),
        type=entry.text("type"),
        create_time=entry.text("createTime"),
        modified_time=entry.text("modifiedTime"),
    )


def _timeline(owner: Entry) -> tuple[Step, ...]:
    steps: list[Step] = []
    for entry in owner.children("timeline"):
        step = Step(
            status=entry.required("status"),
            after=entry.number("after"),
            calls=entry.count("calls"),
            activity_results=entry.free("activityResults"),
            finish_time=entry.text("finishTime"),
        )
        if (step.after is None) == (step.calls is None):
            problem = "a step needs one of after and calls"
            raise entry.error(None, problem, "write `after:` with seconds, or `calls:` with a number of reads")
        if steps and steps[-1].ends:
            remedy = f"make {steps[-1].status} the last step"
            raise entry.error(None, f"the task has ended with {steps[-1].status}, so nothing follows", remedy)
        for name, values in (
            ("after", [each.after for each in steps]),
            ("calls", [each.calls for each in steps]),
        ):
            value = step.after if name == "after" else step.calls
            before = max((each for each in values if each is not None), default=None)
            if value is not None and before is not None and value <= before:
                problem = f"{value:g} does not come after {before:g}, which stands above it"
                raise entry.error(name, problem, "put the steps into their order")
        steps.append(step)
    if not steps:
        raise owner.error("timeline", "there are no steps", "add steps such as {after: 0, status: Processing}")
    return tuple(steps)


def _fault(entry: Entry) -> Fault:
    kind = entry.word("kind")
    if kind is None:
        raise entry.missing("kind", f"add `kind:` with one of {', '.join(sorted(KINDS))}")
    action = entry.word("action") or ACTIONS[0]
    if action != GET and "taskId" in entry:
        raise entry.error("taskId", f"{action} is about no single task", "remove it, or name another action")
    calls, share = entry.counts("calls"), entry.number("share")
    if calls is not None and share is not None:
        raise entry.error("share", "a fault with calls has no share", "remove one of the two")
    return Fault(
        kind=kind,
        action=action,
        task_id=entry.text("taskId"),
        calls=None if calls is None else frozenset(calls),
        share=share,
    )


def keys(entries: Iterable[Entry]) -> tuple[Key, ...]:
    """Return the key pairs that are known, the one out of the box among them."""
    known = {DEFAULT_KEY.access_key: DEFAULT_KEY}
    seen = set()
    for entry in entries:
        access_key = entry.required("accessKey")
        if looks_real(access_key):
            problem = "this looks like a key of the real service, which must not stand in a file"
            remedy = "delete it there if it was real, and make up another word such as `tester`"
            raise entry.error("accessKey", problem, remedy)
        if access_key in seen:
            raise entry.error("accessKey", f"there are two keys {access_key!r}", "keep one of the two")
        seen.add(access_key)
        known[access_key] = Key(
            access_key=access_key,
            secret_key=entry.required("secretKey"),
            security_token=entry.text("securityToken"),
            expires_after=_expiry(entry),
            denied=entry.flag("denied"),
            denied_actions=frozenset(entry.words("deniedActions")),
        )
    return tuple(known.values())


def variants(entry: Entry) -> dict[str, str]:
    """Return the values that are chosen, by their axes."""
    chosen = {axis: entry.word(axis) for axis in VARIANTS}
    return {axis: value for axis, value in chosen.items() if value is not None}


def _expiry(entry: Entry) -> float:
    seconds = entry.number("expiresAfter")
    if seconds is None:
        return math.inf
    if "securityToken" not in entry:
        raise entry.error("expiresAfter", "only a token expires", "add `securityToken:` with a text, or remove it")
    return seconds
