"""Check, Diff, Create, Read, Update and Delete of a gate, whole messages compared."""

from __future__ import annotations

import json
import re
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty

from ice_provider.errors import Denied, NotKnown, NotSignedIn, Rejected
from ice_provider.rpc._proto import provider_pb2 as pb
from support.cloud import ScriptedCloud, task
from support.rpc import UNKNOWN, URN, provider, refusal, secret, struct

OPENED = {
    "taskId": "t-1",
    "status": "Succeed",
    "finished": True,
    "succeeded": True,
    "createTime": "2023-01-04T02:05:17Z",
    "workflowId": "wf-1",
    "workflow": {"workflowId": "wf-1", "name": "Transcoding"},
    "requestId": "REQUEST-1",
    "region": "cn-shanghai",
}
ABSENT = dict.fromkeys(
    ["taskInput", "finishTime", "durationSeconds", "activityResults", "results", "activities", "userData"]
)
TASK = {"taskId": "t-1"}
KINDS = pb.PropertyDiff


def info(line: str) -> tuple[str, str, bool, str]:
    return "INFO", URN, True, line


def warning(line: str) -> tuple[str, str, bool, str]:
    return "WARNING", URN, False, line


# --- Check ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("news", "failures"),
    [
        (TASK, {}),
        ({"taskId": secret("t-1"), "triggers": {"a": UNKNOWN}, "successStatuses": UNKNOWN}, {}),
        ({"taskId": UNKNOWN}, {}),
        ({"taskId": "t-1", "__defaults": []}, {}),
        (
            {"taskid": "t-1", "condition": "statu", "waitTimeout": secret("soon")},
            {
                "taskid": 'there is no such property; did you mean "taskId"?',
                "taskId": "is missing: the ID of the workflow task to wait for",
                "condition": 'asks for "statu", which is no output; did you mean "status"?',
                "waitTimeout": 'must be a duration above zero such as "45m", "1h30m" or "90s"',
            },
        ),
    ],
    ids=str,
)
async def test_inputs_are_given_back_as_they_are_with_every_mistake(news: Any, failures: dict[str, str]) -> None:
    async with provider(AssertionError("it signed in")) as running:
        answer = await running.stub.Check(pb.CheckRequest(urn=URN, news=struct(news)))

    assert answer == pb.CheckResponse(
        inputs=struct(news),
        failures=[pb.CheckFailure(property=name, reason=reason) for name, reason in failures.items()],
    )


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("results == `film9`", "has `[secret]` in backquotes, which is no JSON: write '[secret]' for the text"),
        ("film9 == 'x'", 'asks for "[secret]", which is no output'),
        ('status == `film9"`', "has `[secret]\"` in backquotes, which is no JSON: write '[secret]' for the text"),
        ('"film9', 'is not a JMESPath expression: Unclosed " delimiter. See https://jmespath.org'),
    ],
)
async def test_of_a_secret_condition_that_is_wrong_no_part_is_shown(condition: str, reason: str) -> None:
    news = struct({**TASK, "condition": secret(condition)})
    async with provider(AssertionError("it signed in")) as running:
        answer = await running.stub.Check(pb.CheckRequest(urn=URN, news=news))

    assert [(failure.property, failure.reason) for failure in answer.failures] == [("condition", reason)]


