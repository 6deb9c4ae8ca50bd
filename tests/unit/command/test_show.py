"""What is told of a task above its bars."""

from __future__ import annotations

from ice_gate.show import _facts
from ice_provider.model import Workflow
from support.cloud import task


def test_a_region_is_called_a_workflow_only_beside_one() -> None:
    """The service does not tell the workflow of every task."""
    named = task("Succeed", workflow=Workflow(workflow_id="wf-1", name="Nightly"))

    assert ("workflow", "Nightly (wf-1), cn-shanghai") in _facts(named, "cn-shanghai")
    assert ("region", "cn-shanghai") in _facts(task("Succeed", workflow=None), "cn-shanghai")
    assert ("workflow", "Nightly (wf-1)") in _facts(named, None)
