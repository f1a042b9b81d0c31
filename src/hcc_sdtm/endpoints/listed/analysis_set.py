"""Who is in an endpoint: its population, one record a subject, and who was left out and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from hcc_sdtm.endpoints.listed.analysis_data import Floats, Mask, Positions, Records, Subjects


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
        return int(self.members.sum())


@dataclass(frozen=True)
class AnalysisSet:
    """One record for each analysed subject, and for every reason the number of subjects it left out.

    ``rows`` are places in the dataset of ``records``, and ``subjects`` the numbers of their subjects, in order.
    """

    population: Population
    records: Records
    rows: Positions
    subjects: Positions
    left_out: Mapping[str, int]

    def without(self, unusable: Mask, reason: str) -> AnalysisSet:
        """The set without the records of the mask, their number under the reason."""
        if not unusable.any():
            return self
        counts = {**self.left_out, reason: self.left_out.get(reason, 0) + int(unusable.sum())}
        return replace(self, rows=self.rows[~unusable], subjects=self.subjects[~unusable], left_out=counts)

    def numbers(self, variable: str) -> Floats:
        """A numeric variable of the records. Raises ValueError where the dataset lacks it."""
        return self.records.numbers(variable, self.rows)

    def texts(self, variable: str) -> tuple[Positions, list[str]]:
        """A variable of the records as the number of its text, and the texts."""
        return self.records.texts(variable, self.rows)

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
    rows, subjects = records.of(parameter)
    chosen = population.members[subjects]
    for variable, values in where.items():
        codes, texts = records.texts(variable, rows)
        chosen = chosen & np.isin(codes, [number for number, text in enumerate(texts) if text in values])
    rows, subjects = rows[chosen], subjects[chosen]
    number = np.bincount(subjects, minlength=len(population.members))
    counts = {no_record: population.size - int((number > 0).sum()), "more than one record": int((number > 1).sum())}
    single = number[subjects] == 1
    return AnalysisSet(population, records, rows[single], subjects[single], counts)