# --- Diff -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        (TASK, TASK, {}),
        (TASK, {"taskId": secret("t-1")}, {}),
        (TASK, {"taskId": "t-1", "condition": None, "__defaults": []}, {}),
        (TASK, {"taskId": "t-2"}, {"taskId": KINDS.UPDATE}),
        (TASK, {"taskId": UNKNOWN}, {"taskId": KINDS.UPDATE}),
        (TASK, {**TASK, "waitTimeout": "1h"}, {"waitTimeout": KINDS.ADD}),
        ({**TASK, "condition": "succeeded"}, TASK, {"condition": KINDS.DELETE}),
        (
            {**TASK, "triggers": {"a": 1, "b": [True, None]}},
            {**TASK, "triggers": {"b": [True, None], "a": 1}},
            {},
        ),
        ({**TASK, "triggers": {"a": [True]}}, {**TASK, "triggers": {"a": [1]}}, {"triggers": KINDS.UPDATE}),
        (
            {**TASK, "triggers": {"a": 1}, "successStatuses": ["Succeed"]},
            {**TASK, "triggers": {"a": UNKNOWN}, "successStatuses": ["Succeed", "Failed"]},
            {"successStatuses": KINDS.UPDATE, "triggers": KINDS.UPDATE},
        ),
    ],
    ids=str,
)
async def test_every_change_is_made_in_place(old: Any, new: Any, kinds: dict[str, Any]) -> None:
    async with provider(AssertionError("it signed in")) as running:
        await running.configure()
        request = pb.DiffRequest(urn=URN, olds=struct(OPENED), old_inputs=struct(old), news=struct(new))
        answer = await running.stub.Diff(request)

    assert answer == pb.DiffResponse(
        changes=pb.DiffResponse.DIFF_SOME if kinds else pb.DiffResponse.DIFF_NONE,
        diffs=sorted(kinds),
        detailedDiff={name: pb.PropertyDiff(kind=kind, inputDiff=True) for name, kind in kinds.items()},
        hasDetailedDiff=bool(kinds),
    )


async def test_another_region_is_a_diff_of_an_output() -> None:
    async with provider(AssertionError("it signed in")) as running:
        await running.configure({"region": "cn-beijing"})
        request = pb.DiffRequest(urn=URN, olds=struct(OPENED), old_inputs=struct(TASK), news=struct(TASK))
        answer = await running.stub.Diff(request)

    assert answer == pb.DiffResponse(
        changes=pb.DiffResponse.DIFF_SOME,
        diffs=["region"],
    )


# --- Create -----------------------------------------------------------------------------------------------------------

UNSURE = "\n    so this preview cannot tell whether the gate would open"


@pytest.mark.parametrize(
    ("step", "properties", "outputs", "heard"),
    [
        (task(), TASK, {**ABSENT, **OPENED}, []),
        (
            task(user_data="callback"),
            {"taskId": secret("t-1"), "triggers": {"a": 1}},
            {**ABSENT, **OPENED, "taskId": secret("t-1"), "userData": secret("callback")},
            [],
        ),
        (
            task("Processing"),
            {**TASK, "waitTimeout": "45m"},
            TASK,
            [info("task t-1 is Processing: `pulumi up` would wait for it, at most 45m")],
        ),
        (AssertionError("called"), {"taskId": UNKNOWN}, {"taskId": UNKNOWN}, []),
        (AssertionError("called"), {**TASK, "triggers": {"a": [UNKNOWN]}}, TASK, []),
        (NotKnown("workflow task t-1 is not known"), TASK, TASK, [warning(f"workflow task t-1 is not known{UNSURE}")]),
        (Denied("not allowed"), TASK, TASK, [warning(f"not allowed{UNSURE}")]),
        (Rejected("refused"), TASK, TASK, [warning(f"refused{UNSURE}")]),
    ],
    ids=["ended", "secret", "running", "unknown task", "unknown trigger", "not known", "denied", "refused"],
)
async def test_a_preview_tells_the_truth_and_never_waits(step: Any, properties: Any, outputs: Any, heard: Any) -> None:
    async with provider(ScriptedCloud(step)) as running:
        await running.configure()
        answer = await running.stub.Create(pb.CreateRequest(urn=URN, properties=struct(properties), preview=True))

    assert answer == pb.CreateResponse(properties=struct(outputs))
    assert running.engine.heard == heard


