"""The planned assessments after the start of treatment: which were missed, and which visit a day belongs to.

Counts days from the start of treatment. The interval between visits may change, and the last one goes on as long as the
trial says. Knows no responses and no events.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from hcc_sdtm.spec.trial import Trial


@dataclass(frozen=True)
class Schedule:
    """The planned day of each visit, in order, when its window opens and closes, and when too many visits are missed.

    ``missed`` visits in a row are too many. ``by`` says how they are counted: ``windows`` that passed without an assessment,
    or a ``gap`` longer than the planned intervals and their windows.
    """

    planned: np.ndarray
    opens: np.ndarray
    closes: np.ndarray
    missed: int
    by: str = "windows"

    @classmethod
    def of(cls, trial: Trial, last_day: float) -> Schedule:
        """The schedule of the trial up to ``last_day``, and as many visits more as can be missed in a row."""
        visits = sorted((visit for visit in trial.visits if visit.day > 0), key=lambda visit: visit.day)
        rows = [(visit.day, visit.window_before, visit.window_after) for visit in visits]
        later = trial.visits_continue
        if later is not None and rows:
            day, *window = rows[-1]
            before = window[0] if later.window_before is None else later.window_before
            after = window[1] if later.window_after is None else later.window_after
            count = max(0, ceil((last_day - day) / later.every)) + trial.missed_assessments + 1
            rows += [(day + number * later.every, before, after) for number in range(1, count + 1)]
        planned, before_days, after_days = np.array(rows, dtype=float).reshape(-1, 3).T
        return cls(planned, planned - before_days, planned + after_days, trial.missed_assessments, trial.missed_by)

    def too_many_missed(self, last_assessed: np.ndarray) -> np.ndarray:
        """Last day on which too many visits are not missed yet; infinite: the schedule ends first.

        ``windows``: the day on which the last of too many windows closes, of those that opened after the last assessment. A
        window that was open at the last assessment is not missed. ``gap``: the last assessment, and as many planned
        intervals as are too many, counted from its visit (the start, where it is before the first), and the days that the
        window of that visit opens before it and that of the last closes after it.
        """
        passed = np.searchsorted(self.opens, last_assessed, side="right")
        due = passed + self.missed - 1
        reached = due < len(self.planned)
        due = np.minimum(due, max(len(self.planned) - 1, 0))
        if not len(self.planned):
            return np.full(len(last_assessed), np.inf)
        if self.by == "windows":
            return np.where(reached, self.closes[due], np.inf)
        visit_day = np.append(0.0, self.planned)[passed]
        early = np.append(0.0, self.planned - self.opens)[passed]
        return np.where(reached, last_assessed + early + self.closes[due] - visit_day, np.inf)

    def is_in_window(self, day: np.ndarray) -> np.ndarray:
        """Whether each day lies in the window of a visit."""
        return self.visit_of(day) >= 0

    def visit_of(self, day: np.ndarray) -> np.ndarray:
        """Index of the visit in whose window each day lies; -1: in none."""
        index = np.searchsorted(self.opens, day, side="right") - 1
        inside = (index >= 0) & (day <= np.append(self.closes, -np.inf)[index])
        return np.where(inside, index, -1)

    def visit_day(self, day: np.ndarray, planned: bool = False) -> np.ndarray:
        """Each day, moved to the planned day of the next visit where it lies in no window; so too without a next visit.

        With ``planned`` a day in a window becomes the planned day of that visit.
        """
        own = self.visit_of(day)
        coming = np.searchsorted(self.planned, day, side="left")
        days = np.append(self.planned, np.nan)
        moved = days[coming]
        moved = np.where(np.isnan(moved), day, moved)
        return np.where(own >= 0, days[own] if planned else day, moved)
