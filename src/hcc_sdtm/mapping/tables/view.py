"""The rows of one table of a mapping: text columns over rows, each value with its cell.

A value stands in a raw row and an item of it: the item tells which sheet and which unpivot item, and with that the column of
the sheet. Most columns have the record's own raw row. A column that `latest`, `join` or `aggregate` took from another has a
*role*, the name under which the view and every record made from it keep that other row and item.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import NAME_OF_SHEET, NO_ROW, Origins
from hcc_sdtm.finding import build_findings
from hcc_sdtm.mapping.language.verbs import SUBJECT
from hcc_sdtm.raw.header import Heading
from hcc_sdtm.raw.table import ERROR_TEXTS

TableKey = tuple[str, str, Heading]
"""Which sheet under which header: file, sheet, header rows and how they name columns."""

Positions = tuple[tuple[int, ...], ...]
"""1-based spreadsheet columns of a column's value, one tuple an item, or a single one for every item."""


def clean(text: str) -> str:
    """A text for comparing: surrounding space cut, full-width characters half-width, lower case."""
    if text.isascii():
        return text.strip().lower()
    return unicodedata.normalize("NFKC", text).strip().casefold()


def is_value(text: str, missing: Collection[str]) -> bool:
    """Whether a text is a value: neither one of the cleaned texts that mean none, nor a spreadsheet's error."""
    return clean(text) not in missing and text.strip() not in ERROR_TEXTS


class Places(NamedTuple):
    """The raw row and the item behind each row of a view, and the sheet of each item.

    A row below `NO_ROW` is a group of raw rows, whose members have items of their own; `NO_ROW` is none.
    """

    rows: np.ndarray
    items: np.ndarray
    sheets: tuple[TableKey, ...]

    def at(self, positions: np.ndarray) -> Places:
        """The places at some rows of the view; -1 gives none."""
        nowhere = positions < 0
        if not len(self.rows):
            return Places(np.full(len(positions), NO_ROW), np.zeros(len(positions), dtype=np.int64), self.sheets)
        return Places(
            np.where(nowhere, NO_ROW, self.rows[positions]), np.where(nowhere, 0, self.items[positions]), self.sheets
        )


class Taken(NamedTuple):
    """The column of another view that a column's texts were taken from, and its row there for each row (-1: none)."""

    view: View
    column: str
    at: np.ndarray


