"""The functions of `ice_dynamic` as any Python calls them: plain reads, typed as the generated SDK types them."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator

import pulumi_ice
import pytest
from pulumi.runtime import set_all_config

import ice_dynamic
from ice_dynamic import WorkflowTaskError
from ice_emulator import Emulator, Scenario
from ice_provider.rpc.values import SIGNATURE

RESULTS = {"Transcode": {"Status": "Succeed", "ActivityId": "Transcode", "Result": {"JobId": "job-1", "Height": 720}}}


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """The API, and the configuration that Pulumi gives to a program."""
    async with Emulator(Scenario()) as running:
        words = {"endpoint": running.endpoint, "protocol": "HTTP", "region": "cn-shanghai"}
        keys = {"accessKey": "emulator", "secretKey": "emulator-secret"}
        set_all_config({f"ice:{name}": value for name, value in {**words, **keys}.items()})
        yield running
        set_all_config({})


async def test_a_task_is_read_into_the_type_of_the_generated_sdk_and_can_be_awaited(emulator: Emulator) -> None:
    emulator.add_task({"taskId": "t-1", "timeline": [{"after": 0, "status": "Succeed", "activityResults": RESULTS}]})

    read = await asyncio.to_thread(ice_dynamic.get_workflow_task, task_id="t-1")

    assert isinstance(read, pulumi_ice.AwaitableGetWorkflowTaskResult)
    assert (read.status, read.succeeded, read.workflow) == ("Succeed", True, None)
    assert [(type(each), each.job_id) for each in read.activities or []] == [(pulumi_ice.outputs.Activity, "job-1")]
    assert (read.results or {})["Transcode"]["Result"]["Height"] == 720
    assert (await read).task_id == "t-1"


async def test_what_pulumi_would_take_for_its_own_mark_is_left_out_with_a_warning(
    emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    marked = {"Transcode": {"Status": "Succeed", "Result": {SIGNATURE: "anything"}}}
    emulator.add_task({"taskId": "t-1", "timeline": [{"after": 0, "status": "Succeed", "activityResults": marked}]})

    read = await asyncio.to_thread(ice_dynamic.get_workflow_task, task_id="t-1")

    assert read.results is None
    assert json.loads(read.activity_results or "") == marked
    assert "warning: left out results, activities: the service's answer holds words" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"waitTimeout": "soon"}, "ice:waitTimeout: must be a duration above zero"),
        (
            {"accessKey": "emulator", "secretKey": "emulator-secret"},
            "ice:region: is missing: pulumi config set ice:region",
        ),
    ],
    ids=["wrong", "missing"],
)
@pytest.mark.usefixtures("emulator")
async def test_a_setting_that_cannot_be_used_is_named_as_pulumi_config_has_it(
    monkeypatch: pytest.MonkeyPatch, config: dict[str, str], told: str
) -> None:
    for name in [name for name in os.environ if name.startswith("ALI")]:
        monkeypatch.delenv(name)
    set_all_config({f"ice:{name}": value for name, value in config.items()})

    with pytest.raises(WorkflowTaskError, match=f"^{told}"):
        await asyncio.to_thread(ice_dynamic.get_workflow_tasks)


@pytest.mark.usefixtures("emulator")
async def test_a_search_is_refused_in_the_words_of_the_program() -> None:
    with pytest.raises(WorkflowTaskError) as caught:
        await asyncio.to_thread(
            ice_dynamic.get_workflow_tasks,
            start_of_create_time="2026-01-02T00:00:00Z",
            end_of_create_time="2026-01-01T00:00:00Z",
        )

    assert str(caught.value) == "start_of_create_time: must not be later than end_of_create_time"
