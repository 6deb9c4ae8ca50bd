"""`activityResults` in every plausible shape, and the API's own example."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ice_provider import activities
from ice_provider.declaration import encode
from ice_provider.model import Activity, Workflow
from ice_provider.observation import observe
from support import published


def test_the_example_of_the_api_page_is_a_task_whose_results_cannot_be_read_and_are_kept() -> None:
    answer = json.loads(published.TEXT)
    fields, workflow = answer["WorkflowTask"], answer["WorkflowTask"]["Workflow"]

    seen = observe(
        task_id=fields["TaskId"],
        status=fields["Status"],
        request_id=answer["RequestId"],
        task_input=fields["TaskInput"],
        create_time=fields["CreateTime"] + "\n",
        finish_time=fields["FinishTime"],
        workflow=Workflow(workflow_id=workflow["WorkflowId"], name=workflow["Name"]),
        activity_results=fields["ActivityResults"],
        user_data=fields["UserData"],
    )

    assert encode(seen) == {
        "taskId": "******4215e042b3966ca5441e******",
        "status": "Succeed",
        "finished": True,
        "succeeded": True,
        "taskInput": '{\n      "Type": "Media",\n      "Media": "******30706071edbfe290b488******"\n}',
        "createTime": "2023-01-04T02:05:17Z",
        "finishTime": "2023-01-04T02:06:19Z",
        "durationSeconds": 62.0,
        "workflowId": "******63dca94c609de02ac0d1******",
        "workflow": {
            "workflowId": "******63dca94c609de02ac0d1******",
            "name": "Super-resolution transcoding workflow",
        },
        "activityResults": "Jsonformat,Content varies based on workflow configuration.",
        "userData": '{"NotifyAddress":"http://xx.xx.xxx"}',
        "requestId": "******0C-7870-15FE-B96F-8880BB******",
    }


@pytest.mark.parametrize(
    ("status", "finish_time", "finished", "succeeded", "duration"),
    [
        ("Init", None, False, False, None),
        ("Processing", "2023-01-04T02:06:19Z", False, False, None),
        ("Succeed", "2023-01-04T02:06:19Z\n", True, True, 62.0),
        ("Failed", "2023-01-04T02:06:19Z", True, False, 62.0),
        ("Canceled", "", True, False, None),
        ("Succeed", "2023-01-04T02:05:16Z", True, True, None),
        ("Queued", "2023-01-04T02:06:19Z", False, False, None),
    ],
)
def test_what_follows_from_the_status_is_said_and_a_duration_only_at_the_end(
    status: str, finish_time: str | None, finished: bool, succeeded: bool, duration: float | None
) -> None:
    seen = observe(task_id="t-1", status=status, create_time="2023-01-04T02:05:17Z", finish_time=finish_time)

    assert (seen.finished, seen.succeeded, seen.duration_seconds) == (finished, succeeded, duration)


FULL = {
    "ActivityId": "Transcode",
    "ActivityInstanceId": "i-1",
    "Status": "Failed",
    "StartTime": "2023-01-04T02:05:18Z\n",
    "EndTime": "2023-01-04T02:06:00Z",
    "JobId": "j-1",
    "JobType": "TranscodeJob",
    "Code": "InvalidParameter.NoVideoStream",
    "Message": "the input has no video stream",
    "Result": {"Url": "oss://a"},
}
FULL_READ = Activity(
    activity_id="Transcode",
    activity_instance_id="i-1",
    status="Failed",
    start_time="2023-01-04T02:05:18Z",
    end_time="2023-01-04T02:06:00Z",
    job_id="j-1",
    job_type="TranscodeJob",
    message="InvalidParameter.NoVideoStream: the input has no video stream",
    result={"Url": "oss://a"},
)


@pytest.mark.parametrize(
    "document",
    [
        {"Transcode": FULL},
        {"Transcode": {name: value for name, value in FULL.items() if name != "ActivityId"}},
        [FULL],
        {"Transcode": {**FULL, "Result": '{"Url": "oss://a"}'}},
        {"Transcode": {name.lower(): value for name, value in FULL.items()}},
        [{name[0].lower() + name[1:]: value for name, value in FULL.items()}],
        {"anything": {name.upper(): value for name, value in FULL.items()}},
        {
            "Transcode": {
                ("Error" + name if name in {"Code", "Message"} else name): value for name, value in FULL.items()
            }
        },
    ],
    ids=[
        "object",
        "object without IDs",
        "list",
        "result as text",
        "lower case",
        "camel case",
        "upper case",
        "ErrorCode and ErrorMessage",
    ],
)
def test_every_plausible_shape_gives_the_same_activity(document: Any) -> None:
    results, parts = activities.read(json.dumps(document))

    assert parts == (FULL_READ,)
    assert results == (document if isinstance(document, dict) else None)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({}, Activity(activity_id="key")),
        ({"Status": 3, "JobId": 17}, Activity(activity_id="key", status="3", job_id="17")),
        ({"Status": None, "Message": ["x"], "Code": True}, Activity(activity_id="key")),
        ({"Status": " Succeed \n"}, Activity(activity_id="key", status="Succeed")),
        ({"ActivityId": ""}, Activity(activity_id="key")),
        ({"status": "first", "Status": "second"}, Activity(activity_id="key", status="first")),
        ({"Code": "C"}, Activity(activity_id="key", message="C")),
        ({"ErrorMessage": "M"}, Activity(activity_id="key", message="M")),
        ({"Code": "C", "ErrorCode": "E", "ErrorMessage": "M"}, Activity(activity_id="key", message="C: M")),
        (
            {"Result": {"JobId": "j", "jobType": "T", "Code": "C", "Message": "M"}},
            Activity(
                activity_id="key",
                job_id="j",
                job_type="T",
                message="C: M",
                result={"JobId": "j", "jobType": "T", "Code": "C", "Message": "M"},
            ),
        ),
        (
            {"Message": "outer", "Result": '{"Code": "inner"}'},
            Activity(activity_id="key", message="outer", result={"Code": "inner"}),
        ),
        ({"Result": "plain text"}, Activity(activity_id="key")),
        ({"Result": "[1]"}, Activity(activity_id="key")),
        ({"Result": [1]}, Activity(activity_id="key")),
        ({"Result": {"Big": 9007199254740993}}, Activity(activity_id="key", result={"Big": "9007199254740993"})),
        ({"Result": '{"a": 1, "a": 2}'}, Activity(activity_id="key")),
    ],
    ids=str,
)
def test_what_an_entry_does_not_hold_is_absent_and_never_wrong(entry: dict[str, Any], expected: Activity) -> None:
    assert activities.read(json.dumps({"key": entry}))[1] == (expected,)


@pytest.mark.parametrize(
    ("text", "results", "parts"),
    [
        (None, None, None),
        ("", None, None),
        ("garbage", None, None),
        ("null", None, None),
        ("5", None, None),
        ('"text"', None, None),
        ("[]", None, ()),
        ("{}", {}, ()),
        ("[1]", None, None),
        ('[{"Status": "x"}, 1]', None, None),
        ('{"a": 1}', {"a": 1}, None),
        ('{"a": {}, "b": 1}', {"a": {}, "b": 1}, None),
        ('{"a": {}, "a": {}}', None, None),
        ('{"a": NaN}', None, None),
    ],
)
def test_what_is_no_set_of_activities_is_absent(text: str | None, results: object, parts: object) -> None:
    assert activities.read(text) == (results, parts)


def test_activities_stand_in_order_of_their_start_and_those_without_one_last_in_the_services_order() -> None:
    starts = {
        "z": "2023-01-04T02:00:03Z",
        "q": None,
        "a": "2023-01-04T10:00:02+08:00",
        "p": "soon",
        "m": "2023-01-04T02:00:01Z",
    }

    _, parts = activities.read(json.dumps({name: {"StartTime": start} for name, start in starts.items()}))

    assert [part.activity_id for part in parts or ()] == ["m", "a", "z", "q", "p"]


@pytest.mark.parametrize(
    ("status", "end_time", "state"),
    [
        *[(word, None, "done") for word in ("Succeed", "succeeded", "SUCCESS", "Finished", "Completed")],
        *[(word, None, "broken") for word in ("Failed", "fail", "Error", "Canceled", "Cancelled", "Timeout")],
        *[(word, None, "") for word in ("Init", "Created", "Queuing", "Skipped", "", None)],
        *[(word, None, "running") for word in ("Processing", "Running", "Analysing")],
        ("Analysing", "2023-01-04T02:00:03Z", ""),
    ],
)
def test_a_word_of_an_activity_is_done_broken_running_or_not_begun(
    status: str | None, end_time: str | None, state: str
) -> None:
    activity = Activity(status=status, end_time=end_time)
    told = {"done": activities.is_done, "broken": activities.is_broken, "running": activities.is_running}

    assert [name for name, is_so in told.items() if is_so(activity)] == ([state] if state else [])


names = (
    st.sampled_from(["Status", "status", "Result", "Code", "Message", "StartTime", "ActivityId", "JobId"]) | st.text()
)
json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@given(st.text() | json_like.map(json.dumps))
def test_no_text_of_the_service_is_too_strange(text: str) -> None:
    results, parts = activities.read(text)

    assert results is None or isinstance(results, dict)
    assert parts is None or all(isinstance(part, Activity) for part in parts)
