"""The answers that a finding's cell can have, as what would be written into the records.

Knows the kinds of answers (`answer_rules.KINDS`). An answer is the edits that it makes: what is recorded now makes none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.completions import possible_days
from hcc_sdtm.dates.iso import bounds, from_days
from hcc_sdtm.impact.answer_rules import RuleAnswers
from hcc_sdtm.impact.located import Located, Place
from hcc_sdtm.impact.possible_days import Days, PossibleDays

DAY = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
DEATH_FLAG = Place("DM", 0, "DTHFL")
NAMING = ("candidates", "named-term", "completions")
"""Kinds whose answers are known, that which knows most first: the first that has an answer counts, and days and terms that
nothing names are then left out."""

UNNAMED = ("any-day", "terms")


class Edit(NamedTuple):
    """A text that is written into a value; None takes the record away."""

    place: Place
    text: str | None


Answer = tuple[Edit, ...]


@dataclass(frozen=True)
class CellAnswers:
    """The answers to one cell beside what is recorded; ``is_whole`` says that no possible one was left out."""

    answers: tuple[Answer, ...]
    is_whole: bool = True


@dataclass
class Answering:
    """Makes the answers to the findings of a run."""

    located: Located
    days: PossibleDays
    _terms: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)

    def answers(
        self, place: Place, subject: str, family: str, asked: Sequence[tuple[RuleAnswers, Mapping[str, str]]]
    ) -> CellAnswers:
        """The answers to a value that one or more findings doubt, each given with the line of its rule."""
        places = self.same_answer(place, subject, family)
        kinds = {kind: finding for rule, finding in asked for kind in rule.of(family)}
        named = (self._texts(kind, place, subject, kinds[kind]) for kind in NAMING if kind in kinds)
        found = next((each for each in named if each.texts), _Texts())
        if not found.texts and (kind := next((kind for kind in UNNAMED if kind in kinds), "")):
            found = self._texts(kind, place, subject, kinds[kind])
        now = self.located.text(self.located.standard(place))
        texts = [text for text in found.texts if text != now]
        answers: list[Answer] = [tuple(Edit(each, text) for each in places) for text in texts]
        if "with-without" in kinds:
            answers += self._therapies(place)
        if "no-record" in kinds:
            answers.append(self._without_record(places))
        return CellAnswers(tuple(dict.fromkeys(answers)), found.is_whole)

    def same_answer(self, place: Place, subject: str, family: str) -> tuple[Place, ...]:
        """The values that an answer to one of them is written into, in order."""
        return self.located.from_same_cell(place, subject) if family in ("date", "response") else (place,)

    def _texts(self, kind: str, place: Place, subject: str, finding: Mapping[str, str]) -> _Texts:
        if kind == "candidates":
            return _Texts(tuple(DAY.findall(finding["expected"])))
        if kind == "completions":
            return self._completions(place)
        if kind == "named-term":
            terms = self._known_terms(place)
            return _Texts((finding["expected"],) if finding["expected"] in terms else ())
        if kind == "terms":
            return _Texts(self._known_terms(place))
        days: Days | None = self.days.between_neighbours(place, subject, finding["expected"])
        return _Texts() if days is None else _Texts(days.texts, days.is_whole)

    def _completions(self, place: Place) -> _Texts:
        text = self.located.text(place)
        ends = bounds(pd.Series([text], dtype=object))
        first, last = float(ends["earliest"].iloc[0]), float(ends["latest"].iloc[0])
        if np.isnan(first) or np.isnan(last) or first == last:
            return _Texts()
        return _Texts(tuple(from_days(pd.Series(possible_days(text, self.days.cutoff)))))

    def _known_terms(self, place: Place) -> tuple[str, ...]:
        """The texts of the standardised variable in records of the same test and category."""
        place = self.located.standard(place)
        frame = self.located.datasets[place.dataset].frame
        same = [name for name in (f"{place.dataset}TESTCD", f"{place.dataset}CAT") if name in frame]
        own = tuple(str(frame[name].iat[place.position]) for name in same)
        key = (place.dataset, place.variable, "\x1f".join(own))
        if key not in self._terms:
            mask = np.ones(len(frame), dtype=bool)
            for name, text in zip(same, own, strict=True):
                mask &= frame[name].to_numpy() == text
            self._terms[key] = tuple(sorted(set(frame[place.variable].to_numpy()[mask].tolist()) - {""}))
        return self._terms[key]

    def _therapies(self, place: Place) -> list[Answer]:
        frame = self.located.datasets[place.dataset].frame
        with_each = [
            tuple(
                Edit(place._replace(variable=name), texts[0])
                for name, texts in where.items()
                if str(frame[name].iat[place.position]) not in texts
            )
            for where in self.located.feeds.therapies.get(place.dataset, ())
            if set(where) <= set(frame.columns)
        ]
        return [each for each in with_each if each] + [(Edit(place, None),)]

    def _without_record(self, places: Sequence[Place]) -> Answer:
        """The records taken away; a subject stays in DM, without the value."""
        edits: list[Edit] = []
        for place in places:
            if place.dataset != "DM":
                edits.append(Edit(place, None))
                continue
            edits.append(Edit(place, ""))
            if place.variable == "DTHDTC" and "DTHFL" in self.located.datasets["DM"].frame:
                edits.append(Edit(DEATH_FLAG._replace(position=place.position), ""))
        return tuple(edits)


class _Texts(NamedTuple):
    """What could stand there; ``is_whole`` is whether no day between was left out."""

    texts: tuple[str, ...] = ()
    is_whole: bool = True
