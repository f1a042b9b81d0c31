"""Survival where an event was only seen at an assessment, and lies somewhere after the one before it."""

from __future__ import annotations

import numpy as np

from hcc_sdtm.adam.admissible.interval_outcomes import last_without
from hcc_sdtm.endpoints.interval_censored import Range, interval_censored
from hcc_sdtm.endpoints.listed.analysis_data import AnalysisData, Floats
from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet
from hcc_sdtm.endpoints.listed.estimated import Estimated, outcomes_of, subjects_of
from hcc_sdtm.endpoints.listed.interval_study import IntervalStudy, Scale, interval_ends
from hcc_sdtm.endpoints.listed.statistics import PERCENT, Statistic, at_time, count_of
from hcc_sdtm.number_text import NOT_ESTIMABLE, number_text
from hcc_sdtm.spec.endpoints import IntervalCensoredEndpoint

BETWEEN = "between two assessments"
OPEN = "the assessments do not tell where in the range it lies"
NO_DATES = "no usable date of origin or event"
OTHER_DATES = "a time that is not the one between its dates"
ONE_LENGTH = "all times are of one length, which does not say how they count days"
ROUNDING = 1e-6
"""Days by which a time may differ from the one between its dates."""


def estimate_interval_censored(
    endpoint: IntervalCensoredEndpoint, chosen: AnalysisSet, data: AnalysisData
) -> Estimated:
    """Turnbull's estimate: an event of ``between`` lies after the last assessment without it and not after its own date.

    Without an assessment before, it lies after the origin. Other events have their exact time, and a censoring is open to
    the right. Dates (STARTDT and ADT of ADTTE, ADT of ADRS) are in days, in which the estimate is made; how AVAL counts
    them is taken from the records themselves.
    """
    start, end = chosen.numbers("STARTDT"), chosen.numbers("ADT")
    chosen = chosen.without(~np.isfinite(start + end), NO_DATES)
    scale = _scale(chosen)
    days = chosen.numbers("ADT") - chosen.numbers("STARTDT") + scale.first_day
    chosen = chosen.without(
        ~(np.abs(days - chosen.numbers("AVAL") * scale.unit) <= ROUNDING),
        OTHER_DATES if np.isfinite(scale.unit) else ONE_LENGTH,
    )
    had = chosen.numbers("CNSR") == 0
    seen = had & chosen.has_text("EVNTDESC", endpoint.between)
    start, end = chosen.numbers("STARTDT"), chosen.numbers("ADT")
    lower, upper = interval_ends(start, _free_until(endpoint, chosen, data), end, had, seen, scale)
    made = interval_censored(lower, upper)
    statistics = [*subjects_of(chosen), *outcomes_of(chosen)]
    statistics.append(count_of("events between two assessments", "events", int((lower < upper)[seen].sum()), BETWEEN))
    warning = "; ".join(made.warnings)
    study = IntervalStudy(lower, upper, scale, made)
    median, *rates = study.values(endpoint.times)
    statistics.append(_range("median", "median", median, endpoint.unit, warning))
    for t, rate in zip(endpoint.times, rates, strict=True):
        statistics.append(_range(f"rate {at_time(t, endpoint.unit)}", "rate", rate, PERCENT, warning, t))
    return Estimated("Turnbull (interval-censored), without limits", made.n, statistics, None, chosen, study)


def _free_until(endpoint: IntervalCensoredEndpoint, chosen: AnalysisSet, data: AnalysisData) -> Floats:
    """The date of the last assessment without the event before the end of each record; NaN where there is none."""
    asked = endpoint.asked
    assessed = data.adrs.parameter(asked.assessed)
    place = np.full(len(data.subjects), -1, dtype=np.int64)
    place[chosen.subjects] = np.arange(len(chosen.subjects))
    place = place[assessed.subjects]
    kept = place >= 0
    for variable, values in asked.texts.items():
        kept &= assessed.has_text(variable, values)
    date = assessed.numbers("ADT")[kept]
    return last_without(place[kept], date, chosen.numbers("STARTDT"), chosen.numbers("ADT"))


def _scale(chosen: AnalysisSet) -> Scale:
    """Of the shortest and the longest record; NaN where all are of one length."""
    days, time = chosen.numbers("ADT") - chosen.numbers("STARTDT"), chosen.numbers("AVAL")
    if not len(days):
        return Scale(np.nan, np.nan)
    short, long = int(days.argmin()), int(days.argmax())
    if days[short] == days[long] or time[short] == time[long]:
        return Scale(np.nan, np.nan)
    unit = float((days[long] - days[short]) / (time[long] - time[short]))
    return Scale(unit, round(float(time[short] * unit - days[short]), 6))


def _range(statistic: str, measure: str, found: Range, unit: str, warning: str, time: float = np.nan) -> Statistic:
    """A value where it is identified; else its ends as limits, and no value."""
    if not np.isfinite(found.lowest) or not np.isfinite(found.highest):
        return Statistic(statistic, measure, np.nan, NOT_ESTIMABLE, unit, time=time, warning=warning)
    low, high = number_text(found.lowest), number_text(found.highest)
    if np.isclose(found.lowest, found.highest, rtol=1e-9, atol=1e-9):
        return Statistic(statistic, measure, found.lowest, low, unit, time=time, warning=warning)
    said = "; ".join(each for each in (OPEN, warning) if each)
    ends = (found.lowest, found.highest)
    return Statistic(statistic, measure, np.nan, f"{low} to {high}", unit, *ends, time=time, warning=said)
