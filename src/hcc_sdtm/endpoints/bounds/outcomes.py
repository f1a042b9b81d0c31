"""What each subject of an endpoint can have: the outcome that was analysed, and those that unknown dates leave open.

Knows which records an endpoint uses. Does not know how an outcome moves a statistic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hcc_sdtm.endpoints.bounds.curves import MISSING, NO_ENTRIES, Ranked
from hcc_sdtm.endpoints.listed import AnalysisSet
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Mask, Positions
from hcc_sdtm.spec.endpoints import DelayedEntry, FollowUpEndpoint, IncidenceEndpoint, SurvivalEndpoint

TimeEndpoint = SurvivalEndpoint | FollowUpEndpoint | IncidenceEndpoint

NO_RECORD = -1
"""Code of an outcome in which the subject is not in the estimate."""

COLUMNS = ("AVAL", "CNSR", "CAUSE", "ENTRY")
"""What an outcome is made of."""


@dataclass(frozen=True)
class Times:
    """Times in a row: each is that of ``values``, which are distinct and in order, at its ``place``; -1 where it is missing."""

    values: Floats
    place: NDArray[np.integer]

    @classmethod
    def of(cls, times: Floats) -> Times:
        """These times, NaN being missing."""
        place, values = pd.factorize(times, sort=True)
        return cls(values, place)

    def take(self, places: Positions | Mask) -> Times:
        """These times, by place or mask."""
        return Times(self.values, self.place[places])

    def without(self, gone: Mask) -> Times:
        """The times, those of the mask missing."""
        return Times(self.values, np.where(gone, MISSING, self.place))

    @property
    def floats(self) -> Floats:
        """Each time; NaN where it is missing."""
        return np.asarray(np.append(self.values, np.nan)[self.place])

    @cached_property
    def used(self) -> Floats:
        """The distinct times that are there, in order."""
        is_used = np.zeros(len(self.values) + 1, dtype=bool)
        is_used[self.place] = True
        return self.values[is_used[:-1]]

    def among(self, times: Floats) -> Positions:
        """The place of each among others, which have all that are used; `MISSING` where it is missing."""
        return np.asarray(np.append(np.searchsorted(times, self.values), MISSING)[self.place])


@dataclass(frozen=True)
class Outcomes:
    """Outcomes in a row: ``time`` of exit, ``code`` (`NO_RECORD`, 0 censored, 1 and more the cause of the event) and
    ``entry`` into the risk set (0 where the endpoint has no delayed entry). Without a record times are missing."""

    time: Times
    code: Positions
    entry: Times

    def __len__(self) -> int:
        return len(self.code)

    def take(self, places: Positions | Mask) -> Outcomes:
        """These outcomes, by place or mask."""
        return Outcomes(self.time.take(places), self.code[places], self.entry.take(places))

    def without(self, gone: Mask) -> Outcomes:
        """The outcomes, those of the mask without a record."""
        return Outcomes(self.time.without(gone), np.where(gone, NO_RECORD, self.code), self.entry.without(gone))

    def ranked(self, times: Floats, delayed: bool) -> Ranked:
        """The outcomes by the place of their times among ``times``, which have all of them."""
        return Ranked(self.time.among(times), self.code, self.entry.among(times) if delayed else NO_ENTRIES)


@dataclass(frozen=True)
class Alternatives:
    """The outcomes of an endpoint's subjects.

    ``analysed`` has that of each subject with a record, ``options`` those that the affected subjects can have (an outcome may
    be there twice), ``lacking`` those of these subjects who may have no record, too. Of who has too many completions only a
    range is known (``ranges``: the earliest and the latest time, a row a subject): it can end at any time in it with any
    code, or have no record. ``of_analysed``, ``of_options`` and ``of_ranges`` are the numbers of their subjects, and
    ``members`` how many the population has. ``is_wide`` says that there are more options than completions, so that a bound
    may be wider than it need be. ``asked`` are times at which statistics are asked for.
    """

    analysed: Outcomes
    of_analysed: Positions
    options: Outcomes
    of_options: Positions
    lacking: Positions
    ranges: Floats
    of_ranges: Positions
    members: int
    is_wide: bool = False
    asked: Floats = field(default_factory=lambda: np.empty(0))


def times_of(parts: Sequence[Outcomes], delayed: bool) -> Floats:
    """All times of exit, and of entry where it is delayed, in order."""
    used = [each.time.used for each in parts] + ([each.entry.used for each in parts] if delayed else [])
    return np.unique(np.concatenate(used))


def read_outcomes(
    endpoint: TimeEndpoint, column: Callable[[str], Floats], times: Callable[[str], Times] | None = None
) -> Outcomes:
    """The outcomes of records as the endpoint's estimator takes them; one that it leaves out is no record.

    ``column`` gives AVAL and CNSR, CAUSE where causes compete, and ENTRY with delayed entry; ``times`` gives AVAL and ENTRY
    where they are in order already. For the follow-up a censoring is the event.
    """
    time, cnsr = times("AVAL") if times else Times.of(column("AVAL")), column("CNSR")
    entry = Times(np.zeros(1), np.zeros(len(cnsr), dtype=np.int8))
    with np.errstate(invalid="ignore"):
        usable = np.append((time.values >= 0) & (time.values < np.inf), False)[time.place] & (cnsr >= 0)
        if isinstance(endpoint, IncidenceEndpoint):
            cause = column("CAUSE")
            usable &= (cause >= 0) & (cause <= len(endpoint.causes)) & (cause % 1 == 0) & ((cause > 0) | (cnsr > 0))
            code = np.where(usable, cause, NO_RECORD).astype(np.int64)
        else:
            code = ((cnsr > 0) == isinstance(endpoint, FollowUpEndpoint)).astype(np.int64)
        if late_entry(endpoint):
            entry = times("ENTRY") if times else Times.of(column("ENTRY"))
            entered = entry.floats
            usable &= (entered >= 0) & (entered < time.floats)
    found = Outcomes(time, code, entry)
    return found if usable.all() else found.without(~usable)


def late_entry(endpoint: TimeEndpoint) -> DelayedEntry | None:
    """How many must be at risk where the endpoint has delayed entry."""
    return None if isinstance(endpoint, FollowUpEndpoint) else endpoint.delayed_entry


def analysed_outcomes(endpoint: TimeEndpoint, chosen: AnalysisSet) -> Outcomes:
    """The outcomes of the records that were analysed, in their order."""
    return read_outcomes(endpoint, chosen.numbers, lambda variable: Times(*chosen.ranks(variable)))
