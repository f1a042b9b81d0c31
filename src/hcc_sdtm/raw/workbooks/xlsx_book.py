"""Sheets of an xlsx or xlsm file: values by calamine, and what it does not say of them from the package itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import python_calamine as calamine

from hcc_sdtm.raw.grid import Grid, build_grid, build_sparse_grid, check_extent
from hcc_sdtm.raw.workbooks.package_limits import UnreadableError
from hcc_sdtm.raw.workbooks.sheet_facts import SheetFacts
from hcc_sdtm.raw.workbooks.xlsx_package import XlsxPackage

_ENDINGS = (".xlsx", ".xlsm")
_TEXTS_REPEATED = "its cells repeat long texts, to more than a table holds; copy the table to a new workbook"


class XlsxBook:
    """An open xlsx or xlsm file (see `Book`)."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        """Open the file until ``stack`` is closed. Raises UnreadableError."""
        self._package = XlsxPackage(path, stack)
        with _guarded():
            # calamine goes by the ending of the name where it is given one
            source = path if path.suffix.lower() in _ENDINGS else stack.enter_context(path.open("rb"))
            self._values = stack.enter_context(calamine.load_workbook(source))
        self.date_system = self._package.date_system
        listed = [sheet for sheet in self._values.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        self.sheets = [sheet.name for sheet in listed]
        self._hidden = {sheet.name: _hidden(sheet.visible) for sheet in listed}

    def read_sheet(self, name: str) -> tuple[Grid, SheetFacts]:
        """A sheet's cells as text, and what else is known of them. Raises UnreadableError, TooManyCellsError."""
        facts = self._package.read_facts(name)
        facts.hidden = self._hidden[name]
        # calamine would end the process when it cannot have the memory
        check_extent(facts.height, facts.width, facts.filled)
        if self._package.repeats_long_texts(name, facts.filled):
            # calamine would hold a copy of its text for every cell, and end the process when it cannot
            return self._read_without_calamine(name, facts, UnreadableError(_TEXTS_REPEATED)), facts
        try:
            with _guarded():
                values = self._values.get_sheet_by_name(name)
                left = values.start[1] if values.start else 0
                grid = build_grid(_rows(values), left, facts.usual, facts.styled)
                facts.merged = [
                    (first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1)
                    for first, last in values.merged_cell_ranges or ()
                ]
        except UnreadableError as failure:
            grid = self._read_without_calamine(name, facts, failure)
        return grid, facts

    def _read_without_calamine(self, name: str, facts: SheetFacts, failure: UnreadableError) -> Grid:
        try:
            parsed = self._package.read_values(name)
        except UnreadableError:
            raise failure from None
        facts.merged = parsed.facts.merged
        return build_sparse_grid(parsed.values, facts.usual, facts.styled)


def _hidden(visible: calamine.SheetVisibleEnum) -> str:
    if visible == calamine.SheetVisibleEnum.Visible:
        return ""
    return "very hidden" if visible == calamine.SheetVisibleEnum.VeryHidden else "hidden"


def _rows(values: calamine.CalamineSheet) -> Iterator[list[Any]]:
    if values.start:
        yield from values.iter_rows()


@contextmanager
def _guarded() -> Iterator[None]:
    """Whatever calamine raises for a bad file, its panics included, as UnreadableError."""
    try:
        yield
    except BaseException as failure:
        # a panic below calamine derives from BaseException, and its class cannot be imported
        panicked = type(failure).__name__ == "PanicException"
        if not panicked and not isinstance(failure, (calamine.CalamineError, OSError, ValueError, OverflowError)):
            raise
        reason = "the spreadsheet library failed on it" if panicked else str(failure)
        raise UnreadableError(f"{reason}; open it in a spreadsheet program and save it again") from failure
