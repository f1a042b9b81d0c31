"""The bounds of every statistic of the trial's list, beside its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.finding_outcomes import Admissible
from hcc_sdtm.endpoints.bounds.bound import EXACT, Bound
from hcc_sdtm.endpoints.bounds.interval_limits import IntervalLimits
from hcc_sdtm.endpoints.bounds.open_outcomes import OpenOutcomes, build_versions
from hcc_sdtm.endpoints.bounds.outcomes import TimeEndpoint
from hcc_sdtm.endpoints.bounds.share_bounds import CategoryBounds, ProportionBounds
from hcc_sdtm.endpoints.bounds.study_versions import StudyVersions
from hcc_sdtm.endpoints.bounds.time_bounds import TimeBounds, asked_of
from hcc_sdtm.endpoints.listed import Estimates
from hcc_sdtm.spec.endpoints import (
    CategoriesEndpoint,
    EndpointList,
    EndpointSpec,
    FollowUpEndpoint,
    IncidenceEndpoint,
    IntervalCensoredEndpoint,
    ProportionEndpoint,
    SurvivalEndpoint,
)

UNMOVED = Bound(np.nan, np.nan, EXACT, "no unknown date feeds it")
"""No unknown date feeds the statistic: the bounds are its value."""


@dataclass(frozen=True)
class Row:
    """A statistic of the results: its place there, and what it is."""

    place: int
    measure: str
    time: float
    cause: str


def add_bounds(estimates: Estimates, endpoints: EndpointList, admissible: Admissible | None) -> Estimates:
    """The estimates with the smallest and largest value of each statistic over the admissible outcomes of its subjects.

    Each subject has one of its outcomes, whatever the others have; what was analysed is one of them. ``least``, ``greatest``
    and ``bound`` are filled where a statistic has bounds: not hazard ratios, tests, differences and numbers by a
    description. Where no unknown date feeds an endpoint, both are its value. A statistic that cannot be estimated in some
    completions has a ``warning`` that says so. Populations and groups are those that were analysed. Without ``admissible``
    nothing is filled.
    """
    if admissible is None or not estimates.sets:
        return estimates
    found = OpenOutcomes(admissible, next(iter(estimates.sets.values())).records.subjects)
    results = estimates.results.copy()
    rows = _rows_by_set(results)
    value = results["value"].to_numpy(dtype=np.float64)
    least, greatest = (results[name].to_numpy(dtype=np.float64, copy=True) for name in ("least", "greatest"))
    label, warning = (results[name].to_numpy(dtype=object, copy=True) for name in ("bound", "warning"))
    for endpoint in endpoints.endpoints:
        for row, bound in _bounds(endpoint, estimates, rows, found, endpoints.combinations):
            at, analysed = row.place, value[row.place]
            if bound is UNMOVED:
                least[at], greatest[at], label[at] = analysed, analysed, bound.label
                continue
            # the value is among those bounded, and the last digit of another sum of the same numbers must not deny it
            least[at] = np.where(bound.least > analysed, analysed, bound.least)
            greatest[at] = np.where(bound.greatest < analysed, analysed, bound.greatest)
            label[at] = bound.label
            warning[at] = "; ".join(each for each in (warning[at], bound.warning) if each)
    results["least"], results["greatest"], results["bound"], results["warning"] = least, greatest, label, warning
    return replace(estimates, results=results)


def _bounds(
    endpoint: EndpointSpec,
    estimates: Estimates,
    rows: Mapping[tuple[str, str], Sequence[Row]],
    found: OpenOutcomes,
    combinations: int,
) -> Iterator[tuple[Row, Bound]]:
    """The rows of an endpoint that have bounds, with them."""
    whole: StudyVersions | None = None
    of_all: ProportionBounds | None = None
    for population in found.populations(endpoint.population, tuple(endpoint.by)):
        key = endpoint.id, population.group
        if key not in estimates.sets:
            continue
        chosen, own = estimates.sets[key], rows.get(key, [])
        of_rows: Sequence[Bound | None]
        if isinstance(endpoint, ProportionEndpoint):
            if of_all is None:
                of_all = ProportionBounds.of(endpoint, population, chosen.records, *found.responses(endpoint))
            shares = of_all.within(population.members) if population.group else of_all
            of_rows = [shares.bound(row.measure) for row in own]
        elif isinstance(endpoint, CategoriesEndpoint):
            categories = CategoryBounds(endpoint, population, chosen, found.of(endpoint.parameter))
            of_rows = [categories.bound(row.measure, row.cause) for row in own]
        elif isinstance(endpoint, SurvivalEndpoint | IncidenceEndpoint | FollowUpEndpoint):
            if whole is None:
                whole = build_versions(endpoint, chosen, found.of(endpoint.parameter), [row.time for row in own])
            versions = whole.within(population.members) if population.group else whole
            of_rows = _of_times(endpoint, own, versions, combinations)
        elif isinstance(endpoint, IntervalCensoredEndpoint) and endpoint.asked in found.admissible.intervals:
            study, options = (
                estimates.intervals[endpoint.id, population.group],
                found.admissible.intervals[endpoint.asked],
            )
            limits = IntervalLimits(endpoint, chosen, study, options, combinations)
            of_rows = limits.bounds([(row.measure, row.cause, row.time) for row in own])
        else:
            return
        yield from ((row, bound) for row, bound in zip(own, of_rows, strict=True) if bound is not None and bound.label)


def _of_times(
    endpoint: TimeEndpoint, rows: Sequence[Row], versions: StudyVersions, combinations: int
) -> list[Bound | None]:
    # where a curve starts late, the row of the estimate that is not given from the origin comes first and has no bound
    wanted = {asked_of(endpoint, row.measure, row.time, row.cause): at for at, row in enumerate(rows)}
    wanted.pop(None, None)
    asked = [each for each in wanted if each is not None]
    if versions.is_one:
        bounds = [UNMOVED] * len(asked)
    else:
        bounds = TimeBounds(endpoint, versions, combinations).bounds(asked)
    of_rows: list[Bound | None] = [None] * len(rows)
    for at, bound in zip(wanted.values(), bounds, strict=True):
        of_rows[at] = bound
    return of_rows


def _rows_by_set(results: pd.DataFrame) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    names = ("endpoint", "group", "measure", "time", "cause")
    columns = [results[name].tolist() for name in names]
    for place, (endpoint, group, measure, time, cause) in enumerate(zip(*columns, strict=True)):
        found.setdefault((endpoint, group), []).append(Row(place, measure, float(time), cause))
    return found
