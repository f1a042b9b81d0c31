"""What each subject of an endpoint can have: the outcome that was analysed, and those that unknown dates leave open.

Knows which records an endpoint uses. Does not know how an outcome moves a statistic.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hcc_sdtm.endpoints.listed import AnalysisSet
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Positions
from hcc_sdtm.spec.endpoints import DelayedEntry, FollowUpEndpoint, IncidenceEndpoint, SurvivalEndpoint

TimeEndpoint = SurvivalEndpoint | FollowUpEndpoint | IncidenceEndpoint

NO_RECORD = -1
"""Code of an outcome in which the subject is not in the estimate."""

NO_COLUMN = np.nan


@dataclass(frozen=True)
class Outcomes:
    """Outcomes in a row: ``time`` of exit, ``code`` (`NO_RECORD`, 0 censored, 1 and more the cause of the event) and
    ``entry`` into the risk set (0 where the endpoint has no delayed entry). An outcome without a record has NaN times."""

    time: Floats
    code: Positions
    entry: Floats

    def __len__(self) -> int:
        return len(self.time)

    def take(self, places: Positions | NDArray[np.bool_]) -> Outcomes:
        """These outcomes, by place or mask."""
        return Outcomes(self.time[places], self.code[places], self.entry[places])


@dataclass(frozen=True)
class Alternatives:
    """The outcomes of an endpoint's subjects.

    ``fixed`` has those of subjects who have one only; ``options`` all of each other subject, one subject after the other,
    whose first is at ``first`` and of which the one that was analysed is at ``analysed``. ``is_wide`` says that there are
    more options than completions, so that a bound may be wider than it need be. ``between`` are times that stand for all those
    between the one before and the one after, where a subject can have any. ``size`` is the number of subjects of the
    population.
    """

    fixed: Outcomes
    options: Outcomes
    first: Positions
    analysed: Positions
    size: int
    is_wide: bool = False
    between: Floats = field(default_factory=lambda: np.empty(0))

    @property
    def owner(self) -> Positions:
        """The number of the subject of each option."""
        return np.repeat(np.arange(len(self.first)), self.numbers)

    @property
    def numbers(self) -> Positions:
        """How many options each subject has."""
        return np.diff(np.append(self.first, len(self.options)))

    @property
    def combinations(self) -> float:
        """In how many ways the subjects can have their options."""
        with np.errstate(over="ignore"):
            return float(np.prod(self.numbers.astype(np.float64)))


def read_outcomes(endpoint: TimeEndpoint, aval: Floats, cnsr: Floats, cause: Floats, entry: Floats) -> Outcomes:
    """The outcomes of records as the endpoint's estimator takes them; one that it leaves out is no record.

    For the follow-up a censoring is the event.
    """
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(aval) & (aval >= 0) & (cnsr >= 0)
        waits = np.zeros(len(aval))
        if isinstance(endpoint, IncidenceEndpoint):
            usable &= np.isin(cause, range(len(endpoint.causes) + 1)) & ((cause > 0) | (cnsr > 0))
            code = np.where(usable, cause, NO_RECORD)
        else:
            code = np.where(cnsr > 0, 1, 0) if isinstance(endpoint, FollowUpEndpoint) else np.where(cnsr == 0, 1, 0)
        if late_entry(endpoint):
            usable &= (entry >= 0) & (entry < aval)
            waits = entry
    whole = np.where(usable, code, NO_RECORD).astype(np.int64)
    return Outcomes(np.where(usable, aval, np.nan), whole, np.where(usable, waits, np.nan))


def late_entry(endpoint: TimeEndpoint) -> DelayedEntry | None:
    """How many must be at risk where the endpoint has delayed entry."""
    return None if isinstance(endpoint, FollowUpEndpoint) else endpoint.delayed_entry


def analysed_outcomes(endpoint: TimeEndpoint, chosen: AnalysisSet) -> Outcomes:
    """The outcomes of the records that were analysed, in their order."""
    nothing = np.full(len(chosen.rows), NO_COLUMN)
    has_cause = isinstance(endpoint, IncidenceEndpoint)
    has_entry = late_entry(endpoint) is not None
    cause = chosen.numbers("CAUSE") if has_cause else nothing
    entry = chosen.numbers("ENTRY") if has_entry else nothing
    return read_outcomes(endpoint, chosen.numbers("AVAL"), chosen.numbers("CNSR"), cause, entry)
