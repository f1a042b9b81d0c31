"""A question as the workbooks show it, and what it puts on the cells that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hcc_sdtm.finding import SEVERITIES
from hcc_sdtm.outputs.queries.words import Words
from hcc_sdtm.source import Source


@dataclass(frozen=True)
class QueryLine:
    """One question as the workbook shows it: its texts by column of the sheet, its severity, and all its cells."""

    texts: Mapping[str, str]
    severity: str
    cells: tuple[Source, ...]

    def comment(self, words: Words) -> str:
        """What the comment of a cell says: the number, what was seen, what was expected."""
        expected = f"\n{words.expected}{self.texts['expected']}" if self.texts["expected"] else ""
        return f"{self.texts['number']}\n{self.texts['seen']}{expected}"


def mark_cells(lines: Iterable[QueryLine], words: Words) -> dict[Source, tuple[str, str]]:
    """The severity and the comment of each cell that is asked about; several questions at one cell stand under one another."""
    marks: dict[Source, tuple[str, str]] = {}
    for line in lines:
        for cell in line.cells:
            severity, text = marks.get(cell, (line.severity, ""))
            worse = min(severity, line.severity, key=SEVERITIES.index)
            said = line.comment(words)
            marks[cell] = worse, f"{text}\n\n{said}" if text else said
    return marks
