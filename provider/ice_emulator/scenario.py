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
workflows:                                  # what StartWorkflow starts; the timeline begins with the start
  - {workflowId: wf-1, name: Transcode, timeline: [{after: 0, status: Processing}, {after: 9, status: Succeed}]}
faults:
  - {action: GetWorkflowTask, taskId: movie-1, calls: [2, 3], kind: throttle}
  - {action: ListWorkflowTasks, calls: 1, kind: throttle}        # a list is about no single task
  - {kind: badGateway, share: 0.1}                               # by chance, the same with the same seed
keys:
  - {accessKey: STS.one, secretKey: one, securityToken: t, expiresAfter: 3600, denied: false}
  - {accessKey: reader, secretKey: two, deniedActions: [ListWorkflowTasks]}
variants: {taskNotKnown: nullTask}
```

`calls` of a step: it holds from that read of the task on, counting from 1; only reads that were answered truly
count, and a list is none. Of several steps whose condition holds, the last one does. `calls` of a fault: which of the
requests for the action (about the task, if one is named), counting from 1, those that met a fault included; one
number, a list or `all`, which is also meant when it is left out.

A list tells the tasks that a read would find, ordered by `createTime`; one that is no time counts as the moment the
timeline begins. A task with an `answer` is in it when the answer is a success with a well-formed WorkflowTask.

Must not know: HTTP, how answers look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from ice_emulator import document, reading
from ice_emulator.document import Document, ScenarioError
from ice_emulator.faults import Fault
from ice_emulator.signature import DEFAULT_KEY, Key
from ice_emulator.tasks import Started, Task
from ice_emulator.variants import DEFAULTS
from ice_emulator.vocabulary import SCENARIO, VARIANTS_ALONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A world to play.

    Attributes:
        workflows: What can be started, by the ID of the workflow.
        keys: The key pairs that are known; the one out of the box is always among them.
        variants: A value for every axis of `VARIANTS`.
    """

    tasks: tuple[Task, ...] = ()
    workflows: Mapping[str, Started] = field(default_factory=lambda: MappingProxyType({}))
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
        chosen = reading.variants(reading.root(document.from_value(dict(variants), "variants"), VARIANTS_ALONE))
        return replace(self, variants=MappingProxyType({**self.variants, **chosen}))


def _scenario(source: Document) -> Scenario:
    if source.value is None:
        remedy = "write `tasks:` and a list of tasks, each with a taskId and a timeline"
        raise ScenarioError(source.source, None, "", "the scenario is empty", remedy)
    root = reading.root(source, SCENARIO)
    tasks = reading.tasks(root.children("tasks"))
    variants = root.child("variants")
    return Scenario(
        tasks=tuple(tasks.values()),
        workflows=MappingProxyType(reading.workflows(root.children("workflows"))),
        faults=tuple(reading.faults(root.children("faults"), tasks)),
        keys=reading.keys(root.children("keys")),
        variants=MappingProxyType({**DEFAULTS, **(reading.variants(variants) if variants else {})}),
    )
