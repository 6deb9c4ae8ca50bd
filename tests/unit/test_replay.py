"""How a recording is read, and how it is made of the engine's log: as `pulumi/providertest` has it, and fit to be shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replay.sanitising import sanitised
from support.replay import differences

SIGNATURE = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
CREATE = "/pulumirpc.ResourceProvider/Create"


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        (1, 1.0),
        ("a", "a"),
        (None, None),
        ("*", {"any": ["thing"]}),
        ({"\\": "*"}, "*"),
        ({"\\": {"a": "*"}}, {"a": "*"}),
        ([1, "*", 3], [1, 2, 3]),
        ({"a": "*", "b": 3}, {"a": 1, "b": 3}),
        ({"a": 1, "*": "*"}, {"a": 1, "b": 2, "c": 3}),
        ({"*": 2}, {"b": 2, "c": 2}),
        ({"\\*": 1}, {"*": 1}),
    ],
)
def test_a_document_that_is_as_the_pattern_says_has_no_difference(pattern: object, told: object) -> None:
    assert list(differences(pattern, told)) == []


@pytest.mark.parametrize(
    ("pattern", "told", "difference"),
    [
        (1, 2, "# was 1 and is 2"),
        (1, True, "# was 1 and is True"),
        (None, "", "# was None and is ''"),
        ({"\\": "*"}, "a", "# was '*' and is 'a'"),
        ([1], [1, 2], "# was [1] and is [1, 2]"),
        ([{"a": 1}], [{"a": 2}], "#[0].a was 1 and is 2"),
        ({"a": 1}, {}, "#.a is not there"),
        ({"a": "*"}, {}, "#.a is not there"),
        ({}, {"a": 1}, "#.a is new: 1"),
        ({"*": 2}, {"b": 3}, "#.b was 2 and is 3"),
        ({"\\*": 1}, {"b": 1}, "#.* is not there"),
        ({"a": 1}, [1], "# was {'a': 1} and is [1]"),
        ([1], {"a": 1}, "# was [1] and is {'a': 1}"),
    ],
)
def test_a_difference_is_told_with_its_place(pattern: object, told: object, difference: str) -> None:
    assert difference in list(differences(pattern, told))


def lines(*calls: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the recording of a log of these calls, each logged when it begins and when it has ended."""
    log = "".join(
        f"{json.dumps(call | {'progress': progress})}\n"
        for call in calls
        for progress in ("request_started", "response_completed")
    )
    made = sanitised(log, service="127.0.0.1:4711", secrets=["canary"], times="2023-01-04T02:05:17Z")
    return [json.loads(line) for line in made]


def test_a_recording_has_a_line_for_each_call_of_the_provider_and_none_for_others() -> None:
    told = lines(
        {"method": "/pulumirpc.LanguageRuntime/Run", "request": {}, "response": {}},
        {"method": CREATE, "request": {"a": 1}, "response": {"b": 2}, "metadata": {"pid": 7}, "duration": 3},
    )

    assert told == [{"method": CREATE, "request": {"a": 1}, "response": {"b": 2}}]


def test_a_secret_is_taken_out_wherever_it_stands_and_whatever_it_is_in_what_is_marked() -> None:
    marked = {"properties": {"userData": {**SIGNATURE, "value": {"a": "other"}}, "text": "a canary in it"}}

    (told,) = lines({"method": CREATE, "request": marked, "response": marked})

    assert told["request"]["properties"] == {"userData": {**SIGNATURE, "value": "[secret]"}, "text": "a [secret] in it"}
    assert told["response"]["properties"] == {"userData": {**SIGNATURE, "value": "*"}, "text": "a [secret] in it"}


