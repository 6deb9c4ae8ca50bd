"""The program of the manifests for the Pulumi Kubernetes Operator, run as a workspace pod runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ice_provider.about import VERSION
from support.engine import SCRIPTS, finish, press_ctrl_c, read_until
from support.kubernetes import manifest, project_file

if TYPE_CHECKING:
    from e2e.conftest import Project
    from ice_emulator import Emulator

STACK = manifest("Stack")["spec"]
TASK = STACK["config"]["taskId"]
UP = ("up", "--yes", "--skip-preview", "--parallel", str(STACK["updateTemplate"]["spec"]["parallel"]))


async def test_a_pod_that_is_stopped_in_mid_wait_makes_nothing_and_the_next_one_takes_the_wait_up(
    project: Project, emulator: Emulator
) -> None:
    emulator.add_task({"taskId": TASK, "timeline": [{"after": 0, "status": "Processing"}]})
    pulumi = await project(name=STACK["programRef"]["name"])
    (pulumi.project / "Pulumi.yaml").write_text(project_file())
    await pulumi.done("plugin", "install", "resource", "ice", VERSION, "--file", str(SCRIPTS / "pulumi-resource-ice"))
    await pulumi.done("install")
    given = (f"{name}={value}" for name, value in STACK["config"].items())
    await pulumi.done("config", "set-all", *(word for each in given for word in ("--plaintext", each)))

    first = await pulumi.start(*UP)
    await read_until(first, "Processing")
    press_ctrl_c(first)

    assert (await finish(first)).code != 0
    assert "site" not in await pulumi.resources()

    emulator.set_status(TASK, "Succeed", {})
    await pulumi.done(*UP)
    assert await pulumi.outputs() == {"status": "Succeed", "workflowId": None}
    assert "site" in await pulumi.resources()