async def test_a_preview_without_credentials_is_a_warning_and_an_up_an_error() -> None:
    async with provider(NotSignedIn("no credentials")) as running:
        await running.configure()
        request = pb.CreateRequest(urn=URN, properties=struct(TASK), preview=True)
        answer = await running.stub.Create(request)
        request.preview = False

        assert answer == pb.CreateResponse(properties=struct(TASK))
        assert running.engine.heard == [warning(f"no credentials{UNSURE}")]
        assert await refusal(running.stub.Create(request)) == (grpc.StatusCode.UNAUTHENTICATED, "no credentials")


@pytest.mark.parametrize("preview", [False, True])
async def test_a_task_that_ended_badly_fails_preview_and_create_with_the_whole_reason(preview: bool) -> None:
    async with provider(ScriptedCloud(task("Canceled", finish_time="2023-01-04T02:06:19Z"))) as running:
        await running.configure()
        request = pb.CreateRequest(urn=URN, properties=struct(TASK), preview=preview)

        code, said = await refusal(running.stub.Create(request))

    assert code == grpc.StatusCode.FAILED_PRECONDITION
    assert said.splitlines()[0] == "workflow task t-1 was canceled: the service gave no reason"
    assert [line.split()[0] for line in said.splitlines()[1:]] == ["workflow", "task", "request", "next"]


@pytest.mark.parametrize("condition", ["workflowId == 'a-secret-film'", "workflowId ==\n\t'a-secret-film' "])
async def test_a_condition_that_was_given_as_a_secret_is_in_no_message(condition: str) -> None:
    hidden = {**TASK, "condition": secret(condition)}
    async with provider(ScriptedCloud(task())) as running:
        await running.configure()
        for call in (
            running.stub.Create(pb.CreateRequest(urn=URN, properties=struct(hidden))),
            running.stub.Update(
                pb.UpdateRequest(urn=URN, olds=struct(OPENED), old_inputs=struct(TASK), news=struct(hidden))
            ),
        ):
            _, told = await refusal(call)

            assert "\n    condition  [secret]\n" in told
            assert "film" not in told


async def test_a_create_waits_shows_where_it_stands_and_records_the_task() -> None:
    async with provider(ScriptedCloud(task("Init"), task("Processing"), task(user_data="callback"))) as running:
        await running.configure()
        answers = [
            await running.stub.Create(pb.CreateRequest(urn=URN, properties=struct(TASK), timeout=2700))
            for _ in range(2)
        ]

    assert answers[0] == pb.CreateResponse(
        id=answers[0].id, properties=struct({**ABSENT, **OPENED, "userData": secret("callback")})
    )
    assert answers[0].id != answers[1].id
    assert [(urn, ephemeral) for _, urn, ephemeral, _ in running.engine.heard] == [(URN, True)] * 4
    assert re.sub(r"\b[01]s of", "1s of", "\n".join(line for *_, line in running.engine.heard)) == (
        "Init · 1s of 45m\nProcessing · 1s of 45m\nSucceed\nSucceed"
    )


async def test_a_create_ends_at_the_limit_of_its_custom_timeouts() -> None:
    async with provider(ScriptedCloud(task("Processing"))) as running:
        await running.configure()
        request = pb.CreateRequest(urn=URN, properties=struct({**TASK, "waitTimeout": "10h"}), timeout=90)

        code, said = await refusal(running.stub.Create(request))

    assert code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert said.startswith("workflow task t-1 was still Processing when the 1m30s limit of this create ended\n")


# --- Read -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [
        OPENED,
        {**OPENED, "userData": secret("callback"), "fromANewerVersion": {"x": [1, None]}},
        {**OPENED, "status": "Failed", "succeeded": False},
    ],
    ids=str,
)
async def test_a_refresh_gives_back_what_was_recorded_word_for_word_without_a_call(state: Any) -> None:
    async with provider(AssertionError("it signed in")) as running:
        await running.configure()
        inputs = struct({**TASK, "condition": "succeeded"})
        answer = await running.stub.Read(pb.ReadRequest(id="id-1", urn=URN, properties=struct(state), inputs=inputs))

    assert answer == pb.ReadResponse(id="id-1", properties=struct(state), inputs=inputs)


