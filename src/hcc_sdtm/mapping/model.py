"""A site's mapping as values: tables, blocks and rules. The list of verbs is closed; each rule has exactly one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from hcc_sdtm.dates.vocabulary import languages
from hcc_sdtm.mapping.condition import Condition, Join, Test
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.transport import NAME
from hcc_sdtm.spec.yaml_file import FileModel, Path_, Texts, YamlFile, read_yaml, validate

Order = Literal["ymd", "dmy", "mdy", "none"]
SUBJECT = "subject"
"""The pseudo-column with a row's study number."""


class RuleModel(FileModel):
    """What every rule may carry: a condition, and the label of a supplemental qualifier."""

    when: Condition | None = None
    label: str = Field(default="", max_length=40)


class Copy(RuleModel):
    """The text of a column, surrounding space cut."""

    copy_: str = Field(alias="copy")


class Constant(RuleModel):
    """The same text for every record."""

    constant: str


class Term(RuleModel):
    """The controlled term that a column's text stands for, by ``map`` first, then by the variable's codelist."""

    term: str
    map: dict[str, str] = {}


class Date(RuleModel):
    """A column's date as ISO 8601 text, no more precise than it was typed, with the time of day of another column."""

    date: str
    order: Order | None = None
    time: str = ""


class Number(RuleModel):
    """A column's number, times a factor."""

    number: str
    times: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0


class OffsetBy(FileModel):
    """A stretch of days or weeks in a column, after or before an anchor."""

    days: str = ""
    weeks: str = ""
    after: str = ""
    before: str = ""

    @model_validator(mode="after")
    def _one_of_each(self) -> OffsetBy:
        if bool(self.days) == bool(self.weeks) or bool(self.after) == bool(self.before):
            raise ValueError("an offset needs one of days or weeks, and one of after or before")
        return self


class Offset(RuleModel):
    """A date from a relative time, rounded to the day; the anchor is a declared one, or a variable of the same block."""

    offset: OffsetBy


class FirstOf(RuleModel):
    """The first of several rules that gives a value; which one is kept."""

    first_of: tuple[Rule, ...] = Field(min_length=2)


class Split(RuleModel):
    """One part of a column's text, cut at a separator; parts count from 1."""

    split: str
    separator: str
    part: Annotated[int, Field(ge=1)]


class Concat(RuleModel):
    """The texts of columns and constants, joined; empty where any column is."""

    concat: tuple[str | Constant, ...] = Field(min_length=2)
    separator: str = ""


class LookupIn(FileModel):
    """A row of another table with the same value in ``on``, and the rule to read it by."""

    table: str
    on: str = SUBJECT
    give: Rule


class Lookup(RuleModel):
    """A value from another table's row; more than one row with the same key is a finding and gives nothing."""

    lookup: LookupIn


class Call(RuleModel):
    """A registered function of columns; its settings are texts."""

    call: str
    columns: Texts
    settings: dict[str, str] = {}


VERBS: dict[str, type[RuleModel]] = {
    "copy": Copy,
    "constant": Constant,
    "term": Term,
    "date": Date,
    "number": Number,
    "offset": Offset,
    "first_of": FirstOf,
    "split": Split,
    "concat": Concat,
    "lookup": Lookup,
    "call": Call,
}


def _one_verb(data: Any) -> Any:
    if not isinstance(data, Mapping):
        if isinstance(data, RuleModel):
            return data
        raise ValueError(f"a rule is a verb with what it reads; verbs are {', '.join(VERBS)}")
    verbs = [key for key in data if key in VERBS]
    if len(verbs) == 1:
        own = _keys(VERBS[verbs[0]])
        others = {key for model in VERBS.values() for key in _keys(model)}
        for key in data:
            if key not in own and key in others:  # a key that no verb has is reported with its own line
                raise ValueError(f'{verbs[0]} has no key "{key}"{nearest(key, own)}')
        return data
    if verbs:
        raise ValueError(f"a rule has one verb, this one has {' and '.join(verbs)}")
    first = next(iter(data), "")
    raise ValueError(f'no verb in it: "{first}"{nearest(first, VERBS)}; verbs are {", ".join(VERBS)}')


