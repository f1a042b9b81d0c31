"""Of the tries that stand for the same records the one that fits best, with what the others know; no row as two records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hcc_sdtm.drafting.export.site import Site
from hcc_sdtm.drafting.knowledge.concept import agree
from hcc_sdtm.drafting.knowledge.template import RuleTree, Template, refs_of
from hcc_sdtm.drafting.placing.binder import Binder, joined
from hcc_sdtm.drafting.placing.placing import PlacedTable
from hcc_sdtm.drafting.placing.rule_lines import build_line
from hcc_sdtm.drafting.placing.trying import Try
from hcc_sdtm.drafting.writing.draft import Discriminator, DraftBlock, Line

_IDENTITY = ("TESTCD", "CAT", "SCAT", "TERM", "TRT", "DECOD", "OBJ", "EVDTYP", "ORRES", "STRESC", "EVAL")
"""Ends of variables whose constant says what a block's records are."""

_UNITS = ("ORRESU", "STRESU", "DOSU")


@dataclass(frozen=True)
class Chosen:
    """A block of the draft, its binder, and the templates that stand for the same records."""

    block: DraftBlock
    binder: Binder
    templates: tuple[Template, ...]
    rank: tuple[int, ...]


def choose(tries: Sequence[Try], placed: PlacedTable, templates: Sequence[Template]) -> list[DraftBlock]:
    """The blocks that a table gives, of all the tries of one domain on it."""
    groups: dict[tuple[str, str, str, int, Discriminator], list[Try]] = {}
    for each in tries:
        block = each.block
        groups.setdefault((block.topic, block.test, block.category, block.number, block.discriminator), []).append(each)
    chosen = _without_rivals(_one_of_each([_merge(group) for group in groups.values()], placed))
    for each_chosen in chosen:
        _improve(each_chosen, templates)
    blocks = [each_chosen.block for each_chosen in chosen]
    for each_chosen in chosen:
        describe_lines(each_chosen.block, each_chosen.binder, each_chosen.templates)
    site = chosen[0].binder.site if chosen else None
    return [] if site is None else _joined_alike(_without_covered(blocks, placed), placed, site)


def _merge(group: Sequence[Try]) -> Chosen:
    """The best of the tries that stand for the same records, with the lines that only others of them have."""
    best, *others = sorted(group, key=lambda each: each.rank, reverse=True)
    block, binder = best.block, best.binder
    have = {line.variable for line in block.lines}
    reads = {name for line in block.lines for name in line.columns}
    for other in others:
        for line in other.block.lines:
            reads_more = bool(line.columns) and not set(line.columns) <= reads
            is_new = line.variable not in have and (reads_more or line.variable.endswith("ORRESU"))
            if is_new and (other.template.source or not best.template.source or not line.columns):
                block.lines.append(line)
                have.add(line.variable)
                binder.used |= dict.fromkeys(line.columns)
    templates = tuple(each.template for each in (best, *others))
    block.sources = tuple(sorted({each.source for each in templates if each.source}))
    return Chosen(block, binder, templates, best.rank)


def _one_of_each(chosen: Sequence[Chosen], placed: PlacedTable) -> list[Chosen]:
    """Of blocks for the same records on several columns that no number tells apart, those on the likeliest column."""
    best: dict[tuple[str, str, int, Discriminator], tuple[float, str]] = {}
    for each in chosen:
        block = each.block
        score = placed.candidates[block.topic][0].score - placed.table.by_name[block.topic].profile.is_empty
        key = (block.test, block.category, block.number, block.discriminator)
        if key not in best or score > best[key][0]:
            best[key] = (score, block.topic)
    return [
        each
        for each in chosen
        if best[each.block.test, each.block.category, each.block.number, each.block.discriminator][1]
        == each.block.topic
    ]


def _without_rivals(chosen: Sequence[Chosen]) -> list[Chosen]:
    """One block for each record: those whose condition tells their rows apart, else the one that fits best on each column."""
    by_topic: dict[tuple[str, str, int], list[Chosen]] = {}
    for each in chosen:
        by_topic.setdefault((each.block.topic, each.block.test, each.block.number), []).append(each)
    kept: list[int] = []
    for rivals in by_topic.values():
        told = [
            each for each in rivals if each.block.discriminator[0] or "present" not in str(each.block.when or "present")
        ]
        # a category that is taken by exclusion goes before none
        best = told or [max(rivals, key=lambda each: (bool(each.block.question), each.rank))]
        kept += [id(each) for each in best]
    return [each for each in chosen if id(each) in kept]


