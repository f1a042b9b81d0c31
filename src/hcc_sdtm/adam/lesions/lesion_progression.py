"""Each lesion's own progression at each assessment: by growth over its own nadir, by reappearance, by its state, or as new.

Knows that an irradiated lesion is judged by the trial's local failure from the start of its course on, and every other one
by the criterion. Does not know what the sum of the targets or the response of the visit is.

Source: RECIST 1.1 (Eisenhauer 2009), section 4.3; local control kept apart from response, as radiotherapy trials report it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.spec.adam.criteria import Criterion
from hcc_sdtm.spec.progression import LocalFailure

NEW, GROWTH, REAPPEARANCE, UNEQUIVOCAL = "NEW", "GROWTH", "REAPPEARANCE", "UNEQUIVOCAL"
"""How a lesion has progressed."""

ROUNDING = 1e-9
"""A size that reaches a threshold but for the last bit of a decimal number has reached it."""

COLUMNS = [
    *("lesion", "assessment", "subject", "reader", "day", "dataset", "position"),
    *("size", "nadir", "evaluable", "in_field", "how"),
]


@dataclass(frozen=True)
class Growth:
    """When a lesion has grown enough: in percent and mm over its nadir; and whether to be seen again is enough."""

    percent: float
    mm: float
    reappearance: bool

    @classmethod
    def of(cls, rule: Criterion | LocalFailure) -> Growth:
        """The growth that a criterion, or the trial's local failure, asks for."""
        if isinstance(rule, LocalFailure):
            return cls(rule.percent, rule.mm, rule.reappearance)
        return cls(rule.progression_percent, rule.progression_mm, reappearance=True)


def build_lesion_progression(
    lesions: pd.DataFrame,
    sizes: pd.DataFrame,
    irradiated: pd.DataFrame,
    start: np.ndarray,
    criterion: Criterion,
    local: LocalFailure,
) -> pd.DataFrame:
    """One row for each lesion and assessment after the start of treatment (`COLUMNS`), in order of lesion and day.

    ``lesions``     one row a lesion and reader: subject, reader, kind, is_node
    ``sizes``       one row a lesion and assessment: lesion, assessment, day, size (mm), state, position (in TR)
    ``irradiated``  lesion, start
    ``start``       first day of treatment by subject

    ``nadir`` is the smallest earlier size since the last one on or before the start: of the treatment, or once the lesion
    was irradiated of its own course. ``how`` is ``""`` where it did not progress. ``in_field`` marks irradiated lesions after
    the start of their course. A target grows by its size; a non-target only once irradiated, else by its state. A node below
    the criterion's normal size has not progressed. New lesions have no row here for their first scan: see `add_new_lesions`.
    """
    rows = sizes.sort_values(["lesion", "day", "assessment"], kind="stable").reset_index(drop=True)
    lesion = rows["lesion"].to_numpy(dtype=np.int64)
    for name in ("subject", "reader"):
        rows[name] = lesions[name].to_numpy(dtype=np.int64)[lesion]
    kind, is_node = lesions["kind"].to_numpy(dtype=object)[lesion], lesions["is_node"].to_numpy(dtype=bool)[lesion]
    begins = start[rows["subject"].to_numpy()]
    course = np.full(len(lesions), np.nan)
    course[irradiated["lesion"].to_numpy(dtype=np.int64)] = irradiated["start"].to_numpy(dtype=float)
    course = course[lesion]
    day, state = rows["day"].to_numpy(dtype=float), rows["state"].to_numpy(dtype=object)
    size = rows["size"].to_numpy(dtype=float, copy=True)
    size[(state == "ABSENT") & np.isnan(size)] = 0
    rows["size"] = size
    in_field = day > course
    is_normal = is_node & (size < criterion.nodes.normal_below_mm)

    nadir, how = np.full(len(rows), np.nan), np.full(len(rows), "", dtype=object)
    for inside, origin, growth in (
        (~in_field, begins, Growth.of(criterion)),
        (in_field, course, Growth.of(local)),
    ):
        lowest = _nadir(lesion, day, size, origin)
        by_size = inside & ((kind != "NON-TARGET") | in_field) & ~is_normal
        grown = by_size & _has_grown(size, lowest, growth)
        again = inside & ~is_normal & (lowest == 0) & _is_seen(size, state) & growth.reappearance
        nadir[inside] = lowest[inside]
        how[grown] = GROWTH
        how[again] = REAPPEARANCE
    how[(state == UNEQUIVOCAL) & (kind == "NON-TARGET")] = UNEQUIVOCAL
    rows["nadir"], rows["in_field"], rows["how"], rows["dataset"] = nadir, in_field, how, "TR"
    has_state = np.isin(state, ["ABSENT", "PRESENT", "UNEQUIVOCAL", "EQUIVOCAL", "MERGED"])
    rows["evaluable"] = ~np.isnan(size) | (has_state & ((kind != "TARGET") | (state == "MERGED")))
    return rows.loc[day > begins, COLUMNS].reset_index(drop=True)


