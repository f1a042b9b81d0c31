"""A form as a hospital sends it: a sheet of a workbook or a CSV file, held as typed values under their headers."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.writer.excel import ExcelWriter

from hcc_sdtm.source import column_letters

LEVEL = " / "
"""Between the levels of a header that stands in two rows."""

ROWS_A_SHEET = 1_000_000
"""Body rows of one sheet; Excel's own limit is 1,048,576 rows with the header."""

ZIP_TIME = (2024, 3, 1, 0, 0, 0)
WORKBOOK_TIME = datetime.datetime(2024, 3, 1)


@dataclass(frozen=True)
class MonthCell:
    """A real date cell whose format shows year and month only; the day in it means nothing."""

    first_day: datetime.date


@dataclass
class Form:
    """One form. ``body`` has a typed value in each cell (text, number, date, `MonthCell`; ``""`` is empty).

    ``usubjid`` and ``keys`` (VISITNUM, LNKID and the like) say whose row each is; they are not written. A header with
    `LEVEL` in it stands in two rows, its first level merged over its columns. ``title`` rows stand above the header.
    """

    file: str
    sheet: str
    body: pd.DataFrame
    usubjid: np.ndarray
    keys: pd.DataFrame = field(default_factory=pd.DataFrame)
    title: Sequence[Sequence[str]] = ()
    hidden: Sequence[str] = ()
    comments: Mapping[tuple[int, str], str] = field(default_factory=dict)
    encoding: str = "utf-8"

    @property
    def columns(self) -> list[str]:
        """Headers from left to right."""
        return [str(header) for header in self.body.columns]

    @property
    def levels(self) -> int:
        """Rows of the header."""
        return 2 if any(LEVEL in header for header in self.columns) else 1

    @property
    def first_row(self) -> int:
        """1-based spreadsheet row of the first body row."""
        return len(self.title) + self.levels + 1

    def place(self, position: int, column: str) -> tuple[str, str]:
        """Sheet and cell address of a 0-based body row; sheets after the first are called ``NAME (2)`` and so on."""
        part, row = divmod(position, ROWS_A_SHEET)
        letters = column_letters(self.columns.index(column) + 1)
        return part_name(self.sheet, part), f"{letters}{row + self.first_row}"

    def value(self, position: int, column: str) -> Any:
        """The typed value of a cell."""
        return self.body[column].to_numpy()[position]

    def row(self, position: int) -> dict[str, Any]:
        """The typed values of a row, by header."""
        return {column: self.value(position, column) for column in self.columns}

    def overwrite(self, position: int, column: str, typed: Any) -> None:
        """Puts another value into a cell."""
        values = self.body[column].to_numpy(dtype=object, copy=True)
        values[position] = typed
        self.body[column] = values

    def append(self, values: Mapping[str, Any], usubjid: str) -> int:
        """Adds a row at the end and gives its position; columns not named are empty."""
        row = {column: values.get(column, "") for column in self.columns}
        self.body = pd.concat([self.body, pd.DataFrame([row], dtype=object)], ignore_index=True)
        self.usubjid = np.append(self.usubjid, np.array([usubjid], dtype=object))
        if len(self.keys.columns):
            self.keys = pd.concat(
                [self.keys, pd.DataFrame([dict.fromkeys(self.keys.columns, "")], dtype=object)],
                ignore_index=True,
            )
        return len(self.body) - 1

    def rows_of(self, usubjid: str, **keys: str) -> np.ndarray:
        """Positions of a subject's rows with these key values."""
        mask = self.usubjid == usubjid
        for name, value in keys.items():
            mask = mask & (self.keys[name].to_numpy() == value)
        return np.flatnonzero(mask)


def number_cells(values: pd.Series | np.ndarray) -> np.ndarray:
    """Numeric cells: whole numbers as integers, NaN empty."""
    numbers = np.asarray(values, dtype=float)
    codes, distinct = pd.factorize(numbers)
    cells = [int(value) if float(value).is_integer() else round(float(value), 3) for value in distinct]
    return np.array([*cells, ""], dtype=object)[codes]


