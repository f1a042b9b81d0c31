"""The tables of an export before any mapping: a sheet under the header it seems to have, its columns and their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from hcc_sdtm.drafting.export.code_lists import header_codes
from hcc_sdtm.drafting.export.header_finding import find_heading
from hcc_sdtm.drafting.export.profile import Profile, build_profile
from hcc_sdtm.drafting.export.side_by_side import SideBySide
from hcc_sdtm.drafting.export.table_names import table_name
from hcc_sdtm.drafting.knowledge.header_key import unit_of
from hcc_sdtm.raw import build_table
from hcc_sdtm.raw.header import LEVELS_JOINED_BY, Heading
from hcc_sdtm.raw.table import RawSheet


@dataclass(frozen=True)
class FoundColumn:
    """One column: its name in a mapping, every text it may be known by, and its values by row.

    ``label``, ``codes`` and ``unit`` are what its header or a data dictionary says of it.
    """

    name: str
    headers: tuple[str, ...]
    texts: np.ndarray
    above: str = ""
    label: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    is_made: bool = False
    """Made by the table's options: it stands under no header of its own."""

    @cached_property
    def profile(self) -> Profile:
        """What the values look like."""
        return build_profile(self.texts)


@dataclass(frozen=True)
class FoundTable:
    """A sheet under its header, or a part of its columns; rows sent twice are left out.

    ``item`` tells the parts apart that a sheet with visits side by side is cut into.
    """

    file: str
    sheet: str
    heading: Heading
    columns: tuple[FoundColumn, ...]
    name: str
    only_sheet: bool
    rows: tuple[int, ...] = ()
    side_by_side: SideBySide | None = None
    checkbox: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    """Column made: the pattern of the boxes, and what each code stands for."""

    lasting: frozenset[str] = frozenset()
    """Columns of a table of visits that hold one value a subject, repeated in each of its rows: they make no record."""

    leading: tuple[str, ...] = ()
    """Upper header levels of the columns, which name what the part of the sheet holds."""

    @cached_property
    def by_name(self) -> Mapping[str, FoundColumn]:
        """The columns by name."""
        return {column.name: column for column in self.columns}

    def __len__(self) -> int:
        return len(self.columns[0].texts) if self.columns else 0

    def with_columns(self, columns: Sequence[FoundColumn]) -> FoundTable:
        """The table with other columns."""
        return replace(self, columns=tuple(columns))

    def keep(self, mask: np.ndarray) -> FoundTable:
        """The table with the rows of the mask only."""
        rows = tuple(row for row, kept in zip(self.rows, mask, strict=True) if kept) if self.rows else ()
        columns = tuple(replace(column, texts=column.texts[mask]) for column in self.columns)
        return replace(self, columns=columns, rows=rows)


def find_tables(sheets: Sequence[RawSheet]) -> tuple[list[FoundTable], list[str]]:
    """The tables of one file's sheets, and the names of the sheets in which none was found."""
    tables, without = [], []
    filled = [sheet for sheet in sheets if sheet.grid.size]
    for sheet in filled:
        heading = find_heading(sheet)
        if heading is None:
            without.append(sheet.sheet)
            continue
        tables.append(_open(sheet, heading, len(sheets) == 1))
    return tables, without


def _open(sheet: RawSheet, heading: Heading, only_sheet: bool) -> FoundTable:
    raw = build_table(sheet, heading, ())
    repeated = raw.body.duplicated().to_numpy()
    others: dict[str, list[str]] = {}
    for alias, name in getattr(raw, "aliases", {}).items():
        others.setdefault(name, []).append(alias)
    columns = []
    for name in raw.positions:
        *above, last = name.split(LEVELS_JOINED_BY)
        texts = raw.body[name].to_numpy(dtype=object)[~repeated]
        headers = tuple(dict.fromkeys([last, *others.get(name, ()), name]))
        columns.append(
            FoundColumn(name, headers, texts, LEVELS_JOINED_BY.join(above), "", header_codes(last), unit_of(last))
        )
    rows = tuple(int(row) for row in raw.rows[~repeated])
    name = table_name(sheet.file, sheet.sheet, only_sheet)
    return FoundTable(sheet.file, sheet.sheet, heading, tuple(columns), name, only_sheet, rows)


def turn_side_by_side(table: FoundTable, found: SideBySide) -> tuple[FoundTable, FoundTable]:
    """The table with its side-by-side columns as rows, and the rest of it as a table of its own."""
    kept = [column for column in table.columns if column.name not in found.columns]
    size = len(table)
    blank = np.full(size, "", dtype=object)
    by_name = table.by_name
    stacks = {
        measure: [by_name[columns[value]].texts if value in columns else blank for value in found.values]
        for measure, columns in found.measures.items()
    }
    filled = [
        np.logical_or.reduce([texts[item] != "" for texts in stacks.values()]) for item in range(len(found.values))
    ]
    rows = [np.flatnonzero(mask) for mask in filled]
    first = {measure: by_name[next(iter(columns.values()))] for measure, columns in found.measures.items()}
    measured = [
        replace(
            first[measure],
            name=measure,
            headers=(measure,),
            texts=np.concatenate([texts[item][at] for item, at in enumerate(rows)]),
        )
        for measure, texts in stacks.items()
    ]
    lasting = [replace(column, texts=np.concatenate([column.texts[at] for at in rows])) for column in kept]
    key = FoundColumn(
        found.key,
        (found.key,),
        np.concatenate([np.full(len(at), value, dtype=object) for value, at in zip(found.values, rows, strict=True)]),
        is_made=True,
    )
    leading = tuple(dict.fromkeys(column.above for column in first.values() if column.above))
    long = replace(
        table,
        columns=(*lasting, key, *measured),
        rows=(),
        side_by_side=found,
        leading=leading,
        lasting=frozenset(column.name for column in kept),
    )
    above = tuple(dict.fromkeys(column.above for column in kept if column.above))
    rest = replace(table, columns=tuple(kept), name=f"{table.name}_rest", leading=above)
    return long, rest


def unique_but_for_few(texts: np.ndarray) -> tuple[bool, int]:
    """Whether each text stands in one row, one in a hundred (or a single one of ten) aside; and how many rows repeat one."""
    filled = pd.Series(texts[texts != ""])
    again = int(filled.duplicated().sum())
    return len(filled) > 1 and again <= max(len(filled) // 100, len(filled) >= 10), again
