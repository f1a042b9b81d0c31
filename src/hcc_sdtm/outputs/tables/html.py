"""A table as HTML: a page of its own that prints on A4 landscape, and a part of another page."""

from __future__ import annotations

from typing import Any

from hcc_sdtm.outputs.page import render_page
from hcc_sdtm.outputs.tables.table import Table


def render_table_html(table: Table) -> str:
    """The table as one self-contained page; heads, title and banner are repeated on every printed page."""
    facts = table.facts
    return render_page(
        "table.html.j2",
        {"title": table.title, "banner": facts.banner, "table": table_parts(table), "trial": facts.title},
    )


def table_parts(table: Table) -> dict[str, Any]:
    """What the macro ``report_table`` shows of a table."""
    return {
        "id": table.id,
        "title": table.title,
        "population": table.population,
        "spans": table.spans,
        "columns": [
            {"lines": column.label.split("\n"), "width": f"{100 * column.width / _whole(table):.2f}"}
            for column in table.columns
        ],
        "lines": [
            {"kind": line.kind, "indent": line.indent, "cells": cells}
            for line, cells in zip(table.lines, table.printed, strict=True)
        ],
        "footnotes": table.footnotes,
        "source": table.facts.source_line,
    }


def _whole(table: Table) -> float:
    return sum(column.width for column in table.columns)
