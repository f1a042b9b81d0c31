"""Mappings checked without any data: what is wrong with them, and what is likely a slip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path

from hcc_sdtm.mapping.language.model import EVERY_DOMAIN, Block, SiteMapping, read_mapping, term_lists
from hcc_sdtm.mapping.language.verbs import Constant, Lookup, RuleModel, Term, walk
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.spec.model import DatasetSpec, Specs

NEARLY = 0.85
"""How alike a term and one of its codelist must be (`difflib`) to look like a slip and not like another term."""

IDENTITY = frozenset({"STUDYID", "DOMAIN", "USUBJID", "SUBJID", "SITEID"})
"""Required variables that every record has from its study, its site and its row's subject."""


@dataclass(frozen=True)
class Lint:
    """What is wrong with mappings (they cannot be run), and what is likely wrong (they can)."""

    mappings: int
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def lint_mappings(mappings: Sequence[tuple[Path, str]], specs: Specs) -> Lint:
    """Every problem of all mappings, each a path and the name that sources print, and warnings of those that have none.

    Problems: those of `read_mapping`, and a second mapping of a site. Warnings: a table that no block reads, a required
    variable that nothing fills, two blocks that make the same records, a default that no block can take, a term that an
    extensible codelist does not have but nearly has.
    """
    problems: list[Problem] = []
    warnings: list[Problem] = []
    first_of_site: dict[str, str] = {}
    for path, name in mappings:
        try:
            mapping = read_mapping(path, name, specs)
        except StudyError as error:
            problems += error.problems
            continue
        first = first_of_site.setdefault(mapping.head.site, name)
        if first != name:
            message = f'site "{mapping.head.site}" has a mapping already, {first}; its records would come twice'
            problems.append(Problem(mapping.file.source(("site",)), message))
        warnings += _warnings(mapping, specs)
    return Lint(len(mappings), tuple(problems), tuple(warnings))


def _warnings(mapping: SiteMapping, specs: Specs) -> list[Problem]:
    found = [
        *_unread_tables(mapping),
        *_unfilled(mapping, specs),
        *_made_twice(mapping, specs),
        *_nearly_terms(mapping, specs),
        *_unneeded_defaults(mapping),
    ]
    return sorted(found, key=lambda warning: (warning.source.file != mapping.file.name, warning.source))


def _unread_tables(mapping: SiteMapping) -> Iterator[Problem]:
    tables = mapping.head.tables
    read: set[str] = set()
    waiting = [block.rows for block in mapping.blocks]
    waiting += [rule.lookup.table for rule in _all_rules(mapping) if isinstance(rule, Lookup)]
    while waiting:
        name = waiting.pop()
        if name in tables and name not in read:
            read.add(name)
            joined = tables[name].join
            waiting += [*tables[name].stack, *((joined.left, joined.right) if joined else ())]
    for name in tables:
        if name not in read:
            yield Problem(mapping.file.source(("tables", name)), f'no block reads the table "{name}"')


def _all_rules(mapping: SiteMapping) -> Iterator[RuleModel]:
    for block in mapping.blocks:
        defaults = (default.rule for default in block.defaults)
        for rule in (*block.rules.values(), *block.supp.values(), *defaults):
            yield from walk(rule)


def _unfilled(mapping: SiteMapping, specs: Specs) -> Iterator[Problem]:
    """Required variables (core Req) that neither the block, nor a default, nor a derivation fills."""
    for block in mapping.blocks:
        spec = specs.sdtm[block.domain]
        filled = {*block.rules, *(default.variable for default in block.defaults), *IDENTITY, spec.sequence}
        filled |= {"COUNTRY"} if mapping.head.country else set()
        # the derivation takes a test's name from its code
        filled |= {f"{spec.name}TEST"} if f"{spec.name}TESTCD" in filled else set()
        lacking = [
            variable.name
            for variable in spec.by_name.values()
            if variable.core == "Req" and variable.name not in filled
        ]
        if lacking:
            message = f"nothing fills {' and '.join(lacking)}, which every record of {spec.name} must have"
            yield Problem(mapping.file.source((block.domain, block.number)), message)


def _made_twice(mapping: SiteMapping, specs: Specs) -> Iterator[Problem]:
    """Blocks on the same rows under the same condition whose records have the same keys."""
    for first, second in combinations(mapping.blocks, 2):
        if (first.domain, first.rows, first.when) != (second.domain, second.rows, second.when):
            continue
        if _key_rules(first, specs.sdtm[first.domain]) == _key_rules(second, specs.sdtm[second.domain]):
            line = mapping.file.source((first.domain, first.number)).line
            message = f"makes records with the keys of the block on line {line}, from the same rows"
            yield Problem(mapping.file.source((second.domain, second.number)), message)


def _key_rules(block: Block, spec: DatasetSpec) -> dict[str, RuleModel | None]:
    """The rules of the variables that tell the domain's records of one subject apart."""
    return {name: block.rules.get(name) for name in spec.keys if name not in (*IDENTITY, spec.sequence)}


def _nearly_terms(mapping: SiteMapping, specs: Specs) -> Iterator[Problem]:
    """Terms that a rule gives, that no codelist of its variable has and that look like one that it has."""
    for block in mapping.blocks:
        for variable, rule in block.rules.items():
            codelists = [specs.codelists[name] for name in term_lists(specs, block.domain, variable)]
            known = {term for codelist in codelists for term in codelist.terms}
            for term in dict.fromkeys(_given_terms(rule)):
                if not codelists or term in known:
                    continue
                meant = next(
                    (each.by_folded[term.casefold()] for each in codelists if term.casefold() in each.by_folded), ""
                )
                close = [meant] if meant else get_close_matches(term, known, n=1, cutoff=NEARLY)
                if close:
                    names = "/".join(codelist.name for codelist in codelists)
                    message = f'"{term}" is no term of {names}, which has "{close[0]}"'
                    yield Problem(mapping.rule_line(block, variable), message)


def _given_terms(rule: RuleModel) -> Iterator[str]:
    for inner in walk(rule):
        if isinstance(inner, Constant) and inner.constant:
            yield inner.constant
        elif isinstance(inner, Term):
            yield from inner.map.values()


def _unneeded_defaults(mapping: SiteMapping) -> Iterator[Problem]:
    """Defaults that this file gives and every block has a rule for, or none is of the domain."""
    for domain, rules in mapping.head.defaults.items():
        for variable in rules:
            path = ("defaults", domain, variable)
            source = mapping.file.source(path)
            takes = any(
                default.path == path and default.variable not in block.rules
                for block in mapping.blocks
                for default in block.defaults
            )
            if not takes and source.file == mapping.file.name:
                named = "no block" if domain == EVERY_DOMAIN else f"no block of {domain}"
                yield Problem(source, f"{named} is without a rule for {variable}, so the default is never taken")
