"""The nouns: tasks and their steps as a scenario describes them, views and pages as answers tell of them.

Must not know: how a task moves. That is `state.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ice_emulator.document import Json

ENDED = frozenset({"Succeed", "Failed", "Canceled"})
"""The states after which a task does not change. Source: the published page of GetWorkflowTask."""

Rank = tuple[int, str]
"""Where a task stands in a list: microseconds, the newest first, then its ID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """The workflow a task belongs to; what is None is left out of the answer."""

    workflow_id: str | None = None
    name: str | None = None
    status: str | None = None
    type: str | None = None
    create_time: str | None = None
    modified_time: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A state of a task and what brings it about: either `after` or `calls`.

    Attributes:
        status: Any word: a client must also survive the ones that nobody has announced.
        after: Seconds since the timeline began.
        calls: The step holds from this read of the task on, counting from 1.
        activity_results: A mapping or a list (sent as JSON text), or a text (sent as it is).
        finish_time: Sent as it is; None for the moment the step began, if it ends the task.
    """

    status: str
    after: float | None = None
    calls: int | None = None
    activity_results: dict[str, Json] | list[Json] | str | None = None
    finish_time: str | None = None

    @property
    def ends(self) -> bool:
        """Whether the task does not change any more."""
        return self.status in ENDED

    def begun(self, elapsed: float, reads: int) -> bool:
        """Whether the step's condition holds."""
        if self.after is not None:
            return elapsed >= self.after
        return self.calls is not None and reads >= self.calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatim:
    """An answer that is given word for word."""

    body: str
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as a scenario describes it: with a timeline, or with a verbatim answer.

    Attributes:
        create_time: Sent as it is; None for the moment the task came into being.
    """

    task_id: str
    workflow: Workflow | None = None
    task_input: str | None = None
    user_data: str | None = None
    create_time: str | None = None
    timeline: tuple[Step, ...] = ()
    verbatim: Verbatim | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What a workflow makes of a start: a task with this timeline."""

    workflow: Workflow
    timeline: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """A task as it stands; the same object as long as nothing has changed."""

    task: Task
    step: Step
    create_time: str
    finish_time: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a list searches for; what is None or empty excludes nothing.

    Attributes:
        created_from: The first moment that counts.
        created_to: The last moment that counts.
        key: Any part of the task's input, in whatever case.
    """

    created_from: datetime | None = None
    created_to: datetime | None = None
    workflow_id: str | None = None
    workflow_name: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list.

    Attributes:
        tasks: The IDs that the scenario gives, and what the service would say.
        end: Where it ended, None when nothing follows.
    """

    tasks: Sequence[tuple[str, View | Verbatim]]
    end: Rank | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a list orders tasks by and searches them for."""

    create_time: str | None = None
    workflow_id: str | None = None
    workflow_name: str | None = None
    task_input: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a task stands, for whoever steers it.

    Attributes:
        status: None before the task is known; empty when its answer is given word for word.
        reads: How often it has been read.
    """

    task_id: str
    status: str | None
    reads: int
