"""How many values of each variable are the text that was typed, and how many a rule changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import NO_ROW, PLAN, CellRule, Lineage, branch_column, format_values, item_column, row_column
from hcc_sdtm.mapping.account.raw_places import PlacesInSheet, RawPlaces, SheetName

CHANGE_COLUMNS = ("dataset", "variable", "as typed", "changed", "typed and no value")
_SUPP, _SUPP_PLAN = "_supp:", "_supp_plan:"


def count_changes(
    frames: Sequence[pd.DataFrame], lineage: Lineage, places: RawPlaces, grids: Mapping[SheetName, np.ndarray]
) -> pd.DataFrame:
    """A row for each variable that cells give, in the order of the mapping; the counts are of cells with a text.

    Counted are values that one cell gives: ``changed`` where the value is another text than the cell's (a term, a converted
    unit, a date rewritten, space cut), ``typed and no value`` where the cell's text gave none (declared missing, or a finding).
    A value that is put together from several cells, and a constant, are not counted.
    """
    counts: dict[tuple[str, str], np.ndarray] = {}
    for frame in frames:
        stands: dict[str, list[PlacesInSheet]] = {}
        for dataset, variable, column, rules in _variables(frame, lineage) if len(frame) else ():
            values = frame[column].to_numpy()
            texts = format_values(values) if values.dtype == float else values
            for rule, records in _branches(frame, column, rules):
                if rule.role not in stands:
                    stands[rule.role] = list(_single_rows(frame, rule.role, places))
                found = counts.setdefault((dataset, variable), np.zeros(3, dtype=np.int64))
                for place in stands[rule.role]:
                    found += _count(rule, place, records, texts, grids[place.sheet])
    rows = [[*name, *found.tolist()] for name, found in counts.items() if found.any()]
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


def _variables(frame: pd.DataFrame, lineage: Lineage) -> Iterator[tuple[str, str, str, tuple[CellRule, ...]]]:
    """Dataset, variable, column of the frame and rules of everything that the frame's block fills.

    A subject number is the same in every dataset, and told of DM only.
    """
    plan = lineage.plans[_plan_number(frame, PLAN)]
    for variable, rules in plan.rules.items():
        if variable != "SUBJID" or plan.dataset == "DM":
            yield plan.dataset, variable, variable, rules
    for column in frame.columns:
        if column.startswith(_SUPP_PLAN):
            name = column.removeprefix(_SUPP_PLAN)
            supp = lineage.plans[_plan_number(frame, column)]
            yield supp.dataset, name, f"{_SUPP}{name}", supp.rules["QVAL"]


def _plan_number(frame: pd.DataFrame, column: str) -> int:
    return int(frame[column].to_numpy()[0])


def _branches(
    frame: pd.DataFrame, column: str, rules: tuple[CellRule, ...]
) -> Iterator[tuple[CellRule, np.ndarray | None]]:
    """Each rule that reads one cell, with a mask of the records that it gave the value of (None: all)."""
    branch = frame[branch_column(column)].to_numpy() if len(rules) > 1 else None
    for number, rule in enumerate(rules):
        if not rule.also and any(rule.columns):
            yield rule, None if branch is None else branch == number


def _single_rows(frame: pd.DataFrame, role: str, places: RawPlaces) -> Iterator[PlacesInSheet]:
    """Where the records' raw rows of a role stand; groups of rows are left out."""
    rows = frame[row_column(role)].to_numpy().astype(np.int64)
    rows = np.where(rows < 0, NO_ROW, rows)
    yield from places.find(rows, frame[item_column(role)].to_numpy().astype(np.int64))


def _count(
    rule: CellRule, place: PlacesInSheet, records: np.ndarray | None, texts: np.ndarray, grid: np.ndarray
) -> np.ndarray:
    """As typed, changed, typed and no value: how many."""
    asked, rows, items = place.asked, place.rows, place.items
    if records is not None:
        inside = records[asked]
        asked, rows, items = asked[inside], rows[inside], items[inside]
    by_item = np.array([columns[0] if len(columns) == 1 else 0 for columns in rule.columns])
    counts = np.zeros(3, dtype=np.int64)
    # items of other sheets have columns that this one may not have
    columns = by_item if len(by_item) == 1 else by_item[items]
    for column in np.flatnonzero(np.bincount(columns)[1:]) + 1:
        here = slice(None) if len(by_item) == 1 else columns == column
        typed, value = grid[:, column - 1][rows[here]], texts[asked[here]]
        same, given = typed == value, value != ""
        changed = int(np.count_nonzero(typed[given & ~same] != ""))
        # a cell of nothing but space holds no text
        lost = sum(1 for text in typed[~(same | given)] if text.strip())
        counts += (int(np.count_nonzero(same & given)), changed, lost)
    return counts
