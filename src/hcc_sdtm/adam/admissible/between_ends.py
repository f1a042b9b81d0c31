"""What the days between the first and the last of an origin give, where only these two were tried.

Knows that whatever ends the time is, for every origin between, what it is for both: the first record on or after an origin
is never earlier for a later one, and a constraint that holds of the first and the last day holds of those between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.completions import Batch
from hcc_sdtm.adam.admissible.copies import Judged
from hcc_sdtm.dates.duration import duration
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.trial import Trial


@dataclass(frozen=True)
class Ends:
    """The copies that are tried at the ends of an origin, in groups that differ in nothing else.

    ``copy`` in the order of groups; ``first`` has the place of each group's first copy in it, ``batch`` its batch.
    """

    copy: np.ndarray
    first: np.ndarray
    batch: np.ndarray

    @classmethod
    def of(cls, batches: Sequence[Batch], batch_of: np.ndarray) -> Ends:
        """The groups of the batches that have ends."""
        starts = np.searchsorted(batch_of, np.arange(len(batches)))
        copies, groups, owners = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        count = 0
        for number, batch in enumerate(batches):
            if not batch.ends or len(batch.days) == 1:
                continue
            others = np.delete(batch.days, list(batch.ends), axis=1)
            same = np.unique(others, axis=0, return_inverse=True)[1].ravel() if others.shape[1] else 0
            copies.append(np.arange(starts[number], starts[number] + len(batch.days)))
            groups.append(np.broadcast_to(np.asarray(same) + count, len(batch.days)))
            size = int(np.max(same)) + 1
            owners.append(np.full(size, number))
            count += size
        copy, group = np.concatenate(copies), np.concatenate(groups)
        order = np.argsort(group, kind="stable")
        first = np.searchsorted(group[order], np.arange(count))
        return cls(copy[order], first, np.concatenate(owners))

    def reduce(self, of: np.ufunc, values: np.ndarray) -> np.ndarray:
        """The values of each group made one, by column; ``values`` has one row a copy."""
        return np.asarray(of.reduceat(values[self.copy], self.first, axis=0))

    def is_equal(self, values: np.ndarray) -> np.ndarray:
        """Whether the copies of each group have one value, by column."""
        return np.asarray(self.reduce(np.minimum, values) == self.reduce(np.maximum, values))


def unlike_ends(
    ends: Ends,
    batches: Sequence[Batch],
    judged: Judged,
    frame: pd.DataFrame,
    copy: np.ndarray,
    number: np.ndarray,
    wanted: np.ndarray,
) -> list[tuple[int, int]]:
    """Batch and parameter where the ends of an origin do not tell what lies between.

    There the time ends on another day or otherwise, the origin is another date, or the two break other constraints.
    ``frame`` is the ADTTE of the copies; ``copy`` and ``number`` say of its rows whose they are, and of which parameter.
    ``wanted`` says for each batch and parameter whether the batch is for the parameter.
    """
    if not len(ends.first):
        return []

    def by_copy(name: str) -> np.ndarray:
        values = np.full((len(judged.mask), wanted.shape[1]), -np.inf)
        values[copy, number] = frame[name].to_numpy(dtype=float)
        return values

    alike = ends.is_equal(by_copy("ADT")) & ends.is_equal(by_copy("CNSR")) & ends.is_equal(by_copy("CAUSE"))
    origin, tried = by_copy("STARTDT"), _tried_origins(batches)
    is_tried = np.isnan(tried)[:, None] | (origin == tried[:, None])
    alike &= ends.is_equal(origin) | ends.reduce(np.logical_and, is_tried)
    is_told, is_never = _told_by_ends(ends, judged)
    alike = is_never[:, None] | (alike & is_told[:, None])
    group, parameter = np.nonzero(~alike & wanted[ends.batch])
    return sorted(set(zip(ends.batch[group].tolist(), parameter.tolist(), strict=True)))


def _tried_origins(batches: Sequence[Batch]) -> np.ndarray:
    """The day of the origin that each copy tries, NaN where the batch has no days between its ends."""
    parts = [
        np.full(len(batch.days), np.nan) if batch.between is None else batch.days[:, batch.ends[0]] for batch in batches
    ]
    return np.concatenate(parts)


def _told_by_ends(ends: Ends, judged: Judged) -> tuple[np.ndarray, np.ndarray]:
    """For each group whether its copies break the same constraints; and whether what all break is too much already."""
    size = np.diff(np.append(ends.first, len(ends.copy)))
    group_of = np.full(len(judged.mask), -1)
    group_of[ends.copy] = np.repeat(np.arange(len(size)), size)
    group = group_of[judged.copy]
    pairs = np.stack([group, judged.constraint], axis=1)[group >= 0]
    pairs, times = np.unique(pairs, axis=0, return_counts=True)
    by_any = np.bincount(pairs[:, 0], minlength=len(size))
    by_all = np.bincount(pairs[times == size[pairs[:, 0]], 0], minlength=len(size))
    return by_any == by_all, by_all > judged.fewest[ends.batch]


def fill_between(
    rows: pd.DataFrame,
    copy: np.ndarray,
    number: np.ndarray,
    batches: Sequence[Batch],
    batch_of: np.ndarray,
    of_copies: pd.DataFrame,
    parameters: Sequence[TimeToEvent],
    trial: Trial,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows of ADTTE for the days between the ends of an origin, and the copy that each is like.

    ``rows`` are those of admissible copies whose ends tell what lies between.
    """
    tried = _tried_origins(batches)
    lasts = np.array([-np.inf if batch.between is None else batch.days[:, batch.ends[0]].max() for batch in batches])
    start = rows["STARTDT"].to_numpy(dtype=float)
    is_first = (start == tried[copy]) & (start < lasts[batch_of[copy]])
    position = np.flatnonzero(is_first)
    between = [batches[number].between for number in batch_of[copy[position]]]
    counts = np.array([0 if days is None else len(days) for days in between], dtype=np.int64)
    position = np.repeat(position, counts)
    made = rows.iloc[position].reset_index(drop=True)
    made["STARTDT"] = np.concatenate([np.zeros(0), *(days for days in between if days is not None)])
    of_row, like = number[position], copy[position]
    aval, waits = (made[name].to_numpy(dtype=float, copy=True) for name in ("AVAL", "ENTRY"))
    for each in np.unique(of_row):
        parameter, own = parameters[int(each)], np.flatnonzero(of_row == each)
        first_day = trial.first_day if parameter.first_day is None else parameter.first_day
        origin, end = made["STARTDT"].iloc[own], made["ADT"].iloc[own]
        days = duration(origin, end, parameter.unit, first_day, month_days=trial.month_days)
        aval[own] = days.to_numpy()
        if parameter.entry:
            entry = pd.Series(of_copies[parameter.entry].to_numpy(dtype=float)[like[own]], index=origin.index)
            waited = duration(origin, entry, parameter.unit, month_days=trial.month_days)
            waits[own] = np.fmax(waited.to_numpy(), 0.0)
    made["AVAL"], made["ENTRY"] = aval, waits
    return made, like
