"""Scenarios: what is understood, and what is said about what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ice_emulator import Fault, Key, Scenario, ScenarioError, Step, Task, Verbatim, Workflow
from ice_emulator.signature import DEFAULT_KEY

FULL = """
tasks:
  - taskId: movie-1
    workflow: {workflowId: wf-1, name: A name, status: Active, type: Common, createTime: c, modifiedTime: m}
    taskInput: {Type: Media, Media: [m-1]}
    userData: as it is
    createTime: 2023-01-04T02:05:17Z
    timeline:
      - {after: 0, status: Init}
      - {after: 1.5, status: Processing, activityResults: {on: true, 1: 1:30, when: 2023-01-04, x: ~}}
      - {calls: 3, status: Succeed, activityResults: "text", finishTime: f}
  - taskId: movie-2
    answer: {RequestId: r}
    httpStatus: 404
faults:
  - {action: GetWorkflowTask, taskId: movie-1, calls: [2, 3], kind: throttle}
  - {kind: hang, calls: all}
  - {action: ListWorkflowTasks, calls: 1, kind: slow}
keys:
  - {accessKey: STS.one, secretKey: one, securityToken: t, denied: true}
  - {accessKey: reader, secretKey: two, deniedActions: [ListWorkflowTasks]}
"""


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
    assert scenario.faults == (
        Fault(kind="throttle", action="GetWorkflowTask", task_id="movie-1", calls=frozenset({2, 3})),
        Fault(kind="hang", action="GetWorkflowTask"),
        Fault(kind="slow", action="ListWorkflowTasks", calls=frozenset({1})),
    )
    assert scenario.keys == (
        DEFAULT_KEY,
        Key(access_key="STS.one", secret_key="one", security_token="t", denied=True),
        Key(access_key="reader", secret_key="two", denied_actions=frozenset({"ListWorkflowTasks"})),
    )


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


TASK = "tasks:\n  - taskId: t\n    timeline:\n      - {after: 0, status: Init}\n"

BAD = {
    "": "s.yaml: the scenario is empty; write `tasks:` and a list of tasks, each with a taskId and a timeline",
    "tasks: ]": "s.yaml:1: this is not valid YAML: ",
    "a: 1\n b: 2\n": "s.yaml:2: this is not valid YAML: ",
    "a: 1\n---\nb: 2\n": "s.yaml:2: this is not valid YAML: ",
    "tasks: \x07": "s.yaml: this is not valid YAML: it holds characters",
    "- taskId: t": "s.yaml:1: a list stands where a mapping belongs; write a mapping with faults, keys, tasks, variants",
    "\ntask: []": "s.yaml:2: task: this key is not known; did you mean 'tasks'?",
    "zzzzzz: []": "s.yaml:1: zzzzzz: this key is not known; known here: faults, keys, tasks, variants",
    "tasks: {}": "s.yaml:1: tasks: a mapping stands where a list belongs; start each item with a dash",
    "tasks:\n  - movie": "s.yaml:2: tasks[0]: a text stands where a mapping belongs; write a mapping with answer, ",
    "tasks:\n  -\n": "s.yaml:2: tasks[0]: nothing stands where a mapping belongs; write a mapping with answer, ",
    "tasks:\n  - timeline: []": "s.yaml:2: tasks[0].taskId: this is missing; add `taskId:` with a text",
    "tasks:\n  - taskId: 5": "s.yaml:2: tasks[0].taskId: the number 5 stands where a text belongs; put the value in quotes",
    "tasks:\n  - taskId: true": "s.yaml:2: tasks[0].taskId: a truth value stands where a text belongs; put the value in",
    "tasks:\n  - taskId: t": "s.yaml:2: tasks[0].timeline: this is missing; add `timeline:` with steps such as {after: 0",
    "tasks:\n  - taskId: t\n    taskID: u": "s.yaml:3: tasks[0].taskID: this key is not known; did you mean 'taskId'?",
    "tasks:\n  - taskId: t\n    taskId: u": "s.yaml:3: tasks[0].taskId: this key stands here twice; keep one of the two",
    TASK + "  - taskId: t\n    answer: {}": "s.yaml:5: tasks[1].taskId: there are two tasks 't'; give each its own ID",
    TASK
    + "    workflow: wf-1": "s.yaml:5: tasks[0].workflow: a text stands where a mapping belongs; write a mapping with",
    TASK
    + "    workflow: {id: wf-1}": "s.yaml:5: tasks[0].workflow.id: this key is not known; did you mean 'workflowId'?",
    TASK
    + "    userData: 5": "s.yaml:5: tasks[0].userData: the number 5 stands where JSON belongs; write a mapping or a",
    TASK
    + "    httpStatus: 500": "s.yaml:5: tasks[0].httpStatus: only a task with an answer has a status; add `answer:`",
    TASK
    + "    answer: {}": "s.yaml:3: tasks[0].timeline: a task with an answer has nothing else, because the answer goes",
    "tasks: [{taskId: t, answer: {}, httpStatus: 99}]": "s.yaml:1: tasks[0].httpStatus: 99 is not the status of an answer;",
    "tasks: [{taskId: t, answer: {}, httpStatus: 600}]": "s.yaml:1: tasks[0].httpStatus: 600 is not the status of an",
    "tasks:\n  - taskId: t\n    timeline: []": "s.yaml:3: tasks[0].timeline: there are no steps; add steps such as {after:",
    TASK + "      - {after: 1}": "s.yaml:5: tasks[0].timeline[1].status: this is missing; add `status:` with a text",
    TASK
    + "      - {status: Init}": "s.yaml:5: tasks[0].timeline[1]: a step needs one of after and calls; write `after:`",
    TASK
    + "      - {after: 1, calls: 1, status: A}": "s.yaml:5: tasks[0].timeline[1]: a step needs one of after and calls;",
    TASK
    + "      - {after: -1, status: A}": "s.yaml:5: tasks[0].timeline[1].after: the number -1 stands where a number",
    TASK
    + "      - {after: 1s, status: A}": "s.yaml:5: tasks[0].timeline[1].after: a text stands where a number belongs;",
    TASK
    + "      - {after: true, status: A}": "s.yaml:5: tasks[0].timeline[1].after: a truth value stands where a number",
    TASK + "      - {calls: 0, status: A}": "s.yaml:5: tasks[0].timeline[1].calls: the number 0 stands where a count",
    TASK
    + "      - {calls: 1.5, status: A}": "s.yaml:5: tasks[0].timeline[1].calls: the number 1.5 stands where a count",
    TASK + "      - {after: 2, status: A}\n      - {after: 1, status: B}": (
        "s.yaml:6: tasks[0].timeline[2].after: 1 does not come after 2, which stands above it; put the steps into their"
    ),
    TASK + "      - {after: 0.0, status: A}": "s.yaml:5: tasks[0].timeline[1].after: 0 does not come after 0, which",
    TASK + "      - {calls: 2, status: A}\n      - {after: 1, status: B}\n      - {calls: 2, status: C}": (
        "s.yaml:7: tasks[0].timeline[3].calls: 2 does not come after 2, which stands above it; put the steps into"
    ),
    TASK + "      - {after: 1, status: Failed}\n      - {after: 2, status: Succeed}": (
        "s.yaml:6: tasks[0].timeline[2]: the task has ended with Failed, so nothing follows; make Failed the last step"
    ),
    TASK
    + "      - {after: 1, status: A, activityResults: 7}": "s.yaml:5: tasks[0].timeline[1].activityResults: the number",
    TASK + "      - {after: .inf, status: A}": "s.yaml:5: tasks[0].timeline[1].after: a text stands where a number",
    TASK
    + "      - {after: 1e999, status: A}": "s.yaml:5: tasks[0].timeline[1].after: '1e999' has no counterpart in JSON;",
    TASK
    + "    userData: !!binary aGk=": "s.yaml:5: tasks[0].userData: 'aGk=' has no counterpart in JSON; put it in quotes",
    TASK + "    userData: &me [*me]": "s.yaml:5: tasks[0].userData[0]: this refers to itself; write the value out",
    TASK + "    userData: {? [a] : b}": "s.yaml:5: tasks[0].userData: a key must be text; put the key in quotes",
    TASK + '    userData: "\\uD800"': "s.yaml:5: ",
    TASK
    + "faults:\n  - {kind: throtle}": "s.yaml:6: faults[0].kind: 'throtle' is not known here; did you mean 'throttle'?",
    TASK + "faults:\n  - {calls: 1}": "s.yaml:6: faults[0].kind: this is missing; add `kind:` with one of badGateway,",
    TASK + "faults:\n  - {kind: hang, taskId: u}": "s.yaml:6: faults[0].taskId: there is no task 'u'; known here: t",
    "faults:\n  - {kind: hang, taskId: u}": "s.yaml:2: faults[0].taskId: there is no task 'u'; remove it",
    "faults: [{kind: hang, action: StartWorkflow}]": "s.yaml:1: faults[0].action: 'StartWorkflow' is not known here;",
    TASK + "faults:\n  - {kind: hang, action: ListWorkflowTasks, taskId: t}": (
        "s.yaml:6: faults[0].taskId: ListWorkflowTasks is about no single task; remove it, or name another action"
    ),
    "faults: [{kind: hang, calls: [0]}]": "s.yaml:1: faults[0].calls: the number 0 stands where a count belongs; write",
    "faults: [{kind: hang, calls: some}]": "s.yaml:1: faults[0].calls: a text stands where a count belongs; write whole",
    "keys:\n  - {accessKey: LTAI4FakeFakeFake, secretKey: s}": (
        "s.yaml:2: keys[0].accessKey: this looks like a key of the real service, which must not stand in a file; delete"
    ),
    "keys:\n  - {accessKey: k}": "s.yaml:2: keys[0].secretKey: this is missing; add `secretKey:` with a text",
    "keys: [{accessKey: k, secretKey: s}, {accessKey: k, secretKey: s}]": "s.yaml:1: keys[1].accessKey: there are two keys",
    "keys: [{accessKey: k, secretKey: s, denied: 'yes'}]": "s.yaml:1: keys[0].denied: a text stands where a truth value",
    "keys: [{accessKey: k, secretKey: s, deniedActions: [GetWorkflowTasks]}]": (
        "s.yaml:1: keys[0].deniedActions: 'GetWorkflowTasks' is not known here; did you mean 'GetWorkflowTask'?"
    ),
    "keys: [{accessKey: k, secretKey: s, deniedActions: {}}]": (
        "s.yaml:1: keys[0].deniedActions: a mapping is not known here; known here: GetWorkflowTask, ListWorkflowTasks"
    ),
    "variants: {taskNotKnown: notfound}": "s.yaml:1: variants.taskNotKnown: 'notfound' is not known here; did you mean",
    "variants: {expiredToken: 404}": "s.yaml:1: variants.expiredToken: '404' is not known here; did you mean '403'?",
    "variants: {tasknotknown: nullTask}": "s.yaml:1: variants.tasknotknown: this key is not known; did you mean 'taskNotK",
    "variants: {finishTime: true}": "s.yaml:1: variants.finishTime: a truth value is not known here; known here: absent,",
}


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