def _improve(chosen: Chosen, templates: Sequence[Template]) -> None:
    """Adds what other approved blocks of the same test know to read, and reads what they read in place of a constant."""
    block, binder = chosen.block, chosen.binder
    by_variable = {line.variable: line for line in block.lines}
    reads = {name for line in block.lines for name in line.columns}
    for template in templates:
        is_same = template.source and (not template.tests or block.test in template.tests)
        if not is_same or not agree(template.category, block.category):
            continue
        for is_supp, rules in ((False, template.lines), (True, template.supp)):
            for variable, alternatives in rules.items():
                old = by_variable.get(variable)
                if variable[2:] in _UNITS or not any(map(_reads, alternatives)) or not _is_open(old, alternatives):
                    continue
                line = build_line(binder, variable, alternatives, template.source, is_supp)
                if line is None or not line.columns or (old is None and set(line.columns) <= reads):
                    continue
                if old is not None and not old.is_constant and "map" not in line.rule:
                    continue
                block.lines = [each for each in block.lines if each is not old] + [line]
                by_variable[variable] = line


def _is_open(line: Line | None, alternatives: Sequence[RuleTree]) -> bool:
    """Whether a line may be replaced: there is none, it is a constant that says nothing of the record, or a copied qualifier
    whose texts another site reads as terms."""
    if line is None:
        return True
    if line.is_supp and "copy" in line.rule:
        return any("term" in each for each in alternatives)
    return line.is_constant and line.variable[2:] not in _IDENTITY and "when" not in line.rule


def _reads(rule: RuleTree) -> bool:
    return next(refs_of({key: value for key, value in rule.items() if key != "when"}), None) is not None


def _without_covered(blocks: Sequence[DraftBlock], placed: PlacedTable) -> list[DraftBlock]:
    """The blocks; one for every test of a column only for the texts that have no block of their own."""
    covered: dict[str, set[str]] = {}
    for block in blocks:
        if block.discriminator[0] and block.test:
            covered.setdefault(block.discriminator[0], set()).update(block.discriminator[1])
    kept = []
    for block in blocks:
        column = next(
            (line.columns[0] for line in block.lines if line.variable.endswith("TESTCD") and line.columns), ""
        )
        if column in covered:
            if set(placed.table.by_name[column].profile.texts) <= covered[column]:
                continue
            rest = {column: {"not_in": sorted(covered[column])}}
            block.when = joined([each for each in (block.when, rest) if each is not None])
        kept.append(block)
    return kept


def _joined_alike(blocks: Sequence[DraftBlock], placed: PlacedTable, site: Site) -> list[DraftBlock]:
    """The blocks; those of one column of categories that differ in nothing else as one, its category by that column."""
    kept = list(blocks)
    for block in blocks:
        name = block.discriminator[0]
        alike = [each for each in kept if each.discriminator[0] == name and _differ_only_in_category(block, each)]
        if not name or not any(each is block for each in kept) or len(alike) < 2:
            continue
        terms = {text: each.category for each in alike for text in each.discriminator[1]}
        if not set(placed.table.by_name[name].profile.texts) <= set(terms):
            continue
        line = next(each for each in block.lines if each.variable == f"{block.domain}CAT")
        line.rule = {"term": name, "map": terms}
        line.columns, line.is_constant, line.score = [name], False, 0.9
        line.why = [f'each text of "{name}" is one of these']
        line.samples = site.samples(placed, [name])
        block.when, block.discriminator, block.category = None, ("", ()), ""
        kept = [each for each in kept if each is block or not any(each is other for other in alike)]
    return kept


def _differ_only_in_category(one: DraftBlock, other: DraftBlock) -> bool:
    category = f"{one.domain}CAT"

    def rules(block: DraftBlock) -> dict[str, Any]:
        lines = (line for line in block.lines if line.variable != category)
        return {line.variable: {key: value for key, value in line.rule.items() if key != "map"} for line in lines}

    has_category = all(
        any(line.variable == category and line.is_constant for line in block.lines) for block in (one, other)
    )
    return has_category and rules(one) == rules(other)


def describe_lines(block: DraftBlock, binder: Binder, templates: Sequence[Template]) -> None:
    """Orders the lines by the spec, and gives each its samples and the sites that have it."""
    order = {name: at for at, name in enumerate(binder.site.specs.sdtm[block.domain].names)}
    block.lines.sort(key=lambda line: (line.is_supp, order.get(line.variable, len(order))))
    for line in block.lines:
        rule = line.rule.get("lookup", {}).get("give", line.rule)
        like = [template.source for template in templates if template.source and _has_line(template, line, rule)]
        line.like = tuple(dict.fromkeys(like))
        placed = binder.site.table(line.table) if line.table else binder.placed
        line.samples = binder.site.samples(placed, line.columns)
        line.is_doubtful = line.is_doubtful or (line.is_constant and bool(block.question))
    block.columns = frozenset(binder.used)


def _has_line(template: Template, line: Line, rule: Mapping[str, Any]) -> bool:
    """Whether a template has the same verb for the variable, or the same constant but for its number."""
    verb = next(iter(rule), "")
    for theirs in (template.supp if line.is_supp else template.lines).get(line.variable, ()):
        given = theirs["lookup"]["give"] if "lookup" in theirs else theirs
        if verb == "constant" and "constant" in given:
            start = str(given["constant"]).split("{")[0]
            if str(rule["constant"]) == given["constant"] or (
                start != given["constant"] and rule["constant"].startswith(start)
            ):
                return True
        elif verb in given:
            return True
    return False
