"""Cells of the reference study's raw files, opened with openpyxl and csv: no reader of the package is used."""

from __future__ import annotations

import csv
import datetime
import functools
from pathlib import Path

import openpyxl
from openpyxl.utils import column_index_from_string
from openpyxl.workbook import Workbook

from tests.reference_study.truth import RAW


@functools.cache
def open_workbook(path: Path) -> Workbook:
    return openpyxl.load_workbook(path)


@functools.cache
def open_csv(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="cp1252")
    return list(csv.reader(text.splitlines()))


def split_source(source: str) -> tuple[str, str, str]:
    """File, sheet (``""`` for delimited text) and cell of a source as findings and traces print it."""
    file, _, place = source.rpartition(":")
    sheet, _, cell = place.rpartition("!")
    return file, sheet, cell


def read_cell(source: str, raw: Path = RAW) -> str:
    """The text a person sees in the cell; a date as ISO 8601, to the month where its format shows no day."""
    file, sheet, address = split_source(source)
    if sheet:
        cell = open_workbook(raw / file)[sheet][address]
        value = cell.value
        if isinstance(value, datetime.datetime):
            return value.date().isoformat()[: 10 if "d" in cell.number_format.lower() else 7]
        return "" if value is None else str(value)
    letters = address.rstrip("0123456789")
    return open_csv(raw / file)[int(address[len(letters) :]) - 1][column_index_from_string(letters) - 1]
