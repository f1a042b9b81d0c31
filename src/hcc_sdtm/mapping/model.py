"""A site's mapping as a value: its head and its blocks of rules, read from its file and checked against the specs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from hcc_sdtm.mapping.condition import Condition, Join, Test
from hcc_sdtm.mapping.head import Head
from hcc_sdtm.mapping.verbs import FirstOf, Lookup, Offset, Rule, RuleModel, Term, columns_read, walk
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.transport import NAME
from hcc_sdtm.spec.yaml_file import FileModel, Path_, YamlFile, read_yaml, validate


@dataclass(frozen=True)
class Block:
    """One block of a domain: the rows it reads, the variables it fills, and its place in the file."""

    domain: str
    number: int
    rows: str
    when: Test | Join | None
    rules: Mapping[str, RuleModel]
    supp: Mapping[str, RuleModel]

    def path_of(self, variable: str) -> Path_:
        """Where a variable's rule stands in the file."""
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
    """A site's mapping, checked against itself and the specs, and the file it was read from."""

    head: Head
    blocks: tuple[Block, ...]
    file: YamlFile

    def rule_line(self, block: Block, variable: str) -> Source:
        """The line of a variable's rule."""
        return self.file.source(block.path_of(variable))


def read_mapping(path: Path, name: str, specs: Specs) -> SiteMapping:
    """A site's mapping; StudyError with every problem of the file: keys, verbs, variables and terms that do not exist."""
    file = read_yaml(path, name)
    if not isinstance(file.data, dict):
        raise StudyError([Problem(file.source(()), "a mapping is keys: site, tables, and the domains to make")])
    problems: list[Problem] = []
    heads = {key: value for key, value in file.data.items() if key in Head.model_fields}
    head: Head | None = None
    try:
        head = validate(file, Head, data=heads)
    except StudyError as error:
        problems += error.problems
    if head is not None and not head.subjects.file:
        problems += [
            Problem(
                file.source(("tables", name, "subject")),
                f'"{table.subject}" is identifying; name a key file under subjects that gives the study number',
            )
            for name, table in head.tables.items()
            if table.subject in head.identifying
        ]
    blocks: list[Block] = []
    for domain, listed in file.data.items():
        if domain in heads:
            continue
        if domain not in specs.sdtm:
            names = [*specs.sdtm, *Head.model_fields]
            problems.append(
                Problem(
                    file.source((domain,)),
                    f'"{domain}" is no key of a mapping and no domain with a spec{nearest(domain, names)}',
                )
            )
            continue
        if not isinstance(listed, list):
            problems.append(Problem(file.source((domain,)), f"{domain} is a list of blocks, each with its rows"))
            continue
        for number, data in enumerate(listed):
            try:
                model = validate(file, BlockModel, (domain, number), data)
            except StudyError as error:
                problems += error.problems
                continue
            block = Block(domain, number, model.rows, model.when, model.rules, model.supp)
            blocks.append(block)
            problems += _block_problems(block, head, file, specs)
    if head is None or problems:
        raise StudyError(sorted(dict.fromkeys(problems), key=lambda problem: problem.source.line))
    return SiteMapping(head, tuple(blocks), file)


def _block_problems(block: Block, head: Head | None, file: YamlFile, specs: Specs) -> Iterator[Problem]:
    place = (block.domain, block.number)
    known = specs.sdtm[block.domain].by_name
    if head is not None:
        if block.rows not in head.tables:
            yield Problem(file.source((*place, "rows")), f'no table "{block.rows}"{nearest(block.rows, head.tables)}')
        earlier: list[str] = []
        for variable, rule in {**block.rules, **block.supp}.items():
            line = file.source(block.path_of(variable))
            looked_up = [part for inner in walk(rule) if isinstance(inner, Lookup) for part in walk(inner.lookup.give)]
            for inner in walk(rule):
                # a lookup's own column is only a key
                for column in () if isinstance(inner, FirstOf | Lookup) else columns_read(inner):
                    if column in head.hidden:
                        yield Problem(line, f'"{column}" is identifying; no rule may read it')
                if isinstance(inner, Lookup) and inner.lookup.table not in head.tables:
                    yield Problem(line, f'no table "{inner.lookup.table}"{nearest(inner.lookup.table, head.tables)}')
                anchor = inner.offset.after or inner.offset.before if isinstance(inner, Offset) else ""
                anchors = [*head.anchors, *([] if any(inner is part for part in looked_up) else earlier)]
                if anchor and anchor not in anchors:
                    message = f'no anchor and no earlier date of the block "{anchor}"{nearest(anchor, anchors)}'
                    yield Problem(line, message)
            if variable in known and known[variable].is_iso_date:
                earlier.append(variable)
    for variable, rule in {**block.rules, **block.supp}.items():
        if sum(isinstance(inner, FirstOf) for inner in walk(rule)) > isinstance(rule, FirstOf):
            message = "first_of stands inside another rule; write one list of alternatives"
            yield Problem(file.source(block.path_of(variable)), message)
    for variable, rule in block.rules.items():
        source = file.source((*place, variable))
        if variable not in known:
            yield Problem(source, f'{block.domain} has no variable "{variable}"{nearest(variable, known)}')
            continue
        lists = term_lists(specs, block.domain, variable)
        for inner in walk(rule):
            if not isinstance(inner, Term):
                continue
            if not inner.map and not lists:
                yield Problem(source, f"{variable} has no codelist, so a term needs a map")
            allowed = {term for name in lists for term in specs.codelists[name].terms}
            closed = lists and not any(specs.codelists[name].extensible for name in lists)
            for value in sorted(set(inner.map.values()) - allowed if closed else ()):
                by_synonym = [specs.codelists[name].by_folded.get(value.casefold()) for name in lists]
                meant = next(filter(None, by_synonym), None)
                hint = f'; did you mean "{meant}"?' if meant else nearest(value, allowed)
                yield Problem(source, f'"{value}" is not a term of {"/".join(lists)}{hint}')
    for name, rule in block.supp.items():
        line = file.source(block.path_of(name))
        if f"SUPP{block.domain}" not in specs.sdtm:
            message = f"SUPP{block.domain} has no spec, so {name} has no place; add it to datasets.csv"
            yield Problem(line, message)
        if not NAME.fullmatch(name):
            yield Problem(line, f'"{name}" is no QNAM: at most 8 of A-Z, 0-9, _, a letter first')
        if not rule.label:
            yield Problem(line, f"{name} needs a label")


def term_lists(specs: Specs, domain: str, variable: str) -> list[str]:
    """Codelists that may apply to a variable: its own, or those its value-level lines name."""
    by_value = [level.codelist for level in specs.valuelevel if (level.dataset, level.variable) == (domain, variable)]
    own = specs.sdtm[domain].by_name[variable].codelist
    return list(dict.fromkeys(name for name in (own, *by_value) if name))