def part_name(sheet: str, part: int) -> str:
    """Name of the nth sheet (from 0) that one form is split over."""
    return f"{sheet} ({part + 1})" if part else sheet


def write_csv(path: Path, form: Form) -> None:
    """Writes the form as an EDC export: comma, quotes where needed, CRLF, the form's encoding."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=form.encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(form.body.columns)
        writer.writerows(form.body.itertuples(index=False))


def write_workbook(path: Path, forms: Sequence[Form]) -> None:
    """Writes the forms as sheets of one workbook; the same forms give the same bytes."""
    workbook = Workbook(write_only=True)
    workbook.properties.creator = "hospital"
    workbook.properties.created = workbook.properties.modified = WORKBOOK_TIME
    for form in forms:
        parts = max(1, -(-len(form.body) // ROWS_A_SHEET))
        for part in range(parts):
            _write_sheet(workbook, form, part)
    raw = io.BytesIO()
    # stored first: the entries are compressed once, when they get their fixed times
    ExcelWriter(workbook, zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED)).save()
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        zipfile.ZipFile(raw) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))


def _write_sheet(workbook: Any, form: Form, part: int) -> None:
    sheet = workbook.create_sheet(part_name(form.sheet, part))
    headers = form.columns
    for header in form.hidden:
        sheet.column_dimensions[column_letters(headers.index(header) + 1)].hidden = True
    sheet.freeze_panes = f"B{form.first_row}"
    for row in form.title:
        sheet.append(list(row))
    if form.levels == 2:
        merged, rows = _two_levels(headers, len(form.title) + 1)
        # a write-only sheet has no method for merging; its writer lists this attribute, so a list keeps the order
        sheet.merged_cells = merged
        for header_row in rows:
            sheet.append(header_row)
    else:
        sheet.append(headers)
    first = part * ROWS_A_SHEET
    for position, values in enumerate(_cells(form, first)):
        special = [column for column, value in enumerate(values) if isinstance(value, MonthCell)]
        noted = [headers.index(name) for at, name in form.comments if at == first + position]
        for column in (*special, *noted):
            values[column] = _special_cell(
                sheet, values[column], form.comments.get((first + position, headers[column]))
            )
        sheet.append(values)


def _cells(form: Form, first: int) -> Iterator[list[Any]]:
    block = form.body.iloc[first : first + ROWS_A_SHEET].to_numpy(dtype=object, copy=True)
    block[block == ""] = None
    for row in block:
        yield row.tolist()


def _special_cell(sheet: Any, value: Any, note: str | None) -> Any:
    if isinstance(value, MonthCell):
        day: Any = (
            value.first_day
        )  # a date; the stubs know only its subclass with a time, which brings a format of its own
        cell = WriteOnlyCell(sheet, day)
        cell.number_format = "yyyy-mm"
    else:
        cell = WriteOnlyCell(sheet, value)
    if note:
        cell.comment = Comment(note, "hospital", height=60, width=160)
    return cell


def _two_levels(headers: Sequence[str], first_row: int) -> tuple[list[str], list[list[str | None]]]:
    """Merged ranges and the two header rows; a header of one level is merged downwards."""
    upper: list[str | None] = []
    lower: list[str | None] = []
    merged: list[str] = []
    start = 0
    for column, header in enumerate(headers):
        group, _, name = header.partition(LEVEL)
        upper.append(group if not name or not column or headers[column - 1].partition(LEVEL)[0] != group else None)
        lower.append(name or None)
        if not name:
            letters = column_letters(column + 1)
            merged.append(f"{letters}{first_row}:{letters}{first_row + 1}")
        if upper[-1] is not None:
            start = column
        last = column + 1 == len(headers) or headers[column + 1].partition(LEVEL)[0] != group
        if name and last and column > start:
            merged.append(f"{column_letters(start + 1)}{first_row}:{column_letters(column + 1)}{first_row}")
    return merged, [upper, lower]
