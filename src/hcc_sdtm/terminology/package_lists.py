"""Codelists and terms as a file gives them, one at a time, to whole codelists; and everything that is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hcc_sdtm.problem import Problem
from hcc_sdtm.source import Source
from hcc_sdtm.terminology.package import PublishedCodelist, PublishedTerm

SEPARATOR = "|"
"""What stands between synonyms in ``codelists.csv``, so that no synonym can hold it."""

_CODE = re.compile(r"C[0-9]+")


@dataclass
class _List:
    code: str
    name: str
    label: str
    extensible: str
    source: Source
    terms: dict[str, PublishedTerm] = field(default_factory=dict)
    places: dict[str, Source] = field(default_factory=dict)


@dataclass
class PackageLists:
    """Takes codelists and terms in any order; `build` gives the codelists, and ``problems`` has what is wrong."""

    problems: list[Problem] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    _lists: dict[str, _List] = field(default_factory=dict)
    _terms: list[tuple[str, str, str, tuple[str, ...], Source]] = field(default_factory=list)

    def add_codelist(self, code: str, name: str, label: str, extensible: str, source: Source) -> None:
        """One codelist. A problem: no NCI code, no name, an answer other than Yes and No, a code that came before."""
        if not _CODE.fullmatch(code):
            self.problems.append(Problem(source, f'"{code}" is no NCI code of a codelist, such as C66731'))
            return
        if not name:
            self.problems.append(Problem(source, f"the codelist {code} has no submission value, its short name"))
        if extensible.casefold() not in ("yes", "no"):
            message = f'the codelist {name or code} says "{extensible}" to whether it is extensible; expected Yes or No'
            self.problems.append(Problem(source, message))
        if code in self._lists:
            first = self._lists[code]
            message = f"the codelist {code} ({name}) comes a second time; it is {first.name} at {first.source} already"
            self.problems.append(Problem(source, message))
            return
        self._lists[code] = _List(code, name, label or name, extensible.casefold(), source)

    def add_term(self, codelist: str, code: str, value: str, synonyms: tuple[str, ...], source: Source) -> None:
        """One term of the codelist with the NCI code ``codelist``."""
        self._terms.append((codelist, code, value, synonyms, source))

    def build(self) -> dict[str, PublishedCodelist]:
        """The codelists by NCI code, with what is wrong between them and their terms added to ``problems``."""
        homeless: dict[str, list[tuple[str, Source]]] = {}
        for codelist, code, value, synonyms, source in self._terms:
            found = self._lists.get(codelist)
            if not _CODE.fullmatch(code):
                self.problems.append(Problem(source, f'"{code}" is no NCI code of a term, such as C16576'))
            elif not value:
                self.problems.append(
                    Problem(source, f"the term {code} has no submission value; the file may be cut off")
                )
            elif found is None:
                homeless.setdefault(codelist, []).append((value, source))
            elif value in found.terms:
                message = f'"{value}" stands in the codelist {found.name} already, at {found.places[value]}'
                self.problems.append(Problem(source, message))
            else:
                found.terms[value] = PublishedTerm(code, value, self._own_synonyms(value, synonyms))
                found.places[value] = source
        for codelist, ((value, source), *others) in homeless.items():
            more = f" and {len(others)} more" if others else ""
            message = f'"{value}"{more} of the codelist {codelist}, which the file does not have; it may be cut or put together'
            self.problems.append(Problem(source, message))
        self.problems += [
            Problem(found.source, f"the codelist {found.name} ({found.code}) has no terms; the file may be cut off")
            for found in self._lists.values()
            if not found.terms and found.code not in homeless
        ]
        return {
            code: PublishedCodelist(
                code, found.name, found.label, found.extensible == "yes", tuple(found.terms.values())
            )
            for code, found in self._lists.items()
        }

    def _own_synonyms(self, value: str, synonyms: tuple[str, ...]) -> tuple[str, ...]:
        kept = dict.fromkeys(each for text in synonyms if (each := " ".join(text.split())) and each != value)
        self.left_out += [each for each in kept if SEPARATOR in each]
        return tuple(each for each in kept if SEPARATOR not in each)