def test_what_an_answer_makes_up_anew_may_be_anything_and_what_was_sent_back_has_a_name() -> None:
    told = lines(
        {"method": CREATE, "request": {}, "response": {"id": "f00d", "properties": {}}},
        {"method": "/pulumirpc.ResourceProvider/Delete", "request": {"id": "f00d"}, "response": {}},
        {"method": "/pulumirpc.ResourceProvider/GetPluginInfo", "request": {}, "response": {"version": "0.1.0"}},
    )

    assert told[0]["response"]["id"] == "*"
    assert told[1]["request"]["id"] == "gate-1"
    assert told[2]["response"]["version"] == "*"


def test_only_a_time_of_the_scenario_and_no_request_is_known_again() -> None:
    given = {
        "createTime": "2023-01-04T02:05:17Z",
        "finishTime": "2025-01-04T02:05:17Z",
        "requestId": "7F0C2A0C-7870-15FE-B96F-8880BBA1AAAA",
    }

    (told,) = lines({"method": CREATE, "request": given, "response": given})

    assert told["response"] == {"createTime": "2023-01-04T02:05:17Z", "finishTime": "*", "requestId": "*"}
    assert told["request"]["requestId"] == "00000000-0000-0000-0000-000000000000"


def test_a_refusal_is_kept_word_for_word_but_for_the_request() -> None:
    text = "rpc error: code = NotFound desc = t-1\n    request    7F0C2A0C-7870-15FE-B96F-8880BBA1AAAA"

    (told,) = lines({"method": CREATE, "request": {}, "errors": [text]})

    assert told["errors"] == [
        text.replace("7F0C2A0C-7870-15FE-B96F-8880BBA1AAAA", "00000000-0000-0000-0000-000000000000")
    ]


def test_nothing_of_the_machine_is_kept() -> None:
    handshake = {
        "engineAddress": "127.0.0.1:9",
        "rootDirectory": "/home/someone/plugin",
        "programDirectory": "/home/someone/plugin",
        "loaderTarget": "127.0.0.1:10",
    }
    request = {"properties": {"endpoint": "127.0.0.1:4711"}, "resourceStatusToken": "t", "randomSeed": "AAA="}

    told = lines(
        {"method": "/pulumirpc.ResourceProvider/Handshake", "request": handshake, "response": {}},
        {"method": CREATE, "request": request, "response": {}},
    )

    assert told[0]["request"] == {
        "engineAddress": "127.0.0.1:1",
        "rootDirectory": "/plugin",
        "programDirectory": "/plugin",
    }
    assert told[1]["request"] == {"properties": {"endpoint": "127.0.0.1:80"}}


def test_a_later_version_may_tell_more_outputs_but_hands_back_what_was_recorded_as_it_is() -> None:
    outputs, recorded = {"properties": {"status": "Succeed"}}, {"id": "gate", "properties": {"status": "Succeed"}}

    made, read = lines(
        {"method": CREATE, "request": {"properties": {"taskId": "t-1"}}, "response": outputs},
        {"method": "/pulumirpc.ResourceProvider/Read", "request": recorded, "response": recorded},
    )

    assert made["response"]["properties"] == {"status": "Succeed", "*": "*"}
    assert read["response"]["properties"] == {"status": "Succeed"}


def test_the_reason_of_a_check_that_fails_may_be_said_otherwise() -> None:
    failures = [{"property": "condition", "reason": "is not known"}]

    (told,) = lines({"method": "/pulumirpc.ResourceProvider/Check", "request": {}, "response": {"failures": failures}})

    assert told["response"] == {"failures": [{"property": "condition", "reason": "*"}]}


def test_what_has_a_meaning_in_a_pattern_is_escaped() -> None:
    inputs = {"triggers": {"*": "*", "a": "\\"}}

    (told,) = lines({"method": "/pulumirpc.ResourceProvider/Check", "request": {}, "response": {"inputs": inputs}})

    assert told["response"]["inputs"]["triggers"] == {"\\*": {"\\": "*"}, "a": "\\"}
    assert list(differences(told["response"]["inputs"], inputs)) == []
