"""Does a task open a gate? A pure function: a task and a rule give open, wait, or shut and why.

Closed unless success is named. Must not know how a task is read, how long anyone waits, or what Pulumi is.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

from ice_provider import messages, words
from ice_provider.condition import Condition, ConditionError
from ice_provider.errors import GateShut
from ice_provider.model import WorkflowTask


@dataclass(frozen=True, slots=True)
class Open:
    """The task ended well."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The task goes on."""


@dataclass(frozen=True, slots=True)
class Shut:
    """The task will not open this gate.

    Attributes:
        error: Why, for a person.
    """

    error: GateShut


Verdict = Open | Wait | Shut
DEFAULT_SUCCESS: Final = frozenset({words.SUCCEED})
DEFAULT_FAILURE: Final = frozenset({words.FAILED, words.CANCELED})
DEFAULT_PENDING: Final = words.PENDING


@dataclass(frozen=True, slots=True)
class Rule:
    """Which status words open a gate, which shut it, which it waits on; no word is in two of them.

    Attributes:
        success: Words that open it, if the condition holds too.
        failure: Words that shut it.
        pending: Words to wait on.
        condition: What must be true of a task with a success word; None for nothing.
        listed_failure: The words that shut it because the user says so.
    """

    success: frozenset[str] = DEFAULT_SUCCESS
    failure: frozenset[str] = DEFAULT_FAILURE
    pending: frozenset[str] = DEFAULT_PENDING
    condition: Condition | None = None
    listed_failure: frozenset[str] = frozenset()

    @classmethod
    @functools.lru_cache(maxsize=256)  # thousands of gates share a few rules
    def of(
        cls,
        *,
        success: tuple[str, ...] | None = None,
        failure: tuple[str, ...] | None = None,
        pending: tuple[str, ...] | None = None,
        condition: str | None = None,
    ) -> Rule:
        """Return the rule that the user's lists describe; a default gives way to a word that is listed elsewhere."""
        explicit = [frozenset(words_) for words_ in (success, failure, pending) if words_ is not None]
        taken = frozenset().union(*explicit)
        return cls(
            success=frozenset(success) if success is not None else DEFAULT_SUCCESS - taken,
            failure=frozenset(failure) if failure is not None else DEFAULT_FAILURE - taken,
            pending=frozenset(pending) if pending is not None else DEFAULT_PENDING - taken,
            condition=Condition(condition) if condition is not None else None,
            listed_failure=frozenset(failure or ()),
        )


def judge(task: WorkflowTask, rule: Rule) -> Verdict:
    """Return what a task means for a gate."""
    if task.status in rule.pending:
        # An ended task does not change: to wait on its status would be to wait for ever.
        return Shut(messages.ended_as_pending(task)) if task.finished else Wait()
    if task.status in rule.failure:
        listed = task.status in rule.listed_failure
        return Shut(messages.ended_badly(task, listed=listed, accepted=rule.success))
    if task.status not in rule.success:
        lists = {"pendingStatuses": rule.pending, "failureStatuses": rule.failure, "successStatuses": rule.success}
        return Shut(messages.unknown_status(task, lists))
    if rule.condition is None:
        return Open()
    try:
        if rule.condition.holds(task):
            return Open()
    except ConditionError as error:
        return Shut(messages.condition_failed(task, rule.condition.expression, str(error)))
    return Shut(messages.condition_false(task, rule.condition.expression))
