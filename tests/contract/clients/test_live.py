"""`make live`, tried on an emulator: it settles what is so there, and what it writes down holds nothing of the account."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from ice_emulator import VARIANTS, Emulator, Scenario
from live import facts, recordings
from live.facts import Finding
from live.sanitising import Sanitiser
from support.clients import Access
from support.engine import ROOT
from support.secrets import KEY_ID, SECRET, TOKEN, seen_in

CANARIES = ("canaryhidrv", "kanarienvogel", "geheimzeichen", "privatissimo")
EXPIRED = {"accessKey": "STS.gone", "secretKey": "gone", "securityToken": "gone"}
SCENARIO: dict[str, Any] = {
    "keys": [{"accessKey": KEY_ID, "secretKey": SECRET, "securityToken": TOKEN}, EXPIRED],
    "tasks": [
        {
            "taskId": f"{CANARIES[0]}-{status}",
            "workflow": {"workflowId": CANARIES[1], "name": f"The film of {CANARIES[1]}", "status": "Active"},
            "taskInput": {"Type": "OSS", "Media": f"oss://{CANARIES[2]}/film.mp4"},
            "userData": {"NotifyAddress": f"http://example.com/{CANARIES[3]}"},
            "timeline": [
                {
                    "after": 0,
                    "status": status,
                    "activityResults": {
                        f"{CANARIES[1]}_1": {"Status": status, "Result": {"JobId": CANARIES[2], "Size": 123456789}},
                        "KanarienvogelGmbH": {
                            "Status": "Privatissimo",
                            "Result": {"GeheimZeichen": 987, "Type": "Privatissimo", "Status": "Init", "Share": 0.987},
                        },
                    },
                }
            ],
        }
        for status in ("Processing", "Succeed", "Failed")
    ],
    "faults": [{"action": "ListWorkflowTasks", "calls": 2, "kind": "expiredToken"}],
}


def access_to(emulator: Emulator, **key: str) -> Access:
    key = key or {"accessKey": KEY_ID, "secretKey": SECRET, "securityToken": TOKEN}
    return Access(endpoint=emulator.endpoint, protocol="HTTP", **key)


async def found_at(emulator: Emulator) -> list[Finding]:
    async with aiohttp.ClientSession() as session:
        here = await facts.site(session, access_to(emulator), access_to(emulator, **EXPIRED))
        return await facts.findings(here)


@pytest.mark.parametrize(("axis", "value"), [(axis, value) for axis in VARIANTS for value in VARIANTS[axis]])
async def test_every_variant_of_the_emulator_is_told_from_the_others(axis: str, value: str) -> None:
    async with Emulator(Scenario.from_mapping({**SCENARIO, "variants": {axis: value}})) as emulator:
        found = await found_at(emulator)

    assert {finding.axis: finding.value for finding in found if finding.axis} == {
        **{each: values[0] for each, values in VARIANTS.items()},
        axis: value,
    }


async def test_what_an_empty_account_cannot_settle_stays_open() -> None:
    async with Emulator(Scenario.from_mapping({**SCENARIO, "tasks": [], "faults": []})) as emulator:
        found = await found_at(emulator)

    assert {finding.axis for finding in found if finding.value} == {"taskNotKnown"}


async def test_a_recording_holds_nothing_of_the_account_but_the_form_of_its_answers(tmp_path: Path) -> None:
    async with Emulator(Scenario.from_mapping(SCENARIO)) as emulator:
        file = recordings.write(await found_at(emulator), emulator.endpoint, (SECRET, TOKEN, KEY_ID), tmp_path)

    body = file.read_text().partition("\n")[2]  # below the endpoint, whose port may be any number
    assert seen_in([file], SECRET, TOKEN, KEY_ID) == set()
    assert [each for each in (*CANARIES, "123456789", "987") if each in body.lower()] == []
    assert '\\"Status\\": \\"Failed\\"' in body
    assert '\\"Status\\": \\"Init\\"' not in body, "a word in a Result is the account's"


def test_a_name_that_the_api_does_not_have_is_the_same_made_up_one_in_all_answers() -> None:
    sanitiser = Sanitiser()

    first = sanitiser.clean('{"WorkflowTask": {"Cutting": {"Status": "Succeed"}, "Mixing": 7}}')
    second = sanitiser.clean('{"Mixing": {"Cutting": 1.5, "Type": "Unheard", "Code": "Of.Us", "Zeit": "🐤 é9"}}')

    assert json.loads(first) == {"WorkflowTask": {"name1": {"Status": "Succeed"}, "name2": 0}}
    assert json.loads(second) == {"name2": {"name1": 0.0, "Type": "xxxxxxx", "Code": "xx.xx", "name3": "x x0"}}


@pytest.mark.parametrize("told", VARIANTS["taskNotKnown"])
async def test_a_recording_stands_in_for_the_service_that_it_was_made_of(tmp_path: Path, told: str) -> None:
    variants = {"taskNotKnown": told, "activityResults": "resultAsText", "finishTime": "empty"}
    async with Emulator(Scenario.from_mapping({**SCENARIO, "variants": variants})) as emulator:
        first = await found_at(emulator)
        file = recordings.write(first, emulator.endpoint, (), tmp_path)
    recorded = Scenario.load(file)
    keys = Scenario.from_mapping(SCENARIO).keys

    async with Emulator(replace(recorded, keys=keys, faults=Scenario.from_mapping(SCENARIO).faults)) as emulator:
        again = await found_at(emulator)

    settled = {finding.axis: finding.value for finding in first if finding.axis}
    assert {finding.axis: finding.value for finding in again if finding.axis} == settled


async def test_what_would_hold_a_key_is_not_written(tmp_path: Path) -> None:
    async with Emulator(Scenario.from_mapping(SCENARIO)) as emulator:
        found = await found_at(emulator)

        with pytest.raises(recordings.Leak, match="was not written"):
            recordings.write(found, f"{SECRET}.example.com", (SECRET,), tmp_path)

    assert list(tmp_path.iterdir()) == []


async def live(*words: str, **variables: str) -> tuple[int | None, str, str]:
    """Run the command as `make live` does."""
    foreign = ("ALICLOUD", "ALIBABA", "CI", "ICE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "live", *words)
    path = os.pathsep.join([str(ROOT / "tests"), kept.get("PYTHONPATH", "")])
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env={**kept, "PYTHONPATH": path, **variables}, stdout=pipe, stderr=pipe
    )
    said, complained = await process.communicate()
    return process.returncode, said.decode(), complained.decode()


KEYS = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID,
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET,
    "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN,
}


@pytest.mark.timeout(300)  # the first use of a client sets it up
async def test_it_prints_what_is_kept_and_settled_and_no_secret(tmp_path: Path) -> None:
    async with Emulator(Scenario.from_mapping({**SCENARIO, "faults": []})) as emulator:
        words = ("--endpoint", emulator.endpoint, "--protocol", "HTTP", "--recordings", str(tmp_path))

        code, said, complained = await live(*words, **KEYS)

    (file,) = tmp_path.iterdir()
    assert (code, complained) == (0, ""), said
    assert "BROKEN" not in said
    assert "settled  What is said about a task that is not known? 404 ResourceNotFound [taskNotKnown: notFound]" in said
    assert f"ice-emulator --scenario {file}" in said
    assert seen_in(said + file.read_text(), SECRET, TOKEN, KEY_ID) == set()


async def test_a_broken_promise_is_told_and_ends_with_an_error(tmp_path: Path) -> None:
    async with Emulator(Scenario.from_mapping({**SCENARIO, "faults": [{"kind": "signatureMismatch"}]})) as emulator:
        words = ("--endpoint", emulator.endpoint, "--protocol", "HTTP", "--recordings", str(tmp_path))

        code, said, complained = await live(*words, **KEYS)

    assert (code, complained) == (1, "")
    assert "BROKEN, is understood whatever the id, " in said
    assert seen_in(said, SECRET, TOKEN) == set()
    assert KEY_ID not in said


@pytest.mark.parametrize("variables", [{}, {"ALIBABA_CLOUD_REGION_ID": "cn-shanghai"}, KEYS], ids=str)
async def test_without_credentials_one_sentence_says_what_it_needs(variables: dict[str, str]) -> None:
    code, said, complained = await live(**variables)

    assert (code, said, complained.count("\n")) == (2, "", 1)
    assert complained.startswith("make live needs a key of the real service")


async def test_it_does_not_run_on_ci() -> None:
    code, said, complained = await live(CI="true", ALIBABA_CLOUD_REGION_ID="cn-shanghai", **KEYS)

    assert (code, said) == (2, "")
    assert "not for CI" in complained


async def test_a_service_that_cannot_be_reached_is_told_without_a_traceback() -> None:
    code, _, complained = await live("--endpoint", "127.0.0.1:9", "--protocol", "HTTP", **KEYS)

    assert (code, complained.count("\n")) == (1, 1)
    assert complained.startswith("127.0.0.1:9 cannot be reached: ")
