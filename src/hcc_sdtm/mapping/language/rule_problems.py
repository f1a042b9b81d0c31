"""What is wrong with the rules of a block before any data is read: names that do not exist, terms that are none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from hcc_sdtm.dates import is_iso
from hcc_sdtm.mapping.language.condition import Join, Test, tests_of
from hcc_sdtm.mapping.language.head import Head
from hcc_sdtm.mapping.language.term_dictionary import TermDictionary, unknown_terms
from hcc_sdtm.mapping.language.verbs import (
    SUBJECT,
    Call,
    Constant,
    FirstOf,
    Lookup,
    Offset,
    RuleModel,
    Term,
    columns_read,
    parts_of,
    walk,
)
from hcc_sdtm.mapping.rules.function import call_problems
from hcc_sdtm.mapping.rules.number_text import parse_number
from hcc_sdtm.mapping.tables.view import clean
from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Specs, Variable
from hcc_sdtm.spec.transport import NAME

OF_STUDY = frozenset({"STUDYID", "DOMAIN"})
"""Variables that no mapping gives, beside a domain's --SEQ."""

NO_VALUE = "which means no value at this site"


@dataclass(frozen=True)
class Surroundings:
    """What the rules of a mapping may name: its head, its dictionary, the specs."""

    head: Head
    dictionary: TermDictionary
    specs: Specs


def rule_problems(
    domain: str, variable: str, rule: RuleModel, line: Source, earlier: Sequence[str], around: Surroundings
) -> Iterator[Problem]:
    """Problems of the rule of one variable; ``earlier`` are the date variables of the block that it may count from."""
    known = around.specs.sdtm[domain].by_name
    yield from _name_problems(rule, line, earlier, around)
    if variable not in known:
        yield Problem(line, f'{domain} has no variable "{variable}"{nearest(variable, known)}')
        return
    if variable in OF_STUDY or variable == around.specs.sdtm[domain].sequence:
        yield Problem(line, f"{variable} is the study's own or derived; no rule gives it")
    if any(inner.label for inner in walk(rule)):
        yield Problem(line, f"{variable} has its label from the spec; a label goes with a qualifier under SUPP")
    lists = term_lists(around.specs, domain, variable)
    for inner in walk(rule):
        if isinstance(inner, Term):
            yield from _term_problems(inner, variable, lists, line, around)
            yield from _kind_problems(inner.map.values(), known[variable], line)
        elif isinstance(inner, Constant) and inner.constant:
            codelists = [around.specs.codelists[name] for name in lists]
            yield from unknown_terms([(inner.constant, line)], codelists)
            yield from _kind_problems([inner.constant], known[variable], line)


def _kind_problems(texts: Iterable[str], variable: Variable, line: Source) -> Iterator[Problem]:
    """Texts that a mapping gives a variable that holds numbers or dates, and that are none."""
    given = sorted({text for text in texts if text})
    if variable.is_numeric:
        wrong = [text for text in given if parse_number(text) is None]
        yield from (Problem(line, f'"{text}" is not a number and {variable.name} is numeric') for text in wrong)
    elif variable.is_iso_date and given:
        wrong = [
            text for text, is_date in zip(given, is_iso(pd.Series(given, dtype=object)), strict=True) if not is_date
        ]
        message = f"is no date such as 2021-03-05 or 2021-03, and {variable.name} is one"
        yield from (Problem(line, f'"{text}" {message}') for text in wrong)


def supplemental_problems(
    domain: str, name: str, rule: RuleModel, line: Source, earlier: Sequence[str], around: Surroundings
) -> Iterator[Problem]:
    """Problems of the rule of one supplemental qualifier."""
    yield from _name_problems(rule, line, earlier, around)
    for inner in walk(rule):
        if isinstance(inner, Term):
            yield from _term_problems(inner, name, [], line, around)
        if inner is not rule and inner.label:
            yield Problem(line, f"the label of {name} goes with the whole rule, not with one inside it")
    if f"SUPP{domain}" not in around.specs.sdtm:
        yield Problem(line, f"SUPP{domain} has no spec, so {name} has no place; add it to datasets.csv")
    if not NAME.fullmatch(name):
        yield Problem(line, f'"{name}" is no QNAM: at most 8 of A-Z, 0-9, _, a letter first')
    if name in around.specs.sdtm[domain].by_name:
        yield Problem(line, f"{name} is a variable of {domain}; a qualifier needs a name of its own")
    if not rule.label:
        yield Problem(line, f"{name} needs a label")


