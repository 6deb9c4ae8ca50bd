"""Limits: how many requests of an action the service takes in how many seconds.

They count per action, for the whole account, as the real ones are said to. What the real ones are is not published.

Must not know: requests, answers, clocks.

Source: https://help.aliyun.com/en/openapi/throttling-and-quota-management
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

_WRITTEN = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})s", re.ASCII)


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many requests of an action in so many seconds."""

    requests: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Quota":
        """Read a quota as the service writes it: `200/60s`.

        Raises:
            ValueError: It is none.
        """
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a quota: write requests and seconds, such as 200/60s")
        return cls(int(match[1]), int(match[2]))


class Meter:
    """Counts requests against quotas, in windows that begin with the first request after the one before has ended."""

    def __init__(self, quotas: Iterable[Quota]) -> None:
        """Hold requests to all of `quotas`."""
        self._quotas = tuple(quotas)
        self._windows: dict[tuple[str, Quota], tuple[float, int]] = defaultdict(lambda: (float("-inf"), 0))

    def admits(self, action: str, now: float) -> bool:
        """Count a request, unless it is one too many; `now` is in seconds on a steady clock."""
        windows = []
        for quota in self._quotas:
            began, count = self._windows[action, quota]
            if now - began >= quota.seconds:
                began, count = now, 0
            if count >= quota.requests:
                return False
            windows.append(((action, quota), (began, count + 1)))
        self._windows.update(windows)
        return True
