"""Records of an analysis dataset, a line each."""

from __future__ import annotations

import pandas as pd

from hcc_sdtm.number_text import number_text
from hcc_sdtm.outputs.tables.content import NotMade, TableContent, as_text, keeps
from hcc_sdtm.outputs.tables.table import Column, Line, Table
from hcc_sdtm.spec.table_list import ListingColumn, ListingTable

NARROWEST, WIDEST, BOLD = 5, 40, 2  # letters; a head is bold and so wider
SAS_EPOCH = pd.Timestamp("1960-01-01")


def build_listing(spec: ListingTable, content: TableContent) -> Table:
    """The records of the population's subjects in the order of ``sort``; missing is empty."""
    named = [*(column.variable for column in spec.columns), *spec.where, *spec.where_not, *spec.sort]
    frame = _with_subject_variables(spec, content, named)
    kept = frame["USUBJID"].isin(content.subjects(spec.population)["USUBJID"])
    kept &= keeps(frame, spec.where) & keeps(frame, spec.where_not, is_kept=False)
    frame = frame[kept].sort_values(list(spec.sort), kind="stable", na_position="last")
    if frame.empty:
        raise NotMade(f"{spec.dataset} has no such record")
    cells = [_texts(column, frame[column.variable], _is_date(column, spec, content)) for column in spec.columns]
    heads = [column.label or _label(column, spec, content) for column in spec.columns]
    columns = [Column(head, width=_width(head, texts)) for head, texts in zip(heads, cells, strict=True)]
    lines = [Line(row) for row in zip(*cells, strict=True)]
    subjects = frame["USUBJID"].nunique()
    count = f"{len(lines)} record{'s' * (len(lines) != 1)} of {subjects} subject{'s' * (subjects != 1)}"
    return content.table(spec, columns, lines, [], f"{content.population(spec.population)}: {count}")


def _with_subject_variables(spec: ListingTable, content: TableContent, named: list[str]) -> pd.DataFrame:
    """The dataset with the columns named that only ADSL has."""
    frame = content.frame(spec.dataset, "USUBJID")
    lacking = [name for name in dict.fromkeys(named) if name not in frame]
    if not lacking:
        return frame
    adsl = content.frame("ADSL", "USUBJID")
    absent = [name for name in lacking if name not in adsl]
    if absent:
        raise NotMade(f"neither {spec.dataset} nor ADSL has {', '.join(absent)}")
    return frame.merge(adsl[["USUBJID", *lacking]], on="USUBJID", how="left", validate="m:1")


def _label(column: ListingColumn, spec: ListingTable, content: TableContent) -> str:
    known = content.variable(spec.dataset, column.variable) or content.variable("ADSL", column.variable)
    return known.label if known else column.variable


def _is_date(column: ListingColumn, spec: ListingTable, content: TableContent) -> bool:
    """Whether the number of the variable is a day of SAS, as its spec's format says."""
    known = content.variable(spec.dataset, column.variable) or content.variable("ADSL", column.variable)
    return bool(known and known.format.startswith("DATE"))


def _texts(column: ListingColumn, values: pd.Series, is_date: bool) -> list[str]:
    if is_date and pd.api.types.is_numeric_dtype(values):
        values = SAS_EPOCH + pd.to_timedelta(values, unit="D")
    if pd.api.types.is_datetime64_any_dtype(values):
        return ["" if pd.isna(value) else f"{value:%Y-%m-%d}" for value in values]
    if pd.api.types.is_numeric_dtype(values):
        return ["" if pd.isna(value) else number_text(float(value), column.decimals) for value in values]
    return list(as_text(values))


def _width(head: str, texts: list[str]) -> float:
    """A share of the page that follows the longest word of the head and the length of most of the texts."""
    lengths = sorted(len(text) for text in texts)
    usual = lengths[int(0.9 * (len(lengths) - 1))]
    return min(max(usual, *(len(word) + BOLD for word in head.split()), NARROWEST), WIDEST) / 10
