"""What unknown dates leave open, by the numbers of subjects, joined to what was analysed.

Knows how the admissible outcomes of a parameter become the options of an endpoint's subjects.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hcc_sdtm.adam.admissible.finding_outcomes import Admissible
from hcc_sdtm.endpoints.bounds.outcomes import (
    Alternatives,
    TimeEndpoint,
    Times,
    analysed_outcomes,
    late_entry,
    read_outcomes,
)
from hcc_sdtm.endpoints.bounds.study_versions import StudyVersions
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Mask, Positions, Subjects
from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet, Population, build_populations
from hcc_sdtm.spec.endpoints import IncidenceEndpoint, ProportionEndpoint

LIMITS = ("AVALLO", "AVALHI")


@dataclass(frozen=True)
class Open:
    """The outcomes of one parameter, the number of the subject of each, and the subjects of whom only a range is known."""

    outcomes: pd.DataFrame
    subject: Positions
    unknown: Positions

    def column(self, name: str) -> Floats:
        """A column of the outcomes."""
        return self.outcomes[name].to_numpy(dtype=np.float64)

    def times(self, name: str) -> Times:
        """A column of times."""
        coded = self.outcomes[name].array
        return Times(coded.categories.to_numpy(dtype=np.float64), coded.codes)


@dataclass(frozen=True)
class Responses:
    """The distinct responses of each affected subject: its number, and the place of the values in ``values``."""

    subject: Positions
    place: Positions
    values: list[tuple[str, ...]]


class OpenOutcomes:
    """The admissible outcomes of every parameter."""

    def __init__(self, admissible: Admissible, subjects: Subjects) -> None:
        self.admissible, self.subjects = admissible, subjects
        outcomes = admissible.outcomes
        owners, parameters = outcomes["USUBJID"].array, outcomes["PARAMCD"].array
        if (parameters.codes[1:] < parameters.codes[:-1]).any():
            raise ValueError("the admissible outcomes are not in the order of their parameters")
        self._outcomes, self._owners = outcomes, owners.codes
        self._numbers = subjects.names.get_indexer(owners.categories)
        edges = np.searchsorted(
            parameters.codes, np.arange(len(parameters.categories) + 1, dtype=parameters.codes.dtype)
        )
        spans = itertools.pairwise(edges.tolist())
        self._spans = dict(zip(parameters.categories, spans, strict=True))
        unknown = admissible.not_enumerated
        self._unknown, self._unknown_of = (
            subjects.numbers(unknown["USUBJID"]),
            unknown["PARAMCD"].to_numpy(dtype=object),
        )
        responses, missed = admissible.responses, admissible.responses_not_enumerated
        self._responders, self._missed = (subjects.numbers(each["USUBJID"]) for each in (responses, missed))
        self._values = pd.factorize(responses["AVALCS"].to_numpy(dtype=object))
        self._groups, self._missed_groups = (
            pd.factorize(each["PARAMCDS"].to_numpy(dtype=object)) for each in (responses, missed)
        )

    def populations(self, flag: str, by: tuple[str, ...]) -> list[Population]:
        """Those of an endpoint, as it was estimated."""
        return list(build_populations(self.subjects, flag, by))

    def responses(self, endpoint: ProportionEndpoint) -> tuple[Responses, Positions]:
        """The distinct responses of each affected subject that the endpoint reads, and the subjects with too many."""
        among = endpoint.among
        group = (endpoint.parameter, among.parameter) if among else (endpoint.parameter,)
        rows = np.flatnonzero(_is_of(group, *self._groups) & (self._responders >= 0))
        unknown = self._missed[_is_of(group, *self._missed_groups)]
        codes, values = self._values
        places, distinct = pd.factorize(codes[rows])
        found = Responses(self._responders[rows], places, [values[at] for at in distinct])
        return found, np.unique(unknown[unknown >= 0])

    def of(self, paramcd: str) -> Open:
        """Those of a parameter."""
        unknown = self._unknown[self._unknown_of == paramcd]
        start, end = self._spans.get(paramcd, (0, 0))
        subject = self._numbers[self._owners[start:end]]
        outcomes = self._outcomes.iloc[start:end]
        if (self._numbers < 0).any():
            subject, outcomes = subject[subject >= 0], outcomes[subject >= 0]
        return Open(outcomes, subject, np.unique(unknown[unknown >= 0]))


def _is_of(group: tuple[str, ...], codes: Positions, groups: NDArray[np.object_]) -> Mask:
    """Which codes are those of the group."""
    return np.isin(codes, [at for at, each in enumerate(groups) if each == group])


def build_versions(
    endpoint: TimeEndpoint, chosen: AnalysisSet, found: Open, times: Sequence[float] = ()
) -> StudyVersions:
    """The versions of an endpoint's analysis set; one of each subject's options is the one that was analysed.

    ``times`` are those at which statistics are asked for. Who has a record that ``where`` does not take may have one that it
    takes in another completion, and the other way round: then no record is an option of all, and the bounds are wide.
    """
    analysed, members = analysed_outcomes(endpoint, chosen), chosen.population.members
    unknown = found.unknown[members[found.unknown]]
    is_open = np.zeros(len(members), dtype=bool)
    is_open[found.subject] = True
    is_open[unknown] = False
    is_open &= members
    subject, options = found.subject, read_outcomes(endpoint, found.column, found.times)
    inside = is_open[subject]
    if not inside.all():
        subject, options = subject[inside], options.take(inside)
    is_known = ~np.isin(chosen.subjects, unknown)
    has_several = bool(chosen.left_out.get("more than one record"))
    lacking = is_open.copy()
    if not endpoint.where and not has_several:
        lacking[chosen.subjects] = False
    asked = [time for time in times if not np.isnan(time)]
    last = max([*asked, *(each.time.used.max(initial=0.0) for each in (analysed, options))])
    alternatives = Alternatives(
        analysed.take(is_known),
        chosen.subjects[is_known],
        options,
        subject,
        np.flatnonzero(lacking),
        _ranges(chosen, endpoint.parameter, unknown, float(last) + 1),
        unknown,
        members=chosen.population.size,
        is_wide=bool(endpoint.where and is_open.any()) or has_several,
        asked=np.array(asked),
    )
    causes = len(endpoint.causes) if isinstance(endpoint, IncidenceEndpoint) else 1
    return StudyVersions.of(alternatives, causes, late_entry(endpoint) is not None)


def _ranges(chosen: AnalysisSet, parameter: str, unknown: Positions, last: float) -> Floats:
    """The smallest and largest time of subjects of whom only that is known; from 0 to the ``last`` where it is not."""
    rows, numbers = chosen.records.of(parameter)
    found = np.tile([0.0, last], (len(unknown), 1))
    if all(chosen.records.has(name) for name in LIMITS):
        for at, number in enumerate(unknown.tolist()):
            own = rows[numbers == number]
            if len(own) == 1:
                found[at] = [max(float(chosen.records.numbers(name, own)[0]), 0.0) for name in LIMITS]
    return found
