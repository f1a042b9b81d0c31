"""Small views made in the test from a table as text, and where their values stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import NO_ROW, Origins
from hcc_sdtm.mapping.language.arrange_options import By, Measure
from hcc_sdtm.mapping.language.head import DateHabit
from hcc_sdtm.mapping.rules.date_column import DateColumn
from hcc_sdtm.mapping.tables.row_order import RowOrder, order_by_date, order_by_number
from hcc_sdtm.mapping.tables.view import View
from hcc_sdtm.raw.header import Heading
from hcc_sdtm.raw.table import RawSheet, RawTable


def view_of(
    origins: Origins, name: str, header: str, rows: Sequence[Sequence[str]], identifying: Collection[str] = ()
) -> View:
    """A view of the file ``NAME.csv`` with that header in row 1; NK is a declared missing text."""
    names = header.split(",")
    grid = np.array([names, *rows], dtype=object).reshape(len(rows) + 1, len(names))
    positions = {column: at + 1 for at, column in enumerate(names)}
    hidden = frozenset(positions[column] for column in identifying)
    sheet = RawSheet(f"{name}.csv", "", grid)
    body = pd.DataFrame(grid[1:], columns=names, dtype=object)
    raw = RawTable(sheet.file, "", body, np.arange(2, len(rows) + 2), positions, sheet, hidden)
    first = origins.add(raw)
    return View(
        name,
        {column: grid[1:, at] for at, column in enumerate(names)},
        {column: ((at,),) for column, at in positions.items()},
        np.arange(first, first + len(rows)),
        np.zeros(len(rows), dtype=np.int64),
        origins,
        frozenset({"", "nk"}),
        ((sheet.file, "", Heading()),),
        frozenset(identifying),
    )


def table_of(view: View, columns: Sequence[str] = ()) -> list[list[str]]:
    """The values of a view row by row, of the columns named or all."""
    rows = np.arange(len(view))
    return [list(row) for row in zip(*(view.values(column, rows) for column in columns or view.texts), strict=True)]


def stands_in(view: View, row: int, column: str) -> list[tuple[str, str]]:
    """Every cell that a value of a view stands in, with the text typed there."""
    places = view.places(column)
    if places.rows[row] == NO_ROW:
        return []
    members = view.origins.members(int(places.rows[row]), int(places.items[row]))
    found = [
        cell
        for number, item in members
        if view.columns_at(column, item)
        for cell in view.origins.cells(number, view.columns_at(column, item))
    ]
    return [(str(source), typed) for source, typed in found]


def require_cells(view: View, made: Collection[str] = ()) -> int:
    """Fails where a value does not stand in its cells: as their text, or as an item of it; how many values were looked at.

    An identifying text is not shown. ``made`` are columns whose values are made of the texts of their cells.
    """
    count = 0
    for column in view.texts:
        for row, value in enumerate(view.values(column, np.arange(len(view)))):
            typed = [text for _, text in stands_in(view, row, column)]
            if not value or not view.positions[column]:
                continue
            assert typed, (view.name, column, row, value)
            if column in view.hidden:
                assert view.cells([row], column)[1] == [""]
            elif column not in made:
                assert all(value in map(str.strip, [text, *text.split("|")]) for text in typed), (
                    column,
                    row,
                    value,
                    typed,
                )
            count += 1
    return count


def order_of(view: View, option: By | Measure) -> RowOrder:
    """The order of the dates (ymd, where the option does not say otherwise) or numbers of an option's column."""
    is_number = option.read_as == "number" if isinstance(option, Measure) else bool(option.number)
    if is_number:
        return order_by_number(view, option.column, option)
    order = "ymd" if isinstance(option, Measure) else option.order or "ymd"
    whole, name = view.whole(option.column)
    return order_by_date(view, option.column, DateColumn(whole.factorized(name)[1], order, DateHabit(), ""))
