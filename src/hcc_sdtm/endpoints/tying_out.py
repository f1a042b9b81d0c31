"""Each number of the results computed again by a second route, and whether the two agree.

The second route is lifelines where it is right (numbers at risk, rates within follow-up with their log-log limits, of all
subjects of an endpoint), and else `hcc_sdtm.endpoints.second_route`: lifelines takes another step of a level curve for the
median, carries rates past the end of follow-up, has another variance of the restricted mean and moves ties of competing
causes apart at random. Proportions are scipy's. Not computed again: comparisons of groups, interval-censored estimates and
counts of categories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from scipy.stats import beta, binom, binomtest, norm

from hcc_sdtm.endpoints.listed import Estimates
from hcc_sdtm.endpoints.second_route import Floats, SecondCurve, second_curve, second_incidence, second_limits
from hcc_sdtm.spec.endpoints import (
    EndpointList,
    EndpointSpec,
    FollowUpEndpoint,
    IncidenceEndpoint,
    ProportionEndpoint,
    SurvivalEndpoint,
)

TIE_OUT_COLUMNS = ("endpoint", "group", "measure", "time", "cause", "ours", "other", "route", "difference", "agrees")
TOLERANCE = 1e-6
"""Values further apart than this, as a share of the larger where that is above 1, do not agree."""
LIFELINES, SECOND, SCIPY = "lifelines", "second route", "scipy"

Values = tuple[float, float, float]
"""An estimate with its lower and upper limit."""


def tie_out(estimates: Estimates, endpoints: EndpointList) -> pd.DataFrame:
    """One row for each number that was computed a second time: `TIE_OUT_COLUMNS`.

    ``measure`` is that of the result, with ``lower`` or ``upper`` for a limit; ``ours`` and ``other`` are in the unit of the
    result, and ``difference`` is ``ours`` less ``other``, NaN where neither is estimable, which agrees. A result that has no
    second route has no row. The second routes read the same records of ADTTE and ADRS, and no curve.
    """
    rows: list[tuple[object, ...]] = []
    specs = {endpoint.id: endpoint for endpoint in endpoints.endpoints}
    for (name, group), part in estimates.results.groupby(["endpoint", "group"], sort=False):
        if (name, group) not in estimates.sets:
            continue
        route = _route(specs[str(name)], estimates, str(name), str(group), part)
        if route is None:
            continue
        for row in part.itertuples():
            for measure, ours, other, by in route(row):
                same = (np.isnan(ours) and np.isnan(other)) or abs(ours - other) <= TOLERANCE * max(1.0, abs(ours))
                rows.append((name, group, measure, row.time, row.cause, ours, other, by, ours - other, bool(same)))
    return pd.DataFrame(rows, columns=list(TIE_OUT_COLUMNS)).astype({"agrees": bool})


def render_tie_out(frame: pd.DataFrame) -> str:
    """``Tie-out: 212 of 212 numbers agree (lifelines 180, second route 32), largest difference 2e-12``, and what does not."""
    if frame.empty:
        return "Tie-out: no number of these endpoints has a second route"
    routes = frame["route"].value_counts(sort=False)
    by = ", ".join(f"{route} {count}" for route, count in sorted(routes.items()))
    largest = frame["difference"].abs().max()
    line = f"Tie-out: {int(frame['agrees'].sum())} of {len(frame)} numbers agree ({by})"
    line += f", largest difference {largest:.0e}" if largest > 0 else ""
    wrong = frame[~frame["agrees"]].head(3)
    named = [f"{row.endpoint} {row.group} {row.measure}".replace("  ", " ") for row in wrong.itertuples()]
    return line + (f"; not: {', '.join(named)}" if named else "")


Route = Callable[[Any], Iterator[tuple[str, float, float, str]]]
"""What a row of the results is by the second route: measure, ours, other, route."""


def _route(endpoint: EndpointSpec, estimates: Estimates, name: str, group: str, part: pd.DataFrame) -> Route | None:
    chosen = estimates.sets[name, group]
    if isinstance(endpoint, ProportionEndpoint):
        codes, texts = chosen.texts("AVALC")
        x = sum(int((codes == number).sum()) for number, text in enumerate(texts) if text in endpoint.values)
        n = int(part.loc[part["measure"] == "subjects", "value"].iloc[0])
        return _Share(endpoint, x, n).of
    if not isinstance(endpoint, SurvivalEndpoint | FollowUpEndpoint | IncidenceEndpoint):
        return None
    time, event = chosen.numbers("AVAL"), chosen.numbers("CNSR") == 0
    if isinstance(endpoint, FollowUpEndpoint):
        return _Times(endpoint, time, ~event, None, 0.0, False).of
    if isinstance(endpoint, IncidenceEndpoint):
        return None if endpoint.delayed_entry else _Incidence(endpoint, time, chosen.numbers("CAUSE")).of
    entry = chosen.numbers("ENTRY") if endpoint.delayed_entry else None
    starts = part.loc[part["measure"] == "start", "value"]
    start = float(starts.iloc[0]) if len(starts) else 0.0
    if np.isnan(start):
        return None
    return _Times(endpoint, time, event, entry, start, not group).of


@dataclass(frozen=True)
class _Times:
    """A time to event; ``by_lifelines`` says whether lifelines is asked."""

    endpoint: SurvivalEndpoint | FollowUpEndpoint
    time: Floats
    event: np.ndarray
    entry: Floats | None
    start: float
    by_lifelines: bool

    @cached_property
    def curve(self) -> SecondCurve:
        return second_curve(self.time, self.event, self.entry, self.start)

    @cached_property
    def fitted(self) -> Any:
        stays = self.time > self.start if self.start > 0 else np.ones(len(self.time), dtype=np.bool_)
        entry = None if self.entry is None else np.maximum(self.entry[stays], self.start)
        fitter = KaplanMeierFitter(alpha=1 - self.endpoint.level)
        return fitter.fit(self.time[stays], self.event[stays], entry=entry)

    def of(self, row: Any) -> Iterator[tuple[str, float, float, str]]:
        """The row by the second route; nothing for one that has none."""
        if not len(self.time) or (row.value != row.value and row.warning and row.cause == "" and self.start > 0):
            return
        if row.measure == "events" and row.cause == "":
            yield "events", row.value, float(self.event.sum()), SECOND
        elif row.measure == "at-risk" and row.cause == "":
            # the table of lifelines has who entered by its next time, not by this one
            by_table = self.by_lifelines and self.entry is None
            yield "at-risk", row.value, self._at_risk(row.time, by_table), LIFELINES if by_table else SECOND
        elif row.measure in ("median", "quantile"):
            p = 0.5 if row.measure == "median" else float(row.cause.removesuffix("%")) / 100
            yield from _three(row, self.curve.quantile(p, self.endpoint.interval, self.endpoint.level), SECOND)
        elif row.measure == "rate":
            yield from self._rate(row)
        elif row.measure == "restricted-mean":
            mean, se = self.curve.restricted_mean(row.time)
            reach = float(norm.ppf((1 + self.endpoint.level) / 2)) * se
            yield from _three(row, (mean, mean - reach, mean + reach), SECOND)

    def _rate(self, row: Any) -> Iterator[tuple[str, float, float, str]]:
        estimate, se = self.curve.rate(row.time)
        limits = second_limits(estimate, se, self.endpoint.interval, self.endpoint.level)
        inside = 1e-9 < estimate < 1 - 1e-9 and self.endpoint.interval == "log-log" and row.time <= self.time.max()
        if not (self.by_lifelines and inside):
            yield from _three(row, _percent(estimate, *limits), SECOND)
            return
        survival, band = self.fitted.survival_function_.iloc[:, 0], self.fitted.confidence_interval_
        place = int(np.searchsorted(survival.index.to_numpy(), row.time, side="right")) - 1
        found = (float(survival.iloc[place]), *(float(value) for value in band.iloc[place]))
        yield from _three(row, _percent(*found), LIFELINES)

    def _at_risk(self, t: float, by_table: bool) -> float:
        if not by_table:
            late = np.zeros(len(self.time)) - 1 if self.entry is None else np.maximum(self.entry, self.start)
            return float(np.sum((late < t) & (self.time >= t) & ((self.time > self.start) | (self.start == 0))))
        table = self.fitted.event_table
        place = int(np.searchsorted(table.index.to_numpy(), t, side="left"))
        return float(table["at_risk"].iloc[place]) if place < len(table) else 0.0


@dataclass(frozen=True)
class _Incidence:
    """Competing causes."""

    endpoint: IncidenceEndpoint
    time: Floats
    cause: Floats

    def of(self, row: Any) -> Iterator[tuple[str, float, float, str]]:
        """The row by the second route; nothing for one that has none."""
        if not len(self.time) or (row.measure in ("events", "incidence") and row.cause not in self.endpoint.causes):
            return
        if row.measure == "at-risk":
            yield "at-risk", row.value, float(np.sum(self.time >= row.time)), SECOND
        elif row.measure == "events":
            number = self.endpoint.causes.index(row.cause) + 1
            yield "events", row.value, float(np.sum(self.cause == number)), SECOND
        elif row.measure == "incidence":
            times, incidence, se, _ = self._curves[self.endpoint.causes.index(row.cause)]
            place = int(np.sum(times <= row.time)) - 1
            everybody = sum(float(each[1][-1]) for each in self._curves)
            found = (float(incidence[place]), float(se[place])) if place >= 0 else (0.0, 0.0)
            if row.time > times[-1] and everybody < 1 - 1e-7:
                found = np.nan, np.nan
            limits = second_limits(*found, self.endpoint.interval, self.endpoint.level)
            yield from _three(row, _percent(found[0], *limits), SECOND)

    @cached_property
    def _curves(self) -> list[tuple[Floats, Floats, Floats, Floats]]:
        codes = self.cause.astype(np.int64)
        return [second_incidence(self.time, codes, number) for number in range(1, len(self.endpoint.causes) + 1)]


@dataclass(frozen=True)
class _Share:
    """A proportion."""

    endpoint: ProportionEndpoint
    x: int
    n: int

    def of(self, row: Any) -> Iterator[tuple[str, float, float, str]]:
        """The row by the second route; nothing for one that has none."""
        if row.measure == "number":
            yield "number", row.value, float(self.x), SECOND
        elif row.measure == "proportion" and self.n:
            limits = _share_limits(self.x, self.n, self.endpoint.interval, self.endpoint.level)
            yield from _three(row, _percent(self.x / self.n, *limits), SCIPY)


def _share_limits(x: int, n: int, interval: str, level: float) -> tuple[float, float]:
    half = (1 - level) / 2
    if interval in ("clopper-pearson", "wilson"):
        method = "exact" if interval == "clopper-pearson" else "wilson"
        found = binomtest(x, n).proportion_ci(level, method=method)
        return float(found.low), float(found.high)
    if interval == "jeffreys":
        lower, upper = beta.ppf([half, 1 - half], x + 0.5, n - x + 0.5)
    elif interval == "agresti-coull":
        z2 = float(norm.ppf(1 - half)) ** 2
        share, total = (x + z2 / 2) / (n + z2), n + z2
        reach = (z2 * share * (1 - share) / total) ** 0.5
        lower, upper = max(share - reach, 0.0), min(share + reach, 1.0)
    else:
        lower = _bisected(lambda share: binom.sf(x, n, share) + binom.pmf(x, n, share) / 2 > half)
        upper = _bisected(lambda share: binom.cdf(x, n, share) - binom.pmf(x, n, share) / 2 < half)
    return 0.0 if x == 0 else float(lower), 1.0 if x == n else float(upper)


def _bisected(is_past: Callable[[float], bool]) -> float:
    """The share from which on it is past."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if is_past(middle) else (middle, high)
    return (low + high) / 2


def _percent(estimate: float, lower: float, upper: float) -> Values:
    return 100 * estimate, 100 * lower, 100 * upper


def _three(row: Any, found: Values, route: str) -> Iterator[tuple[str, float, float, str]]:
    """The estimate and its two limits."""
    for word, ours, other in zip(("", " lower", " upper"), (row.value, row.lower, row.upper), found, strict=True):
        yield f"{row.measure}{word}", ours, other, route
