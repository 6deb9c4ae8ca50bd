"""Whoever speaks to the person chooses its own words, and chooses them for nobody else."""

from __future__ import annotations

import asyncio

import pytest

from ice_provider import group_messages, messages
from ice_provider.acceptance import Rule
from ice_provider.alibaba import endpoint
from ice_provider.config import ProviderConfig
from ice_provider.errors import InvalidInput, Throttled, Unreachable
from ice_provider.limits import Limit
from ice_provider.resources.rule_inputs import RuleInputs
from ice_provider.tally import Tally
from ice_provider.wording import Wording, speak, wording
from support.cloud import task

LIMIT = Limit("wait", 60.0)
LISTS = {"pendingStatuses": Rule().pending, "failureStatuses": Rule().failure, "successStatuses": Rule().success}


class Flags(Wording):
    """The words of an invented command."""

    speaker = "gate"
    again = "`gate`"

    def setting(self, name: str) -> str:
        return f"--{name}"

    def chosen(self, name: str, value: object = "") -> str:
        return f"--{name} {value}"

    def elsewhere(self, name: str) -> tuple[str, ...]:
        return ()

    def input(self, name: str) -> str:
        return f"--{name}"

    def given(self, name: str, value: object) -> str:
        return f"--{name} {value}"

    def raise_limit(self, operation: str, source: str, more: str) -> list[str]:
        return [f"or more of it:  --timeout {more}"]


def _everything() -> dict[str, str]:
    """Return a sentence of each kind that has words of the program in it."""
    tally = Tally(["t-1", "t-2"], Rule())
    tally.take(task("Failed"))
    deadline = messages.deadline("t-1", limit=LIMIT, seen=None, trouble=Throttled("slow"), now=0.0)
    with pytest.raises(InvalidInput) as no_region:
        endpoint.find(ProviderConfig(), {})
    return {
        "deadline": str(deadline),
        "deadline of a group": str(group_messages.deadline(tally, limit=LIMIT, trouble=None, waited=60.0)),
        "interrupted": str(messages.interrupted("t-1", seen=None, now=0.0)),
        "interrupted group": str(group_messages.interrupted(tally.standing)),
        "failed": str(messages.ended_badly(task("Failed"), listed=True)),
        "failed group": str(group_messages.hopeless(tally)),
        "unknown status": str(messages.unknown_status(task("Odd"), LISTS)),
        "pending for good": str(messages.ended_as_pending(task())),
        "gave up": str(messages.gave_up("read it", 30.0, Unreachable("no answer"))),
        "no turn": str(messages.no_turn("read it", 30.0, slowed_down=False)),
        "no turn while slowed down": str(messages.no_turn("read it", 30.0, slowed_down=True)),
        "clock": messages.clock_corrected(70.0),
        "no region": str(no_region.value),
        "lists": str(
            RuleInputs.problems({"success_statuses": ("A",), "failure_statuses": ("A",)}, {"successStatuses": ["A"]})
        ),
    }


async def _in_words_of(other: Wording) -> dict[str, str]:
    speak(other)
    return _everything()


async def test_a_program_with_its_own_words_is_never_heard_to_speak_of_pulumi() -> None:
    told = await asyncio.create_task(_in_words_of(Flags()))

    foreign = ("pulumi", " ice:", "customTimeouts", "the provider", " successStatuses")
    assert {name: text for name, text in told.items() if any(word in text for word in foreign)} == {}


async def test_words_are_chosen_for_what_begins_there_and_for_nobody_else() -> None:
    before = _everything()

    told = await asyncio.create_task(_in_words_of(Flags()))

    assert type(wording()) is Wording
    assert before == _everything()
    assert {name for name in told if told[name] == before[name]} == set()
