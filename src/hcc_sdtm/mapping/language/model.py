"""A site's mapping as a value: its head and its blocks of rules, read from its file and checked against the specs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field, model_validator

from hcc_sdtm.mapping.language.condition import Condition, Join, Test
from hcc_sdtm.mapping.language.extending import ExtendedFile, read_extended
from hcc_sdtm.mapping.language.head import Head
from hcc_sdtm.mapping.language.rule_problems import (
    Surroundings,
    condition_problems,
    rule_problems,
    supplemental_problems,
    term_lists,
)
from hcc_sdtm.mapping.language.salvage import salvage_condition, salvage_head, salvage_rules
from hcc_sdtm.mapping.language.term_dictionary import TermDictionary, read_dictionary
from hcc_sdtm.mapping.language.verbs import SUBJECT, Copy, Rule, RuleModel, Term, walk
from hcc_sdtm.mapping.rules.anchoring import with_anchors
from hcc_sdtm.mapping.tables.table_order import table_problems
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.yaml_file import FileModel, Path_, YamlFile, validate

__all__ = ["Block", "BlockModel", "Default", "SiteMapping", "read_mapping", "term_lists"]

EVERY_DOMAIN = "*"
OWN_DOMAIN = "--"
"""What stands for the domain's two letters in a variable of the defaults for every domain."""


class Default(NamedTuple):
    """A rule for blocks that have none for the variable, and where it stands in the file."""

    variable: str
    rule: RuleModel
    path: Path_


@dataclass(frozen=True)
class Block:
    """One block of a domain: the rows it reads, the variables it fills, and its place in the file.

    ``defaults`` are the rules it may take where it has none, the ones that go first standing first; ``inherited`` tells
    where those stand that it has taken.
    """

    domain: str
    number: int
    rows: str
    when: Test | Join | None
    rules: Mapping[str, RuleModel]
    supp: Mapping[str, RuleModel]
    defaults: tuple[Default, ...] = ()
    inherited: Mapping[str, Path_] = field(default_factory=dict)

    def path_of(self, variable: str) -> Path_:
        """Where a variable's rule stands in the file."""
        if variable in self.inherited:
            return self.inherited[variable]
        under = ("SUPP",) if variable in self.supp else ()
        return (self.domain, self.number, *under, variable)


