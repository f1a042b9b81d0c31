"""The rules of a mapping as values: a closed list of verbs; each rule has exactly one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from hcc_sdtm.mapping.condition import Condition
from hcc_sdtm.problem import nearest
from hcc_sdtm.spec.yaml_file import FileModel, Texts

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


def walk(rule: RuleModel) -> Iterator[RuleModel]:
    """The rule and every rule inside it."""
    yield rule
    if isinstance(rule, FirstOf):
        for part in rule.first_of:
            yield from walk(part)
    elif isinstance(rule, Lookup):
        yield from walk(rule.lookup.give)
