"""The rules of a mapping as values: a closed list of verbs; each rule has exactly one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from hcc_sdtm.mapping.language.condition import Condition
from hcc_sdtm.mapping.rules.units import Units, written_unit
from hcc_sdtm.problem import nearest
from hcc_sdtm.spec.yaml_file import FileModel, Texts

Order = Literal["ymd", "dmy", "mdy", "none"]
SUBJECT = "subject"
"""The pseudo-column with a row's study number."""

INSIDE = "inside"
"""What `number` is told where the unit stands in the number's own cell."""

Factor = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Limit = Annotated[float, Field(allow_inf_nan=False)]
Filled = Annotated[str, Field(min_length=1)]
"""A text that must be there: the name of a column or of a table, a separator."""


class RuleModel(FileModel):
    """What every rule may carry: a condition, and the label of a supplemental qualifier."""

    when: Condition | None = None
    label: str = Field(default="", max_length=40)


class Copy(RuleModel):
    """The text of a column, surrounding space cut; in capitals where ``case`` is ``upper``."""

    copy_: Filled = Field(alias="copy")
    case: Literal["upper"] | None = None


class Constant(RuleModel):
    """The same text for every record."""

    constant: str


def _column_or_constant(value: Any) -> Any:
    is_constant = isinstance(value, Mapping) and list(value) == ["constant"] and isinstance(value["constant"], str)
    if value == "" or not (isinstance(value, str | Constant) or is_constant):
        raise ValueError("a column, or a text that is the same for every row: {constant: TEXT}")
    return value


ColumnOrConstant = Annotated[str | Constant, BeforeValidator(_column_or_constant)]
"""The name of a column, or a text that is the same for every row."""


def _at_least_two(value: Any) -> Any:
    # said here, because a part that is wrong itself would be counted as absent
    if isinstance(value, list | tuple) and len(value) >= 2:
        return value
    raise ValueError("needs a list of at least two")


class Term(RuleModel):
    """The controlled term that a column's text stands for: by ``map``, the reviewed dictionary, the variable's codelist.

    ``list`` names the list of the dictionary, in place of the variable's codelist and its own name.
    """

    term: Filled
    map: dict[str, str] = {}
    list_: str = Field(default="", alias="list")


class Date(RuleModel):
    """A column's date as ISO 8601 text, no more precise than it was typed, with the time of day of another column."""

    date: Filled
    order: Order | None = None
    time: str = ""


