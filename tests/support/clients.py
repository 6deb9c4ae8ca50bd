"""Clients of the ICE API that we did not write, each a process of its own that is told a call a line.

A call is `{endpoint, protocol, accessKey, secretKey, securityToken, action, parameters, at, nonce}`, all texts; the
client signs its own time and nonce where `at` and `nonce` are empty. An answer is `{status, body}` or, of a refusal,
`{status, code, requestId}`. A client that cannot make anything of what it got ends, with the reason on its stderr.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from support.engine import ROOT

BUILT = ROOT / ".tools" / "clients"
PROGRAMS = ROOT / "tests" / "contract" / "clients" / "programs"
NOTHING_TO_BUILD_WITH = 2  # the exit code of tools/clients.py
PATIENCE = 30.0  # seconds for an answer
_FOREIGN = ("ALICLOUD_", "ALIBABA", "HTTP_PROXY", "http_proxy", "DEBUG", "PYTHON")
_LINE = 16 * 1024 * 1024  # bytes of an answer at most


@dataclass(frozen=True)
class Kind:
    """A client.

    Attributes:
        name: Its package and version, as people call it.
        needs: What tools/clients.py sets up for it.
        command: How it is run.
        environment: Variables it needs.
    """

    name: str
    needs: str
    command: tuple[str | Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def _python(name: str, packages: str, program: str) -> Kind:
    command = (sys.executable, "-S", PROGRAMS / "python" / program)  # -S: without the packages of the project
    return Kind(name, packages, command, {"PYTHONPATH": str(BUILT / packages)})


def _node(name: str, program: str) -> Kind:
    command = ("node", PROGRAMS / "node" / program)
    return Kind(name, "node", command, {"NODE_PATH": str(BUILT / "node" / "node_modules")})


KINDS = (
    _python("aliyun-python-sdk-core 2.16.1", "classic", "classic.py"),
    _python("alibabacloud_ice20201109 5.0.7", "official-5", "official.py"),
    _python("alibabacloud_ice20201109 6.20.2", "official-6", "official.py"),
    _node("@alicloud/openapi-client 0.4.15", "openapi.js"),
    _node("@alicloud/pop-core 1.8.0", "pop.js"),
    Kind("darabonba-openapi for Go 2.1.13", "go", (BUILT / "go",)),
)


@dataclass(frozen=True, kw_only=True)
class Access:
    """Where a client calls, and with which keys."""

    endpoint: str
    protocol: str
    accessKey: str  # noqa: N815  # the words of a call
    secretKey: str = field(repr=False)  # noqa: N815
    securityToken: str = field(default="", repr=False)  # noqa: N815


@dataclass(frozen=True)
class Answer:
    """What a client made of an answer.

    Attributes:
        code: Empty when it was no refusal.
        request_id: None when the client does not tell it.
    """

    status: int | None
    code: str
    body: Mapping[str, Any]
    request_id: str | None


class ClientEnded(Exception):
    """A client could not make anything of an answer, and ended."""


@dataclass
class Client:
    """A client; it starts with its first call, and anew with the next after one that it did not outlive."""

    kind: Kind
    _process: asyncio.subprocess.Process | None = None

    async def call(
        self,
        access: Access,
        action: str,
        parameters: Mapping[str, str],
        *,
        at: datetime | None = None,
        nonce: str = "",
    ) -> Answer:
        """Make a call.

        Args:
            at: The time to sign instead of now.
            nonce: To sign instead of a fresh one.

        Raises:
            ClientEnded: The client ended instead of answering.
        """
        when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
        call = {**asdict(access), "action": action, "parameters": parameters, "at": when, "nonce": nonce}
        process = self._process = self._process or await self._started()
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(call).encode() + b"\n")
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
        if not line:
            _, complaint = await process.communicate()
            self._process = None
            raise ClientEnded(f"{self.kind.name} ended: {complaint.decode().strip().splitlines()[-1:]}")
        told = json.loads(line)
        body = told.get("body") or {}
        return Answer(told["status"], told.get("code", ""), body, told.get("requestId") or body.get("RequestId"))

    async def _started(self) -> asyncio.subprocess.Process:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            *self.kind.command, env={**kept, **self.kind.environment}, stdin=pipe, stdout=pipe, stderr=pipe, limit=_LINE
        )

    async def close(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.communicate()


@contextlib.asynccontextmanager
async def running(kind: Kind) -> AsyncIterator[Client]:
    """Have a client that is set up; its process is gone in the end."""
    client = Client(kind)
    try:
        yield client
    finally:
        await client.close()


def set_up(kind: Kind) -> str:
    """Set a client up as far as it is not; return why that cannot be done here, empty when it is done.

    Raises:
        RuntimeError: It failed, though everything is here.
    """
    command = [sys.executable, ROOT / "tools" / "clients.py", kind.needs]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == NOTHING_TO_BUILD_WITH:
        return done.stderr.strip()
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return ""
