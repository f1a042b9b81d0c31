"""The tables of a mapping as values: which sheet, where its header is, and how its rows and columns are arranged."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from hcc_sdtm.mapping.language.arrange_options import Aggregate, Explode, JoinedTables, Latest
from hcc_sdtm.mapping.language.condition import Condition
from hcc_sdtm.mapping.tables.transfers import Transfers
from hcc_sdtm.raw.header import Heading
from hcc_sdtm.raw.text.encoding_name import parse_encoding
from hcc_sdtm.spec.yaml_file import FileModel, Texts

CHECKED = ("1", "yes", "y", "true", "checked", "是", "有", "√", "✓", "✔", "☑", "■", "●")
UNCHECKED = ("0", "no", "n", "false", "unchecked", "否", "无", "□", "☐", "○")
"""Texts of a box that need no declaration. A cross is among neither: it ticks a box here and denies it there."""


_PLACE = re.compile(r"{([^{}]+)}")


def _header_rows(value: Any) -> Any:
    if isinstance(value, Mapping | HeaderRows):
        return value
    return {"levels": value if isinstance(value, list | tuple) else [value]}


def _known_encoding(name: str) -> str:
    if name:
        parse_encoding(name)
    return name


def _key_values(value: Any) -> Any:
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list | Mapping) and not value:
        raise ValueError("needs at least one text")
    return {text: text for text in value} if isinstance(value, list) else value


KeyValues = Annotated[
    dict[str, str],
    BeforeValidator(_key_values, json_schema_input_type=str | list[str] | dict[str, str]),
]
"""Text in a header to what it stands for; a list where that is the text itself."""

Row = Annotated[int, Field(ge=1)]


class HeaderRows(FileModel):
    """The header rows, 1-based: ``levels`` of one header, or ``any_of`` several that each name the columns.

    ``fill: right`` lets an upper level hold for the unnamed cells to its right.
    """

    levels: tuple[Row, ...] = ()
    any_of: tuple[Row, ...] = ()
    fill: Literal["right"] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> HeaderRows:
        rows = self.levels + self.any_of
        if bool(self.levels) == bool(self.any_of):
            raise ValueError("a header is a row, a list of rows that are its levels, or any_of: rows")
        if len(set(rows)) < len(rows):
            raise ValueError("a row stands twice among the header rows")
        if self.fill and len(self.levels) < 2:
            raise ValueError("fill needs several levels")
        return self


class Unpivot(FileModel):
    """Columns that repeat side by side become rows.

    ``columns`` is the header with ``{KEY}`` and ``{measure}`` in it; the latter may be left out where there is one measure.
    ``measures`` are the columns made, as a list of header texts or as name to header text; those that are ``optional`` need
    not stand in every item. Every other key is a KEY with its values, as a list or as header text to value. A row in which
    all measures of an item are empty is no row.
    """

    columns: str
    measures: KeyValues
    optional: Texts = ()
    keys: dict[str, KeyValues]

    @model_validator(mode="before")
    @classmethod
    def _gather_keys(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "keys" in data:
            return data
        own = {key: value for key, value in data.items() if key in ("columns", "measures", "optional")}
        return own | {"keys": {key: value for key, value in data.items() if key not in own}}

    @model_validator(mode="after")
    def _pattern_names_keys(self) -> Unpivot:
        found = _PLACE.findall(self.columns)
        wanted = {*self.keys, "measure"} if len(self.measures) > 1 or "measure" in found else set(self.keys)
        if wanted != set(found):
            raise ValueError(f"the pattern names {sorted(set(found))} and the keys are {sorted(wanted)}")
        if not self.keys:
            raise ValueError("the pattern needs a key that tells the items apart")
        for name in self.keys.keys() & self.measures.keys():
            raise ValueError(f'"{name}" is a key and a measure')
        for name in self.optional:
            if name not in self.measures:
                raise ValueError(f'optional: no measure "{name}"')
        return self

    @property
    def items(self) -> list[dict[str, tuple[str, str]]]:
        """For each item the header text and the value of each key; the last key changes first."""
        listed = itertools.product(*(values.items() for values in self.keys.values()))
        return [dict(zip(self.keys, item, strict=True)) for item in listed]

    @property
    def headers(self) -> dict[str, list[str]]:
        """For each measure the header that its column has in each item."""
        texts = [{key: text for key, (text, _) in item.items()} for item in self.items]
        return {
            measure: [_header(self.columns, item | {"measure": text}) for item in texts]
            for measure, text in self.measures.items()
        }


def _header(pattern: str, texts: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: texts[place[1]], pattern)


class Checkbox(FileModel):
    """A group of boxes, one column each, that becomes one column with the text of the box that is checked.

    ``columns`` is the header with ``{code}`` in it, ``code`` what each code stands for. With several boxes checked the text
    is ``several``, or without it the texts joined with ``; `` in the order of ``code``. A box with its own text is checked.
    """

    columns: str
    code: KeyValues
    checked: Texts = CHECKED
    unchecked: Texts = ()
    several: str = ""

    @property
    def boxes(self) -> dict[str, str]:
        """What each box stands for, by its header."""
        return {self.columns.replace("{code}", code): text for code, text in self.code.items()}

    @model_validator(mode="after")
    def _pattern_names_code(self) -> Checkbox:
        if _PLACE.findall(self.columns) != ["code"]:
            raise ValueError('the pattern of a checkbox needs {code}, as in "race___{code}"')
        both = set(self.checked).intersection(self.unchecked)
        if both:
            raise ValueError(f'"{min(both)}" means checked and unchecked')
        return self


ARRANGED = frozenset({"stack", "join", "skip", "explode", "latest", "aggregate", "unique"})
"""What a table made from other tables may say."""


class Table(FileModel):
    """One view of a sheet: which file and sheet, where its header is, whose rows they are. Or other tables put together."""

    file: str = ""
    stack: Texts = ()
    """Tables under one another: the columns of all of them, by name, and the column ``table`` that tells which."""

    join: JoinedTables | None = None
    transfers: Transfers | None = None
    encoding: Annotated[str, AfterValidator(_known_encoding)] = ""
    """What the letters of a text file are written in, where its bytes do not tell: ``Windows-1252``, ``GB18030``."""

    sheet: str = ""
    """A pattern: several sheets are stacked; ``{NAME}`` in it, or in ``file``, is a column with that part of the name."""

    header: Annotated[
        HeaderRows,
        BeforeValidator(_header_rows, json_schema_input_type=Row | list[Row] | HeaderRows),
    ] = HeaderRows(levels=(1,))
    first_row: Row | None = None
    """The first row under the header that is a record; None: the one after it."""

    until: Condition | None = None
    """The first row that meets it, and all below, are no records."""

    skip: Condition | None = None
    """Rows that are no records."""

    columns: dict[str, Annotated[Texts, Field(min_length=1)]] = {}
    """Own names of columns, each with the headers it may have: the first that exists is meant, and answers to it only."""

    names: Literal["clean"] | None = None
    """``clean`` cuts units and code lists off header texts."""

    subject: str = ""
    unique: Texts = ()
    """Columns that tell the table's rows apart: a row that repeats an earlier row's key is left out, with a finding."""

    checkbox: dict[str, Checkbox] = {}
    unpivot: Unpivot | None = None
    explode: Explode | None = None
    latest: Latest | None = None
    aggregate: Aggregate | None = None
    ignore: Texts = ()
    """Columns that no rule uses on purpose."""

    @model_validator(mode="after")
    def _one_origin(self) -> Table:
        given = [name for name in ("file", "stack", "join") if getattr(self, name)]
        if len(given) != 1:
            found = f"; this one has {' and '.join(given)}" if given else ""
            raise ValueError(f"a table is one of file, stack or join{found}")
        if self.file and not self.subject:
            raise ValueError('the key "subject" is missing: the column with the subject\'s number')
        if self.file:
            return self
        for name in sorted(self.model_fields_set - ARRANGED):
            raise ValueError(f'"{name}" belongs to a table with a file, not to one with {given[0]}')
        if len(set(self.stack)) < len(self.stack) or len(self.stack) == 1:
            raise ValueError("a stack is of several tables, each once")
        return self

    @property
    def heading(self) -> Heading:
        """The header as the reader wants it."""
        rows = self.header.levels or self.header.any_of
        return Heading(rows, bool(self.header.any_of), self.header.fill == "right", self.names == "clean")

    @field_validator("first_row")
    @classmethod
    def _below_the_header(cls, row: int | None, info: ValidationInfo) -> int | None:
        header = info.data.get("header")
        if row is not None and header is not None and row <= max(header.levels + header.any_of):
            raise ValueError(
                f"the first row lies below the header, whose last row is {max(header.levels + header.any_of)}"
            )
        return row
