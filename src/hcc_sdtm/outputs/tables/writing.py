"""Writes the trial's tables, each as HTML and RTF, and says of each what was made of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hcc_sdtm.outputs.made import Made
from hcc_sdtm.outputs.tables.building import build_table
from hcc_sdtm.outputs.tables.content import NotMade, TableContent
from hcc_sdtm.outputs.tables.html import render_table_html
from hcc_sdtm.outputs.tables.rtf import NEEDED, has_rtf, render_table_rtf
from hcc_sdtm.outputs.tables.table import Table
from hcc_sdtm.spec.table_list import TableList, TableSpec

FOLDER = "results/tables"


@dataclass(frozen=True, slots=True)
class WrittenTables:
    """What became of each table, in the order of the list, and those that go into the report."""

    made: tuple[Made, ...]
    in_report: tuple[Table, ...]


def write_tables(out: Path, content: TableContent, tables: TableList) -> WrittenTables:
    """Writes ``results/tables/ID.html`` and ``.rtf`` of every table under ``out``, whose folder exists.

    A table whose parameter, variable or subjects the data lacks is not made; its entry has the reason. Without the extra
    ``rtf``, and of a table with more lines than ``rtf_lines``, there is only the HTML, which the entry notes.
    """
    made, in_report = [], []
    for spec in tables.tables:
        title = f"Table {spec.number}. {spec.title}" if spec.number else spec.title
        try:
            table = build_table(spec, content)
        except NotMade as reason:
            made.append(Made(spec.id, title, reason=str(reason)))
            continue
        made.append(_write(out, spec, table, tables.rtf_lines))
        if spec.in_report:
            in_report.append(table)
    return WrittenTables(tuple(made), tuple(in_report))


def _write(out: Path, spec: TableSpec, table: Table, rtf_lines: int) -> Made:
    page = f"{FOLDER}/{spec.id}.html"
    (out / page).write_text(render_table_html(table), encoding="utf-8", newline="\n")
    if not has_rtf():
        return Made(spec.id, table.title, (page,), note=NEEDED)
    if len(table.lines) > rtf_lines:
        note = f"no RTF: {len(table.lines)} lines are more than rtf_lines, {rtf_lines}; the HTML has all"
        return Made(spec.id, table.title, (page,), note=note)
    document = f"{FOLDER}/{spec.id}.rtf"
    (out / document).write_text(render_table_rtf(table), encoding="ascii", newline="\n")
    return Made(spec.id, table.title, (page, document))
