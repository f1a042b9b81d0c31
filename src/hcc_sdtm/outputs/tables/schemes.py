"""The subjects whose date or censoring is another under another censoring scheme, side by side, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hcc_sdtm.outputs.tables.content import NotMade, TableContent
from hcc_sdtm.outputs.tables.table import Column, Line, Table
from hcc_sdtm.spec.table_list import SchemesTable

NO_RECORD = "no record"


def build_schemes(spec: SchemesTable, content: TableContent) -> Table:
    """The table, by pair of schemes and subject."""
    schemes = content.schemes
    if schemes is None:
        raise NotMade("the censoring schemes are compared while ADTTE is derived, and it came from elsewhere")
    subjects = set(content.subjects(spec.population)["USUBJID"])
    rows = schemes[(schemes["OF"] == spec.of) & schemes["USUBJID"].isin(subjects)]
    names = _short_names(content)
    lines: list[Line] = []
    for (first, second), part in rows.groupby(["SCHEMEA", "SCHEMEB"], sort=False):
        lines.append(Line((f"{first} and {second}: {len(part)} subject{'s' if len(part) != 1 else ''}",), kind="head"))
        for row in part.sort_values("USUBJID").to_dict("records"):
            subject = names.get(row["USUBJID"], row["USUBJID"])
            lines.append(Line((subject, _status(row, "A"), _status(row, "B"), str(row["WHY"]))))
    if not lines:
        raise NotMade(f"no subject has another date or censoring under another scheme of {spec.of}")
    columns = [
        Column("Subject", width=0.7), Column("First scheme", width=1.4), Column("Second scheme", width=1.4),
        Column("Why", width=3.0),
    ]  # fmt: skip
    notes = ["A subject whose date and censoring are the same under both schemes is not listed."]
    return content.table(spec, columns, lines, notes)


def _status(row: Mapping[Any, Any], side: str) -> str:
    """``2021-06-14 event: Disease progression``; the censoring code otherwise."""
    code = row[f"CNSR{side}"]
    if not isinstance(code, int | float) or pd.isna(code):
        return NO_RECORD
    status = "event" if code == 0 else f"censored ({code:g})"
    return f"{row[f'ADT{side}']} {status}: {row[f'EVNTDESC{side}']}"


def _short_names(content: TableContent) -> dict[str, str]:
    adsl = content.datasets["ADSL"]
    return dict(zip(adsl["USUBJID"], adsl["SUBJID"], strict=True)) if "SUBJID" in adsl else {}
