"""What a figure is, how rounds become one number, and how the table is printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

HEAD = ("what", "measured", "bare", "ratio", "goal", "")
_NUMBERS = (1, 2, 3)
"""The columns that are aligned on the right."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on the ratio measured ÷ bare; ``least`` True for rates, False for times, memory and CPU."""

    bound: float
    least: bool = False

    def met(self, ratio: float) -> bool:
        return ratio >= self.bound if self.least else ratio <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.least else '≤'} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``measured`` and ``bare`` hold one value per round, in ``unit``; ``bare`` may be empty.

    ``note`` says what exactly was compared.
    """

    what: str
    unit: str
    measured: Sequence[float]
    bare: Sequence[float] = ()
    goal: Goal | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The median over the rounds of measured ÷ bare: both of one round met the same machine."""
        if not self.bare:
            return None
        return median(ours / theirs for ours, theirs in zip(self.measured, self.bare, strict=True))

    @property
    def met(self) -> bool | None:
        """None where there is no goal."""
        return self.goal.met(self.ratio) if self.goal and self.ratio is not None else None

    def cells(self) -> tuple[str, ...]:
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        return (
            self.what,
            shown(median(self.measured), self.unit),
            shown(median(self.bare), self.unit) if self.bare else "",
            f"{self.ratio:.2f}" if self.ratio is not None else "",
            str(self.goal) if self.goal else "",
            verdict,
        )


def shown(number: float, unit: str) -> str:
    """Three digits that matter, then the unit."""
    digits = max(0, 2 - math.floor(math.log10(abs(number)))) if number else 0
    return f"{number:,.{digits}f} {unit}"


def p95(values: Sequence[float]) -> float:
    """The nearest-rank 95th percentile: nineteen of twenty took no longer."""
    return sorted(values)[math.ceil(len(values) * 0.95) - 1]


def table(figures: Sequence[Figure]) -> str:
    """The figures under each other, columns aligned, with the notes below."""
    lines = [HEAD, *(figure.cells() for figure in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    rows = [_row(line, widths) for line in lines]
    rows.insert(1, "  ".join("─" * width for width in widths))
    notes = [f"{figure.what}: {figure.note}" for figure in figures if figure.note]
    return "\n".join([*(row.rstrip() for row in rows), "", *notes])


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if column in _NUMBERS else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded)
