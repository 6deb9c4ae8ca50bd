"""The RPCs that are about the provider itself."""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import re
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty

from ice_provider.decoding import UNKNOWN as UNKNOWN_VALUE
from ice_provider.rpc import engine
from ice_provider.rpc._proto import plugin_pb2
from ice_provider.rpc._proto import provider_pb2 as pb
from ice_provider.schema import package_schema
from support.cloud import ScriptedCloud, task
from support.rpc import SIGNATURE, UNKNOWN, URN, provider, refusal, secret, struct

PROVIDER_URN = "urn:pulumi:dev::media::pulumi:providers:ice::default"


async def test_the_handshake_accepts_secrets_and_tells_where_the_engine_is() -> None:
    async with provider(ScriptedCloud(task("Processing"))) as running:
        answer = await running.stub.Handshake(pb.ProviderHandshakeRequest(engine_address=running.engine_address))

        assert answer == pb.ProviderHandshakeResponse(accept_secrets=True)


async def test_an_attach_tells_where_the_engine_is() -> None:
    async with provider(ScriptedCloud(task("Processing"))) as running:
        assert await running.stub.Attach(plugin_pb2.PluginAttach(address=running.engine_address)) == Empty()
        await running.stub.Configure(pb.ConfigureRequest(args=struct({"region": "cn-shanghai"})))
        await running.stub.Create(pb.CreateRequest(urn=URN, properties=struct({"taskId": "t-1"}), preview=True))

        assert len(running.engine.heard) == 1


async def test_the_plugin_says_its_version_and_its_schema() -> None:
    async with provider(ScriptedCloud()) as running:
        info = await running.stub.GetPluginInfo(Empty())
        schema = await running.stub.GetSchema(pb.GetSchemaRequest(version=0))

    assert info == plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi-ice"))
    assert json.loads(schema.schema) == package_schema()


@pytest.mark.parametrize(
    ("news", "inputs", "failures"),
    [
        ({}, {}, []),
        ({"region": "cn-shanghai", "requestsPerSecond": "5"}, {"region": "cn-shanghai", "requestsPerSecond": "5"}, []),
        (
            {"version": "0.1.0", "pluginDownloadURL": "github://x", "skipRegionValidation": "true"},
            {"version": "0.1.0", "pluginDownloadURL": "github://x", "skipRegionValidation": "true"},
            [],
        ),
        (
            {"accessKey": "a-key", "secretKey": "s-key", "securityToken": "token"},
            {"accessKey": secret("a-key"), "secretKey": secret("s-key"), "securityToken": secret("token")},
            [],
        ),
        ({"secretKey": secret("s-key")}, {"secretKey": secret("s-key")}, []),
        ({"secretKey": UNKNOWN}, {"secretKey": secret(UNKNOWN)}, []),
        (
            {"region": UNKNOWN, "protocol": "HTTP", "endpoint": UNKNOWN},
            {"region": UNKNOWN, "protocol": "HTTP", "endpoint": UNKNOWN},
            [],
        ),
        (
            {"region": "Shanghai!", "acessKey": "x"},
            {"region": "Shanghai!", "acessKey": "x"},
            [
                pb.CheckFailure(reason='acessKey: there is no such property; did you mean "accessKey"?'),
                pb.CheckFailure(reason='region: must be a region ID such as "cn-shanghai"'),
            ],
        ),
    ],
    ids=str,
)
async def test_the_configuration_is_checked_given_back_and_its_keys_marked_as_secret(
    news: Any, inputs: Any, failures: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "from-the-environment")
    monkeypatch.setenv("ALIBABA_CLOUD_REGION", "cn-beijing")
    async with provider(ScriptedCloud()) as running:
        answer = await running.stub.CheckConfig(pb.CheckRequest(urn=PROVIDER_URN, news=struct(news)))

    assert answer == pb.CheckResponse(inputs=struct(inputs), failures=failures)


async def test_a_change_of_the_configuration_is_told_and_never_replaces_the_provider() -> None:
    async with provider(ScriptedCloud()) as running:
        request = pb.DiffRequest(
            urn=PROVIDER_URN,
            old_inputs=struct({"region": "cn-shanghai", "accessKey": secret("old")}),
            news=struct({"region": "cn-beijing", "accessKey": secret("new")}),
        )

        changed = await running.stub.DiffConfig(request)
        request.news.CopyFrom(request.old_inputs)
        same = await running.stub.DiffConfig(request)

    assert changed == pb.DiffResponse(changes=pb.DiffResponse.DIFF_SOME, diffs=["accessKey", "region"])
    assert same == pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"version": "0.1.0", "pluginDownloadURL": "github://x"},
        {"requestsPerSecond": "5", "skipRegionValidation": "true", "accessKey": secret("a"), "secretKey": secret("b")},
    ],
    ids=str,
)
async def test_configure_calls_nothing_and_needs_no_credentials(config: Any) -> None:
    async with provider(AssertionError("it signed in")) as running:
        answer = await running.stub.Configure(pb.ConfigureRequest(args=struct(config)))

    assert answer == pb.ConfigureResponse(acceptSecrets=True, supportsPreview=True)