def _keys(model: type[RuleModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _verb(data: Any) -> str:
    if isinstance(data, RuleModel):
        return next(verb for verb, model in VERBS.items() if type(data) is model)
    return str(next(key for key in data if key in VERBS))


Rule = Annotated[
    Annotated[Copy, Tag("copy")]
    | Annotated[Constant, Tag("constant")]
    | Annotated[Term, Tag("term")]
    | Annotated[Date, Tag("date")]
    | Annotated[Number, Tag("number")]
    | Annotated[Offset, Tag("offset")]
    | Annotated[FirstOf, Tag("first_of")]
    | Annotated[Split, Tag("split")]
    | Annotated[Concat, Tag("concat")]
    | Annotated[Lookup, Tag("lookup")]
    | Annotated[Call, Tag("call")],
    Discriminator(_verb),
    BeforeValidator(_one_verb),
]
for _model in (FirstOf, LookupIn, Lookup):
    _model.model_rebuild()


def _header_rows(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _key_values(value: Any) -> Any:
    return {text: text for text in value} if isinstance(value, list) else value


class Unpivot(FileModel):
    """Columns that repeat side by side become rows.

    ``columns`` is the header with ``{KEY}`` and ``{measure}`` in it. ``measures`` are the columns made, as a list of header
    texts or as name to header text; every other key is a KEY with its values, as a list or as header text to value. A row
    in which all measures of an item are empty is no row.
    """

    columns: str
    measures: Annotated[dict[str, str], BeforeValidator(_key_values)]
    keys: dict[str, Annotated[dict[str, str], BeforeValidator(_key_values)]]

    @model_validator(mode="before")
    @classmethod
    def _gather_keys(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "keys" in data:
            return data
        named = {key: value for key, value in data.items() if key not in ("columns", "measures")}
        return {"columns": data.get("columns"), "measures": data.get("measures"), "keys": named}

    @model_validator(mode="after")
    def _pattern_names_keys(self) -> Unpivot:
        wanted = set(self.keys) | {"measure"}
        found = set(re.findall(r"{([^{}]+)}", self.columns))
        if wanted != found:
            raise ValueError(f"the pattern names {sorted(found)} and the keys are {sorted(wanted)}")
        return self


class Table(FileModel):
    """One view of a sheet: which file and sheet, where its header is, whose rows they are."""

    file: str
    sheet: str = ""
    header: Annotated[tuple[Annotated[int, Field(ge=1)], ...], BeforeValidator(_header_rows), Field(min_length=1)] = (
        1,
    )
    subject: str
    unique: Texts = ()
    """Columns that tell the table's rows apart: a row that repeats an earlier row's key is left out, with a finding."""

    unpivot: Unpivot | None = None
    ignore: Texts = ()
    """Columns that no rule uses on purpose."""


def _regular_expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


class Subjects(FileModel):
    """How a site's subject number becomes the study's: a key file, and a text to put before it.

    ``pattern`` is a regular expression for the whole number, before the prefix: a row with another (a totals row) is left
    out, with a finding.
    """

    file: str = ""
    from_: str = Field(default="", alias="from")
    to: str = ""
    prefix: str = ""
    pattern: Annotated[str, AfterValidator(_regular_expression)] = ""


def _known_languages(codes: tuple[str, ...]) -> tuple[str, ...]:
    for code in codes:
        if code not in languages():
            raise ValueError(f'"{code}" is not one of {", ".join(languages())}{nearest(code, languages())}')
    return codes


class DateHabit(FileModel):
    """How a site writes dates.

    ``order`` is that of day and month (none: not known), ``century`` the pivot of two-digit years, ``unknown`` the site's
    own texts for an unknown part, ``serials`` the system of day numbers (else the workbook's own).
    """

    order: Order = "none"
    century: Annotated[int, Field(ge=0, le=100)] | None = None
    language: Annotated[Texts, AfterValidator(_known_languages)] = ()
    unknown: Texts = ()
    serials: Literal["1900", "1904"] | None = None

    @property
    def languages(self) -> tuple[str, ...] | None:
        """The languages whose words are understood; None: all."""
        return self.language or None


class Anchor(FileModel):
    """A date that relative times count from; a fictional one gives the sentence that every output prints."""

    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    fictional: str = ""


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


class Head(FileModel):
    """Everything of a mapping but its domains."""

    site: str
    country: str = ""
    missing: tuple[str, ...] = ("",)
    dates: DateHabit = DateHabit()
    identifying: Texts = ()
    subjects: Subjects = Subjects()
    anchors: dict[str, Anchor] = {}
    tables: dict[str, Table]

    @property
    def hidden(self) -> tuple[str, ...]:
        """Columns that never leave the reader: the identifying ones, and the site's own numbers where a key file stands
        between them and the study's."""
        own = [self.subjects.from_, *(table.subject for table in self.tables.values())] if self.subjects.file else []
        return tuple(dict.fromkeys([*self.identifying, *own]))


@dataclass(frozen=True)
class SiteMapping:
    """A site's mapping, checked against itself and the specs, and the file it was read from."""

    head: Head
    blocks: tuple[Block, ...]
    file: YamlFile

    def rule_line(self, block: Block, variable: str) -> Source:
        """The line of a variable's rule."""
        return self.file.source(block.path_of(variable))


def columns_read(rule: RuleModel) -> Iterator[str]:
    """Columns of the rule's own table that it reads; a lookup's inner rule reads another table."""
    match rule:
        case Copy(copy_=column) | Term(term=column) | Number(number=column) | Split(split=column):
            yield column
        case Date(date=column, time=clock):
            yield from (column, clock) if clock else (column,)
        case Concat(concat=parts):
            yield from (part for part in parts if isinstance(part, str))
        case Call(columns=columns):
            yield from columns
        case Offset(offset=by):
            yield by.days or by.weeks
        case Lookup(lookup=there):
            yield there.on
        case FirstOf(first_of=rules):
            for part in rules:
                yield from columns_read(part)


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
            looked_up = [
                part for inner in _walk(rule) if isinstance(inner, Lookup) for part in _walk(inner.lookup.give)
            ]
            for inner in _walk(rule):
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
        if sum(isinstance(inner, FirstOf) for inner in _walk(rule)) > isinstance(rule, FirstOf):
            message = "first_of stands inside another rule; write one list of alternatives"
            yield Problem(file.source(block.path_of(variable)), message)
    for variable, rule in block.rules.items():
        source = file.source((*place, variable))
        if variable not in known:
            yield Problem(source, f'{block.domain} has no variable "{variable}"{nearest(variable, known)}')
            continue
        lists = term_lists(specs, block.domain, variable)
        for inner in _walk(rule):
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


def _walk(rule: RuleModel) -> Iterator[RuleModel]:
    """The rule and every rule inside it."""
    yield rule
    if isinstance(rule, FirstOf):
        for part in rule.first_of:
            yield from _walk(part)
    elif isinstance(rule, Lookup):
        yield from _walk(rule.lookup.give)


def term_lists(specs: Specs, domain: str, variable: str) -> list[str]:
    """Codelists that may apply to a variable: its own, or those its value-level lines name."""
    by_value = [level.codelist for level in specs.valuelevel if (level.dataset, level.variable) == (domain, variable)]
    own = specs.sdtm[domain].by_name[variable].codelist
    return list(dict.fromkeys(name for name in (own, *by_value) if name))
