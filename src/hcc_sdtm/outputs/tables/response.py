"""Best response by category, with exact limits of the rates, a column for each reader or criterion."""

from __future__ import annotations

import pandas as pd

from hcc_sdtm.endpoints.proportion import proportion
from hcc_sdtm.number_text import number_text
from hcc_sdtm.outputs.tables.content import NotMade, TableContent, as_text
from hcc_sdtm.outputs.tables.table import Column, Count, Line, Table
from hcc_sdtm.spec.table_list import ParameterColumn, ResponseTable

INTERVALS = {
    "clopper-pearson": "exact (Clopper-Pearson)",
    "wilson": "score (Wilson)",
    "jeffreys": "Jeffreys",
    "agresti-coull": "Agresti-Coull",
    "mid-p": "mid-P",
}


def build_response(spec: ResponseTable, content: TableContent) -> Table:
    """The table; every percentage and limit is of the whole population, whoever has no record included."""
    subjects = content.subjects(spec.population)
    n = len(subjects)
    answers = {at: _answers(column, content, subjects) for at, column in enumerate(spec.columns)}
    found = sorted({value for column in answers.values() for value in column} - {"", *spec.values})
    lines = []
    for value in [*spec.values, *found, ""]:
        counts = [Count(int((column == value).sum()), n) for column in answers.values()]
        if value in spec.values or any(count.n for count in counts):
            lines.append(Line((spec.values.get(value, value) or spec.no_record, *counts)))
    for rate in spec.rates:
        numbers = [int(column.isin(rate.values).sum()) for column in answers.values()]
        lines.append(Line((rate.label, *(Count(x, n) for x in numbers))))
        limits = [_limits(x, n, spec) for x in numbers]
        lines.append(Line((f"{100 * spec.level:g} % confidence limits", *limits), indent=1))
    labels = [column.label or _param(content, column.parameter) for column in spec.columns]
    columns = [Column("Response", width=2.0)]
    columns += [Column(f"{label}\nn (%)", column.span) for label, column in zip(labels, spec.columns, strict=True)]
    notes = [f"Percentages are of all {n}; a subject without a record counts as {spec.no_record.lower()}."]
    notes += [f"Limits: {INTERVALS[spec.interval]}, two-sided."] if spec.rates else []
    return content.table(spec, columns, lines, notes, f"{content.population(spec.population)} (N = {n})")


def _answers(column: ParameterColumn, content: TableContent, subjects: pd.DataFrame) -> pd.Series:
    """The value of every subject, ``""`` without a record; raises NotMade where a subject has two."""
    records = content.parameter("ADRS", column.parameter, "AVALC")
    if records["USUBJID"].duplicated().any():
        raise NotMade(f"{column.parameter} has several records of a subject")
    return as_text(subjects["USUBJID"].map(records.set_index("USUBJID")["AVALC"]))


def _limits(x: int, n: int, spec: ResponseTable) -> str:
    share = proportion(x, n, spec.interval, spec.level)
    return f"{number_text(100 * share.lower)} to {number_text(100 * share.upper)}"


def _param(content: TableContent, parameter: str) -> str:
    records = content.parameter("ADRS", parameter)
    return str(records["PARAM"].iloc[0]) if "PARAM" in records else parameter
