"""One plain table, before it is HTML or RTF: title, columns with heads over them, lines, footnotes, facts.

Knows nothing of what the numbers are or where they come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hcc_sdtm.number_text import number_text
from hcc_sdtm.outputs.facts import Facts

FIGURE_SPACE = "\u2007"
"""A space as wide as a digit: numbers of a column stand below one another in any font."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number of subjects; with ``of``, also as a percentage of so many."""

    n: int
    of: int | None = None


Cell = str | Count


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, a head over it and its neighbours of the same ``span``, and its share of the width."""

    label: str
    span: str = ""
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a cell for each column, or, as a ``head`` or ``note``, one text over all of them."""

    cells: tuple[Cell, ...]
    indent: int = 0
    kind: Literal["line", "head", "note"] = "line"


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is printed. ``population`` says in words who it is about; N stands in the heads of its columns."""

    id: str
    title: str
    population: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    footnotes: tuple[str, ...]
    facts: Facts

    @property
    def printed(self) -> list[tuple[str, ...]]:
        """The cells of every line as text, the counts of a column below one another."""
        return print_counts([line.cells for line in self.lines])

    @property
    def spans(self) -> list[tuple[str, int]]:
        """The heads over columns, each with how many it stands over; empty where no column has one."""
        found: list[tuple[str, int]] = []
        for at, column in enumerate(self.columns):
            if at and column.span and found[-1][0] == column.span:
                found[-1] = (column.span, found[-1][1] + 1)
            else:
                found.append((column.span, 1))
        return found if any(column.span for column in self.columns) else []


def print_counts(lines: Sequence[tuple[Cell, ...]]) -> list[tuple[str, ...]]:
    """The lines as text: ``23 (40.4)``, zero as ``0``, numbers and percentages of a column padded to one width."""
    widths: dict[int, tuple[int, int]] = {}
    for cells in lines:
        for at, cell in enumerate(cells):
            if isinstance(cell, Count):
                digits, share = widths.get(at, (0, 0))
                widths[at] = max(digits, len(str(cell.n))), max(share, len(_percent(cell)))
    return [tuple(_print(cell, *widths.get(at, (0, 0))) for at, cell in enumerate(cells)) for cells in lines]


def _print(cell: Cell, digits: int, share: int) -> str:
    if isinstance(cell, str):
        return cell
    n = str(cell.n).rjust(digits, FIGURE_SPACE)
    percent = _percent(cell)
    return f"{n} ({percent.rjust(share, FIGURE_SPACE)})" if percent else n


def _percent(cell: Count) -> str:
    """The percentage with one decimal; none of zero subjects and of nobody."""
    return number_text(100 * cell.n / cell.of) if cell.n and cell.of else ""
