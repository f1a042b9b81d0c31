"""What an estimator of one endpoint gives back, and the rows that every estimator begins with."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from hcc_sdtm.endpoints.listed.analysis_data import AnalysisData, Floats, Mask, Positions
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
    rows, _ = data.adtte.of(endpoint.parameter)
    name = data.adtte.first_text("PARAM", rows)
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


def time_and_event(chosen: AnalysisSet) -> tuple[Floats, Positions]:
    """Durations, and 1 where CNSR is 0."""
    return chosen.numbers("AVAL"), (chosen.numbers("CNSR") == 0).astype(np.int64)


def subjects_of(chosen: AnalysisSet) -> list[Statistic]:
    """How many were analysed, and how many left out and why."""
    left_out = Statistic("left out", "left-out", float(sum(chosen.left_out.values())), chosen.left_out_text)
    return [count_of("subjects", "subjects", len(chosen.rows)), left_out]


def outcomes_of(chosen: AnalysisSet) -> list[Statistic]:
    """Events (by their description too, where there are several), and the censored by reason.

    A description is EVNTDESC.
    """
    had = chosen.numbers("CNSR") == 0
    statistics = [count_of("events", "events", int(had.sum()))]
    if chosen.records.has("EVNTDESC"):
        codes, texts = chosen.texts("EVNTDESC")
        counts = np.bincount(codes[had], minlength=len(texts))
        kinds = sorted((texts[at], int(counts[at])) for at in np.flatnonzero(counts) if texts[at])
        if len(kinds) > 1:
            statistics += [count_of(f"events: {text}", "events", number, text) for text, number in kinds]
    return [*statistics, *censored_of(chosen, ~had)]


def censored_of(chosen: AnalysisSet, censored: Mask) -> list[Statistic]:
    """The censored records, and these by reason: EVNTDESC, without one the code (``CNSR 3``), in the order of the codes."""
    code = chosen.numbers("CNSR")
    codes, texts = np.zeros(len(code), dtype=np.int64), [""]
    if chosen.records.has("EVNTDESC"):
        codes, texts = chosen.texts("EVNTDESC")
    reasons: dict[str, int] = {}
    for cnsr in np.unique(code[censored]).tolist():
        counts = np.bincount(codes[censored & (code == cnsr)], minlength=len(texts))
        for text, at in sorted((texts[at], at) for at in np.flatnonzero(counts).tolist()):
            reason = text or f"CNSR {cnsr:g}"
            reasons[reason] = reasons.get(reason, 0) + int(counts[at])
    total = count_of("censored", "censored", int(censored.sum()))
    return [total, *(count_of(f"censored: {reason}", "count", number, reason) for reason, number in reasons.items())]


def few_at_risk(at_risk: float, n: int, enough: RiskSetMinimum) -> str:
    """What to say of a number at risk under the trial's minimum; ``""`` where it is not."""
    needed = int(np.ceil(enough.of(n)))
    return f"{at_risk:g} at risk, fewer than {needed}" if at_risk < needed else ""


def method_of(name: str, level: float, limits: str, variance: str) -> str:
    """``Kaplan-Meier; 95 % limits by the log-log transform (Greenwood variance)``."""
    return f"{name}; {100 * level:g} % limits by the {limits} transform ({variance} variance)"
