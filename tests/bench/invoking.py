"""What an Invoke of getWorkflowTask costs, measured against the least that a plugin in Python can do."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from load import Load
from measure import Figure, in_turn
from processes import BENCH, PLUGIN, Running
from rows import Row

_AT_ONCE = 64
_BURST = 500
_SEQUENCE = 100
TITLE = (
    f"Invoking: getWorkflowTask over gRPC, one HTTP call each to one answerer for all, {_AT_ONCE} or 1 under way. The "
    "floor is a bare server with a bare POST and a ready answer; the built floor reads what came and builds its answer"
)


@dataclass(frozen=True)
class Round:
    """What one round brought.

    Attributes:
        rate: Invokes per second, very many under way.
        cpu: Microseconds of the plugin's CPU for one of them.
        p50: Milliseconds that an Invoke takes when it is the only one.
    """

    rate: float
    cpu: float
    p50: float


def measure(runs: int) -> list[Row]:
    """Return the rows of this table."""
    with contextlib.ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        upstream = stack.enter_context(Running.open([sys.executable, BENCH / "upstream.py"])).said
        answer = Path(stack.enter_context(tempfile.TemporaryDirectory()), "answer")
        ours, given = _subject(stack, runner, [PLUGIN], _config(upstream))
        answer.write_bytes(given)
        subjects = {"ours": ours}
        for name, kind in {"floor": "ready", "built floor": "built"}.items():
            command = [sys.executable, BENCH / "floor.py", kind, f"http://127.0.0.1:{upstream}/", answer]
            subjects[name], _ = _subject(stack, runner, command)
        rounds = in_turn(subjects, runs)
    return [
        *_compared(f"invokes a second, {_AT_ONCE} under way", "/s", _each(rounds, lambda one: one.rate), at_least=0.7),
        *_compared("p50 of an invoke, one under way", "ms", _each(rounds, lambda one: one.p50), at_most=1.5),
        *_compared("CPU of the plugin for an invoke", "µs", _each(rounds, lambda one: one.cpu)),
    ]


def _config(upstream: str) -> dict[str, str]:
    keys = {"accessKey": "emulator", "secretKey": "emulator-secret"}
    return {"endpoint": f"127.0.0.1:{upstream}", "protocol": "HTTP", "requestsPerSecond": "10000", **keys}


def _subject(
    stack: contextlib.ExitStack,
    runner: asyncio.Runner,
    command: Sequence[str | Path],
    config: dict[str, str] | None = None,
) -> tuple[Callable[[], Round], bytes]:
    """Start a plugin that ends with the stack; return what measures a round of it, and its first answer."""
    plugin = stack.enter_context(Running.open(command))

    async def connect() -> Load:
        return Load(plugin.said, config)

    load = runner.run(connect())
    stack.callback(lambda: runner.run(load.close()))
    given = runner.run(load.begin()).SerializeToString()
    return lambda: runner.run(_round(load, plugin)), given


async def _round(load: Load, plugin: Running) -> Round:
    before = plugin.used()
    rate = await load.rate(_BURST, _AT_ONCE)
    cpu = (plugin.used() - before) / _BURST
    return Round(rate=rate, cpu=1e6 * cpu, p50=1e3 * await load.latency(_SEQUENCE))


def _each(rounds: Mapping[str, list[Round]], value: Callable[[Round], float]) -> dict[str, list[float]]:
    return {name: [value(one) for one in taken] for name, taken in rounds.items()}


def _compared(
    what: str, unit: str, taken: Mapping[str, list[float]], at_most: float | None = None, at_least: float | None = None
) -> list[Row]:
    """Return a row for each subject, and the ratios of ours to the floors, round by round."""
    ratios = {
        name: Figure.of([our / theirs for our, theirs in zip(taken["ours"], values, strict=True)])
        for name, values in taken.items()
    }
    return [
        *(Row(f"{what}, {name}", Figure.of(values), unit) for name, values in taken.items()),
        Row(f"{what}, ours to floor", ratios["floor"], "×", at_most, at_least),
        Row(f"{what}, ours to built floor", ratios["built floor"], "×"),
    ]
