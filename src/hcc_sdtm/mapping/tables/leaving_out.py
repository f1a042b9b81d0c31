"""Rows of a sheet that are no records: above the first row, below the table, sub-headings and totals, the header, sent twice.

Whether a row that is left here looks like a record is said; whose row it would be is not known here.
"""

from __future__ import annotations

from collections.abc import Collection
from unicodedata import normalize

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.finding import build_findings
from hcc_sdtm.mapping.account.cell_ranges import row_ranges
from hcc_sdtm.mapping.language.condition import Join, Test, columns_of, row_mask
from hcc_sdtm.mapping.rules.answering import answers
from hcc_sdtm.mapping.rules.date_column import DateColumn
from hcc_sdtm.mapping.tables.site_files import ROW_REPEATED, OpenTable
from hcc_sdtm.mapping.tables.table_opening import TableOpening
from hcc_sdtm.mapping.tables.view import View, clean
from hcc_sdtm.raw.header import Heading
from hcc_sdtm.raw.table import RawTable
from hcc_sdtm.source import Source

OUTSIDE_TABLE = "MAP-039 rows.outside-table"
ROWS_SKIPPED = "MAP-040 rows.skipped"
HEADER_AGAIN = "MAP-069 row.header-again"
UNTIL_NOT_MET = "MAP-041 rows.until-not-met"
RECORDS_LEFT_OUT = "MAP-045 rows.record-left-out"


def leave_out_rows(view: View, part: OpenTable, opening: TableOpening) -> View:
    """The view of one sheet without the rows above ``first_row``, from ``until`` on, of ``skip``, of the header and sent twice.

    Findings: a note for each option, and for rows that have the header's texts again (exports put under one another), that
    counts the rows and says where they are; a warning where some of them have a
    subject's number, and where no row meets ``until``, so that what it was to stop at is read; a warning at each row that
    repeats an earlier row of the sheet cell for cell, once for all tables that read the sheet.
    """
    table = opening.table
    kept = np.ones(len(view), dtype=bool)
    if table.first_row is not None:
        above = part.raw.rows < table.first_row
        view = _left_out(view, part, opening, above, OUTSIDE_TABLE, f"above row {table.first_row}, the table's first")
        kept &= ~above
    if table.until is not None and opening.has(view, columns_of(table.until), "until"):
        met = condition_mask(table.until, view, opening) & kept
        below = np.logical_or.accumulate(met)
        if met.any():
            first = int(part.raw.rows[met.argmax()])
            view = _left_out(
                view, part, opening, below, OUTSIDE_TABLE, f"below the table, which ends above row {first}"
            )
        elif len(view):
            message = "no row meets until, so the table is read to the last row of the sheet, which is this one"
            _add_finding(opening, part, np.arange(len(view)) == len(view) - 1, UNTIL_NOT_MET, "warning", message)
        kept &= ~below
    if table.skip is not None and opening.has(view, columns_of(table.skip), "skip"):
        skipped = condition_mask(table.skip, view, opening) & kept
        view = _left_out(view, part, opening, skipped, ROWS_SKIPPED, "no records, by skip")
        kept &= ~skipped
    again = _has_header(part.raw, opening.table.heading) & kept
    view = _left_out(view, part, opening, again, HEADER_AGAIN, "the header's texts again")
    kept &= ~again
    repeated, of_transfer = _repeated(part, kept, opening)
    if repeated.any():
        _add_repeated(view, part, repeated & ~of_transfer, opening)
        view.left_out.append((view.name, ROW_REPEATED, view.rows[repeated]))
        kept &= ~repeated
    view.arranged_by.update(columns_of(table.until), columns_of(table.skip))
    return view if kept.all() else view.keep(kept)


def condition_mask(condition: Test | Join, view: View, opening: TableOpening) -> np.ndarray:
    """Which rows of a view meet a condition before anything is settled: dates are read as the site declares to write them."""

    def mask(test: Test) -> np.ndarray:
        codes, texts = view.factorized(test.column)
        if test.test in ("before", "after"):
            habit = opening.mapping.head.dates
            read = DateColumn(texts, habit.order, habit, view.date_system).reading["iso"]
            days, limit = dates.to_days(read).to_numpy(), dates.to_days(pd.Series(test.values)).iat[0]
            passed = days < limit if test.test == "before" else days > limit
        else:
            passed = answers(test, texts)
        return np.asarray(passed[codes] if len(codes) else np.zeros(0), dtype=bool)

    return row_mask(condition, len(view), mask)


