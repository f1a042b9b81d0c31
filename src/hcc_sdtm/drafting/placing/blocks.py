"""The blocks of a draft, domain by domain: templates tried on every table, the best chosen, and what is left over added."""

from __future__ import annotations

from collections.abc import Sequence

from hcc_sdtm.drafting.export.site import Site
from hcc_sdtm.drafting.knowledge.template import Ref, Template
from hcc_sdtm.drafting.placing.binder import Binder, rows_met
from hcc_sdtm.drafting.placing.choosing import choose
from hcc_sdtm.drafting.placing.demographics import build_demographics
from hcc_sdtm.drafting.placing.placing import Candidate, PlacedTable
from hcc_sdtm.drafting.placing.rule_lines import build_line
from hcc_sdtm.drafting.placing.trying import try_template
from hcc_sdtm.drafting.writing.draft import DraftBlock

_VERBS = ("copy", "term", "date", "number")
_MAKE_RECORDS = ("TESTCD", "ORRES", "TRT", "TERM")
_NEVER_GENERIC = ("CAT", "ORRESU")


def build_blocks(site: Site, templates: Sequence[Template]) -> list[DraftBlock]:
    """Every block, by domain in the order in which the templates first name them; those of approved mappings come first."""
    blocks: list[DraftBlock] = []
    for domain in dict.fromkeys(template.domain for template in templates):
        if domain not in site.specs.sdtm:
            continue
        of_domain = [template for template in templates if template.domain == domain]
        if domain == "DM":
            blocks += build_demographics(site, of_domain)
            continue
        of_tables: list[DraftBlock] = []
        for placed in site.tables:
            tries = [each for template in of_domain for each in try_template(template, placed, site, of_domain)]
            of_tables += choose(tries, placed, of_domain)
        blocks += _said_once(of_tables, site)
    blocks = _one_domain_each(blocks, site)
    taken = columns_read(blocks)
    for block in blocks:
        _add_left_over(block, site, taken.setdefault(block.table, set()))
    _ask_which_visit(blocks, site)
    _ask_whose_unit(blocks)
    return blocks


def _ask_whose_unit(blocks: Sequence[DraftBlock]) -> None:
    """Makes a question of units in one column, and of the numbers in them, where several columns have results."""
    topics: dict[tuple[str, str, str], set[str]] = {}
    for block, name in _units_read(blocks):
        topics.setdefault((block.domain, block.table, name), set()).add(block.topic)
    for block, name in _units_read(blocks):
        if len(topics[block.domain, block.table, name]) > 1:
            for line in block.lines:
                if line.variable.endswith(("ORRESU", "STRESU", "STRESN")) and not line.like:
                    line.question = f'"{name}" is the unit of which result?'


def _units_read(blocks: Sequence[DraftBlock]) -> list[tuple[DraftBlock, str]]:
    """The column of units that a block reads for a result in a column of its own."""
    return [
        (block, line.columns[0])
        for block in blocks
        for line in block.lines
        if line.variable.endswith("ORRESU") and line.columns and block.test and not block.discriminator[0]
    ]


def _ask_which_visit(blocks: Sequence[DraftBlock], site: Site) -> None:
    """Makes a question of a visit number that no column gives, where the same finding stands in several rows or tables."""
    tables: dict[tuple[str, str, str, int], set[str]] = {}
    for block in blocks:
        tables.setdefault((block.domain, block.test, block.category, block.number), set()).add(block.table)
    for block in blocks:
        several = len(tables[block.domain, block.test, block.category, block.number]) > 1
        for line in block.lines:
            is_assumed = line.variable == "VISITNUM" and line.is_constant and not line.like
            if is_assumed and (several or block.table not in site.one_row):
                line.rule["constant"] = "?"
                line.question = f'which visit is each row of "{block.table}"?'


