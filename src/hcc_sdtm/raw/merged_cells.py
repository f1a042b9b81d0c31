"""Merged cells in the body of a table: a value that stands in the first of them only.

In a header a merged cell names every column it spans (`build_table`). In the body nothing says whether the value is meant for
each row or for one, so that the others stay empty and a person is told.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.raw.table import RawTable
from hcc_sdtm.raw.workbooks.sheet_findings import MOST_SINGLE, list_cells
from hcc_sdtm.source import Source, column_letters

MERGED_BODY_CELLS = "RAW-024 raw.merged-body-cells"


def merged_findings(table: RawTable) -> pd.DataFrame:
    """RAW-024 at each merged range below the header whose first cell holds something, or once for a column of many."""
    grid = table.origin.grid
    rows = set(table.rows.tolist()) if table.origin.merged else set()
    columns: dict[int, list[tuple[int, int, int]]] = {}
    for top, left, bottom, right in table.origin.merged:
        if top in rows and left <= grid.shape[1] and grid[top - 1, left - 1] and (bottom, right) != (top, left):
            columns.setdefault(left, []).append((top, bottom, right))
    return findings_frame(
        finding for column, ranges in sorted(columns.items()) for finding in _of_column(table, column, sorted(ranges))
    )


def _of_column(table: RawTable, column: int, ranges: list[tuple[int, int, int]]) -> Iterator[Finding]:
    letters = column_letters(column)
    advice = "if it holds for each of them, unmerge the cells and repeat it"
    if len(ranges) > MOST_SINGLE:
        most = max(bottom - top + 1 for top, bottom, _ in ranges)
        cells = list_cells((top for top, _, _ in ranges), lambda row: f"{letters}{row}")
        message = (
            f"{len(ranges):,} values stand in merged cells of up to {most} rows ({cells}), each read in its first row"
        )
        place = Source(table.file, table.sheet, column=column)
        yield Finding(MERGED_BODY_CELLS, "warning", f"{message}; {advice}", source=str(place))
        return
    for top, bottom, right in ranges:
        if bottom > top:
            below = int(np.count_nonzero((table.rows > top) & (table.rows <= bottom)))
            span = f"{bottom - top + 1} rows ({letters}{top} to {column_letters(right)}{bottom})"
            message = (
                f"the value is merged over {span} and read in row {top} only, the {below} filled below it have none"
            )
        else:
            span = f"columns {letters} to {column_letters(right)}"
            message = f"the value is merged over {span} and read in column {letters} only"
        place = Source(table.file, table.sheet, top, column)
        yield Finding(MERGED_BODY_CELLS, "warning", f"{message}; {advice}", source=str(place))
