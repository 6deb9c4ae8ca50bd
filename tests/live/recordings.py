"""What the service answered, without anything of the account, as a scenario that the emulator plays.

Only the form of an answer is kept: field names, status words and codes, times, and of every other text the place of
its letters, digits and signs. What is written is searched for everything that must not be in it before it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from ice_emulator import Scenario
from live.facts import Finding
from live.wire import Told

_WORDS: Final = {"Status", "Type", "MediaType", "JobType", "Code", "ErrorCode"}
_WORD: Final = re.compile(r"[A-Za-z]+(\.[A-Za-z]+)*")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?Z\s*")
_NAME: Final = re.compile(r"[A-Za-z]{1,40}")  # of a field; the ID of an activity may be anything
_SMALL: Final = 1000  # larger numbers may be an account's


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
    scenario = {
        "variants": {finding.axis: finding.value for finding in findings if finding.value},
        "tasks": [
            {"taskId": name, "httpStatus": told.status, "answer": sanitised(told, name)}
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


def sanitised(told: Told, task_id: str) -> str:
    """Return the body of an answer with nothing of the account, about this task."""
    try:
        value = json.loads(told.text)
    except ValueError:
        return masked(told.text)
    clean = _clean("", value)
    if isinstance(clean, dict) and isinstance(clean.get("WorkflowTask"), dict):
        clean["WorkflowTask"]["TaskId"] = task_id
    return json.dumps(clean, ensure_ascii=False)


def masked(text: str) -> str:
    """Return a text of which only signs and spaces are left."""
    return "".join(("0" if each.isdigit() else "x") if each.isalnum() else each for each in text)


def _clean(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key if _NAME.fullmatch(key) else masked(key): _clean(key, part) for key, part in value.items()}
    if isinstance(value, list):
        return [_clean(name, part) for part in value]
    if isinstance(value, str):
        return _clean_text(name, value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _SMALL:
        return 0
    return value


def _clean_text(name: str, text: str) -> str:
    if _TIME.fullmatch(text) or (name in _WORDS and _WORD.fullmatch(text)):
        return text
    if not text.lstrip().startswith(("{", "[")):
        return masked(text)
    try:
        inner = json.loads(text)
    except ValueError:
        return masked(text)
    return json.dumps(_clean(name, inner), ensure_ascii=False, indent=2 if "\n" in text else None)
