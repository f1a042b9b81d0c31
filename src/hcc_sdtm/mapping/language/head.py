"""The head of a mapping as values: the site, how it writes dates and numbers its subjects, and its tables."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from hcc_sdtm.dates import PartialDate
from hcc_sdtm.dates.vocabulary import languages
from hcc_sdtm.mapping.language.table_options import Table
from hcc_sdtm.mapping.language.verbs import NameOrRule, Order, Rule, RuleModel, verb_of
from hcc_sdtm.problem import nearest
from hcc_sdtm.spec.yaml_file import FileModel, Texts


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

    @model_validator(mode="after")
    def _file_with_both_columns(self) -> Subjects:
        if len({self.file == "", self.from_ == "", self.to == ""}) > 1:
            raise ValueError(
                "file, from and to go together: the key file, its column with the site's number and the study's"
            )
        return self


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


def _complete_date(value: str | RuleModel) -> str | RuleModel:
    if isinstance(value, str) and not _is_day(value):
        raise ValueError("is no day such as 2021-03-05; a column goes as {date: COLUMN}")
    return value


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2021-03-05") and PartialDate.from_iso(text).is_complete
    except ValueError:
        return False


class Anchor(FileModel):
    """A date that relative times count from: the same for every row, or a rule that gives it.

    A fictional one gives the sentence that every output prints.
    """

    date: Annotated[NameOrRule, AfterValidator(_complete_date)]
    fictional: str = ""

    @property
    def shown(self) -> str:
        """The date, or that a rule gives it."""
        return self.date if isinstance(self.date, str) else f"by {verb_of(self.date)}"


class Head(FileModel):
    """Everything of a mapping but its domains.

    ``extends`` is another file whose keys hold where this one has none; ``terms`` the files of the reviewed dictionary;
    ``defaults`` gives rules, by domain (``*``: every one) and variable, for blocks that have none.
    """

    extends: str = ""
    site: str
    country: str = ""
    missing: tuple[str, ...] = ("",)
    dates: DateHabit = DateHabit()
    identifying: Texts = ()
    subjects: Subjects = Subjects()
    terms: Texts = ()
    anchors: dict[str, Anchor] = {}
    defaults: dict[str, dict[str, Rule]] = {}
    tables: dict[str, Table]

    @property
    def hidden(self) -> tuple[str, ...]:
        """Columns that never leave the reader: the identifying ones, and the site's own numbers where a key file stands
        between them and the study's."""
        own = [self.subjects.from_, *(table.subject for table in self.tables.values() if table.file)]
        named = [*self.identifying, *(own if self.subjects.file else [])]
        renamed = [table.columns[name] for table in self.tables.values() for name in named if name in table.columns]
        return tuple(dict.fromkeys([*named, *(header for headers in renamed for header in headers)]))
