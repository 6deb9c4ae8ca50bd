"""The emulator, those who hand out keys, and files of profiles: what every way to sign in needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from ice_emulator import Emulator, Scenario
from ice_provider import decoding
from ice_provider.alibaba import connect
from ice_provider.cloud import Cloud
from ice_provider.config import ProviderConfig
from ice_provider.redaction import Redactor
from support.key_services import KEYS, KeyServices
from support.ways import Way, write_files

SCENARIO: Mapping[str, Any] = {
    "tasks": [{"taskId": "movie-1", "timeline": [{"after": 0, "status": "Succeed"}]}],
    "keys": KEYS,
}


class Stage:
    """The emulator, those who hand out keys, and the files of profiles.

    Attributes:
        emulator: The API.
        services: Those who hand out keys.
        redactor: What knows the secrets of the clients.
    """

    def __init__(self, folder: Path, emulator: Emulator, services: KeyServices, stack: AsyncExitStack) -> None:
        self.folder, self.emulator, self.services = folder, emulator, services
        self.redactor = Redactor()
        self._stack = stack

    @property
    def asked(self) -> list[str]:
        """What was asked of those who hand out keys; a URI by its path alone."""
        return [asked.removeprefix(self.services.plain).strip() for asked in self.services.asked]

    async def sign_in(self, way: Way, **more: str) -> Cloud:
        """Return a client that signs in this way; `more` is added to its environment."""
        config, environment = way.at(self.folder, f"http://{self.services.plain}/keys")
        where = {"region": "cn-shanghai", "endpoint": self.emulator.endpoint, "protocol": "HTTP"}
        settings = decoding.decode(ProviderConfig, {**where, "caFile": self.services.ca_file, **config})
        cloud = await connect(settings, {**environment, **more}, self.redactor, routes=self.services.routes)
        self._stack.push_async_callback(cloud.close)
        return cloud


@asynccontextmanager
async def stage_in(folder: Path, scenario: Mapping[str, Any] = SCENARIO) -> AsyncIterator[Stage]:
    """Open a stage whose files are in a folder; a scenario of one's own lists `KEYS` too."""
    write_files(folder)
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(Emulator(Scenario.from_mapping(scenario)))
        services = await stack.enter_async_context(KeyServices(folder))
        yield Stage(folder, emulator, services, stack)
