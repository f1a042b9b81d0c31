"""Who is in an endpoint: its population, one record a subject, and who was left out and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hcc_sdtm.endpoints.listed.analysis_data import Floats, Mask, ParameterRecords, Positions, Records, Subjects


@dataclass(frozen=True, eq=False)
class Population:
    """The subjects that an endpoint is about; ``group`` is ``""`` for all of them, else ``SITEID=101``.

    ``members`` is a mask over the subjects' numbers; ``variable`` the one whose group it is.
    """

    group: str
    members: Mask
    variable: str = ""

    @property
    def size(self) -> int:
        """Number of subjects."""
        return int(np.count_nonzero(self.members))


@dataclass(frozen=True)
class AnalysisSet:
    """One record for each analysed subject, and for every reason the number of subjects it left out.

    ``places`` are theirs among the ``parameter``'s of the dataset of ``records``: in the order of their subjects, but where
    they are `ordered_by` a variable.
    """

    population: Population
    records: Records
    parameter: ParameterRecords
    places: Positions
    left_out: Mapping[str, int]

    @cached_property
    def rows(self) -> Positions:
        """Their places in the dataset."""
        return self.parameter.rows[self.places]

    @cached_property
    def subjects(self) -> Positions:
        """The numbers of their subjects."""
        return self.parameter.subjects[self.places]

    def without(self, unusable: Mask, reason: str) -> AnalysisSet:
        """The set without the records of the mask, their number under the reason."""
        if not unusable.any():
            return self
        counts = {**self.left_out, reason: self.left_out.get(reason, 0) + int(unusable.sum())}
        return replace(self, places=self.places[~unusable], left_out=counts)

    def numbers(self, variable: str) -> Floats:
        """A numeric variable of the records. Raises ValueError where the dataset lacks it."""
        return self.parameter.numbers(variable)[self.places]

    def codes(self, variable: str) -> tuple[Positions, list[float]]:
        """A numeric variable of the records as the number of its value, and the values."""
        codes, values = self.parameter.codes(variable)
        return codes[self.places], values

    def ranks(self, variable: str) -> tuple[Floats, Positions]:
        """The distinct values of a numeric variable of the parameter in order, and the place of each record's among them."""
        values, places = self.parameter.ranks(variable)
        return values, places[self.places]

    def texts(self, variable: str) -> tuple[Positions, list[str]]:
        """A variable of the records as the number of its text, and the texts."""
        codes, texts = self.parameter.texts(variable)
        return codes[self.places], texts

    def has_text(self, variable: str, values: Collection[str]) -> Mask:
        """Whether the variable's text is one of the values, of each record."""
        return self.parameter.has_text(variable, values)[self.places]

    def ordered_by(self, variable: str) -> AnalysisSet:
        """The same records in the order of a numeric variable."""
        order = self.parameter.order(variable)
        is_own = np.zeros(len(order), dtype=np.bool_)
        is_own[self.places] = True
        return replace(self, places=order[is_own[order]])

    @property
    def left_out_text(self) -> str:
        """How many were left out, and why: ``3: no baseline (2), no usable duration (1)``."""
        reasons = {reason: count for reason, count in self.left_out.items() if count}
        total = str(sum(reasons.values()))
        return total + (": " + ", ".join(f"{reason} ({count})" for reason, count in reasons.items()) if reasons else "")


def build_populations(subjects: Subjects, flag: str, by: Collection[str]) -> Iterator[Population]:
    """Those whose ADSL flag is Y; then those of each value of each ADSL variable of ``by`` that one of them has.

    Who has no value of a variable is in none of its groups. Raises ValueError where ADSL lacks a column.
    """
    codes, texts = subjects.texts(flag)
    flagged = codes == (texts.index("Y") if "Y" in texts else -1)
    yield Population("", flagged)
    for variable in by:
        codes, texts = subjects.texts(variable)
        for number, text in enumerate(texts):
            members = flagged & (codes == number)
            if text and members.any():
                yield Population(f"{variable}={text}", members, variable)


def build_analysis_set(
    records: Records,
    parameter: str,
    where: Mapping[str, Collection[str]],
    population: Population,
    no_record: str,
) -> AnalysisSet:
    """The parameter's records of the population, by subject; who has none, or more than one, is left out.

    Raises ValueError where the dataset lacks a column that ``where`` names.
    """
    own = records.parameter(parameter)
    chosen = population.members[own.subjects]
    for variable, values in where.items():
        chosen = chosen & own.has_text(variable, values)
    places = np.flatnonzero(chosen)
    # the records of one subject stand together
    again = np.diff(own.subjects[places], prepend=-1) == 0
    repeated, with_several = int(np.count_nonzero(again)), 0
    without_record = population.size - (len(places) - repeated)
    if repeated:
        several = again | np.append(again[1:], False)
        with_several = int(np.count_nonzero(several)) - repeated
        places = places[~several]
    counts = {no_record: without_record, "more than one record": with_several}
    return AnalysisSet(population, records, own, places, counts)
