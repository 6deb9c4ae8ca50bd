"""The service of the examples, where its page cannot go: stopped in the middle of a wait, misused, looked at for secrets."""

from __future__ import annotations

import asyncio
import re
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest

from support.engine import finish, press_ctrl_c, read_until
from support.walking import walk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ice_emulator import Emulator

pytestmark = pytest.mark.usefixtures("walks")  # begun here, looked at in test_examples_walks

SECRETS = ("emulator-secret", "canary-user-data", "of-the-state")


@asynccontextmanager
async def service(
    folder: Path, emulator: Emulator
) -> AsyncIterator[tuple[asyncio.subprocess.Process, aiohttp.ClientSession]]:
    """Run the service against an emulator; yield its process, and a client of it."""
    async with walk(folder, "automation-service") as reader:
        words = f"ice:endpoint={emulator.endpoint} ice:protocol=HTTP"
        more = f"export PULUMI_CONFIG_PASSPHRASE=of-the-state PULUMI_BACKEND_URL={(folder / 'state').as_uri()}\n"
        (folder / "state").mkdir()
        process = await reader.start(f"{reader.before}{more}exec python service.py --port 0 {words}")
        (address,) = re.findall(r"http://\S+", await read_until(process, "Running on"))
        try:
            async with aiohttp.ClientSession(address) as client:
                yield process, client
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                await finish(process)


async def begin(client: aiohttp.ClientSession, task_id: str = "movie-1") -> None:
    """Publish a film, and come back when its gate waits."""
    async with client.post("/publish", json={"taskId": task_id}) as answer:
        assert answer.status == 202
    async with client.get(f"/publish/{task_id}/log") as log:
        async for line in log.content:
            if b"Processing" in line:
                return


async def test_a_film_that_is_stopped_in_mid_wait_is_published_when_it_is_asked_for_again(
    tmp_path: Path, emulator: Emulator
) -> None:
    async with service(tmp_path, emulator) as (_, client):
        await begin(client)

        async with client.delete("/publish/movie-1") as answer:
            assert await answer.json() == {"taskId": "movie-1", "state": "stopped"}
        async with client.get("/publish/movie-1/log") as log:
            first = await log.text()
        emulator.set_status("movie-1", "Succeed")
        await client.post("/publish", json={"taskId": "movie-1"})
        async with client.get("/publish/movie-1/log") as log:
            second = await log.text()
        async with client.get("/publish/movie-1") as answer:
            told = await answer.json()

    assert "stopped waiting for workflow task movie-1" in first
    assert "site" not in first
    assert told["outputs"] == {"site": "movie-1 is published", "status": "Succeed"}
    assert not [secret for secret in SECRETS if secret in f"{first}{second}{told}"]


async def test_ctrl_c_ends_the_service_with_all_that_waits_and_leaves_no_lock(
    tmp_path: Path, emulator: Emulator
) -> None:
    async with service(tmp_path, emulator) as (process, client):
        await begin(client)

        press_ctrl_c(process)
        ended = await finish(process)

    assert ended.code == 0, ended.text
    assert list((tmp_path / "state").rglob("*.lock")) == []
    assert list((tmp_path / "state").rglob("locks/**/*.json")) == []
    assert not [secret for secret in SECRETS if secret in ended.text]


async def test_two_who_ask_at_once_for_the_same_film_get_one_update(tmp_path: Path, emulator: Emulator) -> None:
    emulator.set_status("movie-1", "Succeed")
    async with service(tmp_path, emulator) as (_, client):
        await asyncio.gather(*(client.post("/publish", json={"taskId": "movie-1"}) for _ in range(2)))

        async with client.get("/publish/movie-1/log") as log:
            await log.text()
        async with client.get("/publish/movie-1") as answer:
            assert (await answer.json())["state"] == "published"

    assert len(emulator.calls) == 1


async def test_what_is_no_task_id_begins_nothing(tmp_path: Path, emulator: Emulator) -> None:
    async with service(tmp_path, emulator) as (_, client):
        for given in ("{}", "[]", "no JSON", '{"taskId": 1}', '{"taskId": "../up"}', '{"taskId": ""}'):
            async with client.post("/publish", data=given, headers={"Content-Type": "application/json"}) as answer:
                assert (answer.status, (await answer.text())[:5]) == (400, "send ")
        async with client.post("/publish", data='{"taskId": "movie-1"}') as answer:
            assert answer.status == 415
        async with client.get("/publish/movie-1") as answer:
            assert answer.status == 404

    assert emulator.calls == []
