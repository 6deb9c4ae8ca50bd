"""What a start asks for: its parameters, taken apart. The codes of refusals have not been validated.

Must not know: how a task moves, answers, clocks.

Source: the published page of StartWorkflow, and the descriptions in the official SDK.
"""

from collections.abc import Mapping

from ice_emulator.request import Refused
from ice_emulator.tasks import Started, Task

USER_DATA_LIMIT = 512  # bytes


def task_from(parameters: Mapping[str, str], workflows: Mapping[str, Started], task_id: str) -> Task:
    """Return the task that a start makes. Two equal requests start two tasks: there is no token against that.

    Raises:
        Refused: A parameter is missing or not what the page of the action says, or there is no such workflow.
    """
    for name in ("WorkflowId", "TaskInput"):
        if not parameters.get(name):
            raise Refused(400, f"Missing{name}", f"{name} is mandatory for this action.")
    started = workflows.get(parameters["WorkflowId"])
    if started is None:
        raise Refused(404, "ResourceNotFound", f"The workflow {parameters['WorkflowId']} does not exist.")
    user_data = parameters.get("UserData") or None
    if user_data is not None and len(user_data.encode()) > USER_DATA_LIMIT:
        message = f"The parameter UserData is not valid: it may have {USER_DATA_LIMIT} bytes at most."
        raise Refused(400, "InvalidParameter.UserData", message)
    return Task(
        task_id=task_id,
        workflow=started.workflow,
        task_input=parameters["TaskInput"],
        user_data=user_data,
        timeline=started.timeline,
    )
