"""Keys from a command: what a profile of the kind External runs, and what is said when it prints none.

Run here and not by the library, which leaves the command alive when nobody waits for it any more. Nothing that a command
prints is shown but the last line of its complaint, without the words that it was given or has printed.

Source: the mode External in config/profile.go of aliyun/aliyun-cli.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shlex
import signal
from collections.abc import Sequence
from typing import Any, Final

from alibabacloud_credentials.provider.refreshable import Credentials

from ice_provider import times
from ice_provider.alibaba.credentials.origins import Command
from ice_provider.errors import NotSignedIn
from ice_provider.redaction import Redactor

_LONGEST: Final = 200  # letters of a complaint
_MOST: Final = 64 * 1024  # bytes that are heard
_GONE_WITHIN: Final = 1.0  # seconds after it was killed
_WORD: Final = re.compile(r"[^\s\"'=:,{}]+")


class CommandKeys:
    """Runs a command for a key; speaks as the library's parts do, so that a role can be assumed with it."""

    def __init__(self, origin: Command) -> None:
        """Run nothing yet."""
        self._origin = origin

    async def get_credentials_async(self) -> Credentials:
        """Return the key that the command prints; it ends with this call, however this ends.

        Raises:
            NotSignedIn: It cannot be run, failed, or printed none.
        """
        try:
            arguments = shlex.split(self._origin.line)
        except ValueError:
            raise self._failed("a quotation in its process_command does not end") from None
        try:
            status, printed, complaint = await _run(arguments)
        except OSError as error:
            raise self._failed(
                f"its program {arguments[0]} cannot be run: {os.strerror(error.errno or 0).lower()}"
            ) from None
        except ValueError:
            raise self._failed("its process_command holds a NUL character") from None
        if status:
            end = f"ended with status {status}" if status > 0 else f"was ended by signal {-status}"
            raise self._failed(f"its command {end}{_shown(complaint, [*arguments[1:], printed])}")
        return self._key(printed)

    def _key(self, printed: str) -> Credentials:
        try:
            told = json.loads(printed)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise self._failed("its command printed no JSON object")
        mode = told.get("mode") or ""
        if mode not in ("", "AK", "StsToken"):
            raise self._failed("its command printed a profile of another mode than AK and StsToken")
        names = ("access_key_id", "access_key_secret", *(["sts_token"] if mode == "StsToken" else []))
        if missing := [name for name in names if not isinstance(told.get(name), str)]:
            raise self._failed(f"its command printed no {' and no '.join(missing)}")
        return Credentials(
            access_key_id=told["access_key_id"],
            access_key_secret=told["access_key_secret"],
            security_token=None if mode == "AK" else told.get("sts_token"),
            expiration=self._end(told.get("expiration")),
            provider_name="external",
        )

    def _end(self, told: Any) -> int | None:
        ends = times.seconds(told) if isinstance(told, str) else None
        if told and ends is None:
            raise self._failed("its command printed an expiration that is no time such as 2026-01-02T03:04:05Z")
        return None if ends is None else int(ends)

    def _failed(self, why: str) -> NotSignedIn:
        return NotSignedIn(f"signing in by {self._origin} failed: {why}", [("next", self._origin.remedy)])


async def _run(arguments: Sequence[str]) -> tuple[int, str, str]:
    """Return the status of a program, and what it printed and complained of; nothing of it stays behind."""
    loop, none = asyncio.get_running_loop(), asyncio.subprocess.DEVNULL
    started = asyncio.ensure_future(loop.subprocess_exec(_Program, *arguments, stdin=none, start_new_session=True))
    try:
        _, program = await asyncio.shield(started)  # whoever gives up now must still know whom to end
        await program.silent.wait()
    finally:
        transport, program = await started
        with contextlib.suppress(OSError):  # it has ended by itself, or is not ours to end
            os.killpg(transport.get_pid(), signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GONE_WITHIN):
                await program.gone.wait()
        transport.close()
    printed, complaint = (bytes(program.heard[pipe]).decode(errors="replace") for pipe in (1, 2))
    return transport.get_returncode() or 0, printed, complaint


class _Program(asyncio.SubprocessProtocol):
    """Hears a program out.

    Attributes:
        heard: What came through its pipes, by their numbers.
        gone: Set when it has ended.
        silent: Set when nothing more can come either: what it started may outlive it.
    """

    def __init__(self) -> None:
        self.heard = {1: bytearray(), 2: bytearray()}
        self.gone, self.silent = asyncio.Event(), asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.heard[fd] += data[: _MOST - len(self.heard[fd])]

    def process_exited(self) -> None:
        self.gone.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # a name of asyncio's
        self.silent.set()


def _shown(complaint: str, secrets: Sequence[str]) -> str:
    """Return the last line of a complaint as it may be shown, after a colon; empty for none."""
    redactor = Redactor()
    redactor.learn(*(word for text in secrets for word in _WORD.findall(text)))
    last = complaint.strip().rpartition("\n")[2].strip()
    return f": {redactor.redact(last)[:_LONGEST]}" if last else ""
