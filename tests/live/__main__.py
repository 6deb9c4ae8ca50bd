"""`make live`: try on the real service what the tests believe of it, and write down what it does.

It only reads, with the key of whoever runs it; it is never run by CI. Prints the promises to clients as a table, then
what was settled of the facts that nobody had verified, then where the recording is.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.table import Table

from contract.clients.promises import PROMISES, NotTried, Service, sentence
from live import facts, recordings
from support.clients import BUILT, KINDS, Access, Client, ClientEnded, running, set_up

NEEDS = (
    "make live needs a key of the real service, with which it only reads: set ALIBABA_CLOUD_ACCESS_KEY_ID, "
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET (ALIBABA_CLOUD_SECURITY_TOKEN too, if the key is temporary) and "
    "ALIBABA_CLOUD_REGION_ID; it must be allowed ice:GetWorkflowTask and ice:ListWorkflowTasks."
)
OK = 200
NOT_HERE = "make live is for a person with an account, not for CI: unset CI to run it."


def main() -> int:
    """Return 0 when every promise that could be tried is kept, 1 when one is broken, 2 when a key is missing."""
    parser = argparse.ArgumentParser(prog="make live", description=__doc__)
    parser.add_argument("--endpoint", help="where to call (default: ice.REGION.aliyuncs.com)")
    parser.add_argument("--protocol", choices=("HTTPS", "HTTP"), default="HTTPS")
    parser.add_argument("--task", action="append", default=[], help="a task to read; may be given again")
    parser.add_argument("--recordings", type=Path, default=BUILT.parent / "live", help="folder for what is recorded")
    options = parser.parse_args()
    region, access = os.environ.get("ALIBABA_CLOUD_REGION_ID", ""), None
    endpoint = options.endpoint or (region and f"ice.{region}.aliyuncs.com")
    if endpoint:
        access = _access(os.environ, "ALIBABA_CLOUD", endpoint, options.protocol)
    if access is None or os.environ.get("CI"):
        print(NOT_HERE if os.environ.get("CI") else NEEDS, file=sys.stderr)  # noqa: T201  # the command's own voice
        return 2
    expired = _access(os.environ, "ICE_LIVE_EXPIRED", endpoint, options.protocol)
    try:
        return asyncio.run(_run(access, expired, options.task, options.recordings))
    except (aiohttp.ClientError, TimeoutError) as error:
        print(f"{endpoint} cannot be reached: {error or 'it does not answer'}", file=sys.stderr)  # noqa: T201
        return 1


def _access(environment: Mapping[str, str], family: str, endpoint: str, protocol: str) -> Access | None:
    key, secret, token = (
        environment.get(f"{family}_{name}", "") for name in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN")
    )
    if not (key and secret):
        return None
    return Access(endpoint=endpoint, protocol=protocol, accessKey=key, secretKey=secret, securityToken=token)


async def _run(access: Access, expired: Access | None, named: list[str], folder: Path) -> int:
    console = Console(width=160, highlight=False, markup=False)
    async with aiohttp.ClientSession() as session:
        here = await facts.site(session, access, expired, named)
        tasks = [read.task["TaskId"] for read in here.samples.values()]
        if here.page.status != OK:
            told = f"{here.page.status} {here.page.code}"
            console.print(f"the list of tasks was refused, {told}: name tasks to read with --task ID", soft_wrap=True)
        service = Service(access, tuple(tasks), access if access.securityToken else None)
        broken = await _promises(console, service)
        found = await facts.findings(here)
    _tell(console, found)
    keys = [text for each in (access, expired) if each for text in (each.accessKey, each.secretKey, each.securityToken)]
    file = recordings.write(found, access.endpoint, [*keys, *tasks], folder)
    console.print(f"\nrecorded, sanitised: {file}\nplay it: ice-emulator --scenario {file}", soft_wrap=True)
    return 1 if broken else 0


async def _promises(console: Console, service: Service) -> list[str]:
    """Print the table of promises × clients; return the promises that are broken, by client."""
    table = Table(title=f"What clients rely on, at {service.access.endpoint}", title_justify="left")
    table.add_column("it", no_wrap=True)
    columns: list[list[str]] = []
    notes: list[str] = []
    for kind in KINDS:
        table.add_column(kind.name, overflow="fold")
        missing = set_up(kind)
        if missing:
            notes.append(f"{kind.name}: {missing}")
            columns.append(["not here"] * len(PROMISES))
            continue
        async with running(kind) as client:
            columns.append([await _fare(client, service, promise, notes) for promise in PROMISES])
    for number, promise in enumerate(PROMISES):
        table.add_row(sentence(promise), *(column[number] for column in columns))
    console.print(table)
    for note in dict.fromkeys(notes):
        console.print(note, soft_wrap=True)
    return [note for note in notes if note.startswith("BROKEN")]


async def _fare(client: Client, service: Service, promise: object, notes: list[str]) -> str:
    assert callable(promise)
    try:
        await promise(client, service)
    except NotTried as reason:
        notes.append(f"not tried, {sentence(promise)}: {reason}")
        return "not tried"
    except (AssertionError, ClientEnded, TimeoutError, KeyError) as error:
        notes.append(f"BROKEN, {sentence(promise)}, {client.kind.name}: {_hidden(str(error), service.access)}")
        return "BROKEN"
    return "kept"


def _hidden(text: str, access: Access) -> str:
    """Return what can be shown of an error: a few lines, and no key."""
    for secret in (access.secretKey, access.securityToken, access.accessKey):
        text = text.replace(secret, "***") if secret else text
    return text[:600]


def _tell(console: Console, found: list[facts.Finding]) -> None:
    console.print("\nFacts that nobody had verified")
    for finding in found:
        variant = ""
        if finding.is_settled and finding.axis:
            variant = f" [{finding.axis}: {finding.value or 'none of the variants, the emulator needs another'}]"
        mark = "settled" if finding.is_settled else "   open"
        console.print(f"  {mark}  {finding.question} {finding.answer.removeprefix('open: ')}{variant}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