def _open_ends(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 2 and value != ["", ""]:
        return [None if end == "" else end for end in value]
    if isinstance(value, tuple):
        return value
    raise ValueError('needs the least and the most that can be, as [0, 80] or [0, ""]')


class Number(RuleModel):
    """A column's number, times a factor, or times the factor of its unit.

    The unit stands in another column, is the same for every row (``{constant: TEXT}``), or stands behind the number in its
    own cell (``inside``). A comma is the decimal sign, and thousands are set apart, only where the mapping says so. A result
    outside ``limits`` cannot be.
    """

    number: Filled
    times: Factor = 1.0
    unit: ColumnOrConstant = ""
    factors: dict[str, Factor] = {}
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    limits: Annotated[
        tuple[Limit | None, Limit | None], BeforeValidator(_open_ends, json_schema_input_type=list[float | str])
    ] = (None, None)

    @model_validator(mode="after")
    def _limits_in_order(self) -> Number:
        low, high = self.limits
        if low is not None and high is not None and low > high:
            raise ValueError(f"the limits {low:g} to {high:g} leave no number")
        return self

    @model_validator(mode="after")
    def _unit_has_factors(self) -> Number:
        if bool(self.unit) != bool(self.factors):
            raise ValueError(
                "unit and factors go together: what is typed, and how much one of each unit is in the result"
            )
        if self.factors and "times" in self.model_fields_set:
            raise ValueError("a number has times or the factors of its unit, not both")
        if self.thousands == self.decimal:
            raise ValueError(f'"{self.decimal}" cannot be the decimal sign and set thousands apart')
        by_unit: dict[str, float] = {}
        for name, factor in self.factors.items():
            if by_unit.setdefault(written_unit(name), factor) != factor:
                raise ValueError(f'the unit "{name}" has two factors')
        if isinstance(self.unit, Constant):
            Units(self.factors).factor(self.unit.constant)
        return self


class OffsetBy(FileModel):
    """A stretch of days or weeks in a column, after or before an anchor.

    The anchor is the name of a declared one, or of an earlier date variable of the same block; or a rule that gives a date.
    """

    days: str = ""
    weeks: str = ""
    after: NameOrRule = ""
    before: NameOrRule = ""

    @model_validator(mode="after")
    def _one_of_each(self) -> OffsetBy:
        if bool(self.days) == bool(self.weeks) or bool(self.after) == bool(self.before):
            raise ValueError("an offset needs one of days or weeks, and one of after or before")
        return self

    @property
    def column(self) -> str:
        """The column with the stretch of time."""
        return self.days or self.weeks

    @property
    def anchor(self) -> str | RuleModel:
        """What it counts from: a name, or a rule."""
        return self.after or self.before


class Offset(RuleModel):
    """A date from a relative time, to the nearest day."""

    offset: OffsetBy


class FirstOf(RuleModel):
    """The first of several rules that gives a value; which one is kept.

    All of them are read: where a later one gives another value, that is a finding unless ``disagree`` is ``ignore``.
    """

    first_of: Annotated[tuple[Rule, ...], BeforeValidator(_at_least_two)]
    disagree: Literal["finding", "ignore"] = "finding"


class Split(RuleModel):
    """One part of a column's text, cut at a separator; parts count from 1."""

    split: Filled
    separator: Filled
    part: Annotated[int, Field(ge=1)]


class Concat(RuleModel):
    """The texts of columns and constants, joined; empty where any column is."""

    concat: Annotated[tuple[ColumnOrConstant, ...], BeforeValidator(_at_least_two)]
    separator: str = ""


class LookupIn(FileModel):
    """A row of another table with the same values in the columns ``on``, and the rule to read it by.

    ``one_to_one`` says that no two rows of this table read one row of the other.
    """

    table: Filled
    on: Annotated[Texts, Field(min_length=1)] = (SUBJECT,)
    give: Rule
    cardinality: Literal["one_to_one", "many_to_one"] = "many_to_one"


class Lookup(RuleModel):
    """A value from another table's row; rows that break the cardinality are findings and give nothing."""

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


def verb_of(data: Any) -> str:
    """The verb of a rule, read or as written."""
    if isinstance(data, RuleModel):
        return next(verb for verb, model in VERBS.items() if type(data) is model)
    return str(next(key for key in data if key in VERBS))


def _name_or_rule(data: Any) -> str:
    return "name" if isinstance(data, str) else "rule"


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
    Discriminator(verb_of),
    BeforeValidator(_one_verb),
]
NameOrRule = Annotated[
    Annotated[str, Tag("name")] | Annotated[Rule, Tag("rule")],
    Discriminator(_name_or_rule),
]
"""A name, or a rule in its place."""

for _model in (OffsetBy, Offset, FirstOf, LookupIn, Lookup):
    _model.model_rebuild()


def columns_read(rule: RuleModel) -> Iterator[str]:
    """Columns of the rule's own table that it reads itself; a lookup's inner rule reads another table, and an offset's
    anchor is a rule of its own."""
    match rule:
        case Copy(copy_=column) | Term(term=column) | Split(split=column):
            yield column
        case Number(number=column, unit=unit):
            yield from (column, unit) if isinstance(unit, str) and unit not in ("", INSIDE) else (column,)
        case Date(date=column, time=clock):
            yield from (column, clock) if clock else (column,)
        case Concat(concat=parts):
            yield from (part for part in parts if isinstance(part, str))
        case Call(columns=columns):
            yield from columns
        case Offset(offset=by):
            yield by.column
        case Lookup(lookup=there):
            yield from there.on
        case FirstOf(first_of=rules):
            for part in rules:
                yield from columns_read(part)


def value_columns(rule: RuleModel) -> tuple[str, ...]:
    """Columns that a rule's value stands in: neither its time of day, nor its unit, nor a lookup's key."""
    match rule:
        case Date(date=column) | Number(number=column):
            return (column,)
        case Lookup(lookup=there):
            return value_columns(there.give)
    return tuple(columns_read(rule))


def walk(rule: RuleModel) -> Iterator[RuleModel]:
    """The rule and every rule inside it."""
    yield rule
    for part in parts_of(rule):
        yield from walk(part)


def parts_of(rule: RuleModel) -> tuple[RuleModel, ...]:
    """The rules inside a rule that read its own table or another."""
    match rule:
        case FirstOf(first_of=rules):
            return rules
        case Lookup(lookup=there):
            return (there.give,)
        case Offset(offset=by) if isinstance(by.anchor, RuleModel):
            return (by.anchor,)
    return ()
