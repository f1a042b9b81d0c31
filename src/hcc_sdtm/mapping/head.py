"""The head of a mapping as values: the site, how it writes dates and numbers its subjects, and its tables."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from hcc_sdtm.dates.vocabulary import languages
from hcc_sdtm.mapping.table_options import Table
from hcc_sdtm.mapping.verbs import Order
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
