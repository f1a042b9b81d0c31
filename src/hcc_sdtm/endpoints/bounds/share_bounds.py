"""The bounds of a proportion of subjects: those with a response, and those with a value among those with an event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from hcc_sdtm.endpoints.bounds.bound import Bound
from hcc_sdtm.endpoints.bounds.open_outcomes import Open, Responses
from hcc_sdtm.endpoints.bounds.ratio_limits import Shares, count_bound
from hcc_sdtm.endpoints.listed.analysis_data import Mask, Positions, Records
from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet, Population, build_analysis_set
from hcc_sdtm.spec.endpoints import CategoriesEndpoint, ProportionEndpoint


@dataclass(frozen=True)
class ProportionBounds:
    """The bounds of a share of a population's subjects with a response.

    By subject number ``members`` says who is in the population, and ``x``, ``n`` and ``has_record`` who has the response, is
    in the denominator, and has a record, as analysed. ``options`` has a row for each that an affected subject can have, in
    order of subject: its number, then the same three as 0 and 1. ``unknown`` are the subjects who have too many completions.
    """

    members: Mask
    x: Mask
    n: Mask
    has_record: Mask
    options: Positions
    unknown: Positions
    has_where: bool

    @classmethod
    def of(
        cls,
        endpoint: ProportionEndpoint,
        population: Population,
        adrs: Records,
        responses: Responses,
        unknown: Positions,
    ) -> ProportionBounds:
        """Those of an endpoint; an ``unknown`` subject may have the response or not, and be left out or not."""
        x, n, has_record = responses_of(endpoint, population, adrs)
        counts = np.array([response_counts(endpoint, each) for each in responses.values], dtype=np.int64).reshape(-1, 3)
        inside = population.members[responses.subject]
        subject, unknown = responses.subject[inside], unknown[population.members[unknown]]
        parts = [_options(subject, *counts[responses.place[inside]].T)]
        if endpoint.where:
            parts.append(_options(subject, 0, n[subject], 0))
        either = [(1, 1, 1), (0, 1, 1), (0, 1, 0), *([(0, 0, 0)] if endpoint.among else [])]
        parts += [_options(unknown, *each) for each in either]
        is_affected = np.zeros(len(x), dtype=bool)
        is_affected[subject] = is_affected[unknown] = True
        affected = np.flatnonzero(is_affected)
        is_option = np.zeros(8 * len(x), dtype=bool)
        for each in (*parts, _options(affected, x[affected], n[affected], has_record[affected])):
            is_option[each] = True
        options = np.flatnonzero(is_option)
        columns = np.column_stack([options >> 3, options >> 2 & 1, options >> 1 & 1, options & 1])
        return cls(population.members, x, n, has_record, columns, unknown, bool(endpoint.where))

    def within(self, members: Mask) -> ProportionBounds:
        """Those of the subjects of a group."""
        options, unknown = self.options[members[self.options[:, 0]]], self.unknown[members[self.unknown]]
        return replace(self, members=members, options=options, unknown=unknown)

    @property
    def is_wide(self) -> bool:
        """Whether there are options that no completion has."""
        return (self.has_where and len(self.options) > 0) or len(self.unknown) > 0

    @cached_property
    def shares(self) -> Shares:
        """The number with the response, and that of the denominator."""
        fixed = self._fixed
        sums = int((self.x & fixed).sum()), int((self.n & fixed).sum())
        return Shares(*sums, self.options[:, 1], self.options[:, 2], self._first)

    @cached_property
    def _first(self) -> Positions:
        """Where the options of each affected subject begin."""
        return np.flatnonzero(np.diff(self.options[:, 0], prepend=-1))

    @cached_property
    def _fixed(self) -> Mask:
        """The subjects who have one option only."""
        fixed = self.members.copy()
        fixed[self.options[:, 0]] = False
        return fixed

    def bound(self, measure: str) -> Bound | None:
        """The bound of a row; None of a measure that has none here."""
        found = self._bound(measure)
        return found.as_certain() if found and self.is_wide else found

    def _bound(self, measure: str) -> Bound | None:
        match measure:
            case "proportion":
                return self.shares.percentage()
            case "number":
                return self.shares.number()
            case "subjects":
                return self.shares.denominator()
            case "left-out":
                inside = self.shares.denominator()
                size = int(self.members.sum())
                return Bound(size - inside.greatest, size - inside.least, inside.label)
            case "no-record":
                without = int((self.n & ~self.has_record & self._fixed).sum())
                return count_bound(without, self.options[:, 2] * (1 - self.options[:, 3]), self._first)
        return None


def _options(subject: Positions, x: ArrayLike, n: ArrayLike, has_record: ArrayLike) -> Positions:
    """Options of subjects as one number each: whether they count in the number and in the denominator, and have a record."""
    bits = (np.asarray(each, dtype=np.int64) for each in (x, n, has_record))
    return subject << 3 | sum(bit << place for bit, place in zip(bits, (2, 1, 0), strict=True))


def responses_of(endpoint: ProportionEndpoint, population: Population, adrs: Records) -> tuple[Mask, Mask, Mask]:
    """By subject number whether it has the response, is in the denominator, and has a record, as analysed."""
    n = population.members.copy()
    if endpoint.among:
        among = build_analysis_set(
            adrs, endpoint.among.parameter, {"AVALC": endpoint.among.values}, population, endpoint.no_record
        )
        n = np.zeros(len(n), dtype=bool)
        n[among.subjects] = True
    chosen = build_analysis_set(
        adrs, endpoint.parameter, endpoint.where, Population(population.group, n), endpoint.no_record
    )
    codes, texts = chosen.texts("AVALC")
    is_wanted = np.array([text in endpoint.values for text in texts], dtype=bool)
    x, has_record = np.zeros(len(n), dtype=bool), np.zeros(len(n), dtype=bool)
    x[chosen.subjects[is_wanted[codes]]] = True
    has_record[chosen.subjects] = True
    return x, n, has_record


def response_counts(endpoint: ProportionEndpoint, values: tuple[str, ...]) -> tuple[int, int, int]:
    """Whether responses count in the number, in the denominator, and are of a record; ``values`` are AVALC of the parameter,
    and of that of the denominator."""
    n = int(endpoint.among is None or values[1] in endpoint.among.values)
    return n * int(values[0] in endpoint.values), n, n * int(values[0] != "")


class CategoryBounds:
    """The bounds of the shares of a variable's values among those with an event."""

    def __init__(self, endpoint: CategoriesEndpoint, population: Population, chosen: AnalysisSet, found: Open) -> None:
        codes, self.texts = chosen.records.subjects.texts(endpoint.variable)
        self.endpoint, self.size = endpoint, population.size
        had = np.zeros(len(codes), dtype=bool)
        had[chosen.subjects] = True
        cause, time = found.column("CAUSE"), found.column("AVAL")
        with np.errstate(invalid="ignore"):
            has_event = (found.column("CNSR") == 0) & (time >= 0) & (time < np.inf)
        has_event &= (cause == endpoint.cause) | (np.isnan(cause) & (endpoint.cause == 1))
        inside = population.members[found.subject]
        unknown = found.unknown[population.members[found.unknown]]
        is_affected = np.zeros(len(codes), dtype=bool)
        is_affected[found.subject[inside]] = is_affected[unknown] = True
        affected = np.flatnonzero(is_affected)
        # who has too many completions may have it or not; a record that ``where`` does not take may be another one
        either = np.concatenate([unknown, affected]) if endpoint.where else unknown
        none = np.zeros(len(either), dtype=bool)
        subject = np.concatenate([affected, found.subject[inside], unknown, either])
        is_in = np.concatenate([had[affected], has_event[inside], np.ones(len(unknown), dtype=bool), none])
        order = np.argsort(subject, kind="stable")
        self.subject, self.is_in = subject[order], is_in[order]
        self.first = (
            np.flatnonzero(np.append(True, np.diff(self.subject) > 0)) if len(subject) else np.empty(0, np.int64)
        )
        self.codes, self.fixed = codes, had & population.members
        self.fixed[affected] = False
        self.is_wide = bool(len(unknown)) or bool(endpoint.where and len(affected))

    def bound(self, measure: str, cause: str) -> Bound | None:
        """The bound of a row: of a category, or of all with the event; None of a measure that has none here."""
        if cause and cause not in (*self.texts, self.endpoint.missing):
            return None
        texts = ["" if cause == self.endpoint.missing and cause not in self.texts else cause] if cause else self.texts
        wanted = np.array([text in texts for text in self.texts], dtype=bool)[self.codes]
        n = self.is_in.astype(np.int64)
        x = n * wanted[self.subject]
        shares = Shares(int((self.fixed & wanted).sum()), int(self.fixed.sum()), x, n, self.first)
        if measure == "proportion":
            found = shares.percentage()
        elif measure == "count" and cause:
            found = shares.number()
        elif measure == "subjects":
            found = shares.denominator()
        elif measure == "left-out":
            inside = shares.denominator()
            found = Bound(self.size - inside.greatest, self.size - inside.least, inside.label)
        else:
            return None
        return found.as_certain() if self.is_wide else found
