"""Scenarios: what a person writes down about the world the emulator plays.

```yaml
tasks:
  - taskId: movie-1
    workflow: {workflowId: wf-1, name: Transcode, status: Active, type: Common, createTime: …, modifiedTime: …}
    taskInput: {Type: Media, Media: m-1}    # a mapping or a list goes out as JSON text, a text as it is
    userData: {NotifyAddress: "http://example.com/done"}
    createTime: 2023-01-04T02:05:17Z        # otherwise the moment the timeline begins
    timeline:                               # before the first step the task is not known
      - {after: 0, status: Init}            # seconds after the emulator's start
      - {calls: 2, status: Processing, activityResults: {Transcode: {Status: Processing}}}
      - {after: 4, status: Succeed, finishTime: 2023-01-04T02:06:19Z}
  - taskId: movie-2
    answer: {RequestId: r-1, WorkflowTask: {TaskId: movie-2}}    # word for word; a text goes out as it is
    httpStatus: 200
faults:
  - {action: GetWorkflowTask, taskId: movie-1, calls: [2, 3], kind: throttle}
  - {action: ListWorkflowTasks, calls: 1, kind: throttle}        # a list is about no single task
keys:
  - {accessKey: STS.one, secretKey: one, securityToken: t, denied: false}
  - {accessKey: reader, secretKey: two, deniedActions: [ListWorkflowTasks]}
variants: {taskNotKnown: nullTask}
```

`calls` of a step: it holds from that read of the task on, counting from 1; only reads that were answered truly
count, and a list is none. Of several steps whose condition holds, the last one does. `calls` of a fault: which of the requests for the
action (about the task, if one is named), counting from 1, those that met a fault included; one number, a list or
`all`, which is also meant when it is left out.

A list tells the tasks that a read would find, ordered by `createTime`; one that is no time counts as the moment the
timeline begins. A task with an `answer` is in it when the answer is a success with a well-formed WorkflowTask.

Must not know: HTTP, how answers look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from ice_emulator import document
from ice_emulator.actions import ACTIONS, LIST
from ice_emulator.document import Document, ScenarioError
from ice_emulator.entry import Entry, json_text, similar
from ice_emulator.faults import Fault
from ice_emulator.kinds import KINDS
from ice_emulator.signature import DEFAULT_KEY, Key, looks_real
from ice_emulator.tasks import Step, Task, Verbatim, Workflow
from ice_emulator.variants import DEFAULTS, VARIANTS

_SCENARIO = ("tasks", "faults", "keys", "variants")
_TASK = ("taskId", "workflow", "taskInput", "userData", "createTime", "timeline", "answer", "httpStatus")
_WORKFLOW = ("workflowId", "name", "status", "type", "createTime", "modifiedTime")
_STEP = ("after", "calls", "status", "activityResults", "finishTime")
_FAULT = ("action", "taskId", "calls", "kind")
_KEY = ("accessKey", "secretKey", "securityToken", "denied", "deniedActions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A world to play.

    Attributes:
        keys: The key pairs that are known; the one out of the box is always among them.
        variants: A value for every axis of `VARIANTS`.
    """

    tasks: tuple[Task, ...] = ()
    faults: tuple[Fault, ...] = ()
    keys: tuple[Key, ...] = (DEFAULT_KEY,)
    variants: Mapping[str, str] = field(default_factory=lambda: DEFAULTS)  # read-only, so shared

    @classmethod
    def load(cls, path: str | Path) -> "Scenario":
        """Read a file.

        Raises:
            ScenarioError: The file cannot be read, or is no scenario.
        """
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise ScenarioError(str(path), None, "", "this is not UTF-8 text", "save it as UTF-8") from error
        except OSError as error:
            problem = f"this file cannot be read: {error.strerror or error}"
            raise ScenarioError(str(path), None, "", problem, "give the path of a scenario in YAML") from error
        return cls.from_text(text, str(path))

    @classmethod
    def from_text(cls, text: str, source: str = "scenario") -> "Scenario":
        """Read YAML text; `source` is what errors call it.

        Raises:
            ScenarioError: It is no scenario.
        """
        return _scenario(document.from_text(text, source))

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> "Scenario":
        """Take a scenario that is already in memory, in the words of the file.

        Raises:
            ScenarioError: It is no scenario.
        """
        return _scenario(document.from_value(mapping, "scenario"))

    @classmethod
    def default(cls) -> "Scenario":
        """Return the scenario that comes with the emulator."""
        text = resources.files("ice_emulator").joinpath("default.yaml").read_text(encoding="utf-8")
        return cls.from_text(text, "default.yaml")

    def with_variants(self, variants: Mapping[str, str]) -> "Scenario":
        """Return the same world with other values on some axes.

        Raises:
            ScenarioError: An axis or a value is not known.
        """
        chosen = _variants(_root(document.from_value(dict(variants), "variants"), tuple(VARIANTS)))
        return replace(self, variants=MappingProxyType({**self.variants, **chosen}))


