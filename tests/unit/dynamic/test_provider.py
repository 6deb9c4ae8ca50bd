"""What Pulumi's calls to a dynamic gate bring, as far as nobody has to be asked."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import Unknown

from ice_dynamic.provider import CODE, URN, GateProvider

GROUP = GateProvider("ice:index:WorkflowTaskGroupGate")
OURS = {CODE: "code", URN: "urn:pulumi:dev::films::type::season"}


def test_a_set_is_brought_into_order_and_what_is_pulumis_own_stays() -> None:
    checked = GROUP.check({}, {**OURS, "taskIds": ["t-2", "t-1", "t-2"]})

    assert checked.failures == []
    assert checked.inputs == {**OURS, "taskIds": ["t-1", "t-2"]}


@pytest.mark.parametrize("part", [{"taskIds": Unknown()}, {"taskIds": ["t-2", Unknown(), "t-1"]}])
def test_what_is_not_known_yet_is_no_mistake_and_stays_as_it_is(part: dict[str, Any]) -> None:
    checked = GROUP.check({}, {**OURS, **part, "minSucceeded": 2, "triggers": {"release": [Unknown()]}})

    assert checked.failures == []
    assert checked.inputs["taskIds"] is part["taskIds"]


def test_every_mistake_is_named_as_the_program_writes_it() -> None:
    checked = GROUP.check({}, {**OURS, "taskIds": ["t-1"], "minSucceeded": 2, "successStatuses": ["Succeed", 7]})

    assert {each.property for each in checked.failures} == {"min_succeeded", "success_statuses[1]"}


def test_a_recorded_gate_is_read_as_it_was_recorded_and_deleted_without_a_call() -> None:
    recorded = {"statuses": {"t-1": "Succeed"}, "succeededTaskIds": ["t-1"], "failedTaskIds": [], "failedTasks": []}
    props = {**OURS, "taskIds": ["t-1"], **recorded}

    assert GROUP.read("id", props).outs == props
    GROUP.delete("id", props)
