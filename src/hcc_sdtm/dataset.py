"""A dataset and where each of its values came from.

Every value is one of three things: mapped from a cell of a site's file, constant from a mapping's line, or derived from
other values. Raw rows of a run are numbered end to end (`Origins`); a dataset keeps, for each record, small integers only:

``_plan``         which block of which mapping made the record (-1: none did, the record is derived)
``_row``          its raw row; a number below -1 is a group of raw rows (`Origins.add_groups`)
``_row:ROLE``     the raw row of a role (-1: none): a lookup, or a column that its table took from another row
``_item``         which unpivot block of which sheet the raw row is read by; a group's rows have their own
``_item:ROLE``    which one the role's raw row is read by
``_branch:VAR``   which alternative of ``first_of`` gave VAR (-1: none)
``_at:VAR``       the sequence number of the record, in the dataset that VAR's derivation names, that gave VAR

Until its SUPP-- is built, a mapped domain also has ``_supp:QNAM``, the values of a qualifier, and ``_supp_plan:QNAM``.

With the plan these give the cell of every value. Published frames have none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from hcc_sdtm.finding import build_findings, findings_frame
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import DatasetSpec

PLAN, ROW, ITEM = "_plan", "_row", "_item"
NO_ROW = -1
"""Stands for no raw row at all; a number below it is a group of rows."""

NAME_OF_SHEET = 0
"""Stands for a column where a value is in no cell but in the name of the sheet or the file."""


def row_column(role: str) -> str:
    """Name of the hidden column with the raw rows of a role; ``""`` is the record's own rows."""
    return f"{ROW}:{role}" if role else ROW


def item_column(role: str) -> str:
    """Name of the hidden column with the items of a role; ``""`` is the record's own items."""
    return f"{ITEM}:{role}" if role else ITEM


def branch_column(variable: str) -> str:
    """Name of the hidden column with the branch of ``first_of`` that gave the variable."""
    return f"_branch:{variable}"


def at_column(variable: str) -> str:
    """Name of the hidden column with the sequence number of the record that gave the variable."""
    return f"_at:{variable}"


class RawRows(Protocol):
    """What `Origins` needs of a raw table: its file and sheet, its rows' numbers, and the text of a cell."""

    @property
    def file(self) -> str:
        """File name as sources print it."""

    @property
    def sheet(self) -> str:
        """Sheet name; ``""`` for a text file."""

    @property
    def encoding(self) -> str:
        """The encoding that was declared for the file; ``""`` where its bytes told."""

    @property
    def identifying(self) -> frozenset[int]:
        """1-based columns whose text is never shown."""

    @property
    def row_numbers(self) -> np.ndarray:
        """1-based spreadsheet row of each body row."""

    def typed(self, row: int, column: int) -> str:
        """Text of the cell at spreadsheet ``row`` and ``column``, both 1-based; an identifying cell gives ``""``."""


@dataclass
class Groups:
    """Groups of raw rows, each row with its item, laid end to end; ``ends`` is where each group ends."""

    rows: list[int] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def __getitem__(self, number: int) -> list[tuple[int, int]]:
        start = self.ends[number - 1] if number else 0
        end = self.ends[number]
        return list(zip(self.rows[start:end], self.items[start:end], strict=True))

    @property
    def firsts(self) -> np.ndarray:
        """The first raw row of each group."""
        return np.array(self.rows, dtype=np.int64)[[0, *self.ends[:-1]]] if self.ends else np.empty(0, dtype=np.int64)


