"""What happens when very many reads meet a key that has just become stale: one renewal, and a loop that stays awake."""

from __future__ import annotations

import functools
import json
import statistics
import subprocess
import sys
from collections.abc import Mapping

from measure import Figure, in_turn
from processes import BENCH, surroundings
from rows import Row

_READS = 5000
_ROUNDS = 3  # of several seconds for each burst
_STALE, _FRESH = "key at its end", "key fresh"
TITLE = f"Signing in: {_READS:,} reads of as many tasks, all under way at once, by the key of an assumed role"


def measure(runs: int) -> list[Row]:
    """Return the rows of this table."""
    _burst("fresh", 1)  # compiles what a burst imports
    subjects = {_STALE: functools.partial(_burst, "end", _READS), _FRESH: functools.partial(_burst, "fresh", _READS)}
    bursts = in_turn(subjects, min(runs, _ROUNDS), uncounted=0)
    stale = [*bursts[_STALE], _burst("refused", _READS)]
    renewals = statistics.mean(burst["renewals"] for burst in stale)  # a mean: one burst with two must show
    return [
        Row("renewals of a key at its end, or refused as expired", Figure.of([renewals]), "", at_most=1, at_least=1),
        *_rows(_STALE, bursts[_STALE], most_lag=100),
        *_rows(_FRESH, bursts[_FRESH]),
    ]


def _rows(key: str, bursts: list[Mapping[str, float]], most_lag: float | None = None) -> list[Row]:
    lag, collection = (Figure.of([burst[name] for burst in bursts]).times(1000) for name in ("lag", "collection"))
    return [
        Row(f"most lag of the event loop, {key}", lag, "ms", at_most=most_lag),
        Row(f"longest garbage collection in it, {key}", collection, "ms"),
        Row(f"reads a second, {key}", Figure.of([_READS / burst["seconds"] for burst in bursts]), "/s"),
    ]


def _burst(state: str, reads: int) -> Mapping[str, float]:
    command = [sys.executable, BENCH / "burst.py", str(reads), state]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=surroundings()).stdout
    took: Mapping[str, float] = json.loads(printed)
    return took
