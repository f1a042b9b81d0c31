"""The endpoints as tables: for the report and a page of their own, and as plain text for a terminal."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.page import render_page
from hcc_sdtm.outputs.results.ard import result_text
from hcc_sdtm.outputs.tables.bounds import bound_legend, bound_text
from hcc_sdtm.outputs.tables.key_results import key_results
from hcc_sdtm.spec.endpoints import EndpointSpec

NOTE_WIDTH, RESULT_WIDTH = 110, 24
SHOWN_PURPOSES = ("primary", "secondary")


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One statistic: its words, its result, how far the unknown dates could move it, and what to know of it."""

    statistic: str
    result: str
    over: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class EndpointTable:
    """One endpoint or one group of it, its statistics in the order of the results; ``note`` stands beside the numbers."""

    id: str
    label: str
    group: str
    population: str
    method: str
    parameter: str
    n: str
    note: str
    rows: tuple[ResultLine, ...]


def build_endpoint_tables(results: pd.DataFrame) -> list[EndpointTable]:
    """One table for each endpoint and group of the results frame, in its order."""
    tables = []
    for _, part in results.groupby(["endpoint", "group"], sort=False):
        first = part.iloc[0]
        counts = part["n"].dropna()
        tables.append(
            EndpointTable(
                id=str(first["endpoint"]),
                label=str(first["label"]),
                group=str(first["group"]),
                population=str(first["population"]),
                method=str(first["method"]),
                parameter=str(first["parameter"]),
                n=str(int(counts.max())) if len(counts) else "",
                note=" ".join(str(first.get("note", "")).split()),
                rows=tuple(
                    ResultLine(
                        _statistic(row["statistic"], row["unit"]), result_text(row), bound_text(row), _warning(row)
                    )
                    for row in part.to_dict("records")
                ),
            )
        )
    return tables


def legend_of(tables: Sequence[EndpointTable]) -> str:
    """What the column of the unknown dates means; empty where it is empty."""
    return bound_legend(line.over for table in tables for line in table.rows)


def write_endpoints_html(path: Path, results: pd.DataFrame, facts: Facts) -> None:
    """Writes the endpoints as one self-contained page; the banner of the facts stands at the top of every printed page."""
    tables = build_endpoint_tables(results)
    content = {
        "title": facts.title,
        "banner": facts.banner,
        "tables": tables,
        "legend": legend_of(tables),
        "source": facts.source_line,
    }
    path.write_text(render_page("endpoints.html.j2", content), encoding="utf-8", newline="\n")


def render_endpoints_text(results: pd.DataFrame, endpoints: Sequence[EndpointSpec] = ()) -> str:
    """The endpoints as aligned plain text: an endpoint and its population a line, then a line a statistic and the note.

    These are the key results of the endpoints with a primary or secondary purpose, of all where ``endpoints`` gives none; the
    others are named, and results/tables/endpoints.html has everything.
    """
    shown = {endpoint.id for endpoint in endpoints if endpoint.purpose in SHOWN_PURPOSES}
    key = key_results(results)
    tables = build_endpoint_tables(key[key["endpoint"].isin(shown)] if shown else key)
    others = [name for name in results["endpoint"].drop_duplicates() if shown and name not in shown]
    names = max((_width(line.statistic) for table in tables for line in table.rows), default=0)
    texts = max((_width(line.result) for table in tables for line in table.rows if line.over), default=0)
    texts = min(texts, RESULT_WIDTH)
    blocks = []
    for table in tables:
        group = f", {table.group}" if table.group else ""
        lines = [f"{table.label}{group} ({table.population}, n = {table.n})"]
        for line in table.rows:
            result = f"{_padded(line.result, texts)}  {line.over}" if line.over else line.result
            lines.append(f"  {_padded(line.statistic, names)}  {result}")
            lines += _wrapped(line.warning, "    ! ", "      ")
        blocks.append("\n".join([*lines, *_wrapped(table.note, "  ", "  ")]))
    legend = legend_of(tables)
    blocks += ["\n".join(_wrapped(f"Third column. {legend}", "", ""))] if legend else []
    if others:
        more = f"And {len(others)} more in results/tables/endpoints.html: {', '.join(others)}"
        blocks.append("\n".join(_wrapped(more, "", "  ")))
    return "\n\n".join(blocks)


def _wrapped(text: str, first: str, other: str) -> list[str]:
    return textwrap.wrap(text, NOTE_WIDTH, initial_indent=first, subsequent_indent=other)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _warning(row: Mapping[Any, Any]) -> str:
    warning = row.get("warning", "")
    return warning if isinstance(warning, str) else ""


def _statistic(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else str(name)


def _width(text: str) -> int:
    """Columns of a terminal that the text takes: an East Asian wide character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
