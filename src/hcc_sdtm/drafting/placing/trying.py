"""A template tried on a table: once for each column that can make its records there, with what the table says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hcc_sdtm.drafting.export.found_tables import FoundColumn
from hcc_sdtm.drafting.export.site import Site
from hcc_sdtm.drafting.knowledge.concept import ANY, agree
from hcc_sdtm.drafting.knowledge.template import Template, tests_of
from hcc_sdtm.drafting.placing.binder import Binder, UnboundError, equals, joined, rows_met
from hcc_sdtm.drafting.placing.placing import Candidate, PlacedTable
from hcc_sdtm.drafting.placing.presence import needs_presence, only_present, present_column
from hcc_sdtm.drafting.placing.rule_lines import build_line
from hcc_sdtm.drafting.writing.draft import Discriminator, DraftBlock

LINKS = ("LNKID", "LNKGRP")
BY_TEST = ("LB", "VS", "RS", "TR", "FA", "EG", "QS", "DD", "SS", "MH", "SU")
"""Domains in which a column of a named test is of no other."""

_FEW_TESTS = 3
_ONLY_TESTS = ("TUMIDENT",)
"""Tests that a domain's records have anyway: they tell nothing apart."""

_AS_LIKELY = 0.15
"""How far behind a column's likeliest meaning another may be that makes records."""

_SAID = 0.9
"""The score from which the header alone, over a column without a value, makes a block."""

_NOTHING: Discriminator = ("", ())


@dataclass(frozen=True)
class Try:
    """A template that fits a table: the block with its lines, and how well it fits."""

    template: Template
    block: DraftBlock
    binder: Binder
    rank: tuple[int, ...]


def try_template(template: Template, placed: PlacedTable, site: Site, templates: Sequence[Template]) -> Iterator[Try]:
    """The template on the table, for each column that can be its topic; ``templates`` are all of the domain."""
    for column in placed.table.columns:
        candidates = placed.candidates.get(column.name, ())
        if not candidates or column.name in site.hidden or column.name in placed.table.lasting:
            continue
        if column.profile.is_empty and candidates[0].score < _SAID:
            continue
        likely = [each for each in candidates if each.score >= candidates[0].score - _AS_LIKELY]
        found = (
            each
            for candidate in likely
            for test, told in _tests(template, placed, site, column, candidate)
            if (
                each := _try(
                    template, site, templates, _binder(template, placed, site, column, candidate, test), candidate, told
                )
            )
        )
        first = next(found, None)
        if first is None:
            continue
        yield first
        if first.block.discriminator[0]:  # each text of a column of tests makes a block of its own
            yield from found


def _binder(
    template: Template, placed: PlacedTable, site: Site, column: FoundColumn, candidate: Candidate, test: str
) -> Binder:
    category = template.category or candidate.concept.category
    return Binder(site, placed, template.domain, column, test, category, candidate.number, targets=_targets(template))


def _tests(
    template: Template, placed: PlacedTable, site: Site, column: FoundColumn, candidate: Candidate
) -> Iterator[tuple[str, Discriminator]]:
    """The tests that the column's records are, each with the texts of another column that tell them."""
    have, wanted = candidate.concept, [test for test in template.tests if test not in _ONLY_TESTS]
    is_own = have.domain in (template.domain, ANY)
    if not agree(have.category, template.category) or (have.is_generic and have.variable.endswith("DTC")):
        return  # a date that says nothing more is no record
    found: list[tuple[str, Discriminator]] = []
    if have.test or not wanted:
        if (
            have.test
            and template.tests
            and "*" not in wanted
            and not any(agree(have.test, each) for each in template.tests)
        ):
            return
        if have.test and not template.tests and template.domain in BY_TEST:
            return
        own = next((each for each in template.tests if each != "*" and agree(have.test, each)), have.test)
        found = [(own, _NOTHING)]
    elif not is_own:
        found = [(wanted[0], _NOTHING)]  # consent is a date of DM and an event of DS
    else:
        found = list(_tests_in_rows(template, Binder(site, placed, template.domain, column, number=candidate.number)))
    for test, told in found:
        binder = _binder(template, placed, site, column, candidate, test)
        if any(binder.meets(placed, candidate, concept) for concept in template.topic.concepts) and agree(
            have.test, test
        ):
            yield test, told


def _tests_in_rows(template: Template, binder: Binder) -> Iterator[tuple[str, Discriminator]]:
    """The template's tests that a column of tests has, each with the texts that stand for it."""
    bound = binder.variable("TESTCD")
    if bound is None or ("*" in template.tests and len(bound.column.profile.texts) > _FEW_TESTS):
        return
    finder = binder.site.finders.of(template.domain, f"{template.domain}TESTCD")
    by_test: dict[str, list[str]] = {}
    for text in bound.column.profile.texts[:200]:
        meant = finder.find(text, bound.column.codes.get(text, ""))
        if meant is not None and ("*" in template.tests or meant.term in template.tests):
            by_test.setdefault(meant.term, []).append(text)
    yield from ((test, (bound.column.name, tuple(texts))) for test, texts in by_test.items())


