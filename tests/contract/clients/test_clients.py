"""Clients that we did not write get from the emulator what they expect of the service: promises × clients."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from contract.clients.promises import GET, LIST, NASTY, PROMISES, Service, sentence
from ice_emulator import Emulator, Scenario
from support.clients import KINDS, Access, Client, Kind, running, set_up

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "CAIS+/=token"
TASKS = tuple(f"movie-{number}" for number in range(7))
SCENARIO: dict[str, Any] = {
    "keys": [
        {"accessKey": "emulator", "secretKey": "emulator-secret"},
        {"accessKey": "STS.one", "secretKey": "one", "securityToken": TOKEN},
    ],
    "workflows": [{"workflowId": "wf-1", "timeline": [{"after": 0, "status": "Init"}]}],
    "tasks": [{"taskId": task_id, "timeline": [{"after": 0, "status": "Processing"}]} for task_id in TASKS],
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator(Scenario.from_mapping(SCENARIO)) as running_emulator:
        yield running_emulator


@pytest.fixture(scope="module")
def service(emulator: Emulator) -> Service:
    where = {"endpoint": emulator.endpoint, "protocol": "HTTP"}
    access = Access(accessKey="emulator", secretKey="emulator-secret", **where)
    temporary = Access(accessKey="STS.one", secretKey="one", securityToken=TOKEN, **where)
    return Service(access, TASKS[:2], temporary)


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=KINDS, ids=lambda kind: kind.name)
async def client(request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    """A client; skipped without its language's tools, but CI must have them."""
    kind: Kind = request.param
    missing = set_up(kind)
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    async with running(kind) as started:
        yield started


@pytest.mark.timeout(300)  # the first use of a client sets it up
@pytest.mark.parametrize("promise", PROMISES, ids=sentence)
async def test_a_promise_is_kept_to_a_client(
    client: Client, service: Service, promise: Callable[[Client, Service], Awaitable[None]]
) -> None:
    await promise(client, service)


async def test_what_a_client_asks_for_is_what_the_emulator_hears(
    client: Client, emulator: Emulator, service: Service
) -> None:
    for task_id in (*NASTY, "x" * 10_000):
        answer = await client.call(service.access, GET, {"TaskId": task_id})

        assert (emulator.calls[-1].action, emulator.calls[-1].task_id) == (GET, task_id)
        assert (answer.status, answer.code) == (404, "ResourceNotFound")
        assert answer.request_id == emulator.calls[-1].request_id


async def test_a_client_sees_every_task_of_a_list_once(client: Client, service: Service) -> None:
    seen: list[str] = []
    token: dict[str, str] = {}
    for size in (3, 3, 1):
        body = (await client.call(service.access, LIST, {"MaxResults": "3", **token})).body
        assert len(body["TaskList"]) == size
        seen += [task["TaskId"] for task in body["TaskList"]]
        token = {"NextToken": body.get("NextToken", "")}

    assert token == {"NextToken": ""}
    assert sorted(seen) == sorted(TASKS)


async def test_a_client_starts_a_workflow_and_reads_its_task(
    client: Client, emulator: Emulator, service: Service
) -> None:
    wanted = {"WorkflowId": "wf-1", "TaskInput": '{"Type":"Media","Media":"a b/é*~"}', "UserData": "{}"}
    task_id = (await client.call(service.access, "StartWorkflow", wanted)).body["TaskId"]
    told = (await client.call(service.access, GET, {"TaskId": task_id})).body["WorkflowTask"]
    emulator.remove_task(task_id)

    assert (told["Status"], told["TaskInput"], told["UserData"]) == ("Init", wanted["TaskInput"], "{}")
