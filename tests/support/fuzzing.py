"""Promises that are tried with random data for as long as there is time.

Without a flag each run tries the same data in the same order, as far as its seconds reach, so that a red test means a
change. With `--fuzz-seconds N` every run tries new data, and a failure names its round.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.strategies import SearchStrategy

DEFAULT: Final = 40.0  # seconds for all promises together
ROUND: Final = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@dataclass(frozen=True)
class Budget:
    """What one promise may take.

    Attributes:
        seconds: No round begins after them; the first one always does.
        first: The number of the first round.
    """

    seconds: float
    first: int


def add_option(parser: pytest.Parser) -> None:
    """Let a run say how long it tries."""
    told = f"seconds for all promises of tests/fuzz together, with new data (default: {DEFAULT:g}, the same data)"
    parser.addoption("--fuzz-seconds", type=float, metavar="N", help=told)


def budget_for(config: pytest.Config, promises: int) -> Budget:
    """Return what each of so many promises may take."""
    asked: float | None = config.getoption("--fuzz-seconds")
    first = 0 if asked is None else random.SystemRandom().randrange(2**32)
    return Budget((DEFAULT if asked is None else asked) / promises, first)


def fuzzed(*data: SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[[Budget], None]]:
    """Turn a promise about data into a test that takes the fixture `budget`."""

    def rounds_of(promise: Callable[..., None]) -> Callable[[Budget], None]:
        holds = ROUND(given(*data)(promise))

        def rounds(budget: Budget) -> None:
            ends = monotonic() + budget.seconds
            for number in itertools.count(budget.first):
                try:
                    seed(number)(holds)()
                except BaseException as error:
                    error.add_note(f"in round {number}")
                    raise
                if monotonic() > ends:
                    return

        rounds.__name__, rounds.__doc__ = promise.__name__, promise.__doc__
        return rounds

    return rounds_of
