"""The official SDK over a real socket: what it signs, the emulator accepts, and both see the same task."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from alibabacloud_ice20201109.client import Client
from alibabacloud_ice20201109.models import GetWorkflowTaskRequest, ListWorkflowTasksRequest
from alibabacloud_tea_openapi.exceptions import ClientException, ThrottlingException
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.core import DaraCore

from ice_emulator import Emulator, Scenario

NASTY = [
    "movie-1",
    "a b/é*~'&=+%1",
    " ",
    "a&Action=DeleteX",
    "a\r\nX-Evil: 1",
    "\x00",
    "a#frag",
    "a%41",
    "a/../b",
    "日本語 😀",
    ';?:@,$!()[]{}|\\^`<>"',
    "x" * 10_000,
]

SCENARIO = """
keys: [{accessKey: STS.one, secretKey: one, securityToken: "CAIS+/=token"}]
tasks: []
"""


@pytest.fixture(autouse=True)
def _sdk_at_rest(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the SDK from proxies, and close the connections it pools for the whole process."""
    for name in ("HTTP_PROXY", "http_proxy", "DEBUG"):
        monkeypatch.delenv(name, raising=False)
    yield
    for session in DaraCore._sessions.values():
        session.close()
    DaraCore._sessions.clear()


def ask(emulator: Emulator, task_id: str | None, **config: Any) -> Any:
    keys = {"access_key_id": "emulator", "access_key_secret": "emulator-secret", **config}
    client = Client(Config(endpoint=emulator.endpoint, protocol="HTTP", **keys))
    return client.get_workflow_task(GetWorkflowTaskRequest(task_id=task_id)).body


def pages_of(emulator: Emulator, **query: Any) -> list[Any]:
    keys = {"access_key_id": "emulator", "access_key_secret": "emulator-secret"}
    client = Client(Config(endpoint=emulator.endpoint, protocol="HTTP", **keys))
    pages = []
    token = None
    while True:
        request = ListWorkflowTasksRequest(**{"next_token": token, **query})
        pages.append(client.list_workflow_tasks(request).body)
        token = pages[-1].next_token
        if token is None:
            return pages


