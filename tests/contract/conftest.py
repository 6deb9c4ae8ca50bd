"""A client of ours for a server of the test, and an SDK that leaves nothing behind."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ice_provider.alibaba.client import Client
from ice_provider.alibaba.credentials.keyring import Keyring
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.alibaba.credentials.order import Found
from ice_provider.alibaba.credentials.origins import Given
from ice_provider.alibaba.endpoint import Place
from support.stage import Stage, stage_in

KEY = Key("emulator", "emulator-secret", None, "ice:accessKey")

Connect = Callable[..., Client]
"""`connect(host, key=KEY, **place)`: a client of ours, closed after the test."""


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    async with contextlib.AsyncExitStack() as stack:

        def make(
            host: str, key: Key = KEY, *, scheme: str = "http", trusted: ssl.SSLContext | None = None, **limits: float
        ) -> Client:
            place = Place("cn-shanghai", host, scheme, **{"connect": 5.0, "read": 5.0, "attempt": 5.0, **limits})
            trusted = trusted or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            client = Client(place, Keyring(key), trusted, Found(Given(key)))
            stack.push_async_callback(client.close)
            return client

        yield make


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The emulator, those who hand out keys, and files of profiles."""
    async with stage_in(tmp_path) as opened:
        yield opened
