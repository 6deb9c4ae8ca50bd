"""Runs the core where Pulumi gives no plugin: one session a call, in an event loop of its own.

Credentials are read here, inside the call, so that they never enter the code that Pulumi pickles into the state.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from ice_provider.alibaba import connect
from ice_provider.clock import SystemClock
from ice_provider.cloud import Cloud
from ice_provider.config import ProviderConfig
from ice_provider.declaration import properties
from ice_provider.decoding import decode
from ice_provider.errors import ProviderError
from ice_provider.redaction import Redactor
from ice_provider.session import Operation, Session

T = TypeVar("T")
_PULSE: Final = 1.0  # seconds between two looks for the process that started us


class WorkflowTaskError(Exception):
    """A workflow task could not be read, or did not end well; the message says why and what to do."""


class _Silence:
    """Implements `ice_provider.session.Reporter`: nobody listens to a dynamic provider."""

    async def progress(self, line: str) -> None:
        """See `session.Reporter`."""

    async def overall(self, line: str) -> None:
        """See `session.Reporter`."""

    async def warn(self, line: str) -> None:
        """See `session.Reporter`."""


def configuration(get: Callable[[str], Any]) -> dict[str, Any]:
    """Return the provider's configuration, read name by name."""
    names = [property_.name for property_ in properties(ProviderConfig)]
    found = {name: get(name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def settle(
    config: Mapping[str, Any], act: Callable[[Operation], Awaitable[T]], name: str, *, preview: bool = False
) -> T:
    """Return what `act` brings, from a thread of its own: the program has an event loop already.

    Raises:
        WorkflowTaskError: What the core raises, with secrets taken out.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ice") as thread:
        return thread.submit(lambda: asyncio.run(_settle(config, act, name, preview=preview))).result()


async def _settle(
    config: Mapping[str, Any], act: Callable[[Operation], Awaitable[T]], name: str, *, preview: bool
) -> T:
    redactor = Redactor()
    try:
        settings = decode(ProviderConfig, config, textual=True)

        async def sign_in(config: ProviderConfig, environment: Mapping[str, str]) -> Cloud:
            return await connect(config, environment, redactor)

        session = Session(settings, os.environ, sign_in, SystemClock())
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(session.close)
            watch = asyncio.create_task(_watch_parent(session))
            stack.callback(watch.cancel)
            return await act(Operation(session, _Silence(), name, preview=preview))
    except ProviderError as error:
        raise WorkflowTaskError(redactor.redact(str(error))) from None


async def _watch_parent(session: Session) -> None:
    """Stop the wait when the process that started us has gone: it is the only notice a dynamic provider gets."""
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110  # nothing tells when a parent goes
        await asyncio.sleep(_PULSE)
    session.stop()
