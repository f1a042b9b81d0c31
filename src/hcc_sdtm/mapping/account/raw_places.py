"""Raw rows of a run, as the rows of the sheets that they are: for whole arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from hcc_sdtm.dataset import Origins
from hcc_sdtm.mapping.tables.site_files import OpenTable
from hcc_sdtm.mapping.tables.view import TableKey

SheetName = tuple[str, str]
"""File and sheet."""


@dataclass(frozen=True)
class PlacesInSheet:
    """Some of the raw rows that were asked for, all of one sheet: their positions in what was asked, the 0-based row of the
    sheet, and the item that each is read by."""

    sheet: SheetName
    asked: np.ndarray
    rows: np.ndarray
    items: np.ndarray


class RawPlaces:
    """Finds the sheets of raw rows. Knows nothing of columns."""

    def __init__(self, origins: Origins, tables: Mapping[TableKey, OpenTable]) -> None:
        by_first = {opened.first: key for key, opened in tables.items() if len(opened.raw.rows)}
        self._origins = origins
        self._firsts = np.array(sorted(by_first), dtype=np.int64)
        self._tables = [(by_first[first][:2], tables[by_first[first]].raw.rows - 1) for first in sorted(by_first)]

    def find(self, rows: np.ndarray, items: np.ndarray | None = None) -> Iterator[PlacesInSheet]:
        """The sheets that the raw rows lie in; a group's members count for it, and `NO_ROW` lies nowhere."""
        numbers = np.zeros(len(rows), dtype=np.int64) if items is None else items
        rows, numbers, sizes = self._origins.expand(rows, numbers)
        asked = np.repeat(np.arange(len(sizes)), sizes)
        if not len(rows):
            return
        tables = np.searchsorted(self._firsts, rows, side="right") - 1
        present = np.flatnonzero(np.bincount(tables))
        for number in present.tolist():
            at = slice(None) if len(present) == 1 else np.flatnonzero(tables == number)
            sheet, sheet_rows = self._tables[number]
            yield PlacesInSheet(sheet, asked[at], sheet_rows[rows[at] - self._firsts[number]], numbers[at])
