"""What an estimator of one endpoint gives back, and the rows that every estimator begins with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hcc_sdtm.endpoints.listed.analysis_data import AnalysisData, Floats, Mask
from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet, Population, build_analysis_set
from hcc_sdtm.endpoints.listed.estimates import Curve
from hcc_sdtm.endpoints.listed.interval_study import IntervalStudy
from hcc_sdtm.endpoints.listed.statistics import Statistic, count_of
from hcc_sdtm.spec.endpoints import EndpointSpec, RiskSetMinimum

NO_DURATION = "no usable duration"
NO_STATUS = "no usable event or censoring code"
NO_ENTRY = "no entry before the exit"
UNIT = re.compile(r"\((days|weeks|months|years)\)", re.IGNORECASE)


@dataclass(frozen=True)
class Estimated:
    """One endpoint in one population: the method in words, how many were analysed, the statistics, the curve where there is
    one, and the records behind them; the intervals of an interval-censored one."""

    method: str
    n: int
    statistics: list[Statistic]
    curve: Curve | None
    chosen: AnalysisSet
    intervals: IntervalStudy | None = None


def unit_of(endpoint: EndpointSpec, data: AnalysisData) -> str:
    """The unit of the endpoint's times: its own, else the one that PARAM names, else ``""``.

    Raises ValueError where the two differ, so that days are never printed as months.
    """
    said = str(getattr(endpoint, "unit", ""))
    name = data.adtte.first_text("PARAM", data.adtte.parameter(endpoint.parameter).rows)
    found = UNIT.search(name)
    if found and said and said != found[1].lower():
        raise ValueError(f'endpoint {endpoint.id} is in {said}, and its parameter is called "{name}"')
    return said or (found[1].lower() if found else "")


def durations(endpoint: EndpointSpec, population: Population, data: AnalysisData) -> AnalysisSet:
    """The parameter's records whose duration (AVAL) and status (CNSR) can be used."""
    chosen = build_analysis_set(data.adtte, endpoint.parameter, endpoint.where, population, endpoint.no_record)
    time = chosen.numbers("AVAL")
    chosen = chosen.without(~(np.isfinite(time) & (time >= 0)), NO_DURATION)
    return chosen.without(~(chosen.numbers("CNSR") >= 0), NO_STATUS)


def with_entry(chosen: AnalysisSet) -> AnalysisSet:
    """The records whose entry (ENTRY) can be used: from 0 and before the exit."""
    entry, time = chosen.numbers("ENTRY"), chosen.numbers("AVAL")
    return chosen.without(~((entry >= 0) & (entry < time)), NO_ENTRY)


def time_and_event(chosen: AnalysisSet) -> tuple[Floats, Mask]:
    """Durations, and whether CNSR is 0."""
    return chosen.numbers("AVAL"), chosen.numbers("CNSR") == 0


def subjects_of(chosen: AnalysisSet) -> list[Statistic]:
    """How many were analysed, and how many left out and why."""
    left_out = Statistic("left out", "left-out", float(sum(chosen.left_out.values())), chosen.left_out_text)
    return [count_of("subjects", "subjects", len(chosen.rows)), left_out]


def outcomes_of(chosen: AnalysisSet) -> list[Statistic]:
    """Events (by their description too, where there are several), and the censored by reason.

    A description is EVNTDESC.
    """
    of_codes = _by_code(chosen)
    events = of_codes.pop(0.0, {})
    statistics = [count_of("events", "events", sum(events.values()))]
    kinds = [(text, number) for text, number in events.items() if text]
    if len(kinds) > 1:
        statistics += [count_of(f"events: {text}", "events", number, text) for text, number in kinds]
    return [*statistics, *_reasons(of_codes)]


def censored_of(chosen: AnalysisSet, censored: Mask) -> list[Statistic]:
    """The censored records, and these by reason: EVNTDESC, without one the code (``CNSR 3``), in the order of the codes."""
    return _reasons(_by_code(chosen, censored))


def _by_code(chosen: AnalysisSet, counted: Mask | None = None) -> dict[float, dict[str, int]]:
    """How many records (of those counted) have each code (CNSR), in order, and of these each text (EVNTDESC), in order."""
    cells, values = chosen.codes("CNSR")
    texts = [""]
    if chosen.records.has("EVNTDESC"):
        codes, texts = chosen.texts("EVNTDESC")
        cells = cells * len(texts) + codes
    if counted is not None:
        cells = cells[counted]
    table = np.bincount(cells, minlength=len(values) * len(texts)).reshape(len(values), len(texts)).tolist()
    return {
        value: {text: number for text, number in sorted(zip(texts, numbers, strict=True)) if number}
        for value, numbers in sorted((value, row) for value, row in zip(values, table, strict=True) if any(row))
    }


def _reasons(of_codes: Mapping[float, Mapping[str, int]]) -> list[Statistic]:
    reasons: Counter[str] = Counter()
    for code, numbers in of_codes.items():
        for text, number in numbers.items():
            reasons[text or f"CNSR {code:g}"] += number
    total = count_of("censored", "censored", reasons.total())
    return [total, *(count_of(f"censored: {reason}", "count", number, reason) for reason, number in reasons.items())]


def few_at_risk(at_risk: float, n: int, enough: RiskSetMinimum) -> str:
    """What to say of a number at risk under the trial's minimum; ``""`` where it is not."""
    needed = int(np.ceil(enough.of(n)))
    return f"{at_risk:g} at risk, fewer than {needed}" if at_risk < needed else ""


def method_of(name: str, level: float, limits: str, variance: str) -> str:
    """``Kaplan-Meier; 95 % limits by the log-log transform (Greenwood variance)``."""
    return f"{name}; {100 * level:g} % limits by the {limits} transform ({variance} variance)"
