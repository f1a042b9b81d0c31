"""What a package changes in a study's codelists: one `ListUpdate` for each, before anything is written.

A term is known by its NCI code: the same code with another submission value is a term renamed. A study's own terms stay in
an extensible codelist and are taken over where the package has them itself. A codelist of the study that has the code of
another and a part of its terms (``NY_YN`` beside ``NY``) stays that part. Nothing here reads or writes a file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from hcc_sdtm.spec.model import Codelist
from hcc_sdtm.terminology.package import Package, PublishedCodelist, PublishedTerm


@dataclass(frozen=True, slots=True)
class TermAfter:
    """A term as the study will have it: its NCI code, ``""`` for the study's own, and its synonyms."""

    code: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Renamed:
    """A term that has another submission value under the same NCI code."""

    code: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class SynonymChange:
    """Synonyms of one term that came and went."""

    term: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactChange:
    """Another label of a codelist, another answer to whether it is extensible, or another code of a term."""

    what: str
    old: str
    new: str


@dataclass(frozen=True)
class ListUpdate:
    """One codelist of the study before and after. ``published`` None: the package does not have it; it stays as it is.

    ``added`` and ``removed`` are published terms by code; ``adopted`` own terms that the package has itself now; ``near``
    own terms and the published term that has each as a synonym, or in other letters; ``not_allowed`` own terms of a codelist
    that is not extensible any more; ``own`` those that stay; ``own_synonyms`` what the study itself has added to terms.
    """

    name: str
    now: Codelist
    published: PublishedCodelist | None
    is_subset: bool = False
    after: Mapping[str, TermAfter] = field(default_factory=dict)
    added: tuple[PublishedTerm, ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    renamed: tuple[Renamed, ...] = ()
    adopted: tuple[str, ...] = ()
    near: tuple[tuple[str, str], ...] = ()
    not_allowed: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    synonyms: tuple[SynonymChange, ...] = ()
    own_synonyms: tuple[SynonymChange, ...] = ()
    facts: tuple[FactChange, ...] = ()

    @property
    def label(self) -> str:
        """The codelist's label afterwards: the published one, a subset's own."""
        return self.now.label if self.published is None or self.is_subset else self.published.label

    @property
    def extensible(self) -> bool:
        """Whether the codelist is extensible afterwards; a subset is as the study says."""
        return self.now.extensible if self.published is None or self.is_subset else self.published.extensible

    @property
    def has_changes(self) -> bool:
        """Whether anything that a study's file has is another afterwards."""
        changes = (self.added, self.removed, self.renamed, self.adopted, self.not_allowed, self.synonyms, self.facts)
        return self.published is None or any(changes)


def compare_codelists(
    codelists: Mapping[str, Codelist],
    below: Mapping[str, Codelist],
    whole: Collection[str],
    package: Package,
    of_standard: Collection[str],
) -> dict[str, ListUpdate]:
    """The update of every codelist that the package has, and of every one of its standard that it does not have.

    ``codelists`` are those in effect, ``below`` those of the folders under the study's own, ``whole`` the names of those that
    the study's own file has whole (`hcc_sdtm.spec.codelists`), ``of_standard`` the names of those of the package's standard.
    """
    main = _main_lists(codelists, package)
    updates: dict[str, ListUpdate] = {}
    for name, now in codelists.items():
        published = package.codelists.get(now.code) if now.code else None
        if published is not None:
            under = below.get(name)
            is_overlay = under is not None and name not in whole
            updates[name] = _compare(now, under, is_overlay, published, name != main[now.code])
        elif now.code and name in of_standard:
            updates[name] = ListUpdate(name, now, None)
    return updates


def _main_lists(codelists: Mapping[str, Codelist], package: Package) -> dict[str, str]:
    """The codelist by NCI code that is the published one: of its name, else the one with most terms."""
    main: dict[str, str] = {}
    for name, codelist in codelists.items():
        published = package.codelists.get(codelist.code)
        first = main.setdefault(codelist.code, name)
        if (
            published
            and first != published.name
            and (name == published.name or len(codelist.terms) > len(codelists[first].terms))
        ):
            main[codelist.code] = name
    return main


def _compare(
    now: Codelist, under: Codelist | None, is_overlay: bool, published: PublishedCodelist, is_subset: bool
) -> ListUpdate:
    codes = {value: now.term_codes.get(value, "") for value in now.terms}
    if under is not None:
        codes = {value: code or under.term_codes.get(value, "") for value, code in codes.items()}
    if is_overlay and under is not None:
        codes = {value: code if value in under.terms else "" for value, code in codes.items()}
    own = [value for value, code in codes.items() if not code]
    known = set(codes.values())
    terms = [term for term in published.terms if not is_subset or term.code in known or term.value in now.terms]
    values = {term.value for term in terms}
    by_code = {term.code: term for term in terms if published.by_code.get(term.code) is term}
    renamed = tuple(
        Renamed(code, value, by_code[code].value)
        for value, code in codes.items()
        if code in by_code and value not in values and by_code[code].value not in now.terms
    )
    old_of = {each.new: each.old for each in renamed}
    replaced = set(old_of.values())
    adopted = tuple(value for value in own if value in values)
    is_open = now.extensible if is_subset else published.extensible
    rest = [value for value in own if value not in values]
    after: dict[str, TermAfter] = {}
    synonyms, own_synonyms = [], []
    for term in terms:
        old = old_of.get(term.value, term.value)
        before = now.terms.get(old, ())
        if is_overlay and under is not None and before:
            # a study's own line takes the place of the packaged synonyms; that is no change that the package makes
            before = tuple(dict.fromkeys((*under.terms.get(old, ()), *before)))
        kept = _own_synonyms(term, before, under, term.value in adopted)
        gone = tuple(each for each in before if each not in term.synonyms and each not in kept)
        came = tuple(each for each in term.synonyms if each not in before)
        same = not gone and not came
        after[term.value] = TermAfter(term.code, before if same else (*term.synonyms, *kept))
        if not same and term.value in now.terms:
            synonyms.append(SynonymChange(term.value, came, gone))
        if kept:
            own_synonyms.append(SynonymChange(term.value, kept, ()))
    after |= {value: TermAfter("", now.terms[value]) for value in rest if is_open}
    facts = [
        FactChange(f'code of "{term.value}"', codes[term.value], term.code)
        for term in terms
        if codes.get(term.value) and codes[term.value] != term.code
    ]
    if not is_subset:
        if now.label != published.label:
            facts.append(FactChange("label", now.label, published.label))
        if now.extensible != published.extensible:
            facts.append(FactChange("extensible", *("Yes" if flag else "No" for flag in (now.extensible, is_open))))
    return ListUpdate(
        name=now.name,
        now=now,
        published=published,
        is_subset=is_subset,
        after=after,
        added=tuple(term for term in terms if term.value not in now.terms and term.value not in old_of),
        removed=tuple(
            (value, code) for value, code in codes.items() if code and value not in values and value not in replaced
        ),
        renamed=renamed,
        adopted=adopted,
        near=tuple(
            (value, published.by_folded[value.casefold()].value)
            for value in rest
            if value.casefold() in published.by_folded
        ),
        not_allowed=tuple(value for value in rest if not is_open),
        own=tuple(value for value in rest if is_open),
        synonyms=tuple(synonyms),
        own_synonyms=tuple(own_synonyms),
        facts=tuple(facts),
    )


def _own_synonyms(
    term: PublishedTerm, before: tuple[str, ...], under: Codelist | None, was_own: bool
) -> tuple[str, ...]:
    """Synonyms that the study itself has given: those of a term that was its own, and those that stand in its file alone."""
    if under is None and not was_own:
        return ()
    packaged = () if under is None else under.terms.get(term.value, ())
    return tuple(each for each in before if each not in term.synonyms and each not in packaged and each != term.value)
