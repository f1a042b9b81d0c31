"""The partial dates that are read: in which cells, by whom and under which roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.inputs import Inputs
from hcc_sdtm.adam.admissible.open_dates import OPEN_COLUMNS, Ambiguous, find_open_dates
from hcc_sdtm.adam.timeline import Subjects, matching
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.spec.adam.adsl_rules import AdslRule
from hcc_sdtm.spec.adam.records import Records

CELL_COLUMNS = ["dataset", "position", "variable", *OPEN_COLUMNS]


@dataclass(frozen=True)
class PartialCells:
    """Partial dates that are read: ``cells`` has one row each, `CELL_COLUMNS` (``subject`` is a code of `Subjects`).

    ``read_by`` says for each cell and target whether the target reads it; ``alive_only`` marks those that can
    only move the date last known alive. ``roles`` are the roles under which each cell is read.
    """

    cells: pd.DataFrame
    read_by: np.ndarray
    alive_only: np.ndarray
    roles: list[tuple[str, ...]]


def find_partial_cells(
    inputs: Sequence[Inputs],
    datasets: Mapping[str, Dataset],
    subjects: Subjects,
    last_alive: np.ndarray,
    ambiguous: Ambiguous,
) -> PartialCells:
    """The partial dates with a year, and the ambiguous ones, that the targets of ``inputs`` read, of the subjects given.

    ``last_alive`` is the day by subject on which each was surely alive: a date that cannot be later does not move it.
    """
    found: dict[tuple[str, str], dict[int, tuple[set[int], set[str], bool]]] = {}
    tables: dict[tuple[str, str], pd.DataFrame] = {}

    def open_dates_of(dataset: str, variable: str) -> pd.DataFrame:
        if (dataset, variable) not in tables:
            tables[dataset, variable] = find_open_dates(datasets[dataset], variable, subjects, ambiguous)
        return tables[dataset, variable]

    def take(key: tuple[str, str], positions: np.ndarray, number: int, role: str, alive_only: bool) -> None:
        cells = found.setdefault(key, {})
        for position in positions.tolist():
            readers, roles, only = cells.get(position, (set(), set(), True))
            cells[position] = (readers | {number}, roles | ({role} if role else set()), only and alive_only)

    masks: dict[str, np.ndarray] = {}
    for number, each in enumerate(inputs):
        for key, records in each.records.items():
            if records.dataset not in datasets or records.date not in datasets[records.dataset].frame:
                continue
            table = open_dates_of(records.dataset, records.date)
            if table.empty:
                continue
            if key not in masks:
                masks[key] = matching(datasets[records.dataset].frame.iloc[table.index], records)
            take((records.dataset, records.date), table.index.to_numpy()[masks[key]], number, records.role, False)
        for rule in each.last_alive:
            for name, variable, mask in _shows_alive(rule, datasets):
                table = open_dates_of(name, variable)
                later = ~(table["latest"].to_numpy() <= last_alive[table["subject"].to_numpy(dtype=np.int64)])
                shown = mask[table.index.to_numpy()] if len(table) else later
                take((name, variable), table.index.to_numpy()[later & shown], number, "", True)

    frames, readers, roles, alive_only = [], [], [], []
    for (name, variable), chosen in found.items():
        if chosen:
            rows = tables[name, variable].loc[list(chosen)]
            frames.append(rows.assign(dataset=name, variable=variable, position=rows.index)[CELL_COLUMNS])
            for numbers, own, only in chosen.values():
                readers.append(np.isin(np.arange(len(inputs)), list(numbers)))
                roles.append(tuple(sorted(own)))
                alive_only.append(only)
    cells = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=CELL_COLUMNS)
    read_by = np.array(readers, dtype=bool).reshape(len(cells), len(inputs))
    return PartialCells(cells, read_by, np.array(alive_only, dtype=bool), roles)


def _shows_alive(rule: AdslRule, datasets: Mapping[str, Dataset]) -> Iterator[tuple[str, str, np.ndarray]]:
    """Dataset, variable and mask of the records whose dates show a subject alive."""
    excluded: Sequence[Records] = rule.last_alive.excluded if rule.last_alive else ()
    for name, dataset in datasets.items():
        if "USUBJID" not in dataset.frame:
            continue
        mask = np.ones(len(dataset), dtype=bool)
        for records in excluded:
            if records.dataset == name:
                mask &= ~matching(dataset.frame, records)
        if mask.any():
            for variable in dataset.spec.names:
                if variable.endswith("DTC") and variable in dataset.frame:
                    yield name, variable, mask
