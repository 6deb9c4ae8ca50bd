"""What every gate lets a user write about the tasks that open it: status lists, a condition, triggers, a limit.

Must not know whether a gate waits for one task or for many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ice_provider import condition, durations, words
from ice_provider.acceptance import Rule
from ice_provider.declaration import Json, declared
from ice_provider.errors import Problem
from ice_provider.wording import wording

LISTS: Final = {
    "success_statuses": "successStatuses",
    "failure_statuses": "failureStatuses",
    "pending_statuses": "pendingStatuses",
}


@dataclass(frozen=True, slots=True)
class RuleInputs:
    """The inputs that all gates have."""

    success_statuses: tuple[str, ...] | None = declared(
        'Status words that open the gate: `["Succeed"]` by default.', default=None, problem=words.case_problem
    )
    failure_statuses: tuple[str, ...] | None = declared(
        'Status words that shut it at once: `["Failed", "Canceled"]` by default, less those named elsewhere.',
        default=None,
        problem=words.case_problem,
    )
    pending_statuses: tuple[str, ...] | None = declared(
        'Status words to wait on: `["Init", "Processing"]` by default, less those named elsewhere. A word that no '
        "list names is an error.",
        default=None,
        problem=words.case_problem,
    )
    condition: str | None = declared(
        "A JMESPath expression over the outputs of `getWorkflowTask` that must be exactly `true` for the gate to open, "
        "judged once the task has a success status.",
        default=None,
        problem=condition.problem,
    )
    triggers: Mapping[str, Json] | None = declared(
        "Any values; a change of one makes the gate read the task again, in place.", default=None
    )
    wait_timeout: str | None = declared(
        'How long to wait, such as "45m". The customTimeouts of the operation win over it; without both, the '
        "provider's `waitTimeout` holds.",
        default=None,
        problem=durations.problem,
    )

    @staticmethod
    def problems(known: Mapping[str, Any], given: Mapping[str, Any]) -> list[Problem]:
        """Return the mistakes that the status lists show together; nothing while one of them is unknown."""
        if any(given.get(name) is not None and attribute not in known for attribute, name in LISTS.items()):
            return []
        found: list[Problem] = []
        owners: dict[str, str] = {}
        for attribute, name in LISTS.items():
            for word in dict.fromkeys(known.get(attribute, ())):
                if word in owners:
                    owner = wording().input(owners[word])
                    found.append(Problem(name, f'names "{word}", and so does {owner}: leave it in one of them'))
                owners[word] = name
        lists = {attribute.removesuffix("_statuses"): known.get(attribute) for attribute in LISTS}
        if not found and not Rule.of(**lists).success:
            found.append(_never_opens(owners.get(words.SUCCEED)))
        return found

    def rule(self) -> Rule:
        """Return what the status lists and the condition mean together."""
        return Rule.of(
            success=self.success_statuses,
            failure=self.failure_statuses,
            pending=self.pending_statuses,
            condition=self.condition,
        )


def _never_opens(taken_by: str | None) -> Problem:
    """Return the mistake of lists that leave no status to open the gate; `taken_by` names the list that has Succeed."""
    if taken_by is None:
        return Problem("successStatuses", 'no status would open this gate: name one, such as "Succeed"')
    success = wording().input("successStatuses")
    reason = f'names "Succeed", which alone would open this gate: name another status in {success}'
    return Problem(taken_by, reason)
