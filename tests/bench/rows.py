"""One row of a table of figures."""

from __future__ import annotations

from dataclasses import dataclass

from measure import Figure


@dataclass(frozen=True)
class Row:
    """One thing that was measured.

    Attributes:
        what: In words.
        figure: Its measurements.
        unit: What they count.
        at_most: The goal for the median; None for none.
        at_least: Likewise, from below.
    """

    what: str
    figure: Figure
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goals are met; None without one."""
        median = self.figure.median
        judged = [
            *([median <= self.at_most] if self.at_most is not None else []),
            *([median >= self.at_least] if self.at_least is not None else []),
        ]
        return all(judged) if judged else None

    @property
    def goal(self) -> str:
        """The goals in words; empty without one."""
        if self.at_least is not None and self.at_least == self.at_most:
            return f"exactly {self.at_most:g}"
        bounds = {"at least": self.at_least, "at most": self.at_most}
        return ", ".join(f"{words} {bound:g}" for words, bound in bounds.items() if bound is not None)

    def cells(self) -> list[str]:
        """Return the row as text."""
        numbers = [f"{value:.3g}" for value in (self.figure.least, self.figure.median, self.figure.most)]
        return [self.what, *numbers, self.unit, self.goal, {None: "", True: "yes", False: "NO"}[self.met]]

    def as_json(self) -> dict[str, object]:
        """Return the row as plain data."""
        goals = {"atMost": self.at_most, "atLeast": self.at_least}
        return {**self.figure.as_json(), "unit": self.unit, **goals, "met": self.met}