@pytest.mark.parametrize(
    ("request_", "id_"),
    [
        (pb.ReadRequest(id="t-1", urn=URN), "t-1"),
        (pb.ReadRequest(id="x", urn=URN, properties=struct(TASK), inputs=struct(TASK)), "x"),
    ],
    ids=["import", "get"],
)
async def test_a_task_that_ended_well_is_imported_or_got(request_: pb.ReadRequest, id_: str) -> None:
    async with provider(ScriptedCloud(task())) as running:
        await running.configure()
        answer = await running.stub.Read(request_)

    assert answer == pb.ReadResponse(id=id_, properties=struct({**ABSENT, **OPENED}), inputs=struct(TASK))


@pytest.mark.parametrize(
    ("step", "code", "told"),
    [
        (task("Processing"), grpc.StatusCode.FAILED_PRECONDITION, "workflow task t-1 is Processing: only a task that"),
        (task("Failed"), grpc.StatusCode.FAILED_PRECONDITION, "workflow task t-1 failed: the service gave no reason"),
        (NotKnown("workflow task t-1 is not known"), grpc.StatusCode.NOT_FOUND, "workflow task t-1 is not known"),
    ],
)
async def test_any_other_task_is_a_plain_error(step: Any, code: grpc.StatusCode, told: str) -> None:
    async with provider(ScriptedCloud(step)) as running:
        await running.configure()
        refused, said = await refusal(running.stub.Read(pb.ReadRequest(id="t-1", urn=URN)))

    assert (refused, said[: len(told)]) == (code, told)


# --- Update and Delete ------------------------------------------------------------------------------------------------


async def update(
    step: Any, old: Any, new: Any, *, preview: bool = False, region: str = "cn-shanghai", limit: float = 0.0
) -> Any:
    cloud = ScriptedCloud(step, others={"t-2": [step]})
    async with provider(cloud) as running:
        await running.configure({"region": region})
        return await running.stub.Update(
            pb.UpdateRequest(
                id="id-1",
                urn=URN,
                olds=struct(RECORDED),
                old_inputs=struct(old),
                news=struct(new),
                preview=preview,
                timeout=limit,
            )
        )


NEWER = {"fromANewerVersion": 1}
RECORDED = {
    **OPENED,
    "requestId": "REQUEST-OLD",
    "userData": secret("callback"),
    "workflow": {"workflowId": "wf-1", "name": "Transcoding", **NEWER},
    "activities": [{"activityId": "Transcode", **NEWER}],
    **NEWER,
}
NO_CALL = AssertionError("called")
FRESH = task(request_id="REQUEST-NEW")


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    "new",
    [
        TASK,
        {**TASK, "waitTimeout": "1h"},
        {**TASK, "condition": "requestId == 'REQUEST-OLD' && userData == 'callback'"},
        {**TASK, "successStatuses": ["Succeed", "Failed"]},
    ],
    ids=str,
)
async def test_what_needs_no_call_leaves_the_state_word_for_word(new: Any, preview: bool) -> None:
    assert await update(NO_CALL, TASK, new, preview=preview) == pb.UpdateResponse(properties=struct(RECORDED))


