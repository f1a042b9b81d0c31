"""What a time-to-event decision is taken on and what it says, one array element a subject. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

AT_ORIGIN = ""
"""Source of a time that ends at the origin: no record."""

EVENT_FREE = "event_free"
"""Name of the time line that censoring goes back to; events and censorings are known by their own names."""

AT_END = "end"
"""Source of a time that ends with the parameter's end date."""


@dataclass(frozen=True)
class Course:
    """What bounds each subject's time: arrays of days with one element a subject.

    ``origin``           where the time starts; NaN: nothing is decided
    ``treatment_start``  the day from which the schedule counts
    ``has_baseline``     mask of those with a baseline assessment
    ``end``              the parameter's end date, infinite where there is none
    ``last_day``         death or the data cut-off: no date is moved past it
    ``after``            for each event with ``after``, the day that it must come later than; NaN: it cannot come
    """

    origin: np.ndarray
    treatment_start: np.ndarray
    has_baseline: np.ndarray
    end: np.ndarray
    last_day: np.ndarray
    after: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Decision:
    """What ends each subject's time; arrays with one element a subject.

    ``day``     the analysis date, and ``seen`` the date of its record, before any move to a scheduled visit
    ``source``  the name of the time line, `EVENT_FREE`, `AT_ORIGIN` or `AT_END`; ``record`` the index in it (-1: none)
    ``reason``  index of the censoring that applied, -1 for an event
    ``cause``   1 for an event, 2 for a competing one, 0 for none

    And how it came to that: ``event_day`` (infinite: none), ``event_which`` of the events and competing ones, and
    ``event_record``, of the first event, taken away or not; ``late`` marks who had an event later than ``only_within``;
    ``takers`` the day of each censoring that takes an event away when it comes first, by its index; ``taken_at`` the first
    of these (infinite: none); ``limit`` the last day that an event-free record may have (infinite: any).
    """

    day: np.ndarray
    seen: np.ndarray
    source: np.ndarray
    record: np.ndarray
    reason: np.ndarray
    cause: np.ndarray
    event_day: np.ndarray
    event_which: np.ndarray
    event_record: np.ndarray
    late: np.ndarray
    takers: Mapping[int, np.ndarray]
    taken_at: np.ndarray
    limit: np.ndarray
