"""What a release has left behind in the states of its users, which every later one must take over as it is.

Before a version is tagged it records itself, once: `PYTHONPATH=tests .venv/bin/python -m support.releases`. What it
writes is committed and never changed again.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import Final

from ice_emulator import Emulator, Scenario
from ice_provider.about import VERSION
from support.engine import ROOT, SCRIPTS, Pulumi

RECORDED: Final = ROOT / "tests" / "data" / "releases"
PROGRAM: Final = RECORDED / "program.yaml"
"""What is recorded next; beside each recording lies the program of its time."""

_TRANSCODE: Final = {"ActivityId": "Transcode", "Status": "Succeed", "Result": {"JobId": "job-1", "Height": 2160}}
_REASON: Final = {"Code": "InvalidParameter.NoVideoStream", "Message": "the input has no video stream"}
_TASKS: Final = {
    "film": ("Succeed", {"Transcode": _TRANSCODE}),
    "trailer": ("Succeed", {}),
    "episode-1": ("Succeed", {"Transcode": _TRANSCODE}),
    "episode-2": ("Succeed", {"Transcode": _TRANSCODE}),
    "episode-3": ("Failed", {"Transcode": {"ActivityId": "Transcode", "Status": "Failed", **_REASON}}),
}


async def stack(folder: Path, program: str, endpoint: str) -> Pulumi:
    """Make an empty stack of a program, as it was when the recording began."""
    project = folder / "project"
    project.mkdir()
    (folder / "state").mkdir()
    plugins = f"plugins: {{providers: [{{name: ice, path: {os.path.relpath(SCRIPTS, project)}}}]}}\n"
    (project / "Pulumi.yaml").write_text(program + plugins)
    pulumi = Pulumi(project, folder)
    await pulumi.done("stack", "init", "dev")
    words = [f"ice:endpoint={endpoint}", "ice:protocol=HTTP", "ice:region=cn-shanghai"]
    await pulumi.done("config", "set-all", *(part for word in words for part in ("--plaintext", word)))
    keys = ("ice:accessKey=emulator", "ice:secretKey=emulator-secret")
    await pulumi.done("config", "set-all", *(part for word in keys for part in ("--secret", word)))
    return pulumi


async def record(folder: Path) -> None:
    """Run the program with this version and keep what it leaves in the state."""
    tasks = [
        {
            "taskId": task_id,
            "workflow": {"workflowId": "wf-1", "name": "Super-resolution transcoding workflow"},
            "userData": {"NotifyAddress": "http://example.com/done"},
            "timeline": [{"after": 0, "status": status, "activityResults": results}],
        }
        for task_id, (status, results) in _TASKS.items()
    ]
    async with Emulator(Scenario.from_mapping({"tasks": tasks})) as emulator:
        with tempfile.TemporaryDirectory() as aside:
            pulumi = await stack(Path(aside), PROGRAM.read_text(), emulator.endpoint)
            await pulumi.done("up", "--yes", "--skip-preview")
            state = json.loads(await pulumi.done("stack", "export"))
    for resource in state["deployment"]["resources"]:  # where in the engine's own code it was registered
        resource.pop("sourcePosition", None)
        resource.pop("stackTrace", None)
    folder.mkdir()
    (folder / "program.yaml").write_text(PROGRAM.read_text())
    (folder / "state.json").write_text(json.dumps(state, indent=2) + "\n")


if __name__ == "__main__":
    asyncio.run(record(RECORDED / VERSION))