class BlockModel(FileModel):
    """A block as written: ``rows``, ``when``, ``SUPP``, and one rule for each target variable."""

    rows: str
    when: Condition | None = None
    supp: dict[str, Rule] = Field(default={}, alias="SUPP")
    rules: dict[str, Rule]

    @model_validator(mode="before")
    @classmethod
    def _gather_rules(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise ValueError("a block is rows, when, and one rule for each variable")
        own = {key: value for key, value in data.items() if key in ("rows", "when", "SUPP")}
        return own | {"rules": {key: value for key, value in data.items() if key not in own}}


@dataclass(frozen=True)
class SiteMapping:
    """A site's mapping, checked against itself and the specs, and the file it was read from.

    ``read`` are all files it was read from, the forms it extends and its dictionaries too: path, and name in sources.
    """

    head: Head
    blocks: tuple[Block, ...]
    file: YamlFile
    dictionary: TermDictionary = field(default_factory=TermDictionary)
    read: tuple[tuple[Path, str], ...] = ()

    def rule_line(self, block: Block, variable: str) -> Source:
        """The line of a variable's rule."""
        return self.file.source(block.path_of(variable))


def read_mapping(path: Path, name: str, specs: Specs) -> SiteMapping:
    """A site's mapping; StudyError with every problem of the file: keys, verbs, variables and terms that do not exist."""
    found = read_extended(path, name)
    file = found.file
    problems: list[Problem] = []
    head = _read_head(file, problems)
    written = _read_blocks(file, head, specs, problems)
    own_lists = [rule.list_ for rule in _all_rules(written, head) if isinstance(rule, Term) and rule.list_]
    qualifiers = [name for block in written for name in block.supp]
    terms = list(_term_files(found, head.terms, problems))
    dictionary = read_dictionary(terms, specs, [*own_lists, *qualifiers], problems)
    if len(terms) < len(head.terms):  # what the absent file has is not known
        dictionary = replace(dictionary, lists=(*dictionary.lists, *own_lists))
    around = Surroundings(head, dictionary, specs)
    defaults = _read_defaults(file, {block.domain for block in written}, around, problems)
    blocks = []
    for block in written:
        problems += _block_problems(block, file, around)
        usable = tuple(
            Default(_own_name(default.variable, block.domain), default.rule, default.path)
            for domain, default in defaults
            if domain in (block.domain, EVERY_DOMAIN)
            and _own_name(default.variable, block.domain) in specs.sdtm[block.domain].by_name
        )
        # those of the domain go before those of every domain
        usable = tuple(sorted(usable, key=lambda default: default.path[1] == EVERY_DOMAIN))
        problems += _identity_problems(block, [*block.rules, *(default.variable for default in usable)], head, file)
        blocks.append(Block(block.domain, block.number, block.rows, block.when, block.rules, block.supp, usable))
    if problems:
        raise StudyError(_in_order(problems, name))
    return SiteMapping(head, tuple(blocks), file, dictionary, (*found.read, *terms))


def _in_order(problems: Sequence[Problem], name: str) -> list[Problem]:
    """Each problem once: the mapping's own by line, then those of the files it reads."""
    places = {each: (each.source.file != name, each.source.file, each.source.line) for each in problems}
    return sorted(places, key=places.__getitem__)


def _read_head(file: YamlFile, problems: list[Problem]) -> Head:
    """The head; where something is wrong with it, what is left of it to check the rest against."""
    heads = {key: value for key, value in file.data.items() if key in Head.model_fields}
    try:
        head = validate(file, Head, data=heads)
    except StudyError as error:
        problems += error.problems
        head = salvage_head(heads)
    else:
        if not head.site:
            problems.append(Problem(file.source(("site",)), "the site has no number; SITEID is this text"))
    if not head.subjects.file:
        problems += [
            Problem(
                file.source(("tables", name, "subject")),
                f'"{table.subject}" is identifying; name a key file under subjects that gives the study number',
            )
            for name, table in head.tables.items()
            if table.subject in head.identifying
        ]
    problems += table_problems(head, file)
    return head


def _read_blocks(file: YamlFile, head: Head, specs: Specs, problems: list[Problem]) -> list[Block]:
    blocks: list[Block] = []
    anchors = head.anchors
    for domain, listed in file.data.items():
        if domain in Head.model_fields:
            continue
        line = file.source((domain,))
        if domain not in specs.sdtm:
            names = [*specs.sdtm, *Head.model_fields]
            message = f'"{domain}" is no key of a mapping and no domain with a spec{nearest(domain, names)}'
            problems.append(Problem(line, message))
            continue
        if reason := specs.why_unmapped(domain):
            problems.append(Problem(line, reason))
            continue
        if not isinstance(listed, list):
            problems.append(Problem(line, f"{domain} is a list of blocks, each with its rows"))
            continue
        for number, data in enumerate(listed):
            try:
                model = validate(file, BlockModel, (domain, number), data)
                block = Block(domain, number, model.rows, model.when, model.rules, model.supp)
            except StudyError as error:
                problems += error.problems
                block = _salvage_block(domain, number, data)
                problems += _unread_variables(block, data, file, specs)
            rules = {variable: with_anchors(rule, anchors) for variable, rule in block.rules.items()}
            supp = {name: with_anchors(rule, anchors) for name, rule in block.supp.items()}
            blocks.append(replace(block, rules=rules, supp=supp))
    return blocks


def _salvage_block(domain: str, number: int, data: Any) -> Block:
    """What can be read of a block that something is wrong with."""
    written = data if isinstance(data, Mapping) else {}
    rows = written.get("rows", "")
    rules = salvage_rules({key: value for key, value in written.items() if key not in ("rows", "when", "SUPP")})
    when = salvage_condition(written.get("when"))
    return Block(domain, number, rows if isinstance(rows, str) else "", when, rules, salvage_rules(written.get("SUPP")))


def _unread_variables(block: Block, data: Any, file: YamlFile, specs: Specs) -> Iterator[Problem]:
    """Variables that do not exist, of rules that could not be read."""
    known = specs.sdtm[block.domain].by_name
    for name in data if isinstance(data, Mapping) else ():
        if name not in {"rows", "when", "SUPP", *block.rules, *known}:
            line = file.source((block.domain, block.number, name))
            yield Problem(line, f'{block.domain} has no variable "{name}"{nearest(name, known)}')


def _read_defaults(
    file: YamlFile, made: Collection[str], around: Surroundings, problems: list[Problem]
) -> list[tuple[str, Default]]:
    """The default rules with their domain, checked; a problem for one whose domain or variable does not exist.

    A rule for every domain is checked against those that the mapping makes.
    """
    head, specs = around.head, around.specs
    defaults = []
    for domain, rules in head.defaults.items():
        if domain != EVERY_DOMAIN and domain not in specs.sdtm:
            message = f'"{domain}" is no domain with a spec, and not "*"{nearest(domain, specs.sdtm)}'
            problems.append(Problem(file.source(("defaults", domain)), message))
            continue
        for variable, written in rules.items():
            path = ("defaults", domain, variable)
            rule = with_anchors(written, head.anchors)
            defaults.append((domain, Default(variable, rule, path)))
            having = [name for name, spec in specs.sdtm.items() if _own_name(variable, name) in spec.by_name]
            if domain == EVERY_DOMAIN and not having:
                names = sorted({each for spec in specs.sdtm.values() for each in spec.by_name})
                message = f'no domain has a variable "{variable}"{nearest(variable, names)}'
                problems.append(Problem(file.source(path), message))
            for name in [domain] if domain != EVERY_DOMAIN else [name for name in having if name in made]:
                earlier = [each.name for each in specs.sdtm[name].by_name.values() if each.is_iso_date]
                problems += rule_problems(name, _own_name(variable, name), rule, file.source(path), earlier, around)
    return defaults


def _own_name(variable: str, domain: str) -> str:
    return variable.replace(OWN_DOMAIN, domain, 1) if variable.startswith(OWN_DOMAIN) else variable


def _block_problems(block: Block, file: YamlFile, around: Surroundings) -> Iterator[Problem]:
    head, known = around.head, around.specs.sdtm[block.domain].by_name
    if block.rows and block.rows not in head.tables:
        line = file.source((block.domain, block.number, "rows"))
        yield Problem(line, f'no table "{block.rows}"{nearest(block.rows, head.tables)}')
    yield from condition_problems(block.when, file.source((block.domain, block.number, "when")), head)
    earlier: list[str] = []
    for variable, rule in block.rules.items():
        line = file.source((block.domain, block.number, variable))
        yield from rule_problems(block.domain, variable, rule, line, earlier, around)
        if variable in known and known[variable].is_iso_date:
            earlier.append(variable)
    for name, rule in block.supp.items():
        line = file.source(block.path_of(name))
        yield from supplemental_problems(block.domain, name, rule, line, earlier, around)


def _identity_problems(block: Block, ruled: Collection[str], head: Head, file: YamlFile) -> Iterator[Problem]:
    """SUBJID is another text than the subject's number, from which every domain makes USUBJID, and USUBJID has no rule."""
    rule, table = block.rules.get("SUBJID"), head.tables.get(block.rows)
    same = {SUBJECT} if head.subjects.prefix or head.subjects.file or table is None else {SUBJECT, table.subject}
    if rule is not None and "USUBJID" not in ruled and not (isinstance(rule, Copy) and rule.copy_ in same):
        message = (
            "USUBJID would be made from this, and in every other domain from the column subject; "
            "copy subject, or give USUBJID a rule under defaults"
        )
        yield Problem(file.source(block.path_of("SUBJID")), message)


def _all_rules(blocks: Sequence[Block], head: Head) -> Iterator[RuleModel]:
    """Every rule of the blocks and of the defaults, and every rule inside one."""
    listed = [rule for block in blocks for rule in (*block.rules.values(), *block.supp.values())]
    listed += [rule for rules in head.defaults.values() for rule in rules.values()]
    return (inner for rule in listed for inner in walk(rule))


def _term_files(found: ExtendedFile, names: Sequence[str], problems: list[Problem]) -> Iterator[tuple[Path, str]]:
    """The files of the dictionary that are there; a problem for one that is not."""
    for at, text in enumerate(names):
        place = ("terms", at) if ("terms", at) in found.file.lines else ("terms",)
        path, name = found.beside(place, text)
        if path.is_file():
            yield path, name
        else:
            known = [each.name for each in path.parent.glob("*.csv")] if path.parent.is_dir() else []
            problems.append(Problem(found.file.source(place), f'no file "{text}" of terms{nearest(text, known)}'))
