"""How long an operation may last. Pure; must not know what is waited for."""

from __future__ import annotations

from dataclasses import dataclass

from ice_provider import durations


@dataclass(frozen=True, slots=True)
class Limit:
    """How long an operation may last, and who said so.

    Attributes:
        operation: `create` or `update`: the name under which customTimeouts knows it.
        seconds: The limit.
        source: `customTimeouts`, `waitTimeout` of the gate, or `provider`.
    """

    operation: str
    seconds: float
    source: str = "provider"

    @property
    def told(self) -> str:
        """The limit as a person writes it; below a second, where `durations.show` would say `0s`, in milliseconds."""
        return durations.show(self.seconds) if self.seconds >= 1 else f"{self.seconds * 1000:.3g}ms"
