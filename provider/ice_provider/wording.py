"""What things are called by whoever speaks to the person: a setting, an input, how to run it again.

The core has one set of sentences, and several programs that say them: the plugin, a command, a program in Python. Each
chooses its wording once, before it acts, and for nobody else. Knows the standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, Final, Literal

LimitSource = Literal["customTimeouts", "waitTimeout", "provider"]
"""Who set the limit of a wait: the options of the gate, its own input, or the provider's configuration."""
_SECRET: Final = frozenset({"accessKey", "secretKey", "securityToken", "credentialsUri"})


class Wording:
    """The words of a Pulumi user; another program overrides what it calls otherwise.

    Attributes:
        speaker: Who makes the calls.
        again: What is run to go on.
        key_pair: How a key pair is set, other than by the environment; empty where that is the only way.
    """

    speaker = "the provider"
    again = "`pulumi up`"

    @property
    def key_pair(self) -> str:
        """See the attributes."""
        return f"{self.chosen('accessKey', '…')} and {self.chosen('secretKey', '…')}"

    def setting(self, name: str) -> str:
        """Return what a setting of the provider's configuration is called."""
        return f"ice:{name}"

    def chosen(self, name: str, value: Any = "") -> str:
        """Return how a setting is set."""
        return f"pulumi config set {'--secret ' if name in _SECRET else ''}{self.setting(name)} {value}".rstrip()

    def elsewhere(self, name: str) -> tuple[str, ...]:
        """Return where else, the environment aside, a setting can be set."""
        return (f"{name} on an explicit provider",)

    def input(self, name: str) -> str:
        """Return what an input of a gate or a function is called."""
        return name

    def given(self, name: str, value: Any) -> str:
        """Return how an input is given; `value` is as `listing` returns it, or a number."""
        return f"{self.input(name)}: {value}"

    def listing(self, words: Iterable[str]) -> str:
        """Return how a list of words is written: here as YAML, Python and TypeScript alike take it."""
        told = ", ".join(f'"{word}"' for word in words)
        return f"[{told}]"

    def raise_limit(self, operation: str, source: LimitSource, more: str) -> list[str]:
        """Return the lines that raise a limit: only settings that win over the one that set it.

        Args:
            operation: `create` or `update`: the name under which customTimeouts knows it.
            source: Who set it.
            more: What to raise it to.
        """
        own = f'or raise the limit of this gate:  waitTimeout: {more}   (Python: wait_timeout="{more}")'
        custom = [
            f"or its {operation}:  YAML  options: {{customTimeouts: {{{operation}: {more}}}}}",
            f'    Python  opts=ResourceOptions(custom_timeouts=CustomTimeouts({operation}="{more}"))',
            f'    TypeScript  {{ customTimeouts: {{ {operation}: "{more}" }} }}',
        ]
        everywhere = f"or of all gates:  {self.chosen('waitTimeout', more)}"
        wins = {"customTimeouts": custom, "waitTimeout": [own, *custom], "provider": [own, *custom, everywhere]}
        return wins[source]


_in_effect: ContextVar[Wording] = ContextVar("wording", default=Wording())  # noqa: B039  # it holds nothing


def wording() -> Wording:
    """Return the words in effect."""
    return _in_effect.get()


def speak(other: Wording) -> None:
    """Use other words from now on, in this context and in what begins from it."""
    _in_effect.set(other)
