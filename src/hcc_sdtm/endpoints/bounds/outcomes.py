"""What each subject of an endpoint can have: the outcome that was analysed, and those that unknown dates leave open.

Knows which records an endpoint uses. Does not know how an outcome moves a statistic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hcc_sdtm.endpoints.listed import AnalysisSet
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Positions
from hcc_sdtm.spec.endpoints import DelayedEntry, FollowUpEndpoint, IncidenceEndpoint, SurvivalEndpoint

TimeEndpoint = SurvivalEndpoint | FollowUpEndpoint | IncidenceEndpoint

NO_RECORD = -1
"""Code of an outcome in which the subject is not in the estimate."""

COLUMNS = ("AVAL", "CNSR", "CAUSE", "ENTRY")
"""What an outcome is made of."""


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


def read_outcomes(endpoint: TimeEndpoint, column: Callable[[str], Floats]) -> Outcomes:
    """The outcomes of records as the endpoint's estimator takes them; one that it leaves out is no record.

    ``column`` gives AVAL and CNSR, CAUSE where causes compete, and ENTRY with delayed entry. For the follow-up a censoring is
    the event.
    """
    aval, cnsr = column("AVAL"), column("CNSR")
    entry = column("ENTRY") if late_entry(endpoint) else np.zeros(len(aval))
    with np.errstate(invalid="ignore"):
        usable = (aval >= 0) & (aval < np.inf) & (cnsr >= 0)
        if isinstance(endpoint, IncidenceEndpoint):
            cause = column("CAUSE")
            usable &= (cause >= 0) & (cause <= len(endpoint.causes)) & (cause % 1 == 0) & ((cause > 0) | (cnsr > 0))
            code = np.where(usable, cause, NO_RECORD).astype(np.int64)
        else:
            code = ((cnsr > 0) == isinstance(endpoint, FollowUpEndpoint)).astype(np.int64)
        if late_entry(endpoint):
            usable &= (entry >= 0) & (entry < aval)
    if usable.all():
        return Outcomes(aval, code, entry)
    return Outcomes(np.where(usable, aval, np.nan), np.where(usable, code, NO_RECORD), np.where(usable, entry, np.nan))


def late_entry(endpoint: TimeEndpoint) -> DelayedEntry | None:
    """How many must be at risk where the endpoint has delayed entry."""
    return None if isinstance(endpoint, FollowUpEndpoint) else endpoint.delayed_entry


def analysed_outcomes(endpoint: TimeEndpoint, chosen: AnalysisSet) -> Outcomes:
    """The outcomes of the records that were analysed, in their order."""
    return read_outcomes(endpoint, chosen.numbers)
