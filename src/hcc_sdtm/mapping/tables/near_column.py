"""Why a table has not the column that a mapping names, and which one is likely meant: renamed, in another row or sheet.

Proposes header texts only, and none where the header row itself looks wrong: a patient's name may stand there.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.mapping.language.head import DateHabit
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.language.verbs import Date, Number, Offset, Term
from hcc_sdtm.mapping.rules.number_text import parse_number
from hcc_sdtm.mapping.tables.columns_named import columns_named, readers
from hcc_sdtm.mapping.tables.site_files import SiteFiles
from hcc_sdtm.mapping.tables.view import TableKey, View, clean
from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import build_table, split_header
from hcc_sdtm.raw.header import LEVELS_JOINED_BY, Heading
from hcc_sdtm.raw.header_text import header_text
from hcc_sdtm.raw.table import RawSheet, RawTable
from hcc_sdtm.source import Source, column_letters

MOST_ROWS = 60
"""Rows at the top of a sheet in which a header is looked for."""

MOST_TEXTS = 300
"""Distinct texts of a column that are tried for what it holds."""

SIMILAR = 0.5
"""Ratio of `difflib` from which a name is near another."""


def why_missing(
    column: str,
    view: View,
    mapping: SiteMapping,
    files: SiteFiles,
    numbers: Mapping[str, str] = MappingProxyType({}),
    read_as: str = "",
) -> str:
    """What to add to "has no column": ``; did you mean "X"?`` or another reason, ``""`` where nothing comes near.

    Looked for, in this order: a name that different header rows give to different columns; a column that has an own name; the
    same name but for space, case, width and unit; the header in another row or sheet of the file; among the columns that the
    mapping names nowhere the one that stands where files opened before, other sites' too, have this name, then the most
    similar name whose values can be read as the rules want, then the only one whose values can; any similar name.
    ``read_as`` is what rules call the column; ``numbers`` are the site's subject numbers, cleaned.
    """
    raws = [files.tables[key].raw for key in view.parts if key in files.tables]
    table = mapping.head.tables[view.name]
    for raw in raws:
        if column in raw.ambiguous:
            return _ambiguous(column, raw)
    for own, headers in table.columns.items():
        if column in headers and own in view.texts:
            return f'; columns names it "{own}", and it answers to that only'
    named = columns_named(mapping, view.name)
    # without any column that the mapping names, what stands in the header row is not known to be names
    known = [name for name in view.texts if name in named - {column}]
    trusted = bool(known) or not named - {column, read_as}
    proposed = view.named if trusted else []
    if table.subject == column and trusted:
        proposed = list(view.texts)
    same = next((name for name in proposed if _folded(name) == _folded(column)), None)
    if same is not None:
        return f'; did you mean "{same}"?'
    elsewhere = next(filter(None, (_elsewhere(column, raw, files) for raw in raws)), "")
    if elsewhere:
        return elsewhere
    taken = {view.positions[name] for name in known} | {()}
    unused = [name for name in proposed if view.positions[name] not in taken]
    wanted = _wanted(column, read_as or column, view, mapping, numbers)
    fitting = [name for name in unused if wanted.fits(name, view)]
    by_place = next(filter(None, (_by_place(column, raw, fitting, files) for raw in raws)), "")
    return by_place or _renamed(column, fitting, wanted, view) or _nearest(column, proposed)


def near_header(column: str, key: TableKey, view: View, mapping: SiteMapping, files: SiteFiles) -> str:
    """``; did you mean "X"?`` for the most similar header of one sheet of a table that the mapping does not name."""
    raw = files.tables[key].raw
    named = columns_named(mapping, view.name)
    names = [name for name, at in raw.positions.items() if name not in named and at not in raw.identifying]
    return _nearest(column, names)


def _ambiguous(column: str, raw: RawTable) -> str:
    places = raw.ambiguous[column]
    letters = " and ".join(column_letters(at) for at in places)
    names = [name for at in places for name in _names_of(raw, at)]
    use = f"; use {' or '.join(names)}" if names else ""
    return f": different header rows give this name to the columns {letters}, so it means none{use}"


def _names_of(raw: RawTable, at: int) -> Iterator[str]:
    for name, position in raw.positions.items():
        if position == at:
            yield f'"{name}" for {column_letters(at)}'


def _elsewhere(column: str, raw: RawTable, files: SiteFiles) -> str:
    """Which other rows of the sheet, or which other sheet of the file, have the header."""
    sheet = raw.origin
    heading = next(key[2] for key, opened in files.tables.items() if opened.raw is raw)
    rows = _rows_with(column, sheet)
    if rows and rows != heading.rows:
        listed = str(rows[0]) if len(rows) == 1 else f"[{', '.join(map(str, rows))}]"
        which = f"row {rows[0]}" if len(rows) == 1 else f"rows {' and '.join(map(str, rows))}"
        return f"; {which} of the sheet {'has' if len(rows) == 1 else 'have'} it: is header: {listed} meant?"
    has_levels = len(heading.rows) > 1 and not heading.alternatives and not heading.fill
    if has_levels and column in _names(sheet, replace(heading, fill=True)):
        levels = f"[{', '.join(map(str, heading.rows))}]"
        return (
            f"; header: {{levels: {levels}, fill: right}} has it: a level then holds for the unnamed cells to its right"
        )
    others = [other for other in files.sheets.get(sheet.file, ()) if other.sheet != sheet.sheet]
    found = next((other for other in others if _rows_with(column, other)), None)
    return f'; the sheet "{found.sheet}" has it' if found is not None else ""


def _rows_with(column: str, sheet: RawSheet) -> tuple[int, ...]:
    """The rows near the top that have the header, or each its level of it; none where any has not."""
    top = [{header_text(text) for text in row} - {""} for row in sheet.grid[:MOST_ROWS]]
    rows: list[int] = []
    for level in column.split(LEVELS_JOINED_BY):
        below = rows[-1] if rows else 0
        row = next((number for number, texts in enumerate(top, start=1) if number > below and level in texts), 0)
        if not row:
            return ()
        rows.append(row)
    return tuple(rows)


def _names(sheet: RawSheet, heading: Heading) -> set[str]:
    try:
        return set(build_table(replace(sheet, grid=sheet.grid[: max(heading.rows)]), heading, ()).positions)
    except StudyError:
        return set()


@dataclass(frozen=True)
class _Wanted:
    """What a column must hold: in words, and whether one text is so. Without words any text may stand there."""

    words: str = ""
    is_so: Callable[[str], bool] = bool

    def fits(self, name: str, view: View) -> bool:
        """Whether at least half of the column's first distinct texts are so."""
        texts = [text for text in view.factorized(name)[1] if text][:MOST_TEXTS]
        return not self.words or 2 * sum(map(self.is_so, texts)) >= max(1, len(texts))


