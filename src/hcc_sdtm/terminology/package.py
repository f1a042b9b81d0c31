"""A published package of controlled terminology as values: a standard's codelists on one date. Nothing here reads a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True)
class PublishedTerm:
    """One term: its NCI code, its submission value, and its synonyms without the value itself."""

    code: str
    value: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublishedCodelist:
    """One codelist: its NCI code, its short name (its own submission value), and its terms in the order of the file."""

    code: str
    name: str
    label: str
    extensible: bool
    terms: tuple[PublishedTerm, ...]

    @cached_property
    def by_value(self) -> Mapping[str, PublishedTerm]:
        """Terms by submission value."""
        return {term.value: term for term in self.terms}

    @cached_property
    def by_code(self) -> Mapping[str, PublishedTerm]:
        """Terms by NCI code; a code that two terms share names none."""
        codes = Counter(term.code for term in self.terms)
        return {term.code: term for term in self.terms if codes[term.code] == 1}

    @cached_property
    def by_folded(self) -> Mapping[str, PublishedTerm]:
        """Terms by case-folded value or synonym; a synonym never hides a value."""
        folded = {synonym.casefold(): term for term in self.terms for synonym in term.synonyms}
        return folded | {term.value.casefold(): term for term in self.terms}


@dataclass(frozen=True)
class Package:
    """A package: its standard (``SDTM``, ``ADaM``), its date as ISO text, and its codelists by NCI code."""

    standard: str
    date: str
    codelists: Mapping[str, PublishedCodelist] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    """Synonyms that a table of codelists cannot hold."""

    def __str__(self) -> str:
        return f"{self.standard} CT {self.date}"