@dataclass
class View:
    """The rows of one table of a mapping.

    ``texts`` gives each column's text by row; ``positions`` its spreadsheet columns by item; a column without positions
    stands in no cell (an unpivot key). ``rows`` and ``items`` are the record's own, ``sheets`` has the sheet of each item.
    """

    name: str
    texts: dict[str, np.ndarray]
    positions: dict[str, Positions]
    rows: np.ndarray
    items: np.ndarray
    origins: Origins
    missing: Collection[str]
    sheets: tuple[TableKey, ...]
    hidden: frozenset[str] = frozenset()
    """Columns that are identifying: no rule may read them, and no message may name one that it was not given."""

    date_system: str = ""
    """The year that the workbook's day numbers count from, ``1900`` or ``1904``; ``""`` where nothing says."""

    from_names: frozenset[str] = frozenset()
    """Columns that stand in no cell but in the name of the sheet or of the file."""

    has_workbook: bool = False
    """Whether some of the rows stand in a workbook, where not all have the one ``date_system``."""

    distinct: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    """The role of each column whose values do not stand in the record's own row."""

    others: dict[str, Places] = field(default_factory=dict)
    """Where the values of each role stand."""

    taken: dict[str, Taken] = field(default_factory=dict, repr=False)
    """Where a column is a selection of another view's: what only a whole column can say is asked there."""

    absent: dict[str, list[TableKey]] = field(default_factory=dict)
    """`lacking` of a column where its positions do not tell."""

    arranged_by: set[str] = field(default_factory=set)
    """Columns that decided how the rows are arranged (keys, order, lists): read, whether or not a rule reads them."""

    arranged_in: list[tuple[View, str]] = field(default_factory=list, repr=False)
    """The same of columns that the view has no more, each with the earlier view that has it."""

    chosen_from: dict[str, list[tuple[View, str]]] = field(default_factory=dict, repr=False)
    """For a column whose values were chosen among rows: the columns of earlier views whose every text was compared."""

    left_out: list[tuple[str, str, np.ndarray]] = field(default_factory=list)
    """What each step of opening the table took away: the table, the option or rule id, the raw rows.

    Such a row is no record of this table; `latest` and `join` may still have taken values from it.
    """

    def __len__(self) -> int:
        return len(self.rows)

    def factorized(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """Codes and distinct texts of a column; surrounding space is cut, declared missing texts and errors are ``""``.

        ``""`` is always among the texts. There may be others that no row has: those of the column that this one is a
        selection of.
        """
        if column not in self.distinct:
            if column in self.taken:
                self.distinct[column] = _selected(self.taken[column])
            else:
                self.distinct[column] = _factorized(self.texts[column], self.missing)
        return self.distinct[column]

    def set_texts(self, column: str, codes: np.ndarray, texts: Sequence[str]) -> None:
        """Gives a column, whatever it has, for each row the text of its code."""
        found = np.array(texts, dtype=object)
        self.texts[column] = found[codes] if len(codes) else np.empty(0, dtype=object)
        recoded, distinct = _factorized(found, self.missing)
        self.distinct[column] = recoded[codes], distinct

    def values(self, column: str, rows: np.ndarray) -> np.ndarray:
        """The trimmed text of a column at some rows."""
        codes, texts = self.factorized(column)
        return texts[codes[rows]] if len(rows) else np.empty(0, dtype=object)

    def whole(self, column: str) -> tuple[View, str]:
        """The view and the column that this column's texts were selected from, step by step; itself where they were not."""
        view: View = self
        while column in view.taken:
            view, column, _ = view.taken[column]
        return view, column

    def may_have_number_cells(self, column: str) -> bool:
        """Whether texts of a column may be number cells of a workbook, which always have a decimal point."""
        whole, _ = self.whole(column)
        return whole.has_workbook or bool(whole.date_system)

    @property
    def named(self) -> list[str]:
        """The columns that a message may propose."""
        return [column for column in self.texts if column not in self.hidden]

    @property
    def parts(self) -> tuple[TableKey, ...]:
        """The sheets that the rows stand in."""
        return tuple(dict.fromkeys(self.sheets))

    def places(self, column: str) -> Places:
        """Where a column's values stand."""
        role = self.roles.get(column, "")
        return self.others[role] if role else self.own

    @property
    def own(self) -> Places:
        """Where the rows stand themselves."""
        return Places(self.rows, self.items, self.sheets)

    def sheet_columns(self, column: str) -> dict[TableKey, set[int]]:
        """The 1-based spreadsheet columns that a column's values stand in, by sheet."""
        found: dict[TableKey, set[int]] = {}
        for item, sheet in enumerate(self.places(column).sheets):
            found.setdefault(sheet, set()).update(self.columns_at(column, item))
        return {sheet: columns - {NAME_OF_SHEET} for sheet, columns in found.items()}

    def compared_columns(self, column: str) -> dict[TableKey, set[int]]:
        """The spreadsheet columns whose every text was compared to choose a column's values, by sheet."""
        return _sheet_columns(self.chosen_from.get(column, ()))

    def arranging_columns(self, but: Collection[str] = ()) -> dict[TableKey, set[int]]:
        """The spreadsheet columns whose every text was looked at to arrange the rows, by sheet; not those named ``but``."""
        own = [(self, column) for column in sorted(self.arranged_by) if column in self.texts]
        return _sheet_columns([each for each in [*own, *self.arranged_in] if each[1] not in but])

    def lacking(self, column: str) -> list[TableKey]:
        """The stacked sheets without a column that others have."""
        if column in self.absent:
            return self.absent[column]
        found = self.sheet_columns(column)
        return [sheet for sheet, columns in found.items() if not columns] if any(found.values()) else []

    def columns_at(self, column: str, item: int) -> tuple[int, ...]:
        """1-based spreadsheet columns of a column's value for one item."""
        places = self.positions[column]
        return places[item if len(places) > 1 else 0] if places else ()

    def origins_of(self, columns: Iterable[str], rows: np.ndarray) -> dict[str, np.ndarray]:
        """Raw row and item, side by side, at some rows, for each role that the columns have beside the record's own."""
        roles = dict.fromkeys(self.roles.get(column, "") for column in columns)
        return {
            role: np.column_stack([self.others[role].rows[rows], self.others[role].items[rows]])
            for role in roles
            if role
        }

    def cells(self, rows: Iterable[int], column: str) -> tuple[list[str], list[str]]:
        """Source and typed text of a column at some rows, as texts, ``""`` for the text of an identifying column.

        A value that stands nowhere is at the record's own row.
        """
        sources, typed = [], []
        places = self.places(column)
        for row in rows:
            nowhere = places.rows[row] == NO_ROW
            stands = self.rows[row] if nowhere else places.rows[row]
            number, item = self.origins.members(int(stands), int(places.items[row]))[0]
            columns = (
                () if nowhere else (NAME_OF_SHEET,) if column in self.from_names else self.columns_at(column, item)
            )
            source, text = self.origins.cells(number, columns)[0]
            sources.append(str(source))
            # a column may be identifying in one table of a stack, and its cells in that one only
            typed.append(text if columns and column not in self.hidden else "")
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

    def keep(self, mask: np.ndarray) -> View:
        """The view with the rows of the mask only."""
        kept = np.flatnonzero(mask)
        return replace(
            self,
            texts={column: text[kept] for column, text in self.texts.items()},
            rows=self.rows[kept],
            items=self.items[kept],
            distinct={
                column: _kept(*found, kept) for column, found in self.distinct.items() if column not in self.taken
            },
            others={role: places.at(kept) for role, places in self.others.items()},
            taken={column: Taken(view, name, at[kept]) for column, (view, name, at) in self.taken.items()},
        )


def _sheet_columns(columns: Iterable[tuple[View, str]]) -> dict[TableKey, set[int]]:
    """The spreadsheet columns of several columns, and of those compared for them, by sheet."""
    found: dict[TableKey, set[int]] = {}
    for view, name in columns:
        for each in (view.sheet_columns(name), view.compared_columns(name)):
            for sheet, places in each.items():
                found.setdefault(sheet, set()).update(places)
    return found


def _factorized(texts: np.ndarray, missing: Collection[str]) -> tuple[np.ndarray, np.ndarray]:
    codes, found = pd.factorize(texts)
    typed = found.tolist()
    if _are_plain_values(typed, missing):
        return codes, _with_no_value(found)
    trimmed = [text.strip() for text in typed]
    longest = max(map(len, missing), default=0)
    for at, text in enumerate(trimmed):
        # a longer text is no missing one, but where half-width letters make it shorter
        if (len(text) <= longest or text[:1] == "#" or not text.isascii()) and not is_value(text, missing):
            trimmed[at] = ""
    if trimmed == typed:
        return codes, _with_no_value(found)
    recoded, distinct = pd.factorize(np.array([*trimmed, ""], dtype=object))
    return recoded[codes], np.asarray(distinct, dtype=object)


def _are_plain_values(typed: list[str], missing: Collection[str]) -> bool:
    """Whether all texts are values as they stand, seen at once: nothing but ASCII, and no space anywhere in them."""
    together = "\n".join(typed)
    if not together.isascii() or "#" in together:
        return False
    cleaned = together.lower()
    words = cleaned.split()
    is_spaceless = len(words) == len(typed) and "\n".join(words) == cleaned
    return is_spaceless and not set(words).intersection(missing)


def _kept(codes: np.ndarray, texts: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes and texts of some rows, as `_factorized` has them."""
    recoded, distinct = pd.factorize(codes[rows])
    return recoded, _with_no_value(texts[distinct])


def _with_no_value(texts: np.ndarray) -> np.ndarray:
    return texts if (texts == "").any() else np.append(texts, np.array([""], dtype=object))


def _selected(taken: Taken) -> tuple[np.ndarray, np.ndarray]:
    codes, texts = taken.view.factorized(taken.column)
    no_value = int(np.flatnonzero(texts == "")[0])
    chosen = codes[taken.at] if len(codes) else np.zeros(len(taken.at), dtype=np.int64)
    return np.where(taken.at < 0, no_value, chosen), texts
