"""Events and reasons of censoring of ADTTE parameters, a column for each censoring scheme."""

from __future__ import annotations

import pandas as pd

from hcc_sdtm.outputs.tables.content import NotMade, TableContent, as_text
from hcc_sdtm.outputs.tables.table import Column, Count, Line, Table
from hcc_sdtm.spec.table_list import CensoringTable, ParameterColumn

NO_DESCRIPTION = "Not described"


def build_censoring(spec: CensoringTable, content: TableContent) -> Table:
    """The table: events, censored subjects, those without a record; each event and reason in the order of CNSR."""
    subjects = content.subjects(spec.population)
    n = len(subjects)
    records = [_records(column, content, subjects) for column in spec.columns]
    lines = [_line("Events", [len(each[each["CNSR"] == 0]) for each in records], n)]
    lines += _reasons([each[each["CNSR"] == 0] for each in records], n)
    lines.append(_line("Censored", [len(each[each["CNSR"] > 0]) for each in records], n))
    lines += _reasons([each[each["CNSR"] > 0] for each in records], n)
    unusable = [len(each) - int((each["CNSR"] >= 0).sum()) for each in records]
    if any(unusable):
        lines.append(_line("No usable event or censoring code", unusable, n))
    absent = [n - len(each) for each in records]
    if any(absent):
        lines.append(_line(spec.no_record, absent, n))
    columns = [Column("", width=2.2)]
    columns += [Column(f"{column.label or column.parameter}\nn (%)", column.span) for column in spec.columns]
    notes = [f"Percentages are of all {n}."]
    return content.table(spec, columns, lines, notes, f"{content.population(spec.population)} (N = {n})")


def _records(column: ParameterColumn, content: TableContent, subjects: pd.DataFrame) -> pd.DataFrame:
    records = content.parameter("ADTTE", column.parameter, "CNSR", "EVNTDESC")
    records = records[records["USUBJID"].isin(subjects["USUBJID"])]
    if records["USUBJID"].duplicated().any():
        raise NotMade(f"{column.parameter} has several records of a subject")
    return records


def _reasons(parts: list[pd.DataFrame], n: int) -> list[Line]:
    """A line for each description, by its code and then by how many there are."""
    joined = pd.concat(parts)
    texts = as_text(joined["EVNTDESC"])
    order = joined.assign(_text=texts).groupby("_text").agg(code=("CNSR", "min"), count=("CNSR", "size")).reset_index()
    order = order.sort_values(["code", "count", "_text"], ascending=[True, False, True])
    return [
        _line(text or NO_DESCRIPTION, [int((as_text(part["EVNTDESC"]) == text).sum()) for part in parts], n, 1)
        for text in order["_text"]
    ]


def _line(label: str, numbers: list[int], n: int, indent: int = 0) -> Line:
    return Line((label, *(Count(number, n) for number in numbers)), indent)
