"""A mapping's table opened on the site's files as a view: its sheets under one another, each row with its subject's number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from hcc_sdtm.finding import build_findings
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.language.name_pattern import NamePattern
from hcc_sdtm.mapping.language.verbs import SUBJECT
from hcc_sdtm.mapping.tables.checkboxes import add_checkboxes
from hcc_sdtm.mapping.tables.leaving_out import leave_out_rows
from hcc_sdtm.mapping.tables.row_groups import group_rows
from hcc_sdtm.mapping.tables.sheet_view import sheet_view
from hcc_sdtm.mapping.tables.site_files import OpenTable, SiteFiles
from hcc_sdtm.mapping.tables.table_opening import TableOpening, UnopenedTable
from hcc_sdtm.mapping.tables.unpivoting import unpivot
from hcc_sdtm.mapping.tables.view import Positions, View
from hcc_sdtm.problem import nearest
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.repeated_text import repeat_text
from hcc_sdtm.source import Source

SUBJECT_UNKNOWN = "MAP-001 subject.not-in-key"
KEY_REPEATED = "MAP-004 row.key-repeated"
TABLE_EMPTY = "MAP-007 table.empty"


def open_view(name: str, mapping: SiteMapping, files: SiteFiles, numbers: Mapping[str, str]) -> View:
    """A table of the mapping as a view; ``numbers`` gives study numbers by cleaned site numbers (empty: they are the same).

    Steps, each on one sheet: rows that are no records left out, subjects numbered, checkboxes, unpivot. Then the sheets are
    put under one another.

    Raises UnopenedTable for everything that the table names and is not there: file, sheet, header row, columns; each with the
    nearest that is. Findings: those of each step; a subject number that is empty, not in the key file or not like the
    pattern (the row is left out); a table without a row.
    """
    opening = TableOpening(name, mapping, files, dict(numbers))
    parts = _open_parts(opening)
    views = [_open_sheet(opening, part, named) for part, named in parts]
    view = _under_one_another(views) if views else None
    if view is not None and SUBJECT not in view.texts:
        # rules may read it all the same: that the site's own number is missing is a problem already
        view.texts[SUBJECT], view.positions[SUBJECT] = repeat_text("", len(view)), ()
    if opening.problems and view is not None:
        _check_arrangement(view, opening)
    if opening.problems or view is None:
        raise UnopenedTable(sorted(opening.problems, key=lambda problem: problem.source.line), view)
    if not any(len(part.raw.rows) for part, _ in parts):
        _add_empty(opening, parts[0][0])
    return view


def _check_arrangement(view: View, opening: TableOpening) -> None:
    """Adds the columns that later steps name and that are not there either, so that one run shows every problem."""
    table = opening.table
    if table.explode is not None:
        opening.has(view, table.explode.columns, "explode", "columns")
    if table.latest is not None:
        opening.has(view, table.latest.per, "latest", "per")
        opening.has(view, [table.latest.by.column], "latest", "by")
    if table.aggregate is None:
        opening.has(view, table.unique, "unique")
        return
    opening.has(view, table.aggregate.per, "aggregate", "per")
    for name, measure in table.aggregate.measures.items():
        opening.has(view, [measure.column], "aggregate", "measures", name)


def _open_parts(opening: TableOpening) -> list[tuple[OpenTable, dict[str, str]]]:
    """Each sheet of the table, with the texts that the names of its file and sheet give."""
    table, files = opening.table, opening.files
    sheets: list[tuple[RawSheet, dict[str, str]]] = []
    for transfer in files.choose(table.file, table.transfers, opening.source("file")):
        sheets += [(sheet, transfer.keys | named) for sheet, named in _sheets_of(transfer.file, opening)]
    heading, parts = table.heading, []
    for sheet, named in sheets:
        height = sheet.grid.shape[0]
        if max(heading.rows) <= height:
            parts.append((files.open(sheet, heading, opening.mapping.head.hidden), named))
        elif sheet.grid.size or len(sheets) == 1:
            message = f"{Source(sheet.file, sheet.sheet)} has {height} rows, so none is header row {max(heading.rows)}"
            opening.add_problem(message, "header")
    if table.transfers == "all":
        parts = files.open_transfers(parts)
    return parts


def _sheets_of(file: str, opening: TableOpening) -> list[tuple[RawSheet, dict[str, str]]]:
    """The sheets of a file that the table's pattern matches, with the texts of the names in braces."""
    wanted = opening.table.sheet
    sheets = opening.files.read(file, opening.table.encoding)
    pattern = NamePattern(wanted or "*")
    found = [(sheet, named) for sheet in sheets if (named := pattern.match(sheet.sheet)) is not None]
    names = [sheet.sheet for sheet in sheets]
    if not found and names == [""]:
        opening.add_problem(f"{file} is a text file and has no sheets; leave sheet out", "sheet")
    elif not found:
        hint = nearest(wanted, names) or ";"
        opening.add_problem(f'{file} has no sheet "{wanted}"{hint} it has {", ".join(names)}', "sheet")
    if not wanted and len(found) > 1:
        opening.add_problem(f"{file} has several sheets; name the one: {', '.join(names)}")
    return found


