"""An upgrade, call by call: what an engine has asked of an earlier version, today's provider answers as that one did."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ice_provider.about import VERSION
from replay.record import CANARIES
from replay.sanitising import REQUEST
from support.engine import ROOT
from support.replay import ENGINE, RECORDED, SERVICE, Recording, differences_in, flows, recording
from support.rpc import UNKNOWN
from support.secrets import seen_in

FLOWS = sorted(RECORDED.glob("*/*.yaml"))
ADDRESSES = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?|\[?::1\]?:\d+|localhost:\d+")
PATHS = re.compile(r"(?<![\w.:/])/[\w.-]+(?:/[\w.-]+)*")
TIMES = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
IDS = re.compile(r"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|(?<![\w])[0-9a-f]{32,}(?![\w])")
PULUMIS_OWN = {"4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270", UNKNOWN}


def mine(name: str) -> Recording:
    """Return what this version has recorded of a flow."""
    return recording(RECORDED / VERSION / f"{name}.yaml")


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: f"{flow.parent.name}-{flow.stem}")
async def test_every_call_of_a_recording_is_answered_as_it_was(flow: Path) -> None:
    assert await differences_in(recording(flow)) == []


async def test_an_answer_that_is_another_one_is_told_with_its_call() -> None:
    then = mine("unknown")
    number = next(i for i, line in enumerate(then.lines, 1) if '/Create"' in line and '"status": "Succeed"' in line)
    changed = then.lines[number - 1].replace('"status": "Succeed"', '"status": "Finished"')

    found = await differences_in(Recording(then.flow, (*then.lines[: number - 1], changed)))

    assert found == [f"line {number}, Create: response.properties.status was 'Finished' and is 'Succeed'"]


async def test_a_refusal_with_another_code_is_told_with_its_call() -> None:
    then = mine("import")
    number = next(i for i, line in enumerate(then.lines, 1) if '"errors"' in line)
    changed = then.lines[number - 1].replace("code = FailedPrecondition", "code = Unknown")

    found = await differences_in(Recording(then.flow, (*then.lines[: number - 1], changed)))

    codes = ("'rpc error: code = Unknown'", "'rpc error: code = FailedPrecondition'")
    assert found == [f"line {number}, Read: errors[0] was {codes[0]} and is {codes[1]}"]


async def test_a_refusal_in_the_place_of_an_answer_is_told_and_the_other_way_round() -> None:
    then = mine("import")
    number = next(i for i, line in enumerate(then.lines, 1) if '"errors"' in line)
    opened = json.loads(then.lines[number - 1]) | {"response": {"id": "running"}}
    del opened["errors"]
    shut = {
        "method": "/pulumirpc.ResourceProvider/GetPluginInfo",
        "request": {},
        "errors": ["rpc error: code = Unknown"],
    }

    for line in (opened, shut):
        recorded = Recording(then.flow, (*then.lines[: number - 1], json.dumps(line)))
        assert len(await differences_in(recorded)) == 1


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: f"{flow.parent.name}-{flow.stem}")
def test_nothing_of_a_secret_a_machine_or_a_moment_stands_in_a_recording(flow: Path) -> None:
    text = "\n".join(recording(flow).lines)
    paths = {path for path in PATHS.findall(text) if not path.startswith("/pulumirpc.ResourceProvider/")}

    assert seen_in(text, *CANARIES) == set()
    assert "emulator-secret" not in text
    assert set(ADDRESSES.findall(text)) <= {SERVICE, ENGINE}
    assert paths <= {"/plugin", "/done"}
    assert set(TIMES.findall(text)) <= set(TIMES.findall(flow.read_text()))
    assert set(IDS.findall(text)) <= {REQUEST, *PULUMIS_OWN}


def test_what_the_engine_marks_as_secret_stands_in_no_recording() -> None:
    held = {
        json.dumps(each["value"])
        for flow in FLOWS
        for line in recording(flow).lines
        for each in _secrets(json.loads(line))
    }

    assert held == {'"[secret]"', '"*"'}


def test_the_recordings_hold_every_call_that_the_engine_makes_and_every_way_in_which_one_ends() -> None:
    calls = [json.loads(line) for flow in flows() for line in mine(flow.name).lines]
    ended = {(call["method"].rpartition("/")[2], "errors" in call) for call in calls}

    assert {name for name, _ in ended} == {
        *("Handshake", "GetPluginInfo", "GetSchema", "CheckConfig", "DiffConfig", "Configure", "Invoke"),
        *("Check", "Diff", "Create", "Read", "Update", "Delete", "Cancel"),
    }
    assert {name for name, fails in ended if fails} == {"Create", "Invoke", "Read", "Update"}
    assert any(call["response"].get("failures") for call in calls if call["method"].endswith("/Check"))
    assert any(call["response"].get("failures") for call in calls if call["method"].endswith("/CheckConfig"))


def test_every_version_that_was_released_has_left_its_recordings() -> None:
    """The next one records before its tag: see `replay.record`."""
    headings = re.findall(r"^## (\S+)(.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    released = {version for version, more in headings if "unreleased" not in more}

    assert released <= {flow.parent.name for flow in FLOWS}
    assert all(flow.with_suffix(".jsonl").exists() for flow in FLOWS)


def _secrets(value: object) -> list[dict[str, object]]:
    """Return everything in a document that is marked as secret."""
    if isinstance(value, dict):
        if "4dabf18193072939515e22adb298388d" in value:
            return [value]
        value = list(value.values())
    return [each for part in value for each in _secrets(part)] if isinstance(value, list) else []
