"""Typed texts to controlled terms: by the codelists, by ``term_synonyms.csv``, by what other sites' mappings approved.

Knows words, not columns. Guesses nothing that a reader cannot check: a term is exact, a synonym, the text of a code, one of
the two names in ``完全缓解(CR)``, several drugs joined, or the one term that has all the words that were typed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from hcc_sdtm.drafting.knowledge.data_tables import read_rows
from hcc_sdtm.drafting.knowledge.header_key import plain
from hcc_sdtm.spec.model import Codelist

MISSING_LIST = "MISSING"
DRUG_LIST = "DRUG"
COMBINED_BY = " + "

_TWO_NAMES = re.compile(r"(.+?)\s*[(（\[［]([^()（）\[\]［］]+)[)）\]］]\s*")
_JOINED = re.compile(r"\s*(?:[+＋&]|联合|,|、|;|\bplus\b|\band\b|\bund\b|\bet\b|\bwith\b)\s*", re.IGNORECASE)
_MARKS = re.compile("[®™©]")
_WORDS = re.compile(r"[a-z]+|[0-9]+")
_SAYS_NOTHING = frozenset(["a", "the", "of", "per", "by", "in", "on", "at", "to", "x"])
_SAME_WORDS = {"nodes": "node", "lungs": "lung", "bones": "bone", "weekly": "week", "weeks": "week", "time": "times"}


@dataclass(frozen=True, slots=True)
class Found:
    """The term of a typed text, how it was found, and whether that leaves a doubt."""

    term: str
    how: str
    is_sure: bool = True


@dataclass(frozen=True)
class TermFinder:
    """Finds terms of one variable: ``lists`` are its codelists, ``names`` those of the synonym table that serve it.

    ``approved`` gives (term, site) by the plain form of what other sites typed; ``wanted`` the terms that they use.
    """

    lists: tuple[Codelist, ...] = ()
    names: tuple[str, ...] = ()
    approved: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    wanted: tuple[str, ...] = ()

    @cached_property
    def allowed(self) -> frozenset[str] | None:
        """The only terms that may be given; None where a sponsor's own may be."""
        if not self.lists or any(each.extensible for each in self.lists):
            return None
        return frozenset(term for each in self.lists for term in each.terms)

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """Every term that is known: those that other sites use first."""
        listed = [term for each in self.lists for term in each.terms]
        return tuple(dict.fromkeys([*self.wanted, *listed, *self._synonyms.values()]))

    @cached_property
    def is_open(self) -> bool:
        """Whether no list of terms is known at all."""
        return not self.terms

    def find(self, typed: str, label: str = "") -> Found | None:
        """The term of a typed text; ``label`` is what a code list says of it. None where no term is near."""
        text = plain(typed)
        if text in self.approved and not label and not _is_code(typed):
            term, site = self.approved[text]
            if self._may(term):
                return Found(term, f"like site {site}")
        found = self._named(label or typed)
        if found is None or (not label and _is_code(typed) and plain(found.term) != text):
            return None  # a code without its list means what its hospital says
        found = replace(found, how=f'"{label}"') if label else found
        called = self._called.get(found.term)
        return (
            found
            if called is None
            else Found(called[0], f"{found.how}, {found.term}, which site {called[1]} calls so", False)
        )

    @cached_property
    def _called(self) -> Mapping[str, tuple[str, str]]:
        """What other sites call a term that their typed texts have by themselves, and which site."""
        found = {}
        for text, (term, site) in self.approved.items():
            own = None if _is_code(text) else self._named(text)
            if own is not None and own.term != term and own.is_sure and self._may(term) and own.term not in self.wanted:
                found[own.term] = (term, site)
        return found

    def nearest(self, typed: str) -> str:
        """The most similar known term; ``""`` where none comes near, as none does to a code."""
        if _is_code(typed):
            return ""
        close = difflib.get_close_matches(plain(typed), self._plain_terms, n=1, cutoff=0.6)
        return self._plain_terms[close[0]] if close else ""

    def _named(self, typed: str) -> Found | None:
        text = plain(_MARKS.sub("", typed))
        exact = self._exact(text)
        if exact:
            return exact
        pair = _TWO_NAMES.fullmatch(_MARKS.sub("", typed))
        if pair:
            found = [each for each in map(self._named, (pair[1], pair[2])) if each]
            if found and (len({each.term for each in found}) == 1 or found[0].is_sure):
                return found[0]
        parts = [part for part in _JOINED.split(typed) if part]
        if len(parts) > 1 and DRUG_LIST in self.names:
            several = [self._named(part) for part in parts]
            if all(several):
                joined = COMBINED_BY.join(each.term for each in several if each)
                return Found(joined, "synonyms", all(each.is_sure for each in several if each))
        return self._by_words(text)

    def _exact(self, text: str) -> Found | None:
        for term in self.wanted:
            if plain(term) == text:
                return Found(term, "the term itself")
        for each in self.lists:
            if text in _folded(each):
                return Found(_folded(each)[text], f"codelist {each.name}")
        term = self._synonyms.get(text, "")
        return Found(term, "synonym") if term and self._may(term) else None

    def _by_words(self, text: str) -> Found | None:
        """The only term with the same words; of the terms of other sites also the only one that has every word of the text."""
        words = _words(text)
        if not words or not text.isascii() or max(map(len, words)) < 3:
            return None
        same = [term for term in self.terms if _words(plain(term)) == words]
        if len(set(same)) == 1:
            return Found(same[0], "its words")
        having = [term for term in self.wanted if words <= _words(plain(term))]
        shortest = min((len(_words(plain(term))) for term in having), default=0)
        best = [term for term in having if len(_words(plain(term))) == shortest]
        return Found(best[0], "its words", False) if len(best) == 1 and shortest <= len(words) + 2 else None

    def _may(self, term: str) -> bool:
        return self.allowed is None or term in self.allowed

    @cached_property
    def _synonyms(self) -> Mapping[str, str]:
        known = read_term_synonyms()
        found: dict[str, str] = {}
        for name in self.names:
            for text, term in known.get(name, {}).items():
                found.setdefault(text, term)
        wanted = set(self.wanted)
        for synonyms in known.values() if wanted else ():
            for text, term in synonyms.items():
                if term in wanted:
                    found.setdefault(text, term)
        return found

    @cached_property
    def _plain_terms(self) -> Mapping[str, str]:
        return {plain(term): term for term in reversed(self.terms)}


