"""What a report says of a survival curve: median, quantiles, rates with their numbers at risk, conditional rates, means."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hcc_sdtm.endpoints.listed.estimated import few_at_risk
from hcc_sdtm.endpoints.listed.statistics import (
    Statistic,
    at_time,
    count_of,
    percentage_of,
    time_of,
    with_limits,
)
from hcc_sdtm.endpoints.survival import Quantile, Rate, SurvivalCurve
from hcc_sdtm.number_text import number_text
from hcc_sdtm.spec.endpoints import RiskSetMinimum, SurvivalEndpoint

NOTHING = Rate(np.nan, np.nan, np.nan, 0)
NOT_REACHED = Quantile(np.nan, np.nan, np.nan)


def curve_rows(
    endpoint: SurvivalEndpoint,
    curve: SurvivalCurve,
    followed: float,
    enough: RiskSetMinimum,
    given: str = "",
    warning: str = "",
) -> Iterator[Statistic]:
    """The rows of a curve in order.

    ``followed`` is the median follow-up, ``enough`` the trial's minimum of a risk set; ``given`` says on what a curve with a
    late start is conditional, and becomes the cause of its rows; ``warning`` holds for every row of the curve.
    """  # fmt: skip
    unit, after = endpoint.unit, f", {given}" if given else ""
    yield time_of(f"median{after}", "median", curve.quantile(0.5), unit, given, warning)
    for share in endpoint.quantiles:
        if share != 0.5:
            name = f"{100 * share:g} %"
            quantile = curve.quantile(share)
            yield time_of(f"time of {name} with the event{after}", "quantile", quantile, unit, name, warning)
    for t in endpoint.times:
        rate = curve.rate(t)
        said = _joined(warning, _of_rate(rate, t, curve, followed, unit, enough))
        yield percentage_of(f"rate {at_time(t, unit)}{after}", "rate", rate, t, given, said)
        yield count_of(f"at risk {at_time(t, unit)}", "at-risk", rate.at_risk, time=t)
    for earlier in endpoint.given:
        for t in endpoint.times:
            if t > earlier:
                rate = curve.conditional_rate(t, earlier)
                condition = f"given event-free {at_time(earlier, unit)}"
                said = _joined(warning, _of_rate(rate, t, curve, followed, unit, enough))
                yield percentage_of(f"rate {at_time(t, unit)}, {condition}", "conditional", rate, t, condition, said)
    for t in endpoint.restricted_mean:
        yield _restricted_mean(curve, t, unit, after, given, warning)


def not_estimable(endpoint: SurvivalEndpoint, why: str) -> Iterator[Statistic]:
    """Median, quantiles, rates and means as NE, with the reason as their warning."""
    unit = endpoint.unit
    yield time_of("median", "median", NOT_REACHED, unit, warning=why)
    for t in endpoint.times:
        yield percentage_of(f"rate {at_time(t, unit)}", "rate", NOTHING, t, warning=why)
    for t in endpoint.restricted_mean:
        name = f"restricted mean to {t:g} {unit}".rstrip()
        yield Statistic(name, "restricted-mean", np.nan, number_text(np.nan), unit, time=t, warning=why)


def _restricted_mean(curve: SurvivalCurve, t: float, unit: str, after: str, given: str, warning: str) -> Statistic:
    mean = curve.restricted_mean(t)
    text = with_limits(mean.estimate, mean.lower, mean.upper)
    begin = f" from {number_text(curve.start)}" if curve.start and not given else ""
    name = f"restricted mean{begin} to {t:g} {unit}".rstrip() + after
    limits = (mean.lower, mean.upper)
    if np.isnan(mean.estimate) and curve.n:
        warning = _joined(warning, _ends_before(t, curve, unit))
    return Statistic(name, "restricted-mean", mean.estimate, text, unit, *limits, t, given, warning)


def _of_rate(rate: Rate, t: float, curve: SurvivalCurve, followed: float, unit: str, enough: RiskSetMinimum) -> str:
    """What speaks against reading a rate: follow-up that ends before, few at risk, half of the subjects followed for less."""
    if not curve.n or t < curve.start:
        return ""
    if np.isnan(rate.estimate):
        return _ends_before(t, curve, unit)
    if rate.estimate == 0:
        last = curve.columns["at_risk"][curve.columns["survival"] == 0][0]
        few = few_at_risk(last, curve.n, enough)
        return f"the last events have {few}" if few else ""
    short = f"median follow-up, {number_text(followed)} {unit}".rstrip() + f", is short of {t:g}"
    return _joined(few_at_risk(rate.at_risk, curve.n, enough), short if followed < t else "")


def _ends_before(t: float, curve: SurvivalCurve, unit: str) -> str:
    return f"nobody is followed to {t:g} {unit}".rstrip() + f", the longest to {number_text(curve.last_time)}"


def _joined(*sentences: str) -> str:
    return "; ".join(sentence for sentence in sentences if sentence)
