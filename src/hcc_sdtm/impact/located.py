"""The records that a finding is about: its own, and every value of the subject that the same cell gave.

One answer of a site corrects one cell, and a cell may have given several values: a death its date in DM and in DS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.impact.feeds import ORIGINALS, Feeds

ORIGINAL, STANDARD = "ORRES", "STRESC"


class Place(NamedTuple):
    """A value: dataset, 0-based position of the record, variable."""

    dataset: str
    position: int
    variable: str


@dataclass
class Located:
    """The SDTM datasets of a run, searched by subject."""

    datasets: Mapping[str, Dataset]
    feeds: Feeds
    _positions: dict[str, Mapping[str, np.ndarray]] = field(default_factory=dict)
    _numbers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.datasets["DM"].frame["USUBJID"] if "DM" in self.datasets else ():
            for start in range(name.count("-") + 1):
                self._numbers.setdefault(name.split("-", start)[-1], name)

    def subject(self, named: str) -> str:
        """The USUBJID of a subject that a finding names by it or by its study number; ``""`` where DM has none."""
        return self._numbers.get(named, "")

    def positions(self, dataset: str, subject: str) -> np.ndarray:
        """Positions of the subject's records in a dataset."""
        if dataset not in self._positions:
            frame = self.datasets[dataset].frame
            found = frame.groupby("USUBJID", sort=False).indices if "USUBJID" in frame else {}
            self._positions[dataset] = {str(name): np.asarray(rows, dtype=np.int64) for name, rows in found.items()}
        return self._positions[dataset].get(subject, np.empty(0, dtype=np.int64))

    def find(self, finding: Mapping[str, str]) -> Place | None:
        """Where the finding's value stands; None where there is no such record, as of a row that was left out.

        A finding that was made before any record existed is found by its cell.
        """
        dataset, variable = finding["dataset"], finding["variable"]
        if dataset not in self.datasets or variable not in self.datasets[dataset].frame:
            return None
        subject = self.subject(finding["subject"])
        own = self.positions(dataset, subject)
        if finding["record"]:
            position = int(finding["record"]) - 1
            return Place(dataset, position, variable) if position in own else None
        if not finding["source"]:
            return None
        for position in own.tolist():
            place = Place(dataset, position, variable)
            if finding["source"] in self._cells(place):
                return place
        return None

    def from_same_cell(self, place: Place, subject: str) -> tuple[Place, ...]:
        """The values of the subject that stand or fall with one: the same text, of the same cell.

        In data without cells, collection dates of one visit with one text. A standardised result goes with the original.
        """
        place = self.standard(place)
        value = self.text(place)
        cells = self._cells(place)
        is_date = self.datasets[place.dataset].spec.by_name[place.variable].is_iso_date
        found = {place}
        for other in self._alike(place, subject, value, is_date):
            same = bool(cells & self._cells(other)) if cells else self._of_one_visit(place, other)
            if same:
                found.add(other)
        originals = {original for each in found if (original := self._other_form(each, STANDARD)) is not None}
        return tuple(sorted(found | originals))

    def standard(self, place: Place) -> Place:
        """The standardised result of the record where the place is the result as it was collected; else the place itself."""
        return self._other_form(place, ORIGINAL) or place

    def _other_form(self, place: Place, suffix: str) -> Place | None:
        name = f"{place.dataset}{ORIGINALS[suffix]}"
        is_result = place.variable == f"{place.dataset}{suffix}"
        return place._replace(variable=name) if is_result and name in self.datasets[place.dataset].frame else None

    def _alike(self, place: Place, subject: str, value: str, is_date: bool) -> Iterator[Place]:
        for name, dataset in self.datasets.items():
            positions = self.positions(name, subject)
            for variable in dataset.spec.names if len(positions) else ():
                if variable not in dataset.frame:
                    continue
                if (
                    self.feeds.family(name, variable, dataset.spec.by_name[variable].is_iso_date)
                    != ("date" if is_date else "response")
                    or variable == f"{name}{ORIGINAL}"
                ):
                    continue
                texts = dataset.frame[variable].to_numpy()
                for position in positions[texts[positions] == value].tolist():
                    if (name, position, variable) != place:
                        yield Place(name, position, variable)

    def _of_one_visit(self, place: Place, other: Place) -> bool:
        visits = []
        for each in (place, other):
            frame = self.datasets[each.dataset].frame
            if each.variable != f"{each.dataset}DTC" or "VISITNUM" not in frame:
                return False
            visits.append(frame["VISITNUM"].iat[each.position])
        return bool(visits[0] == visits[1])

    def text(self, place: Place) -> str:
        """The text that stands there now."""
        return str(self.datasets[place.dataset].frame[place.variable].iat[place.position])

    def _cells(self, place: Place) -> frozenset[str]:
        dataset = self.datasets[place.dataset]
        if dataset.lineage is None:
            return frozenset()
        return frozenset(str(source) for source, _ in dataset.trace(place.position, place.variable).cells())
