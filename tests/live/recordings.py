"""What the service answered, without anything of the account, as a scenario that the emulator plays.

Only the form of an answer is kept (see `sanitising`): names and words that the API's pages list, times, and of every
other text the place of its letters, digits and signs. What is written is searched for everything that must not be in
it before it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml

from ice_emulator import Scenario
from live.facts import Finding
from live.sanitising import Sanitiser


class Leak(Exception):
    """A recording would have held something that must not leave the account; it was not written."""


def write(findings: Sequence[Finding], origin: str, forbidden: Iterable[str], folder: Path) -> Path:
    """Write a scenario with everything that was settled, and return where it is.

    Args:
        findings: What was found.
        origin: The endpoint that answered.
        forbidden: Keys, tokens and IDs of the account, as they are.
        folder: Where to.

    Raises:
        Leak: The text would hold one of `forbidden`.
    """
    sanitiser = Sanitiser()
    scenario = {
        "variants": {finding.axis: finding.value for finding in findings if finding.value},
        "tasks": [
            {"taskId": name, "httpStatus": told.status, "answer": _about(name, sanitiser.clean(told.text))}
            for finding in findings
            for name, told in finding.evidence.items()
        ],
    }
    now = datetime.now(UTC)
    head = f"# Answers of {origin} on {now:%Y-%m-%d}, sanitised: only their form is theirs.\n"
    text = head + yaml.safe_dump(scenario, sort_keys=False, allow_unicode=True, width=10_000)
    if any(secret in text for secret in forbidden if secret):
        raise Leak("the recording held a key or an ID of the account, so it was not written; please report it")
    Scenario.from_text(text)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{now:%Y-%m-%dT%H%M%SZ}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def _about(task_id: str, answer: str) -> str:
    """Return an answer as one about this task, if it is about any."""
    try:
        value = json.loads(answer)
    except ValueError:
        return answer
    if not isinstance(value, dict) or not isinstance(value.get("WorkflowTask"), dict):
        return answer
    value["WorkflowTask"]["TaskId"] = task_id
    return json.dumps(value, ensure_ascii=False)