def _left_out(view: View, part: OpenTable, opening: TableOpening, rows: np.ndarray, rule: str, why: str) -> View:
    """The view with the rows in its account, and the findings that say so; they are still in it."""
    if not rows.any():
        return view
    _add_finding(opening, part, rows, rule, "note", f"{_counted(part, rows)} left out: {why}")
    view.left_out.append((view.name, rule, view.rows[rows]))
    records = rows & _has_subject(view, rows, opening)
    if records.any():
        has = "it has" if records.sum() == 1 else "they have"
        message = f"{_counted(part, records)} left out although {has} a subject's number: {why}"
        _add_finding(opening, part, records, RECORDS_LEFT_OUT, "warning", message)
    return view


def _counted(part: OpenTable, rows: np.ndarray) -> str:
    count, named = int(rows.sum()), row_ranges(part.raw.rows[rows], part.raw.rows)
    return f"1 row ({named}) is" if count == 1 else f"{count:,} rows ({named}) are"


def _add_finding(
    opening: TableOpening, part: OpenTable, rows: np.ndarray, rule: str, severity: str, message: str
) -> None:
    """One finding, at the first of the rows."""
    source = str(Source(part.raw.file, part.raw.sheet, int(part.raw.rows[rows][0]), 1))
    site, table = opening.files.site, opening.name
    opening.files.findings.append(
        build_findings(rule, severity, 1, site=site, table=table, source=source, message=message)
    )


def _has_subject(view: View, rows: np.ndarray, opening: TableOpening) -> np.ndarray:
    """Which rows have a subject's number: one of the key file, or like the pattern, or that a row which stays has too."""
    column = opening.table.subject
    if column not in view.texts or not len(view):
        return np.zeros(len(view), dtype=bool)
    codes, texts = view.factorized(column)
    known: Collection[str] = opening.numbers.keys()
    if opening.mapping.head.subjects.file:
        is_number = [clean(text) in known for text in texts]
    elif opening.mapping.head.subjects.pattern:
        folded = [normalize("NFKC", text).strip() for text in texts]
        is_number = [opening.subject_pattern.fullmatch(text) is not None and text != "" for text in folded]
    else:
        stays = set(np.unique(codes[~rows]).tolist())
        is_number = [at in stays and text != "" for at, text in enumerate(texts)]
    return np.asarray(np.array(is_number, dtype=bool)[codes])


def _has_header(raw: RawTable, heading: Heading) -> np.ndarray:
    """Which rows have the text of every cell of a header row again."""
    grid, found = raw.origin.grid, np.zeros(len(raw.rows), dtype=bool)
    for header in grid[[row - 1 for row in heading.rows]]:
        filled = np.flatnonzero(header != "")
        if len(filled):
            rows = np.flatnonzero(grid[raw.rows - 1, filled[0]] == header[filled[0]])
            found[rows[(grid[raw.rows[rows] - 1] == header).all(axis=1)]] = True
    return found


def _repeated(part: OpenTable, kept: np.ndarray, opening: TableOpening) -> tuple[np.ndarray, np.ndarray]:
    """Which rows that stay repeat an earlier one that stays, and which a row of an earlier transfer, said with that."""
    raw = part.raw
    of_sheet = opening.files.tables[raw.file, raw.sheet, opening.table.heading].repeated
    of_transfer = part.repeated & ~of_sheet & kept
    repeated = of_sheet & kept
    if repeated.any() and not kept.all():
        repeated[kept] = raw.body[kept].duplicated().to_numpy()
    return repeated | of_transfer, of_transfer


def _add_repeated(view: View, part: OpenTable, repeated: np.ndarray, opening: TableOpening) -> None:
    raw = part.raw
    again = [row for row in np.flatnonzero(repeated).tolist() if row not in part.said]
    part.said.update(again)
    sources = [str(Source(raw.file, raw.sheet, int(raw.rows[row]), 1)) for row in again]
    message = "every cell of this row repeats an earlier row; the row is left out"
    column = opening.table.subject
    own = view.texts[column][again] if column in view.texts else [""] * len(again)
    opening.files.findings.append(
        build_findings(
            ROW_REPEATED,
            "warning",
            len(again),
            site=opening.files.site,
            subject=[opening.study_number(str(text)) for text in own],
            source=sources,
            message=message,
        )
    )
