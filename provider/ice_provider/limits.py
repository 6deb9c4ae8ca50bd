"""How long an operation may last. Pure; must not know what is waited for."""

from __future__ import annotations

from dataclasses import dataclass

from ice_provider import durations
from ice_provider.wording import LimitSource


@dataclass(frozen=True, slots=True)
class Limit:
    """How long an operation may last, and who said so.

    Attributes:
        operation: `create` or `update`: the name under which customTimeouts knows it.
        seconds: The limit.
        source: Who set it.
    """

    operation: str
    seconds: float
    source: LimitSource = "provider"

    @classmethod
    def of(cls, operation: str, *, custom_timeout: float = 0.0, wait_timeout: str | None = None, default: str) -> Limit:
        """Return the limit that holds: the first of these that is set.

        Args:
            operation: See the attributes.
            custom_timeout: Seconds from customTimeouts; 0 when not set.
            wait_timeout: The gate's own, as a person writes it.
            default: The provider's, likewise.
        """
        if custom_timeout:
            return cls(operation, custom_timeout, "customTimeouts")
        if wait_timeout:
            return cls(operation, durations.parse(wait_timeout), "waitTimeout")
        return cls(operation, durations.parse(default), "provider")

    @property
    def told(self) -> str:
        """The limit as a person writes it; below a second, where `durations.show` would say `0s`, in milliseconds."""
        return durations.show(self.seconds) if self.seconds >= 1 else f"{self.seconds * 1000:.3g}ms"
