"""One block in the making: which columns of a site are meant by what a template names, and its conditions in their texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hcc_sdtm.drafting.export.found_tables import FoundColumn
from hcc_sdtm.drafting.export.site import Bound, Site
from hcc_sdtm.drafting.knowledge.concept import Concept, agree
from hcc_sdtm.drafting.knowledge.header_key import plain
from hcc_sdtm.drafting.knowledge.template import Ref, RefCondition, RefJoin
from hcc_sdtm.drafting.placing.placing import Candidate, PlacedTable

UNBOUND_VERBS = ("identifying", "hospital", "subject", "ignore", "comment")
MOST_TERMS = 60
"""Distinct texts of a column that are looked up; a column with more of them is no coded one."""

_TIMING = ("DTC", "VISITNUM")
_READ_AS = {"ORRES": "STRESC", "TRT": "DECOD"}
"""The end of the variable as whose terms the texts of another may be read."""

_Rank = tuple[bool, bool, bool, float, int]


class UnboundError(Exception):
    """A rule or a condition names a column, or a value, that the site does not have."""


@dataclass
class Binder:
    """A table, and the column that makes its rows records of a test, a category and a number.

    ``mask`` are the rows that the block's condition takes; ``used`` the columns of its table that its rules read;
    ``targets`` the unit that a number becomes, by the end of its variable (STRESN, DOSE).
    """

    site: Site
    placed: PlacedTable
    domain: str
    topic: FoundColumn | None = None
    test: str = ""
    category: str = ""
    number: int = 0
    mask: np.ndarray | None = None
    targets: Mapping[str, str] = field(default_factory=dict)
    used: dict[str, None] = field(default_factory=dict)

    def on(self, placed: PlacedTable) -> Binder:
        """The same block's view of another table."""
        return Binder(self.site, placed, self.domain, None, self.test, self.category, self.number)

    def find(self, ref: Ref, others: bool = False) -> Bound | None:
        """The column that is meant: of the block's table, or with ``others`` of another table with one row a subject."""
        tables = [self.placed]
        if others:
            tables += [
                each for each in self.site.tables if each.table.name in self.site.one_row and each is not self.placed
            ]
        for placed in tables:
            for concept in ref.concepts:
                found = self._best(placed, concept)
                if found is not None:
                    return found
        return None

    def variable(self, end: str) -> Bound | None:
        """The column of the block's table that is the domain's variable with this end."""
        return self.find(Ref((Concept(self.domain, f"{self.domain}{end}"),)))

    def _best(self, placed: PlacedTable, concept: Concept) -> Bound | None:
        best: tuple[_Rank, Bound] | None = None
        for at, column in enumerate(placed.table.columns):
            if column.name in self.site.hidden:
                continue
            for candidate in placed.candidates.get(column.name, ()):
                if not self.meets(placed, candidate, concept):
                    continue
                rank = (
                    column.name not in placed.table.lasting,
                    candidate.number == self.number,
                    self.topic is not None and column.name == self.topic.name,
                    candidate.score + 0.05 * bool(candidate.concept.category and self.category),
                    -at,
                )
                if best is None or rank > best[0]:
                    best = rank, Bound(placed, column, candidate)
        return None if best is None else best[1]

    def meets(self, placed: PlacedTable, candidate: Candidate, concept: Concept) -> bool:
        """Whether a column that may be ``candidate`` can be the ``concept`` that is asked for, in this block."""
        have = candidate.concept
        if candidate.verb in UNBOUND_VERBS or candidate.number not in (0, self.number):
            return False
        if have.name_in(self.domain) != concept.name_in(self.domain):
            return False
        if have.is_generic:
            if not (concept.is_generic or concept.domain == self.domain) or not self._is_at_home(placed, have):
                return False
        elif have.domain != (self.domain if concept.is_generic else concept.domain):
            return False
        is_own = have.is_generic or have.domain == self.domain
        return not is_own or (agree(have.test, self.test) and agree(have.category, self.category))

    def _is_at_home(self, placed: PlacedTable, concept: Concept) -> bool:
        """Whether a generic column is one of this domain: a finding's date is of any, a start date of what the table holds."""
        is_timing = concept.variable.endswith(_TIMING) and not concept.variable.endswith(("STDTC", "ENDTC"))
        return is_timing or not placed.topics or self.domain in placed.topics

    def condition(self, condition: RefCondition) -> Any:
        """The condition as a mapping writes it; raises UnboundError where a column or a value of it is not here."""
        if isinstance(condition, RefJoin):
            return self._join(condition)
        bound = self.find(condition.ref)
        if bound is None:
            raise UnboundError(str(condition.ref))
        name = bound.column.name
        self.used[name] = None
        if condition.test in ("present", "absent"):
            return {name: condition.test}
        if condition.terms:
            texts = self.typed(bound, condition.terms)
        else:
            is_visit = bound.candidate.concept.variable == "VISITNUM"
            known = set(bound.column.profile.texts)
            texts = [text for text in condition.texts if is_visit or text in known]
        if not texts:
            raise UnboundError(f"{name}: {', '.join(condition.terms or condition.texts)}")
        return equals(name, texts, condition.test)

    def _join(self, join: RefJoin) -> Any:
        parts, lost = [], False
        for part in join.parts:
            try:
                parts.append(self.condition(part))
            except UnboundError:
                lost = True
        if not parts or (lost and join.how != "any"):
            raise UnboundError(join.how)
        if join.how == "not":
            return {"not": parts[0]}
        return parts[0] if len(parts) == 1 else {join.how: parts}

    def typed(self, bound: Bound, terms: Sequence[str]) -> list[str]:
        """The texts that are one of the terms: of a column, of others of its name or kind, or of its code list."""
        column, kind = bound.column, bound.candidate.concept
        texts = dict.fromkeys([*column.profile.texts[:MOST_TERMS], *column.codes])
        for placed in self.site.tables:
            for other in placed.table.columns:
                best = placed.best(other.name)
                is_kind = placed is bound.placed and best is not None and best.concept == kind
                if other.name == column.name or is_kind:
                    texts |= dict.fromkeys(other.profile.texts[:MOST_TERMS])
        wanted = set(terms)
        return [text for text in texts if self._term(text, bound, wanted) in wanted]

    def _term(self, text: str, bound: Bound, wanted: set[str]) -> str:
        label = bound.column.codes.get(text, "")
        variable = bound.candidate.concept.name_in(self.domain)
        asked = [variable]
        if variable[2:] in _READ_AS:
            asked.append(self.domain + _READ_AS[variable[2:]])
        if wanted <= {"Y", "N"}:
            asked.append("FLAG")
        for name in asked:
            found = self.site.finders.of(self.domain, name, self.test).find(text, label)
            if found is not None:
                return found.term
        return next((term for term in wanted if plain(term) == plain(label or text)), "")


