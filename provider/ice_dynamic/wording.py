"""What a program in Python calls settings and inputs: `wait_timeout="2h"`. Knows the core's wording, and not Pulumi."""

from __future__ import annotations

import contextvars
import re
from collections.abc import Callable
from typing import Any, TypeVar

from ice_provider.errors import InvalidInput, ProviderError
from ice_provider.wording import LimitSource, Wording, speak

T = TypeVar("T")


class PythonProgram(Wording):
    """The words of whoever writes `import ice_dynamic as ice`."""

    speaker = "ice_dynamic"

    def elsewhere(self, name: str) -> tuple[str, ...]:  # noqa: ARG002  # there are no explicit providers
        """See `Wording`."""
        return ()

    def input(self, name: str) -> str:
        """See `Wording`."""
        return snake(name)

    def given(self, name: str, value: Any) -> str:
        """See `Wording`."""
        return f"{self.input(name)}={value}"

    def raise_limit(self, operation: str, source: LimitSource, more: str) -> list[str]:
        """See `Wording`."""
        own = f'or raise the limit of this gate:  wait_timeout="{more}"'
        options = f'opts=ResourceOptions(custom_timeouts=CustomTimeouts({operation}="{more}"))'
        custom = f"or of its {operation}:  {options}"
        everywhere = f"or of all gates:  {self.chosen('waitTimeout', more)}"
        alone = [f"or raise the limit:  {options}"]
        wins = {"customTimeouts": alone, "waitTimeout": [own, custom], "provider": [own, custom, everywhere]}
        return wins[source]


def snake(path: str) -> str:
    """Return a path such as `successStatuses[1]` in the names of a Python program."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f"_{match[1].lower()}", path)


def spoken(act: Callable[[], T]) -> T:
    """Return what `act` brings, with messages in these words; nobody else's words change."""
    context = contextvars.copy_context()
    context.run(speak, PythonProgram())
    return context.run(act)


def told(error: ProviderError) -> str:
    """Return the message of an error; mistakes in the words that a program has for what they were made in."""
    return error.named(_place) if isinstance(error, InvalidInput) else str(error)


def _place(path: str) -> str:
    """Return where a mistake is; a setting stays what `pulumi config` calls it."""
    return path if path.startswith("ice:") else snake(path)
