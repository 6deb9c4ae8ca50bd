"""Whatever comes back, it becomes one of our errors or a true task, within the limit of one call."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import pytest

from contract.conftest import Connect
from contract.raw_server import Behaviour, RawServer, answer, hang, reset_after, say, trickle
from ice_emulator import KINDS, Emulator, Scenario
from ice_provider.alibaba import answers, endpoint
from ice_provider.alibaba.refusals import BY_CODE
from ice_provider.cloud import Page
from ice_provider.config import ProviderConfig
from ice_provider.errors import (
    BrokenAnswer,
    Denied,
    NotKnown,
    NotSignedIn,
    ProviderError,
    Rejected,
    Throttled,
    Transient,
    Unreachable,
)

TASK = {"TaskId": "t-1", "Status": "Succeed"}
WHOLE = json.dumps({"RequestId": "R-1", "WorkflowTask": TASK}).encode()
HTML = b"<html><h1>Sign in to use this network</h1></html>"


def body(data: bytes | dict[str, Any], *headers: str) -> Behaviour:
    return say(answer(200, data if isinstance(data, bytes) else json.dumps(data).encode(), *headers))


def told(**changes: Any) -> Behaviour:
    """Answer with a task that claims success and has fields changed."""
    return body({"RequestId": "R-1", "WorkflowTask": {**TASK, **changes}})


def refusal(status: int, code: str, *headers: str, message: str = "No.", **more: Any) -> Behaviour:
    data = {"RequestId": "R-1", "HostId": "h", "Code": code, "Message": message, **more}
    return say(answer(status, json.dumps(data).encode(), *headers))


@dataclass(frozen=True)
class Mode:
    """A way in which a call goes wrong, and what must come of it."""

    number: str
    behaviour: Behaviour
    error: type[ProviderError]
    says: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)  # of a call, where it is they that must end it


MODES = [
    Mode("02 cut JSON, full length", say(answer(200, WHOLE[:-2])), BrokenAnswer, "no valid JSON"),
    Mode("03 short body, then close", say(answer(200, WHOLE[:-2], length=len(WHOLE))), BrokenAnswer, "cut off"),
    Mode("04 empty body", body(b""), BrokenAnswer, "empty"),
    Mode(
        "05 captive portal", say(answer(200, HTML)), BrokenAnswer, "answers HTML, not the ICE API: check ice:endpoint"
    ),
    Mode("06 null", body(b"null"), BrokenAnswer),
    Mode("07 list", body(b"[1,2]"), BrokenAnswer),
    Mode("08 text", body(b'"hi"'), BrokenAnswer),
    Mode("09 empty object", body(b"{}"), BrokenAnswer, "no task data came back"),
    Mode("10 task is a text", body({"RequestId": "R-1", "WorkflowTask": "oops"}), BrokenAnswer),
    Mode("11 wrong types", told(Status=5, TaskId=[]), BrokenAnswer),
    Mode("13 NaN", body(WHOLE.replace(b'"t-1"', b'"t-1","Progress":NaN')), BrokenAnswer),
    Mode("13 a key twice", body(WHOLE.replace(b'"Status"', b'"Status":"Processing","Status"')), BrokenAnswer),
    Mode("14 invalid utf-8", body(WHOLE.replace(b"R-1", b"R-\xff")), BrokenAnswer),
    Mode("15 byte-order mark", body(b"\xef\xbb\xbf" + WHOLE), BrokenAnswer),
    Mode("16 nested 100,000 deep", body(b"[" * 100_000 + b"]" * 100_000), BrokenAnswer),
    Mode("17 gzip, cut", body(gzip.compress(WHOLE)[:-8], "Content-Encoding: gzip"), BrokenAnswer),
    Mode("17 gzip, whole", body(gzip.compress(WHOLE), "Content-Encoding: gzip"), BrokenAnswer),
    Mode("18 throttled, 400", refusal(400, "Throttling.User"), Throttled, "slowed down by the service"),
    Mode("19 throttled, with a pause", refusal(429, "Throttling", "x-acs-retry-after: 2000"), Throttled),
    Mode("20 throttled, 429", say(answer(429, b"", "Retry-After: 2")), Throttled),
    Mode("21 expired token", refusal(400, "InvalidSecurityToken.Expired"), NotSignedIn, "cannot be renewed"),
    Mode(
        "22 signature", refusal(400, "SignatureDoesNotMatch"), Denied, "check the secret key and this machine's clock"
    ),
    Mode("23 task not found", refusal(404, "ResourceNotFound"), NotKnown, "after one year"),
    Mode("24 internal error", refusal(500, "InternalError"), Unreachable),
    Mode("25 bad gateway", say(answer(502, HTML)), Unreachable, "HTTP 502"),
    Mode("26 503 empty", say(answer(503)), Unreachable, "HTTP 503"),
    Mode("27 503 null", say(answer(503, b"null")), Unreachable, "HTTP 503"),
    Mode("28 503 list", say(answer(503, b"[]")), Unreachable, "HTTP 503"),
    Mode("29 302", say(answer(302, b"", "Location: http://127.0.0.1:1/")), Rejected, "credentials would go with it"),
    Mode("30 307", say(answer(307, b"", "Location: http://127.0.0.1:1/")), Rejected, "credentials would go with it"),
    Mode("31 status 600", say(answer(600, WHOLE)), Unreachable, "HTTP 600"),
    Mode("32 reset before the answer", reset_after(b""), Unreachable),
    Mode("33 close before the answer", say(b""), Unreachable),
    Mode("34 reset in the body", reset_after(answer(200, WHOLE[:20], length=len(WHOLE))), Transient),
    Mode("35 no status line", say(b"\x16\x03 garbage\r\n\r\n"), BrokenAnswer, "not HTTP"),
    Mode("36 a header of 200,000 bytes", say(answer(200, WHOLE, "X-Long: " + "x" * 200_000)), BrokenAnswer),
    Mode("37 hang", hang, Unreachable, "in time", {"read": 0.3}),
    Mode("38 trickle", trickle(answer(200, WHOLE), pause=0.05), Unreachable, "in time", {"attempt": 0.6}),
]
"""The modes of the fault reference that end in an error, by its numbers; 1 and 12 are tests of their own below."""


def test_every_mode_of_the_reference_is_tried() -> None:
    assert {int(mode.number[:2]) for mode in MODES} | {1, 12} == set(range(1, 39))


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.number)
async def test_a_fault_becomes_the_error_that_tells_what_to_do(connect: Connect, mode: Mode) -> None:
    """Never success, never another exception, never longer than one call may take."""
    async with RawServer(mode.behaviour) as server:
        client = connect(server.host, **mode.limits)
        began = monotonic()

        with pytest.raises(mode.error) as caught:
            await client.get_workflow_task("t-1")

        assert monotonic() - began < 3
        assert len(server.requests) == 1
    assert mode.says in str(caught.value)


@pytest.mark.parametrize(
    ("behaviour", "limits"),
    [
        (hang, {"read": 0.2, "attempt": 60.0}),
        (hang, {"read": 60.0, "attempt": 0.2}),
        (trickle(answer(200, WHOLE), pause=0.01), {"read": 60.0, "attempt": 0.2}),
        (trickle(answer(200, b" " * 1000, "Transfer-Encoding: x"), pause=0.01), {"read": 60.0, "attempt": 0.2}),
    ],
    ids=["hang, read", "hang, attempt", "trickle, attempt", "trickle of nonsense, attempt"],
)
async def test_each_limit_ends_a_call_by_itself(
    connect: Connect, behaviour: Behaviour, limits: dict[str, float]
) -> None:
    async with RawServer(behaviour) as server:
        began = monotonic()

        with pytest.raises(Transient):
            await connect(server.host, **limits).get_workflow_task("t-1")

        assert monotonic() - began < 3


def test_one_call_lasts_fifteen_seconds_at_most_unless_a_test_says_otherwise() -> None:
    config = ProviderConfig(region="cn-shanghai", client_read_timeout=60_000)
    assert endpoint.find(config, {}).attempt == 15.0


@pytest.mark.parametrize("headers", [(), ("Content-Type: text/html",)], ids=["json", "html"])
async def test_a_whole_answer_is_a_task_whatever_its_content_type_says(
    connect: Connect, headers: tuple[str, ...]
) -> None:
    async with RawServer(body(WHOLE, *headers)) as server:
        task = await connect(server.host).get_workflow_task("t-1")

    assert (task.status, task.succeeded, task.finished, task.request_id) == ("Succeed", True, True, "R-1")


@pytest.mark.parametrize("word", ["Paused", "succeed", "Succeeded", "SUCCEED", "Succeed ", "Cancelled"])
async def test_a_word_that_is_not_known_is_passed_on_and_is_no_success(connect: Connect, word: str) -> None:
    async with RawServer(told(Status=word)) as server:
        task = await connect(server.host).get_workflow_task("t-1")

    assert (task.status, task.finished, task.succeeded) == (word, False, False)


# --- beyond the 38 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"TaskId": "t-2"},
        {"TaskId": None},
        {"TaskId": "T-1"},
        {"Status": ""},
        {"Status": None},
        {"Status": True},
        {"ActivityResults": {}},
        {"ActivityResults": []},
        {"UserData": 1},
        {"TaskInput": {}},
        {"CreateTime": 1672797917},
        {"FinishTime": False},
        {"Workflow": "none"},
        {"Workflow": []},
        {"Workflow": {"WorkflowId": 7}},
        {"Workflow": {"Name": {}}},
        {"Deep": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]},
    ],
    ids=str,
)
async def test_a_task_that_is_not_as_promised_is_a_broken_answer(connect: Connect, changes: dict[str, Any]) -> None:
    async with RawServer(told(**changes)) as server:
        with pytest.raises(BrokenAnswer):
            await connect(server.host).get_workflow_task("t-1")


@pytest.mark.parametrize(
    "data",
    [
        {"RequestId": "R-1", "Code": "Forbidden", "WorkflowTask": TASK},
        {"RequestId": "R-1", "Code": ["x"], "WorkflowTask": TASK},
        {"RequestId": "R-1", "Code": {"x": 1}, "WorkflowTask": TASK},
        {"RequestId": "R-1", "Code": 0, "WorkflowTask": TASK},
        {"RequestId": "R-1", "Code": "X", "Success": False},
        {"RequestId": "", "WorkflowTask": TASK},
        {"RequestId": None, "WorkflowTask": TASK},
        {"RequestId": {}, "WorkflowTask": TASK},
        {"WorkflowTask": TASK},
        {"RequestId": "R-1", "WorkflowTask": []},
        {"RequestId": "R-1", "WorkflowTask": {}},
        {"RequestId": "R-1", "WorkflowTask": 0},
        {"RequestId": "R-1", "WorkflowTask": False},
    ],
    ids=str,
)
async def test_an_answer_that_says_two_things_is_a_broken_one(connect: Connect, data: dict[str, Any]) -> None:
    async with RawServer(body(data)) as server:
        with pytest.raises(BrokenAnswer):
            await connect(server.host).get_workflow_task("t-1")


@pytest.mark.parametrize("status", [201, 202, 203, 204, 206, 226])
async def test_two_hundred_alone_is_an_answer(connect: Connect, status: int) -> None:
    data = b"" if status == 204 else WHOLE
    async with RawServer(say(answer(status, data))) as server:
        with pytest.raises(BrokenAnswer, match=f"HTTP {status}"):
            await connect(server.host).get_workflow_task("t-1")


@pytest.mark.parametrize(
    ("status", "error"), [(403, Rejected), (404, Rejected), (408, Unreachable), (425, Unreachable)]
)
async def test_what_refuses_without_a_code_is_something_on_the_way(
    connect: Connect, status: int, error: type[ProviderError]
) -> None:
    async with RawServer(say(answer(status, b"<html>no</html>"))) as server:
        with pytest.raises(error) as caught:
            await connect(server.host).get_workflow_task("t-1")

    assert error is Unreachable or "check ice:endpoint and ice:protocol, and proxies on the way" in str(caught.value)


@pytest.mark.parametrize("found", [{"RequestId": "R"}, {"RequestId": "R", "TaskList": None, "Code": 200}], ids=str)
def test_a_list_that_is_left_out_is_an_empty_one(found: dict[str, Any]) -> None:
    assert answers.page(found) == Page((), None)


def test_an_empty_page_need_not_be_the_last_one() -> None:
    assert answers.page({"RequestId": "R", "NextToken": "more"}) == Page((), "more")


REFUSALS = [
    (400, "Throttling", Throttled),
    (400, "Throttling.Api", Throttled),
    (503, "Rejected.Throttling", Throttled),
    (403, "InvalidSecurityToken.Expired", NotSignedIn),
    (400, "InvalidSecurityToken.MismatchWithAccessKey", NotSignedIn),
    (400, "MissingSecurityToken", NotSignedIn),
    (404, "InvalidAccessKeyId.NotFound", Denied),
    (400, "InvalidAccessKeyId.Inactive", Denied),
    (403, "SignatureDoesNotMatch", Denied),
    (400, "IncompleteSignature", Denied),
    (400, "InvalidTimeStamp.Format", Rejected),
    (400, "InvalidTimeStamp.Expired", Denied),
    (400, "SignatureNonceUsed", Unreachable),
    (403, "Forbidden", Denied),
    (403, "Forbidden.RAM", Denied),
    (403, "Forbidden.RiskControl", Denied),
    (403, "NoPermission", Denied),
    (400, "NoPermission", Denied),
    (404, "InvalidApi.NotFound", Rejected),
    (404, "InvalidAction.NotFound", Rejected),
    (404, "InvalidProtocol.NeedSsl", Rejected),
    (404, "InvalidVersion", Rejected),
    (400, "MissingTaskId", Rejected),
    (404, "InvalidRegionId.NotFound", Rejected),
    (404, "EntityNotExist.User", Rejected),
    (404, "EntityNotExist.Role", Rejected),
    (404, "InvalidUser.NotFound", Rejected),
    (400, "UnheardOf", Rejected),
    (404, "ResourceNotFound", NotKnown),
    (404, "ResourceNotFound.Task", NotKnown),
    (404, "WorkflowTaskNotFound", NotKnown),
    (404, "InvalidTaskId.NotFound", NotKnown),
    (404, "InvalidWorkflowTask.NotFound", NotKnown),
    (404, "TaskNotExist", NotKnown),
    (404, "NotFound", NotKnown),
    (400, "InvalidParameter", NotKnown),
    (400, "InvalidParameter.TaskId", NotKnown),
    (500, "UnheardOf", Unreachable),
    (500, "InternalError", Unreachable),
    (400, "InternalError", Unreachable),
    (400, "ServiceUnavailable", Unreachable),
]


@pytest.mark.parametrize(("status", "code", "error"), REFUSALS, ids=str)
async def test_a_refusal_is_judged_by_its_code(
    connect: Connect, status: int, code: str, error: type[ProviderError]
) -> None:
    """A key or an API that is not found is no task that is not found."""
    async with RawServer(refusal(status, code)) as server:
        with pytest.raises(ProviderError) as caught:
            await connect(server.host).get_workflow_task("t-1")

    assert type(caught.value) is error


def test_every_meaning_of_a_code_is_tried() -> None:
    def first(code: str) -> str | None:
        return next((pattern.pattern for pattern, _ in BY_CODE if pattern.match(code)), None)

    assert {first(code) for _, code, _ in REFUSALS} == {None, *(pattern.pattern for pattern, _ in BY_CODE)}


@pytest.mark.parametrize(("status", "code"), [row[:2] for row in REFUSALS if not issubclass(row[2], Transient)])
async def test_a_lasting_refusal_names_the_deed_or_the_cause_its_code_the_caller_the_request_and_a_remedy(
    connect: Connect, status: int, code: str
) -> None:
    async with RawServer(refusal(status, code)) as server:
        with pytest.raises(ProviderError) as caught:
            await connect(server.host).get_workflow_task("t-1")

    words = dict(caught.value.hints)
    assert code in str(caught.value)
    assert "em… (from ice:accessKey)" in words["who"]
    assert words["request"] == "R-1"
    assert words["next"]


@pytest.mark.parametrize("code", [code for _, code, error in REFUSALS if issubclass(error, Transient)])
async def test_a_passing_refusal_names_its_code_and_the_request(connect: Connect, code: str) -> None:
    async with RawServer(refusal(503, code)) as server:
        with pytest.raises(Transient) as caught:
            await connect(server.host).get_workflow_task("t-1")

    assert (code in caught.value.headline, caught.value.hints) == (True, (("request", "R-1"),))


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_refusal_without_a_code_is_never_a_task_that_is_not_known(connect: Connect, status: int) -> None:
    """A proxy says 404 too."""
    async with RawServer(say(answer(status, HTML))) as server:
        with pytest.raises(Rejected, match=f"HTTP {status}"):
            await connect(server.host).get_workflow_task("t-1")


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("2000", 2.0), ("1", 0.001), ("", None), ("soon", None), ("-5", None), ("1.5", None), ("9" * 5000, None)],
)
async def test_the_pause_that_the_service_asks_for_is_read_in_milliseconds(
    connect: Connect, given: str, seconds: float | None
) -> None:
    async with RawServer(refusal(429, "Throttling.User", f"x-acs-retry-after: {given}")) as server:
        with pytest.raises(Throttled) as caught:
            await connect(server.host).get_workflow_task("t-1")

    assert caught.value.retry_after == seconds


async def test_digits_of_another_script_are_no_pause(connect: Connect) -> None:
    head = "x-acs-retry-after: ²"
    async with RawServer(refusal(429, "Throttling.User", head)) as server:
        with pytest.raises(Throttled) as caught:
            await connect(server.host).get_workflow_task("t-1")

    assert caught.value.retry_after is None


@pytest.mark.parametrize("status", [400, 403, 503])
async def test_a_refusal_that_names_a_pause_is_throttling_whatever_its_code(connect: Connect, status: int) -> None:
    """The official SDK reads it in the same way."""
    async with RawServer(refusal(status, "UnheardOf", "x-acs-retry-after: 500")) as server:
        with pytest.raises(Throttled) as caught:
            await connect(server.host).get_workflow_task("t-1")

    assert caught.value.retry_after == 0.5


async def test_a_signature_that_is_refused_shows_nothing_of_what_the_service_echoes(connect: Connect) -> None:
    echo = "server string to sign is: x-acs-security-token:CAIS-echo x-acs-accesskey-id:STS.Echo"
    async with RawServer(refusal(400, "SignatureDoesNotMatch", message=echo)) as server:
        with pytest.raises(Denied) as caught:
            await connect(server.host).get_workflow_task("t-1")

    assert "cho" not in str(caught.value)
    assert "R-1" in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [{"Code": 5, "Message": [], "RequestId": {}}, {"Code": None}, [], "x", 7],
    ids=str,
)
async def test_a_refusal_of_the_wrong_shape_is_still_a_refusal(connect: Connect, data: object) -> None:
    async with RawServer(say(answer(400, json.dumps(data).encode()))) as server:
        with pytest.raises(Rejected, match="HTTP 400"):
            await connect(server.host).get_workflow_task("t-1")


async def test_the_headline_of_an_error_is_one_line_whatever_the_service_says(connect: Connect) -> None:
    async with RawServer(refusal(400, "UnheardOf", message="one\r\n  two\n\nthree")) as server:
        with pytest.raises(Rejected) as caught:
            await connect(server.host).get_workflow_task("t-1")

    assert caught.value.headline.endswith("UnheardOf: one two three")


FLOOD = "word " * 100_000


@pytest.mark.parametrize(
    "code", ["UnheardOf", "NoPermission", "ResourceNotFound", "Throttling", "InternalError", FLOOD]
)
async def test_a_refusal_that_goes_on_and_on_is_told_in_a_few_lines(connect: Connect, code: str) -> None:
    detail = {"AuthAction": FLOOD, "PolicyType": FLOOD}
    async with RawServer(refusal(400, code, message=FLOOD, RequestId=FLOOD, AccessDeniedDetail=detail)) as server:
        with pytest.raises(ProviderError) as caught:
            await connect(server.host).get_workflow_task("t-1")

    assert len(str(caught.value)) < 6_000
    assert "word word" in str(caught.value)
    assert "…" in str(caught.value)


async def test_a_message_of_the_service_is_shown_with_five_hundred_characters_at_most(connect: Connect) -> None:
    async with RawServer(refusal(400, "UnheardOf", message=FLOOD)) as server:
        with pytest.raises(Rejected) as caught:
            await connect(server.host).get_workflow_task("t-1")

    assert caught.value.headline.count("word") == 100
    assert caught.value.headline.endswith("word word…")


async def test_a_server_that_is_not_there_is_unreachable(connect: Connect) -> None:
    async with RawServer(hang) as server:
        gone = server.host
    with pytest.raises(Unreachable, match="cannot be reached"):
        await connect(gone).get_workflow_task("t-1")


async def test_after_a_fault_the_same_client_goes_on(connect: Connect) -> None:
    faults = [reset_after(b""), say(b""), say(b"garbage\r\n\r\n"), say(answer(503)), say(answer(200, b"{"))]
    async with RawServer(*faults, body(WHOLE)) as server:
        client = connect(server.host)
        for _ in faults:
            with pytest.raises(Transient):
                await client.get_workflow_task("t-1")

        assert (await client.get_workflow_task("t-1")).succeeded


@pytest.mark.parametrize("status", [403, 404, 405])
async def test_a_page_that_something_on_the_way_shows_in_place_of_the_api_ends_no_wait(
    connect: Connect, status: int
) -> None:
    page = say(answer(status, b"<html>blocked</html>", "Content-Type: text/html"))
    async with RawServer(page, body(WHOLE), page, body(WHOLE)) as server:
        client = connect(server.host)
        with pytest.raises(Rejected):  # from the beginning: most likely the wrong endpoint
            await client.get_workflow_task("t-1")
        await client.get_workflow_task("t-1")

        with pytest.raises(Unreachable, match="something on the way answers instead of the API"):
            await client.get_workflow_task("t-1")

        assert (await client.get_workflow_task("t-1")).succeeded


# --- the emulator's kinds ---------------------------------------------------------------------------------------------

EMULATED: dict[str, type[ProviderError] | None] = {
    "none": None,
    "clockSkew": None,  # learnt from the refusal, so the call succeeds
    "unknownStatus": None,  # a word like any other here
    "throttle": Throttled,
    "throttle429": Throttled,
    "tooManyRequests": Throttled,
    "denied": Denied,
    "forbidden": Denied,
    "signatureMismatch": Denied,
    "unknownKey": Denied,
    "expiredToken": NotSignedIn,
    "taskNotFound": NotKnown,
    "redirect": Rejected,
    "redirect307": Rejected,
    "unknownCode": Rejected,
    **dict.fromkeys(("hang", "slow", "reset", "close", "nonceUsed"), Unreachable),
    **dict.fromkeys(("unavailable", "unavailableNull", "unavailableList"), Unreachable),
    **dict.fromkeys(("internalError", "badGateway", "status600"), Unreachable),
    **dict.fromkeys(("emptyBody", "html", "null", "list", "text", "emptyObject", "garbage"), BrokenAnswer),
    **dict.fromkeys(("cutJson", "shortBody", "nan", "duplicateKeys", "invalidUtf8"), BrokenAnswer),
    **dict.fromkeys(("byteOrderMark", "deepNesting", "cutGzip", "longHeader", "oversized"), BrokenAnswer),
    **dict.fromkeys(("textTask", "wrongTypes", "wrongTaskId", "noStatus", "refusalIn200"), BrokenAnswer),
    "resetInBody": Transient,  # the reset may overtake the answer's head
}


LIMITS: dict[str, dict[str, float]] = {"hang": {"read": 0.5}, "slow": {"attempt": 1.0}}
"""Of a call, where it is they that must end it; a machine may be slow to read what is merely long."""


def test_no_kind_of_the_emulator_is_left_out() -> None:
    assert EMULATED.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", [kind for kind, error in EMULATED.items() if error])
async def test_a_fault_of_the_emulator_is_an_error_of_ours_and_then_all_is_well(connect: Connect, kind: str) -> None:
    scenario = Scenario.from_mapping(
        {
            "tasks": [{"taskId": "t-1", "timeline": [{"after": 0, "status": "Processing"}]}],
            "faults": [{"taskId": "t-1", "kind": kind, "calls": 1}],
        }
    )
    error = EMULATED[kind]
    assert error
    async with Emulator(scenario) as emulator:
        client = connect(emulator.endpoint, **LIMITS.get(kind, {}))

        with pytest.raises(error):
            await client.get_workflow_task("t-1")

        assert (await client.get_workflow_task("t-1")).status == "Processing"
        assert [call.fault for call in emulator.calls] == [kind, ""]