@cache
def read_term_synonyms() -> Mapping[str, Mapping[str, str]]:
    """Term by the plain form of what is typed, by list."""
    lists: dict[str, dict[str, str]] = {}
    for row in read_rows("term_synonyms.csv"):
        for text in row["typed"].split("|"):
            lists.setdefault(row["list"], {}).setdefault(plain(text), row["term"])
    return lists


def missing_texts() -> Collection[str]:
    """The plain forms of texts that may stand for no value."""
    return read_term_synonyms()[MISSING_LIST]


_FOLDED: dict[int, tuple[Codelist, Mapping[str, str]]] = {}
"""What `_folded` gave, by the list's identity; the list is kept with it, so that no other can have it."""


def _folded(codelist: Codelist) -> Mapping[str, str]:
    """Term by the plain form of the term or a synonym of it."""
    if id(codelist) not in _FOLDED:
        folded = {plain(text): term for text, term in reversed(list(codelist.by_folded.items()))}
        _FOLDED[id(codelist)] = (codelist, folded)
    return _FOLDED[id(codelist)][1]


@cache
def _words(text: str) -> frozenset[str]:
    words = (_SAME_WORDS.get(word, word) for word in _WORDS.findall(text))
    return frozenset(word for word in words if word not in _SAYS_NOTHING)


def _is_code(typed: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}", typed.strip()))


def lists_named(names: Iterable[str], codelists: Mapping[str, Codelist]) -> tuple[Codelist, ...]:
    """The codelists of these names that the specs have."""
    return tuple(codelists[name] for name in names if name in codelists)


def shown(texts: Sequence[str], most: int = 4, longest: int = 24) -> str:
    """A few of the texts, each shortened, for a comment."""
    cut = [" ".join(text.split()) for text in texts[:most]]
    cut = [text if len(text) <= longest else text[: longest - 1] + "…" for text in cut]
    return ", ".join(cut) + (" .." if len(texts) > most else "")
