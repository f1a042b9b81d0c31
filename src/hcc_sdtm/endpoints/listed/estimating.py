"""The trial's own list of endpoints, estimated from ADSL, ADRS and ADTTE: one row a statistic.

A record that cannot be used (no duration, an entry after the exit) is left out of its endpoint, counted there with the
reason, and stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import pandas as pd

from hcc_sdtm.endpoints.listed.analysis_data import AnalysisData, build_analysis_data
from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet, Population, build_populations
from hcc_sdtm.endpoints.listed.categories_estimate import estimate_categories
from hcc_sdtm.endpoints.listed.comparing import compare_groups
from hcc_sdtm.endpoints.listed.delayed_estimate import estimate_delayed
from hcc_sdtm.endpoints.listed.estimated import Estimated, durations, unit_of
from hcc_sdtm.endpoints.listed.estimates import Curve, Estimates
from hcc_sdtm.endpoints.listed.follow_up_estimate import estimate_follow_up
from hcc_sdtm.endpoints.listed.incidence_estimate import estimate_incidence
from hcc_sdtm.endpoints.listed.interval_estimate import estimate_interval_censored
from hcc_sdtm.endpoints.listed.interval_study import IntervalStudy
from hcc_sdtm.endpoints.listed.proportion_estimate import estimate_proportion
from hcc_sdtm.endpoints.listed.statistics import RESULT_COLUMNS, STATISTIC_FIELDS, Statistic
from hcc_sdtm.endpoints.listed.survival_estimate import estimate_survival
from hcc_sdtm.spec.endpoints import (
    CategoriesEndpoint,
    EndpointList,
    EndpointSpec,
    FollowUpEndpoint,
    IncidenceEndpoint,
    IntervalCensoredEndpoint,
    ProportionEndpoint,
    RiskSetMinimum,
)

NO_UNIT = "the unit of time is not stated, in PARAM or in the list"
FIELDS = attrgetter(*STATISTIC_FIELDS)
TIMES = ("median", "quantile", "restricted-mean", "start")


@dataclass(frozen=True)
class Part:
    """The statistics of an endpoint in one group; ``made`` is missing where they are of groups compared."""

    group: str
    method: str
    n: int
    statistics: Sequence[Statistic]
    made: Estimated | None = None


def estimate_endpoints(
    adsl: pd.DataFrame, adrs: pd.DataFrame, adtte: pd.DataFrame, endpoints: EndpointList
) -> Estimates:
    """Every statistic of every endpoint in the list's order, the curves, and the records behind them.

    Reads of ADSL USUBJID, the population's flag and the variables of ``by``; of ADRS USUBJID, PARAMCD and AVALC; of ADTTE
    USUBJID, PARAMCD, AVAL (in the endpoint's unit), CNSR (0 is the event), ENTRY with delayed entry (same unit), CAUSE
    (0 censored) with competing causes, and where it is there EVNTDESC. Interval censoring reads STARTDT, ADT and EVNTDESC
    too, and ADT of ADRS. An endpoint with delayed entry has no curve where too few are ever at risk. Raises ValueError where
    a dataset lacks a column, or PARAM names another unit than the endpoint.
    """
    data = build_analysis_data(adsl, adrs, adtte)
    rows: list[tuple[object, ...]] = []
    curves: dict[str, Curve] = {}
    group_curves: dict[tuple[str, str], Curve] = {}
    sets: dict[tuple[str, str], AnalysisSet] = {}
    intervals: dict[tuple[str, str], IntervalStudy] = {}
    for listed in endpoints.endpoints:
        endpoint = listed
        if not isinstance(listed, ProportionEndpoint | CategoriesEndpoint):
            endpoint = listed.model_copy(update={"unit": unit_of(listed, data)})
        words = endpoints.populations.get(endpoint.population, endpoint.population)
        for part in _parts(endpoint, data, endpoints.few_at_risk):
            rows += _rows(endpoint, words, part)
            if part.made is not None:
                sets[endpoint.id, part.group] = part.made.chosen
            if part.made is not None and part.made.intervals is not None:
                intervals[endpoint.id, part.group] = part.made.intervals
            if part.made is not None and part.made.curve is not None:
                if part.group:
                    group_curves[endpoint.id, part.group] = part.made.curve
                else:
                    curves[endpoint.id] = part.made.curve
    return Estimates(pd.DataFrame(rows, columns=list(RESULT_COLUMNS)), curves, group_curves, sets, intervals)


def _parts(endpoint: EndpointSpec, data: AnalysisData, enough: RiskSetMinimum) -> Iterator[Part]:
    """The endpoint for all of its population, then for the groups of each variable, then these compared."""
    populations = build_populations(data.subjects, endpoint.population, endpoint.by)
    made = {population: _estimate(endpoint, population, data, enough) for population in populations}
    made_of_all = next(iter(made.values()))
    yield Part("", made_of_all.method, made_of_all.n, made_of_all.statistics, made_of_all)
    for variable in endpoint.by:
        groups = {population.group: each for population, each in made.items() if population.variable == variable}
        compared = compare_groups(endpoint, variable, groups)
        for group, each in groups.items():
            yield Part(group, each.method, each.n, [*each.statistics, *compared.of_group.get(group, [])], each)
        whole, n = made_of_all.n, sum(each.n for each in groups.values())
        unknown = [_without_value(variable, whole - n)] if n < whole else []
        if unknown or compared.of_all:
            yield Part(variable, compared.method or made_of_all.method, n, [*unknown, *compared.of_all])


def _without_value(variable: str, number: int) -> Statistic:
    return Statistic("left out", "left-out", float(number), f"{number}: no value of {variable} ({number})")


def _rows(endpoint: EndpointSpec, population: str, part: Part) -> Iterator[tuple[object, ...]]:
    head = (endpoint.id, endpoint.label, part.method, population, endpoint.parameter, endpoint.scheme, part.group)
    note = " ".join(endpoint.note.split())
    has_no_unit = getattr(endpoint, "unit", "none") == ""
    for statistic in part.statistics:
        *values, warning = FIELDS(statistic)
        if has_no_unit and statistic.measure in TIMES:
            warning = f"{warning}; {NO_UNIT}" if warning else NO_UNIT
        yield (*head, *values, part.n, np.nan, np.nan, "", warning, note)


def _estimate(endpoint: EndpointSpec, population: Population, data: AnalysisData, enough: RiskSetMinimum) -> Estimated:
    if isinstance(endpoint, ProportionEndpoint):
        return estimate_proportion(endpoint, population, data)
    chosen = durations(endpoint, population, data)
    if isinstance(endpoint, CategoriesEndpoint):
        return estimate_categories(endpoint, chosen, data)
    if isinstance(endpoint, IncidenceEndpoint):
        return estimate_incidence(endpoint, chosen, enough)
    if isinstance(endpoint, FollowUpEndpoint):
        return estimate_follow_up(endpoint, chosen)
    if isinstance(endpoint, IntervalCensoredEndpoint):
        return estimate_interval_censored(endpoint, chosen, data)
    if endpoint.delayed_entry:
        return estimate_delayed(endpoint, endpoint.delayed_entry, chosen, enough)
    return estimate_survival(endpoint, chosen, enough)
