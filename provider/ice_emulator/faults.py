"""Faults: which request meets which kind of them.

Must not know: what a kind does. That is `kinds.py`.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, and with which requests.

    Attributes:
        task_id: The task whose requests are meant; None for the requests of the action about any task, or none.
        calls: Which of those requests, counting from 1; None for all of them.
        share: Which part of them, by chance; None for no chance.
    """

    kind: str
    action: str
    task_id: str | None = None
    calls: frozenset[int] | None = None
    share: float | None = None


class Plan:
    """Which request meets which fault; counts the requests of each fault."""

    def __init__(self, faults: Iterable[Fault], chance: Callable[[], float] = random.random) -> None:
        """Plan `faults`; `chance` gives numbers from 0 to 1 for those that have a share."""
        self._chance = chance
        self._counts: dict[tuple[str, str | None], int] = defaultdict(int)
        self._faults: dict[tuple[str, str | None], list[tuple[int, Fault]]] = defaultdict(list)
        self.skewed = False  # whether clients may have been told another time
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """Add a fault; its calls are counted from now on."""
        scope = (fault.action, fault.task_id)
        self._faults[scope].append((self._counts[scope], fault))
        self.skewed = self.skewed or fault.kind == "clockSkew"

    def clear(self) -> None:
        """Let everything go well from now on."""
        self._faults.clear()

    def next_kind(self, action: str, task_id: str | None) -> str | None:
        """Count a request and return what goes wrong with it; faults of the task go before those of any task."""
        found = None
        for scope in ((action, None),) if task_id is None else ((action, task_id), (action, None)):
            faults = self._faults.get(scope)
            if not faults:
                continue
            self._counts[scope] += 1
            for before, fault in faults:
                if found is None and self._meets(fault, self._counts[scope] - before):
                    found = fault.kind
        return found

    def _meets(self, fault: Fault, call: int) -> bool:
        if fault.share is not None:
            return self._chance() < fault.share
        return fault.calls is None or call in fault.calls
