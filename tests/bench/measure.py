"""Measures whole processes. A figure is a median of interleaved runs, because machines drift."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2_grpc

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """Several measurements of one thing.

    Attributes:
        least: The smallest.
        median: The one to quote.
        most: The largest.
    """

    least: float
    median: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure:
        """Return the figure of some measurements."""
        return cls(min(values), statistics.median(values), max(values))

    def times(self, factor: float) -> Figure:
        """Return it in another unit."""
        return Figure(self.least * factor, self.median * factor, self.most * factor)

    def over(self, other: Figure) -> Figure:
        """Return the ratios of least to least, median to median, most to most."""
        return Figure(self.least / other.least, self.median / other.median, self.most / other.most)

    def minus(self, other: Figure) -> Figure:
        """Return the differences of least and least, median and median, most and most."""
        return Figure(self.least - other.least, self.median - other.median, self.most - other.most)

    def as_json(self) -> dict[str, float]:
        """Return it as plain data."""
        return asdict(self)


def in_turn(subjects: Mapping[str, Callable[[], T]], runs: int, uncounted: int = 1) -> dict[str, list[T]]:
    """Run every subject in turn, and return what each brought in the rounds after those that do not count."""
    taken: dict[str, list[T]] = {name: [] for name in subjects}
    for counted in range(-uncounted, runs):
        for name, measure in subjects.items():
            value = measure()
            if counted >= 0:
                taken[name].append(value)
    return taken


def interleave(subjects: Mapping[str, Callable[[], float]], runs: int) -> dict[str, Figure]:
    """Measure every subject in turn, after one round that does not count."""
    return {name: Figure.of(values) for name, values in in_turn(subjects, runs).items()}


def exec_to_port(command: Sequence[str | Path]) -> float:
    """Return the seconds from starting a plugin to the line with its port."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        took = time.perf_counter() - began
        process.kill()
    if not line.strip().isdigit():
        raise RuntimeError(f"{command[0]} printed no port")
    return took


def exec_to_answer(command: Sequence[str | Path]) -> float:
    """Return the seconds from starting a plugin to its answer to GetPluginInfo."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        with grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}") as channel:
            provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(Empty(), wait_for_ready=True)
            took = time.perf_counter() - began
        process.kill()
    return took


def resident(process_id: int) -> float:
    """Return the memory that a process holds, in MiB."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the process has ended")
