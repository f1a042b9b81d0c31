"""How the rows of tables become the rows of another, as a mapping writes it: explode, latest, aggregate, join.

What each does to the rows stands in the file named for it.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hcc_sdtm.mapping.language.verbs import SUBJECT, Order
from hcc_sdtm.spec.yaml_file import FileModel, Texts

PART = "table"
"""The column of a stack that tells which of its tables a row comes from."""

FUNCTIONS = ("sum", "min", "max", "count", "first", "last", "join")
KINDS = ("number", "date", "text")


class Explode(FileModel):
    """Cells that hold lists, parallel in several columns, become rows: one an item. ``separator`` is one text, or several."""

    columns: Annotated[Texts, Field(min_length=1)]
    separator: Annotated[Texts, Field(min_length=1)]

    @model_validator(mode="after")
    def _can_cut(self) -> Explode:
        if "" in self.separator:
            raise ValueError("a separator needs a character")
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("a column stands twice")
        if SUBJECT in self.columns:
            raise ValueError(f'"{SUBJECT}" is no list: a row is one subject\'s')
        return self


class WrittenNumbers(FileModel):
    """How a column writes numbers, as the verb `number` has it: a decimal comma and signs between thousands are declared."""

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""

    @model_validator(mode="after")
    def _two_signs(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError(f'"{self.decimal}" cannot be the decimal sign and set thousands apart')
        return self

    def _require_numbers(self, is_number: bool) -> None:
        for name in ("decimal", "thousands"):
            if name in self.model_fields_set and not is_number:
                raise ValueError(f"{name} is how numbers are written, and these are none")


class By(WrittenNumbers):
    """The column that says which of several rows is later; dates are read by the site's habits, or in their own order."""

    date: str = ""
    number: str = ""
    order: Order | None = None

    @model_validator(mode="after")
    def _one_column(self) -> By:
        if bool(self.date) == bool(self.number):
            raise ValueError("by is one column: {date: COLUMN} or {number: COLUMN}")
        if self.order and not self.date:
            raise ValueError("an order is that of dates")
        self._require_numbers(bool(self.number))
        return self

    @property
    def column(self) -> str:
        """The column's name."""
        return self.date or self.number


def _require_subject(per: tuple[str, ...]) -> None:
    if SUBJECT not in per:
        raise ValueError(f'per needs "{SUBJECT}": without it rows of several subjects would become one')
    if len(set(per)) < len(per):
        raise ValueError("a column stands twice in per")


class Latest(FileModel):
    """One row for each ``per``: in each column the value of the latest row that has one. ``ties`` says which row of two with
    the same ``by`` is taken where they disagree."""

    per: Texts = (SUBJECT,)
    by: By
    ties: Literal["none", "first", "last"] = "none"

    @model_validator(mode="after")
    def _per_subject(self) -> Latest:
        _require_subject(self.per)
        return self


class Measure(WrittenNumbers):
    """One function of a column over the rows of a group; `count` is that of the rows with a value. ``separator`` is that of
    `join`."""

    sum: str = ""
    min: str = ""
    max: str = ""
    count: str = ""
    first: str = ""
    last: str = ""
    join: str = ""
    kind: Literal["number", "date", "text"] | None = None
    separator: str = ""

    @model_validator(mode="after")
    def _one_function(self) -> Measure:
        named = [name for name in FUNCTIONS if getattr(self, name)]
        if len(named) != 1:
            found = f", not {' and '.join(named)}" if named else ""
            raise ValueError(f"a measure is one of {', '.join(FUNCTIONS)} with its column{found}")
        function = named[0]
        if function == "sum" and self.kind not in (None, "number"):
            raise ValueError(f"a sum is one of numbers, not of kind {self.kind}")
        if function in ("count", "first", "last") and self.kind:
            raise ValueError(f"{function} takes texts as they stand and has no kind")
        if function != "join" and self.separator:
            raise ValueError(f"{function} has no separator")
        self._require_numbers(self.read_as == "number")
        return self

    @property
    def function(self) -> str:
        """What is done with the column."""
        return next(name for name in FUNCTIONS if getattr(self, name))

    @property
    def column(self) -> str:
        """The column that is read."""
        return str(getattr(self, self.function))

    @property
    def read_as(self) -> str:
        """What the column's texts are read as: declared, else numbers where their size is asked for."""
        return self.kind or ("number" if self.function in ("sum", "min", "max") else "text")


class Aggregate(FileModel):
    """One row for each ``per``, with a column for each measure over its rows."""

    per: Texts = (SUBJECT,)
    measures: Annotated[dict[str, Measure], Field(min_length=1)]

    @model_validator(mode="after")
    def _per_subject(self) -> Aggregate:
        _require_subject(self.per)
        for name in self.measures:
            if name in self.per:
                raise ValueError(f'"{name}" is a column of per and a measure')
        return self


class JoinedTables(FileModel):
    """Two tables side by side: each row of ``left`` with the row of ``right`` that has the same texts in ``on``.

    ``cardinality`` says whose key may stand in several rows; it is verified.
    """

    left: str
    right: str
    on: Annotated[Texts, Field(min_length=1)] = (SUBJECT,)
    cardinality: Literal["one_to_one", "many_to_one", "one_to_many"]

    @model_validator(mode="after")
    def _two_tables(self) -> JoinedTables:
        if self.left == self.right:
            raise ValueError(f'"{self.left}" is on both sides')
        if len(set(self.on)) < len(self.on):
            raise ValueError("a column stands twice in on")
        return self
