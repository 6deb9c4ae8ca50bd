"""An upgrade: what an earlier version has left in a state is taken over as it is, and nothing is asked or waited for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ice_emulator import Emulator, Scenario
from support.engine import ROOT
from support.releases import PROGRAM, RECORDED, stack

RELEASES = sorted(path.parent for path in RECORDED.glob("*/state.json"))
EMPTY = Scenario.from_mapping({"tasks": []})  # a year later, when the service has forgotten them all


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
async def test_a_stack_of_an_earlier_version_shows_no_change_and_asks_nothing(release: Path, tmp_path: Path) -> None:
    recorded = json.loads((release / "state.json").read_text())["deployment"]["resources"]
    async with Emulator(EMPTY) as emulator:
        pulumi = await stack(tmp_path, (release / "program.yaml").read_text(), emulator.endpoint)
        await pulumi.done("stack", "import", "--file", str(release / "state.json"))

        for command in ("preview", "refresh", "up"):
            yes = () if command == "preview" else ("--yes", "--skip-preview")
            await pulumi.done(command, "--expect-no-changes", *yes)

        held = await pulumi.resources()
        for resource in recorded:
            if resource["type"].startswith("ice:"):
                name = resource["urn"].rpartition("::")[2]
                now = {each: value for each, value in held[name]["outputs"].items() if each != "userData"}
                assert now == {each: value for each, value in resource["outputs"].items() if each != "userData"}
        assert "http://example.com/done" in (await pulumi.outputs())["userData"]
        await pulumi.done("destroy", "--yes", "--skip-preview")
        assert emulator.calls == []


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
async def test_a_gate_of_an_earlier_version_is_judged_anew_on_what_that_version_recorded(
    release: Path, tmp_path: Path
) -> None:
    program = (release / "program.yaml").read_text()
    async with Emulator(EMPTY) as emulator:
        pulumi = await stack(tmp_path, program.replace("`2160`", "`4320`"), emulator.endpoint)
        await pulumi.done("stack", "import", "--file", str(release / "state.json"))

        outcome = await pulumi.run("up", "--yes", "--skip-preview")

        assert outcome.code != 0
        assert "film ended as Succeed, but" in outcome.text
        assert (await pulumi.resources())["film"]["inputs"]["condition"].endswith("`2160`")
        assert emulator.calls == []


def test_every_version_that_was_released_has_left_its_state_here() -> None:
    """The next one is recorded before its tag: see `support.releases`."""
    headings = re.findall(r"^## (\S+)(.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    released = {version for version, more in headings if "unreleased" not in more}

    assert released <= {release.name for release in RELEASES}


def test_the_next_recording_holds_every_kind_of_resource() -> None:
    tokens = json.loads((ROOT / "provider" / "schema.json").read_text())["resources"]

    recorded = set(re.findall(r"ice:(\w+)", PROGRAM.read_text()))

    assert recorded == {token.rpartition(":")[2] for token in tokens}
