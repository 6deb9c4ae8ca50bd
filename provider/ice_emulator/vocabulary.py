"""The words of a scenario: each key with what may stand there. Reader and JSON Schema are made from this and agree.

Must not know: how a word is read, what it brings about.
"""

from dataclasses import replace

from ice_emulator.actions import ACTIONS, GET
from ice_emulator.kinds import KINDS
from ice_emulator.real_keys import REAL_KEY
from ice_emulator.variants import VARIANTS
from ice_emulator.words import Kind, Word, Words, absent, given

_ACTIONS_ABOUT_NO_TASK = [action for action in ACTIONS if action != GET]

STEP = Words(
    {
        "after": Word(kind=Kind.NUMBER, doc="Seconds since the timeline began; instead of calls."),
        "calls": Word(kind=Kind.COUNT, doc="The read of the task, counting from 1, from which the step holds."),
        "status": Word(kind=Kind.TEXT, required=True, doc="Init, Processing, Succeed, Failed, Canceled or any word."),
        "activityResults": Word(kind=Kind.FREE, doc="A mapping or list, sent as JSON text; or a text, sent as it is."),
        "finishTime": Word(kind=Kind.TEXT, doc="Sent as it is; otherwise the moment the step began, if it is the end."),
    },
    {"oneOf": [given("after"), given("calls")]},
)

_TIMELINE = Word(kind=Kind.MAPPINGS, below=STEP, at_least_one=True, doc="The steps of a task, in their order.")

_NAMES = {
    "workflowId": Word(kind=Kind.TEXT, doc="The ID of the workflow."),
    "name": Word(kind=Kind.TEXT, doc="Its name."),
    "status": Word(kind=Kind.TEXT, doc="Active or Inactive."),
    "type": Word(kind=Kind.TEXT, doc="Customize, System or Common."),
    "createTime": Word(kind=Kind.TEXT, doc="Sent as it is."),
    "modifiedTime": Word(kind=Kind.TEXT, doc="Sent as it is."),
}

WORKFLOW = Words(_NAMES)

STARTED = Words(
    {
        **_NAMES,
        "workflowId": Word(kind=Kind.TEXT, required=True, doc="What StartWorkflow is given."),
        "timeline": replace(_TIMELINE, required=True, doc="The steps of every task; they begin when it is started."),
    }
)

TASK = Words(
    {
        "taskId": Word(kind=Kind.TEXT, required=True, doc="The ID by which the task is read."),
        "workflow": Word(kind=Kind.MAPPING, below=WORKFLOW, doc="The workflow it belongs to."),
        "taskInput": Word(kind=Kind.FREE, doc="What it works on; JSON text is made of a mapping or a list."),
        "userData": Word(
            kind=Kind.FREE, doc="What whoever started it passed; JSON text is made of a mapping or a list."
        ),
        "createTime": Word(kind=Kind.TEXT, doc="Sent as it is; otherwise the moment the first step begins."),
        "timeline": _TIMELINE,
        "answer": Word(kind=Kind.FREE, doc="Instead of a timeline: the whole answer, word for word."),
        "httpStatus": Word(kind=Kind.COUNT, least=200, most=599, doc="The status of that answer, 200 unless given."),
    },
    {
        "if": given("answer"),
        "then": absent("workflow", "taskInput", "userData", "createTime", "timeline"),
        "else": {**given("timeline"), "allOf": [absent("httpStatus")]},
    },
)

FAULT = Words(
    {
        "kind": Word(kind=Kind.WORD, values=tuple(KINDS), required=True, doc="What goes wrong."),
        "action": Word(kind=Kind.WORD, values=ACTIONS, doc=f"Whose requests are meant; {ACTIONS[0]} unless given."),
        "taskId": Word(kind=Kind.TEXT, doc="The task whose requests are meant; those about any task unless given."),
        "calls": Word(kind=Kind.COUNTS, doc="Which of those requests, counting from 1; all of them unless given."),
        "share": Word(kind=Kind.NUMBER, most=1, doc="Which part of those requests, by chance: 0.1 for every tenth."),
    },
    {
        "allOf": [
            {
                "if": {"required": ["action"], "properties": {"action": {"enum": _ACTIONS_ABOUT_NO_TASK}}},
                "then": absent("taskId"),
            },
            {"if": given("share"), "then": {"properties": {"calls": {"enum": ["all", None]}}}},
        ]
    },
)

KEY = Words(
    {
        "accessKey": Word(kind=Kind.TEXT, required=True, unlike=REAL_KEY, doc="Its ID, made up."),
        "secretKey": Word(kind=Kind.TEXT, required=True, secret=True, doc="Its secret, made up."),
        "securityToken": Word(kind=Kind.TEXT, secret=True, doc="The token that must come with it, as of a key of STS."),
        "expiresAfter": Word(
            kind=Kind.NUMBER, doc="Seconds after the start at which the token expires, as timelines count them."
        ),
        "denied": Word(kind=Kind.FLAG, doc="Whether its owner may do nothing."),
        "deniedActions": Word(kind=Kind.WORDS, values=ACTIONS, doc="What its owner may not do."),
    },
    {"if": given("expiresAfter"), "then": given("securityToken")},
)

_AXES = Words(
    {
        axis: Word(kind=Kind.WORD, values=values, doc=f"What nobody has verified; {values[0]} unless given.")
        for axis, values in VARIANTS.items()
    }
)

SCENARIO = Words(
    {
        "tasks": Word(kind=Kind.MAPPINGS, below=TASK, doc="The tasks that there are from the start."),
        "workflows": Word(kind=Kind.MAPPINGS, below=STARTED, doc="What StartWorkflow can start."),
        "faults": Word(kind=Kind.MAPPINGS, below=FAULT, doc="What goes wrong."),
        "keys": Word(kind=Kind.MAPPINGS, below=KEY, doc="The keys that are known besides emulator / emulator-secret."),
        "variants": Word(kind=Kind.MAPPING, below=_AXES, doc="The choices where the service is not known."),
    }
)
VARIANTS_ALONE = _AXES
TIMELINE_ALONE = Words({"timeline": _TIMELINE})
TITLE = "A scenario of ice-emulator"
