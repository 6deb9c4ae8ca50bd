"""One configured provider: its settings, and its connection once something needs it.

Configure only takes a snapshot here; missing credentials or a missing region are errors of the first operation that
calls the API, so that `pulumi destroy` works without them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from ice_provider import messages
from ice_provider.crowd import Crowd
from ice_provider.errors import Interrupted
from ice_provider.limits import Limit
from ice_provider.poller import Poller
from ice_provider.watch import Stopped

if TYPE_CHECKING:
    from ice_provider.clock import Clock
    from ice_provider.cloud import Cloud
    from ice_provider.config import ProviderConfig
    from ice_provider.model import WorkflowTask

Connect = Callable[["ProviderConfig", Mapping[str, str]], Awaitable["Cloud"]]
"""Finds out by configuration and environment how to sign in. Raises NotSignedIn, InvalidInput or Unreachable."""


class Reporter(Protocol):
    """Lines for the person who watches; a line that cannot be delivered is lost in silence."""

    async def progress(self, line: str) -> None:
        """Show where the operation stands; the next line takes its place."""

    async def overall(self, line: str) -> None:
        """Show where all operations of the provider stand; the next such line takes its place."""

    async def warn(self, line: str) -> None:
        """Show what the person should know, to stay."""


class Session:
    """One configured provider.

    Attributes:
        config: What the user set.
        clock: Time.
        crowd: The waits for single tasks.
        region: Where tasks are read; None when only an endpoint is known.
    """

    def __init__(self, config: ProviderConfig, environment: Mapping[str, str], connect: Connect, clock: Clock) -> None:
        """Take the snapshot; call nothing."""
        self.config = config
        self.clock = clock
        self.crowd = Crowd(clock)
        self.region = config.region_from(environment)
        self._environment = dict(environment)
        self._connect = connect
        self._connecting: asyncio.Task[Poller] | None = None
        self._poller: Poller | None = None
        self._told: set[str] = set()
        self._stopped = False

    def drift(self, recorded: Mapping[str, object]) -> frozenset[str]:
        """Return `region` when something was recorded in another one than this: it is then read here."""
        region = recorded.get("region")
        return frozenset({"region"}) if None not in {self.region, region} and region != self.region else frozenset()

    async def poller(self) -> Poller:
        """Return the one poller of this session, made at the first call.

        Raises:
            NotSignedIn: No credentials.
            InvalidInput: No region, or settings that contradict each other.
            Unreachable: The files that say how to sign in do not answer.
            Stopped: The engine asked to stop.
        """
        if self._poller:
            return self._poller
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._make_poller())
            self._connecting.add_done_callback(_look_at)
        if self._stopped:
            self._connecting.cancel()
        try:
            return await asyncio.shield(self._connecting)
        except asyncio.CancelledError:
            if self._stopped:
                raise Stopped from None
            raise

    def take_untold_notes(self) -> list[str]:
        """Return what the person should know of how we sign in and call; each note is returned once in a session."""
        untold = [note for note in (self._poller.notes if self._poller else ()) if note not in self._told]
        self._told.update(untold)
        return untold

    def stop(self) -> None:
        """End every wait now. May be called at any time and again."""
        self._stopped = True
        if self._connecting:
            self._connecting.cancel()
        if self._poller:
            self._poller.stop()

    async def close(self) -> None:
        """Stop, and let go of the connections, also of one that is being made."""
        self.stop()
        if self._poller:
            await self._poller.cloud.close()

    async def _make_poller(self) -> Poller:
        cloud = await self._connect(self.config, self._environment)
        config = self.config
        in_bulk = config.bulk_reads == "auto"
        self._poller = Poller(cloud, self.clock, per_second=config.requests_per_second, in_bulk=in_bulk)
        return self._poller


def _look_at(connecting: asyncio.Task[Poller]) -> None:
    """See how it ended, or asyncio complains that nobody did, when all who waited for it have given up."""
    if not connecting.cancelled():
        connecting.exception()


@dataclass(frozen=True, slots=True)
class Operation:
    """What one call of the engine brings besides its properties.

    Attributes:
        session: The configured provider.
        reporter: Where lines for the person go.
        name: `create`, `update` or `read`, as customTimeouts knows it.
        timeout: Seconds from customTimeouts; 0 when not set.
        preview: Whether the engine only wants to know what would happen.
    """

    session: Session
    reporter: Reporter
    name: str
    timeout: float = 0.0
    preview: bool = False

    async def read(self, task_id: str, *, within: float) -> WorkflowTask:
        """Return a task, read once: within so many seconds, transient faults asked again.

        Raises:
            Interrupted: The engine asked to stop.
            NotKnown, NotSignedIn, Denied, Rejected, Transient, InvalidInput: It could not be read.
        """
        try:
            poller = await self.session.poller()
            return await poller.read(task_id, within=within)
        except Stopped:
            raise Interrupted(f"stopped reading {messages.task(task_id)}") from None

    async def tell_notes(self) -> None:
        """Tell the person, once in a session, what there is to know of how we sign in and call."""
        for note in self.session.take_untold_notes():
            await self.reporter.warn(note)

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Tell what there is to know, also of an operation that failed."""
        await self.tell_notes()

    def limit(self, wait_timeout: str | None) -> Limit:
        """Return how long this operation may wait: customTimeouts, else the gate's own limit, else the provider's."""
        default = self.session.config.wait_timeout
        return Limit.of(self.name, custom_timeout=self.timeout, wait_timeout=wait_timeout, default=default)
