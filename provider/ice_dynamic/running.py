"""Runs the core in a program, call by call. Must not know what is called.

Credentials are read here, inside the call: nothing that Pulumi pickles or records holds them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pulumi

from ice_dynamic.wording import spoken, told
from ice_provider import guard
from ice_provider.about import REPOSITORY
from ice_provider.clock import SystemClock
from ice_provider.cloud import Cloud
from ice_provider.config import ProviderConfig
from ice_provider.declaration import properties
from ice_provider.decoding import decode
from ice_provider.errors import InvalidInput, Problem, ProviderError
from ice_provider.redaction import Redactor
from ice_provider.session import Operation, Session

T = TypeVar("T")


class WorkflowTaskError(Exception):
    """A workflow task could not be read, or did not end well; the message says why and what to do."""

    __module__ = "ice_dynamic"  # what a traceback calls it

    @property
    def headline(self) -> str:
        """The first line, complete in itself."""
        return str(self).partition("\n")[0]


class _Notes:
    """Implements `ice_provider.session.Reporter`: keeps what should be said once the call is over."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    async def progress(self, line: str) -> None:
        """See `session.Reporter`: a single read has none."""

    async def overall(self, line: str) -> None:
        """See `session.Reporter`: likewise."""

    async def warn(self, line: str) -> None:
        """See `session.Reporter`."""
        self.kept.append(line)


def configuration(get: Callable[[str], Any]) -> dict[str, Any]:
    """Return the provider's configuration, read name by name."""
    names = [property_.name for property_ in properties(ProviderConfig)]
    found = {name: get(name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def begin(config: Mapping[str, Any], redactor: Redactor) -> Session:
    """Return a session with this configuration and the environment of now.

    Raises:
        InvalidInput: The configuration cannot be used.
    """

    async def sign_in(settings: ProviderConfig, environment: Mapping[str, str]) -> Cloud:
        from ice_provider.alibaba import connect  # noqa: PLC0415  # slow, and of no use to a run that calls nothing

        with _named_as_settings():
            return await connect(settings, environment, redactor)

    with _named_as_settings():
        settings = decode(ProviderConfig, config, textual=True)
    return Session(settings, os.environ, sign_in, SystemClock())


@contextlib.contextmanager
def _named_as_settings() -> Iterator[None]:
    """Let mistakes in the configuration bear the names that `pulumi config` has."""
    try:
        yield
    except InvalidInput as error:
        known = {property_.name for property_ in properties(ProviderConfig)}
        places = (f"ice:{each.path}" if each.path.split(".")[0] in known else each.path for each in error.problems)
        reasons = (each.reason for each in error.problems)
        raise InvalidInput([Problem(*each) for each in zip(places, reasons, strict=True)]) from None


def understood(error: Exception, redactor: Redactor) -> WorkflowTaskError:
    """Return what a person is told of an exception, with secrets taken out."""
    if isinstance(error, ProviderError):
        return WorkflowTaskError(redactor.redact(told(error)))
    bug = f"this is a bug in ice_dynamic, please report it: {type(error).__name__}{guard.place_of(error)}"
    return WorkflowTaskError(f"{bug}\n    report     {REPOSITORY}/issues")


def once(act: Callable[[Operation], Awaitable[T]]) -> T:
    """Return what `act` brings in a session of its own, in a thread of its own: the program has an event loop already.

    Raises:
        WorkflowTaskError: What the core raises, in the words of a program.
    """
    config, preview = configuration(pulumi.Config("ice").get), pulumi.runtime.is_dry_run()
    redactor, notes = Redactor(), _Notes()

    async def call() -> T:
        session = begin(config, redactor)
        try:
            async with Operation(session, notes, "read", preview=preview) as operation:
                return await act(operation)
        finally:
            await session.close()

    try:
        with ThreadPoolExecutor(1, thread_name_prefix="ice") as thread:
            return thread.submit(spoken, lambda: asyncio.run(call())).result()
    except Exception as error:  # noqa: BLE001  # a bug is told as one
        raise understood(error, redactor) from None
    finally:
        for note in notes.kept:
            pulumi.log.warn(redactor.redact(note))
