"""A clock that stands still, and a client that signs with the official signer and speaks plain HTTP."""

import hashlib
import io
import json
import logging
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
import pytest
from alibabacloud_tea_openapi.utils import Utils
from yarl import URL

from ice_emulator import Emulator, Scenario

NOON = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Time that passes only when a test says so."""

    seconds: float = 1000.0
    offset: timedelta = timedelta()

    def now(self) -> float:
        return self.seconds

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds - 1000.0) + self.offset


@dataclass
class Reply:
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def task(self) -> Any:
        return self.json["WorkflowTask"]

    @property
    def tasks(self) -> Any:
        return self.json["TaskList"]

    @property
    def ids(self) -> list[str]:
        return [task["TaskId"] for task in self.tasks]


@dataclass
class Caller:
    """A client of one emulator; every part of a request can be changed."""

    emulator: Emulator
    clock: Clock
    session: aiohttp.ClientSession
    key: tuple[str, str] = ("emulator", "emulator-secret")
    extra: dict[str, str] = field(default_factory=dict)

    def signed(
        self,
        query: Mapping[str, str],
        body: bytes = b"",
        method: str = "POST",
        path: str = "/",
        action: str = "GetWorkflowTask",
    ) -> dict[str, str]:
        """Return the headers of a request, with an Authorization by the official signer."""
        request = _Signable(method, path, query)
        request.headers = {
            "host": self.emulator.endpoint,
            "x-acs-action": action,
            "x-acs-version": "2020-11-09",
            "x-acs-date": self.clock.wall().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": uuid4().hex,
            "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
            **self.extra,
        }
        payload = request.headers["x-acs-content-sha256"]
        authorization = Utils.get_authorization(request, "ACS3-HMAC-SHA256", payload, *self.key)
        return {**request.headers, "Authorization": authorization}

    async def read(self, task_id: str) -> Reply:
        query = {"TaskId": task_id}
        return await self.send("POST", query, self.signed(query))

    async def search(self, **query: str) -> Reply:
        return await self.send("POST", query, self.signed(query, action="ListWorkflowTasks"))

    async def start(self, **query: str) -> Reply:
        return await self.send("POST", query, self.signed(query, action="StartWorkflow"))

    async def pages(self, **query: str) -> list[list[str]]:
        """Return the IDs of every page of a list."""
        pages = []
        token: dict[str, str] = {}
        while True:
            reply = await self.search(**query, **token)
            pages.append(reply.ids)
            if "NextToken" not in reply.json:
                return pages
            token = {"NextToken": reply.json["NextToken"]}

    async def send(
        self, method: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes = b"", path: str = "/"
    ) -> Reply:
        url = URL(f"{self.emulator.url}{path}?{urlencode(query)}", encoded=True)
        data = io.BytesIO(body) if body else None
        async with self.session.request(method, url, headers=headers, data=data, allow_redirects=False) as response:
            return Reply(response.status, await response.read(), response.headers)

    async def send_version_1(
        self, changes: Mapping[str, str], *, form: bool = False, secret: str | None = None
    ) -> Reply:
        """Send GetWorkflowTask about `t` with a signature in the parameters; an empty change leaves one out."""
        parameters = {
            "Action": "GetWorkflowTask",
            "Version": "2020-11-09",
            "Format": "json",
            "TaskId": "t",
            "Timestamp": self.clock.wall().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "SignatureNonce": uuid4().hex,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "AccessKeyId": self.key[0],
            "SignatureType": "",
            **changes,
        }
        parameters = {name: value for name, value in parameters.items() if value or name == "SignatureType"}
        parameters["Signature"] = Utils.get_rpcsignature(parameters, "POST", secret or self.key[1])
        if form:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            return await self.send("POST", {}, headers, urlencode(parameters).encode())
        return await self.send("POST", parameters, {})


class _Signable:
    """What the official signer wants to be given."""

    def __init__(self, method: str, path: str, query: Mapping[str, str]) -> None:
        self.method = method
        self.pathname = path
        self.query = dict(query)
        self.headers: dict[str, str] = {}


class Stage:
    """Opens emulators on the standing clock, and closes them at the end of the test."""

    def __init__(self, clock: Clock, session: aiohttp.ClientSession) -> None:
        self.clock = clock
        self.session = session
        self._open: list[Emulator] = []

    async def play(self, scenario: str | Scenario, **options: Any) -> Caller:
        if isinstance(scenario, str):
            scenario = Scenario.from_text(scenario)
        options = {"now": self.clock.now, "wall_clock": self.clock.wall, **options}
        emulator = await Emulator(scenario, **options).__aenter__()
        self._open.append(emulator)
        return Caller(emulator, self.clock, self.session)

    async def close(self) -> None:
        for emulator in self._open:
            await emulator.__aexit__(None, None, None)


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a client does, the emulator has nothing to complain about in its log."""
    yield
    assert not [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]


@pytest.fixture
def _ipv6() -> None:
    """Skip where the machine has no loopback of IPv6."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no ::1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def stage(clock: Clock) -> AsyncIterator[Stage]:
    async with aiohttp.ClientSession() as session:
        stage = Stage(clock, session)
        yield stage
        await stage.close()