def add_new_lesions(rows: pd.DataFrame, lesions: pd.DataFrame, new: pd.DataFrame, start: np.ndarray) -> pd.DataFrame:
    """The rows, and one for each new lesion at the scan from which on it is one, after the start of treatment.

    ``new`` has one row a lesion: ``lesion``, ``assessment``, ``day``, ``dataset`` (TU or TR) and ``position``. A new lesion is
    out of field, whatever is irradiated later.
    """
    number = new["lesion"].to_numpy(dtype=np.int64)
    subject = lesions["subject"].to_numpy(dtype=np.int64)[number]
    found = new.assign(
        subject=subject,
        reader=lesions["reader"].to_numpy(dtype=np.int64)[number],
        size=np.nan,
        nadir=np.nan,
        evaluable=True,
        in_field=False,
        how=NEW,
    )
    found = found.loc[found["day"].to_numpy(dtype=float) > start[subject], COLUMNS]
    by_lesion = found.set_index("lesion")
    since = rows["lesion"].map(by_lesion["day"]).to_numpy(dtype=float)
    same = (rows["assessment"] == rows["lesion"].map(by_lesion["assessment"])).to_numpy()
    # up to that assessment a new lesion has not grown: it is new
    kept = rows[~(same | (rows["day"].to_numpy(dtype=float) <= since))]
    parts = [frame for frame in (kept, found) if len(frame)] or [rows]
    return pd.concat(parts).sort_values(["lesion", "day"], kind="stable", ignore_index=True)


def _nadir(lesion: np.ndarray, day: np.ndarray, size: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """The smallest earlier size of the lesion since its last one on or before the origin; NaN: there is none.

    Rows are in order of lesion and day.
    """
    if not len(lesion):
        return np.empty(0)
    number = np.arange(len(lesion), dtype=float)
    baseline = np.where((day <= origin) & ~np.isnan(size), number, -1.0)
    last = pd.Series(baseline).groupby(lesion).transform("max").to_numpy()
    counted = pd.Series(np.where((number >= last) & ~np.isnan(size), size, np.inf))
    lowest = counted.groupby(lesion).cummin().groupby(lesion).shift(1).to_numpy(dtype=float)
    return np.where(np.isinf(lowest), np.nan, lowest)


def _has_grown(size: np.ndarray, nadir: np.ndarray, growth: Growth) -> np.ndarray:
    least = nadir * (1 + growth.percent / 100)
    enough = (size >= least - ROUNDING * least) & (size - nadir >= growth.mm - ROUNDING * np.fmax(size, 1))
    return np.asarray(enough & (size > nadir))


def _is_seen(size: np.ndarray, state: np.ndarray) -> np.ndarray:
    return np.asarray((size > 0) | np.isin(state, ["PRESENT", "UNEQUIVOCAL"]))
