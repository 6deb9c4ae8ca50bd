"""The fixture of pytest: there for whoever installs the package, free for whoever does not use it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ice_emulator import BackgroundEmulator, Scenario
from support.pytest_entry import declared_in

USES = """
import json, sys, urllib.request, urllib.error
import pytest

def test_importing_costs_nothing_before_the_fixture_is_used():
    heavy = {"aiohttp", "yaml", "ice_emulator.server", "ice_emulator.scenario", "ice_provider", "pulumi", "grpc"}
    assert heavy.isdisjoint(sys.modules)

def test_it_has_no_task_of_its_own(ice_emulator):
    assert ice_emulator.standings == []
    ice_emulator.add_task({"taskId": "t", "timeline": [{"after": 0, "status": "Init"}, {"after": 9, "status": "Failed"}]})
    assert ice_emulator.advance_task("t").status == "Failed"

def test_each_test_has_its_own(ice_emulator):
    assert (ice_emulator.standings, ice_emulator.calls) == ([], [])

def test_it_listens(ice_emulator):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(ice_emulator.url)
    with refused.value as answer:
        assert json.load(answer)["Code"] == "IncompleteSignature"
    assert [call.code for call in ice_emulator.calls] == ["IncompleteSignature"]

@pytest.mark.ice_emulator("scenario.yaml")
def test_it_plays_a_file_beside_the_test(ice_emulator):
    assert [standing.task_id for standing in ice_emulator.standings] == ["movie-1"]
    ice_emulator.advance_clock(4)
    assert ice_emulator.standing("movie-1").status == "Succeed"

@pytest.mark.ice_emulator({"tasks": []}, speed=10)
def test_it_takes_a_mapping_and_options(ice_emulator):
    assert ice_emulator.standings == []
"""
SCENARIO = """
tasks:
  - taskId: movie-1
    timeline: [{after: 0, status: Processing}, {after: 4, status: Succeed}]
"""


def test_whoever_installs_the_package_has_the_fixture_and_pays_for_it_when_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "test_uses.py").write_text(USES)
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-W",
        "error",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:asyncio",
        "--strict-markers",
    ]
    path = os.pathsep.join([str(declared_in(tmp_path / "site")), *sys.path])

    ended = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"{USES.count('def test_')} passed" in ended.stdout


def test_an_error_comes_out_where_the_call_was_made() -> None:
    with BackgroundEmulator(Scenario()) as emulator, pytest.raises(KeyError):
        emulator.advance_task("nobody")


def test_a_port_that_is_taken_is_told_and_leaves_no_thread() -> None:
    with BackgroundEmulator(Scenario()) as emulator:
        port = int(emulator.endpoint.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), BackgroundEmulator(Scenario(), port=port):
            pass
        assert [thread.name for thread in threading.enumerate()].count("ice-emulator") == 1


def test_whoever_waits_for_too_many_calls_is_told_how_many_came() -> None:
    with BackgroundEmulator(Scenario()) as emulator, pytest.raises(TimeoutError, match=r"0 calls in 0\.01 s, not 1"):
        emulator.until_called(1, within=0.01)


def test_whoever_uses_it_before_or_after_it_is_open_is_told_instead_of_waiting_for_ever() -> None:
    emulator = BackgroundEmulator(Scenario())
    with pytest.raises(RuntimeError, match="is not open: use it inside `with"):
        emulator.add_task({"taskId": "t", "timeline": [{"after": 0, "status": "Init"}]})
    with emulator:
        emulator.advance_clock(1)
    with pytest.raises(RuntimeError, match="is not open: use it inside `with"):
        emulator.until_called(1)


def test_it_can_be_opened_again_and_begins_anew() -> None:
    emulator = BackgroundEmulator(Scenario())
    for _ in range(2):
        with emulator:
            assert emulator.standings == []
            emulator.add_task({"taskId": "t", "timeline": [{"after": 0, "status": "Init"}]})
