"""One call of the engine, for tests below gRPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ice_provider.config import ProviderConfig
from ice_provider.session import Operation, Session
from support.clock import JumpingClock

if TYPE_CHECKING:
    from ice_provider.clock import Clock
    from ice_provider.cloud import Cloud


class Lines:
    """Implements `ice_provider.session.Reporter`; keeps what a person would see."""

    def __init__(self) -> None:
        self.progressed: list[str] = []
        self.warned: list[str] = []
        self.summaries: list[str] = []

    async def progress(self, line: str) -> None:
        self.progressed.append(line)

    async def overall(self, line: str) -> None:
        self.summaries.append(line)

    async def warn(self, line: str) -> None:
        self.warned.append(line)


def session(cloud: Cloud, clock: Clock | None = None, **config: Any) -> Session:
    """Return a configured provider that speaks to this cloud."""

    async def connect(*_: object) -> Cloud:
        return cloud

    return Session(ProviderConfig(**{"region": "cn-shanghai", **config}), {}, connect, clock or JumpingClock())


def operation(cloud: Cloud, name: str = "create", *, preview: bool = False, timeout: float = 0.0) -> Operation:
    """Return an operation on such a provider; its lines are kept in `reporter`."""
    return Operation(session(cloud), Lines(), name, timeout=timeout, preview=preview)
