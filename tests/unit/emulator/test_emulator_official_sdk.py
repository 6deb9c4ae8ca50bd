"""The official SDK over a real socket: what it signs, the emulator accepts, and both see the same task."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from alibabacloud_ice20201109.client import Client
from alibabacloud_ice20201109.models import GetWorkflowTaskRequest
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