def equals(name: str, texts: Sequence[str], test: str = "equals") -> Any:
    """The condition that a column has one of the texts."""
    if len(texts) == 1 and test in ("equals", "in"):
        return {name: {"equals": texts[0]}}
    return {name: {"in" if test == "equals" else test: list(texts)}}


def joined(conditions: Sequence[Any]) -> Any:
    """All of the conditions; None for none."""
    return None if not conditions else conditions[0] if len(conditions) == 1 else {"all": list(conditions)}


def rows_met(condition: Any, placed: PlacedTable, site: Site) -> np.ndarray | None:
    """The rows that a condition of a draft takes; None for no condition, or one that a draft itself does not write."""
    return None if condition is None else next(_masks(condition, placed, site), None)


def _masks(condition: Any, placed: PlacedTable, site: Site) -> Iterator[np.ndarray]:
    ((key, value),) = condition.items()
    if key in ("any", "all"):
        masks = [mask for part in value for mask in _masks(part, placed, site)]
        if len(masks) == len(value):
            yield np.logical_or.reduce(masks) if key == "any" else np.logical_and.reduce(masks)
        return
    column = placed.table.by_name.get(key)
    if column is None:
        return
    codes, distinct = pd.factorize(column.texts)
    texts = [str(text).strip() for text in distinct]
    if value == "present":
        met = [not site.is_missing(text) for text in texts]
    elif isinstance(value, Mapping) and set(value) <= {"equals", "in"}:
        listed = next(iter(value.values()))
        wanted = {plain(text) for text in ([listed] if isinstance(listed, str) else listed)}
        met = [plain(text) in wanted for text in texts]
    else:
        return
    yield np.array([*met, False], dtype=bool)[codes]