@pytest.mark.parametrize("task_id", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("algorithm", ["ACS3-HMAC-SHA256", "v2"])
@pytest.mark.parametrize("temporary", [False, True], ids=["AK", "STS"])
async def test_the_sdk_reads_a_task_whatever_its_id(*, task_id: str, algorithm: str, temporary: bool) -> None:
    keys = {"access_key_id": "STS.one", "access_key_secret": "one", "security_token": "CAIS+/=token"}
    async with Emulator(Scenario.from_text(SCENARIO)) as emulator:
        emulator.add_task({"taskId": task_id, "timeline": [{"after": 0, "status": "Processing"}]})
        body = await asyncio.to_thread(
            ask, emulator, task_id, signature_algorithm=algorithm, **(keys if temporary else {})
        )
        assert (body.workflow_task.task_id, body.workflow_task.status) == (task_id, "Processing")
        assert body.request_id == emulator.calls[0].request_id
        expected = "HMAC-SHA1" if algorithm == "v2" else algorithm
        assert [(call.signature, call.task_id) for call in emulator.calls] == [(expected, task_id)]


async def test_the_asynchronous_sdk_is_understood_too() -> None:
    """It sends a slash and a colon unencoded, and headers that it does not sign."""
    async with Emulator(Scenario.from_text(SCENARIO)) as emulator:
        for task_id in NASTY:
            emulator.add_task({"taskId": task_id, "timeline": [{"after": 0, "status": "Init"}]})
            client = Client(
                Config(
                    endpoint=emulator.endpoint,
                    protocol="HTTP",
                    access_key_id="emulator",
                    access_key_secret="emulator-secret",
                )
            )
            response = await client.get_workflow_task_async(GetWorkflowTaskRequest(task_id=task_id))
            assert response.body.workflow_task.task_id == task_id


@pytest.mark.parametrize("task_id", ["", None])
async def test_the_sdk_gets_an_error_without_a_task_id(task_id: str | None) -> None:
    async with Emulator(Scenario.default()) as emulator:
        with pytest.raises(ClientException) as caught:
            await asyncio.to_thread(ask, emulator, task_id)
        assert (caught.value.code, caught.value.status_code) == ("MissingTaskId", 400)


async def test_the_sdk_reads_every_field_of_a_task() -> None:
    task = {
        "taskId": "t",
        "workflow": {
            "workflowId": "w",
            "name": "n",
            "status": "Active",
            "type": "Common",
            "createTime": "2022-11-27T10:02:12Z",
            "modifiedTime": "2022-11-29T02:06:19Z\n",
        },
        "taskInput": {"Type": "Media"},
        "userData": '{"a": 1}',
        "createTime": "2023-01-04T02:05:17Z",
        "timeline": [
            {"after": 0, "status": "Failed", "activityResults": {"A": 1}, "finishTime": "2023-01-04T02:06:19Z"}
        ],
    }
    async with Emulator(Scenario.from_mapping({"tasks": [task]})) as emulator:
        body = await asyncio.to_thread(ask, emulator, "t")
    assert body.workflow_task.to_map() == {
        "TaskId": "t",
        "Status": "Failed",
        "TaskInput": '{"Type":"Media"}',
        "UserData": '{"a": 1}',
        "CreateTime": "2023-01-04T02:05:17Z",
        "FinishTime": "2023-01-04T02:06:19Z",
        "ActivityResults": '{"A":1}',
        "Workflow": {
            "WorkflowId": "w",
            "Name": "n",
            "Status": "Active",
            "Type": "Common",
            "CreateTime": "2022-11-27T10:02:12Z",
            "ModifiedTime": "2022-11-29T02:06:19Z\n",
        },
    }


async def test_the_sdk_understands_refusals() -> None:
    """The code, the status, the request ID and the detail of a denial all arrive."""
    faults = [{"kind": "denied", "calls": 1}, {"kind": "throttle429", "calls": 2}]
    async with Emulator(Scenario.from_mapping({"faults": faults})) as emulator:
        with pytest.raises(ClientException) as denied:
            await asyncio.to_thread(ask, emulator, "t")
        with pytest.raises(ThrottlingException) as throttled:
            await asyncio.to_thread(ask, emulator, "t")
        with pytest.raises(ClientException) as unsigned:
            await asyncio.to_thread(ask, emulator, "t", access_key_secret="wrong")
    assert (denied.value.code, denied.value.status_code) == ("NoPermission", 403)
    assert denied.value.access_denied_detail["NoPermissionType"] == "ImplicitDeny"
    assert denied.value.request_id == emulator.calls[0].request_id
    assert throttled.value.retry_after == 2000
    assert unsigned.value.code == "SignatureDoesNotMatch"


async def test_the_sdk_pages_through_250_tasks() -> None:
    async with Emulator(Scenario.from_text("tasks: []")) as emulator:
        for number in range(250):
            emulator.add_task(
                {
                    "taskId": f"t-{number:03}",
                    "workflow": {"workflowId": f"wf-{number % 2}", "name": "a b/é*~'&=+%1"},
                    "taskInput": {"Type": "OSS", "Media": f"oss://bucket/é {number:03}.mp4"},
                    "timeline": [{"after": 0, "status": "Succeed"}],
                }
            )
        pages = await asyncio.to_thread(pages_of, emulator, max_results=100, workflow_name="a b/é*~'&=+%1")
        half = await asyncio.to_thread(pages_of, emulator, workflow_id="wf-1", key_text="É 1")
    listed = [task for page in pages for task in page.task_list]
    assert [len(page.task_list) for page in pages] == [100, 100, 50]
    assert {page.max_results for page in pages} == {100}
    assert {page.total_count for page in pages} == {None}
    assert [page.request_id for page in pages] == [call.request_id for call in emulator.calls[:3]]
    assert {task.task_id for task in listed} == {f"t-{number:03}" for number in range(250)}
    order = [(task.create_time, task.task_id) for task in listed]
    assert order == sorted(sorted(order, key=lambda each: each[1]), key=lambda each: each[0], reverse=True)
    assert {(task.status, task.workflow.media_type) for task in listed} == {("Succeed", "OSS")}
    assert [len(page.task_list) for page in half] == [10, 10, 10, 10, 10]


async def test_the_sdk_reads_every_field_of_a_listed_task() -> None:
    """Field by field what GetWorkflowTask tells, without the results, and with the kind of the input."""
    scenario = {
        "tasks": [
            {
                "taskId": "t",
                "workflow": {
                    "workflowId": "w",
                    "name": "n",
                    "status": "Active",
                    "type": "Common",
                    "createTime": "2022-11-27T10:02:12Z",
                    "modifiedTime": "2022-11-29T02:06:19Z\n",
                },
                "taskInput": {"Type": "Media"},
                "userData": '{"a": 1}',
                "timeline": [{"after": 0, "status": "Failed", "activityResults": {"A": 1}}],
            }
        ]
    }
    async with Emulator(Scenario.from_mapping(scenario)) as emulator:
        (page,) = await asyncio.to_thread(pages_of, emulator)
        read = await asyncio.to_thread(ask, emulator, "t")
    (listed,) = page.task_list
    expected = read.workflow_task.to_map()
    del expected["ActivityResults"]
    expected["Workflow"]["MediaType"] = "Media"
    assert listed.to_map() == expected
    assert len(expected) == 7


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"max_results": 101}, "MaxResults"),
        ({"key_text": "x" * 33}, "KeyText"),
        ({"next_token": "x"}, "NextToken"),
        ({"start_of_create_time": "2026-01-02"}, "StartOfCreateTime"),
    ],
)
async def test_the_sdk_gets_an_error_for_a_list_that_cannot_be(query: dict[str, Any], parameter: str) -> None:
    async with Emulator(Scenario.default()) as emulator:
        with pytest.raises(ClientException) as caught:
            await asyncio.to_thread(pages_of, emulator, **query)
        assert (caught.value.code, caught.value.status_code) == (f"InvalidParameter.{parameter}", 400)
