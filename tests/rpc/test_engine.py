"""The engine that started the plugin, and engines that only attach themselves."""

from __future__ import annotations

import pytest

from ice_provider.redaction import Redactor
from ice_provider.rpc._proto import provider_pb2 as pb
from ice_provider.rpc.engine import Engine
from support.cloud import ScriptedCloud, task
from support.rpc import URN, provider, struct

NOBODY = "127.0.0.1:9"


async def test_the_end_of_an_engine_that_only_attached_itself_is_not_the_plugins() -> None:
    engine = Engine(Redactor())
    await engine.connect(NOBODY)

    assert await engine._answers()
    await engine.close()


async def test_the_engine_that_started_the_plugin_is_missed_whichever_attaches_later() -> None:
    engine = Engine(Redactor(), started_by=NOBODY)

    assert not await engine._answers()


@pytest.mark.parametrize("variable", ["http_proxy", "https_proxy", "grpc_proxy"])
async def test_no_proxy_of_the_environment_stands_between_plugin_and_engine(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Left alone, gRPC sends even what is meant for loopback to a proxy, and every line to the person is lost."""
    monkeypatch.setenv(variable, f"http://{NOBODY}")
    async with provider(ScriptedCloud(task("Processing"))) as running:
        await running.configure()
        await running.stub.Create(pb.CreateRequest(urn=URN, properties=struct({"taskId": "t-1"}), preview=True))

        assert len(running.engine.heard) == 1
