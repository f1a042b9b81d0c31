"""One statistic of an endpoint: its machine name, its number, and the text that a reader is shown.

Knows how numbers become text. Does not know where they come from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from types import MappingProxyType

import numpy as np

from hcc_sdtm.endpoints.survival import Quantile, Rate
from hcc_sdtm.number_text import NOT_ESTIMABLE, number_text

PERCENT = "%"
SMALLEST_P = 0.001
"""A p under this is shown as being under it."""

MEASURES = MappingProxyType(
    {
        "subjects": "subjects that the statistics rest on",
        "left-out": "subjects of the population who are not in the estimate; the text gives the reasons",
        "no-record": "subjects without a usable record who are counted as no",
        "events": "events; with a cause, those of that cause or description",
        "censored": "subjects without an event",
        "count": "subjects with a reason of censoring or in a category, which is the cause",
        "median": "time by which half have had the event",
        "quantile": "time by which a share have had the event; the cause is the share, such as 25 %",
        "rate": "share without the event at a time",
        "conditional": "share without the event at a time among those without it at an earlier one, which the cause names",
        "at-risk": "number at risk at a time",
        "entered": "share who had come under observation by a time",
        "start": "time at which enough are at risk, where the curve starts",
        "incidence": "share whose first event was of a cause, by a time",
        "number": "subjects with the response",
        "proportion": "share of subjects with the response, or in a category, which is the cause",
        "restricted-mean": "mean time without the event, of the time up to a limit",
        "hazard-ratio": "hazard of the group over that of the reference group, which the cause names",
        "difference": "share of the group less that of the reference group, which the cause names",
        "p-value": "two-sided p of the test that the statistic names",
        "correlation": "conditional Kendall's tau between entry and event",
    }
)
"""What a statistic is, by its machine name."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """One statistic of one endpoint, one row of the results.

    ``statistic`` says in words what it is and ``measure`` by its machine name (`MEASURES`). ``value`` and its limits are
    NaN where they are not estimable or there is none; percentages are from 0 to 100. ``time`` and ``cause`` say at what time
    and of which cause, reason, category or reference; ``warning`` what a reader must know of the number.
    """

    statistic: str
    measure: str
    value: float
    text: str
    unit: str = ""
    lower: float = np.nan
    upper: float = np.nan
    time: float = np.nan
    cause: str = ""
    warning: str = ""


HEAD_COLUMNS = ("endpoint", "label", "method", "population", "parameter", "scheme", "group")
BOUND_COLUMNS = ("least", "greatest", "bound")
STATISTIC_FIELDS = tuple(field.name for field in fields(Statistic))
RESULT_COLUMNS = (*HEAD_COLUMNS, *STATISTIC_FIELDS[:-1], "n", *BOUND_COLUMNS, "warning", "note")
"""Columns of the results, in order.

With ``time``, ``cause`` and ``group``, ``measure`` names the row of an endpoint. ``scheme`` is the censoring scheme or
response criterion, ``""`` where none; ``group`` is ``""`` for all subjects, else ``SEX=F``, and ``SEX`` where the groups of a
variable are compared; ``n`` the number of subjects analysed in the group. ``least`` and ``greatest`` are the smallest and
largest value over all admissible completions of the unknown dates (NaN where none were made), and ``bound`` says how
they were found.
"""


def count_of(statistic: str, measure: str, value: float, cause: str = "", time: float = np.nan) -> Statistic:
    """A number of subjects or events."""
    return Statistic(statistic, measure, float(value), f"{value:.0f}", time=time, cause=cause)


def time_of(
    statistic: str, measure: str, quantile: Quantile, unit: str, cause: str = "", warning: str = ""
) -> Statistic:
    """A time with its limits; NE where it is not reached."""
    text = with_limits(quantile.estimate, quantile.lower, quantile.upper)
    limits = (quantile.lower, quantile.upper)
    return Statistic(statistic, measure, quantile.estimate, text, unit, *limits, cause=cause, warning=warning)


def percentage_of(
    statistic: str, measure: str, rate: Rate, time: float, cause: str = "", warning: str = ""
) -> Statistic:
    """A probability at a time as a percentage with its limits; NE where it is not estimable."""
    estimate, lower, upper = 100 * rate.estimate, 100 * rate.lower, 100 * rate.upper
    text = with_limits(estimate, lower, upper)
    return Statistic(statistic, measure, estimate, text, PERCENT, lower, upper, time, cause, warning)


def p_value_of(statistic: str, p: float, cause: str = "", warning: str = "") -> Statistic:
    """A p of a test; NE where the test could not be made."""
    text = f"<{SMALLEST_P}" if p < SMALLEST_P else number_text(p, 3)
    return Statistic(statistic, "p-value", p, text, cause=cause, warning=warning)


def with_limits(estimate: float, lower: float, upper: float, decimals: int = 1) -> str:
    """``8.3 (6.1 to NE)``; NE alone where nothing is estimable."""
    if not any(math.isfinite(value) for value in (estimate, lower, upper)):
        return NOT_ESTIMABLE
    estimate_text, lower_text, upper_text = (number_text(value, decimals) for value in (estimate, lower, upper))
    return f"{estimate_text} ({lower_text} to {upper_text})"


def at_time(t: float, unit: str) -> str:
    """``at 12 months``."""
    return f"at {t:g} {unit}".rstrip()
