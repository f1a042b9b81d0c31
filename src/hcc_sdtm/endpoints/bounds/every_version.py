"""Every version of a study one by one, in parts that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hcc_sdtm.endpoints.bounds.bound import ENUMERATED, NEVER_REACHED, NOT_IN_ALL, NOT_IN_ANY, Bound
from hcc_sdtm.endpoints.bounds.curves import Asked, estimate_counts
from hcc_sdtm.endpoints.bounds.study_versions import StudyVersions
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Positions
from hcc_sdtm.spec.endpoints import RiskSetMinimum

CELLS_AT_ONCE = 1_000_000

TIMES_REACHED = ("median", "quantile")
"""Measures that are a time, of which not reached is later than every other."""


def every_choice(numbers: Positions, first: Positions) -> Positions:
    """Every combination (version, subject) of the places of so many options from the ``first`` of each subject on."""
    count = int(np.prod(numbers))
    inner = np.cumprod(np.append(numbers[1:], 1)[::-1])[::-1]
    return np.asarray(first + (np.arange(count)[:, None] // inner) % numbers, dtype=np.int64)


def estimate_versions(
    versions: StudyVersions, chosen: Positions, asked: Sequence[Asked], minimum: RiskSetMinimum | None = None
) -> Floats:
    """Each statistic (statistic, version) of the versions chosen, by the places of their options, which are one by one."""
    parts = [
        estimate_counts(versions.counts(versions.own.last.take(part)), asked, minimum)
        for part in _parts(chosen, versions.size)
    ]
    return np.concatenate(parts, axis=1)


def enumerate_bounds(
    versions: StudyVersions, asked: Sequence[Asked], minimum: RiskSetMinimum | None = None
) -> list[Bound]:
    """The bound of each statistic by every version."""
    versions = versions.with_options(versions.own.one_by_one())
    values = estimate_versions(versions, every_choice(versions.numbers, versions.first), asked, minimum)
    return [bound_of_values(each.measure, row) for each, row in zip(asked, values, strict=True)]


def bound_of_values(measure: str, values: Floats) -> Bound:
    """The bound that the values of every version are."""
    is_open = np.isnan(values)
    if is_open.all():
        return Bound(np.nan, np.nan, ENUMERATED, NOT_IN_ANY)
    least, greatest, warning = float(np.nanmin(values)), float(np.nanmax(values)), ""
    if is_open.any():
        greatest, warning = (np.nan, NEVER_REACHED) if measure in TIMES_REACHED else (greatest, NOT_IN_ALL)
    return Bound(least, greatest, ENUMERATED, warning)


def _parts(chosen: Positions, size: int) -> Iterator[Positions]:
    rows = max(CELLS_AT_ONCE // max(size, 1), 1)
    for start in range(0, max(len(chosen), 1), rows):
        yield chosen[start : start + rows]
