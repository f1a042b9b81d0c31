"""SAS files to sheets of text: transport files (xpt) by their layout, datasets (sas7bdat) through pyreadstat.

A dataset is one sheet: row 1 has the names of the variables, with their labels as comments, the rows follow. A text is as
stored without blanks at its end, a number its shortest decimal text; a date or time is ISO 8601 text by the variable's
format. A missing number is ``""``; a special missing one is kept as ``.A`` to ``.Z`` or ``._``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.limits import MAX_FILE_BYTES
from hcc_sdtm.raw.sas.sas7bdat import read_sas7bdat
from hcc_sdtm.raw.sas.sas_column import SasColumn, SasDataset, SasFileError, object_array
from hcc_sdtm.raw.sas.sas_format import format_number, parse_sas_format
from hcc_sdtm.raw.sas.sas_transport import read_transport
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.repeated_text import repeat_text
from hcc_sdtm.source import Source

SPECIAL_MISSING = "RAW-034 raw.special-missing"
FORMAT_ELSEWHERE = "RAW-035 raw.format-elsewhere"
NOT_A_DATE = "RAW-036 raw.number-is-no-date"

TRANSPORT_STARTS = (b"HEADER RECORD*", b"**COMPRESSED**")


def read_sas(path: Path, name: str, encoding: str = "") -> tuple[list[RawSheet], pd.DataFrame]:
    """Each dataset of the file as a sheet that has its name. ``encoding`` is what a mapping declares, whatever the file says.

    Findings: RAW-010 and RAW-014 where nothing settles the encoding, RAW-034 special missing values, RAW-035 a format whose
    texts are not in the file, RAW-036 numbers that are no dates under a date format. Raises StudyError for a file that is
    none, is cut off or damaged, or is too large.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SasFileError(f"it is larger than {MAX_FILE_BYTES:,} bytes; split it into several files")
        with path.open("rb") as file:
            start = file.read(48)
        if start.startswith(TRANSPORT_STARTS):
            datasets, found = read_transport(path.read_bytes(), name, encoding)
        else:
            datasets, found = read_sas7bdat(path, name, encoding)
    except SasFileError as failure:
        raise StudyError([Problem(Source(name), f"cannot be read as a SAS file: {failure}")]) from failure
    except OSError as failure:
        raise StudyError([Problem(Source(name), f"cannot be read: {failure.strerror or failure}")]) from failure
    sheets = []
    for dataset in datasets:
        sheet, noticed = _build_sheet(name, dataset)
        sheets.append(sheet)
        found += noticed
    return sheets, findings_frame(found)


def _build_sheet(name: str, dataset: SasDataset) -> tuple[RawSheet, list[Finding]]:
    title, columns = dataset.title, dataset.columns
    height = 1 + dataset.rows
    grid = repeat_text("", (height, len(columns)), order="F")
    findings: list[Finding] = []
    for number, column in enumerate(columns, 1):
        grid[0, number - 1] = column.name
        if column.texts is not None:
            grid[1:, number - 1] = column.texts
        else:
            texts, doubts = _number_texts(column)
            grid[1:, number - 1] = texts
            findings += _doubt_findings(name, title, number, column, doubts)
        findings += _column_findings(name, title, number, column)
    labels = {(1, number): column.label for number, column in enumerate(columns, 1) if column.label}
    return RawSheet(name, title, grid, comments=labels), findings


def _number_texts(column: SasColumn) -> tuple[np.ndarray, np.ndarray]:
    """Text of each number, and what is doubtful about it; each distinct number is converted once."""
    shape = parse_sas_format(column.format)
    distinct, codes = np.unique(column.numbers, return_inverse=True)
    pairs = [("", "") if np.isnan(value) else format_number(float(value), shape) for value in distinct]
    texts = object_array([text for text, _ in pairs])[codes]
    if column.letters is not None:
        texts = np.where(column.letters != "", "." + column.letters, texts)
    return texts, object_array([doubt for _, doubt in pairs])[codes]


def _doubt_findings(name: str, title: str, number: int, column: SasColumn, doubts: np.ndarray) -> Iterator[Finding]:
    """One finding for each kind of doubt, at its first cell. No value is quoted: the column may be an identifying one."""
    for doubt in sorted(set(doubts) - {""}):
        rows = np.flatnonzero(doubts == doubt)
        more = f"; numbers so in this column: {len(rows)}" if len(rows) > 1 else ""
        message = f"a number under the format {column.format} {doubt}{more}"
        where = Source(name, title, int(rows[0]) + 2, number)
        yield Finding(NOT_A_DATE, "warning", message, variable=column.name, source=str(where))


def _column_findings(name: str, title: str, number: int, column: SasColumn) -> Iterator[Finding]:
    if parse_sas_format(column.format).kind == "own":
        message = f"the texts of the format {column.format} are in a catalog that is not here; the codes are read"
        where = Source(name, title, 1, number)
        yield Finding(FORMAT_ELSEWHERE, "note", message, variable=column.name, source=str(where))
    if column.letters is not None:
        for letter in sorted(set(column.letters) - {""}):
            rows = np.flatnonzero(column.letters == letter)
            message = f"the special missing value .{letter} is kept as the text .{letter}; rows with it: {len(rows)}"
            where = Source(name, title, int(rows[0]) + 2, number)
            yield Finding(SPECIAL_MISSING, "warning", message, variable=column.name, source=str(where))
