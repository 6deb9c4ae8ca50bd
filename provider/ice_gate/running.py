"""One run of a command: its settings, its output, its connection, and the signals that end it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import traceback
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from ice_gate.exits import Ending, Exit, ending
from ice_gate.output import Output
from ice_provider import guard
from ice_provider.clock import SystemClock
from ice_provider.cloud import Cloud
from ice_provider.config import ProviderConfig
from ice_provider.errors import Interrupted
from ice_provider.redaction import Redactor
from ice_provider.session import Session

_BY_SIGNAL = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}


@dataclass(slots=True)
class Run:
    """One run of a command.

    Attributes:
        config: The provider's settings.
        output: Where it speaks.
        redactor: What knows the secrets.
        debug: Whether the traceback of a bug is shown.
    """

    config: ProviderConfig
    output: Output
    redactor: Redactor
    debug: bool = False
    _stopped_by: signal.Signals = field(default=signal.SIGINT, init=False)

    @contextlib.asynccontextmanager
    async def session(self, seen_through: Callable[[Cloud], Cloud] = lambda cloud: cloud) -> AsyncIterator[Session]:
        """Open a session, whose cloud is seen through a function; SIGINT and SIGTERM stop it."""

        async def connect(config: ProviderConfig, environment: Mapping[str, str]) -> Cloud:
            from ice_provider.alibaba import connect as sign_in  # noqa: PLC0415  # slow, and of no use to --help

            return seen_through(await sign_in(config, environment, self.redactor))

        loop = asyncio.get_running_loop()
        guard.event_loop(self.redactor, loop)
        session = Session(self.config, os.environ, connect, SystemClock())
        for number in _BY_SIGNAL:
            loop.add_signal_handler(number, self._stop, session, number)
        try:
            yield session
        finally:
            await session.close()

    def ending(self, error: Exception) -> Ending:
        """Return what an exception means for this run."""
        told = ending(error)
        if isinstance(error, Interrupted):
            return Ending(_BY_SIGNAL[self._stopped_by], told.text)
        if told.code is Exit.BUG and self.debug:
            return Ending(told.code, "\n".join([told.text, *traceback.format_exception(error)]))
        return told

    def _stop(self, session: Session, number: signal.Signals) -> None:
        self._stopped_by = number
        session.stop()
