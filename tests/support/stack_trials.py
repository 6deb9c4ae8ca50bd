"""Twelve trials in one stack on the real engine: what `pulumi up` makes of a fault, and the next one of the state.

Behind each gate stands a Stash. After the first up the service is well and every task has succeeded; the second one must
complete what the first could not, and the third command find nothing to change.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ice_emulator import Emulator, Scenario
from support.engine import SCRIPTS, Pulumi
from support.secrets import KEY_ID, SECRET, TOKEN, seen_in
from support.trials import Seen, Trial, faults_of, timeline_of, was_told

TRIALS: Final = (
    Trial("cutJson", "middle", "gate"),
    Trial("throttle429", "last", "gate"),
    Trial("duplicateKeys", "last", "gate"),
    Trial("html", "for good", "gate"),
    Trial("hang", "last", "gate"),
    Trial("expiredToken", "middle", "gate"),
    Trial("signatureMismatch", "last", "gate"),
    Trial("unknownCode", "first", "group"),
    Trial("unknownStatus", "last", "group"),
    Trial("reset", "middle", "group"),
    Trial("badGateway", "first", "data source"),
    Trial("emptyObject", "last", "data source"),
)
_IDS: Final = {trial: f"task-{number}" for number, trial in enumerate(TRIALS, 1)}
_FOR_GOOD: Final = "8s"  # of the gate whose fault lasts
_TOKENS: Final = {"gate": "ice:WorkflowTaskGate", "group": "ice:WorkflowTaskGroupGate"}
_ENVIRONMENT: Final = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID,
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET,
    "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN,
}
_UP: Final = ("up", "--yes", "--skip-preview", "--continue-on-error", "--parallel", "64", "--debug")
_DIAGNOSTICS: Final = re.compile(r"^Diagnostics:\n((?:(?: .*)?\n)*)", re.MULTILINE)
_EXPECTED: Final = re.compile(
    r"    error: |    debug: Registering (config|resource) \["
)  # errors are judged by themselves
_BROKEN: Final = re.compile("(is|always.) a bug|Traceback|panic:|exited prematurely|transport is closing")


async def outcomes(folder: Path) -> dict[Trial, Seen]:
    """Return what comes of each trial; the stack lives in `folder`.

    What the engine holds of a secret, what it or the plugin complains of, and whether the state was whole in the end, is
    the same for all of them.

    Raises:
        AssertionError: The stack cannot be set up, or the plugin or the engine has broken down.
    """
    async with Emulator(Scenario.from_mapping(_scenario())) as emulator:
        pulumi = await _project(folder, emulator.endpoint)
        up = await pulumi.run(*_UP)
        calls = {task_id: [call for call in emulator.calls if call.task_id == task_id] for task_id in _IDS.values()}
        held, printed = await pulumi.state(), await pulumi.done("stack", "output", "--json")
        emulator.clear_faults()
        for task_id in _IDS.values():
            emulator.set_status(task_id, "Succeed")
        again = await pulumi.run(*_UP)
        settled = await pulumi.run("preview", "--expect-no-changes")
    assert up.code != 0
    assert not _BROKEN.search(up.text + again.text), up.text + again.text
    files = [file.read_text(errors="replace") for file in (folder / "state").rglob("*") if file.is_file()]
    said = "\n".join([up.text, again.text, settled.text, printed, *files])
    leaked = seen_in(said) | ({KEY_ID} if KEY_ID in said else set())
    is_whole = again.code == settled.code == 0 and not held.get("pending_operations")
    outputs = json.loads(printed)
    complaints = "".join(complaints_in(each.text) for each in (up, again, settled))
    found = {}
    for trial, task_id in _IDS.items():
        seen = found[trial] = Seen(task_id=task_id, calls=calls[task_id], secrets=leaked, answers=is_whole)
        seen.complaints = complaints
        seen.asked_for = seen.calls[-1].at - seen.calls[0].at
        _see(trial, seen, outputs.get(task_id) or _recorded(seen, held, up.text))
    return found


def complaints_in(text: str) -> str:
    """Return what a command tells beside errors: warnings, and what the plugin writes on standard error.

    The engine shows the latter with `--debug` only, in the row of the stack, beside what the host of YAML always tells.
    """
    found = _DIAGNOSTICS.search(text)
    lines = found[1].splitlines() if found else []
    return "".join(f"{line.strip()}\n" for line in lines if re.match(r"    \S", line) and not _EXPECTED.match(line))


def _see(trial: Trial, seen: Seen, outputs: Mapping[str, Any]) -> None:
    """Take down the status that a trial has brought, if it has brought one."""
    seen.end = outputs.get("status") or outputs.get("statuses", {}).get(seen.task_id, "")
    seen.opened_wrongly = seen.end == "Succeed" and not was_told(trial, seen.calls, outputs)


def _recorded(seen: Seen, held: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    """Return what the state holds of a gate; what an up has said about it, where it holds nothing."""
    resources = {resource["urn"].rpartition("::")[2]: resource for resource in held["resources"]}
    seen.is_damaged = not seen.answers or (seen.task_id in resources) != (f"site-{seen.task_id}" in resources)
    if seen.task_id in resources:
        outputs: Mapping[str, Any] = resources[seen.task_id]["outputs"]
        return outputs
    seen.says = _said_of(seen.task_id, text)
    return {}


def _said_of(task_id: str, text: str) -> str:
    """Return what the summary of an up says about the failure of a gate."""
    diagnostics = text.rpartition("Diagnostics:")[2]
    found = re.search(rf"\({task_id}\):\n(?:    (?!error:).*\n)*    error: ((?:.*\n(?=    ))*.*)", diagnostics)
    assert found, text
    return found[1]


def _scenario() -> dict[str, Any]:
    return {
        "keys": [{"accessKey": KEY_ID, "secretKey": SECRET, "securityToken": TOKEN}],
        "tasks": [{"taskId": task_id, "timeline": timeline_of(trial)} for trial, task_id in _IDS.items()],
        "faults": [fault for trial, task_id in _IDS.items() for fault in faults_of(trial, task_id)],
    }


def _program() -> dict[str, Any]:
    resources: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    for trial, task_id in _IDS.items():
        if trial.asker == "data source":
            call = {"function": "ice:getWorkflowTask", "arguments": {"taskId": task_id}}
            outputs[task_id] = {"fn::invoke": call}
            continue
        which: dict[str, Any] = {"taskId": task_id} if trial.asker == "gate" else {"taskIds": [task_id]}
        which |= {"waitTimeout": _FOR_GOOD} if trial.poll == "for good" else {}
        resources[task_id] = {"type": _TOKENS[trial.asker], "properties": which}
        behind = {"dependsOn": [f"${{{task_id}}}"]}
        resources[f"site-{task_id}"] = {"type": "pulumi:Stash", "properties": {"input": task_id}, "options": behind}
    return {"resources": resources, "outputs": outputs}


async def _project(folder: Path, endpoint: str) -> Pulumi:
    project = folder / "faults"
    project.mkdir()
    (folder / "state").mkdir()
    plugins = {"providers": [{"name": "ice", "path": os.path.relpath(SCRIPTS, project)}]}
    manifest = {"name": "faults", "runtime": "yaml", "plugins": plugins, **_program()}
    (project / "Pulumi.yaml").write_text(json.dumps(manifest))
    pulumi = Pulumi(project, folder, dict(_ENVIRONMENT))
    await pulumi.done("stack", "init", "dev")
    words = {"endpoint": endpoint, "protocol": "HTTP", "region": "cn-shanghai", "clientReadTimeout": "1000"}
    for word, value in words.items():
        await pulumi.done("config", "set", f"ice:{word}", value)
    return pulumi
