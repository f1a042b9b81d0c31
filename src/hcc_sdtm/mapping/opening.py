"""A mapping's table opened on the site's files as a view: sheets stacked, columns turned to rows, subjects numbered."""

from __future__ import annotations

import fnmatch
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.finding import build_findings
from hcc_sdtm.mapping.model import SiteMapping
from hcc_sdtm.mapping.site_files import OpenTable, SiteFiles, no_column
from hcc_sdtm.mapping.table_options import Table
from hcc_sdtm.mapping.verbs import SUBJECT
from hcc_sdtm.mapping.view import View, clean
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.source import Source

SUBJECT_UNKNOWN = "MAP-001 subject.not-in-key"
KEY_REPEATED = "MAP-004 row.key-repeated"
TABLE_EMPTY = "MAP-007 table.empty"


def open_view(name: str, mapping: SiteMapping, files: SiteFiles, numbers: Mapping[str, str]) -> View:
    """A table of the mapping as a view; ``numbers`` gives study numbers by cleaned site numbers (empty: they are the same).

    Raises StudyError for a file, sheet or column that does not exist, with the nearest that does.
    Findings: a row sent twice or with a key of ``unique`` that came before (the first is kept), a subject number that is
    empty, not in the key file or not like the pattern (its rows are left out), a table without a row.
    """
    table = mapping.head.tables[name]
    at = ("tables", name)
    sheets = _sheets(table, mapping, files, at)
    parts = [files.open(sheet, table.header, mapping.head.hidden) for sheet in sheets]
    problems = [
        Problem(mapping.file.source((*at, "subject")), no_column(table.subject, part.raw, mapping))
        for part in parts
        if table.subject not in part.raw.positions
    ]
    if problems:
        raise StudyError(problems)
    opened = [_open_part(table, part, mapping, at) for part in parts]
    items_each = opened[0].item_count
    columns = list(dict.fromkeys(column for part in opened for column in part.texts))
    view = View(
        name,
        {column: np.concatenate([part.column(column) for part in opened]) for column in columns},
        {column: _places(column, opened) for column in columns},
        np.concatenate([part.rows for part in opened]),
        np.concatenate([part.items + number * items_each for number, part in enumerate(opened)]),
        files.origins,
        frozenset(clean(text) for text in mapping.head.missing) | {""},
        tuple((sheet.file, sheet.sheet, table.header) for sheet in sheets),
        items_each,
        frozenset(
            column
            for part, long in zip(parts, opened, strict=True)
            for column, places in long.positions.items()
            if any(place in part.raw.identifying for item in places for place in item)
        ),
        sheets[0].date_system,
    )
    if not len(view):
        files.findings.append(
            build_findings(
                TABLE_EMPTY,
                "warning",
                1,
                site=files.site,
                table=name,
                source=str(Source(sheets[0].file, sheets[0].sheet)),
                message="there is no row under the header",
            )
        )
    return _require_unique(_number_subjects(view, table, mapping, files, numbers), table, mapping, files, at)


def _sheets(table: Table, mapping: SiteMapping, files: SiteFiles, at: tuple[str, str]) -> list[RawSheet]:
    file = files.matching(table.file, mapping.file.source((*at, "file")))
    sheets = files.read(file)
    found = [sheet for sheet in sheets if not table.sheet or fnmatch.fnmatchcase(sheet.sheet, table.sheet)]
    if not found:
        names = [sheet.sheet for sheet in sheets]
        hint = nearest(table.sheet, names) or ";"
        message = f'{file} has no sheet "{table.sheet}"{hint} it has {", ".join(names)}'
        raise StudyError([Problem(mapping.file.source((*at, "sheet")), message)])
    if not table.sheet and len(found) > 1:
        message = f"{file} has several sheets; name the one: {', '.join(sheet.sheet for sheet in found)}"
        raise StudyError([Problem(mapping.file.source(at), message)])
    return found


@dataclass
class _Part:
    """One raw table of a view, already unpivoted."""

    texts: dict[str, np.ndarray]
    positions: dict[str, tuple[tuple[int, ...], ...]]
    rows: np.ndarray
    items: np.ndarray
    item_count: int

    def column(self, name: str) -> np.ndarray:
        return self.texts.get(name, np.full(len(self.rows), "", dtype=object))


