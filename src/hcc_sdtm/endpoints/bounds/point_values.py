"""The statistics of an endpoint anew, with the outcome of one subject replaced by another: many replacements at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hcc_sdtm.endpoints.bounds.curves import Asked, Counts, Ranked, count_versions, estimate_counts
from hcc_sdtm.endpoints.bounds.outcomes import (
    COLUMNS,
    TimeEndpoint,
    analysed_outcomes,
    late_entry,
    read_outcomes,
    times_of,
)
from hcc_sdtm.endpoints.bounds.share_bounds import response_counts, responses_of
from hcc_sdtm.endpoints.bounds.time_bounds import asked_of
from hcc_sdtm.endpoints.listed import AnalysisSet, Estimates
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Positions, Records
from hcc_sdtm.endpoints.listed.analysis_set import build_populations
from hcc_sdtm.spec.endpoints import (
    EndpointSpec,
    FollowUpEndpoint,
    IncidenceEndpoint,
    ProportionEndpoint,
    SurvivalEndpoint,
)

Key = tuple[str, float, str]
"""Measure, time and cause of a row of the results."""
TimeOutcome = tuple[float, float, float, float] | None
"""AVAL, CNSR, CAUSE and ENTRY of a record; NaN as AVAL, or None: no record."""
ResponseOutcome = tuple[str, ...] | None
"""AVALC of the parameter, and of that of the denominator; ``""``: no record; None: not in the population."""

CELLS_AT_ONCE = 500_000
OF_A_TIME = frozenset(
    [
        "median",
        "quantile",
        "rate",
        "incidence",
        "restricted-mean",
        "events",
        "censored",
        "at-risk",
        "subjects",
        "entered",
        "start",
    ]
)
OF_A_SHARE = ("subjects", "number", "proportion")


class TimeValues:
    """The statistics of a time to event; ``values`` are as analysed, in the units of the results, in the order of ``keys``."""

    def __init__(self, endpoint: TimeEndpoint, chosen: AnalysisSet, keys: Sequence[Key], values: Floats) -> None:
        self.keys, self.values = list(keys), values
        self._endpoint, self._chosen = endpoint, chosen
        self._analysed = analysed_outcomes(endpoint, chosen)
        asked = [asked_of(endpoint, *key) for key in keys]
        self._asked: list[Asked] = [each for each in asked if each is not None]
        self._causes = len(endpoint.causes) if isinstance(endpoint, IncidenceEndpoint) else 1
        self._minimum = late_entry(endpoint)

    def replaced(self, usubjid: Sequence[str], outcomes: Sequence[TimeOutcome]) -> Floats:
        """The statistics (replacement, statistic) with each subject's outcome in turn replaced; NaN is not estimable."""
        gone = (np.nan, np.nan, np.nan, np.nan)
        columns = np.array([gone if each is None else each for each in outcomes], dtype=np.float64).reshape(-1, 4)
        new = read_outcomes(self._endpoint, dict(zip(COLUMNS, columns.T, strict=True)).__getitem__)
        numbers = self._chosen.records.subjects.numbers(pd.Series(list(usubjid), dtype=object))
        is_member = (numbers >= 0) & self._chosen.population.members[numbers]
        new = new.without(~is_member)
        at = np.searchsorted(self._chosen.subjects, numbers)
        has_record = is_member & np.isin(numbers, self._chosen.subjects)
        delayed = self._minimum is not None
        grid = times_of((self._analysed, new), delayed)
        if not len(grid):
            return np.tile(self.values, (len(numbers), 1))
        base, own = (each.ranked(grid, delayed) for each in (self._analysed, new))
        rows = max(CELLS_AT_ONCE // len(grid), 1)
        parts = []
        for start in range(0, len(numbers), rows):
            part = np.arange(start, min(start + rows, len(numbers)))
            counts = self._counts(grid, base, own, part, np.where(has_record[part], at[part], -1))
            parts.append(estimate_counts(counts, self._asked, self._minimum).T)
        return np.concatenate(parts) if parts else np.empty((0, len(self.keys)))

    def _counts(self, grid: Floats, base: Ranked, own: Ranked, part: Positions, old: Positions) -> Counts:
        """The counts of the replacements ``part``, whose subjects were analysed at the places ``old`` (-1: not at all)."""
        is_late = self._minimum is not None
        counts = count_versions(grid, base, own.take(part[:, None]), self._causes, is_late)
        version = np.flatnonzero(old >= 0)
        exit_at, code = base.exit[old[version]], base.code[old[version]]
        np.subtract.at(counts.exits, (version, exit_at), 1)
        had = code > 0
        np.subtract.at(counts.events, (code[had] - 1, version[had], exit_at[had]), 1)
        if counts.entries is not None:
            np.subtract.at(counts.entries, (version, base.entry[old[version]]), 1)
        return counts


class ShareValues:
    """The statistics of a proportion; ``values`` are as analysed, in the order of ``keys``."""

    def __init__(
        self, endpoint: ProportionEndpoint, chosen: AnalysisSet, adrs: Records, keys: Sequence[Key], values: Floats
    ) -> None:
        self.keys, self.values = list(keys), values
        self._endpoint, self._subjects = endpoint, adrs.subjects
        group = chosen.population.group
        populations = build_populations(adrs.subjects, endpoint.population, endpoint.by)
        population = next(each for each in populations if each.group == group)
        self._members = population.members
        self._x, self._n, _ = responses_of(endpoint, population, adrs)

    def replaced(self, usubjid: Sequence[str], outcomes: Sequence[ResponseOutcome]) -> Floats:
        """The statistics (replacement, statistic) with each subject's responses in turn replaced; NaN is not estimable."""
        numbers = self._subjects.numbers(pd.Series(list(usubjid), dtype=object))
        is_member = (numbers >= 0) & self._members[numbers]
        new = [(0, 0) if each is None else response_counts(self._endpoint, each)[:2] for each in outcomes]
        counted = np.array(new, dtype=np.int64).reshape(-1, 2) * is_member[:, None]
        x = int(self._x.sum()) - (self._x[numbers] & is_member) + counted[:, 0]
        n = int(self._n.sum()) - (self._n[numbers] & is_member) + counted[:, 1]
        share = np.divide(100.0 * x, n, out=np.full(len(n), np.nan), where=n > 0)
        of_measure: dict[str, NDArray[np.float64]] = {
            "subjects": n.astype(float),
            "number": x.astype(float),
            "proportion": share,
        }
        return np.stack([of_measure[measure] for measure, *_ in self.keys], axis=1)


PointValues = TimeValues | ShareValues


def build_point_values(estimates: Estimates, endpoint: EndpointSpec, group: str = "") -> PointValues | None:
    """The statistics of an endpoint in one group that can be made anew, with their values; None where there are none.

    Of an estimate that is given twice, from the origin and from where enough are at risk, it is the second.
    """
    chosen = estimates.sets.get((endpoint.id, group))
    if chosen is None or not isinstance(
        endpoint, SurvivalEndpoint | IncidenceEndpoint | FollowUpEndpoint | ProportionEndpoint
    ):
        return None
    results = estimates.results
    rows = results[(results["endpoint"] == endpoint.id) & (results["group"] == group)]
    found: dict[object, tuple[Key, float]] = {}
    for measure, time, cause, value in rows[["measure", "time", "cause", "value"]].itertuples(index=False, name=None):
        if isinstance(endpoint, ProportionEndpoint):
            asked = measure if measure in OF_A_SHARE and not cause else None
        else:
            asked = asked_of(endpoint, measure, time, cause) if measure in OF_A_TIME else None
        if asked is not None:
            found[asked] = (measure, time, cause), value
    keys, values = [key for key, _ in found.values()], np.array([value for _, value in found.values()])
    if isinstance(endpoint, ProportionEndpoint):
        return ShareValues(endpoint, chosen, chosen.records, keys, values)
    return TimeValues(endpoint, chosen, keys, values)
