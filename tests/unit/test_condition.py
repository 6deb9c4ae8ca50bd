"""Conditions: only `true` opens, and a typo never does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ice_provider.condition import Condition, ConditionError, problem
from ice_provider.model import Workflow
from support.cloud import task

RESULTS: dict[str, Any] = {
    "Transcode": {"Status": "Succeed", "Score": 92, "Grade": "A", "Empty": "", "Nothing": None, "Tags": ["hd", "4k"]},
    "Review": {"Status": "Failed", "Score": "55", "Result": {"Labels": [{"Name": "a", "Rate": 0.9}, {"Name": "b"}]}},
}
TASK = task(
    activity_results=json.dumps(RESULTS),
    finish_time="2023-01-04T02:06:19Z",
    workflow=Workflow(workflow_id="wf-1"),
)
RUNNING = task("Processing", workflow=None)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("status == 'Succeed'", True),
        ("succeeded", True),
        ("!succeeded", False),
        ("durationSeconds < `60`", False),
        ("durationSeconds >= `62`", True),
        ("workflowId == 'wf-1' && workflow.workflowId == workflowId", True),
        ("results.Transcode.Score >= `80`", True),
        ("results.Transcode.Nothing == `null`", True),
        ("results.Transcode.Status != 'Failed'", True),
        ("results.Transcode.Grade < 'B'", True),
        ("results.*.Status == ['Succeed', 'Failed']", True),
        ("contains(results.Transcode.Tags, '4k')", True),
        ("results.Transcode.Tags[-1] == '4k' && results.Transcode.Tags[:1] == ['hd']", True),
        ("contains(keys(results), 'Transcode')", True),
        ("contains(keys(activities[0]), 'status')", True),
        ("to_number(results.Review.Score) == `55` && to_number('-1.5e1') == `-15`", True),
        ("length(activities) == `2`", True),
        ("activities[?activityId == 'Review'].status | [0] == 'Failed'", True),
        ("activities[?activityId == 'Review'] | [0].result.Labels[].Name == ['a', 'b']", True),
        ("length(activities[?status == 'Succeed'].activityId) == `1`", True),
        ("sort_by(activities, &activityId)[0].activityId == 'Review'", True),
        ("max_by(values(results)[?type(Score) == 'number'], &Score).Grade == 'A'", True),
        ("{a: status, b: results.Transcode.Score} == {a: status, b: `92`}", True),
        ("[status, taskId][0] == 'Succeed'", True),
        ("@.status == 'Succeed'", True),
    ],
)
def test_a_condition_is_judged_on_the_outputs_by_the_names_users_see(expression: str, expected: bool) -> None:
    assert (problem(expression), Condition(expression).holds(TASK)) == (None, expected)


@pytest.mark.parametrize(
    "expression",
    [
        "finishTime == `null`",
        "workflowId == `null`",
        "workflow.name == `null`",
        "not_null(durationSeconds, `0`) == `0`",
        "activities == `null` && results == `null`",
        "requestId == 'REQUEST-1'",
    ],
)
def test_what_is_declared_but_absent_is_null(expression: str) -> None:
    assert problem(expression) is None
    assert Condition(expression).holds(RUNNING)


NEGATION = "negates only the first name of a path: write !(a.b) in place of !a.b"


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("statu == 'Succeed'", 'asks for "statu", which is no output; did you mean "status"?'),
        ("Status == 'Succeed'", 'asks for "Status", which is no output; did you mean "status"?'),
        ("region == 'cn-shanghai'", 'asks for "region", which is no output'),
        ("workflow.nam == 'x'", 'asks for "nam", which is no output; did you mean "name"?'),
        ("!workflow.name", NEGATION),
        ("length(values(results)[?!Result.Height]) == `0`", NEGATION),
        ("length(activities[?!result.Height]) == `0`", NEGATION),
        ("not_null(!results.T.Height, `true`)", NEGATION),
        ("(status == 'x').text", 'asks for "text" of a plain value, which has no parts'),
        ("status.text == 'x'", 'asks for "text" of a plain value, which has no parts'),
        ("activities.status == 'x'", 'asks for "status" of a list: write [*].status for every element'),
        ("activities[0].stat == 'x'", 'asks for "stat", which is no output; did you mean "status"?'),
        ("activities[*].stat == ['x']", 'asks for "stat", which is no output; did you mean "status"?'),
        ("activities[].stat == ['x']", 'asks for "stat", which is no output; did you mean "status"?'),
        ("activities[1:].stat == ['x']", 'asks for "stat", which is no output; did you mean "status"?'),
        ("length(activities[?stat == 'x']) == `0`", 'asks for "stat", which is no output; did you mean "status"?'),
        ("(activities | [0]).stat == 'x'", 'asks for "stat", which is no output; did you mean "status"?'),
        ("sort_by(activities, &stat)[0] == 'x'", 'asks for "stat", which is no output; did you mean "status"?'),
        ("sort_by(activities, &startTime)[0].stat", 'asks for "stat", which is no output; did you mean "status"?'),
        ("max_by(activities, &startTime).stat", 'asks for "stat", which is no output; did you mean "status"?'),
        ("map(&stat, activities) == ['x']", 'asks for "stat", which is no output; did you mean "status"?'),
        ("not_null(statu, 'x') == 'x'", 'asks for "statu", which is no output; did you mean "status"?'),
        ("statu || `true`", 'asks for "statu", which is no output; did you mean "status"?'),
        ("succeeded && !faild", 'asks for "faild", which is no output'),
        ("[succeded][0]", 'asks for "succeded", which is no output; did you mean "succeeded"?'),
        ("{a: succeded}.a", 'asks for "succeded", which is no output; did you mean "succeeded"?'),
        ("finishTime == null", 'asks for an output "null": write `null`, in backquotes, for the value'),
        ("succeeded == true", 'asks for an output "true": write `true`, in backquotes, for the value'),
        ("lenght(activities) == `2`", 'calls "lenght", which is no function; did you mean "length"?'),
        ("length() == `0`", 'calls "length" with 0 arguments; it takes 1'),
        ("length(activities, `1`) == `0`", 'calls "length" with 2 arguments; it takes 1'),
        ("sort_by(activities) == `[]`", 'calls "sort_by" with 1 argument; it takes 2'),
        ("not_null() == `1`", 'calls "not_null" with 0 arguments; it takes at least 1'),
        ("succeeded && contains(map(&max(), activities), `1`)", 'calls "max" with 0 arguments; it takes 1'),
        ("", "is not a JMESPath expression: cannot be empty. See https://jmespath.org"),
        ("status ==", "is not a JMESPath expression: Incomplete expression. See https://jmespath.org"),
        ("status = 'x'", "is not a JMESPath expression: Unknown token '='. See https://jmespath.org"),
    ],
)
def test_a_name_that_nobody_declared_is_found_before_any_task_is_known(expression: str, reason: str) -> None:
    assert problem(expression) == reason


@pytest.mark.parametrize("expression", ["status ==", "status = 'x'", "results.[", "'open", "a b", "&status"])
def test_what_is_no_jmespath_is_said_in_one_line(expression: str) -> None:
    reason = problem(expression)

    assert reason is None or ("JMESPath" in reason and "\n" not in reason)
    if reason is None:  # grammatical, yet of no use: it must not open
        with pytest.raises(ConditionError):
            Condition(expression).holds(TASK)


def test_functions_may_take_as_many_arguments_as_jmespath_lets_them() -> None:
    assert problem("not_null(finishTime, createTime, 'x') == 'x'") is None
    assert problem("merge(results, `{}`, `{}`) == `{}`") is None


def test_a_condition_has_4096_characters_at_most() -> None:
    longest = "succeeded" + " " * (4096 - len("succeeded"))

    assert problem(longest) is None
    assert problem(longest + " ") == "has 4,097 characters: a condition may have 4,096 at most"


@pytest.mark.parametrize(
    "expression", ["(" * 2000 + "succeeded" + ")" * 2000, "!" * 4000 + "succeeded"], ids=["(", "!"]
)
def test_a_condition_that_is_nested_too_deeply_is_an_error_that_a_person_understands(expression: str) -> None:
    assert problem(expression) == (
        "is nested too deeply: use fewer parentheses, brackets or negations within each other"
    )
    with pytest.raises(ConditionError, match=r"^it is nested too deeply to be judged$"):
        Condition(expression).holds(TASK)


SHAPE = "an object with Review, Transcode"


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("results.Transcod.Status != 'Failed'", f'it asks for "Transcod" of {SHAPE}'),
        ("to_number(status) != `0`", "to_number finds no number"),
        ("results.Transcod == `null`", f'it asks for "Transcod" of {SHAPE}'),
        ("succeeded && !(results.Transcod)", f'it asks for "Transcod" of {SHAPE}'),
        (
            "results.Transcode.Scor < `60` == `false`",
            'it asks for "Scor" of an object with Empty, Grade, Nothing, Score, Status, Tags',
        ),
        ("results.Transcode.Score.Value != `1`", 'it asks for "Value" of a number'),
        ("results.Transcode.Grade.Value != `1`", 'it asks for "Value" of a string'),
        ("results.Transcode.Nothing.Value != `1`", 'it asks for "Value" of null'),
        ("results.Transcode.Tags.Value != `1`", 'it asks for "Value" of a list'),
        ("results.Transcode.Tags[2] != 'sd'", "it asks for element 2 of a list"),
        ("results.Transcode.Tags[-3] != 'sd'", "it asks for element -3 of a list"),
        ("results.Transcode.Grade[0] != 'B'", "it asks for element 0 of a string"),
        ("results.Transcode.Grade[:1] != 'B'", "it asks for elements of a string"),
        (
            "results.Transcode[*] == `null`",
            "it asks for the elements of an object with Empty, Grade, Nothing, Score, Sta",
        ),
        ("results.Transcode.Grade.* == `null`", "it asks for the elements of a string"),
        ("results.Transcode.Grade[] == `null`", "it asks for the elements of a string"),
        ("results.Transcode.Grade[?@ == 'x'] == `null`", "it asks for the elements of a string"),
        ("length(results.*.Scor) == `0`", 'it asks for "Scor" of an object with Empty, Grade'),
        ("results.Review.Result.Labels[*].Rate != [`0`]", 'it asks for "Rate" of an object with Name'),
        ("activities[?activityId == 'Transcod'] | [0].status != 'Failed'", "it asks for element 0 of a list"),
        ("activities[0].result.Score != `1`", 'it asks for "Score" of null'),
        ("`true` || results.Transcod", None),
        ("results.Transcod.Status != 'Failed' || `false`", f'it asks for "Transcod" of {SHAPE}'),
        ("!(results.Transcod.Broken) || `false`", f'it asks for "Transcod" of {SHAPE}'),
        ("not_null(!(results.Transcod.Broken))", f'it asks for "Transcod" of {SHAPE}'),
        ("results.Empty || results.Transcod == `null`", f'it asks for "Transcod" of {SHAPE}'),
        ("!not_null(results.Transcod.Status) && results.Transcod == `null`", f'it asks for "Transcod" of {SHAPE}'),
        ("results.Transcode.Score > '80'", "it compares a number with a string, which have no order"),
        ("results.Transcode.Score != '92'", "it compares a number with a string, which are never equal"),
        ("!(results.Review.Score == `55`)", "it compares a string with a number, which are never equal"),
        ("succeeded != 'true' || `true`", "it compares true or false with a string, which are never equal"),
        ("!(results.Review.Score < `60`)", "it compares a string with a number, which have no order"),
        ("!(results.Transcode.Nothing < `60`)", "it compares null with a number, which have no order"),
        ("!(results.Transcode < `60`)", f"it compares {SHAPE.replace('Review, Transcode', 'Empty')}"),
        ("!(results.Transcod.Status == 'Failed' || succeeded == `false`)", f'it asks for "Transcod" of {SHAPE}'),
        ("!((results.Transcod.Score < `60` && `true`) || `false`)", f'it asks for "Transcod" of {SHAPE}'),
        ("(results.Transcod.Score < `60` || `false`) == `false`", f'it asks for "Transcod" of {SHAPE}'),
        (
            "(activities || `[]`)[0].statuss != 'Failed'",
            'it asks for "statuss", which is no output; did you mean "status"?',
        ),
        ("!contains(not_null(activities)[*].statuss, 'Failed')", 'it asks for "statuss", which is no output'),
        ("length((activities || `[]`)[?statuss == 'Failed']) == `0`", 'it asks for "statuss", which is no output'),
        ("{flow: workflow}.flow.nam != 'Trailer'", 'it asks for "nam", which is no output; did you mean "name"?'),
        ("length(values(results)[?Score < `60`]) == `0`", "it compares a string with a number, which have no order"),
        ("results.Review.Score < `60` || `true`", "it compares a string with a number, which have no order"),
        ("results.*.Status != 'Failed'", "it compares a list with a string, which are never equal"),
        ("results.Transcode != 'Failed'", f"it compares {SHAPE.replace('Review, Transcode', 'Empty')}"),
        ("!(results.Transcode.Tags == 'sd')", "it compares a list with a string, which are never equal"),
        ("(results.Transcod.Score < `60` || `false`) | !@", f'it asks for "Transcod" of {SHAPE}'),
        ("!((results.Transcod.Broken == `true` | @) || `false`)", f'it asks for "Transcod" of {SHAPE}'),
        ("to_string(results.Transcod.Score < `60` || `false`) == 'false'", f'it asks for "Transcod" of {SHAPE}'),
        ("length(results.*.Scor) == `0` || `false`", 'it asks for "Scor" of an object with Empty, Grade'),
        ("not_null(length(results.*.Scor)) == `0`", 'it asks for "Scor" of an object with Empty, Grade'),
        ("([results.Transcod.Passed] || `false`) && succeeded", f'it asks for "Transcod" of {SHAPE}'),
        ("({a: results.Transcod.Passed} || `false`) && succeeded", f'it asks for "Transcod" of {SHAPE}'),
        ("((results.Transcod.Passed | [!@][0]) || `false`) && succeeded", f'it asks for "Transcod" of {SHAPE}'),
        ("((results.Transcod.Passed | !@) || `false`) && succeeded", f'it asks for "Transcod" of {SHAPE}'),
        ("(results.Transcod.Status == 'x') == `false` || `false`", f'it asks for "Transcod" of {SHAPE}'),
        ("results.Transcode.Nothing.[Broken] != [`true`]", "it asks for parts of null"),
        ("results.Transcode.Nothing.{a: Broken} != {a: `true`}", "it asks for parts of null"),
    ],
)
def test_a_name_that_is_missing_in_free_json_is_an_error_that_shows_what_is_there(
    expression: str, reason: str | None
) -> None:
    assert problem(expression) is None
    if reason is None:
        assert Condition(expression).holds(TASK)
        return
    with pytest.raises(ConditionError) as caught:
        Condition(expression).holds(TASK)
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("results.Transcod.Status || 'none' == 'none'", True),
        ("(results.Transcod.Status || 'none') == 'none'", True),
        ("results.Transcod.Passed || `false`", False),
        ("results.Skip.Passed || results.Transcode.Status == 'Succeed'", True),
        ("results.A.Passed || results.B.Passed || `true`", True),
        ("results.A.Score > `80` || results.B.Status == 'Succeed' || `true`", True),
        ("!(results.Transcod.Error || `false`)", True),
        ("(results.Transcod.Error || 'none') == 'none'", True),
        ("results.Transcode.Empty || `true`", True),
        ("not_null(results.Transcod.Score, results.Transcode.Tags[7], `90`) > `80`", True),
        ("not_null(results.Transcod.*.Status, 'x') == 'x'", True),
        ("results.Review.Result.Labels[?Rate > `0.5`].Name == ['a']", True),
        ("length(results.Review.Result.Labels[?Missing.Deeper]) == `0`", True),
        ("length(results.Review.Result.Labels[?Missing == Deeper]) == `2`", True),
        ("results.Transcod == `null` || `false`", True),
        ("results.Transcod.Status == results.Revie.Status || `false`", False),
        ("not_null(results.Transcod.Status == results.Revie.Status, `false`)", False),
        ("results.Transcod.[Status] == results.Revie.[Status] || `false`", False),
        ("results.*.Scor == results.*.Nam || `false`", False),
        ("length(values(results)[?Score == '55']) == `1`", True),
        ("not_null(to_number(results.Transcod.Score), `0`) == `0`", True),
        ("(to_number(results.Transcod.Score) || `0`) == `0`", True),
        ("length(results.Transcod.Tags || `[]`) == `0`", True),
        ("length(results.Review.Result.Labels[?contains(keys(@), 'Rate')]) == `1`", True),
    ],
)
def test_absence_is_provided_for_left_of_or_in_not_null_and_in_filters(expression: str, expected: bool) -> None:
    assert Condition(expression).holds(TASK) is expected


LETTERS = "it compares numbers that are strings, letter by letter: write to_number(…)"


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("results.Size.Height >= '1080'", LETTERS),
        ("length(values(results)[?Height >= '1080']) == `1`", LETTERS),
        ("to_number(results.Size.Height) >= `1080`", False),
        ("results.Size.Day > '2026' && results.Size.Day < '2027-01'", True),
        ("results.Check.Passed && succeeded", "it takes a string that says no for true: compare it, as with == 'true'"),
        ("(results.Check.Passed || `false`) && succeeded", "it takes a string that says no for true: compare it, as w"),
        ("length(values(results)[?Passed]) == `1`", "it takes a string that says no for true: compare it, as with =="),
        ("results.Check.Checked && succeeded", "it takes the number 0 for true: compare it, as with > `0`"),
        ("!(results.Check.Checked)", "it takes the number 0 for true: compare it, as with > `0`"),
        ("results.Check.Rounds && !(results.Check.Error) && results.Check.Note && succeeded", True),
        ("!contains(results.Check.Codes, '500')", "contains() looks for a string in a list that has none"),
        ("contains(results.Check.Codes, `500`) && !contains(results.Check.Notes, '500')", True),
        ("contains(results.Check.Codes, `null`) && !contains([results.Check.Note], `null`)", True),
        ("!contains([results.Check.Nothing], '500')", True),
        ("results.Check.Alarms && succeeded", "it takes a string that says no for true: compare it, as with == 'true'"),
    ],
)
def test_values_whose_kinds_would_decide_in_place_of_what_they_say_are_an_error(
    expression: str, answer: bool | str
) -> None:
    told = {
        "Size": {"Height": "720", "Day": "2026-11-27"},
        "Check": {
            "Passed": " False",
            "Checked": 0,
            "Rounds": 2,
            "Error": "",
            "Note": "none",
            "Nothing": None,
            "Alarms": "0",
            "Codes": [500, None],
            "Notes": [],
        },
    }
    assert problem(expression) is None
    try:
        judged: bool | str = Condition(expression).holds(task(activity_results=json.dumps(told)))
    except ConditionError as error:
        judged = str(error)

    assert judged == answer if isinstance(answer, bool) else str(judged).startswith(answer)


@pytest.mark.parametrize("written", ["None", "True", "Succeed", "NaN", "-Infinity", "[NaN]"])
def test_what_is_in_backquotes_and_no_json_is_found_before_any_task_is_known(written: str) -> None:
    assert problem(f"results.Error != `{written}`") == (
        f"has `{written}` in backquotes, which is no JSON: write '{written}' for the text"
    )


@pytest.mark.parametrize("written", ["null", "[1, {}]", '"None"', '"\\`"', " 1.5e3 "])
def test_json_may_stand_in_backquotes(written: str) -> None:
    assert problem(f"results.Error != 'None' && results.Error != `{written}` || taskId == 'a`b'") is None


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "9_9", "٩٩", " 99", "+99", "0x63", "099", ""])
def test_a_text_that_is_no_number_in_json_is_none_in_a_condition(text: str) -> None:
    """Python takes most of these for one, and `nan` is not below any bound."""
    measured = task(activity_results=json.dumps({"Check": {"Vmaf": text}}))

    for expression in ("!(to_number(results.Check.Vmaf) < `90`)", "to_number(results.Check.Vmaf) > `90`"):
        with pytest.raises(ConditionError, match=r"^to_number(\(\) comes to no finite| finds no) number$"):
            Condition(expression).holds(measured)


def test_what_grows_beyond_any_number_is_an_error() -> None:
    with pytest.raises(ConditionError, match=r"^sum\(\) comes to no finite number$"):
        Condition("sum([`1e308`, `1e308`]) > `1`").holds(TASK)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("abs(userData) == `1`", "abs() takes number, not a string"),
        ("avg(userData) > `1`", "avg() takes array of number, not a string"),
        ("sum([userData]) > `1`", "sum() takes array of number, not a string"),
        ("keys(userData) == `[]`", "keys() takes object, not a string"),
    ],
)
def test_what_the_submitter_attached_is_never_quoted(expression: str, reason: str) -> None:
    with pytest.raises(ConditionError) as caught:
        Condition(expression).holds(task(user_data='{"Authorization": "Bearer hunter2"}'))

    assert (str(caught.value), caught.value.__cause__) == (reason, None)


@pytest.mark.parametrize(
    ("expression", "shape"),
    [
        ("status", "a string"),
        ("'true'", "a string"),
        ('`"true"`', "a string"),
        ("`1`", "a number"),
        ("durationSeconds", "a number"),
        ("finishTime && `null`", "null"),
        ("activities", "a list"),
        ("[succeeded]", "a list"),
        ("activities[?succeeded]", None),
        ("results", "an object with Review, Transcode"),
        ("workflow", "an object with workflowId"),
        ("`{}`", "an empty object"),
        ('`{"i":1,"h":1,"g":1,"f":1,"e":1,"d":1,"c":1,"b":1,"a":1}`', "an object with a, b, c, d, e, f, g, h, …"),
    ],
)
def test_only_true_opens_and_any_other_kind_is_named(expression: str, shape: str | None) -> None:
    if shape is None:
        assert problem(expression) == 'asks for "succeeded", which is no output'
        return
    with pytest.raises(ConditionError) as caught:
        Condition(expression).holds(TASK)
    assert str(caught.value) == f"its result is {shape}, and only true opens the gate"


@pytest.mark.parametrize(
    "expression",
    [
        "contains(taskId, `1`)",
        "length(`1`) == `1`",
        "activities[::0] == `[]`",
        "floor(to_number('1e999')) > `1`",
        "sum(results.Transcode.Tags) == `0`",
        "sort(results.Transcode.Tags, `1`) == `0`",
        "sort_by(activities, &startTime) == `[]`",
    ],
)
def test_a_call_that_goes_wrong_inside_jmespath_is_an_error_of_the_condition_and_no_bug(expression: str) -> None:
    with pytest.raises(ConditionError):
        Condition(expression).holds(TASK)
