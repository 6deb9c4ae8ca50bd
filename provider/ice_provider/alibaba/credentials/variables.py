"""The environment, as those read it who sign in. Must not know what a variable means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Named:
    """A value, and what a person knows its place by: `ALIBABA_CLOUD_ROLE_ARN`, `ram_role_arn in profile p of …`."""

    value: str
    place: str


def named(value: object, place: str) -> Named | None:
    """Return a value with its place; None for one that is left out."""
    return Named(str(value), place) if value else None


class Variables:
    """The variables of one environment; blank is not set."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Read them one by one, when they are asked for."""
        self._environment = environment

    def first(self, *names: str) -> Named | None:
        """Return the first of several variables that is set, without white space around it."""
        found = ((name, self._environment.get(name, "").strip()) for name in names)
        return next((Named(value, name) for name, value in found if value), None)

    def get(self, *names: str) -> str | None:
        """Return its value alone."""
        first = self.first(*names)
        return first.value if first else None

    def is_on(self, name: str) -> bool:
        """Whether a variable says `true`, in any case."""
        return (self.get(name) or "").lower() == "true"

    def at_home(self, path: str) -> str:
        """Return a path with the home in place of `~/`; without a home, as it is."""
        home = self.get("HOME")
        return str(Path(home, path[2:])) if home and path.startswith("~/") else path
