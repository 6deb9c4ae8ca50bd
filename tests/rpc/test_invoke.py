"""Invoke, whole messages compared."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty

from ice_provider.errors import BrokenAnswer, Denied, NotKnown, NotSignedIn, Rejected, Throttled, Unreachable
from ice_provider.model import Workflow
from ice_provider.rpc._proto import provider_pb2 as pb
from support.cloud import ScriptedCloud, task
from support.rpc import provider, refusal, secret, struct

TOKEN = "ice:index:getWorkflowTask"
FULL = task(
    "Failed",
    finish_time="2023-01-04T02:06:19Z\n",
    task_input='{"Media": "m-1"}',
    activity_results='{"A": {"Status": "Failed", "Code": "C", "Result": "{\\"Big\\": 9007199254740993, \\"None\\": null}"}}',
    user_data="canary",
    workflow=Workflow(workflow_id="wf-1", modified_time="2022-11-29T02:06:19Z"),
)
FULL_SENT = {
    "taskId": "t-1",
    "status": "Failed",
    "finished": True,
    "succeeded": False,
    "taskInput": '{"Media": "m-1"}',
    "createTime": "2023-01-04T02:05:17Z",
    "finishTime": "2023-01-04T02:06:19Z",
    "durationSeconds": 62,
    "workflowId": "wf-1",
    "workflow": {"workflowId": "wf-1", "modifiedTime": "2022-11-29T02:06:19Z"},
    "activityResults": FULL.activity_results,
    "results": {"A": {"Status": "Failed", "Code": "C", "Result": '{"Big": 9007199254740993, "None": null}'}},
    "activities": [
        {"activityId": "A", "status": "Failed", "message": "C", "result": {"Big": "9007199254740993", "None": None}}
    ],
    "userData": "canary",
    "requestId": "REQUEST-1",
}


def answer(**parts: Any) -> pb.InvokeResponse:
    return pb.InvokeResponse(**parts)


async def invoke(cloud: Any, args: dict[str, Any], *, preview: bool = False, token: str = TOKEN) -> Any:
    async with provider(cloud) as running:
        await running.configure()
        return await running.stub.Invoke(pb.InvokeRequest(tok=token, args=struct(args), preview=preview))


@pytest.mark.parametrize("preview", [False, True])
async def test_everything_that_the_api_tells_comes_back_and_what_it_leaves_out_is_absent(preview: bool) -> None:
    assert await invoke(ScriptedCloud(FULL), {"taskId": "t-1"}, preview=preview) == answer(
        **{"return": struct(FULL_SENT)}
    )


async def test_a_secret_argument_stays_secret_in_the_result_and_nothing_else_becomes_so() -> None:
    bare = task("Init", create_time=None, workflow=None)

    assert await invoke(ScriptedCloud(bare), {"taskId": secret("t-1")}) == answer(
        **{
            "return": struct(
                {
                    "taskId": secret("t-1"),
                    "status": "Init",
                    "finished": False,
                    "succeeded": False,
                    "requestId": "REQUEST-1",
                }
            )
        }
    )


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ({}, "taskId: is missing: the ID of the workflow task to read"),
        (
            {"taskID": "t-1", "expectedStatuses": ["a", 2]},
            (
                'taskID: there is no such property; did you mean "taskId"?; '
                "taskId: is missing: the ID of the workflow task to read; "
                "expectedStatuses[1]: must be a string, not a number"
            ),
        ),
    ],
)
async def test_all_mistakes_in_the_arguments_are_one_failure(args: dict[str, Any], reason: str) -> None:
    assert await invoke(ScriptedCloud(), args) == answer(failures=[pb.CheckFailure(reason=reason)])


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (NotKnown("n", [("next", "look")]), grpc.StatusCode.NOT_FOUND),
        (Denied("d"), grpc.StatusCode.PERMISSION_DENIED),
        (NotSignedIn("s"), grpc.StatusCode.UNAUTHENTICATED),
        (Rejected("r"), grpc.StatusCode.FAILED_PRECONDITION),
    ],
    ids=lambda part: part.name if isinstance(part, grpc.StatusCode) else type(part).__name__,
)
async def test_a_task_that_cannot_be_read_is_a_status_with_a_precise_code(
    trouble: Exception, code: grpc.StatusCode
) -> None:
    assert await refusal(invoke(ScriptedCloud(trouble), {"taskId": "t-1"})) == (code, str(trouble))


@pytest.mark.parametrize(
    ("trouble", "code", "advice"),
    [
        (Throttled("t", [("request", "R-1")]), grpc.StatusCode.RESOURCE_EXHAUSTED, "ice:requestsPerSecond"),
        (Unreachable("t", [("request", "R-1")]), grpc.StatusCode.UNAVAILABLE, "check the network, ice:endpoint"),
        (BrokenAnswer("t", [("request", "R-1")]), grpc.StatusCode.UNAVAILABLE, "check ice:endpoint, and proxies"),
    ],
    ids=lambda part: part.name if isinstance(part, grpc.StatusCode) else type(part).__name__,
)
async def test_trouble_that_lasts_says_what_was_tried_how_long_the_request_and_what_to_do(
    trouble: Exception, code: grpc.StatusCode, advice: str
) -> None:
    found, text = await refusal(invoke(ScriptedCloud(trouble), {"taskId": "t-1"}))

    headline, request, remedy = text.splitlines()
    assert (found, headline) == (code, "could not read workflow task t-1 within 30s: t")
    assert request == "    request    R-1"
    assert advice in remedy


async def test_a_provider_without_credentials_says_so_when_it_is_used() -> None:
    refused = await refusal(invoke(NotSignedIn("no credentials", [("next", "set them")]), {"taskId": "t-1"}))

    assert refused == (grpc.StatusCode.UNAUTHENTICATED, "no credentials\n    next       set them")


async def test_an_unexpected_status_fails_in_up_and_is_a_warning_on_the_stack_in_preview() -> None:
    args = {"taskId": "t-1", "expectedStatuses": ["Succeed"]}
    async with provider(ScriptedCloud(task("Processing"))) as running:
        await running.configure()
        code, said = await refusal(running.stub.Invoke(pb.InvokeRequest(tok=TOKEN, args=struct(args))))
        seen = await running.stub.Invoke(pb.InvokeRequest(tok=TOKEN, args=struct(args), preview=True))

    assert (code, said.splitlines()[0]) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "workflow task t-1 is Processing; expected Succeed",
    )
    assert getattr(seen, "return")["status"] == "Processing"
    assert running.engine.heard == [
        (
            "WARNING",
            "",
            False,
            "workflow task t-1 is Processing; expected Succeed: `pulumi up` would fail if that is still so",
        )
    ]


async def test_what_pulumi_would_read_as_a_mark_of_its_own_is_left_out_with_one_warning() -> None:
    marked = '{"A": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": 1}}'
    async with provider(
        ScriptedCloud(task(activity_results=marked, user_data="04da6b54-80e4-46f7-96ec-b56ff0331ba9"))
    ) as running:
        await running.configure()
        seen = await running.stub.Invoke(pb.InvokeRequest(tok=TOKEN, args=struct({"taskId": "t-1"})))

    sent = getattr(seen, "return")
    assert sent["activityResults"] == marked
    assert sent["activities"][0] == struct({"activityId": "A"})
    assert not {"results", "userData"} & set(sent)
    assert running.engine.heard == [
        (
            "WARNING",
            "",
            False,
            "left out results, userData: the service's answer holds words that Pulumi keeps for itself",
        )
    ]


async def test_a_function_that_the_package_has_not_is_refused() -> None:
    assert await refusal(invoke(ScriptedCloud(), {}, token="ice:index:getWorkflowTasc")) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        'the package ice has no function ice:index:getWorkflowTasc; did you mean "ice:index:getWorkflowTask"?',
    )


async def test_cancel_ends_a_read_under_way() -> None:
    async with provider(ScriptedCloud(task())) as running:
        await running.configure()
        await running.stub.Cancel(Empty())
        request = pb.InvokeRequest(tok=TOKEN, args=struct({"taskId": "t-1"}))

        assert await refusal(running.stub.Invoke(request)) == (
            grpc.StatusCode.CANCELLED,
            "stopped reading workflow task t-1",
        )
