"""Our client and the emulator on a socket: every state of a task, in every way the service may tell of it."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic, tzset
from typing import Any

import pytest

from contract.conftest import Connect
from contract.raw_server import RawServer, answer, hang, say, say_after
from ice_emulator import VARIANTS, Emulator, Scenario
from ice_provider import durations
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.alibaba.transport import Answer
from ice_provider.errors import Denied, NotKnown, NotSignedIn, Rejected, Throttled, Unreachable
from ice_provider.model import Workflow, WorkflowTask
from support import published

RESULTS: dict[str, dict[str, Any]] = {
    "Start": {"ActivityId": "Start", "Status": "Succeed", "StartTime": "2023-01-04T02:05:17Z"},
    "Transcode": {
        "ActivityId": "Transcode",
        "Status": "Failed",
        "StartTime": "2023-01-04T02:05:20Z\n",
        "Result": {"Code": "InvalidParameter.NoVideoStream", "Message": "the input has no video stream", "JobId": "j"},
    },
}
STATES = ("Init", "Processing", "Succeed", "Failed", "Canceled", "Queued")
WORLD: dict[str, Any] = {
    "tasks": [
        {
            "taskId": state,
            "workflow": {"workflowId": "wf-1", "name": "Transcoding", "createTime": " 2022-11-27T10:02:12Z "},
            "createTime": "2023-01-04T02:05:17Z",
            "timeline": [{"after": 0, "status": state, "activityResults": RESULTS}],
        }
        for state in STATES
    ],
    "faults": [{"taskId": "Init", "kind": "expiredToken", "calls": 2}],
    "keys": [
        {"accessKey": "STS.contract-one", "secretKey": "one", "securityToken": "CAIS+/=token"},
        {"accessKey": "nobody-in-particular", "secretKey": "two", "denied": True},
    ],
}
WORLDS = [dict(zip(VARIANTS, values, strict=True)) for values in itertools.product(*VARIANTS.values())]
POLICY = '{"Version":"1","Statement":[{"Effect":"Allow","Action":["ice:GetWorkflowTask"],"Resource":"*"}]}'


def world(**variants: str) -> Scenario:
    return Scenario.from_mapping({**WORLD, "variants": variants})


async def read(connect: Connect, task_id: str, **variants: str) -> WorkflowTask:
    async with Emulator(world(**variants)) as emulator:
        return await connect(emulator.endpoint).get_workflow_task(task_id)


# --- whatever the service's ways are ----------------------------------------------------------------------------------


@pytest.mark.parametrize("variants", WORLDS, ids=lambda variants: "-".join(variants.values()))
async def test_in_every_world_a_state_is_itself_and_an_unknown_task_is_not_known(
    connect: Connect, variants: dict[str, str]
) -> None:
    async with Emulator(world(**variants)) as emulator:
        client = connect(emulator.endpoint)

        seen = {state: await client.get_workflow_task(state) for state in STATES}

        with pytest.raises(NotKnown):
            await client.get_workflow_task("unheard-of")
        with pytest.raises(NotSignedIn):
            await client.get_workflow_task("Init")
    assert [task.task_id for task in seen.values()] == [task.status for task in seen.values()] == list(STATES)
    assert {state for state, task in seen.items() if task.succeeded} == {"Succeed"}
    assert {state for state, task in seen.items() if task.finished} == {"Succeed", "Failed", "Canceled"}
    assert {state for state, task in seen.items() if task.finish_time} == {"Succeed", "Failed", "Canceled"}
    assert {state for state, task in seen.items() if task.duration_seconds} == {"Succeed", "Failed", "Canceled"}
    assert len({task.request_id for task in seen.values()}) == len(STATES)


@pytest.mark.parametrize("way", VARIANTS["taskNotKnown"])
async def test_a_task_that_is_not_known_is_told_with_its_region_key_request_and_the_one_year_rule(
    connect: Connect, way: str
) -> None:
    async with Emulator(world(taskNotKnown=way)) as emulator:
        with pytest.raises(NotKnown) as caught:
            await connect(emulator.endpoint).get_workflow_task("unheard-of")

        request_id = emulator.calls[0].request_id
    text = str(caught.value)
    assert text.startswith("workflow task unheard-of is not known in cn-shanghai\n")
    for part in (request_id, "em… (from ice:accessKey)", "after one year"):
        assert part in text


# --- activityResults --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["object", "untilEnd", "list", "resultAsText"])
async def test_the_activities_are_read_from_every_shape(connect: Connect, shape: str) -> None:
    task = await read(connect, "Failed", activityResults=shape)

    assert task.activities
    start, transcode = task.activities
    assert (start.activity_id, start.status, start.start_time) == ("Start", "Succeed", "2023-01-04T02:05:17Z")
    assert (transcode.activity_id, transcode.start_time) == ("Transcode", "2023-01-04T02:05:20Z")
    assert transcode.message == "InvalidParameter.NoVideoStream: the input has no video stream"
    assert transcode.job_id == "j"
    assert transcode.result == RESULTS["Transcode"]["Result"]


@pytest.mark.parametrize("shape", ["object", "untilEnd"])
async def test_results_are_the_object_that_the_service_sends(connect: Connect, shape: str) -> None:
    assert (await read(connect, "Succeed", activityResults=shape)).results == RESULTS


async def test_results_are_absent_when_the_service_sends_a_list(connect: Connect) -> None:
    task = await read(connect, "Succeed", activityResults="list")

    assert (task.results, task.activity_results and task.activity_results[:1]) == (None, "[")


async def test_a_text_that_is_no_json_is_passed_on_and_nothing_is_read_from_it(connect: Connect) -> None:
    task = await read(connect, "Succeed", activityResults="text")

    assert task.activity_results == "Jsonformat,Content varies based on workflow configuration."
    assert (task.results, task.activities) == (None, None)


@pytest.mark.parametrize(
    ("state", "variants"),
    [("Processing", {"activityResults": "untilEnd"}), ("Failed", {"failedResults": "without"})],
    ids=["before the end", "after a failure"],
)
async def test_results_may_be_absent(connect: Connect, state: str, variants: dict[str, str]) -> None:
    task = await read(connect, state, **variants)

    assert (task.status, task.activity_results, task.results, task.activities) == (state, None, None, None)


@pytest.mark.parametrize("way", VARIANTS["finishTime"])
async def test_a_task_that_goes_on_has_no_end_however_the_service_says_so(connect: Connect, way: str) -> None:
    task = await read(connect, "Processing", finishTime=way)

    assert (task.finish_time, task.duration_seconds, task.finished) == (None, None, False)


# --- the API's page ---------------------------------------------------------------------------------------------------


async def test_the_published_answer_goes_through_without_loss(connect: Connect) -> None:
    """All that changes is the line break at the end of a time."""
    task_id = "******4215e042b3966ca5441e******"
    async with Emulator(Scenario.from_mapping({"tasks": [{"taskId": task_id, "answer": published.TEXT}]})) as emulator:
        task = await connect(emulator.endpoint).get_workflow_task(task_id)

    assert task == WorkflowTask(
        task_id=task_id,
        status="Succeed",
        finished=True,
        succeeded=True,
        task_input='{\n      "Type": "Media",\n      "Media": "******30706071edbfe290b488******"\n}',
        create_time="2023-01-04T02:05:17Z",
        finish_time="2023-01-04T02:06:19Z",
        duration_seconds=62.0,
        workflow_id="******63dca94c609de02ac0d1******",
        workflow=Workflow(
            workflow_id="******63dca94c609de02ac0d1******",
            name="Super-resolution transcoding workflow",
            status="Active",
            type="Common",
            create_time="2022-11-27T10:02:12Z",
            modified_time="2022-11-29T02:06:19Z",
        ),
        activity_results="Jsonformat,Content varies based on workflow configuration.",
        user_data='{"NotifyAddress":"http://xx.xx.xxx"}',
        request_id="******0C-7870-15FE-B96F-8880BB******",
    )


# --- who calls --------------------------------------------------------------------------------------------------------


async def test_a_temporary_key_is_accepted_with_its_token(connect: Connect) -> None:
    async with Emulator(world()) as emulator:
        client = connect(emulator.endpoint, Key("STS.contract-one", "one", "CAIS+/=token", "test"))

        assert (await client.get_workflow_task("Succeed")).succeeded


@pytest.mark.parametrize(
    ("token", "told", "remedy"),
    [
        (None, "its security token is missing", "pulumi config set --secret ice:securityToken"),
        ("another", "does not belong to the key", "set key ID, secret and token anew"),
    ],
    ids=["missing", "wrong"],
)
async def test_a_temporary_key_without_its_token_is_not_signed_in(
    connect: Connect, token: str | None, told: str, remedy: str
) -> None:
    async with Emulator(world()) as emulator:
        client = connect(emulator.endpoint, Key("STS.contract-one", "one", token, "test"))

        with pytest.raises(NotSignedIn, match=told) as caught:
            await client.get_workflow_task("Succeed")

    assert remedy in str(caught.value)


DENIALS = [
    (Key("emulator", "wrong", None, "here"), "the signature was refused: SignatureDoesNotMatch"),
    (Key("stranger-stranger", "x", None, "here"), "the access key is not known or not active: InvalidAccessKeyId"),
    (Key("nobody-in-particular", "two", None, "here"), "not allowed to read workflow task Succeed: NoPermission"),
]


@pytest.mark.parametrize(("key", "headline"), DENIALS, ids=["signature", "key", "permission"])
async def test_a_denial_names_the_reason_the_key_masked_and_the_request(
    connect: Connect, key: Key, headline: str
) -> None:
    async with Emulator(world()) as emulator:
        with pytest.raises(Denied) as caught:
            await connect(emulator.endpoint, key).get_workflow_task("Succeed")

        request_id = emulator.calls[0].request_id
    text = str(caught.value)
    assert text.startswith(headline)
    assert str(key) in text
    assert request_id in text
    assert key.key_id not in text


@pytest.mark.parametrize("kind", ["denied", "forbidden"])
async def test_a_missing_permission_comes_with_the_policy_that_grants_it(connect: Connect, kind: str) -> None:
    async with Emulator(world()) as emulator:
        emulator.add_fault({"kind": kind})

        with pytest.raises(Denied) as caught:
            await connect(emulator.endpoint).get_workflow_task("Succeed")

    assert POLICY in str(caught.value)


async def test_a_missing_permission_names_the_action_the_principal_and_the_kind_of_denial(connect: Connect) -> None:
    async with Emulator(world()) as emulator:
        emulator.add_fault({"kind": "denied"})

        with pytest.raises(Denied) as caught:
            await connect(emulator.endpoint).get_workflow_task("Succeed")

    assert ("denied", "ice:GetWorkflowTask, SubUser, emulator, ImplicitDeny, AccountLevelIdentityBasedPolicy") in (
        caught.value.hints
    )


@pytest.mark.parametrize(
    ("detail", "advice"),
    [
        ('{"NoPermissionType": "ExplicitDeny"}', "change that policy"),
        ('{"NoPermissionType": "ImplicitDeny"}', POLICY),
        ('{"NoPermissionType": [1]}', POLICY),
        ("[]", POLICY),
        ("null", POLICY),
    ],
)
async def test_a_policy_is_offered_only_where_one_more_helps(connect: Connect, detail: str, advice: str) -> None:
    body = b'{"Code":"NoPermission","AccessDeniedDetail":%b}' % detail.encode()
    async with RawServer(say(answer(403, body))) as server:
        with pytest.raises(Denied) as caught:
            await connect(server.host).get_workflow_task("t-1")

    assert caught.value.hints[-1][0] == "next"
    assert caught.value.hints[-1][1].endswith(advice)


async def test_throttling_carries_the_pause_that_the_service_asks_for(connect: Connect) -> None:
    async with Emulator(world()) as emulator:
        emulator.add_fault({"kind": "throttle429"})

        with pytest.raises(Throttled) as caught:
            await connect(emulator.endpoint).get_workflow_task("Succeed")

    assert caught.value.retry_after == 2.0


async def test_many_calls_at_once_are_all_signed_well(connect: Connect) -> None:
    async with Emulator(world()) as emulator:
        client = connect(emulator.endpoint)

        tasks = await asyncio.gather(*(client.get_workflow_task("Succeed") for _ in range(200)))

        assert {call.status for call in emulator.calls} == {200}
    assert len({task.request_id for task in tasks}) == 200


# --- clocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [timedelta(minutes=20), timedelta(days=-400)], ids=["ahead", "behind"])
async def test_a_wrong_clock_is_corrected_once_and_stays_corrected(connect: Connect, ahead: timedelta) -> None:
    async with Emulator(world(), wall_clock=lambda: datetime.now(UTC) + ahead) as emulator:
        client = connect(emulator.endpoint)

        for _ in range(2):
            assert (await client.get_workflow_task("Succeed")).succeeded

        assert [call.code for call in emulator.calls] == ["InvalidTimeStamp.Expired", "", ""]


@pytest.mark.parametrize(
    ("ahead", "way"), [(timedelta(minutes=20), "behind"), (timedelta(minutes=-40), "ahead of")], ids=str
)
async def test_a_corrected_clock_is_told_of_once_with_the_measured_skew(
    connect: Connect, ahead: timedelta, way: str
) -> None:
    async with Emulator(world(), wall_clock=lambda: datetime.now(UTC) + ahead) as emulator:
        client = connect(emulator.endpoint)
        for _ in range(2):
            await client.get_workflow_task("Succeed")

    (note,) = client.notes
    told = re.fullmatch(rf"the clock of this machine is (\w+) {way} the service's: .*; set the clock", note)
    assert told
    assert durations.parse(told[1]) == pytest.approx(abs(ahead.total_seconds()), abs=5)


@pytest.mark.parametrize("minutes", [-10, 0, 10])
async def test_every_answer_tells_how_far_the_clocks_are_apart(connect: Connect, minutes: int) -> None:
    ahead = timedelta(minutes=minutes)
    async with Emulator(world(), wall_clock=lambda: datetime.now(UTC) + ahead) as emulator:
        client = connect(emulator.endpoint)

        await client.get_workflow_task("Succeed")

    assert client.ahead == pytest.approx(ahead.total_seconds(), abs=5)


async def test_a_clock_that_is_set_in_between_is_compared_anew(connect: Connect) -> None:
    ahead = timedelta(0)
    async with Emulator(world(), wall_clock=lambda: datetime.now(UTC) + ahead) as emulator:
        client = connect(emulator.endpoint)
        await client.get_workflow_task("Succeed")
        ahead = timedelta(hours=8)

        await client.get_workflow_task("Succeed")

    assert client.ahead == pytest.approx(ahead.total_seconds(), abs=5)


async def test_a_skew_that_appears_later_is_learnt_too(connect: Connect) -> None:
    async with Emulator(world()) as emulator:
        client = connect(emulator.endpoint)
        await client.get_workflow_task("Succeed")
        emulator.add_fault({"kind": "clockSkew"})

        assert (await client.get_workflow_task("Succeed")).succeeded

        assert [call.fault for call in emulator.calls] == ["", "clockSkew", ""]


REFUSED = b'{"RequestId":"R-1","Code":"InvalidTimeStamp.Expired","Message":"expired"}'


async def test_a_clock_that_is_refused_again_after_its_correction_is_an_error_after_two_calls(connect: Connect) -> None:
    date = "Date: Wed, 04 Jan 2023 02:05:17 GMT"
    async with RawServer(say(answer(400, REFUSED, date))) as server:
        with pytest.raises(Denied, match="refuses the time of the request") as caught:
            await connect(server.host).get_workflow_task("t-1")

        assert len(server.requests) == 2
    assert "ahead of the service's; corrected once, and refused again" in dict(caught.value.hints)["clock"]
    assert b"x-acs-date: 2023-01-04T02:05:1" in server.requests[1]


@pytest.mark.parametrize(
    "date",
    ["", "yesterday", "Wed, 99 Jan 2023 02:05:17 GMT", "Wed, 04 Jan 2023 02:05:17 +" + "9" * 30, "0", "Wed, 04 Jan"],
)
async def test_a_date_that_is_none_corrects_nothing(connect: Connect, date: str) -> None:
    async with RawServer(say(answer(400, REFUSED, f"Date: {date}"))) as server:
        with pytest.raises(Denied):
            await connect(server.host).get_workflow_task("t-1")

        assert len(server.requests) == 1


@pytest.fixture
def shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the clock of this machine show the time of Shanghai."""
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "Asia/Shanghai")
        tzset()
        yield
    tzset()


@pytest.mark.usefixtures("shanghai")
@pytest.mark.parametrize(
    "date", ["Wed, 04 Jan 2023 02:05:17 GMT", "Wednesday, 04-Jan-23 02:05:17 GMT", "Wed Jan  4 02:05:17 2023"]
)
def test_a_date_is_of_universal_time_in_every_form_that_http_has(date: str) -> None:
    assert Answer(200, {"date": date}, b"").moment == 1672797917.0


async def test_asking_again_with_a_corrected_clock_gets_no_time_of_its_own(connect: Connect) -> None:
    date = "Date: Wed, 04 Jan 2023 02:05:17 GMT"
    late = say_after(0.8, answer(400, REFUSED, date))  # of the one second that there is
    async with RawServer(late, hang) as server:
        began = monotonic()

        with pytest.raises(Unreachable, match="in time"):
            await connect(server.host, attempt=1.0).get_workflow_task("t-1")

        assert monotonic() - began < 1.6


async def test_an_error_without_a_task_id_is_a_refusal_and_no_missing_task(connect: Connect) -> None:
    async with Emulator(world()) as emulator:
        with pytest.raises(Rejected, match="MissingTaskId"):
            await connect(emulator.endpoint).get_workflow_task("")
