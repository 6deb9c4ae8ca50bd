"""What `ice-gate` calls things, what its exit codes mean, and that nothing secret can be written on its command line."""

from __future__ import annotations

import json
import re

import pytest

from ice_gate.arguments import parser
from ice_gate.exits import CODES, MEANINGS, Exit, ending
from ice_gate.output import Output
from ice_gate.wording import CommandLine, mistakes
from ice_provider import errors
from ice_provider.config import ProviderConfig
from ice_provider.declaration import properties
from ice_provider.errors import InvalidInput, Problem, ProviderError
from ice_provider.functions.get_workflow_tasks import Arguments
from ice_provider.redaction import Redactor
from ice_provider.resources.workflow_task_gate import Inputs
from ice_provider.resources.workflow_task_group_gate import Inputs as GroupInputs

(COMMANDS,) = (action.choices for action in parser()._actions if action.choices)
OPTIONS = {
    name: {word for action in each._actions for word in action.option_strings} for name, each in COMMANDS.items()
}
SECRET = {property_.name for property_ in properties(ProviderConfig) if property_.secret}


def kinds() -> set[type[ProviderError]]:
    found = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, ProviderError)}
    return found - {ProviderError, errors.Transient}


def test_every_error_of_the_core_has_an_exit_code_that_is_not_success() -> None:
    assert set(CODES) == kinds()
    assert Exit.OPEN not in CODES.values()
    assert set(MEANINGS) == set(Exit)


def test_no_secret_has_an_option_and_each_is_called_by_its_variable() -> None:
    words = CommandLine()

    for name in SECRET:
        assert words.setting(name).startswith("ALIBABA_CLOUD_")
        assert not [
            option for options in OPTIONS.values() for option in options if option == CommandLine.input(words, name)
        ]


@pytest.mark.parametrize("name", [p.name for p in properties(ProviderConfig) if not p.secret and "ssume" not in p.name])
def test_what_a_message_calls_a_setting_is_an_option_that_there_is(name: str) -> None:
    assert CommandLine().setting(name) in OPTIONS["wait"]


@pytest.mark.parametrize(
    "name",
    sorted({p.name for p in (*properties(Inputs), *properties(GroupInputs))} - {"taskId", "taskIds", "triggers"}),
)
def test_what_a_message_calls_an_input_is_an_option_that_there_is(name: str) -> None:
    assert CommandLine().input(name) in OPTIONS["wait"]


@pytest.mark.parametrize("name", [p.name for p in properties(Arguments)])
def test_what_can_be_searched_for_is_an_option_of_list(name: str) -> None:
    assert CommandLine().input(name) in OPTIONS["list"]


@pytest.mark.parametrize(
    ("command", "never"),
    [("wait", set()), ("show", {Exit.SHUT, Exit.TIMED_OUT}), ("list", {Exit.SHUT, Exit.TIMED_OUT, Exit.NOT_KNOWN})],
)
def test_the_help_has_each_exit_code_that_its_command_can_end_with(command: str, never: set[Exit]) -> None:
    told = COMMANDS[command].format_help().partition("exit codes:\n")[2].partition("\n\n")[0]

    rows = {
        int(code): " ".join(meaning.split())
        for code, meaning in re.findall(r"^ +(\d+)  (\D.*(?:\n {7}.*)*)", told, re.MULTILINE)
    }

    shown = {int(code): meaning for code, meaning in MEANINGS.items() if code not in never}
    opened = "here is the answer" if never else "the gate is open"
    assert rows == shown | {0: opened}


def test_what_changes_nothing_of_a_single_read_or_of_a_list_is_no_option_of_it() -> None:
    assert {"--bulk-reads", "--requests-per-second"} <= OPTIONS["wait"]
    assert not {"--bulk-reads", "--requests-per-second"} & OPTIONS["show"]
    assert "--bulk-reads" not in OPTIONS["list"]


def test_a_switch_is_set_without_a_value() -> None:
    assert CommandLine().chosen("skipRegionValidation", "true") == "--skip-region-validation"
    assert CommandLine().chosen("caFile", "/a.pem") == "--ca-file /a.pem"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("successStatuses[1]", "--success: "),
        ("taskIds[0]", "TASK: "),
        ("requestsPerSecond", "--requests-per-second: "),
        ("ALIBABA_CLOUD_ECS_METADATA", "ALIBABA_CLOUD_ECS_METADATA: "),
        ("", ""),
    ],
)
def test_a_mistake_is_told_with_the_option_it_was_made_in(path: str, place: str) -> None:
    assert mistakes(InvalidInput([Problem(path, "is wrong")])) == f"{place}is wrong"


def test_a_list_of_words_can_be_copied_into_a_shell() -> None:
    assert CommandLine().listing(["Succeed", "Odd $one"]) == "'Succeed,Odd $one'"


def test_a_bug_names_its_place_and_nothing_of_what_was_handled() -> None:
    def handle(secret: str) -> None:
        raise ValueError(secret)

    with pytest.raises(ValueError, match="canary") as caught:
        handle("canary")

    told = ending(caught.value)
    assert told.code is Exit.BUG
    assert "ValueError at test_words.py:" in told.text
    assert "canary" not in told.text


@pytest.mark.parametrize("say", ["line", "block", "warn", "fail"])
def test_whatever_is_printed_has_its_secrets_taken_out(capsys: pytest.CaptureFixture[str], say: str) -> None:
    redactor = Redactor()
    redactor.learn("a-secret-of-the-user")

    getattr(Output(redactor, is_watched=False), say)("it is a-secret-of-the-user")

    told = "".join(capsys.readouterr())
    assert "it is [secret]" in told
    assert "a-secret" not in told


def test_json_is_one_line_that_steers_no_terminal_whatever_its_texts_hold(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"\x9bm": "\x7f \x85 \u2028 \u202e \x1b[2J \n \U000e0001 映画"}

    Output(Redactor(), is_watched=False).value(value)

    line = capsys.readouterr().out.removesuffix("\n")
    assert line.isprintable()
    assert "映画" in line
    assert json.loads(line) == value


def test_json_stays_json_whatever_is_taken_out_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    redactor = Redactor()
    redactor.learn("a-secret-of-the-user")
    value = {
        "url": "https://x.example.com/a?Signature=abc",
        "nested": '{"url":"https://x.example.com/a?Signature=abc"}',
        "Signature": "abc",
        "signed": {"signature": None, "count": 1, "securityToken": {"is": 7}},
        "list": ["a-secret-of-the-user", True],
        "a-secret-of-the-user": 1,
    }

    Output(redactor, is_watched=False).value(value)

    out = capsys.readouterr().out
    told = json.loads(out)
    assert told["url"] == "https://x.example.com/a?Signature=[secret]"
    assert told["list"] == ["[secret]", True]
    assert told["signed"]["count"] == 1
    assert "abc" not in out
    assert "a-secret" not in out