def _wanted(column: str, read_as: str, view: View, mapping: SiteMapping, numbers: Mapping[str, str]) -> _Wanted:
    if column == mapping.head.tables[view.name].subject:
        return _Wanted("subject numbers", lambda text: clean(text) in numbers) if numbers else _Wanted()
    rules = readers(mapping, view.name, read_as)
    habit = mapping.head.dates
    if any(isinstance(rule, Date) for rule in rules):
        return _Wanted("dates", lambda text: _is_date(text, habit))
    if any(isinstance(rule, Number | Offset) for rule in rules):
        return _Wanted("numbers", lambda text: parse_number(text) is not None)
    typed = {clean(text) for rule in rules if isinstance(rule, Term) for text in rule.map}
    return _Wanted("texts that the rule's map lists", lambda text: clean(text) in typed) if typed else _Wanted()


def _is_date(text: str, habit: DateHabit) -> bool:
    found = dates.read(pd.Series([text], dtype=object), language=habit.languages, unknown=habit.unknown)
    return found["kind"].iat[0] in ("", "ambiguous")


def _by_place(column: str, raw: RawTable, fitting: Sequence[str], files: SiteFiles) -> str:
    """The only fitting column between the two that stand beside this name in another file of the same form."""
    own = list(raw.positions)
    for other in files.origins.tables:
        if not isinstance(other, RawTable) or other.file == raw.file or column not in other.positions:
            continue
        names = list(other.positions)
        at, common = names.index(column), raw.positions.keys() & other.positions.keys()
        if 2 * len(common) < len(names):
            continue
        before = next((own.index(name) for name in reversed(names[:at]) if name in common), -1)
        after = next((own.index(name) for name in names[at + 1 :] if name in common), len(own))
        between = [name for name in own[before + 1 : after] if name in fitting]
        if len(between) == 1:
            return f'; did you mean "{between[0]}"? It stands where {Source(other.file, other.sheet)} has "{column}"'
    return ""


def _renamed(column: str, fitting: Sequence[str], wanted: _Wanted, view: View) -> str:
    """The unused column that is likely the one meant under a new name."""
    if near := _nearest(column, fitting):
        return near
    if len({view.positions[name] for name in fitting}) == 1 and wanted.words:
        what = f"the only column that the mapping does not name and that holds {wanted.words}"
        return f'; did you mean "{fitting[0]}"? It is {what}'
    return ""


def _nearest(column: str, names: Sequence[str]) -> str:
    best = max(names, key=lambda name: _similar(column, name), default=None)
    return f'; did you mean "{best}"?' if best is not None and _similar(column, best) >= SIMILAR else ""


def _similar(column: str, name: str) -> float:
    """How near two names are, 0 to 1; what stands behind a unit or in a level above counts less than the name itself."""
    whole = difflib.SequenceMatcher(None, _plain(column), _plain(name)).ratio()
    cut = difflib.SequenceMatcher(None, _folded(column), _folded(name)).ratio()
    return max(whole, cut)


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()


def _folded(name: str) -> str:
    """A name without what may differ from one transfer to the next: space, case, width, unit."""
    return _plain(LEVELS_JOINED_BY.join(split_header(level)[0] for level in name.split(LEVELS_JOINED_BY)))
