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
    """

    what: str
    figure: Figure
    unit: str
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        return None if self.at_most is None else self.figure.median <= self.at_most

    def cells(self) -> list[str]:
        """Return the row as text."""
        numbers = [f"{value:.3g}" for value in (self.figure.least, self.figure.median, self.figure.most)]
        goal = "" if self.at_most is None else f"at most {self.at_most:g}"
        return [self.what, *numbers, self.unit, goal, {None: "", True: "yes", False: "NO"}[self.met]]

    def as_json(self) -> dict[str, object]:
        """Return the row as plain data."""
        return {**self.figure.as_json(), "unit": self.unit, "atMost": self.at_most, "met": self.met}