def _open_sheet(opening: TableOpening, part: OpenTable, named: Mapping[str, str]) -> View:
    """One sheet, its rows numbered as soon as it has the column, so that later findings tell the subject."""
    subject = opening.table.subject
    view = leave_out_rows(sheet_view(opening, part, named), part, opening)
    is_column = subject in view.texts
    if is_column:
        view = _number_subjects(view, opening)
    view = unpivot(add_checkboxes(view, opening), opening)
    if not is_column and opening.has(view, [subject], "subject"):
        view = _number_subjects(view, opening)
    return view


def _under_one_another(views: Sequence[View]) -> View:
    """The sheets of one table as one view; a column that a sheet has not is ``""`` in its rows."""
    first = views[0]
    if len(views) == 1:
        return first
    columns = list(dict.fromkeys(column for view in views for column in view.texts))
    starts = np.cumsum([0, *(len(view.sheets) for view in views)])
    systems = {view.date_system for view in views}
    return replace(
        first,
        texts={column: np.concatenate([_texts(view, column) for view in views]) for column in columns},
        positions={column: _positions(views, column) for column in columns},
        rows=np.concatenate([view.rows for view in views]),
        items=np.concatenate([view.items + start for view, start in zip(views, starts, strict=False)]),
        sheets=tuple(sheet for view in views for sheet in view.sheets),
        date_system=first.date_system if len(systems) == 1 else "",
        has_workbook=any(systems),
        hidden=frozenset().union(*(view.hidden for view in views)),
        from_names=frozenset().union(*(view.from_names for view in views)),
        distinct={},
        arranged_by=set().union(*(view.arranged_by for view in views)),
        left_out=[entry for view in views for entry in view.left_out],
    )


def _texts(view: View, column: str) -> np.ndarray:
    return view.texts[column] if column in view.texts else repeat_text("", len(view))


def _positions(views: Sequence[View], column: str) -> Positions:
    """Spreadsheet columns of a column by item, over all sheets; one entry where they never differ."""
    by_item = [
        view.columns_at(column, item) if column in view.positions else ()
        for view in views
        for item in range(len(view.sheets))
    ]
    return (by_item[0],) if len(set(by_item)) == 1 else tuple(by_item)


def _number_subjects(view: View, opening: TableOpening) -> View:
    """The view with the study number of each row in the column ``subject``; rows without one are left out, with a finding.

    Full-width letters and digits of a number are the half-width ones, as they are in the key file.
    """
    head, column = opening.mapping.head, opening.table.subject
    codes, texts = view.factorized(column)
    view.set_texts(SUBJECT, codes, [opening.study_number(text) for text in texts])
    view.positions[SUBJECT] = view.positions[column]
    view.hidden -= {SUBJECT}  # the sheet's own column of that name is not read any more
    if column in view.from_names:
        view.from_names |= {SUBJECT}
    unnumbered = view.texts[SUBJECT] == ""
    if not unnumbered.any():
        return view
    lost = np.flatnonzero(unnumbered)
    _, first_of_row = np.unique(view.rows[lost], return_index=True)
    where = f" or not in the key file {head.subjects.file}" if head.subjects.file else ""
    where += f" or not like {head.subjects.pattern}" if head.subjects.pattern else ""
    message = f"this row's subject number is empty{where}; the row is left out of every dataset"
    opening.add_findings(view, lost[first_of_row], column, SUBJECT_UNKNOWN, "error", message)
    view.left_out.append((view.name, SUBJECT_UNKNOWN, view.rows[lost[first_of_row]]))
    return view.keep(~unnumbered)


def _add_empty(opening: TableOpening, part: OpenTable) -> None:
    opening.files.findings.append(
        build_findings(
            TABLE_EMPTY,
            "warning",
            1,
            site=opening.files.site,
            table=opening.name,
            source=str(Source(part.raw.file, part.raw.sheet)),
            message="there is no row under the header",
        )
    )


def require_unique(view: View, opening: TableOpening) -> View:
    """The view with one row for each key of the table's ``unique`` columns; a later one is left out, with a finding.

    Keys are compared as those of ``per`` and ``on`` are. A row without a value in one of the columns stays, with a warning:
    that its key is another's is not known.
    """
    unique = opening.table.unique
    if not unique or not len(view):
        return view
    groups, keyless = group_rows(view, unique, np.zeros(len(view)), opening.files.site)
    opening.files.findings.append(keyless)
    firsts = groups.order[groups.starts]
    again = np.ones(len(view), dtype=bool)
    again[firsts] = False
    if not again.any():
        return view
    kept, _ = view.cells(firsts[groups.numbers[again]], unique[0])
    names = " and ".join(unique)
    message = [
        f"a second row with the same {names}; the first, at {first}, is kept and this one left out" for first in kept
    ]
    opening.add_findings(view, np.flatnonzero(again), unique[0], KEY_REPEATED, "error", message)
    view.left_out.append((view.name, KEY_REPEATED, np.setdiff1d(view.rows[again], view.rows[~again])))
    return view.keep(~again)
