"""What passes between engine and plugin in a whole run, by the engine's own log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from e2e.conftest import Project
    from ice_emulator import Emulator

SIGNATURE = "4dabf18193072939515e22adb298388d"
CANARIES = ("emulator-secret", "canary-user-data")
PROGRAM = """
variables:
  task:
    fn::invoke: {function: "ice:getWorkflowTask", arguments: {taskId: movie-2}}
resources:
  encoded: {type: "ice:WorkflowTaskGate", properties: {taskId: movie-1}}
  second: {type: "ice:WorkflowTaskGate", properties: {taskId: movie-2, waitTimeout: 1s}}
outputs: {status: "${encoded.status}"}
"""


async def test_no_answer_is_a_bug_and_none_holds_a_secret_in_clear(
    project: Project, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.set_status("movie-1", "Succeed")
    emulator.add_task({"taskId": "movie-2", "timeline": [{"after": 0, "status": "Processing"}]})
    pulumi = await project(PROGRAM)
    pulumi.more["PULUMI_DEBUG_GRPC"] = str(tmp_path / "grpc.json")

    await pulumi.run("preview")
    await pulumi.run("up", "--yes", "--skip-preview")  # the second gate meets its deadline
    emulator.set_status("movie-2", "Failed")
    await pulumi.run("up", "--yes", "--skip-preview")
    await pulumi.run("refresh", "--yes")
    await pulumi.run("destroy", "--yes")

    records = [json.loads(line) for line in (tmp_path / "grpc.json").read_text().splitlines()]
    ours = [record for record in records if "pulumirpc.ResourceProvider/" in record["method"]]
    assert {"Handshake", "Configure", "Create", "Delete", "Diff", "Invoke"} <= {_name(record) for record in ours}
    for record in ours:
        told = json.dumps([_opened(record.get("response")), record.get("errors"), record.get("error")])
        assert not any(code in told for code in ("code = Internal", "code = Unknown", "bug in the ice provider")), told
        assert not any(canary in told for canary in CANARIES), _name(record)


def _name(record: dict[str, Any]) -> str:
    name: str = record["method"].rpartition("/")[2]
    return name


def _opened(value: Any) -> Any:
    """Return an answer without what its secret marks hold: that the engine encrypts."""
    if isinstance(value, dict):
        return "secret" if SIGNATURE in value else {key: _opened(part) for key, part in value.items()}
    return [_opened(part) for part in value] if isinstance(value, list) else value
