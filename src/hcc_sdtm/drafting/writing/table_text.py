"""The tables of a draft as a mapping writes them, with why each option is proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hcc_sdtm.drafting.export.found_site import FoundSite
from hcc_sdtm.drafting.export.found_tables import FoundTable
from hcc_sdtm.drafting.export.subjects import SubjectColumn, number_pattern
from hcc_sdtm.drafting.placing.placing import PlacedTable
from hcc_sdtm.drafting.placing.site_head import rows_below

_LIST_SIGN = "|"


@dataclass(frozen=True)
class TableText:
    """A table as a mapping writes it, the evidence of its options, and lines of comment above and below it."""

    name: str
    options: Mapping[str, Any]
    why: Mapping[str, str]
    above: str
    below: tuple[str, ...] = ()


def describe_table(placed: PlacedTable, found: FoundSite, ignored: Sequence[str]) -> TableText:
    """The options of one table; ``ignored`` are its columns that no rule uses on purpose."""
    table, subject = placed.table, found.subjects.columns[placed.table.name]
    options: dict[str, Any] = {"file": table.file}
    why: dict[str, str] = {}
    if not table.only_sheet:
        options["sheet"] = table.sheet
    options |= _header(table)
    pattern = number_pattern(found.subjects.numbers)[0]
    if table.side_by_side is None and found.subjects.key is None:
        for name, value in rows_below(table, subject.name, pattern).items():
            options[name] = value
            why[name] = "look: rows whose subject number is like no other; totals or notes?"
    if table.side_by_side is not None:
        side = table.side_by_side
        options["unpivot"] = {"columns": side.pattern, side.key: list(side.values), "measures": list(side.measures)}
        if side.optional:
            options["unpivot"]["optional"] = list(side.optional)
        why["unpivot"] = f"likely: {len(side.columns)} columns repeat {len(side.values)} times"
    if table.checkbox:
        options["checkbox"] = {
            name: {"columns": columns, "code": dict(codes)} for name, (columns, codes) in table.checkbox.items()
        }
        why["checkbox"] = "likely: columns of boxes"
    _add_subject(options, why, subject, table)
    if ignored:
        options["ignore"] = list(ignored)
        why["ignore"] = "likely: written by the export, or said by another column"
    below = tuple(
        f'question: lists side by side? explode: {{columns: {names}, separator: "|"}}' for names in _lists(table)
    )
    return TableText(table.name, options, why, f"{len(table)} rows, {len(table.columns)} columns", below)


def _header(table: FoundTable) -> dict[str, Any]:
    heading = table.heading
    if heading.alternatives:
        return {"header": {"any_of": list(heading.rows)}}
    if heading.fill:
        return {"header": {"levels": list(heading.rows), "fill": "right"}}
    if heading.rows == (1,):
        return {}
    return {"header": list(heading.rows) if len(heading.rows) > 1 else heading.rows[0]}


def _add_subject(options: dict[str, Any], why: dict[str, str], subject: SubjectColumn, table: FoundTable) -> None:
    options["subject"] = subject.name
    others = f"; or is it {', '.join(subject.others)}?" if subject.others else ""
    why["subject"] = f"{'look' if others else 'sure'}: {subject.why}{others}"
    if not subject.is_unique or table.side_by_side is not None:
        return
    options["unique"] = "subject"
    again = f"; {subject.again} row{'s repeat' if subject.again > 1 else ' repeats'} a number, and only the first would stay"
    why["unique"] = f"look: one row a subject{again}" if subject.again else "likely: one row a subject"


def _lists(table: FoundTable) -> list[str]:
    """Columns whose texts are lists of the same length, as ``[a, b]``: parallel lists in one cell each."""
    lengths: dict[tuple[int, ...], list[str]] = {}
    for column in table.columns:
        marked = pd.Series(column.texts, dtype=object).str.count(_LIST_SIGN.replace("|", r"\|")).to_numpy()
        if marked.sum() >= 2:
            lengths.setdefault(tuple(marked), []).append(column.name)
    return [f"[{', '.join(names)}]" for names in lengths.values() if len(names) > 1]
