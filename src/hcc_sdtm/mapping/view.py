"""A mapping's table opened on the site's files: text columns over rows, each value with its cell.

A view is one or more sheets under one header, stacked, and where the table says so turned from side by side to rows.
``items`` tells which sheet and which unpivot item a row comes from; with the raw row it gives the column of every value.
"""

from __future__ import annotations

import fnmatch
import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Origins
from hcc_sdtm.finding import build_findings, join_findings
from hcc_sdtm.mapping.model import SUBJECT, SiteMapping, Table
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.raw import build_table, read_sheets
from hcc_sdtm.raw.header import LEVELS_JOINED_BY
from hcc_sdtm.raw.table import RawSheet, RawTable
from hcc_sdtm.source import Source

SUBJECT_UNKNOWN = "MAP-001 subject.not-in-key"
ROW_REPEATED = "MAP-002 row.sent-twice"
COLUMN_UNUSED = "MAP-003 column.unused"
KEY_REPEATED = "MAP-004 row.key-repeated"
NUMBER_CONTRADICTED = "MAP-005 subject.key-contradicts"
SHEET_UNUSED = "MAP-006 sheet.unused"
TABLE_EMPTY = "MAP-007 table.empty"


def clean(text: str) -> str:
    """A text for comparing: surrounding space cut, full-width characters half-width, lower case."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


@dataclass
class View:
    """The rows of one table of a mapping.

    ``texts`` gives each column's text by row; ``positions`` its 1-based spreadsheet columns, one tuple an item (or a
    single one for every item); a column without positions stands in no cell (an unpivot key).
    """

    name: str
    texts: dict[str, np.ndarray]
    positions: dict[str, tuple[tuple[int, ...], ...]]
    rows: np.ndarray
    items: np.ndarray
    origins: Origins
    missing: Collection[str]
    parts: tuple[TableKey, ...]
    items_each: int
    hidden: frozenset[str] = frozenset()
    """Columns that are identifying: no rule may read them, and no message may name one that it was not given."""

    distinct: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def factorized(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """Codes and distinct texts of a column; surrounding space is cut and declared missing texts are ``""``."""
        if column not in self.distinct:
            codes, typed = pd.factorize(self.texts[column])
            trimmed = np.array([str(text).strip() for text in typed], dtype=object)
            trimmed[[clean(text) in self.missing for text in trimmed]] = ""
            recoded, texts = pd.factorize(trimmed)
            self.distinct[column] = (recoded[codes] if len(codes) else codes, np.asarray(texts, dtype=object))
        return self.distinct[column]

    def values(self, column: str, rows: np.ndarray) -> np.ndarray:
        """The trimmed text of a column at some rows."""
        codes, texts = self.factorized(column)
        return texts[codes[rows]] if len(rows) else np.empty(0, dtype=object)

    @property
    def named(self) -> list[str]:
        """The columns that a message may propose."""
        return [column for column in self.texts if column not in self.hidden]

    def lacking(self, column: str) -> list[TableKey]:
        """The stacked sheets without a column that others have."""
        places, each = self.positions[column], self.items_each
        if len(places) <= 1:
            return []
        return [key for at, key in enumerate(self.parts) if not any(places[at * each : (at + 1) * each])]

    def columns_at(self, column: str, item: int) -> tuple[int, ...]:
        """1-based spreadsheet columns of a column's value for one item."""
        places = self.positions[column]
        return places[item if len(places) > 1 else 0] if places else ()

    def cells(self, rows: Iterable[int], column: str) -> tuple[list[str], list[str]]:
        """Source and typed text of a column at some rows, as texts."""
        sources, typed = [], []
        for row in rows:
            places = self.columns_at(column, int(self.items[row]))
            source, text = self.origins.cells(int(self.rows[row]), places)[0]
            sources.append(str(source))
            typed.append(text if places else "")
        return sources, typed

    def findings(
        self,
        rows: np.ndarray,
        column: str,
        rule: str,
        severity: str,
        site: str,
        message: Sequence[str] | str,
        variable: str = "",
        dataset: str = "",
        expected: Sequence[str] | str = "",
    ) -> pd.DataFrame:
        """One finding for each row, at the cell of the column."""
        sources, typed = self.cells(rows, column)
        subject = self.texts[SUBJECT][rows] if SUBJECT in self.texts else ""
        return build_findings(
            rule,
            severity,
            len(rows),
            message=message,
            site=site,
            table=self.name,
            subject=subject,
            dataset=dataset,
            variable=variable or column,
            expected=expected,
            source=sources,
            typed=typed,
        )


