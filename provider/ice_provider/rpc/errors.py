"""Our errors as gRPC statuses. The one boundary that every RPC passes.

An understood failure has a precise code; INTERNAL, UNKNOWN and DATA_LOSS would make the engine mark the state as maybe
corrupt, so INTERNAL is kept for bugs of ours, which say that they are bugs.
"""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import grpc

from ice_provider import errors, guard
from ice_provider.about import REPOSITORY
from ice_provider.redaction import Redactor

CODES: Final[Mapping[type[errors.ProviderError], grpc.StatusCode]] = {
    errors.InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    errors.NotSignedIn: grpc.StatusCode.UNAUTHENTICATED,
    errors.Denied: grpc.StatusCode.PERMISSION_DENIED,
    errors.NotKnown: grpc.StatusCode.NOT_FOUND,
    errors.Rejected: grpc.StatusCode.FAILED_PRECONDITION,
    errors.BadInstallation: grpc.StatusCode.FAILED_PRECONDITION,
    errors.Throttled: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.Unreachable: grpc.StatusCode.UNAVAILABLE,
    errors.BrokenAnswer: grpc.StatusCode.UNAVAILABLE,
    errors.GateShut: grpc.StatusCode.FAILED_PRECONDITION,
    errors.DeadlineExceeded: grpc.StatusCode.DEADLINE_EXCEEDED,
    errors.Interrupted: grpc.StatusCode.CANCELLED,
}

Handler = Callable[[Any, grpc.aio.ServicerContext[Any, Any]], Awaitable[Any]]


class Guarded:
    """A servicer, each of whose methods turns whatever it raises into a status that a person can read."""

    def __init__(self, servicer: object, redactor: Redactor, note: Callable[[str], Awaitable[None]]) -> None:
        """Pass every message through `redactor`; `note` takes the traceback of a bug, for the debug log."""
        self._servicer = servicer
        self._redactor = redactor
        self._note = note

    def __getattr__(self, method: str) -> Handler:
        """Return a method of the servicer, guarded."""
        behaviour: Handler = getattr(self._servicer, method)

        async def guarded(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            try:
                return await behaviour(request, context)
            except errors.ProviderError as error:
                await context.abort(CODES[type(error)], self._redactor.redact(str(error)))
            except NotImplementedError:  # the engine tries optional methods and falls back
                await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{method} is not offered")
            except (grpc.aio.AbortError, grpc.aio.BaseError):
                raise
            except Exception as error:  # noqa: BLE001
                await self._note(self._redactor.redact("".join(traceback.format_exception(error))))
                await context.abort(grpc.StatusCode.INTERNAL, _bug(error, method))

        return guarded


def _bug(error: Exception, method: str) -> str:
    return (
        f"this is a bug in the ice provider, please report it: "
        f"{type(error).__name__} in {method}{guard.place_of(error)}\n"
        f"    report     {REPOSITORY}/issues\n"
        "    details    run again with `pulumi up --debug` for the traceback"
    )
