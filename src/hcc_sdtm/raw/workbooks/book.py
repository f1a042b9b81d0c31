"""A workbook of any kind, opened: the one shape that the readers of xlsx, xls, xlsb and ods files have."""

from __future__ import annotations

from typing import Protocol

from hcc_sdtm.raw.grid import Grid
from hcc_sdtm.raw.workbooks.sheet_facts import SheetFacts


class Book(Protocol):
    """An open workbook: the year that its day numbers count from (``""`` where nothing says) and the names of its sheets.

    Chart, macro and dialog sheets hold no table and are left out.
    """

    date_system: str
    sheets: list[str]

    def read_sheet(self, name: str) -> tuple[Grid, SheetFacts]:
        """A sheet's cells as text, and what else is known of them. Raises UnreadableError, TooManyCellsError."""
        ...
