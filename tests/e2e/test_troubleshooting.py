"""What Pulumi itself says of a plugin that is not installed, or not by Pulumi, is what the page on troubleshooting has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.engine import SCRIPTS, TOOLS
from support.pulumi_says import MESSAGES

if TYPE_CHECKING:
    from e2e.conftest import Project

GATE = """
resources:
  encoded:
    type: ice:WorkflowTaskGate
    properties: {taskId: movie-1}
"""
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    ("what", "environment"),
    [
        ("not installed", {"PATH": str(TOOLS)}),
        ("not published", {"PATH": str(TOOLS), "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "false", **OFFLINE}),
        ("on PATH", {"PATH": f"{TOOLS}:{SCRIPTS}"}),
    ],
)
async def test_pulumi_says_why_a_plugin_is_not_used_or_which_one_is(
    project: Project, what: str, environment: dict[str, str]
) -> None:
    pulumi = await project(GATE)
    manifest = pulumi.project / "Pulumi.yaml"
    manifest.write_text("\n".join(line for line in manifest.read_text().splitlines() if "plugins:" not in line))
    pulumi.more.update(environment)

    previewed = await pulumi.run("preview")

    assert MESSAGES[what].rstrip("…") in previewed.text
    assert (previewed.code == 0) == (what == "on PATH")
