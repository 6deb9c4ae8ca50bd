"""A thousand waits while their key expires again and again: one renewal each time, and nobody notices.

A real client signs for them, with keys that last a minute of the provider's time, in which the waits go on.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import pytest

from ice_emulator import Emulator, Scenario
from ice_provider.alibaba.client import Client
from ice_provider.alibaba.credentials.keyring import Keyring
from ice_provider.alibaba.credentials.keys import Key
from ice_provider.alibaba.credentials.order import Found
from ice_provider.alibaba.credentials.origins import Address
from ice_provider.alibaba.endpoint import Place
from ice_provider.alibaba.transport import trust
from ice_provider.rpc import values
from ice_provider.rpc._proto import provider_pb2 as pb
from support.key_services import GRANTS, KEYS
from support.rpc import PatientCloud, Provider, provider, struct

WAITS: Final = 1000
LASTS: Final = 60.0  # seconds of a key
TASKS: Final = [f"t-{number}" for number in range(WAITS)]
SCENARIO: Final = Scenario.from_mapping(
    {
        "tasks": [
            {"taskId": name, "timeline": [{"calls": 1, "status": "Processing"}, {"calls": 2, "status": "Succeed"}]}
            for name in TASKS
        ],
        "faults": [{"kind": "expiredToken", "calls": [WAITS]}],  # the service too may be the one who says so
        "keys": KEYS,
    }
)


class Office:
    """Hands out keys that last a minute, and remembers when.

    Attributes:
        ends: When each key handed out is at its end.
        most: How many were asked for at once.
    """

    def __init__(self, running: Provider) -> None:
        self.ends: dict[str, float] = {}
        self.most = 0
        self._running = running
        self._asking = 0

    async def fetch(self) -> Key:
        self._asking += 1
        self.most = max(self.most, self._asking)
        await asyncio.sleep(0.05)  # real, so that whoever wants a key meanwhile comes too
        self._asking -= 1
        key = Key(*GRANTS[len(self.ends)], source="a test", lasts=LASTS)
        self.ends[key.key_id] = self._running.clock.now() + LASTS
        return key


class WatchedKeyring(Keyring):
    """Remembers which keys were given out to sign after their end."""

    def __init__(self, office: Office, running: Provider) -> None:
        self.late: set[str] = set()
        self._office, self._clock = office, running.clock
        super().__init__(fetch=office.fetch, now=running.clock.now)

    async def key(self) -> Key:
        return self._seen(await super().key())

    def at_hand(self) -> Key | None:
        key = super().at_hand()
        return key and self._seen(key)

    def _seen(self, key: Key) -> Key:
        if self._clock.now() > self._office.ends[key.key_id]:
            self.late.add(key.key_id)
        return key


@pytest.mark.timeout(180)
async def test_a_thousand_waits_outlast_the_end_of_their_key_by_one_renewal_each_time() -> None:
    async with Emulator(SCENARIO) as emulator:
        place = Place("cn-shanghai", emulator.endpoint, "http", connect=5.0, read=10.0)

        async def connect(*_: object) -> Any:
            found = Found(Address("http://127.0.0.1:9/keys"))  # which nobody calls: the keyring has its own source
            return PatientCloud(Client(place, keyring, trust(None), found), running.clock)

        async with provider(connect) as running:
            office = Office(running)
            keyring = WatchedKeyring(office, running)
            await running.configure()
            began = running.clock.now()

            async def wait(task_id: str) -> str:
                urn = f"urn:pulumi:dev::media::ice:index:WorkflowTaskGate::{task_id}"
                request = pb.CreateRequest(urn=urn, properties=struct({"taskId": task_id}))
                return str(values.read((await running.stub.Create(request)).properties)["status"])

            opened = await asyncio.gather(*map(wait, TASKS))
            lasted = running.clock.now() - began

    assert opened == ["Succeed"] * WAITS
    assert office.most == 1
    assert 3 <= len(office.ends) <= 2 + lasted / (LASTS - 20)
    assert keyring.late == set()
