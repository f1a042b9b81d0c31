"""The tables of a mapping as values: which sheet, where its header is, and how its rows and columns are arranged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from hcc_sdtm.spec.yaml_file import FileModel, Texts


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