async def test_configure_refuses_what_is_malformed() -> None:
    async with provider(ScriptedCloud()) as running:
        request = pb.ConfigureRequest(args=struct({"waitTimeout": "soon", "regoin": "x"}))

        assert await refusal(running.stub.Configure(request)) == (
            grpc.StatusCode.INVALID_ARGUMENT,
            (
                'regoin: there is no such property; did you mean "region"?; '
                'waitTimeout: must be a duration above zero such as "45m", "1h30m" or "90s"'
            ),
        )


async def test_configure_again_begins_anew_even_after_a_cancel() -> None:
    old = ScriptedCloud(task())
    async with provider(old) as running:
        await running.configure()
        await running.stub.Create(pb.CreateRequest(urn=URN, properties=struct({"taskId": "t-1"})))
        await running.stub.Cancel(Empty())
        await running.configure()
        answer = await running.stub.Create(pb.CreateRequest(urn=URN, properties=struct({"taskId": "t-1"})))

    assert answer.id
    assert old.closed


async def test_configure_again_ends_the_waits_of_the_old_session_and_closes_it() -> None:
    old, new = ScriptedCloud(task("Processing")), ScriptedCloud(task())
    clouds = iter([old, new])

    async def connect(*_: object) -> Any:
        return next(clouds)

    async with provider(connect) as running:
        await running.configure()
        running.clock.held = True
        request = pb.CreateRequest(urn=URN, properties=struct({"taskId": "t-1"}))
        wait = asyncio.ensure_future(refusal(running.stub.Create(request)))
        while not old.calls:  # noqa: ASYNC110  # other ends of real sockets
            await asyncio.sleep(0)

        await running.configure()

        assert old.closed
        code, said = await wait
        assert (code, said.partition(" t-1")[0]) == (grpc.StatusCode.CANCELLED, "stopped waiting for workflow task")
        running.clock.held = False
        assert (await running.stub.Create(request)).id
        assert not new.closed


# --- cancel -----------------------------------------------------------------------------------------------------------


async def test_cancel_always_answers_before_configure_and_twice() -> None:
    async with provider(ScriptedCloud()) as running:
        assert await running.stub.Cancel(Empty()) == Empty()
        await running.configure()
        assert [await running.stub.Cancel(Empty()) for _ in range(2)] == [Empty()] * 2


async def test_cancel_ends_a_thousand_waits_at_once() -> None:
    names = [f"t-{number}" for number in range(1, 1001)]
    cloud = ScriptedCloud(others={name: [task("Processing", name)] for name in names})
    async with provider(cloud) as running:
        await running.configure({"requestsPerSecond": "1000000", "waitTimeout": "1000000h"})
        creates = [
            running.stub.Create(pb.CreateRequest(urn=URN, properties=struct({"taskId": name}))) for name in names
        ]
        while len(cloud.calls) < 1000:  # noqa: ASYNC110  # other ends of real sockets
            await asyncio.sleep(0)
        running.clock.held = True

        await running.stub.Cancel(Empty())

        ends = await asyncio.gather(*map(refusal, creates))
    assert {code for code, _ in ends} == {grpc.StatusCode.CANCELLED}
    assert all(said.startswith("stopped waiting for workflow task") for _, said in ends)


async def test_a_burst_of_three_thousand_creates_loses_none_and_cancel_still_answers() -> None:
    cloud = ScriptedCloud(task("Processing"))
    async with provider(cloud) as running:
        await running.configure()
        running.clock.held = True
        request = pb.CreateRequest(urn=URN, properties=struct({"taskId": "t-1"}))
        creates = [asyncio.ensure_future(refusal(running.stub.Create(request))) for _ in range(3000)]
        while not cloud.calls:  # noqa: ASYNC110  # other ends of real sockets
            await asyncio.sleep(0)

        await running.stub.Cancel(Empty(), timeout=30)

        ends = await asyncio.gather(*creates)
    # gRPC would cancel lost calls with the same code, but not with these words.
    assert all(said.startswith("stopped waiting for workflow task t-1") for _, said in ends)
    assert cloud.calls["t-1"] == 1


async def test_a_message_far_beyond_what_grpc_takes_by_default_comes_and_goes() -> None:
    """An import with its inputs, or the triggers of a group, may have any size that the engine has."""
    news = struct({"taskId": "t-1", "triggers": {"report": "x" * (32 << 20)}})
    async with provider(ScriptedCloud()) as running:
        answer = await running.stub.Check(pb.CheckRequest(urn=URN, news=news))

    assert answer == pb.CheckResponse(inputs=news)


async def test_an_engine_that_takes_no_lines_holds_up_no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_LOG_LIMIT", 0.05)
    async with provider(ScriptedCloud(task("Init"), task("Processing"), task())) as running:
        await running.configure()
        running.engine.hangs = True

        async with asyncio.timeout(20):  # real: what a line may take is real time
            answer = await running.stub.Create(pb.CreateRequest(urn=URN, properties=struct({"taskId": "t-1"})))

    assert answer.id


