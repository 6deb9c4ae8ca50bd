"""How a group of tasks stands: which have succeeded, which no longer can, and whether that decides the gate.

Pure: readings in, a standing out. Must not know how a task is read, how long anyone waits, or what Pulumi is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ice_provider.acceptance import Open, Rule, Shut, judge
from ice_provider.errors import NotKnown, ProviderError
from ice_provider.model import WorkflowTask

SHOWN_FAILURES: Final = 10
"""As many failed tasks are told of in full; of the others, how many."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many tasks of a group stand where.

    Attributes:
        total: All tasks.
        needed: As many must succeed.
        succeeded: They have.
        failed: They no longer can.
        running: They have been read and go on.
        missing: The API did not know them when they were last asked for.
    """

    total: int
    needed: int
    succeeded: int
    failed: int
    running: int
    missing: int = 0

    @property
    def unread(self) -> int:
        """How many have not been read yet."""
        return self.total - self.succeeded - self.failed - self.running - self.missing


class Tally:
    """The tasks of one group, counted.

    Attributes:
        task_ids: All of them.
        needed: How many must succeed.
        rule: What a task must come to.
        statuses: The last status word of each task that was read.
        reasons: Why each failed task did not succeed, in the order in which that came out.
        failed_tasks: The first of them, as they were read; `userData` is left out, because it may be secret.
        missing: What the API said of each task that it did not know when it was last asked, and may know later.
    """

    def __init__(self, task_ids: Iterable[str], rule: Rule, needed: int | None = None) -> None:
        """Begin to count; `needed` is how many must succeed, all unless given."""
        self.task_ids = frozenset(task_ids)
        self.needed = len(self.task_ids) if needed is None else needed
        self.statuses: dict[str, str] = {}
        self.reasons: dict[str, ProviderError] = {}
        self.failed_tasks: list[WorkflowTask] = []
        self.missing: dict[str, NotKnown] = {}
        self.rule = rule
        self._succeeded: set[str] = set()

    def take(self, task: WorkflowTask) -> None:
        """Count a reading of a task whose outcome is open."""
        self.statuses[task.task_id] = task.status
        self.missing.pop(task.task_id, None)
        verdict = judge(task, self.rule)
        if isinstance(verdict, Open):
            self._succeeded.add(task.task_id)
        elif isinstance(verdict, Shut):
            self.give_up(task.task_id, verdict.error, task)

    def recall(self, task_id: str, status: str) -> None:
        """Count a task whose success was recorded earlier."""
        self.statuses[task_id] = status
        self._succeeded.add(task_id)

    def give_up(self, task_id: str, reason: ProviderError, task: WorkflowTask | None = None) -> None:
        """Count a task that cannot succeed any more."""
        self.reasons[task_id] = reason
        self.missing.pop(task_id, None)
        if task is not None and len(self.failed_tasks) < SHOWN_FAILURES:
            self.failed_tasks.append(dataclasses.replace(task, user_data=None))

    def is_settled(self, task_id: str) -> bool:
        """Whether the outcome of a task is known."""
        return task_id in self._succeeded or task_id in self.reasons

    @property
    def unsettled(self) -> frozenset[str]:
        """The tasks whose outcome is open."""
        return self.task_ids - self._succeeded - self.reasons.keys()

    @property
    def succeeded(self) -> tuple[str, ...]:
        """The tasks that have succeeded, sorted."""
        return tuple(sorted(self._succeeded))

    @property
    def failed(self) -> tuple[str, ...]:
        """The tasks that no longer can, sorted."""
        return tuple(sorted(self.reasons))

    @property
    def running(self) -> Mapping[str, str]:
        """The tasks that go on, with their last status."""
        return {task_id: self.statuses[task_id] for task_id in sorted(self._running())}

    @property
    def opens(self) -> bool:
        """Whether enough tasks have succeeded."""
        return len(self._succeeded) >= self.needed

    @property
    def is_hopeless(self) -> bool:
        """Whether enough tasks no longer can succeed."""
        return len(self.task_ids) - len(self.reasons) < self.needed

    @property
    def standing(self) -> Standing:
        """The counts of this moment."""
        return Standing(
            total=len(self.task_ids),
            needed=self.needed,
            succeeded=len(self._succeeded),
            failed=len(self.reasons),
            running=len(self._running()),
            missing=len(self.missing),
        )

    def _running(self) -> frozenset[str]:
        return self.unsettled & self.statuses.keys() - self.missing.keys()
