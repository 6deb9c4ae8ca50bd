"""A gate under Pulumi's own options and commands, on the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from e2e.conftest import Project
    from ice_emulator import Emulator
    from support.engine import Pulumi

UP = ("up", "--yes", "--skip-preview")


def gate(*, options: Mapping[str, object] | None = None, **properties: object) -> dict[str, object]:
    """Return a gate as YAML has it."""
    spec: dict[str, object] = {"type": "ice:WorkflowTaskGate", "properties": {"taskId": "movie-1", **properties}}
    return {**spec, "options": options} if options else spec


def program(**resources: object) -> str:
    """Return a YAML program of these resources."""
    return yaml.safe_dump({"resources": resources}, sort_keys=False)


def rewrite(pulumi: Pulumi, **resources: object) -> None:
    """Give a project other resources."""
    path = pulumi.project / "Pulumi.yaml"
    kept = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**kept, "resources": resources}, sort_keys=False))


@pytest.fixture(autouse=True)
def tasks(emulator: Emulator) -> None:
    """`movie-1` and `movie-2` have ended well, `movie-bad` has failed."""
    emulator.set_status("movie-1", "Succeed", {"Transcode": {"Status": "Succeed", "Result": {"height": 2160}}})
    emulator.add_task({"taskId": "movie-2", "timeline": [{"after": 0, "status": "Succeed"}]})
    emulator.add_task({"taskId": "movie-bad", "timeline": [{"after": 0, "status": "Failed"}]})


async def test_status_lists_and_condition_are_judged_in_place_without_a_call(
    project: Project, emulator: Emulator
) -> None:
    pulumi = await project(program(encoded=gate()))
    await pulumi.done(*UP)
    before, calls = (await pulumi.resources())["encoded"], len(emulator.calls)

    rewrite(pulumi, encoded=gate(condition="results.Transcode.Result.height >= `2160`", successStatuses=["Succeed"]))
    printed = await pulumi.done(*UP)

    after = (await pulumi.resources())["encoded"]
    assert "~ 1 updated" in printed
    assert (after["id"], len(emulator.calls)) == (before["id"], calls)
    assert after["inputs"]["successStatuses"] == ["Succeed"]


async def test_a_condition_that_the_recorded_task_misses_fails_and_the_old_state_stays(project: Project) -> None:
    pulumi = await project(program(encoded=gate()))
    await pulumi.done(*UP)

    rewrite(pulumi, encoded=gate(condition="results.Transcode.Result.height > `2160`"))
    ended = await pulumi.run(*UP)

    assert ended.code != 0
    assert "ended as Succeed, but does not meet the condition of this gate" in ended.text
    assert (await pulumi.resources())["encoded"]["inputs"] == {"taskId": "movie-1"}


async def test_a_trigger_reads_the_task_again_in_place(project: Project, emulator: Emulator) -> None:
    pulumi = await project(program(encoded=gate(triggers={"night": 1})))
    await pulumi.done(*UP)
    calls = len(emulator.calls)

    rewrite(pulumi, encoded=gate(triggers={"night": 2}))
    printed = await pulumi.done(*UP)

    assert "~ 1 updated" in printed
    assert len(emulator.calls) == calls + 1


@pytest.mark.parametrize("change", [{"taskId": "movie-2"}, {"triggers": {"night": 2}}], ids=["taskId", "triggers"])
async def test_who_wants_a_new_gate_says_replace_on_changes(project: Project, change: dict[str, object]) -> None:
    options = {"replaceOnChanges": ["taskId", "triggers"]}
    pulumi = await project(program(encoded=gate(triggers={"night": 1}, options=options)))
    await pulumi.done(*UP)
    before = (await pulumi.resources())["encoded"]["id"]

    rewrite(pulumi, encoded=gate(**{"triggers": {"night": 1}, **change}, options=options))
    printed = await pulumi.done(*UP)

    assert "+-1 replaced" in printed
    assert (await pulumi.resources())["encoded"]["id"] != before


async def test_a_change_that_is_ignored_waits_for_nothing(project: Project, emulator: Emulator) -> None:
    pulumi = await project(program(encoded=gate()))
    await pulumi.done(*UP)
    calls = len(emulator.calls)

    rewrite(pulumi, encoded=gate(taskId="movie-bad", options={"ignoreChanges": ["taskId"]}))

    assert "2 unchanged" in await pulumi.done(*UP)
    assert len(emulator.calls) == calls


async def test_a_longer_limit_is_recorded_and_waits_for_nothing(project: Project, emulator: Emulator) -> None:
    pulumi = await project(program(encoded=gate(waitTimeout="30m")))
    await pulumi.done(*UP)
    calls = len(emulator.calls)

    rewrite(pulumi, encoded=gate(waitTimeout="1h"))
    await pulumi.done(*UP)

    assert (await pulumi.resources())["encoded"]["inputs"]["waitTimeout"] == "1h"
    assert len(emulator.calls) == calls


async def test_a_protected_gate_takes_another_task_and_refuses_to_be_destroyed(project: Project) -> None:
    pulumi = await project(program(encoded=gate(options={"protect": True})))
    await pulumi.done(*UP)

    rewrite(pulumi, encoded=gate(taskId="movie-2", options={"protect": True}))
    await pulumi.done(*UP)
    destroyed = await pulumi.run("destroy", "--yes")

    assert destroyed.code != 0
    assert (await pulumi.resources())["encoded"]["outputs"]["taskId"] == "movie-2"


async def test_a_gate_is_forgotten_without_a_call_whatever_becomes_of_the_keys(
    project: Project, emulator: Emulator
) -> None:
    pulumi = await project(program(encoded=gate(options={"retainOnDelete": True}), second=gate()))
    await pulumi.done(*UP)
    calls = len(emulator.calls)

    await pulumi.done("config", "rm", "ice:accessKey")
    await pulumi.done("config", "rm", "ice:secretKey")
    await pulumi.done("refresh", "--yes", "--expect-no-changes")
    await pulumi.done("destroy", "--yes")

    assert await pulumi.resources() == {}
    assert len(emulator.calls) == calls


async def test_up_with_refresh_finds_nothing_to_do(project: Project, emulator: Emulator) -> None:
    pulumi = await project(program(encoded=gate()))
    await pulumi.done(*UP)
    emulator.remove_task("movie-1")

    assert "2 unchanged" in await pulumi.done("up", "--yes", "--refresh", "--expect-no-changes")


async def test_target_on_a_dependent_uses_what_the_gate_has_recorded(project: Project) -> None:
    """The engine's break-glass: it asks no provider, so no provider can close it."""
    site = {"type": "pulumi:index:Stash", "properties": {"input": 1}, "options": {"dependsOn": ["${encoded}"]}}
    pulumi = await project(program(encoded=gate(), site=site))
    await pulumi.done(*UP)

    rewrite(pulumi, encoded=gate(taskId="movie-bad"), site={**site, "properties": {"input": 2}})
    targeted = await pulumi.run(*UP, "--target", "**site")

    assert targeted.code == 0, targeted.text
    assert (await pulumi.resources())["encoded"]["outputs"]["taskId"] == "movie-1"


