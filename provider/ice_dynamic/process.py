"""The process in which Pulumi runs dynamic resources: one event loop, one session, one way to the engine.

Its four threads each serve one call and share what is here, so all gates of a program share one poller and one rate.
Must not know what a gate is.
"""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from ice_dynamic.running import WorkflowTaskError, begin, understood
from ice_dynamic.wording import spoken
from ice_provider import guard
from ice_provider.redaction import Redactor
from ice_provider.rpc.engine import Engine, Row
from ice_provider.session import Operation, Session

T = TypeVar("T")


class Process:
    """What the calls of one process share."""

    def __init__(self, config: tuple[tuple[str, Any], ...]) -> None:
        """Start the event loop; call nothing, and judge nothing: a gate can be deleted whatever the configuration."""
        self._config = dict(config)
        self._redactor = Redactor()
        self._engine = Engine(self._redactor, started_by=_engine_address())
        self._session: Session | None = None
        self._watch: asyncio.Task[None] | None = None
        self._loop = asyncio.new_event_loop()
        guard.event_loop(self._redactor, self._loop)
        threading.Thread(target=self._loop.run_forever, name="ice", daemon=True).start()

    def settle(self, act: Callable[[Operation], Awaitable[T]], name: str, *, urn: str = "", timeout: float = 0.0) -> T:
        """Return what `act` brings.

        Args:
            act: What to do.
            name: Of the operation, as customTimeouts knows it.
            urn: The resource in whose row lines are shown; empty for the stack.
            timeout: Seconds from customTimeouts; 0 when not set.

        Raises:
            WorkflowTaskError: What the core raises, in the words of a program.
        """

        async def call() -> T:
            row = Row(self._engine, urn)
            async with Operation(await self._begun(), row, name, timeout=timeout) as operation:
                return await act(operation)

        try:
            return spoken(lambda: asyncio.run_coroutine_threadsafe(call(), self._loop).result())
        except Exception as error:  # noqa: BLE001  # a bug is told as one
            whole = understood(error, self._redactor)
            raise whole from WorkflowTaskError(whole.headline)  # a cause comes before the traceback that Pulumi prints

    def keep_secret(self, *texts: str) -> None:
        """Let no message repeat what was given as a secret: an error shows the condition that it is about."""
        for text in texts:
            self._redactor.learn_input(text)

    async def _begun(self) -> Session:
        if self._session is None:
            self._session = begin(self._config, self._redactor)
            await self._engine.connect(_engine_address())
            self._watch = asyncio.create_task(self._engine.watch(self._end))
        return self._session

    def _end(self) -> None:
        """Stop every wait, and end the process as the engine would have, had it not gone: nothing else tells us."""
        if self._session:
            self._session.stop()
        os.kill(os.getpid(), signal.SIGINT)


@functools.cache
def process(config: tuple[tuple[str, Any], ...]) -> Process:
    """Return the one with this configuration, begun at the first call."""
    return Process(config)


def _engine_address() -> str:
    """Return the last argument that Pulumi gives to the process of dynamic resources."""
    last = sys.argv[-1]
    return last if last.rpartition(":")[2].isdigit() else ""
