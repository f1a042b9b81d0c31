"""Whose rows the findings of reading stand at: the reader knows cells, the mapping knows the subject of each row.

Without it all cells with one error text would share one key, and a question, an answer or a waiver would pass from one
patient to another as soon as a cell above is mended.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.finding import rule_ids
from hcc_sdtm.mapping.language.verbs import SUBJECT
from hcc_sdtm.mapping.tables.site_files import OpenTable, SiteFiles
from hcc_sdtm.mapping.tables.view import View
from hcc_sdtm.source import Source, column_number

OF_READING = "RAW-"
CELL = re.compile(r"(?P<sheet>.+)[:!](?P<column>[A-Z]{1,3})(?P<row>[1-9][0-9]*)")


def derive_finding_subjects(
    findings: pd.DataFrame, files: SiteFiles, views: Mapping[str, View], hidden: Collection[str]
) -> pd.DataFrame:
    """The findings of a site, those of reading at one cell with the site, the row's subject and the column's header in
    ``keys``, as ``COLUMN=AFP``.

    A finding stays as it is at a row that no table gives to a subject or several give to different ones, and where it stands at
    a whole column, sheet or file: a file may be shared by sites. ``hidden`` are the headers of identifying columns.
    """
    of_reading = rule_ids(findings).str.startswith(OF_READING) & (findings["subject"] == "")
    at = np.flatnonzero(of_reading.to_numpy())
    places = _places(findings["source"].to_numpy()[at], files.tables.values(), hidden)
    rows = np.array(sorted({row for found in places for row, _ in found}), dtype=np.int64)
    if not len(rows):
        return findings
    subjects = _subjects(rows, views.values())
    columns = {name: findings[name].to_numpy(dtype=object).copy() for name in ("site", "subject", "keys")}
    for position, found in zip(at, places, strict=True):
        known = {subjects[row] for row, _ in found if row in subjects}
        if len(known) == 1 and "" not in known:
            names = [name for _, name in found if name]
            columns["site"][position], columns["subject"][position] = files.site, known.pop()
            columns["keys"][position] = f"COLUMN={names[0]}" if names else ""
    return findings.assign(**columns)


def _places(
    sources: Iterable[str], tables: Iterable[OpenTable], hidden: Collection[str]
) -> list[list[tuple[int, str]]]:
    """For each source the raw row of each table that has its cell, with the header of the column (``""``: none)."""
    by_sheet: dict[str, list[tuple[OpenTable, dict[int, str]]]] = {}
    for table in tables:
        raw = table.raw
        # under a wrong header row a patient's number may stand where a name was expected
        names = {at: name for name, at in raw.positions.items() if at not in raw.identifying or name in hidden}
        by_sheet.setdefault(str(Source(raw.file, raw.sheet)), []).append((table, names))
    places = []
    for source in sources:
        found = CELL.fullmatch(source)
        row = int(found["row"]) if found else 0
        at_rows = [] if found is None else [(*each, _row_of(each[0], row)) for each in by_sheet.get(found["sheet"], ())]
        column = column_number(found["column"]) if found else 0
        places.append([(number, names.get(column, "")) for _, names, number in at_rows if number >= 0])
    return places


def _row_of(table: OpenTable, row: int) -> int:
    """The number of the raw row that is this row of the spreadsheet; -1 where it is none of the table's."""
    at = int(np.searchsorted(table.raw.rows, row))
    return table.first + at if at < len(table.raw.rows) and table.raw.rows[at] == row else -1


def _subjects(rows: np.ndarray, views: Iterable[View]) -> dict[int, str]:
    """The subject of each of the raw rows that the views have; ``""`` where they have several."""
    subjects: dict[int, str] = {}
    for view in views:
        if SUBJECT not in view.texts or not len(view):
            continue
        numbers, _, sizes = view.origins.expand(view.rows, view.items)
        of_row = np.repeat(np.arange(len(view)), sizes)
        chosen = np.flatnonzero(np.isin(numbers, rows))
        for number, subject in zip(numbers[chosen].tolist(), view.texts[SUBJECT][of_row[chosen]], strict=True):
            subjects[number] = str(subject) if subjects.get(number, subject) == subject else ""
    return subjects