async def test_continue_on_error_still_makes_nothing_behind_a_gate_that_is_shut(project: Project) -> None:
    site = {"type": "pulumi:index:Stash", "properties": {"input": 1}, "options": {"dependsOn": ["${encoded}"]}}
    other = {"type": "pulumi:index:Stash", "properties": {"input": 1}}
    pulumi = await project(program(encoded=gate(taskId="movie-bad"), site=site, other=other))

    await pulumi.run(*UP, "--continue-on-error")

    assert {"encoded", "site"} & (await pulumi.resources()).keys() == set()


async def test_a_gate_under_an_explicit_provider_in_another_region_says_where_it_read(
    project: Project, emulator: Emulator
) -> None:
    config = {
        "endpoint": emulator.endpoint,
        "protocol": "HTTP",
        "accessKey": "emulator",
        "secretKey": "emulator-secret",
    }
    elsewhere = {"type": "pulumi:providers:ice", "properties": {**config, "region": "us-west-1"}}
    chosen = gate(options={"provider": "${elsewhere}"})
    pulumi = await project(program(elsewhere=elsewhere, encoded=chosen, second=gate()))

    await pulumi.done(*UP)

    held = await pulumi.resources()
    assert [held[name]["outputs"]["region"] for name in ("encoded", "second")] == ["us-west-1", "cn-shanghai"]
    stored = "".join(path.read_text() for path in (pulumi.home / "state").rglob("*.json"))
    assert "emulator-secret" not in stored


