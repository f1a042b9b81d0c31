"""What the mappings of a study's other sites teach: blocks as templates, headers and their meanings, typed texts and terms.

Reads mappings only, never another site's data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hcc_sdtm.drafting.knowledge.column_uses import ColumnUses, identity, last_level, rules_of
from hcc_sdtm.drafting.knowledge.concept import Concept
from hcc_sdtm.drafting.knowledge.finders import ApprovedTerm
from hcc_sdtm.drafting.knowledge.lifting import Lifting
from hcc_sdtm.drafting.knowledge.synonyms import Meaning, Synonyms
from hcc_sdtm.drafting.knowledge.template import Template
from hcc_sdtm.mapping.language.condition import tests_of
from hcc_sdtm.mapping.language.head import Head
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.language.verbs import Constant, Term, walk

_NOTHING = Concept("", "")


@dataclass(frozen=True)
class Lessons:
    """What is learnt from approved mappings, in the order of the sites."""

    sites: tuple[str, ...] = ()
    templates: tuple[Template, ...] = ()
    meanings: tuple[Meaning, ...] = ()
    terms: tuple[ApprovedTerm, ...] = ()
    heads: tuple[Head, ...] = ()


def learn(mappings: Sequence[SiteMapping], synonyms: Synonyms) -> Lessons:
    """What the mappings teach; blocks of one mapping that differ in their number only are one template."""
    templates: list[Template] = []
    meanings: dict[Meaning, None] = {}
    terms: dict[ApprovedTerm, None] = {}
    for mapping in mappings:
        uses = ColumnUses(mapping, synonyms)
        lifting = Lifting(uses)
        for template in lifting.templates():
            if not any(_is_same(template, other) for other in templates):
                templates.append(template)
        meanings |= dict.fromkeys(_meanings(uses))
        terms |= dict.fromkeys(_terms(lifting))
    sites = tuple(mapping.head.site for mapping in mappings)
    heads = tuple(mapping.head for mapping in mappings)
    return Lessons(sites, tuple(templates), tuple(meanings), tuple(terms), heads)


def _is_same(one: Template, other: Template) -> bool:
    return bool(one.number) == bool(other.number) and replace(one, number=0) == replace(other, number=0)


def _meanings(uses: ColumnUses) -> Iterator[Meaning]:
    """What each header of the mapping means, by its use; ignored and identifying ones too."""
    head = uses.mapping.head
    for table, column in uses.uses:
        main = uses.main_use(table, column)
        if main is not None:
            yield Meaning(last_level(column), main[0], main[1], "", head.site)
    for each in head.tables.values():
        yield from (Meaning(last_level(column), _NOTHING, "ignore", "", head.site) for column in each.ignore)
    subjects = {table.subject for table in head.tables.values()}
    for column in head.identifying:
        if column not in subjects:
            yield Meaning(last_level(column), _NOTHING, "identifying", "", head.site)


def _terms(lifting: Lifting) -> Iterator[ApprovedTerm]:
    """Typed texts and their terms: of maps, of constants, of conditions that go with a constant."""
    site = lifting.uses.mapping.head.site
    for block in lifting.uses.mapping.blocks:
        test, category = identity(block)
        for variable, rule in rules_of(block).items():
            for inner in walk(rule):
                if isinstance(inner, Term):
                    for typed, term in inner.map.items():
                        yield ApprovedTerm(block.domain, variable, test, category, typed, term, site)
                elif isinstance(inner, Constant) and inner.when is None:
                    yield ApprovedTerm(block.domain, variable, test, category, inner.constant, inner.constant, site)
        for each in tests_of(block.when):
            for text in each.values:
                for variable, term in lifting.meant(text, block):
                    yield ApprovedTerm(block.domain, variable, test, category, text, term, site)
