"""The one connection of a provider: made once, for all who need it, and given up when the engine says so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from ice_provider.cloud import Cloud
from ice_provider.config import ProviderConfig
from ice_provider.errors import Interrupted, NotSignedIn
from ice_provider.session import Connect, Operation, Session
from ice_provider.watch import Stopped
from support.clock import JumpingClock
from support.cloud import ScriptedCloud, task
from support.operation import Lines


class Doors:
    """Connects when it is let; counts how often it was asked."""

    def __init__(self, *failures: Exception) -> None:
        self.opened = asyncio.Event()
        self.asked = 0
        self._failures = list(failures)

    async def connect(self, _: ProviderConfig, __: Mapping[str, str]) -> Cloud:
        self.asked += 1
        await self.opened.wait()
        if self._failures:
            raise self._failures.pop(0)
        return ScriptedCloud(task("Succeed"))


def session(connect: Connect) -> Session:
    return Session(ProviderConfig(region="cn-shanghai"), {}, connect, JumpingClock())


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_whoever_needs_a_connection_shares_it() -> None:
    doors = Doors()
    provider = session(doors.connect)

    waiting = [asyncio.create_task(provider.poller()) for _ in range(3)]
    await settle()
    doors.opened.set()

    assert len({id(poller) for poller in await asyncio.gather(*waiting)}) == 1
    assert doors.asked == 1


async def test_after_a_failure_the_next_one_tries_anew() -> None:
    doors = Doors(NotSignedIn("not yet"))
    doors.opened.set()
    provider = session(doors.connect)
    with pytest.raises(NotSignedIn, match="not yet"):
        await provider.poller()

    assert await provider.poller() is await provider.poller()


async def test_one_who_gives_up_leaves_the_connection_to_the_others() -> None:
    doors = Doors()
    provider = session(doors.connect)
    first, second = (asyncio.create_task(provider.poller()) for _ in range(2))
    await settle()

    first.cancel()
    await settle()
    doors.opened.set()

    assert await second is await provider.poller()
    assert doors.asked == 1


@pytest.mark.parametrize("early", [True, False], ids=["before it is asked for", "while it is made"])
async def test_a_connection_that_hangs_ends_when_the_engine_says_so(early: bool) -> None:
    provider = session(Doors().connect)
    if early:
        provider.stop()
    waiting = asyncio.create_task(provider.poller())
    await settle()

    provider.stop()

    with pytest.raises(Stopped):
        await waiting


async def test_a_read_that_is_stopped_before_there_is_a_connection_says_what_it_would_have_read() -> None:
    provider = session(Doors().connect)
    reading = asyncio.create_task(Operation(provider, Lines(), "read").read("t-1", within=30))
    await settle()

    provider.stop()

    with pytest.raises(Interrupted, match="stopped reading workflow task t-1"):
        await reading
