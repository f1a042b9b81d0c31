"""What unknown dates leave open, by the numbers of subjects, joined to what was analysed.

Knows how the admissible outcomes of a parameter become the options of an endpoint's subjects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.finding_outcomes import Admissible
from hcc_sdtm.endpoints.bounds.outcomes import (
    NO_RECORD,
    Alternatives,
    Outcomes,
    TimeEndpoint,
    analysed_outcomes,
    read_outcomes,
)
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Positions, Subjects, run_codes
from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet, Population, build_populations
from hcc_sdtm.spec.endpoints import IncidenceEndpoint, ProportionEndpoint

COLUMNS = ("AVAL", "CNSR", "CAUSE", "ENTRY")
LIMITS = ("AVALLO", "AVALHI")


@dataclass(frozen=True)
class Open:
    """The outcomes of one parameter: the number of the subject of each, in order, and the columns; and the subjects of whom
    only an interval is known."""

    subject: Positions
    columns: dict[str, Floats]
    unknown: Positions


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
        frame = admissible.outcomes
        self._columns = {name: frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in COLUMNS}
        self._outcomes = _by_parameter(admissible.outcomes, subjects)
        self._unknown = _by_parameter(admissible.not_enumerated, subjects)
        self._responders = subjects.numbers(admissible.responses["USUBJID"])
        self._groups, self._values = (
            pd.factorize(admissible.responses[name].to_numpy(dtype=object)) for name in ("PARAMCDS", "AVALCS")
        )

    def populations(self, flag: str, by: tuple[str, ...]) -> list[Population]:
        """Those of an endpoint, as it was estimated."""
        return list(build_populations(self.subjects, flag, by))

    def responses(self, endpoint: ProportionEndpoint) -> tuple[Responses, Positions]:
        """The distinct responses of each affected subject that the endpoint reads, and the subjects with too many."""
        among = endpoint.among
        group = (endpoint.parameter, among.parameter) if among else (endpoint.parameter,)
        frame = self.admissible.responses_not_enumerated
        missed = frame.loc[[each == group for each in frame["PARAMCDS"]], "USUBJID"]
        unknown = self.subjects.numbers(missed)
        codes, groups = self._groups
        wanted = [at for at, each in enumerate(groups) if each == group]
        rows = np.flatnonzero(np.isin(codes, wanted) & (self._responders >= 0))
        places, values = np.unique(self._values[0][rows], return_inverse=True)[::-1]
        found = Responses(self._responders[rows], places, [self._values[1][at] for at in values])
        return found, np.unique(unknown[unknown >= 0])

    def of(self, paramcd: str) -> Open:
        """Those of a parameter."""
        nothing = np.empty(0, dtype=np.int64)
        rows, numbers = self._outcomes.get(paramcd, (nothing, nothing))
        columns = {name: self._columns[name][rows] for name in COLUMNS}
        return Open(numbers, columns, np.unique(self._unknown.get(paramcd, (nothing, nothing))[1]))


def build_alternatives(endpoint: TimeEndpoint, chosen: AnalysisSet, found: Open, times: Floats) -> Alternatives:
    """The options of the subjects of an endpoint's analysis set; the first of each is the one that was analysed.

    ``times`` are those at which statistics are asked for. Who has a record that ``where`` does not take may have one that it
    takes in another completion, and the other way round: then no record is an option of all, and the bounds are wide.
    """
    analysed, size = analysed_outcomes(endpoint, chosen), chosen.population.size
    members = chosen.population.members
    inside = members[found.subject] & ~np.isin(found.subject, found.unknown)
    others = read_outcomes(endpoint, *(found.columns[name][inside] for name in COLUMNS))
    subject = found.subject[inside]
    unknown = found.unknown[members[found.unknown]]
    affected = np.unique(np.concatenate([subject, unknown]))
    if not len(affected):
        nothing = np.empty(0, dtype=np.int64)
        return Alternatives(analysed, analysed.take(nothing), nothing, nothing, size)

    is_affected = np.isin(chosen.subjects, affected)
    parts = [(affected, _own(affected, chosen, analysed)), (subject, others)]
    has_several = bool(chosen.left_out.get("more than one record"))
    is_wide = bool(endpoint.where) or has_several or bool(len(unknown))
    between: Floats = np.empty(0)
    if endpoint.where or has_several:
        parts.append((affected, _nothing(len(affected))))
    if len(unknown):
        every = np.unique(np.concatenate([[0.0], analysed.time, others.time[others.code >= 0], times]))
        intervals = _intervals(chosen, endpoint.parameter, unknown, every)
        every = np.unique(np.concatenate([every, intervals.ravel()]))
        between = (every[1:] + every[:-1]) / 2
        parts += _within(endpoint, unknown, intervals, np.sort(np.append(every, between)))
    owner, options = _joined(parts)
    first = np.flatnonzero(np.append(True, np.diff(owner) > 0))
    single = np.diff(np.append(first, len(owner))) == 1
    is_single = np.repeat(single, np.diff(np.append(first, len(owner))))
    fixed = _concatenate([analysed.take(~is_affected), options.take(is_single & (options.code >= 0))])
    owner, options = owner[~is_single], options.take(~is_single)
    first = np.flatnonzero(np.append(True, np.diff(owner) > 0)) if len(owner) else np.empty(0, dtype=np.int64)
    return Alternatives(fixed, options, first, first, size, is_wide, between)


def _own(affected: Positions, chosen: AnalysisSet, analysed: Outcomes) -> Outcomes:
    """What was analysed of the affected subjects."""
    at = np.searchsorted(chosen.subjects, affected)
    has_record = np.isin(affected, chosen.subjects)
    own = _nothing(len(affected))
    for name in ("time", "code", "entry"):
        getattr(own, name)[has_record] = getattr(analysed, name)[at[has_record]]
    return own


def _intervals(chosen: AnalysisSet, parameter: str, unknown: Positions, every: Floats) -> Floats:
    """The smallest and largest time of subjects of whom only that is known; without any, all times and more."""
    rows, numbers = chosen.records.of(parameter)
    found = np.tile([0.0, float(every.max()) + 1], (len(unknown), 1))
    if all(chosen.records.has(name) for name in LIMITS):
        for at, number in enumerate(unknown.tolist()):
            own = rows[numbers == number]
            if len(own) == 1:
                found[at] = [max(float(chosen.records.numbers(name, own)[0]), 0.0) for name in LIMITS]
    return found


def _within(
    endpoint: TimeEndpoint, unknown: Positions, intervals: Floats, every: Floats
) -> list[tuple[Positions, Outcomes]]:
    """The options of subjects of whom only an interval is known: all that can end at each of its times."""
    codes = len(endpoint.causes) + 1 if isinstance(endpoint, IncidenceEndpoint) else 2
    made = []
    for number, (least, greatest) in zip(unknown.tolist(), intervals.tolist(), strict=True):
        inside = every[(every >= least) & (every <= greatest)]
        time, code = np.repeat(inside, codes), np.tile(np.arange(codes), len(inside))
        options = _concatenate([Outcomes(time, code, np.zeros(len(time))), _nothing(1)])
        made.append((np.full(len(options), number), options))
    return made


def _joined(parts: list[tuple[Positions, Outcomes]]) -> tuple[Positions, Outcomes]:
    """The distinct options of each subject, by subject; of equals the first stays."""
    owner = np.concatenate([numbers for numbers, _ in parts])
    options = _concatenate([each for _, each in parts])
    key = owner * (int(options.code.max()) - NO_RECORD + 1) + (options.code - NO_RECORD)
    for times in (options.time, options.entry):
        codes, distinct = pd.factorize(times, use_na_sentinel=False)
        key = key * len(distinct) + codes
    kept = np.flatnonzero(~pd.Series(key).duplicated().to_numpy())
    kept = kept[np.argsort(owner[kept], kind="stable")]
    return owner[kept], options.take(kept)


def _concatenate(parts: list[Outcomes]) -> Outcomes:
    names = ("time", "code", "entry")
    time, code, entry = (np.concatenate([getattr(each, name) for each in parts]) for name in names)
    return Outcomes(time, code, entry)


def _nothing(length: int) -> Outcomes:
    """So many outcomes without a record."""
    return Outcomes(np.full(length, np.nan), np.full(length, NO_RECORD), np.full(length, np.nan))


def _by_parameter(frame: pd.DataFrame, subjects: Subjects) -> dict[str, tuple[Positions, Positions]]:
    """Rows of each parameter, in the order of their subjects, and the subjects' numbers; who is not in ADSL has none."""
    codes, names = run_codes(frame["PARAMCD"])
    numbers = subjects.numbers(frame["USUBJID"])
    order = np.lexsort([numbers, codes])
    order = order[(numbers[order] >= 0) & (codes[order] >= 0)]
    ends = np.searchsorted(codes[order], np.arange(len(names) + 1))
    return {
        str(name): (order[start:end], numbers[order[start:end]])
        for name, start, end in zip(names, ends[:-1], ends[1:], strict=True)
    }