async def test_a_provider_that_moves_to_another_region_reads_the_task_there_in_place(
    project: Project, emulator: Emulator
) -> None:
    pulumi = await project(program(encoded=gate()))
    await pulumi.done(*UP)
    before, calls = (await pulumi.resources())["encoded"], len(emulator.calls)

    await pulumi.done("config", "set", "ice:region", "cn-beijing")
    printed = await pulumi.done(*UP)

    after = (await pulumi.resources())["encoded"]
    assert "the provider moved from cn-shanghai to cn-beijing: the task is read there" in printed
    assert "~ 1 updated" in printed
    assert (after["id"], after["outputs"]["region"]) == (before["id"], "cn-beijing")
    assert len(emulator.calls) == calls + 1
    assert "2 unchanged" in await pulumi.done(*UP)


async def test_a_task_id_that_only_up_will_know_is_not_read_in_preview(project: Project, emulator: Emulator) -> None:
    emulator.set_status("movie-1", "Processing")
    first = gate(waitTimeout="1h")
    second = {"type": "ice:WorkflowTaskGate", "properties": {"taskId": "${encoded.taskInput}"}}
    pulumi = await project(program(encoded=first, second=second))

    printed = await pulumi.done("preview")

    assert "+ 3 to create" in printed
    assert {call.task_id for call in emulator.calls} == {"movie-1"}


async def test_get_adopts_a_task_that_ended_well_and_refuses_another(project: Project) -> None:
    adopted = {"type": "ice:WorkflowTaskGate", "get": {"id": "movie-1"}}
    pulumi = await project(
        yaml.safe_dump({"resources": {"encoded": adopted}, "outputs": {"status": "${encoded.status}"}})
    )
    await pulumi.done(*UP)
    assert await pulumi.outputs() == {"status": "Succeed"}

    rewrite(pulumi, encoded={**adopted, "get": {"id": "movie-bad"}})
    refused = await pulumi.run(*UP)

    assert refused.code != 0
    assert "workflow task movie-bad failed: the service gave no reason" in refused.text


async def test_a_second_stack_reads_what_the_first_has_published(project: Project) -> None:
    outputs = {"status": "${encoded.status}", "results": "${encoded.results}"}
    first = await project(yaml.safe_dump({"resources": {"encoded": gate()}, "outputs": outputs}), name="first")
    await first.done(*UP)
    reference = {"type": "pulumi:pulumi:StackReference", "properties": {"name": "organization/first/dev"}}
    told = {"status": '${upstream.outputs["status"]}', "results": '${upstream.outputs["results"]}'}

    second = await project(yaml.safe_dump({"resources": {"upstream": reference}, "outputs": told}), name="second")
    await second.done(*UP)

    assert await second.outputs() == await first.outputs()


async def test_outputs_that_a_task_does_not_have_leave_later_previews_clean(project: Project) -> None:
    site = {"type": "pulumi:index:Stash", "properties": {"input": {"workflow": "${encoded.workflowId}"}}}
    pulumi = await project(program(encoded=gate(taskId="movie-2"), site=site))
    await pulumi.done(*UP)

    assert "3 unchanged" in await pulumi.done("preview", "--expect-no-changes")
    assert "3 unchanged" in await pulumi.done("refresh", "--yes", "--expect-no-changes")
    assert "3 unchanged" in await pulumi.done("preview", "--expect-no-changes")
