"""The engine that started the plugin, and engines that only attach themselves."""

from __future__ import annotations

from ice_provider.redaction import Redactor
from ice_provider.rpc.engine import Engine

NOBODY = "127.0.0.1:9"


async def test_the_end_of_an_engine_that_only_attached_itself_is_not_the_plugins() -> None:
    engine = Engine(Redactor())
    await engine.connect(NOBODY)

    assert await engine._answers()
    await engine.close()


async def test_the_engine_that_started_the_plugin_is_missed_whichever_attaches_later() -> None:
    engine = Engine(Redactor(), started_by=NOBODY)

    assert not await engine._answers()
