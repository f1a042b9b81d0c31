"""Numbers and categories of ADSL variables: baseline characteristics, treatment as delivered."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hcc_sdtm.outputs.tables.content import TableContent, as_text
from hcc_sdtm.outputs.tables.summary import NAMES, QUARTILES_NOTE, summarise
from hcc_sdtm.outputs.tables.table import Column, Count, Line, Table
from hcc_sdtm.spec.table_list import CharacteristicsTable, TableVariable

MISSING = "Missing"

Groups = Mapping[str, pd.DataFrame]
"""The subjects of each column by its head."""


def build_characteristics(spec: CharacteristicsTable, content: TableContent) -> Table:
    """The table; a category without a subject is 0, a missing value is counted and has its percentage of all."""
    subjects = content.subjects(spec.population, *(each.variable for each in spec.variables))
    groups = _groups(spec, content, subjects)
    lines: list[Line] = []
    has_numbers = False
    for variable in spec.variables:
        label = variable.label or content.label("ADSL", variable.variable)
        lines.append(Line((label,), kind="head"))
        if _is_continuous(variable, content, subjects):
            has_numbers = True
            lines += _numbers(variable, groups)
        else:
            lines += _categories(variable, content, subjects, groups)
    columns = [Column("Characteristic", width=2.0 if len(groups) > 2 else 1.3)]
    columns += [Column(f"{head}\n(N = {len(frame)})") for head, frame in groups.items()]
    notes = ["n (%) for categories, with missing ones in the denominator."]
    notes += ["SD: standard deviation; NE: not estimable.", QUARTILES_NOTE] if has_numbers else []
    return content.table(spec, columns, lines, notes)


def _groups(spec: CharacteristicsTable, content: TableContent, subjects: pd.DataFrame) -> Groups:
    """A column for each value of ``by``, for those without one too, and for all."""
    groups: dict[str, pd.DataFrame] = {}
    if spec.by:
        values = as_text(content.subjects(spec.population, spec.by)[spec.by])
        order = [*spec.groups, *sorted(set(values) - {"", *spec.groups})]
        for value in [*order, *([""] if (values == "").any() else [])]:
            groups[spec.groups.get(value, value) or MISSING] = subjects[values == value]
    if spec.total or not spec.by:
        groups["Total"] = subjects
    return groups


def _is_continuous(variable: TableVariable, content: TableContent, subjects: pd.DataFrame) -> bool:
    if variable.kind:
        return variable.kind == "continuous"
    known = content.variable("ADSL", variable.variable)
    is_number = pd.api.types.is_numeric_dtype(subjects[variable.variable])
    return is_number and not variable.values and not (known and known.codelist)


def _numbers(variable: TableVariable, groups: Groups) -> list[Line]:
    columns = [summarise(frame[variable.variable], variable.decimals) for frame in groups.values()]
    lines = [Line((name, *(texts[at] for texts in columns)), indent=1) for at, name in enumerate(NAMES)]
    lacking = [int(frame[variable.variable].isna().sum()) for frame in groups.values()]
    if any(lacking):
        lines.append(Line((MISSING, *(str(count) for count in lacking)), indent=1))
    return lines


def _categories(variable: TableVariable, content: TableContent, subjects: pd.DataFrame, groups: Groups) -> list[Line]:
    order = _order(variable, content, subjects)
    lines = []
    for value in order:
        counts = [
            Count(int((as_text(frame[variable.variable]) == value).sum()), len(frame)) for frame in groups.values()
        ]
        lines.append(Line((variable.values.get(value, value) or MISSING, *counts), indent=1))
    return lines


def _order(variable: TableVariable, content: TableContent, subjects: pd.DataFrame) -> list[str]:
    """The categories in order, missing last: as given, by codelist, by the variable's number, by size, by letter."""
    name = variable.variable
    found = set(as_text(subjects[name]))
    known = content.variable("ADSL", name)
    if variable.values:
        first = list(variable.values)
    elif known and known.codelist in content.specs.codelists:
        first = [term for term in content.specs.codelists[known.codelist].terms if term in found]
    elif f"{name}N" in subjects:
        first = list(as_text(subjects.sort_values(f"{name}N", kind="stable")[name]).drop_duplicates())
    elif pd.api.types.is_numeric_dtype(subjects[name]):
        first = list(as_text(subjects[name].dropna().sort_values().drop_duplicates()))
    else:
        first = []
    first = [value for value in first if value]
    return [*first, *sorted(found - {"", *first}), *([""] if "" in found else [])]