@dataclass(frozen=True)
class OpenTable:
    """A raw table, the number of its first row, and which rows repeat an earlier row cell for cell."""

    raw: RawTable
    first: int
    repeated: np.ndarray


TableKey = tuple[str, str, tuple[int, ...]]


@dataclass
class SiteFiles:
    """A site's files opened once: sheets by file, and a raw table for each sheet and header, its rows numbered."""

    folder: Path
    site: str
    origins: Origins
    sheets: dict[str, list[RawSheet]] = field(default_factory=dict)
    tables: dict[TableKey, OpenTable] = field(default_factory=dict)
    findings: list[pd.DataFrame] = field(default_factory=list)

    def matching(self, pattern: str, source: Source) -> list[str]:
        """The one file that the pattern matches, as its path under the raw folder; StudyError where none or several do."""
        names = sorted(
            str(path.relative_to(self.folder).as_posix()) for path in self.folder.rglob("*") if path.is_file()
        )
        # a name with brackets is a pattern too, and one that does not match itself
        found = [name for name in names if name == pattern] or [
            name for name in names if fnmatch.fnmatchcase(name, pattern)
        ]
        if not found:
            raise StudyError([Problem(source, f'no file "{pattern}" in {self.folder.name}/{nearest(pattern, names)}')])
        if len(found) > 1:
            raise StudyError([Problem(source, f'"{pattern}" matches {" and ".join(found)}; it must match one file')])
        return found

    def read(self, name: str) -> list[RawSheet]:
        """The sheets of a file, read once."""
        if name not in self.sheets:
            self.sheets[name], findings = read_sheets(self.folder / name, name)
            self.findings.append(findings)
        return self.sheets[name]

    def open(self, sheet: RawSheet, header: tuple[int, ...], identifying: Collection[str]) -> OpenTable:
        """The sheet as a raw table; a row sent twice is a finding."""
        key = (sheet.file, sheet.sheet, header)
        if key not in self.tables:
            raw = build_table(sheet, header, identifying)
            repeated = raw.body.duplicated().to_numpy()
            self.tables[key] = OpenTable(raw, self.origins.add(raw), repeated)
            again = np.flatnonzero(repeated)
            sources = [str(Source(raw.file, raw.sheet, int(raw.rows[row]), 1)) for row in again]
            message = "every cell of this row repeats an earlier row; the row is left out"
            self.findings.append(
                build_findings(ROW_REPEATED, "warning", len(again), site=self.site, source=sources, message=message)
            )
        return self.tables[key]


