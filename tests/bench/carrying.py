"""What one process carries: thousands of gates that wait at once, over https, in the plugin as it is."""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from measure import Figure, resident
from processes import BENCH, Running
from rows import Row
from waits import Waits

TITLE = "Carrying: gates that wait in one plugin, over https, one answerer for all"
_MANY, _RATE = 5_000, 1_000
_BURST = 10_000
_OLD, _AGE = 1_000, 3_600  # tasks, seconds
_FEW_POLLS, _MANY_POLLS = 20_000, 200_000
_ROUNDS = 3
_WINDOW = 5.0  # seconds of each measurement
_LONG_WINDOW = 60.0  # seconds: old tasks are read twice in it
_PATIENCE = 300.0  # seconds for anything to come about


def measure(runs: int) -> list[Row]:
    """Return the rows of this table."""
    return asyncio.run(_measure(min(runs, _ROUNDS)))


async def _measure(rounds: int) -> list[Row]:
    return [*await _steady(rounds), *await _burst(), *await _soak(), *await _old()]


@dataclass
class Carrier:
    """A plugin with waits in it, and what it calls."""

    plugin: Running
    upstream: Running
    authority: Path
    waits: Waits

    def polls(self) -> int:
        """Return how many polls there have been."""
        return int(self.upstream.ask("?"))

    async def polled(self, count: int) -> None:
        """Return when there have been so many polls."""
        async with asyncio.timeout(_PATIENCE):
            while self.polls() < count:  # noqa: ASYNC110  # another process counts them
                await asyncio.sleep(0.1)

    async def usage(self, seconds: float) -> tuple[float, float]:
        """Return the share of a core that the plugin uses in this time, and its polls a second."""
        polls, used, began = self.polls(), self.plugin.used(), time.perf_counter()
        await asyncio.sleep(seconds)
        took = time.perf_counter() - began
        return (self.plugin.used() - used) / took, (self.polls() - polls) / took

    async def lags(self, seconds: float) -> list[float]:
        """Return the lags of the plugin's event loop in this time, in seconds."""
        measured: list[float] = json.loads(await asyncio.to_thread(self.plugin.ask, f"{seconds}"))
        return measured

    def descriptors(self) -> int:
        """Return how many file descriptors the plugin holds."""
        return len(list(Path(f"/proc/{self.plugin.process.pid}/fd").iterdir()))


@asynccontextmanager
async def carrying(waits: int, *options: str, age: float, per_second: int) -> AsyncIterator[Carrier]:
    """Yield a plugin in which so many gates wait for tasks of this age, in seconds; all have been read once."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        answerer = [sys.executable, BENCH / "upstream.py", "--tls", folder, "--pending", f"{age}", *options]
        upstream = stack.enter_context(Running.open(answerer))
        plugin = stack.enter_context(Running.open([sys.executable, BENCH / "metered.py"]))
        authority = Path(folder, "authority.pem")
        gates = Waits(plugin.said, _config(upstream.said, authority, per_second))
        carrier = Carrier(plugin, upstream, authority, gates)
        try:
            await gates.begin(waits)
            await carrier.polled(waits)
            yield carrier
        finally:
            await gates.close()


def _config(port: str, authority: Path, per_second: int) -> dict[str, str]:
    keys = {"accessKey": "emulator", "secretKey": "emulator-secret"}
    place = {"region": "cn-shanghai", "endpoint": f"127.0.0.1:{port}", "caFile": str(authority)}
    return {**place, **keys, "requestsPerSecond": f"{per_second}", "waitTimeout": "1h"}


@dataclass(frozen=True)
class _Round:
    """What one round of many waits brought: CPU for each poll, ours and the least, in seconds, and the rest of it."""

    ours: float
    least: float
    rate: float
    lags: list[float]
    resident: float
    lost: int


async def _steady(rounds: int) -> list[Row]:
    brought = [await _one_round() for _ in range(rounds)]
    name = f"{_MANY:,} waits at {_RATE:,} polls/s"
    return [
        Row(f"{name}: polls a second", Figure.of([one.rate for one in brought]), "/s"),
        Row(f"{name}: CPU of a poll", Figure.of([one.ours for one in brought]).times(1e6), "µs"),
        Row("bare aiohttp at that rate: CPU of a call", Figure.of([one.least for one in brought]).times(1e6), "µs"),
        Row(f"{name}: CPU, ours to bare aiohttp", _of(brought, lambda one: one.ours / one.least), "×", at_most=2.5),
        Row(f"{name}: memory", _of(brought, lambda one: one.resident), "MiB", at_most=200),
        Row(f"{name}: RPCs lost", _of(brought, lambda one: one.lost), "", at_most=0),
        Row(f"{name}: lag of the event loop, p99", _of(brought, lambda one: _p99(one.lags) * 1e3), "ms", at_most=10),
        Row(f"{name}: lag of the event loop, most", _of(brought, lambda one: max(one.lags) * 1e3), "ms"),
    ]


async def _one_round() -> _Round:
    async with carrying(_MANY, age=0, per_second=_RATE) as carrier:
        used, rate = await carrier.usage(_WINDOW)
        lags = await carrier.lags(_WINDOW)
        memory = resident(carrier.plugin.process.pid)
        await carrier.waits.cancel()
        command = [sys.executable, BENCH / "caller.py", "bare", carrier.upstream.said, carrier.authority]
        with Running.open(command) as bare:
            calls = int(_WINDOW * _RATE)
            least = float(bare.ask(f"{calls} {_RATE}")) / calls
    lost = _MANY - carrier.waits.ended["CANCELLED"]
    return _Round(used / rate, least, rate, lags, memory, lost)


async def _burst() -> list[Row]:
    async with carrying(_BURST, age=0, per_second=_RATE) as carrier:
        answered, over = await carrier.waits.cancel()
        dropped = _BURST - carrier.waits.ended["CANCELLED"]
    return [
        Row(f"{_BURST:,} waits in one burst: dropped", Figure.of([dropped]), "", at_most=0),
        Row(f"{_BURST:,} waits: Cancel answered after", Figure.of([answered]), "s", at_most=1),
        Row(f"{_BURST:,} waits: all ended after", Figure.of([over]), "s"),
    ]


async def _soak() -> list[Row]:
    async with carrying(_RATE, "--moving", age=0, per_second=_BURST) as carrier:  # each is read every second
        held = []
        for count in (_FEW_POLLS, _MANY_POLLS):
            await carrier.polled(count)
            held.append((resident(carrier.plugin.process.pid), carrier.descriptors()))
    (early, few), (late, many) = held
    name = f"{_MANY_POLLS:,} polls beside {_FEW_POLLS:,}"
    return [
        Row(f"{name}: memory more", Figure.of([late - early]), "MiB", at_most=5),
        Row(f"{name}: descriptors more", Figure.of([many - few]), "", at_most=0, at_least=0),
    ]


async def _old() -> list[Row]:
    async with carrying(_OLD, age=_AGE, per_second=_RATE) as carrier:
        used, rate = await carrier.usage(_LONG_WINDOW)
    name = f"{_OLD:,} waits on old tasks"
    return [
        Row(f"{name}: of a core", Figure.of([used * 100]), "%", at_most=6),
        Row(f"{name}: polls a second", Figure.of([rate]), "/s"),
    ]


def _of(rounds: list[_Round], value: Callable[[_Round], float]) -> Figure:
    return Figure.of([value(one) for one in rounds])


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[-1]