def task_from(mapping: Mapping[str, object]) -> Task:
    """Take a task in the words of a scenario.

    Raises:
        ScenarioError: It is none.
    """
    return _task(_root(document.from_value(mapping, "task"), _TASK))


def timeline_from(steps: Sequence[Mapping[str, object]]) -> tuple[Step, ...]:
    """Take a timeline in the words of a scenario.

    Raises:
        ScenarioError: It is none.
    """
    return _timeline(_root(document.from_value({"timeline": list(steps)}, "timeline"), ("timeline",)))


def fault_from(mapping: Mapping[str, object]) -> Fault:
    """Take a fault in the words of a scenario; it may be about a task that comes later.

    Raises:
        ScenarioError: It is none.
    """
    return _fault(_root(document.from_value(mapping, "fault"), _FAULT))


def _root(source: Document, keys: Sequence[str]) -> Entry:
    return Entry(source, (), keys)


def _scenario(source: Document) -> Scenario:
    if source.value is None:
        remedy = "write `tasks:` and a list of tasks, each with a taskId and a timeline"
        raise ScenarioError(source.source, None, "", "the scenario is empty", remedy)
    root = _root(source, _SCENARIO)
    tasks: dict[str, Task] = {}
    for entry in root.children("tasks", _TASK):
        task = _task(entry)
        if task.task_id in tasks:
            raise entry.error("taskId", f"there are two tasks {task.task_id!r}", "give each its own ID")
        tasks[task.task_id] = task
    faults = []
    for entry in root.children("faults", _FAULT):
        fault = _fault(entry)
        if fault.task_id is not None and fault.task_id not in tasks:
            raise entry.error("taskId", f"there is no task {fault.task_id!r}", similar(fault.task_id, tasks))
        faults.append(fault)
    variants = root.child("variants", tuple(VARIANTS))
    return Scenario(
        tasks=tuple(tasks.values()),
        faults=tuple(faults),
        keys=_keys(root.children("keys", _KEY)),
        variants=MappingProxyType({**DEFAULTS, **(_variants(variants) if variants else {})}),
    )


def _task(entry: Entry) -> Task:
    task_id = entry.required("taskId")
    if "answer" in entry:
        return _verbatim_task(entry, task_id)
    if "httpStatus" in entry:
        raise entry.error("httpStatus", "only a task with an answer has a status", "add `answer:` or remove it")
    if "timeline" not in entry:
        remedy = "add `timeline:` with steps such as {after: 0, status: Processing}, or `answer:`"
        raise entry.error("timeline", "this is missing", remedy)
    return Task(
        task_id=task_id,
        workflow=_workflow(entry.child("workflow", _WORKFLOW)),
        task_input=entry.json_text("taskInput"),
        user_data=entry.json_text("userData"),
        create_time=entry.text("createTime"),
        timeline=_timeline(entry),
    )


def _verbatim_task(entry: Entry, task_id: str) -> Task:
    for name in _TASK:
        if name in entry and name not in {"taskId", "answer", "httpStatus"}:
            problem = "a task with an answer has nothing else, because the answer goes out word for word"
            raise entry.error(name, problem, "remove one of the two")
    answer = entry.free("answer")
    status = entry.count("httpStatus") or 200
    if not 200 <= status <= 599:  # noqa: PLR2004  # the range of final answers
        raise entry.error("httpStatus", f"{status} is not the status of an answer", "write 200 to 599")
    body = answer if isinstance(answer, str) else json_text(answer)
    return Task(task_id=task_id, verbatim=Verbatim(body=body, status=status))


def _workflow(entry: Entry | None) -> Workflow | None:
    if entry is None:
        return None
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
    for entry in owner.children("timeline", _STEP):
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
    kind = entry.word("kind", tuple(KINDS))
    if kind is None:
        raise entry.error("kind", "this is missing", f"add `kind:` with one of {', '.join(sorted(KINDS))}")
    action = entry.word("action", ACTIONS) or ACTIONS[0]
    if action == LIST and "taskId" in entry:
        raise entry.error("taskId", f"{LIST} is about no single task", "remove it, or name another action")
    everything = "calls" not in entry or entry.raw("calls") == "all"
    return Fault(
        kind=kind,
        action=action,
        task_id=entry.text("taskId"),
        calls=None if everything else frozenset(entry.counts("calls")),
    )


def _keys(entries: Sequence[Entry]) -> tuple[Key, ...]:
    keys = {DEFAULT_KEY.access_key: DEFAULT_KEY}
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
        keys[access_key] = Key(
            access_key=access_key,
            secret_key=entry.required("secretKey"),
            security_token=entry.text("securityToken"),
            denied=entry.flag("denied"),
            denied_actions=frozenset(entry.words("deniedActions", ACTIONS)),
        )
    return tuple(keys.values())


def _variants(entry: Entry) -> dict[str, str]:
    chosen = {axis: entry.word(axis, values) for axis, values in VARIANTS.items()}
    return {axis: value for axis, value in chosen.items() if value is not None}