@dataclass
class Origins:
    """Raw rows of a run, numbered end to end in the order the tables were added, and groups of them."""

    tables: list[RawRows] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    groups: Groups = field(default_factory=Groups)
    size: int = 0

    def add(self, table: RawRows) -> int:
        """Number of the table's first body row."""
        first = self.size
        self.tables.append(table)
        self.firsts.append(first)
        self.size += len(table.row_numbers)
        return first

    def add_groups(self, rows: np.ndarray, items: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """A number below `NO_ROW` for each group; ``sizes`` are how many of the rows, with their items, each takes in turn."""
        groups = self.groups
        before, so_far = len(groups.ends), len(groups.rows)
        groups.rows += np.asarray(rows).tolist()
        groups.items += np.asarray(items).tolist()
        groups.ends += (so_far + np.cumsum(sizes)).tolist()
        return NO_ROW - 1 - before - np.arange(len(sizes))

    def members(self, number: int, item: int = 0) -> list[tuple[int, int]]:
        """The raw rows that a number stands for, each with its item: itself with the one given, or a group's with theirs."""
        return [(number, item)] if number >= 0 else self.groups[NO_ROW - 1 - number]

    def expand(self, numbers: np.ndarray, items: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The raw rows that the numbers stand for, end to end, with their items, and how many each number has."""
        is_group = numbers < NO_ROW
        starts, sizes = np.zeros(len(numbers), dtype=np.int64), (numbers >= 0).astype(np.int64)
        if is_group.any():
            ends, of_groups = np.array([0, *self.groups.ends], dtype=np.int64), NO_ROW - 1 - numbers[is_group]
            starts[is_group], sizes[is_group] = ends[of_groups], np.diff(ends)[of_groups]
        of_number = np.repeat(np.arange(len(numbers)), sizes)
        rows, its_items = numbers[of_number], items[of_number]
        inside = is_group[of_number]
        if inside.any():
            nth = np.arange(len(of_number)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            at = (starts[of_number] + nth)[inside]
            rows[inside] = np.array(self.groups.rows, dtype=np.int64)[at]
            its_items[inside] = np.array(self.groups.items, dtype=np.int64)[at]
        return rows, its_items, sizes

    def first_rows(self, numbers: np.ndarray) -> np.ndarray:
        """Each number itself, and the first raw row of a group for its number; `NO_ROW` stays."""
        is_group = numbers < NO_ROW
        shown = numbers.copy()
        shown[is_group] = self.groups.firsts[NO_ROW - 1 - numbers[is_group]]
        return shown

    def locate(self, number: int) -> tuple[RawRows, int]:
        """Table and 1-based spreadsheet row of a raw row."""
        index = int(np.searchsorted(self.firsts, number, side="right")) - 1
        table = self.tables[index]
        return table, int(table.row_numbers[number - self.firsts[index]])

    def cells(self, number: int, columns: Sequence[int]) -> list[tuple[Source, str]]:
        """Source and typed text of the cells of a raw row (or group) in the 1-based columns; no column: the whole row."""
        found = []
        for row, _ in self.members(number):
            table, sheet_row = self.locate(row)
            found += [
                (Source(table.file, table.sheet, sheet_row, column), table.typed(sheet_row, column))
                if column != NAME_OF_SHEET
                else (Source(table.file, table.sheet), "")
                for column in columns or (1,)
            ]
        return found


@dataclass(frozen=True, slots=True)
class CellRule:
    """Where a mapping rule reads: a role, and for each item (unpivot block) the 1-based columns; and the mapping's line.

    ``also`` is the same for further roles, where a rule reads columns of several. No columns at all means that the value is
    a constant of the mapping.
    """

    role: str
    columns: tuple[tuple[int, ...], ...]
    line: Source
    also: tuple[CellRule, ...] = ()

    def at(self, item: int) -> tuple[int, ...]:
        """Columns read for one item; a rule that does not depend on the item has one entry."""
        if not self.columns:
            return ()
        return self.columns[item if len(self.columns) > 1 else 0]


@dataclass(frozen=True, slots=True)
class Plan:
    """One block of a mapping: which dataset it makes, for which site, and each variable's rule, one for each branch."""

    dataset: str
    site: str
    rules: Mapping[str, tuple[CellRule, ...]]
    line: Source


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a derived variable was made: in words, from which variables of the same record or of another dataset's record."""

    how: str
    inputs: tuple[str, ...] = ()
    dataset: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """One step from a value to the cells behind it."""

    dataset: str
    variable: str
    value: str
    how: str
    source: Source | None = None
    typed: str = ""
    inputs: tuple[Trace, ...] = ()

    def cells(self) -> list[tuple[Source, str]]:
        """Every cell at the end of the chain, with the text typed there."""
        own = [(self.source, self.typed)] if self.source is not None and self.source.row else []
        return own + [cell for step in self.inputs for cell in step.cells()]


@dataclass
class Lineage:
    """What all datasets of a run share: raw rows, mapping plans, and the datasets that derivations point into."""

    origins: Origins = field(default_factory=Origins)
    plans: list[Plan] = field(default_factory=list)
    datasets: dict[str, Dataset] = field(default_factory=dict)

    def add_plan(self, plan: Plan) -> int:
        """Number of the plan."""
        self.plans.append(plan)
        return len(self.plans) - 1


@dataclass(frozen=True, slots=True)
class Flagged:
    """Records that a rule flags, by 0-based position: the arguments of `Dataset.findings`."""

    positions: np.ndarray
    rule: str
    severity: str
    variable: str
    message: str | Sequence[str]
    expected: str | Sequence[str] = ""


@dataclass
class Dataset:
    """Spec columns in spec order, then hidden origin columns; the index is 0 to n-1.

    Text columns are object with ``""`` for missing; numeric ones float64. ``lineage`` is None for data that came from
    outside (someone's XPT): findings then have no cell.
    """

    spec: DatasetSpec
    frame: pd.DataFrame
    lineage: Lineage | None = None
    derivations: dict[str, Derivation] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.spec.name

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def published(self) -> pd.DataFrame:
        """The frame without its hidden columns."""
        return self.frame[[name for name in self.frame.columns if not name.startswith("_")]]

    def fill(self, variable: str, values: np.ndarray | pd.Series, derivation: Derivation) -> None:
        """Puts derived values where the record's plan has no rule for the variable: what a mapping gives stands, and so does
        what it could not give."""
        frame = self.frame
        numeric = self.spec.by_name[variable].is_numeric
        filled = np.asarray(values, dtype=float if numeric else object)
        if self.lineage is not None and PLAN in frame and variable in frame:
            by_plan = np.array([variable in plan.rules for plan in self.lineage.plans] + [False])
            filled = np.where(by_plan[frame[PLAN].to_numpy()], frame[variable].to_numpy(), filled)
        frame[variable] = filled
        self.derivations[variable] = derivation

    def trace(self, position: int, variable: str) -> Trace:
        """How the value of ``variable`` in the 0-based ``position`` came to be, down to the cells and their text."""
        value = format_value(self._cell(position, variable, ""))
        if self.lineage is None:
            return Trace(self.name, variable, value, "read from a file of datasets")
        plan_number = int(self._cell(position, PLAN, -1))
        plan = self.lineage.plans[plan_number] if plan_number >= 0 else None
        if plan is None or variable not in plan.rules:
            derivation = self.derivations.get(variable)
            if derivation is None:
                return Trace(self.name, variable, value, "no rule gives it a value")
            return self._trace_derived(position, variable, value, derivation)
        rules = plan.rules[variable]
        # another block's first_of may give the column; a single rule has no alternatives whatever stands there
        branch = int(self._cell(position, branch_column(variable), 0)) if len(rules) > 1 else 0
        if branch < 0:
            return Trace(self.name, variable, value, "no alternative of first_of gave a value", rules[0].line)
        rule = rules[branch]
        read = [found for part in (rule, *rule.also) if (found := self._cells_read(position, part)) is not None]
        if not read:
            return Trace(self.name, variable, value, "no row gives it a value", rule.line)
        steps = tuple(
            Trace(self.name, variable, value, "typed" if source.row else "in its name", source, typed)
            for cells in read
            for source, typed in cells
        )
        if not steps:
            is_constant = not any(any(part.columns) for part in (rule, *rule.also))
            how = "constant of the mapping" if is_constant else "no cell gives it a value"
            return Trace(self.name, variable, value, how, rule.line)
        return Trace(self.name, variable, value, f"mapped by {rule.line}", None, "", steps)

    def _cells_read(self, position: int, rule: CellRule) -> list[tuple[Source, str]] | None:
        """The cells that a rule read for one record in one role, none for a constant; None where the role has no row."""
        if self.lineage is None or not any(rule.columns):
            return []
        number = self._cell(position, row_column(rule.role), pd.NA)
        if pd.isna(number) or number == NO_ROW:
            return None
        origins = self.lineage.origins
        members = origins.members(int(number), int(self._cell(position, item_column(rule.role), 0)))
        # the columns of one row side by side, so that a value of two cells reads as it was put together
        return [cell for row, item in members if rule.at(item) for cell in origins.cells(row, rule.at(item))]

    def _cell(self, position: int, column: str, default: Any) -> Any:
        """One value of the frame; the default where it has no such column."""
        return self.frame[column].iat[position] if column in self.frame.columns else default

    def _trace_derived(self, position: int, variable: str, value: str, derivation: Derivation) -> Trace:
        if not derivation.dataset:
            steps = tuple(self.trace(position, name) for name in derivation.inputs)
            return Trace(self.name, variable, value, derivation.how, None, "", steps)
        other = self.lineage.datasets.get(derivation.dataset) if self.lineage else None
        at = self._cell(position, at_column(variable), pd.NA)
        if other is None or pd.isna(at):
            return Trace(self.name, variable, value, derivation.how)
        there = other.position(str(self.frame["USUBJID"].iat[position]), int(at))
        steps = tuple(other.trace(there, name) for name in derivation.inputs) if there >= 0 else ()
        return Trace(self.name, variable, value, derivation.how, None, "", steps)

    def position(self, subject: str, sequence: int) -> int:
        """0-based position of the record with this USUBJID and sequence number (any, where the dataset has none); -1: none."""
        mask = self.frame["USUBJID"].to_numpy() == subject
        if self.spec.sequence:
            mask &= self.frame[self.spec.sequence].to_numpy() == sequence
        found = np.flatnonzero(mask)
        return int(found[0]) if len(found) else -1

    def findings(
        self,
        where: np.ndarray | pd.Series,
        rule: str,
        severity: str,
        variable: str,
        message: str | Sequence[str],
        expected: str | Sequence[str] = "",
    ) -> pd.DataFrame:
        """A findings frame with one row for each record of ``where`` (a mask or 0-based positions), at its source cell.

        ``message`` and ``expected`` are one text, or one for each record; ``{value}`` in a single text is the value.
        """
        where = np.asarray(where)
        positions = np.flatnonzero(where) if where.dtype == bool else where
        return self.all_findings([Flagged(positions, rule, severity, variable, message, expected)])

    def all_findings(self, flagged: Iterable[Flagged]) -> pd.DataFrame:
        """One findings frame of what several rules flagged, in that order; see `findings`."""
        asked = [each for each in flagged if len(each.positions)]
        if not asked:
            return findings_frame()
        columns: dict[str, list[str]] = {
            name: [] for name in ("rule", "severity", "variable", "value", "message", "expected", "source", "typed")
        }
        for each in asked:
            count = len(each.positions)
            values = self._texts(each.variable, each.positions)
            message = (
                [each.message.replace("{value}", v) for v in values] if isinstance(each.message, str) else each.message
            )
            expected = [each.expected] * count if isinstance(each.expected, str) else each.expected
            if len(message) != count or len(expected) != count:
                raise ValueError(f"{len(message)} messages and {len(expected)} expected texts for {count} findings")
            columns["rule"] += [each.rule] * count
            columns["severity"] += [each.severity] * count
            columns["variable"] += [each.variable] * count
            columns["value"] += values
            columns["message"] += message
            columns["expected"] += expected
            if self.lineage is not None:
                cells = [self._first_cell(int(position), each.variable) for position in each.positions]
                columns["source"] += [str(source) if source else "" for source, _ in cells]
                columns["typed"] += [typed for _, typed in cells]
        positions = np.concatenate([each.positions for each in asked])
        if self.lineage is None:
            columns["source"] = columns["typed"] = [""] * len(positions)
        return build_findings(
            columns.pop("rule"),
            columns.pop("severity"),
            len(positions),
            site=self.sites(positions),
            dataset=self.name,
            subject=self._texts("USUBJID", positions),
            keys=self._keys(positions),
            record=[str(position + 1) for position in positions.tolist()],
            **columns,
        )

    def _texts(self, variable: str, positions: np.ndarray) -> list[str]:
        if variable not in self.frame.columns:
            return [""] * len(positions)
        return [format_value(value) for value in self.frame[variable].to_numpy()[positions].tolist()]

    def _keys(self, positions: np.ndarray) -> list[str]:
        """What else tells each record apart: ``RSSEQ=4``."""
        names = [name for name in self.spec.keys if name not in ("STUDYID", "USUBJID") and name in self.frame.columns]
        parts = [[f"{name}={text}" for text in self._texts(name, positions)] for name in names]
        return [" ".join(each) for each in zip(*parts, strict=True)] if parts else [""] * len(positions)

    def _first_cell(self, position: int, variable: str) -> tuple[Source | None, str]:
        trace = self.trace(position, variable)
        cells = trace.cells()
        if cells:
            return cells[0]
        number = self._cell(position, ROW, pd.NA)
        if self.lineage is None or pd.isna(number):
            return trace.source, ""
        return self.lineage.origins.cells(int(number), ())[0][0], ""

    def sites(self, positions: np.ndarray) -> Sequence[str]:
        """The site of each record; ``""`` for data that came from outside."""
        if self.lineage is None or PLAN not in self.frame.columns:
            return [""] * len(positions)
        plans = self.lineage.plans
        return [plans[int(plan)].site if plan >= 0 else "" for plan in self.frame[PLAN].to_numpy()[positions]]


def format_value(value: Any) -> str:
    """A cell of a published frame as text: ``""`` for missing, no ``.0`` on whole numbers."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def format_values(values: np.ndarray | pd.Series) -> np.ndarray:
    """`format_value` of each number of a column; each distinct number is formatted once."""
    codes, distinct = pd.factorize(np.asarray(values, dtype=float), use_na_sentinel=False)
    texts = np.array([format_value(value) for value in distinct], dtype=object)
    return texts[codes]