def _open_part(table: Table, part: OpenTable, mapping: SiteMapping, at: tuple[str, str]) -> _Part:
    raw = part.raw
    once = np.flatnonzero(~part.repeated)
    rows = part.first + once
    texts = {column: raw.body[column].to_numpy(dtype=object)[once] for column in raw.positions}
    positions: dict[str, tuple[tuple[int, ...], ...]] = {
        column: ((at_column,),) for column, at_column in raw.positions.items()
    }
    if table.unpivot is None:
        return _Part(texts, positions, rows, np.zeros(len(rows), dtype=np.int64), 1)
    unpivot = table.unpivot
    names = list(unpivot.keys)
    items = list(itertools.product(*(unpivot.keys[name].items() for name in names)))
    headers = {
        measure: [
            _header_of(
                unpivot.columns,
                {name: key for name, (key, _) in zip(names, item, strict=True)} | {"measure": text},
            )
            for item in items
        ]
        for measure, text in unpivot.measures.items()
    }
    # an item that is not in the file at all did not happen; one with a measure lost would lose its values in silence
    present = [any(wanted[item] in raw.positions for wanted in headers.values()) for item in range(len(items))]
    problems = [
        Problem(mapping.file.source((*at, "unpivot", "measures")), no_column(header, raw, mapping))
        for wanted in headers.values()
        for item, header in enumerate(wanted)
        if header not in raw.positions and (present[item] or not any(present))
    ]
    if problems:
        raise StudyError(problems)
    used = {header for wanted in headers.values() for header in wanted}
    blank = np.full(len(rows), "", dtype=object)
    measured = {measure: [texts.get(header, blank) for header in wanted] for measure, wanted in headers.items()}
    filled = [
        np.logical_or.reduce([measured[measure][item] != "" for measure in measured]) for item in range(len(items))
    ]
    keep = [np.flatnonzero(mask) for mask in filled]
    item_codes = np.concatenate([np.full(len(kept), item, dtype=np.int64) for item, kept in enumerate(keep)])
    kept_rows = np.concatenate(keep)
    order = np.lexsort((item_codes, kept_rows))
    kept_rows, item_codes = kept_rows[order], item_codes[order]
    long = {column: text[kept_rows] for column, text in texts.items() if column not in used}
    for measure, columns in measured.items():
        long[measure] = np.concatenate([column[kept] for column, kept in zip(columns, keep, strict=True)])[order]
        positions[measure] = tuple(
            (raw.positions[header],) if header in raw.positions else () for header in headers[measure]
        )
    for index, name in enumerate(names):
        values = np.array([item[index][1] for item in items], dtype=object)
        long[name] = values[item_codes]
        positions[name] = ()
    return _Part(long, positions, rows[kept_rows], item_codes, len(items))


def _header_of(pattern: str, names: Mapping[str, str]) -> str:
    return re.sub(r"{([^{}]+)}", lambda place: names[place[1]], pattern)


def _places(column: str, parts: Sequence[_Part]) -> tuple[tuple[int, ...], ...]:
    """Spreadsheet columns of a view's column by item, over all its parts; one entry where they never differ."""
    by_item: list[tuple[int, ...]] = []
    for part in parts:
        places = part.positions.get(column, ())
        by_item += [places[item if len(places) > 1 else 0] if places else () for item in range(part.item_count)]
    return (by_item[0],) if len(set(by_item)) == 1 else tuple(by_item)


def _number_subjects(
    view: View, table: Table, mapping: SiteMapping, files: SiteFiles, numbers: Mapping[str, str]
) -> View:
    """The view with the study number of each row in the column ``subject``; rows without one are left out, with a finding."""
    head = mapping.head
    codes, texts = view.factorized(table.subject)
    known = [numbers.get(clean(text), "") for text in texts] if head.subjects.file else list(texts)
    pattern = re.compile(head.subjects.pattern or ".*")
    full = np.array(
        [head.subjects.prefix + text if text and pattern.fullmatch(text) else "" for text in known], dtype=object
    )
    view.texts[SUBJECT] = full[codes] if len(codes) else np.empty(0, dtype=object)
    view.positions[SUBJECT] = view.positions[table.subject]
    lost = np.flatnonzero(view.texts[SUBJECT] == "")
    if not len(lost):
        return view
    _, first_of_row = np.unique(view.rows[lost], return_index=True)
    lost_rows = lost[first_of_row]
    where = f" or not in the key file {head.subjects.file}" if head.subjects.file else ""
    where += f" or not like {head.subjects.pattern}" if head.subjects.pattern else ""
    files.findings.append(
        view.findings(
            lost_rows,
            table.subject,
            SUBJECT_UNKNOWN,
            "error",
            head.site,
            f"this row's subject number is empty{where}; the row is left out of every dataset",
            variable=table.subject,
        )
    )
    return view.keep(view.texts[SUBJECT] != "")


def _require_unique(view: View, table: Table, mapping: SiteMapping, files: SiteFiles, at: tuple[str, str]) -> View:
    """The view with one row for each value of the table's ``unique`` columns; a later one is left out, with a finding."""
    unknown = [column for column in table.unique if column not in view.texts]
    if unknown:
        source = mapping.file.source((*at, "unique"))
        raise StudyError(
            [Problem(source, f'the table has no column "{name}"{nearest(name, view.named)}') for name in unknown]
        )
    if not table.unique or not len(view):
        return view
    keys = pd.DataFrame({column: view.values(column, np.arange(len(view))) for column in table.unique})
    again = keys.duplicated().to_numpy()
    if not again.any():
        return view
    firsts = keys.drop_duplicates().reset_index().merge(keys[again], on=list(table.unique))["index"].to_numpy()
    kept, _ = view.cells(firsts, table.unique[0])
    names = " and ".join(table.unique)
    message = [
        f"a second row with the same {names}; the first, at {first}, is kept and this one left out" for first in kept
    ]
    rows = np.flatnonzero(again)
    files.findings.append(
        view.findings(rows, table.unique[0], KEY_REPEATED, "error", files.site, message, variable=table.unique[0])
    )
    return view.keep(~again)
