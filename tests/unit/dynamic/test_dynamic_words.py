"""What `ice_dynamic` calls things: inputs as a program writes them, settings as `pulumi config` has them."""

from __future__ import annotations

import inspect

import pulumi_ice
import pytest

from ice_dynamic.running import understood
from ice_dynamic.wording import PythonProgram, spoken
from ice_provider import messages
from ice_provider.declaration import properties
from ice_provider.errors import GateShut, InvalidInput, Problem
from ice_provider.functions import FUNCTIONS
from ice_provider.limits import Limit
from ice_provider.redaction import Redactor
from ice_provider.resources import RESOURCES
from ice_provider.wording import wording

OFFERS = {**RESOURCES, **FUNCTIONS}


def arguments(token: str) -> set[str]:
    """Return what the generated SDK calls the inputs of a resource or function."""
    name = token.rpartition(":")[2]
    if token in RESOURCES:
        return set(inspect.signature(getattr(pulumi_ice, f"{name}Args").__init__).parameters)
    return set(inspect.signature(getattr(pulumi_ice, PythonProgram().input(name))).parameters)


@pytest.mark.parametrize("token", OFFERS)
def test_what_a_message_calls_an_input_is_an_argument_that_there_is(token: str) -> None:
    told = {PythonProgram().input(property_.name) for property_ in properties(OFFERS[token].inputs)}

    assert told <= arguments(token)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("customTimeouts", ['or raise the limit:  opts=ResourceOptions(custom_timeouts=CustomTimeouts(update="2h"))']),
        (
            "waitTimeout",
            [
                'or raise the limit of this gate:  wait_timeout="2h"',
                'or of its update:  opts=ResourceOptions(custom_timeouts=CustomTimeouts(update="2h"))',
            ],
        ),
        (
            "provider",
            [
                'or raise the limit of this gate:  wait_timeout="2h"',
                'or of its update:  opts=ResourceOptions(custom_timeouts=CustomTimeouts(update="2h"))',
                "or of all gates:  pulumi config set ice:waitTimeout 2h",
            ],
        ),
    ],
)
def test_a_limit_is_raised_by_what_wins_over_it(source: str, lines: list[str]) -> None:
    raised = spoken(lambda: messages.raise_limit(Limit("update", 1800.0, source)))

    assert [line for _, line in raised] == lines


def test_an_input_is_given_as_an_argument() -> None:
    assert PythonProgram().given("minSucceeded", 3) == "min_succeeded=3"
    assert spoken(lambda: wording().given("successStatuses", wording().listing(["Succeed"]))) == (
        'success_statuses=["Succeed"]'
    )


def test_nobody_elses_words_change() -> None:
    assert spoken(lambda: wording().input("taskIds")) == "task_ids"
    assert wording().input("taskIds") == "taskIds"


def test_every_mistake_is_told_with_the_argument_it_was_made_in() -> None:
    error = InvalidInput([Problem("successStatuses[1]", "is empty"), Problem("", "there is no region")])

    assert str(understood(error, Redactor())) == "success_statuses[1]: is empty; there is no region"


def test_an_error_is_told_without_the_secrets_that_are_known_and_a_bug_as_one() -> None:
    redactor = Redactor()
    redactor.learn("emulator-secret")

    shut = understood(GateShut("failed: emulator-secret", [("next", "mend it")]), redactor)

    assert str(shut) == "failed: [secret]\n    next       mend it"
    assert shut.headline == "failed: [secret]"
    bug = str(understood(KeyError("emulator-secret"), redactor))
    assert bug.startswith("this is a bug in ice_dynamic, please report it: KeyError")
    assert "emulator-secret" not in bug
