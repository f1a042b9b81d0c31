"""What became of each row and each cell of a site's sheets, worked out from its tables, its records and what rules looked at.

A row that several tables read is mapped where any of them gave a record of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import ROW
from hcc_sdtm.mapping.account.raw_places import PlacesInSheet, RawPlaces, SheetName
from hcc_sdtm.mapping.account.sheet_use import CellClass, RowClass, SheetUse
from hcc_sdtm.mapping.language.condition import columns_of
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.language.verbs import SUBJECT, FirstOf, Lookup, columns_read
from hcc_sdtm.mapping.rules.settling import rules_with_views
from hcc_sdtm.mapping.tables.site_files import ROW_REPEATED, SiteFiles
from hcc_sdtm.mapping.tables.view import TableKey, View
from hcc_sdtm.raw.table import RawSheet


def account_for_cells(
    mapping: SiteMapping,
    files: SiteFiles,
    views: Mapping[str, View],
    reads: Mapping[tuple[str, str], np.ndarray],
    frames: Sequence[tuple[str, str, pd.DataFrame]],
) -> list[SheetUse]:
    """The account of every sheet of every file of the site that was read.

    ``reads`` are the rows of each view and column that a rule or a condition looked at; ``frames`` the records that each block
    made, with its domain and its line of the mapping.
    """
    places = RawPlaces(files.origins, files.tables)
    uses = {(sheet.file, sheet.sheet): _untouched(sheet) for read in files.sheets.values() for sheet in read}
    _place_tables(files, uses)
    _leave_out(files, views, places, uses)
    _take(frames, places, uses)
    for view, mask in _looked_up(mapping, views, reads):
        for found in places.find(view.rows[mask], view.items[mask]):
            uses[found.sheet].take(found.rows)
    for view in views.values():
        _mark_view(view, mapping, files, reads, places, uses)
    _mark_keys(mapping, files, views, uses)
    for use in uses.values():
        use.classify()
    return list(uses.values())


def _untouched(sheet: RawSheet) -> SheetUse:
    untouched, empty = np.int8(RowClass.IN_A_SHEET_THAT_NO_TABLE_READS), np.int8(RowClass.EMPTY)
    rows = np.where(sheet.filled.any(axis=1), untouched, empty)
    untouched, empty = np.int8(CellClass.IN_A_SHEET_THAT_NO_TABLE_READS), np.int8(CellClass.EMPTY)
    cells = np.where(sheet.filled, untouched, empty)
    return SheetUse((sheet.file, sheet.sheet), rows, cells, np.full(len(rows), -1), np.zeros_like(sheet.filled))


def _place_tables(files: SiteFiles, uses: Mapping[SheetName, SheetUse]) -> None:
    """Above, header and body of each sheet; a row that is the header of one table and in the body of another is header."""
    body: dict[SheetName, list[np.ndarray]] = {}
    header: dict[SheetName, set[int]] = {}
    for key, opened in files.tables.items():
        body.setdefault(key[:2], []).append(opened.raw.rows - 1)
        header.setdefault(key[:2], set()).update(row - 1 for row in key[2].rows)
        use = uses[key[:2]]
        use.header_row = min(use.header_row or key[2].row, key[2].row)
        use.identifying |= opened.raw.identifying
        for name, column in opened.raw.positions.items():
            use.names.setdefault(column, name)
    for sheet, rows in body.items():
        use = uses[sheet]
        use.rows[use.rows == RowClass.IN_A_SHEET_THAT_NO_TABLE_READS] = RowClass.ABOVE_THE_TABLE
        for each in rows:
            use.rows[each] = RowClass.TAKEN_BY_NO_BLOCK
        at = np.array(sorted(header[sheet]))
        use.rows[at] = np.where(use.rows[at] == RowClass.EMPTY, RowClass.EMPTY, RowClass.HEADER)


def _leave_out(
    files: SiteFiles, views: Mapping[str, View], places: RawPlaces, uses: Mapping[SheetName, SheetUse]
) -> None:
    """Rows that are left out; of several reasons the first holds, in the order of the mapping's tables."""
    every = [(name, what, rows) for view in views.values() for name, what, rows in view.left_out]
    every += [("", what, rows) for what, rows in files.left_out]
    every += [("", ROW_REPEATED, opened.first + np.flatnonzero(opened.repeated)) for opened in files.tables.values()]
    for table, what, rows in every:
        for found in places.find(np.asarray(rows, dtype=np.int64)):
            uses[found.sheet].leave_out(found.rows, (table, what))