# --- the boundary -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("Parameterize", pb.ParameterizeRequest()),
        ("Construct", pb.ConstructRequest()),
        ("Call", pb.CallRequest()),
        ("GetMapping", pb.GetMappingRequest(key="terraform")),
        ("GetMappings", pb.GetMappingsRequest(key="terraform")),
    ],
)
async def test_what_is_not_offered_is_unimplemented_so_that_the_engine_falls_back(method: str, request_: Any) -> None:
    async with provider(ScriptedCloud()) as running:
        assert await refusal(getattr(running.stub, method)(request_)) == (
            grpc.StatusCode.UNIMPLEMENTED,
            f"{method} is not offered",
        )


async def test_a_bug_says_that_it_is_one_and_carries_nothing_of_the_request() -> None:
    async with provider(ScriptedCloud(ZeroDivisionError("canary-in-the-error"))) as running:
        await running.configure()
        running.redactor.learn("canary-in-the-error")
        properties = struct({"taskId": "t-1", "triggers": {"x": "canary-in-the-request"}})

        code, said = await refusal(running.stub.Create(pb.CreateRequest(urn=URN, properties=properties)))

        assert code == grpc.StatusCode.INTERNAL
        assert re.fullmatch(
            r"this is a bug in the ice provider, please report it: ZeroDivisionError in Create at \w+\.py:\d+\n"
            r"    report     https://\S+/issues\n"
            r"    details    run again with `pulumi up --debug` for the traceback",
            said,
        )
        ((severity, _, _, line),) = running.engine.heard
        assert severity == "DEBUG"
        assert "ZeroDivisionError: [secret]" in line
        assert "canary" not in line


async def test_a_secret_that_the_service_echoes_reaches_neither_status_nor_log() -> None:
    told = task("Failed", activity_results='{"A": {"Status": "Failed", "Message": "SignatureNonce s3cr3t-canary"}}')
    running_on = task("Processing", activity_results='{"s3cr3t-canary": {"Status": "Running"}}')
    async with provider(ScriptedCloud(running_on, told)) as running:
        await running.configure()
        running.redactor.learn("s3cr3t-canary")

        _, said = await refusal(running.stub.Create(pb.CreateRequest(urn=URN, properties=struct({"taskId": "t-1"}))))

        assert said.startswith("workflow task t-1 failed in activity A: SignatureNonce [secret]\n")
        assert [line for *_, line in running.engine.heard] == ["Processing · [secret] running · 0s of 30m"]


async def test_words_of_the_service_that_grpc_cannot_carry_are_made_sendable() -> None:
    running_on = task("Processing", activity_results='{"half \\ud83d pair": {"Status": "Running"}}')
    told = task("Failed", activity_results='{"A": {"Status": "Failed", "Message": "half a pair \\ud83d\\u0000"}}')
    async with provider(ScriptedCloud(running_on, told)) as running:
        await running.configure()

        code, said = await refusal(running.stub.Create(pb.CreateRequest(urn=URN, properties=struct({"taskId": "t-1"}))))

    assert code == grpc.StatusCode.FAILED_PRECONDITION
    assert said.startswith("workflow task t-1 failed in activity A: half a pair")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("Create", "the provider is not configured: Configure has to come first"),
        ("Diff", "the provider is not configured: Configure has to come first"),
    ],
)
async def test_what_comes_before_configure_is_refused(call: str, told: str) -> None:
    requests = {
        "Create": pb.CreateRequest(urn=URN, properties=struct({"taskId": "t-1"})),
        "Diff": pb.DiffRequest(urn=URN),
    }
    async with provider(ScriptedCloud()) as running:
        assert await refusal(getattr(running.stub, call)(requests[call])) == (grpc.StatusCode.INVALID_ARGUMENT, told)


@pytest.mark.parametrize(
    ("urn", "told"),
    [
        (
            "urn:pulumi:dev::media::ice:index:WorkflowTaskGat::x",
            'WorkflowTaskGat; did you mean "ice:index:WorkflowTaskGate"?',
        ),
        ("urn:pulumi:dev::media::a:b:C$ice:index:Other::x", "ice:index:Other"),
        ("nonsense", "the package ice has no resource "),
    ],
)
async def test_a_resource_that_the_package_has_not_is_refused(urn: str, told: str) -> None:
    async with provider(ScriptedCloud()) as running:
        code, said = await refusal(running.stub.Check(pb.CheckRequest(urn=urn)))

    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert told in said


def test_the_marks_in_these_tests_are_the_engines() -> None:
    from ice_provider.rpc import values  # noqa: PLC0415

    assert values.SIGNATURE == SIGNATURE
    assert values.encode({"x": UNKNOWN_VALUE}) == struct({"x": UNKNOWN})
    assert values.encode({"x": values.Secret(1)}) == struct({"x": secret(1)})