@pytest.mark.parametrize(
    ("step", "new", "region", "preview", "outputs"),
    [
        (FRESH, {**TASK, "triggers": {"a": 1}}, "cn-shanghai", False, {**ABSENT, **OPENED, "requestId": "REQUEST-NEW"}),
        (FRESH, TASK, "cn-beijing", False, {**ABSENT, **OPENED, "requestId": "REQUEST-NEW"}),
        (FRESH, {**TASK, "triggers": {"a": 1}}, "cn-shanghai", True, {**ABSENT, **OPENED, "requestId": "REQUEST-NEW"}),
        (task("Processing"), {**TASK, "triggers": {"a": 1}}, "cn-shanghai", True, TASK),
        (NO_CALL, {"taskId": UNKNOWN}, "cn-shanghai", True, {"taskId": UNKNOWN}),
    ],
    ids=["trigger", "region", "preview, ended", "preview, running", "preview, unknown"],
)
async def test_what_reads_the_task_again_gives_new_outputs(
    step: Any, new: Any, region: str, preview: bool, outputs: Any
) -> None:
    assert await update(step, TASK, new, preview=preview, region=region) == pb.UpdateResponse(
        properties=struct(outputs)
    )


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    ("step", "new", "told"),
    [
        (task("Failed"), {**TASK, "triggers": {"a": 1}}, "workflow task t-1 failed: the service gave no reason"),
        (
            NO_CALL,
            {**TASK, "condition": "requestId == 'REQUEST-NEW'"},
            "workflow task t-1 ended as Succeed, but does not meet the condition of this gate",
        ),
    ],
    ids=["failed", "condition"],
)
async def test_an_update_that_shuts_the_gate_is_a_plain_error(step: Any, new: Any, told: str, preview: bool) -> None:
    code, said = await refusal(update(step, TASK, new, preview=preview))

    assert (code, said.splitlines()[0]) == (grpc.StatusCode.FAILED_PRECONDITION, told)


@pytest.mark.parametrize(
    ("condition", "opens"),
    [
        ("to_string(results.Check.Score) == '95'", True),
        ("to_string(results.Check.Score) != '95'", False),
        ("contains(keys(@), 'region')", False),
        ("values(results)[-1].Status == 'Succeed'", False),
        ("results.*.Status == ['Succeed', 'Skipped', 'Succeed', 'Failed']", True),
    ],
)
async def test_a_record_is_judged_as_the_task_was_when_it_was_read(condition: str, opens: bool) -> None:
    """The state keeps whole numbers as floats, and names in no order."""
    ended = {"Start": "Succeed", "Review": "Skipped", "Check": "Succeed", "Audit": "Failed"}
    told = json.dumps({name: {"Status": status, "Score": 95} for name, status in ended.items()})
    news = struct({**TASK, "condition": condition})
    async with provider(ScriptedCloud(task(activity_results=told))) as running:
        await running.configure()
        made = await running.stub.Create(pb.CreateRequest(urn=URN, properties=struct(TASK)))
        for call in (
            running.stub.Create(pb.CreateRequest(urn=URN, properties=news)),
            running.stub.Update(pb.UpdateRequest(urn=URN, olds=made.properties, old_inputs=struct(TASK), news=news)),
        ):
            if opens:
                await call
            else:
                assert (await refusal(call))[0] is grpc.StatusCode.FAILED_PRECONDITION


async def test_the_limit_of_an_update_names_the_update() -> None:
    code, said = await refusal(update(task("Processing"), TASK, {**TASK, "triggers": {"a": 1}}))

    assert code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert "when the 30m limit of this update ended" in said
    assert 'custom_timeouts=CustomTimeouts(update="2h")' in said


async def test_a_new_task_is_awaited_as_long_as_the_gate_says() -> None:
    new = {"taskId": "t-2", "waitTimeout": "45m"}

    code, said = await refusal(update(task("Processing", "t-2"), TASK, new))

    assert code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert said.startswith("workflow task t-2 was still Processing when the 45m limit of this update ended\n")


async def test_an_update_ends_at_the_limit_of_its_custom_timeouts() -> None:
    new = {**TASK, "triggers": {"a": 1}, "waitTimeout": "10h"}

    code, said = await refusal(update(task("Processing"), TASK, new, limit=90))

    assert code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert said.startswith("workflow task t-1 was still Processing when the 1m30s limit of this update ended\n")


async def test_a_delete_needs_nothing_and_changes_nothing() -> None:
    async with provider(AssertionError("it signed in")) as running:
        assert await running.stub.Delete(pb.DeleteRequest(id="id-1", urn=URN, properties=struct(OPENED))) == Empty()