def term_lists(specs: Specs, domain: str, variable: str) -> list[str]:
    """Codelists that may apply to a variable: its own, or those its value-level lines name."""
    by_value = [level.codelist for level in specs.valuelevel if (level.dataset, level.variable) == (domain, variable)]
    own = specs.sdtm[domain].by_name[variable].codelist
    return list(dict.fromkeys(name for name in (own, *by_value) if name))


def condition_problems(condition: Test | Join | None, line: Source, head: Head) -> Iterator[Problem]:
    """Texts that a condition waits for and that mean no value at the site, so that it never sees them."""
    for test in tests_of(condition):
        for text in test.values if test.test in ("equals", "in", "not_in") else ():
            if text and clean(text) in _missing(head):
                yield Problem(line, f'"{test.test}" of column "{test.column}" has "{text}", {NO_VALUE}; use absent')


def _missing(head: Head) -> set[str]:
    return {"", *(clean(text) for text in head.missing)}


def _name_problems(rule: RuleModel, line: Source, earlier: Sequence[str], around: Surroundings) -> Iterator[Problem]:
    inside = [part for inner in walk(rule) for part in parts_of(inner)]
    if any(isinstance(part, FirstOf) for part in inside):
        yield Problem(line, "first_of stands inside another rule; write one list of alternatives")
    yield from (Problem(line, text) for inner in walk(rule) if isinstance(inner, Call) for text in call_problems(inner))
    head = around.head
    looked_up = [part for inner in walk(rule) if isinstance(inner, Lookup) for part in walk(inner.lookup.give)]
    for inner in walk(rule):
        yield from condition_problems(inner.when, line, head)
        # a lookup's own column is only a key
        for column in () if isinstance(inner, FirstOf | Lookup) else columns_read(inner):
            # "subject" is the study's number, whatever a sheet's own column of that name holds
            if column in head.hidden and column != SUBJECT:
                yield Problem(line, f'"{column}" is identifying; no rule may read it')
        if isinstance(inner, Lookup) and inner.lookup.table not in head.tables:
            yield Problem(line, f'no table "{inner.lookup.table}"{nearest(inner.lookup.table, head.tables)}')
        if isinstance(inner, Offset) and isinstance(inner.offset.anchor, str):
            declared = [name for name, anchor in head.anchors.items() if isinstance(anchor.date, str)]
            anchors = [*declared, *([] if any(inner is part for part in looked_up) else earlier)]
            name = inner.offset.anchor
            if name not in anchors:
                message = f'no anchor and no earlier date of the block "{name}"{nearest(name, anchors)}'
                yield Problem(line, f"{message}; a column goes as {{date: COLUMN}}")


def _term_problems(
    rule: Term, variable: str, lists: Sequence[str], line: Source, around: Surroundings
) -> Iterator[Problem]:
    dictionary = around.dictionary
    if rule.list_ and rule.list_ not in dictionary.lists:
        hint = nearest(rule.list_, dictionary.lists)
        yield Problem(line, f'no dictionary under terms has the list "{rule.list_}"{hint}')
    if not rule.map and not lists and not rule.list_ and variable not in dictionary.lists:
        yield Problem(line, f"{variable} has no codelist, so a term needs a map")
    meant: dict[str, str] = {}
    for typed, term in rule.map.items():
        if clean(typed) in _missing(around.head):
            yield Problem(
                line, f'the map of {variable} has "{typed}", {NO_VALUE}; first_of with a constant gives it a term'
            )
        first = meant.setdefault(clean(typed), term)
        if first != term:
            yield Problem(line, f'the map of {variable} has "{typed}" twice, as "{first}" and as "{term}"')
    codelists = [around.specs.codelists[name] for name in lists]
    yield from unknown_terms([(value, line) for value in sorted(set(rule.map.values()))], codelists)
    if rule.list_:
        listed = dictionary.reviewed.get(rule.list_, {}).values()
        yield from unknown_terms([(entry.term, entry.source) for entry in listed], codelists)
