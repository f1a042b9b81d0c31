"""The bounds of an interval-censored estimate over the intervals that unknown dates leave its subjects.

A subject's intervals have no order that holds whatever the others have. With others after day 2 and on day 5, an event on day
3 instead of 1 lowers survival after day 3 from 2/3 to 1/2; with others in (3, 5], in (1, 5], after day 4 and on day 7, one on
day 2 instead of 1 raises survival after day 5 from 0.267 to 0.276. So every version is estimated; or, where that is too much,
four that are likely to be the ends: with every interval at its earliest, at its latest, and with those that lower, and that
raise, the chance of an event after the times asked for most. Their values are attained, and others may lie outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.interval_outcomes import OpenIntervals
from hcc_sdtm.endpoints.bounds.bound import AT_LEAST, ENUMERATED, EXACT, NEVER_REACHED, NOT_IN_ALL, NOT_IN_ANY, Bound
from hcc_sdtm.endpoints.bounds.every_version import TIMES_REACHED, every_choice
from hcc_sdtm.endpoints.bounds.ratio_limits import count_bound
from hcc_sdtm.endpoints.interval_censored import Range, interval_censored
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Mask, Positions
from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet
from hcc_sdtm.endpoints.listed.interval_estimate import BETWEEN
from hcc_sdtm.endpoints.listed.interval_study import IntervalStudy, interval_ends
from hcc_sdtm.spec.endpoints import IntervalCensoredEndpoint

MOST_ESTIMATED = 60_000
"""Every version is estimated where all of them together have no more subjects."""


@dataclass(frozen=True)
class Intervals:
    """Intervals in a row, with their ends as in `IntervalStudy`; NaN where the subject has no record."""

    lower: Floats
    upper: Floats

    def take(self, places: Positions | Mask) -> Intervals:
        """These intervals, by place or mask."""
        return Intervals(self.lower[places], self.upper[places])

    def counted(self, measure: str, cause: str) -> Positions | None:
        """Whether each counts, 0 or 1; None of a measure that counts nothing here."""
        is_in, had = ~np.isnan(self.lower), np.isfinite(self.upper)
        masks = {
            ("subjects", ""): is_in,
            ("left-out", ""): ~is_in,
            ("events", ""): had,
            ("events", BETWEEN): had & (self.lower < self.upper),
            ("censored", ""): is_in & ~had,
        }
        mask = masks.get((measure, cause))
        return None if mask is None else mask.astype(np.int64)


class IntervalLimits:
    """The bounds of an interval-censored endpoint in one population.

    A subject with too many completions has the interval that was analysed, and no bound is then more than `AT_LEAST`. An
    endpoint with ``where``, which is not looked at in the completions, has no bounds where an unknown date feeds it.
    """

    def __init__(
        self,
        endpoint: IntervalCensoredEndpoint,
        chosen: AnalysisSet,
        study: IntervalStudy,
        found: OpenIntervals,
        combinations: int,
    ) -> None:
        self.endpoint, self.study = endpoint, study
        subjects, members = chosen.records.subjects, chosen.population.members
        analysed = Intervals(np.full(len(members), np.nan), np.full(len(members), np.nan))
        analysed.lower[chosen.subjects], analysed.upper[chosen.subjects] = study.lower, study.upper
        missed = subjects.numbers(pd.Series(list(found.not_enumerated), dtype=object))
        self.missed = analysed.take(np.unique(missed[(missed >= 0) & members[missed]]))
        owner = subjects.numbers(found.outcomes["USUBJID"])
        inside = (owner >= 0) & members[owner]
        owner, self.options = _distinct(owner[inside], _read(endpoint, study, found).take(inside), analysed)
        self.first = np.flatnonzero(np.diff(owner, prepend=-1))
        self.owner = owner
        members = members.copy()
        members[owner] = False
        self.fixed = analysed.take(members)
        several = bool(chosen.left_out.get("more than one record"))
        self.is_known = not ((endpoint.where or several) and (len(owner) or len(self.missed.lower)))
        numbers = np.diff(np.append(self.first, len(owner)))
        with np.errstate(over="ignore"):
            versions = float(np.prod(numbers.astype(np.float64)))
        self.is_every = versions <= combinations and versions * len(study.lower) <= MOST_ESTIMATED
        self.versions = list(every_choice(numbers, self.first)) if self.is_every else list(self._likely())

    def bounds(self, asked: Sequence[tuple[str, str, float]]) -> list[Bound | None]:
        """The bound of each statistic (measure, cause, time); None of one that has none here."""
        if not self.is_known or not np.isfinite(self.study.scale.unit):
            return [None] * len(asked)
        places = {("rate", t): 1 + place for place, t in enumerate(self.endpoint.times)}
        estimated = self._estimated()
        found: list[Bound | None] = []
        for measure, cause, time in asked:
            if measure == "median":
                found.append(estimated[0])
            elif (measure, time) in places:
                found.append(estimated[places[measure, time]])
            else:
                found.append(self._count(measure, cause))
        return found

    def _count(self, measure: str, cause: str) -> Bound | None:
        fixed, own, missed = (each.counted(measure, cause) for each in (self.fixed, self.options, self.missed))
        if fixed is None or own is None or missed is None:
            return None
        bound = count_bound(int(fixed.sum()), own, self.first)
        if not len(missed):
            return bound
        # who has too many completions may count or not
        least, greatest = bound.least - int(missed.sum()), bound.greatest + int((1 - missed).sum())
        return Bound(least, greatest, bound.label).as_certain()

    def _estimated(self) -> list[Bound]:
        """The bounds of the median, then of the rates."""
        analysed = self.study.values(self.endpoint.times)
        if not len(self.owner):
            label = AT_LEAST if len(self.missed.lower) else EXACT
            return [Bound(each.lowest, each.highest, label) for each in analysed]
        studies = [self._study(chosen) for chosen in self.versions]
        is_sure = self.is_every and not len(self.missed.lower) and not any(each.made.warnings for each in studies)
        values = [analysed, *(each.values(self.endpoint.times) for each in studies)]
        measures = ["median"] + ["rate"] * len(self.endpoint.times)
        label = ENUMERATED if is_sure else AT_LEAST
        return [_bound_of(*each, label) for each in zip(measures, zip(*values, strict=True), strict=True)]

    def _study(self, chosen: Positions) -> IntervalStudy:
        """The study of one version."""
        own = self.options.take(chosen)
        lower, upper = (np.concatenate(each) for each in ((self.fixed.lower, own.lower), (self.fixed.upper, own.upper)))
        is_in = ~np.isnan(lower)
        lower, upper = lower[is_in], upper[is_in]
        return replace(self.study, lower=lower, upper=upper, made=interval_censored(lower, upper))

    def _likely(self) -> Iterator[Positions]:
        """Versions that are likely to have the smallest or the largest value of a statistic."""
        lower, upper = self.options.lower, self.options.upper
        # no record lies between an event and a censoring
        ends = [np.where(np.isnan(upper), np.finfo(np.float64).max, upper), lower]
        yield from (self._chosen(ends, greatest) for greatest in (False, True))
        # an interval is open at one of the times mostly, and the others do not tell its places apart
        days = np.array(self.endpoint.times) * self.study.scale.unit
        chance = np.sum([self._chance_after(float(day)) for day in days], axis=0) + np.zeros(len(lower))
        # of two events before it the later, at which fewer are still followed, mostly lowers it more
        yield from (self._chosen([chance, -upper, -lower], greatest) for greatest in (False, True))

    def _chosen(self, keys: Sequence[Floats], greatest: bool) -> Positions:
        """For each subject the place of its first (last) interval in the order of the keys."""
        order = np.lexsort([*reversed(keys), self.owner])
        return order[np.append(self.first[1:], len(order)) - 1 if greatest else self.first]

    def _chance_after(self, day: float) -> Floats:
        """The chance that the event of each interval lies after a day, as analysed; without a record that of anyone."""
        sets = self.study.made.sets
        ends, survival = np.append(0.0, sets["upper"]), np.append(1.0, 1 - np.cumsum(sets["mass"]))

        def at(days: Floats) -> Floats:
            known = np.isfinite(ends)
            return np.where(np.isposinf(days), 0.0, np.interp(days, ends[known], survival[known]))

        lower, upper = self.options.lower, self.options.upper
        whole, after = at(lower) - at(upper), at(np.maximum(lower, day)) - at(upper)
        chance = np.divide(after, whole, out=np.full(len(lower), 0.5), where=whole > 0)
        chance = np.where(upper <= day, 0.0, np.where((lower > day) | ((lower == day) & (upper > day)), 1.0, chance))
        return np.where(np.isnan(lower), at(np.array(day)), np.clip(chance, 0.0, 1.0))


def _read(endpoint: IntervalCensoredEndpoint, study: IntervalStudy, found: OpenIntervals) -> Intervals:
    """The interval of each outcome."""
    outcomes = found.outcomes
    start, free, end = (outcomes[name].to_numpy(dtype=np.float64) for name in ("STARTDT", "FREEDT", "ADT"))
    had = (outcomes["CNSR"] == 0).to_numpy()
    seen = had & outcomes["EVNTDESC"].isin(endpoint.between).to_numpy()
    lower, upper = interval_ends(start, free, end, had, seen, study.scale)
    # a record that ends before its origin is not analysed
    is_in = end - start + study.scale.first_day >= 0
    return Intervals(np.where(is_in, lower, np.nan), np.where(is_in, upper, np.nan))


def _distinct(owner: Positions, options: Intervals, analysed: Intervals) -> tuple[Positions, Intervals]:
    """The distinct intervals of the subjects who have several, by subject; that which was analysed is one of them."""
    affected = np.unique(owner)
    owner = np.append(affected, owner)
    ends = [np.append(getattr(analysed, name)[affected], getattr(options, name)) for name in ("lower", "upper")]
    table = pd.DataFrame({"owner": owner, "lower": ends[0], "upper": ends[1]})
    kept = np.flatnonzero(~table.duplicated().to_numpy())
    kept = kept[np.bincount(owner[kept])[owner[kept]] > 1]
    kept = kept[np.argsort(owner[kept], kind="stable")]
    return owner[kept], Intervals(ends[0][kept], ends[1][kept])


def _bound_of(measure: str, values: Sequence[Range], label: str) -> Bound:
    """From the smallest lower to the largest upper end of what the versions leave open."""
    lowest, highest = (np.array([getattr(each, name) for each in values]) for name in ("lowest", "highest"))
    is_open = np.isnan(highest)
    if is_open.all():
        return Bound(np.nan, np.nan, label, NOT_IN_ANY if label == ENUMERATED else "")
    least, greatest, warning = float(np.nanmin(lowest)), float(np.nanmax(highest)), ""
    if is_open.any():
        greatest, warning = (np.nan, NEVER_REACHED) if measure in TIMES_REACHED else (greatest, NOT_IN_ALL)
    return Bound(least, greatest, label, warning)
