"""`ice:index:WorkflowTaskGroupGate`: one gate for thousands of tasks, which opens when enough of them have succeeded.

Like the gate for one task it makes nothing in the cloud, and the task IDs are all the state that its wait has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ice_provider import group_messages, group_waiting, messages, task_id, words
from ice_provider.declaration import declared
from ice_provider.errors import Denied, InvalidInput, NotSignedIn, Problem, Rejected
from ice_provider.model import WorkflowTask
from ice_provider.resources.rule_inputs import RuleInputs
from ice_provider.session import Operation
from ice_provider.tally import Tally
from ice_provider.wording import wording

_READ_AGAIN: Final = frozenset({"triggers", "region", "condition"})  # a change of these reads every task again
_RULE: Final = frozenset({"successStatuses", "failureStatuses", "pendingStatuses"})
_JUDGED: Final = _READ_AGAIN | _RULE | {"taskIds", "minSucceeded"}


def _ids_problem(task_ids: tuple[str, ...]) -> str | None:
    wrong = [(id_, reason) for id_ in task_ids if (reason := task_id.problem(id_))]
    return f'holds "{wrong[0][0][:20]}": an ID {wrong[0][1]}' if wrong else None


@dataclass(frozen=True, slots=True)
class Inputs(RuleInputs):
    """What a user writes to make a gate for a group."""

    task_ids: tuple[str, ...] = declared(
        "The IDs of the workflow tasks to wait for: a set, thousands of them if need be. Their order never matters.",
        problem=_ids_problem,
        unordered=True,
    )
    min_succeeded: int | None = declared(
        "How many of the tasks must succeed: all by default. The gate opens as soon as so many have, and fails as soon "
        "as so many no longer can.",
        default=None,
    )

    @staticmethod
    def problems(known: Mapping[str, Any], given: Mapping[str, Any]) -> list[Problem]:
        """Return the mistakes of the status lists, and of a number that does not fit the tasks."""
        found = RuleInputs.problems(known, given)
        needed, task_ids = known.get("min_succeeded"), known.get("task_ids")
        if task_ids is None or (needed is None and given.get("minSucceeded") is not None):
            return found
        total = len(set(task_ids))
        if not total and needed is None:
            none = wording().given("minSucceeded", 0)
            reason = f"is empty: name a task, or write {none} for a gate that opens without any"
            return [*found, Problem("taskIds", reason)]
        if needed is not None and not 0 <= needed <= total:
            return [*found, Problem("minSucceeded", f"must be from 0 to {total}, the number of tasks")]
        return found

    def tally(self) -> Tally:
        """Return a tally in which nothing is counted yet."""
        return Tally(self.task_ids, self.rule(), self.min_succeeded)


@dataclass(frozen=True, slots=True)
class GatedGroup:
    """A group of tasks as its gate recorded it when it opened."""

    statuses: Mapping[str, str] = declared("The status of each task that had been read when the gate opened.")
    succeeded_task_ids: tuple[str, ...] = declared("The IDs of the tasks that had succeeded.")
    failed_task_ids: tuple[str, ...] = declared("The IDs of the tasks that did not succeed and no longer can.")
    failed_tasks: tuple[WorkflowTask, ...] = declared(
        "The first ten of these tasks, with their activities; `userData` is left out."
    )
    region: str | None = declared("The region in which the tasks were read.", default=None)

    @classmethod
    def of(cls, tally: Tally, region: str | None) -> GatedGroup:
        """Return what is recorded of a tally."""
        return cls(
            statuses=dict(sorted(tally.statuses.items())),
            succeeded_task_ids=tally.succeeded,
            failed_task_ids=tally.failed,
            failed_tasks=tuple(sorted(tally.failed_tasks, key=lambda task: task.task_id)),
            region=region,
        )


class WorkflowTaskGroupGate:
    """Waits for many tasks."""

    token = "ice:index:WorkflowTaskGroupGate"
    inputs = Inputs
    outputs = GatedGroup
    doc = (
        "Waits for many workflow tasks of Alibaba Cloud Intelligent Media Services at once. The gate opens as soon as "
        "`minSucceeded` of them have ended well, all by default, and stops the deployment as soon as so many no longer "
        "can; it then names the tasks that failed, with their reasons.\n\n"
        "One group costs one row and one slot of the engine, however many tasks it holds. Adding tasks waits only for "
        "the new ones. A preview reads for at most 5 seconds and never waits. Deleting a gate changes nothing in the "
        "cloud.\n\nThe limit of the wait is a deadline: `customTimeouts`, else `waitTimeout`, else the provider's "
        "`waitTimeout`."
    )

    async def preview(self, inputs: Inputs, operation: Operation) -> GatedGroup | None:
        """Read for at most 5 s, and tell what `pulumi up` would do.

        Raises:
            GateShut: Too many tasks have failed already.
        """
        return await self._preview(inputs, inputs.tally(), operation)

    async def create(self, inputs: Inputs, operation: Operation) -> GatedGroup:
        """Wait for the tasks. See `group_waiting.wait` for what it raises."""
        return await self._wait(inputs, inputs.tally(), operation)

    async def update(
        self, inputs: Inputs, recorded: GatedGroup, changed: frozenset[str], operation: Operation
    ) -> GatedGroup | None:
        """Judge the whole set again: recorded ended tasks as they are, the others by reading them."""
        if not changed & _JUDGED:
            return recorded
        tally = inputs.tally()
        if not changed & _READ_AGAIN and not (changed & _RULE and inputs.condition):
            _recall(recorded, tally, inputs)
        act = self._preview if operation.preview else self._wait
        return await act(inputs, tally, operation)

    async def adopt(self, given: Mapping[str, Any], identity: str, operation: Operation) -> tuple[Inputs, GatedGroup]:  # noqa: ARG002  # the engine's
        """Refuse: a group is what the program lists, and no ID names it.

        Raises:
            InvalidInput: Always.
        """
        reason = "a WorkflowTaskGroupGate cannot be imported: let `pulumi up` create it, it only reads"
        raise InvalidInput([Problem("", reason)])

    async def _wait(self, inputs: Inputs, tally: Tally, operation: Operation) -> GatedGroup:
        await group_waiting.wait(tally, operation.limit(inputs.wait_timeout), operation)
        return GatedGroup.of(tally, operation.session.region)

    async def _preview(self, inputs: Inputs, tally: Tally, operation: Operation) -> GatedGroup | None:
        if tally.is_hopeless:
            raise group_messages.hopeless(tally)
        if tally.opens:
            return GatedGroup.of(tally, operation.session.region)
        try:
            trouble = await group_waiting.glance(tally, operation)
        except (NotSignedIn, Denied, Rejected, InvalidInput) as error:
            await operation.reporter.warn(messages.not_foreseen(error))
            return None
        if tally.is_hopeless:
            raise group_messages.hopeless(tally)
        must_all = tally.needed == len(tally.task_ids)  # where fewer suffice, `up` reads no further than it must
        if must_all and not tally.unsettled:
            return GatedGroup.of(tally, operation.session.region)
        if trouble:
            await operation.reporter.warn(messages.not_foreseen(trouble))
        limit = operation.limit(inputs.wait_timeout)
        if tally.missing:
            await operation.reporter.warn(group_messages.not_known(tally.missing))
        await operation.reporter.progress(group_messages.foreseen(tally.standing, limit=limit))
        return None


def _recall(recorded: GatedGroup, tally: Tally, inputs: Inputs) -> None:
    """Count the recorded tasks that have ended, by the rule of today: an ended task does not change.

    A condition is never judged on a record, which leaves out what could be secret: who has missed it keeps missing it.
    """
    told = {task.task_id: task for task in recorded.failed_tasks}
    ended = {id_: status for id_, status in recorded.statuses.items() if status in words.ENDED}
    for id_ in sorted(ended.keys() & tally.task_ids):
        if inputs.condition is not None and id_ in recorded.failed_task_ids:
            tally.statuses[id_] = ended[id_]
            tally.give_up(id_, messages.recorded_badly(id_, ended[id_]), told.get(id_))
        elif id_ in told:
            tally.take(told[id_])
        elif ended[id_] in inputs.rule().success:
            tally.recall(id_, ended[id_])
        elif ended[id_] in inputs.rule().failure:
            tally.give_up(id_, messages.recorded_badly(id_, ended[id_]))
