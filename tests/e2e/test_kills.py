"""Whoever is killed in the middle of a wait: the state stays whole, and the next up completes.

An update and two creates wait at once, for the same task, each time.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from support.engine import Pulumi, finish, read_until
from support.key_services import KEYS, KeyServices
from support.ports import own_port
from support.victims import EmulatorProcess, emulator_process, needs_proc, plugins_of, until_called, until_gone

if TYPE_CHECKING:
    from e2e.conftest import Project

UP: Final = ("up", "--yes", "--skip-preview")
PRINTED: Final = {"waiting": "1 running", "throttled": "last poll failed: slowed down by the service"}
CASES: Final = [
    *((victim, stage) for victim in ("engine", "plugin") for stage in ("waiting", "throttled", "signing-in")),
    *(("emulator", stage) for stage in ("waiting", "throttled")),  # by the sign-in nobody has called it
]


def one(task_id: str) -> dict[str, Any]:
    return {"type": "ice:WorkflowTaskGate", "properties": {"taskId": task_id}}


def many(task_id: str) -> dict[str, Any]:
    return {"type": "ice:WorkflowTaskGroupGate", "properties": {"taskIds": [task_id]}}


def site(task_id: str, *gates: str) -> dict[str, Any]:
    behind = {"dependsOn": [f"${{{gate}}}" for gate in gates]}
    return {"type": "pulumi:index:Stash", "properties": {"input": task_id}, "options": behind}


OLD: Final = {"moved": one("movie-0"), "site": site("movie-0", "moved")}
NEW: Final = {
    "moved": one("movie-1"),
    "made": one("movie-1"),
    "group": many("movie-1"),
    "site": site("movie-1", "moved", "made", "group"),
}


def world(status: str, *faults: dict[str, Any]) -> dict[str, Any]:
    """Return a scenario in which movie-1 stands so, and movie-0 has succeeded."""
    statuses = {"movie-0": "Succeed", "movie-1": status}
    tasks = [{"taskId": id_, "timeline": [{"after": 0, "status": told}]} for id_, told in statuses.items()]
    return {"tasks": tasks, "keys": KEYS, "faults": faults}


def write(pulumi: Pulumi, resources: dict[str, Any]) -> None:
    manifest = pulumi.project / "Pulumi.yaml"
    header = manifest.read_text().partition("resources:")[0]
    manifest.write_text(f"{header}resources: {json.dumps(resources)}\n")


def configure(pulumi: Pulumi, endpoint: str, keys: str) -> None:
    """Let the project call this endpoint, with keys that are handed out there."""
    words = {"endpoint": endpoint, "protocol": "HTTP", "region": "cn-shanghai", "credentialsUri": f"http://{keys}/keys"}
    file = pulumi.project / "Pulumi.dev.yaml"
    settings = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump({**settings, "config": {f"ice:{word}": value for word, value in words.items()}}))


async def reach(stage: str, up: asyncio.subprocess.Process, services: KeyServices) -> None:
    """Return when an up has come to a stage."""
    if stage in PRINTED:
        await read_until(up, PRINTED[stage])
        return
    async with asyncio.timeout(30):
        while not services.asked:  # noqa: ASYNC110  # it keeps a list and tells nobody
            await asyncio.sleep(0.1)


async def kill(victim: str, up: asyncio.subprocess.Process, api: EmulatorProcess) -> None:
    """Kill one of the three; see that a plugin goes with its engine, and that an up fails with its plugin."""
    plugins = plugins_of(up)
    assert plugins
    match victim:
        case "engine":
            up.kill()
            await up.wait()
            await until_gone(plugins, within=15)
        case "plugin":
            for plugin in plugins:
                os.kill(plugin, signal.SIGKILL)
            assert (await finish(up)).code == 1
        case "emulator":
            await api.kill()
            await until_called(api.port)


async def see(pulumi: Pulumi, resources: dict[str, Any], *, under_way: int = 0) -> None:
    """See that the state is that of a program, with so many operations that were begun beside it."""
    state = await pulumi.state()
    held = {resource["urn"].rpartition("::")[2]: resource.get("inputs") for resource in state["resources"]}
    assert {name: held[name] for name in held.keys() & NEW.keys()} == {
        name: resource["properties"] for name, resource in resources.items()
    }
    assert len(state.get("pending_operations") or []) == under_way


@needs_proc
@pytest.mark.parametrize(("victim", "stage"), CASES)
async def test_who_is_killed_leaves_a_whole_state_and_the_next_up_completes(
    project: Project, tmp_path: Path, victim: str, stage: str
) -> None:
    throttles = [{"kind": "throttle", "taskId": "movie-1"}] if stage == "throttled" else []
    async with KeyServices(tmp_path) as services:
        async with emulator_process(tmp_path, world("Processing", *throttles), own_port()) as api:
            pulumi = await project()
            configure(pulumi, api.endpoint, services.plain)
            write(pulumi, OLD)
            await pulumi.done(*UP)
            services.asked.clear()
            services.is_silent = stage == "signing-in"
            write(pulumi, NEW)
            up = await pulumi.start(*UP)
            await reach(stage, up, services)

            await kill(victim, up, api)

            await see(pulumi, OLD, under_way=0 if victim == "plugin" else 3)
        services.is_silent = False
        async with emulator_process(tmp_path, world("Succeed"), api.port):
            await complete(pulumi, victim, up)
        await see(pulumi, NEW)


async def complete(pulumi: Pulumi, victim: str, up: asyncio.subprocess.Process) -> None:
    """See the next up complete; the one under way, when it has outlived who was killed.

    An engine that is killed leaves its lock and the creates that it had begun, which its own commands clear.
    """
    if victim == "emulator":
        ended = await finish(up)
        assert ended.code == 0, ended.text
        return
    if victim == "engine":
        await pulumi.done("cancel", "--yes")
    await pulumi.done(*UP)
    if victim == "engine":
        await pulumi.done("refresh", "--yes", "--clear-pending-creates")
