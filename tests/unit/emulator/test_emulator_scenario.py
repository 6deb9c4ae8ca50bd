"""Scenarios: what is understood, and what is said about what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ice_emulator import Fault, Key, Scenario, ScenarioError, Step, Task, Verbatim, Workflow
from ice_emulator.signature import DEFAULT_KEY
from ice_emulator.tasks import Started
from support.scenarios import BAD, FULL, TASK


def test_every_word_of_a_scenario_is_understood() -> None:
    scenario = Scenario.from_text(FULL)
    assert scenario.tasks == (
        Task(
            task_id="movie-1",
            workflow=Workflow(
                workflow_id="wf-1", name="A name", status="Active", type="Common", create_time="c", modified_time="m"
            ),
            task_input='{"Type":"Media","Media":["m-1"]}',
            user_data="as it is",
            create_time="2023-01-04T02:05:17Z",
            timeline=(
                Step(after=0, status="Init"),
                Step(
                    after=1.5,
                    status="Processing",
                    activity_results={"on": True, "1": "1:30", "when": "2023-01-04", "x": None},
                ),
                Step(calls=3, status="Succeed", activity_results="text", finish_time="f"),
            ),
        ),
        Task(task_id="movie-2", verbatim=Verbatim(body='{"RequestId":"r"}', status=404)),
    )
    assert scenario.workflows == {
        "wf-1": Started(workflow=Workflow(workflow_id="wf-1", name="A name"), timeline=(Step(after=0, status="Init"),))
    }
    assert scenario.faults == (
        Fault(kind="throttle", action="GetWorkflowTask", task_id="movie-1", calls=frozenset({2, 3})),
        Fault(kind="hang", action="GetWorkflowTask"),
        Fault(kind="close", action="GetWorkflowTask", share=0.25),
        Fault(kind="slow", action="ListWorkflowTasks", calls=frozenset({1})),
    )
    assert scenario.keys == (
        DEFAULT_KEY,
        Key(access_key="STS.one", secret_key="one", security_token="t", expires_after=60, denied=True),
        Key(access_key="reader", secret_key="two", denied_actions=frozenset({"ListWorkflowTasks"})),
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('{"tasks": [{"taskId": "\\ud83d\\ude00\\ud83c\\udfac", "answer": "x"}]}', "\U0001f600\U0001f3ac"),
        ('{"tasks": [{"taskId": "\\\\ud83d\\\\ude00", "answer": "x"}]}', "\\ud83d\\ude00"),
        ("tasks: [{taskId: '\\ud83d\\ude00', answer: x}]", "\\ud83d\\ude00"),
    ],
)
def test_a_letter_that_json_writes_in_two_halves_is_one(text: str, read: str) -> None:
    assert [task.task_id for task in Scenario.from_text(text).tasks] == [read]


def test_the_key_out_of_the_box_can_be_redefined() -> None:
    """To see what happens when it is denied."""
    (key,) = Scenario.from_text("keys: [{accessKey: emulator, secretKey: emulator-secret, denied: true}]").keys
    assert key.denied


def test_the_default_scenario_has_every_ending() -> None:
    last = {task.task_id: task.timeline[-1].status for task in Scenario.default().tasks}
    assert last == {
        "movie-1": "Succeed",
        "movie-failed": "Failed",
        "movie-canceled": "Canceled",
        "movie-endless": "Processing",
    }


def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(FULL, encoding="utf-8-sig")
    assert Scenario.load(file) == Scenario.load(str(file)) == Scenario.from_text(FULL)


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_an_error_gives_the_file_the_line_the_property_and_the_remedy(text: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_text(text, "s.yaml")
    sentence = str(caught.value)
    assert sentence.startswith(BAD[text])
    assert "; " in sentence
    assert "\n" not in sentence


def test_an_error_never_repeats_a_secret() -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_text("keys: [{accessKey: [canary-1], secretKey: canary-2, securityToken: {a: canary-3}}]")
    assert "canary" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError, match=r"nowhere\.yaml: this file cannot be read: No such file or directory; give"
    ):
        Scenario.load(tmp_path / "nowhere.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"tasks: \xe9")
    with pytest.raises(ScenarioError, match=r"latin\.yaml: this is not UTF-8 text; save it as UTF-8"):
        Scenario.load(tmp_path / "latin.yaml")


@pytest.mark.parametrize(("depth", "right"), [(97, True), (98, False), (100_000, False)])
def test_nesting_without_end_is_an_error_not_a_crash(depth: int, *, right: bool) -> None:
    text = TASK + "    userData: " + "[" * depth + "]" * depth
    if right:
        (task,) = Scenario.from_text(text).tasks
        assert task.user_data == "[" * depth + "]" * depth
        return
    with pytest.raises(ScenarioError, match=r"s\.yaml:5: the values are nested too deeply; flatten them"):
        Scenario.from_text(text, "s.yaml")


def test_aliases_that_unfold_without_end_are_an_error_not_a_crash() -> None:
    laughs = "".join(f"      - &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 10))
    with pytest.raises(ScenarioError, match="the aliases unfold to too many values; write them out"):
        Scenario.from_text(TASK + "    userData:\n      - &a0 x\n" + laughs)
    deep = "".join(f"      - &a{level} " + "[" * 50 + f"*a{level - 1}" + "]" * 50 + "\n" for level in range(1, 40))
    with pytest.raises(ScenarioError, match="the aliases unfold to too many values; write them out"):
        Scenario.from_text(TASK + "    userData:\n      - &a0 x\n" + deep)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(alphabet="aä1: -#'\"", max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["tasks", "taskId", "timeline", "after", "status", "faults", "kind"]), inner
            )
        ),
        max_leaves=12,
    )
)
def test_any_values_are_a_scenario_or_a_clear_error(value: object) -> None:
    mapping = value if isinstance(value, dict) else {"tasks": value}
    try:
        Scenario.from_mapping(mapping)
    except ScenarioError as error:
        assert "; " in str(error)  # noqa: PT017  # both outcomes are right
