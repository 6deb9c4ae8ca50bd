"""Scenarios: one with every word, and those that cannot be played, each with what is said about it."""

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
workflows:
  - {workflowId: wf-1, name: A name, timeline: [{after: 0, status: Init}]}
faults:
  - {action: GetWorkflowTask, taskId: movie-1, calls: [2, 3], kind: throttle}
  - {kind: hang, calls: all}
  - {kind: close, share: 0.25}
  - {action: ListWorkflowTasks, calls: 1, kind: slow}
keys:
  - {accessKey: STS.one, secretKey: one, securityToken: t, expiresAfter: 60, denied: true}
  - {accessKey: reader, secretKey: two, deniedActions: [ListWorkflowTasks]}
"""

TASK = "tasks:\n  - taskId: t\n    timeline:\n      - {after: 0, status: Init}\n"
_W = "{workflowId: w, timeline: [{after: 0, status: Init}]}"

BAD = {
    "": "s.yaml: the scenario is empty; write `tasks:` and a list of tasks, each with a taskId and a timeline",
    "tasks: ]": "s.yaml:1: this is not valid YAML: ",
    "a: 1\n b: 2\n": "s.yaml:2: this is not valid YAML: ",
    "a: 1\n---\nb: 2\n": "s.yaml:2: this is not valid YAML: ",
    "tasks: \x07": "s.yaml: this is not valid YAML: it holds characters",
    "- taskId: t": "s.yaml:1: a list stands where a mapping belongs; write a mapping with faults, keys, tasks, variants",
    "\ntask: []": "s.yaml:2: task: this key is not known; did you mean 'tasks'?",
    "zzzzzz: []": "s.yaml:1: zzzzzz: this key is not known; known here: faults, keys, tasks, variants, workflows",
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
    "tasks: [{taskId: t, answer: {}, httpStatus: 99}]": "s.yaml:1: tasks[0].httpStatus: the number 99 stands where a",
    "tasks: [{taskId: t, answer: {}, httpStatus: 600}]": "s.yaml:1: tasks[0].httpStatus: the number 600 stands where a",
    "tasks:\n  - taskId: t\n    timeline: []": "s.yaml:3: tasks[0].timeline: there are no steps; add steps such as {after:",
    TASK + "      - {after: 1, status: ''}": "s.yaml:5: tasks[0].timeline[1].status: this is empty; write a text",
    TASK + "      - {after: 1}": "s.yaml:5: tasks[0].timeline[1].status: this is missing; add `status:` with a text",
    TASK
    + "      - {status: Init}": "s.yaml:5: tasks[0].timeline[1]: a step needs one of after and calls; write `after:`",
    TASK
    + "      - {after: 1, calls: 1, status: A}": "s.yaml:5: tasks[0].timeline[1]: a step needs one of after and calls;",
    TASK
    + "      - {after: -1, status: A}": "s.yaml:5: tasks[0].timeline[1].after: the number -1 is out of range; write a number from 0 to",
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
    TASK + "      - {after: 999999999999, status: A}": "s.yaml:5: tasks[0].timeline[1].after: the number 999999999999",
    TASK
    + "      - {after: 1e999, status: A}": "s.yaml:5: tasks[0].timeline[1].after: this value has no counterpart in JSON;",
    TASK
    + "    userData: !!binary aGk=": "s.yaml:5: tasks[0].userData: this value has no counterpart in JSON; put it in",
    TASK + "    userData: &me [*me]": "s.yaml:5: tasks[0].userData[0]: this refers to itself; write the value out",
    TASK + "    userData: {? [a] : b}": "s.yaml:5: tasks[0].userData: a key must be text; put the key in quotes",
    TASK + '    userData: "\\uD800"': "s.yaml:5: ",
    TASK
    + "faults:\n  - {kind: throtle}": "s.yaml:6: faults[0].kind: 'throtle' is not known here; did you mean 'throttle'?",
    TASK + "faults:\n  - {calls: 1}": "s.yaml:6: faults[0].kind: this is missing; add `kind:` with one of badGateway,",
    TASK + "faults:\n  - {kind: hang, taskId: u}": "s.yaml:6: faults[0].taskId: there is no task 'u'; known here: t",
    "faults:\n  - {kind: hang, taskId: u}": "s.yaml:2: faults[0].taskId: there is no task 'u'; remove it",
    "faults: [{kind: hang, action: StopWorkflow}]": "s.yaml:1: faults[0].action: 'StopWorkflow' is not known here;",
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
        "s.yaml:1: keys[0].deniedActions: a mapping is not known here; known here: GetWorkflowTask, ListWorkflowTasks, StartWorkflow"
    ),
    "keys: [{accessKey: k, secretKey: s, expiresAfter: 60}]": "s.yaml:1: keys[0].expiresAfter: only a token expires; add",
    "faults: [{kind: hang, share: 2}]": "s.yaml:1: faults[0].share: the number 2 is out of range; write a number from 0 to 1",
    "faults: [{kind: hang, share: 0.5, calls: 1}]": "s.yaml:1: faults[0].share: a fault with calls has no share; remove",
    "faults: [{kind: hang, action: StartWorkflow, taskId: t}]": "s.yaml:1: faults[0].taskId: StartWorkflow is about no single",
    "workflows: [{workflowId: w}]": "s.yaml:1: workflows[0].timeline: this is missing; add `timeline:` with steps",
    "workflows: [{timeline: []}]": "s.yaml:1: workflows[0].workflowId: this is missing; add `workflowId:` with a text",
    "workflows: [{workflowId: w, timeline: []}]": "s.yaml:1: workflows[0].timeline: there are no steps; add steps",
    f"workflows: [{_W}, {_W}]": "s.yaml:1: workflows[1].workflowId: there are two workflows 'w'; give each its own ID",
    "variants: {taskNotKnown: notfound}": "s.yaml:1: variants.taskNotKnown: 'notfound' is not known here; did you mean",
    "variants: {expiredToken: 404}": "s.yaml:1: variants.expiredToken: '404' is not known here; did you mean '403'?",
    "variants: {tasknotknown: nullTask}": "s.yaml:1: variants.tasknotknown: this key is not known; did you mean 'taskNotK",
    "variants: {finishTime: true}": "s.yaml:1: variants.finishTime: a truth value is not known here; known here: absent,",
}
