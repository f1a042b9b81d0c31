"""The trial's own list of endpoints, estimated from ADSL, ADRS and ADTTE: one row a statistic.

A record that cannot be used (no duration, an entry after the exit) is left out of its endpoint, counted there with the
reason, and stops nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from hcc_sdtm.endpoints.analysis_set import (
    AnalysisSet,
    Population,
    build_analysis_set,
    build_populations,
    require_columns,
)
from hcc_sdtm.endpoints.competing import IncidenceCurve, cumulative_incidence
from hcc_sdtm.endpoints.proportion import proportion
from hcc_sdtm.endpoints.survival import Quantile, Rate, SurvivalCurve, kaplan_meier, median_follow_up
from hcc_sdtm.spec.endpoints import (
    EndpointList,
    EndpointSpec,
    FollowUpEndpoint,
    IncidenceEndpoint,
    ProportionEndpoint,
    RiskSetMinimum,
    SurvivalEndpoint,
)

Curve = SurvivalCurve | IncidenceCurve

NOT_ESTIMABLE = "NE"
PERCENT = "%"
NO_DURATION = "no usable duration"
NO_STATUS = "no usable event or censoring code"
NO_ENTRY = "no entry before the exit"


@dataclass(frozen=True, slots=True)
class Statistic:
    """One statistic of one endpoint, one row of the results.

    ``value`` and its limits are NaN where they are not estimable or there is none; percentages are from 0 to 100. ``time``
    and ``cause`` say at what time and of which cause; ``n`` is the number of subjects it rests on; ``text`` is what a
    reader is shown.
    """

    statistic: str
    value: float
    text: str
    unit: str = ""
    lower: float = np.nan
    upper: float = np.nan
    time: float = np.nan
    cause: str = ""


RESULT_COLUMNS = (
    *("endpoint", "label", "method", "population", "parameter", "group"),
    *(field.name for field in fields(Statistic)),
    *("n", "note"),
)
"""Columns of the results, in order."""

Estimated = tuple[str, int, list[Statistic], Curve | None]
"""Method in words, number analysed, statistics, and the curve where there is one."""


def estimate_endpoints(
    adsl: pd.DataFrame, adrs: pd.DataFrame, adtte: pd.DataFrame, endpoints: EndpointList
) -> tuple[pd.DataFrame, dict[str, Curve]]:
    """Every statistic of every endpoint in the list's order (`RESULT_COLUMNS`), and the curves by endpoint.

    Reads of ADSL USUBJID, the population's flag and the variable of ``by``; of ADRS USUBJID, PARAMCD and AVALC; of ADTTE
    USUBJID, PARAMCD, AVAL (in the endpoint's unit), CNSR (0 is the event), ENTRY with delayed entry (same unit) and CAUSE
    (0 censored) with competing causes. An endpoint given ``by`` a variable has its curve for all subjects only, and one
    with delayed entry none where too few are ever at risk. Raises ValueError where a dataset lacks a column.
    """
    rows: list[tuple[object, ...]] = []
    curves: dict[str, Curve] = {}
    for endpoint in endpoints.endpoints:
        note = " ".join(endpoint.note.split())
        words = endpoints.populations.get(endpoint.population, endpoint.population)
        for population in build_populations(adsl, endpoint.population, endpoint.by):
            method, n, statistics, curve = _estimate(endpoint, population, adrs, adtte)
            head = (endpoint.id, endpoint.label, method, words, endpoint.parameter, population.group)
            rows += [
                (*head, *(getattr(statistic, field.name) for field in fields(Statistic)), n, note)
                for statistic in statistics
            ]
            if curve is not None and not population.group:
                curves[endpoint.id] = curve
    return pd.DataFrame(rows, columns=list(RESULT_COLUMNS)), curves


def _estimate(endpoint: EndpointSpec, population: Population, adrs: pd.DataFrame, adtte: pd.DataFrame) -> Estimated:
    if isinstance(endpoint, ProportionEndpoint):
        return _estimate_proportion(endpoint, population, adrs)
    chosen = _durations(endpoint, population, adtte)
    if isinstance(endpoint, IncidenceEndpoint):
        return _estimate_incidence(endpoint, chosen)
    if isinstance(endpoint, FollowUpEndpoint):
        return _estimate_follow_up(endpoint, chosen)
    if endpoint.delayed_entry:
        return _estimate_delayed(endpoint, endpoint.delayed_entry, chosen)
    return _estimate_survival(endpoint, chosen)


def _durations(
    endpoint: SurvivalEndpoint | FollowUpEndpoint | IncidenceEndpoint,
    population: Population,
    adtte: pd.DataFrame,
) -> AnalysisSet:
    """The parameter's records whose duration and status can be used."""
    require_columns(adtte, "ADTTE", ("AVAL", "CNSR"))
    chosen = build_analysis_set(adtte, "ADTTE", endpoint.parameter, endpoint.where, population, endpoint.no_record)
    time = chosen.records["AVAL"].to_numpy(dtype=np.float64)
    chosen = chosen.without(~(np.isfinite(time) & (time >= 0)), NO_DURATION)
    return chosen.without(~(chosen.records["CNSR"].to_numpy(dtype=np.float64) >= 0), NO_STATUS)


def _estimate_survival(endpoint: SurvivalEndpoint, chosen: AnalysisSet) -> Estimated:
    curve = kaplan_meier(*_time_and_event(chosen), ci=endpoint.interval, level=endpoint.level)
    statistics = [*_counts(chosen, curve), _time("median", curve.quantile(0.5), endpoint.unit)]
    for t in endpoint.times:
        at = f"at {t:g} {endpoint.unit}"
        rate = curve.rate(t)
        statistics += [_percentage(f"rate {at}", rate, t), _at_risk(f"at risk {at}", rate, t)]
    return _method("Kaplan-Meier", endpoint), curve.n, statistics, curve


def _estimate_delayed(endpoint: SurvivalEndpoint, minimum: RiskSetMinimum, chosen: AnalysisSet) -> Estimated:
    """As survival, from where enough are at risk; conditional on being event-free then, where events came before."""
    require_columns(chosen.records, "ADTTE", ("ENTRY",))
    entry = chosen.records["ENTRY"].to_numpy(dtype=np.float64)
    time = chosen.records["AVAL"].to_numpy(dtype=np.float64)
    chosen = chosen.without(~((entry >= 0) & (entry < time)), NO_ENTRY)
    entry = chosen.records["ENTRY"].to_numpy(dtype=np.float64)
    name, unit, (time, event) = "Kaplan-Meier with delayed entry", endpoint.unit, _time_and_event(chosen)
    whole = kaplan_meier(time, event, entry, ci=endpoint.interval, level=endpoint.level)
    statistics = _counts(chosen, whole)
    for t in endpoint.times:
        share = 100 * float(np.mean(entry <= t)) if whole.n else np.nan
        statistics.append(Statistic(f"entered by {t:g} {unit}", share, _number(share), PERCENT, time=t))
    first_event = float(time[event == 1].min()) if whole.events else np.nan
    if whole.events:
        at_risk = int(whole.at_risk(first_event))
        at = f"at risk at the first event ({first_event:.1f} {unit})"
        statistics.append(Statistic(at, at_risk, str(at_risk), time=first_event))
    needed = minimum.of(whole.n)
    start = whole.risk_sets.reaches(needed)
    if np.isnan(start):
        text = f"{NOT_ESTIMABLE}: never {int(np.ceil(needed))} at risk"
        statistics += [Statistic("curve starts at", start, text, unit), *_not_estimable(endpoint)]
        return _method(name, endpoint), whole.n, statistics, None
    curve = kaplan_meier(time, event, entry, start=start, ci=endpoint.interval, level=endpoint.level)
    statistics.append(Statistic("curve starts at", start, _number(start), unit))
    given = ""
    if first_event <= start:
        given = f", given event-free at {start:.1f} {unit}"
        statistics += _not_estimable(endpoint)
    statistics.append(_time(f"median{given}", curve.quantile(0.5), unit))
    for t in endpoint.times:
        rate = curve.rate(t)
        at = f"at {t:g} {unit}"
        statistics += [_percentage(f"rate {at}{given}", rate, t), _at_risk(f"at risk {at}", rate, t)]
    return _method(name, endpoint), whole.n, statistics, curve


def _not_estimable(endpoint: SurvivalEndpoint) -> list[Statistic]:
    """Median and rates as NE, because too few are at risk when the curve should start."""
    nothing = Rate(np.nan, np.nan, np.nan, 0)
    median = _time("median", Quantile(np.nan, np.nan, np.nan), endpoint.unit)
    return [median, *(_percentage(f"rate at {t:g} {endpoint.unit}", nothing, t) for t in endpoint.times)]


def _estimate_follow_up(endpoint: FollowUpEndpoint, chosen: AnalysisSet) -> Estimated:
    time, event = _time_and_event(chosen)
    median = median_follow_up(time, event, endpoint.interval, endpoint.level)
    statistics = [*_subjects(chosen, len(time)), _time("median", median, endpoint.unit)]
    return _method("reverse Kaplan-Meier", endpoint), len(time), statistics, None


def _estimate_incidence(endpoint: IncidenceEndpoint, chosen: AnalysisSet) -> Estimated:
    require_columns(chosen.records, "ADTTE", ("CAUSE",))
    known = chosen.records["CAUSE"].isin(range(len(endpoint.causes) + 1)).to_numpy()
    chosen = chosen.without(~known, NO_STATUS)
    time, cause = chosen.records["AVAL"].to_numpy(dtype=np.float64), chosen.records["CAUSE"].to_numpy()
    curve = cumulative_incidence(time, cause, causes=len(endpoint.causes), ci=endpoint.interval, level=endpoint.level)
    statistics = _subjects(chosen, curve.n)
    for number, name in enumerate(endpoint.causes, start=1):
        events = curve.events(number)
        statistics.append(Statistic(f"events: {name}", events, str(events), cause=name))
    for t in endpoint.times:
        at = f"at {t:g} {endpoint.unit}"
        for number, name in enumerate(endpoint.causes, start=1):
            statistics.append(_percentage(f"incidence {at}: {name}", curve.rate(t, number), t, name))
        statistics.append(_at_risk(f"at risk {at}", curve.rate(t, 1), t))
    return _method("Aalen-Johansen", endpoint, "delta-method"), curve.n, statistics, curve


def _estimate_proportion(endpoint: ProportionEndpoint, population: Population, adrs: pd.DataFrame) -> Estimated:
    require_columns(adrs, "ADRS", ("AVALC",))
    subjects = population
    if endpoint.among:
        values = {"AVALC": endpoint.among.values}
        among = build_analysis_set(adrs, "ADRS", endpoint.among.parameter, values, population, "")
        subjects = Population(population.group, frozenset(among.records["USUBJID"]))
    chosen = build_analysis_set(adrs, "ADRS", endpoint.parameter, endpoint.where, subjects, endpoint.no_record)
    n = len(subjects.subjects)
    x = int(chosen.records["AVALC"].isin(endpoint.values).sum())
    share = proportion(x, n, endpoint.interval, endpoint.level)
    narrowed = len(population.subjects) - n
    why = f": without {endpoint.among.label} ({narrowed})" if endpoint.among and narrowed else ""
    estimate, lower, upper = (100 * value for value in (share.estimate, share.lower, share.upper))
    statistics = [
        Statistic("subjects", n, str(n)),
        Statistic("left out", narrowed, f"{narrowed}{why}"),
        Statistic("no record, counted as no", float(sum(chosen.left_out.values())), chosen.left_out_text),
        Statistic("number", x, f"{x} of {n}"),
        Statistic("rate", estimate, _with_limits(estimate, lower, upper), PERCENT, lower, upper),
    ]
    name = {"clopper-pearson": "exact (Clopper-Pearson)", "wilson": "score (Wilson)"}[endpoint.interval]
    return f"proportion with {name} {100 * endpoint.level:g} % limits", n, statistics, None


def _time_and_event(chosen: AnalysisSet) -> tuple[np.ndarray, np.ndarray]:
    time = chosen.records["AVAL"].to_numpy(dtype=np.float64)
    return time, (chosen.records["CNSR"].to_numpy() == 0).astype(np.int64)


def _subjects(chosen: AnalysisSet, n: int) -> list[Statistic]:
    left_out = Statistic("left out", float(sum(chosen.left_out.values())), chosen.left_out_text)
    return [Statistic("subjects", n, str(n)), left_out]


def _counts(chosen: AnalysisSet, curve: SurvivalCurve) -> list[Statistic]:
    return [*_subjects(chosen, curve.n), Statistic("events", curve.events, str(curve.events))]


def _time(name: str, quantile: Quantile, unit: str) -> Statistic:
    text = _with_limits(quantile.estimate, quantile.lower, quantile.upper)
    return Statistic(name, quantile.estimate, text, unit, quantile.lower, quantile.upper)


def _percentage(name: str, rate: Rate, time: float, cause: str = "") -> Statistic:
    estimate, lower, upper = 100 * rate.estimate, 100 * rate.lower, 100 * rate.upper
    text = _with_limits(estimate, lower, upper)
    return Statistic(name, estimate, text, PERCENT, lower, upper, time, cause)


def _at_risk(name: str, rate: Rate, time: float) -> Statistic:
    return Statistic(name, rate.at_risk, str(rate.at_risk), time=time)


def _number(value: float) -> str:
    return f"{value:.1f}" if np.isfinite(value) else NOT_ESTIMABLE


def _with_limits(estimate: float, lower: float, upper: float) -> str:
    """``8.3 (6.1 to NE)``; NE alone where nothing is estimable."""
    if not np.isfinite([estimate, lower, upper]).any():
        return NOT_ESTIMABLE
    return f"{_number(estimate)} ({_number(lower)} to {_number(upper)})"


def _method(
    name: str, endpoint: SurvivalEndpoint | FollowUpEndpoint | IncidenceEndpoint, variance: str = "Greenwood"
) -> str:
    return f"{name}; {100 * endpoint.level:g} % limits by the {endpoint.interval} transform ({variance} variance)"