def open_view(name: str, mapping: SiteMapping, files: SiteFiles, numbers: Mapping[str, str]) -> View:
    """A table of the mapping as a view; ``numbers`` gives study numbers by cleaned site numbers (empty: they are the same).

    Raises StudyError for a file, sheet or column that does not exist, with the nearest that does.
    Findings: a row sent twice (the first is kept), a subject number that the key file does not have (its rows are left out).
    """
    table = mapping.head.tables[name]
    at = ("tables", name)
    sheets = _sheets(table, mapping, files, at)
    parts = [files.open(sheet, table.header, mapping.head.hidden) for sheet in sheets]
    problems = [
        Problem(mapping.file.source((*at, "subject")), _no_column(table.subject, part.raw, mapping))
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
        np.concatenate([part.items + at * items_each for at, part in enumerate(opened)]),
        files.origins,
        frozenset(clean(text) for text in mapping.head.missing) | {""},
        tuple((sheet.file, sheet.sheet, table.header) for sheet in sheets),
        items_each,
        frozenset(
            column
            for part, long in zip(parts, opened, strict=True)
            for column, places in long.positions.items()
            if any(at in part.raw.identifying for item in places for at in item)
        ),
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
    found: list[RawSheet] = []
    for file in files.matching(table.file, mapping.file.source((*at, "file"))):
        sheets = files.read(file)
        here = [sheet for sheet in sheets if not table.sheet or fnmatch.fnmatchcase(sheet.sheet, table.sheet)]
        if not here:
            names = [sheet.sheet for sheet in sheets]
            message = f'{file} has no sheet "{table.sheet}"{nearest(table.sheet, names)} It has {", ".join(names)}'
            raise StudyError([Problem(mapping.file.source((*at, "sheet")), message.replace("? It", "? it"))])
        found += here if table.sheet else here[:1]
    return found


def _no_column(column: str, raw: RawTable, mapping: SiteMapping) -> str:
    # under a wrong header row a patient's number may stand where a name was expected
    names = [name for name, at in raw.positions.items() if at not in raw.identifying or name in mapping.head.hidden]
    return f'{Source(raw.file, raw.sheet)} has no column "{column}"{nearest(column, names)}'


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
    problems = [
        Problem(mapping.file.source((*at, "unpivot", "measures")), _no_column(wanted[0], raw, mapping))
        for wanted in headers.values()
        if not any(header in raw.positions for header in wanted)
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


def _subset(view: View, keep: np.ndarray) -> View:
    texts = {column: text[keep] for column, text in view.texts.items()}
    return replace(view, texts=texts, rows=view.rows[keep], items=view.items[keep], distinct={})


def _number_subjects(
    view: View, table: Table, mapping: SiteMapping, files: SiteFiles, numbers: Mapping[str, str]
) -> View:
    """The view with the study number of each row in the column ``subject``; rows without one are left out, with a finding."""
    head = mapping.head
    codes, texts = view.factorized(table.subject)
    if head.subjects.file:
        known = np.array([numbers.get(clean(text), "") for text in texts], dtype=object)
    else:
        known = texts
    full = np.array([head.subjects.prefix + text if text else "" for text in known], dtype=object)
    view.texts[SUBJECT] = full[codes] if len(codes) else np.empty(0, dtype=object)
    view.positions[SUBJECT] = view.positions[table.subject]
    lost = np.flatnonzero(view.texts[SUBJECT] == "")
    if not len(lost):
        return view
    _, first_of_row = np.unique(view.rows[lost], return_index=True)
    lost_rows = lost[first_of_row]
    where = f"the key file {head.subjects.file}" if head.subjects.file else "the study"
    files.findings.append(
        view.findings(
            lost_rows,
            table.subject,
            SUBJECT_UNKNOWN,
            "error",
            head.site,
            f"this row's subject number is empty or not in {where}; the row is left out of every dataset",
            variable=table.subject,
        )
    )
    return _subset(view, view.texts[SUBJECT] != "")


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
    return _subset(view, ~again)


def read_numbers(mapping: SiteMapping, files: SiteFiles) -> dict[str, str]:
    """Study number by the site's own number, cleaned, from the mapping's key file; empty where it names none.

    Findings: one of the site's numbers with several study numbers (none is taken), a study number with several of the site's.
    """
    subjects = mapping.head.subjects
    if not subjects.file:
        return {}
    source = mapping.file.source(("subjects", "file"))
    sheet = files.read(files.matching(subjects.file, source)[0])[0]
    raw = files.open(sheet, (1,), mapping.head.hidden).raw
    problems = [
        Problem(mapping.file.source(("subjects", key)), _no_column(column, raw, mapping))
        for key, column in (("from", subjects.from_), ("to", subjects.to))
        if column not in raw.positions
    ]
    if problems:
        raise StudyError(problems)
    missing = {"", *(clean(text) for text in mapping.head.missing)}
    pairs = pd.DataFrame({"own": raw.body[subjects.from_].map(clean), "study": raw.body[subjects.to].map(str.strip)})
    pairs = pairs[~pairs["own"].isin(missing) & ~pairs["study"].map(clean).isin(missing)]
    several_studies = (pairs.groupby("own")["study"].transform("nunique") > 1).to_numpy()
    several_owners = (pairs.groupby("study")["own"].transform("nunique") > 1).to_numpy()
    for mask, severity, message in (
        (several_studies, "error", "the site's number of this row has several study numbers here; none is taken"),
        (
            several_owners,
            "warning",
            "several of the site's numbers have this study number; their rows become one subject",
        ),
    ):
        at = pairs.index[mask]
        sources = [Source(raw.file, raw.sheet, int(raw.rows[row]), raw.positions[subjects.to]) for row in at]
        files.findings.append(
            build_findings(
                NUMBER_CONTRADICTED,
                severity,
                len(at),
                message=message,
                site=files.site,
                subject=pairs["study"][at],
                variable=subjects.to,
                source=[str(source) for source in sources],
                typed=[raw.typed(source.row, source.column) for source in sources],
            )
        )
    return dict(pairs[~several_studies].itertuples(index=False, name=None))


def misnamed_identifying(mapping: SiteMapping, files: SiteFiles) -> list[Problem]:
    """A problem for each identifying column that no table of the site has: its own spelling would go unprotected."""
    names = {name for opened in files.tables.values() for name in opened.raw.positions}
    known = names | {level for name in names for level in name.split(LEVELS_JOINED_BY)}
    line = mapping.file.source(("identifying",))
    return [
        Problem(line, f'no table has the identifying column "{name}"')
        for name in mapping.head.identifying
        if name not in known
    ]


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
