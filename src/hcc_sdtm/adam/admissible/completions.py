"""Subjects with partial dates, each copied once for every completion of them, as SDTM datasets of their own.

Knows how a copy is made and which days a partial date can be. Does not know what is derived from the copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.open_dates import READINGS
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import bounds, distinct_parts, from_days


@dataclass(frozen=True)
class Batch:
    """The completions of one subject that are tried together: ``days`` has one row each, one column a partial date.

    ``cells`` are, for each partial date, the rows of the table of cells that it stands in; ``targets`` the numbers of
    the targets that the completions are for. ``ends`` are the columns of ``days`` that have the first and the last
    day only; of a single one ``between`` has the days that the two stand for, and ``whole`` is what ``days`` is with all of
    them, where that is not too much.
    """

    subject: int
    targets: tuple[int, ...]
    cells: tuple[tuple[int, ...], ...]
    days: np.ndarray
    ends: tuple[int, ...] = ()
    between: np.ndarray | None = None
    whole: np.ndarray | None = None


def possible_days(text: str, cutoff: float) -> np.ndarray:
    """The days that a partial date can be, an ambiguous one by any of its readings.

    None is after the cut-off, unless all are: then it is the first.
    """
    readings = pd.Series(text.split(READINGS), dtype=object)
    parts, limits = distinct_parts(readings), bounds(readings)
    of_each = []
    for day, earliest, latest in zip(parts.day, limits["earliest"], limits["latest"], strict=True):
        days = np.arange(earliest, latest + 1)
        if not np.isnan(day):  # 2003---15: a day of any month
            days = days[from_days(pd.Series(days)).str.slice(8, 10).astype(float).to_numpy() == day]
        of_each.append(days)
    days = np.unique(np.concatenate(of_each))
    return days[days <= cutoff] if days[0] <= cutoff else days[:1]


def combine_days(days: list[np.ndarray]) -> np.ndarray:
    """Every combination of one day of each, one row each."""
    return np.stack([grid.ravel() for grid in np.meshgrid(*days, indexing="ij")], axis=1)


def name_copies(count: int) -> np.ndarray:
    """Names of so many copies, in the order in which they sort."""
    return np.array([f"{number:09d}" for number in range(count)], dtype=object)


def build_copies(
    datasets: Mapping[str, Dataset],
    kept: Mapping[str, np.ndarray],
    cells: pd.DataFrame,
    batches: list[Batch],
    names: pd.Index,
) -> dict[str, Dataset]:
    """The subjects of the batches, once for each completion, with its days written into the partial dates.

    The copies are named by `name_copies`, batch after batch. ``kept`` has by dataset the positions of the records that a copy
    needs; a dataset that is not in it is left out, and one without subjects is taken as it is.
    """
    sizes = np.array([len(batch.days) for batch in batches])
    of_copy = np.repeat([batch.subject for batch in batches], sizes)
    copies = name_copies(int(sizes.sum()))
    first_copy = np.append(0, np.cumsum(sizes)[:-1])
    made: dict[str, Dataset] = {}
    for name, dataset in datasets.items():
        if "USUBJID" not in dataset.frame:
            made[name] = dataset
        elif name in kept:
            position, copy, at = _copied_rows(dataset, kept[name], of_copy, names)
            if not len(position):  # what nobody has records of is not derived, and others have records
                position, copy = np.zeros(min(len(dataset), 1), dtype=np.int64), np.array([-1])[: len(dataset)]
            columns = {
                str(column): dataset.frame[column].to_numpy()[position]
                for column in dataset.frame.columns
                if not str(column).startswith("_")
            }
            frame = pd.DataFrame(columns | {"USUBJID": np.append(copies, "")[copy]}, copy=False)
            _write_days(frame, name, cells, batches, first_copy, at)
            made[name] = Dataset(dataset.spec, frame)
    return made


@dataclass(frozen=True)
class _Places:
    """Where the copied records stand: the first row of each copy, and the offset of each record in its subject's rows."""

    starts: np.ndarray
    offsets: dict[int, int]


def _copied_rows(
    dataset: Dataset, kept: np.ndarray, of_copy: np.ndarray, names: pd.Index
) -> tuple[np.ndarray, np.ndarray, _Places]:
    """Position of each copied row in the dataset, the copy that it belongs to, and where each record went."""
    subject = names.get_indexer(pd.Index(dataset.frame["USUBJID"].iloc[kept]))
    order = np.argsort(subject, kind="stable")
    position, subject = kept[order], subject[order]
    first = np.searchsorted(subject, of_copy, side="left")
    count = np.searchsorted(subject, of_copy, side="right") - first
    starts = np.append(0, np.cumsum(count)[:-1])
    copy = np.repeat(np.arange(len(of_copy)), count)
    within = np.arange(int(count.sum())) - starts[copy]
    begins = np.searchsorted(subject, subject, side="left")
    offsets = dict(zip(position.tolist(), (np.arange(len(subject)) - begins).tolist(), strict=True))
    return position[first[copy] + within], copy, _Places(starts, offsets)


def _write_days(
    frame: pd.DataFrame, name: str, cells: pd.DataFrame, batches: list[Batch], first_copy: np.ndarray, places: _Places
) -> None:
    written: dict[str, tuple[list[np.ndarray], list[np.ndarray]]] = {}
    dataset, variable, position = (cells[column].to_numpy() for column in ("dataset", "variable", "position"))
    for batch, first in zip(batches, first_copy, strict=True):
        for column, members in enumerate(batch.cells):
            for cell in members:
                if dataset[cell] == name:
                    rows = places.starts[first : first + len(batch.days)] + places.offsets[int(position[cell])]
                    at, days = written.setdefault(str(variable[cell]), ([], []))
                    at.append(rows)
                    days.append(batch.days[:, column])
    for column_name, (at, days) in written.items():
        values = frame[column_name].to_numpy(dtype=object, copy=True)
        values[np.concatenate(at)] = from_days(pd.Series(np.concatenate(days))).to_numpy(dtype=object)
        frame[column_name] = values
