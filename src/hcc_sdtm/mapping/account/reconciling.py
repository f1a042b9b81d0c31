"""The reconciliation of a site: what was sent, what became of it, and a finding for whatever is in no dataset.

Its counts add up: the rows of a sheet are the sum of its ``rows`` lines, its filled cells the sum of its ``cells`` lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Lineage
from hcc_sdtm.finding import build_findings, join_findings
from hcc_sdtm.mapping.account.cell_ranges import cell_ranges, row_ranges
from hcc_sdtm.mapping.account.cell_use import account_for_cells
from hcc_sdtm.mapping.account.changed_values import CHANGE_COLUMNS, count_changes
from hcc_sdtm.mapping.account.raw_places import RawPlaces
from hcc_sdtm.mapping.account.sheet_use import CellClass, RowClass, SheetUse
from hcc_sdtm.mapping.rules.evaluating import Evaluation
from hcc_sdtm.mapping.rules.term_reading import TERM_UNKNOWN, unknown_text
from hcc_sdtm.mapping.tables.site_files import FILE_SUPERSEDED, SiteFiles
from hcc_sdtm.source import Source, column_letters

COLUMN_WITHOUT_RULE = "MAP-003 column.unused"
SHEET_WITHOUT_TABLE = "MAP-006 sheet.unused"
CELLS_UNREAD = "MAP-060 cell.not-looked-at"
ROWS_UNTAKEN = "MAP-061 row.taken-by-no-block"
ROWS_TAKEN_AWAY = "MAP-062 row.left-out-by-option"
ABOVE_TABLE = "MAP-063 cell.above-the-table"
KEYS_UNUSED = "MAP-067 key.of-no-subject"

RECONCILIATION_COLUMNS = ("site", "file", "sheet", "measure", "class", "name", "rule", "count", "where")
"""``measure`` is rows, rows mapped, cells, values, texts, dictionary or files; ``class`` what became of the counted, or the
dataset; ``name`` the column, table, variable or line of the mapping; ``where`` rows, cells or the text. Only ``count`` is a
number."""

_MOST = 2_000
"""Ranges that one line of the reconciliation names."""

_RULE_OF_COLUMNS = {
    CellClass.DECLARED_UNUSED: "",
    CellClass.IN_A_COLUMN_THAT_NO_RULE_USES: COLUMN_WITHOUT_RULE,
    CellClass.NOT_LOOKED_AT_IN_ITS_ROW: CELLS_UNREAD,
}
_RULE_OF_CELLS = {
    CellClass.ABOVE_THE_TABLE: ABOVE_TABLE,
    CellClass.IN_A_SHEET_THAT_NO_TABLE_READS: SHEET_WITHOUT_TABLE,
}


Line = tuple[str, str, str, str, str, str, str, int, str]


@dataclass(frozen=True)
class Reconciliation:
    """The account of a site as a frame of `RECONCILIATION_COLUMNS`, and the findings that go with it."""

    frame: pd.DataFrame
    findings: pd.DataFrame


@dataclass(frozen=True)
class Outcome:
    """What a mapping made: the records of each block with its domain and line of the mapping, the findings of its rules, and
    how many values each line of the reviewed dictionary gave."""

    frames: Sequence[tuple[str, str, pd.DataFrame]]
    findings: pd.DataFrame
    terms: pd.DataFrame


def reconcile(files: SiteFiles, evaluation: Evaluation, made: Outcome, lineage: Lineage) -> Reconciliation:
    """The reconciliation of a site whose records are made.

    Findings: a sheet no table reads, a column no rule uses, filled cells that nothing looked at although other cells of their
    column were read, rows that no block takes, rows that an option of a table left out, filled cells above a table.
    """
    uses = account_for_cells(evaluation.mapping, files, evaluation.views, evaluation.reads, made.frames)
    lines = [line for use in uses for line in _sheet_lines(use)]
    grids = {(sheet.file, sheet.sheet): sheet.grid for read in files.sheets.values() for sheet in read}
    places = RawPlaces(files.origins, files.tables)
    lines += _value_lines(count_changes([frame for _, _, frame in made.frames], lineage, places, grids))
    lines += _unknown_texts(made.findings)
    lines += _dictionary_lines(made.terms)
    lines += [
        ("", older, "", "files", "superseded", "", FILE_SUPERSEDED, 1, f"by {newer}")
        for older, newer in files.superseded.items()
    ]
    frame = reconciliation_frame([(files.site, *line[1:]) for line in lines])
    return Reconciliation(frame, join_findings(found for use in uses for found in _sheet_findings(use, files.site)))


def reconciliation_frame(lines: Sequence[Line]) -> pd.DataFrame:
    """Lines of a reconciliation as a frame of `RECONCILIATION_COLUMNS`; none give an empty one."""
    return pd.DataFrame(lines, columns=list(RECONCILIATION_COLUMNS)).astype({"count": "int64"})


def _sheet_lines(use: SheetUse) -> Iterator[Line]:
    numbers = np.arange(1, len(use.rows) + 1)
    filled = numbers[use.rows != 0]

    def line(measure: str, kind: str, name: str, rule: str, count: int, where: str = "") -> Line:
        return ("", *use.name, measure, kind, name, rule, count, where)

    for row_class in RowClass:
        of_class, label = use.rows == row_class, row_class.label
        if row_class == RowClass.LEFT_OUT:
            for number, (table, what) in enumerate(use.reasons):
                at = numbers[use.reason == number]
                if len(at):
                    yield line("rows", label, table, what, len(at), f"rows {row_ranges(at, filled, _MOST)}")
        elif of_class.any():
            rule = _rule_of_rows(use, row_class)
            where = f"rows {row_ranges(numbers[of_class], filled, _MOST)}" if rule else ""
            yield line("rows", label, "", rule, int(of_class.sum()), where)
    domains: dict[str, np.ndarray] = {}
    for (domain, _), rows in use.mapped.items():
        domains[domain] = domains.get(domain, np.zeros(len(rows), dtype=bool)) | rows
    for domain, rows in domains.items():
        yield line("rows mapped", domain, "", "", int(rows.sum()))
        for (of_domain, at), by_block in use.mapped.items():
            if of_domain == domain:
                yield line("rows mapped", domain, at, "", int(by_block.sum()))
    for cell_class in CellClass:
        count, label = int(np.count_nonzero(use.cells == cell_class)), cell_class.label
        if cell_class == CellClass.EMPTY or not count:
            continue
        if cell_class == CellClass.IN_A_ROW_LEFT_OUT:
            for number, (table, what) in enumerate(use.reasons):
                of_reason = use.cells[use.reason == number]
                if of_reason.any():
                    yield line("cells", label, table, what, int((of_reason == cell_class).sum()))
        elif cell_class in _RULE_OF_COLUMNS:
            for column, at in _columns_with(use, cell_class):
                where = cell_ranges(column, at, _filled_rows(use, column), _MOST)
                yield line("cells", label, _name(use, column), _RULE_OF_COLUMNS[cell_class], len(at), where)
        else:
            of_row = cell_class == CellClass.IN_A_ROW_THAT_NO_BLOCK_TAKES
            rule = _rule_of_rows(use, RowClass.TAKEN_BY_NO_BLOCK) if of_row else _RULE_OF_CELLS.get(cell_class, "")
            yield line("cells", label, "", rule, count)


def _rule_of_rows(use: SheetUse, row_class: RowClass) -> str:
    if row_class == RowClass.TAKEN_BY_NO_BLOCK:
        return KEYS_UNUSED if use.is_key_file else ROWS_UNTAKEN
    return ABOVE_TABLE if row_class == RowClass.ABOVE_THE_TABLE else ""


def _columns_with(use: SheetUse, cell_class: CellClass) -> Iterator[tuple[int, np.ndarray]]:
    """1-based columns that have cells of the class, each with their 1-based rows."""
    of_class = use.cells == cell_class
    for column in np.flatnonzero(of_class.any(axis=0)).tolist():
        yield column + 1, np.flatnonzero(of_class[:, column]) + 1


def _filled_rows(use: SheetUse, column: int) -> np.ndarray:
    return np.flatnonzero(use.cells[:, column - 1]) + 1


def _name(use: SheetUse, column: int) -> str:
    return use.names.get(column, f"column {column_letters(column)}")


def _sheet_findings(use: SheetUse, site: str) -> Iterator[pd.DataFrame]:
    file, sheet = use.name
    tables = ", ".join(use.tables)

    def finding(rule: str, severity: str, message: str, row: int = 0, column: int = 0, **more: str) -> pd.DataFrame:
        source = str(Source(file, sheet, row, column))
        return build_findings(rule, severity, 1, site=site, table=tables, source=source, message=message, **more)

    numbers = np.arange(1, len(use.rows) + 1)
    filled = numbers[use.rows != 0]
    unread = int(np.count_nonzero(use.cells == CellClass.IN_A_SHEET_THAT_NO_TABLE_READS))
    if unread:
        yield finding(SHEET_WITHOUT_TABLE, "note", f"no table of the mapping reads this sheet: {_cells(unread)}")
    for column, at in _columns_with(use, CellClass.IN_A_COLUMN_THAT_NO_RULE_USES):
        name = _name(use, column)
        message = f'no rule uses the column "{name}": {_cells(len(at))}'
        yield finding(COLUMN_WITHOUT_RULE, "note", message, use.header_row, column, variable=name)
    for column, at in _columns_with(use, CellClass.NOT_LOOKED_AT_IN_ITS_ROW):
        name = _name(use, column)
        where = cell_ranges(column, at, _filled_rows(use, column))
        message = f'nothing looked at {_cells(len(at))} of the column "{name}", because of their rows: {where}'
        yield finding(CELLS_UNREAD, "note", message, int(at[0]), column, variable=name)
    untaken = numbers[use.rows == RowClass.TAKEN_BY_NO_BLOCK]
    if len(untaken):
        rows = _rows(untaken, filled)
        if use.is_key_file:
            message = f"no table of the site has the number of {rows}"
            yield finding(KEYS_UNUSED, "note", message, int(untaken[0]), 1)
        else:
            yield finding(ROWS_UNTAKEN, "warning", f"no block of the mapping takes {rows}", int(untaken[0]), 1)
    for number, (table, what) in enumerate(use.reasons):
        at = numbers[use.reason == number]
        if len(at) and not what.startswith("MAP-"):
            message = f'by {what} of the table "{table}" no record is made of {_rows(at, filled)}'
            yield finding(ROWS_TAKEN_AWAY, "note", message, int(at[0]), 1)
    above = int(np.count_nonzero(use.cells == CellClass.ABOVE_THE_TABLE))
    if above:
        parts = [
            cell_ranges(column, at, _filled_rows(use, column))
            for column, at in _columns_with(use, CellClass.ABOVE_THE_TABLE)
        ]
        row = int(numbers[use.rows == RowClass.ABOVE_THE_TABLE][0])
        yield finding(
            ABOVE_TABLE, "note", f"{_cells(above)} above the table, in no dataset: {', '.join(parts)}", row, 1
        )


def _rows(at: np.ndarray, filled: np.ndarray) -> str:
    named = row_ranges(at, filled)
    return f"row {named}" if len(at) == 1 else f"{len(at):,} rows: {named}"


def _cells(count: int) -> str:
    return f"{count:,} filled cell{'s' if count > 1 else ''}"


def _value_lines(changes: pd.DataFrame) -> Iterator[Line]:
    for dataset, variable, *counts in changes.itertuples(index=False):
        for label, count in zip(CHANGE_COLUMNS[2:], counts, strict=True):
            if count:
                yield ("", "", "", "values", label, f"{dataset}.{variable}", "", int(count), "")


def _unknown_texts(findings: pd.DataFrame) -> Iterator[Line]:
    unknown = findings[findings["rule"] == TERM_UNKNOWN]
    unknown = unknown.assign(text=unknown["message"].map(unknown_text).astype(object))
    counts = unknown.groupby(["dataset", "variable", "text", "expected"], sort=True, as_index=False).size()
    for dataset, variable, quoted, expected, count in counts.itertuples(index=False):
        text = f'"{quoted}"' + (f"; {expected}" if expected else "")
        yield ("", "", "", "texts", "no term covers it", f"{dataset}.{variable}", TERM_UNKNOWN, int(count), text)


def _dictionary_lines(terms: pd.DataFrame) -> Iterator[Line]:
    for file, line, name, typed, term, values in terms.itertuples(index=False):
        used = "used" if values else "never used"
        yield ("", str(file), "", "dictionary", used, f"{name}, line {line}", "", int(values), f'"{typed}": {term}')