def _one_domain_each(blocks: Sequence[DraftBlock], site: Site) -> list[DraftBlock]:
    """The blocks; where a column would make all its rows records of two domains, those of the one that its table's name says,
    else of the first that other sites have, else of the first, with a question."""
    domains: dict[tuple[str, str], dict[str, DraftBlock]] = {}
    for block in blocks:
        if not block.discriminator[0] and block.topic and _is_intervention(block, site):
            domains.setdefault((block.table, block.topic), {}).setdefault(block.domain, block)
    dropped: list[tuple[str, str, str]] = []
    for (table, topic), several in domains.items():
        named = site.table(table).named
        ranked = sorted(several.values(), key=lambda block: (block.domain not in named, not block.sources))
        others = [block.domain for block in ranked[1:]]
        if others and ranked[0].domain not in named and not ranked[0].sources:
            ranked[0].question = f'"{topic}" is taken as {ranked[0].domain}; or is it {" or ".join(others)}?'
        dropped += [(table, topic, domain) for domain in others]
    return [block for block in blocks if (block.table, block.topic, block.domain) not in dropped]


def _is_intervention(block: DraftBlock, site: Site) -> bool:
    return site.specs.sdtm[block.domain].class_.upper().startswith("INTERVENTIONS")


def _said_once(blocks: Sequence[DraftBlock], site: Site) -> list[DraftBlock]:
    """The blocks; what several tables with one row a subject say of the same test or category by the one that says it most."""
    best: dict[tuple[str, str, int], tuple[int, str]] = {}

    def key_of(block: DraftBlock) -> tuple[str, str, int] | None:
        # a finding with its own date is another one in the sheet of another visit
        is_dated = any(line.variable == f"{block.domain}DTC" and line.columns for line in block.lines)
        is_fact = block.table in site.one_row and (block.test or block.category) and not is_dated
        return (block.test, block.category, block.number) if is_fact else None

    for block in blocks:
        key = key_of(block)
        filled = site.table(block.table).table.by_name[block.topic].profile.filled
        if key is not None and filled > best.get(key, (-1, ""))[0]:
            best[key] = (filled, block.table)
    return [block for block in blocks if (key := key_of(block)) is None or best[key][1] == block.table]


def columns_read(blocks: Sequence[DraftBlock]) -> dict[str, set[str]]:
    """The columns that some line or condition of the blocks reads, by table."""
    read: dict[str, set[str]] = {}
    for block in blocks:
        read.setdefault(block.table, set()).update(block.columns)
        for line in block.lines:
            read.setdefault(line.table or block.table, set()).update(line.columns)
    return read


def _add_left_over(block: DraftBlock, site: Site, taken: set[str]) -> None:
    """Adds a line for each column that nothing reads yet and that is a variable of the block."""
    placed = site.table(block.table)
    topic = placed.table.by_name.get(block.topic)
    binder = Binder(site, placed, block.domain, topic, block.test, block.category, block.number)
    binder.mask = rows_met(block.when, placed, site)
    known = site.specs.sdtm[block.domain].by_name
    have = {line.variable for line in block.lines}
    for column in placed.table.columns:
        best = placed.best(column.name)
        if column.name in taken or column.name in site.hidden or best is None or best.verb not in _VERBS:
            continue
        variable = best.concept.name_in(block.domain)
        if variable in have or variable not in known or not _may_be_added(placed, block, variable, best):
            continue
        line = build_line(binder, variable, [{best.verb: Ref((best.concept,))}], "")
        is_known = line is not None and (not line.terms or any(term.term for term in line.terms))
        if line is not None and is_known and line.columns == [column.name]:
            line.samples = site.samples(placed, line.columns)
            block.lines.append(line)
            have.add(variable)
            taken.add(column.name)
    order = {name: at for at, name in enumerate(known)}
    block.lines.sort(key=lambda line: (line.is_supp, order.get(line.variable, len(order))))
    block.columns |= frozenset(binder.used)


def _may_be_added(placed: PlacedTable, block: DraftBlock, variable: str, best: Candidate) -> bool:
    """Whether the column says more of the block's records, and makes none of its own."""
    if variable.endswith(_MAKE_RECORDS):
        return False
    if best.concept.is_generic:
        return block.domain in placed.named and not variable.endswith(_NEVER_GENERIC)
    return True
