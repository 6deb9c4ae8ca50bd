"""The emulator and those who hand out keys, in a process of their own, so that their work is nobody's lag.

`keys_apart.py FOLDER COUNT LIFETIME` prints where they are as a line of JSON. Each line of JSON that comes changes what it
names (`lifetime` of the next key in seconds; `refuse` so many calls of the API with an expired token) and is answered with
how many keys were handed out.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from ice_emulator import Emulator, Scenario
from support.key_services import KEYS, KeyServices


async def serve(folder: Path, tasks: int, lifetime: float) -> None:
    """Play so many tasks that have ended, `task-0` and on; the first key lasts `lifetime` seconds."""
    timeline = [{"after": 0, "status": "Succeed"}]
    played = [{"taskId": f"task-{number}", "timeline": timeline} for number in range(tasks)]
    scenario = Scenario.from_mapping({"tasks": played, "keys": KEYS})
    async with Emulator(scenario) as emulator, KeyServices(folder) as services:
        services.lifetime = lifetime
        where = {"endpoint": emulator.endpoint, "caFile": services.ca_file, "routes": services.routes}
        _say(where)
        while line := await asyncio.to_thread(sys.stdin.readline):
            change = json.loads(line)
            services.lifetime = change.get("lifetime", services.lifetime)
            if "refuse" in change:
                calls = list(range(1, change["refuse"] + 1))
                emulator.add_fault({"action": "GetWorkflowTask", "kind": "expiredToken", "calls": calls})
            _say({"granted": services.granted})


def _say(line: object) -> None:
    print(json.dumps(line), flush=True)  # noqa: T201  # whoever started this waits for it


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