def _take(
    frames: Sequence[tuple[str, str, pd.DataFrame]], places: RawPlaces, uses: Mapping[SheetName, SheetUse]
) -> None:
    """Rows that records were made of, or that gave a value to one: whatever another table did with them."""
    for domain, line, frame in frames:
        for column in frame.columns if len(frame) else ():
            if column != ROW and not column.startswith(f"{ROW}:"):
                continue
            for found in places.find(pd.unique(frame[column].to_numpy().astype(np.int64))):
                use = uses[found.sheet]
                use.mapped.setdefault((domain, line), np.zeros(len(use.rows), dtype=bool))[found.rows] = True
                use.take(found.rows)


def _looked_up(
    mapping: SiteMapping, views: Mapping[str, View], reads: Mapping[tuple[str, str], np.ndarray]
) -> Iterator[tuple[View, np.ndarray]]:
    """The rows of each table that a lookup read, whether or not its value won: told by columns that nothing else reads."""
    asked: dict[str, set[str]] = {}
    others: dict[str, set[str]] = {}
    for block in mapping.blocks:
        own = views[block.rows]
        others.setdefault(own.name, set()).update(columns_of(block.when))
        for rule in (*block.rules.values(), *block.supp.values()):
            for inner, view in rules_with_views(rule, own, views):
                if isinstance(inner, Lookup):
                    others.setdefault(inner.lookup.table, set()).update(inner.lookup.on)
                if view is not own and not isinstance(inner, FirstOf):
                    asked.setdefault(view.name, set()).update(columns_read(inner), columns_of(inner.when))
    for name, columns in asked.items():
        masks = [reads[name, column] for column in columns - others.get(name, set()) if (name, column) in reads]
        if masks:
            yield views[name], np.logical_or.reduce(masks)


def _mark_view(
    view: View,
    mapping: SiteMapping,
    files: SiteFiles,
    reads: Mapping[tuple[str, str], np.ndarray],
    places: RawPlaces,
    uses: Mapping[SheetName, SheetUse],
) -> None:
    """The cells of a table's columns that were looked at: by rules in the rows of ``reads``, by the table itself in all."""
    found: dict[str, list[PlacesInSheet]] = {}
    for column, positions in view.positions.items():
        mask = reads.get((view.name, column))
        if mask is None or not positions:
            continue
        role = view.roles.get(column, "")
        if role not in found:
            stands = view.places(column)
            found[role] = list(places.find(stands.rows, stands.items))
        for key, columns in view.sheet_columns(column).items():
            uses[key[:2]].read |= columns
        for each in found[role] if any(positions) else ():
            uses[each.sheet].mark(positions, each, mask)
        _mark_whole(view.compared_columns(column), uses)
    # what arranges the rows is asked of every row, also of those that the view then has not; a list is only taken apart
    explode = mapping.head.tables[view.name].explode
    _mark_whole(view.sheet_columns(SUBJECT), uses)
    _mark_whole(view.arranging_columns(but=explode.columns if explode else ()), uses)
    for key in view.parts:
        uses[key[:2]].tables[view.name] = None
    for column in mapping.head.tables[view.name].ignore:
        for key, columns in _ignored(view, column, files).items():
            uses[key[:2]].ignored |= columns


def _ignored(view: View, column: str, files: SiteFiles) -> dict[TableKey, set[int]]:
    """The spreadsheet columns of an ignored column, by sheet: the table's own of that name, else those with that header."""
    if column in view.positions:
        return view.sheet_columns(column)
    headers = {key: files.tables[key].raw for key in view.parts}
    named = {key: raw.aliases.get(column, column) for key, raw in headers.items()}
    return {key: {raw.positions[named[key]]} for key, raw in headers.items() if named[key] in raw.positions}


def _mark_whole(columns: Mapping[TableKey, set[int]], uses: Mapping[SheetName, SheetUse]) -> None:
    """Marks columns of sheets as used in every row."""
    for key, places in columns.items():
        uses[key[:2]].read |= places
        uses[key[:2]].used[:, [at - 1 for at in places]] = True


def _mark_keys(
    mapping: SiteMapping, files: SiteFiles, views: Mapping[str, View], uses: Mapping[SheetName, SheetUse]
) -> None:
    """The rows of the key file whose study number a subject of the site's tables has."""
    key_file = files.key_file
    if key_file is None:
        return
    use = uses[key_file.file, key_file.sheet]
    use.is_key_file = True
    use.read |= set(key_file.columns)
    prefix = mapping.head.subjects.prefix
    subjects = {str(text) for view in views.values() for text in pd.unique(view.texts[SUBJECT])}
    rows = np.array(
        [row - 1 for row, number in key_file.numbers.items() if prefix + number in subjects], dtype=np.int64
    )
    rows = rows[use.rows[rows] == RowClass.TAKEN_BY_NO_BLOCK]
    use.rows[rows] = RowClass.KEY_OF_A_SUBJECT
    for column in key_file.columns:
        use.used[rows, column - 1] = True
