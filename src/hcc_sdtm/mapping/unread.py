"""What was sent and no rule reads: files, sheets, columns and rows, so that nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.finding import build_findings, join_findings
from hcc_sdtm.mapping.condition import Join, Test, columns_of
from hcc_sdtm.mapping.model import SiteMapping
from hcc_sdtm.mapping.site_files import SiteFiles
from hcc_sdtm.mapping.verbs import SUBJECT
from hcc_sdtm.mapping.view import TableKey, View, clean
from hcc_sdtm.source import Source

COLUMN_UNUSED = "MAP-003 column.unused"
SHEET_UNUSED = "MAP-006 sheet.unused"
ROW_UNCLAIMED = "MAP-022 row.no-block-takes-it"
FILE_UNUSED = "MAP-023 file.unused"


def unused_files(raw: Path, read: Collection[str]) -> pd.DataFrame:
    """A finding for each file of the raw folder that no site's mapping reads; ``read`` has their paths under the folder."""
    names = sorted(path.relative_to(raw).as_posix() for path in raw.rglob("*") if path.is_file())
    idle = [name for name in names if name not in read]
    return build_findings(FILE_UNUSED, "note", len(idle), source=idle, message="no mapping reads this file")


def unused_columns(mapping: SiteMapping, files: SiteFiles, views: Iterable[View]) -> pd.DataFrame:
    """A finding for each sheet that no table reads, and for each column that no rule reads and the mapping does not ignore,
    where it holds data."""
    read: dict[TableKey, set[int]] = {}
    for view in views:
        table = mapping.head.tables[view.name]
        for number, key in enumerate(view.parts):
            places = read.setdefault(key, set())
            raw = files.tables[key].raw
            places |= {raw.positions[column] for column in table.ignore if column in raw.positions} | raw.identifying
            for column in (*view.distinct, SUBJECT):
                for item in range(view.items_each):
                    places |= set(view.columns_at(column, number * view.items_each + item))
    opened = {(file, sheet) for file, sheet, _ in files.tables}
    idle_sheets = [
        str(Source(sheet.file, sheet.sheet))
        for sheets in files.sheets.values()
        for sheet in sheets
        if (sheet.file, sheet.sheet) not in opened and sheet.grid.size
    ]
    unread = "no table of the mapping reads this sheet"
    frames = [
        build_findings(SHEET_UNUSED, "note", len(idle_sheets), site=files.site, source=idle_sheets, message=unread)
    ]
    for key, places in read.items():
        raw = files.tables[key].raw
        idle = [name for name, at in raw.positions.items() if at not in places and (raw.body[name] != "").any()]
        sources = [str(Source(raw.file, raw.sheet, key[2][-1], raw.positions[name])) for name in idle]
        message = [f'no rule uses the column "{name}"' for name in idle]
        frames.append(
            build_findings(
                COLUMN_UNUSED, "note", len(idle), site=files.site, variable=idle, source=sources, message=message
            )
        )
    return join_findings(frames)


def unclaimed_rows(mapping: SiteMapping, views: Mapping[str, View]) -> list[pd.DataFrame]:
    """Findings at each text that no block takes, in a column by which blocks share out a table's rows.

    Such a column is only ever asked for texts (``equals``, ``in``) that every record of a block must have, and for more than
    one: ``Dead`` by one block, ``Alive`` by another. A single text asked for is a filter.
    """
    findings = []
    for name, view in views.items():
        conditions = [block.when for block in mapping.blocks if block.rows == name and block.when is not None]
        required = [test for condition in conditions for test in _required_tests(condition)]
        texts: dict[str, set[str]] = {}
        for test in required:
            texts.setdefault(test.column, set()).update(map(clean, test.values))
        asked = [column for condition in conditions for column in columns_of(condition)]
        by_text = [test.column for test in required if test.test in ("equals", "in")]
        for column, known in texts.items():
            if len(known) < 2 or asked.count(column) != by_text.count(column) or not view.positions[column]:
                continue
            codes, typed = view.factorized(column)
            unknown = np.array([text != "" and clean(text) not in known for text in typed], dtype=bool)
            rows = np.flatnonzero(unknown[codes]) if len(codes) else codes
            shown = ["" if column in view.hidden else f' "{text}"' for text in view.values(column, rows)]
            message = [f"no block takes rows with the text{text}; no record is made where it decides" for text in shown]
            findings.append(view.findings(rows, column, ROW_UNCLAIMED, "error", mapping.head.site, message))
    return findings


def _required_tests(condition: Test | Join) -> Iterator[Test]:
    """The tests that every row must pass."""
    if isinstance(condition, Test):
        yield condition
    elif condition.how == "all":
        for part in condition.parts:
            yield from _required_tests(part)
