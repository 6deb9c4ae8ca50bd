"""`ice-gate wait`: one task by the rules of `WorkflowTaskGate`, several by those of `WorkflowTaskGroupGate`."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from typing import Any

from ice_gate.awaited import Awaited, Witness
from ice_gate.exits import Ending, Exit
from ice_gate.output import Closed, NotWritten
from ice_gate.running import Run
from ice_gate.views import JsonLines, Lines, View
from ice_provider import group_waiting, waiting
from ice_provider.decoding import decode
from ice_provider.errors import DeadlineExceeded
from ice_provider.limits import Limit
from ice_provider.model import GatedTask
from ice_provider.resources import workflow_task_gate, workflow_task_group_gate
from ice_provider.resources.workflow_task_group_gate import GatedGroup
from ice_provider.session import Operation, Session
from ice_provider.wording import wording

Inputs = workflow_task_gate.Inputs | workflow_task_group_gate.Inputs


def _inputs_of(options: Namespace) -> Inputs:
    """Return the inputs of the gate that the options describe.

    Raises:
        InvalidInput: They describe none.
    """
    given: dict[str, Any] = {
        "successStatuses": options.success,
        "failureStatuses": options.failure,
        "pendingStatuses": options.pending,
        "condition": options.condition,
        "waitTimeout": options.timeout,
    }
    tasks = list(dict.fromkeys(options.tasks))
    if len(tasks) == 1 and options.min_succeeded is None:
        return decode(workflow_task_gate.Inputs, {**given, "taskId": tasks[0]})
    several = {**given, "taskIds": tasks, "minSucceeded": options.min_succeeded}
    return decode(workflow_task_group_gate.Inputs, several, textual=True)


async def wait(options: Namespace, run: Run) -> Exit:
    """Wait; return the exit code."""
    inputs = _inputs_of(options)
    awaited = _awaited(inputs, run)
    now = asyncio.get_running_loop().time
    async with run.session(lambda cloud: Witness(cloud, awaited, now)) as session:
        awaited.region = session.region
        view = _view(options, run, awaited, session)
        try:
            async with view:
                outcome = await _outcome(inputs, awaited, Operation(session, view, "wait"))
        except (Closed, NotWritten):
            raise
        except Exception as error:  # noqa: BLE001  # a program that reads JSON hears of a bug too
            failure = run.ending(error)
            if isinstance(error, DeadlineExceeded) and awaited.was_never_answered:
                failure = Ending(Exit.UNREACHABLE, failure.text)
            view.failed(failure)
            return failure.code
        view.opened(outcome)
        return Exit.OPEN


def _awaited(inputs: Inputs, run: Run) -> Awaited:
    limit = Limit.of("wait", wait_timeout=inputs.wait_timeout, default=run.config.wait_timeout)
    began = asyncio.get_running_loop().time()
    if isinstance(inputs, workflow_task_gate.Inputs):
        return Awaited((inputs.task_id,), limit, began)
    return Awaited(inputs.task_ids, limit, began, tally=inputs.tally())


async def _outcome(inputs: Inputs, awaited: Awaited, operation: Operation) -> GatedTask | GatedGroup:
    """Wait by the core's own rules; see `waiting.wait` and `group_waiting.wait` for what they raise."""
    async with operation:
        if isinstance(inputs, workflow_task_gate.Inputs):
            return await waiting.wait(inputs.task_id, inputs.rule(), awaited.limit, operation)
        tally = awaited.tally
        assert tally is not None  # noqa: S101  # a group has one
        if tally.opens:  # a share in a script that was rounded down to none
            unread = wording().given("minSucceeded", 0)
            await operation.reporter.warn(f"{unread} opens the gate without reading a task: give 1 or more to wait")
        await group_waiting.wait(tally, awaited.limit, operation)
        return GatedGroup.of(tally, operation.session.region)


def _view(options: Namespace, run: Run, awaited: Awaited, session: Session) -> View:
    if options.json:
        return JsonLines(run.output, awaited)
    if run.output.is_watched:
        from ice_gate.live import Screen  # noqa: PLC0415  # a log needs no table

        return Screen(run.output, awaited, session.clock)
    return Lines(run.output, awaited)
