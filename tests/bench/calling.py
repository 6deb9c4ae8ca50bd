"""What one poll costs: the CPU of a call over https, ours against the least and against the official SDK's clients."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import Figure, in_turn
from processes import BENCH, Running
from rows import Row

TITLE = "Calling: GetWorkflowTask over https, one answerer for all; the SDK's clients one call at a time, as in a loop"
_CALLS = {"ours": 1000, "bare aiohttp": 1000, "the SDK's sync client": 300, "the SDK's async client": 30}
_KINDS = dict(zip(_CALLS, ("ours", "bare", "sync", "async"), strict=True))
_GOALS = {"bare aiohttp": 1.6, "the SDK's sync client": 0.6, "the SDK's async client": 1 / 50}


def measure(runs: int) -> list[Row]:
    """Return the rows of this table."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        answerer = [sys.executable, BENCH / "upstream.py", "--tls", folder, "--pending", "60"]
        upstream = stack.enter_context(Running.open(answerer)).said
        authority = Path(folder, "authority.pem")
        subjects = {}
        for name, kind in _KINDS.items():
            command = [sys.executable, BENCH / "caller.py", kind, upstream, authority]
            subjects[name] = _cost(stack.enter_context(Running.open(command)), _CALLS[name])
        taken = in_turn(subjects, runs)
    ours = taken["ours"]
    return [
        *(Row(f"CPU of a call, {name}", Figure.of(costs).times(1e6), "µs") for name, costs in taken.items()),
        *(
            Row(f"CPU of a call, ours to {name}", _ratio(ours, taken[name]), "×", at_most=goal)
            for name, goal in _GOALS.items()
        ),
    ]


def _cost(caller: Running, calls: int) -> Callable[[], float]:
    return lambda: float(caller.ask(str(calls))) / calls


def _ratio(ours: list[float], theirs: list[float]) -> Figure:
    return Figure.of([our / their for our, their in zip(ours, theirs, strict=True)])