def _try(
    template: Template,
    site: Site,
    templates: Sequence[Template],
    binder: Binder,
    candidate: Candidate,
    told: Discriminator,
) -> Try | None:
    column = binder.topic
    if column is None or not _has_what_it_needs(template, binder):
        return None
    block = DraftBlock(
        template.domain, binder.placed.table.name, binder.test, binder.category, binder.number, column.name
    )
    conditions: list[Any] = []
    if told[0]:
        conditions.append(_tell(block, binder, told))
    is_own = candidate.concept.domain in (template.domain, ANY)
    if template.category and is_own and not candidate.concept.category and not template.is_assumed:
        by_column = _category_told(template, binder)
        if by_column is None:
            return None
        if by_column[0] and by_column[0] != column.name:
            conditions.append(_tell(block, binder, by_column))
        elif not by_column[0] and not any(each.terms for each in tests_of(template.when)):
            if not _is_last_category(template, site, templates):
                return None
            block.question = f"taken as {template.category}, because other columns are the other categories; is it?"
    is_lost = False
    if template.when is not None and not only_present(template.when):
        try:
            own = binder.condition(template.when)
            conditions += [own] if own not in conditions else []
        except UnboundError:
            if not candidate.concept.category and not block.discriminator[0]:
                return None
            is_lost = True
    if not conditions and needs_presence(template, site, binder, column, is_lost):
        name = present_column(template, binder, column)
        conditions.append({name: "present"})
        binder.used[name] = None
    block.when = joined(conditions)
    binder.mask = rows_met(block.when, binder.placed, site)
    add_lines(block, binder, template)
    reading = sum(bool(line.columns) for line in block.lines)
    return Try(
        template, block, binder, (int(bool(template.source)), int(not block.question), reading, len(template.lines))
    )


def _tell(block: DraftBlock, binder: Binder, told: Discriminator) -> Any:
    binder.used[told[0]] = None
    block.discriminator = told
    return equals(*told)


def _has_what_it_needs(template: Template, binder: Binder) -> bool:
    """Whether the table has what the template needs, not what it must be without, and no column for a link it makes up."""
    if any(binder.find(ref) is None for ref in template.needs) or any(binder.find(ref) for ref in template.without):
        return False
    links = [variable for variable in template.constants if variable[2:] in LINKS]
    return not any(binder.variable(link[2:]) for link in links)


def _category_told(template: Template, binder: Binder) -> Discriminator | None:
    """The column of categories and its texts for the template's: no name where no column is, None for no such text."""
    for end in ("CAT", "ORRES"):
        if template.constants.get(f"{template.domain}{end}") != template.category:
            continue
        open_binder = Binder(binder.site, binder.placed, template.domain, test=binder.test, number=binder.number)
        bound = open_binder.variable(end)
        if bound is None:
            return _NOTHING
        texts = binder.typed(bound, [template.category])
        return (bound.column.name, tuple(texts)) if texts else None
    return _NOTHING


def _is_last_category(template: Template, site: Site, templates: Sequence[Template]) -> bool:
    """Whether columns of the site claim every other category of the domain's records, and none claims this one."""
    known = {each.category for each in templates if each.category}
    claimed = {
        candidates[0].concept.category
        for placed in site.tables
        for candidates in placed.candidates.values()
        if candidates and candidates[0].concept.domain == template.domain and candidates[0].concept.category
    }
    rest = {each for each in known if not any(agree(each, other) for other in claimed)}
    return len(known) > 1 and rest == {template.category}


def add_lines(block: DraftBlock, binder: Binder, template: Template) -> None:
    """Adds the template's lines whose columns are here."""
    for is_supp, rules in ((False, template.lines), (True, template.supp)):
        for variable, alternatives in rules.items():
            if is_supp or variable in binder.site.specs.sdtm[block.domain].by_name:
                line = build_line(binder, variable, alternatives, template.source, is_supp)
                block.lines += [line] if line is not None else []


def _targets(template: Template) -> Mapping[str, str]:
    """The units that the block's numbers become, by the constants that name them."""
    found: dict[str, str] = {}
    for unit, number in (("STRESU", "STRESN"), ("DOSU", "DOSE")):
        for rule in template.lines.get(template.domain + unit, ()):
            if "constant" in rule:
                found[number] = str(rule["constant"])
    return found
