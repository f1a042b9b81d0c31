"""A study whose events lie between two dates: the intervals of its subjects in days, and what is estimated of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hcc_sdtm.endpoints.interval_censored import IntervalCensored, Range
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Mask


@dataclass(frozen=True)
class Scale:
    """How AVAL counts days: (days between the dates + ``first_day``) / ``unit``."""

    unit: float
    first_day: float


@dataclass(frozen=True)
class IntervalStudy:
    """The intervals of the analysed subjects, in their order and in days, and the estimate that was made of them.

    A censoring has no upper end (infinite); an exact time has equal ends.
    """

    lower: Floats
    upper: Floats
    scale: Scale
    made: IntervalCensored

    def values(self, times: Sequence[float]) -> list[Range]:
        """The median, then the rate (0 to 100) at each of the times; NaN where it cannot be estimated."""
        unit = self.scale.unit
        middle = self.made.quantile(0.5)
        found = [Range(middle.lowest / unit, middle.highest / unit)]
        last = float(np.where(np.isfinite(self.upper), self.upper, self.lower).max(initial=-np.inf))
        for t in times:
            rate = self.made.rate(t * unit) if np.isfinite(unit) else Range(np.nan, np.nan)
            is_seen = t * unit <= last or rate.highest <= 0
            found.append(Range(100 * rate.lowest, 100 * rate.highest) if is_seen else Range(np.nan, np.nan))
        return found


def interval_ends(
    start: Floats, free: Floats, end: Floats, had: Mask, seen: Mask, scale: Scale
) -> tuple[Floats, Floats]:
    """The day after which an event lies, and that after which it does not (infinite: censored), of dates.

    ``free`` is the last date without the event (NaN: none, then it lies after the origin); ``seen`` says that the event was
    seen at an assessment, any other ``had`` has its exact time.
    """
    days = end - start + scale.first_day
    free_days = np.where(np.isfinite(free), free - start + scale.first_day, 0.0)
    return np.where(seen, np.minimum(free_days, days), days), np.where(had, days, np.inf)
