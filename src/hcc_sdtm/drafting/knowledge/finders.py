"""Which terms a variable may have: its codelists by the specs, the packaged synonyms, and what other sites' mappings use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hcc_sdtm.drafting.knowledge.header_key import plain
from hcc_sdtm.drafting.knowledge.terms import DRUG_LIST, TermFinder, lists_named
from hcc_sdtm.spec.model import Specs

_NAMED = {"CMTRT": DRUG_LIST, "CMDECOD": DRUG_LIST, "EXTRT": DRUG_LIST, "PRTRT": "PROCEDUR", "PRDECOD": "PROCEDUR"}
_LISTS = {
    "FLAG": ("NY",),
    "REASON": ("NCOMPLT",),
    "METHOD": ("METHOD",),
    "LOC": ("LOC",),
    "LAT": ("LAT",),
    "OCCUR": ("NY",),
    "PRESP": ("NY",),
    "DOSFRQ": ("FREQ",),
    "DOSFRM": ("FRM",),
    "ROUTE": ("ROUTE",),
    "DOSU": ("UNIT",),
    "ORRESU": ("UNIT",),
    "STRESU": ("UNIT",),
}
"""Codelists that serve a variable by the end of its name, where the spec names none (a qualifier, a generic column)."""


@dataclass(frozen=True, slots=True)
class ApprovedTerm:
    """One line of an approved map: what a site typed, and the term."""

    domain: str
    variable: str
    test: str
    category: str
    typed: str
    term: str
    site: str


@dataclass
class Finders:
    """Term finders by variable, made when first asked for."""

    specs: Specs
    approved: Sequence[ApprovedTerm] = ()
    _made: dict[tuple[str, str, str, str], TermFinder] = field(default_factory=dict)

    def of(self, domain: str, variable: str, test: str = "", category: str = "") -> TermFinder:
        """The finder for a variable in a block of that test and category."""
        key = (domain, variable, test, category)
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def _make(self, domain: str, variable: str, test: str, category: str) -> TermFinder:
        names = self._codelists(domain, variable, test, category)
        suffix = variable[2:] if len(variable) > 2 else variable
        names = names or next(
            (lists for end, lists in _LISTS.items() if suffix == end or (variable.endswith("FL") and end == "FLAG")), ()
        )
        known: dict[str, tuple[str, str]] = {}
        wanted: dict[str, None] = {}
        for each in self.approved:
            same = each.variable == variable and (each.domain == domain or domain == "*")
            if same or (domain == "*" and each.variable[2:] == variable[2:]):
                wanted[each.term] = None
                known.setdefault(plain(each.typed), (each.term, each.site))
        lists = lists_named(names, self.specs.codelists)
        # a result is read as what its standard form may be, in words of the site's own
        standard = (
            self._codelists(domain, f"{variable[:-5]}STRESC", test, category) if variable.endswith("ORRES") else ()
        )
        served = [*names, *standard, variable, *([_NAMED[variable]] if variable in _NAMED else [])]
        finder = TermFinder(lists, tuple(dict.fromkeys(served)), known, tuple(wanted))
        if finder.allowed is None:
            return finder
        fit = tuple(term for term in wanted if term in finder.allowed)
        return TermFinder(lists, finder.names, known, fit)

    def _codelists(self, domain: str, variable: str, test: str, category: str) -> tuple[str, ...]:
        spec = self.specs.sdtm.get(domain)
        if spec is None or variable not in spec.by_name:
            return ()
        narrowed: list[str] = []
        other: list[str] = []
        for level in self.specs.valuelevel:
            if (level.dataset, level.variable) == (domain, variable):
                known = test if level.where_variable.endswith("TESTCD") else category
                (narrowed if known in level.where_values else other).append(level.codelist)
        if narrowed:
            return tuple(name for name in narrowed if name)
        own = spec.by_name[variable].codelist
        return (own,) if own else tuple(dict.fromkeys(other)) if not (test or category) else ()
