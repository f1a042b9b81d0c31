"""The endpoints as a table: a page of its own, and plain text for a terminal."""

from __future__ import annotations

import textwrap
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hcc_sdtm.outputs.ard import result_text
from hcc_sdtm.outputs.page import render_page

NOTE_WIDTH = 110


@dataclass(frozen=True, slots=True)
class EndpointTable:
    """One endpoint; ``rows`` are (statistic, result), in the order of the results; ``note`` stands beside the numbers."""

    label: str
    group: str
    population: str
    method: str
    parameter: str
    n: str
    note: str
    rows: tuple[tuple[str, str], ...]


def build_endpoint_tables(results: pd.DataFrame) -> list[EndpointTable]:
    """One table for each endpoint and group of the results frame, in its order."""
    tables = []
    for _, part in results.groupby(["endpoint", "group"], sort=False):
        first = part.iloc[0]
        counts = part["n"].dropna()
        tables.append(
            EndpointTable(
                label=str(first["label"]),
                group=str(first["group"]),
                population=str(first["population"]),
                method=str(first["method"]),
                parameter=str(first["parameter"]),
                n=_count(counts.max()) if len(counts) else "",
                note=" ".join(str(first.get("note", "")).split()),
                rows=tuple(
                    (_statistic(row["statistic"], row["unit"]), result_text(row)) for row in part.to_dict("records")
                ),
            )
        )
    return tables


def write_endpoints_html(path: Path, results: pd.DataFrame, title: str, banner: str = "") -> None:
    """Writes the endpoints as one self-contained page; ``banner`` stands at the top of every printed page."""
    content = {"title": title, "banner": banner, "tables": build_endpoint_tables(results)}
    path.write_text(render_page("endpoints.html.j2", content), encoding="utf-8", newline="\n")


def render_endpoints_text(results: pd.DataFrame) -> str:
    """The endpoints as aligned plain text: an endpoint and its population a line, then a line a statistic and the note."""
    tables = build_endpoint_tables(results)
    names = max((_width(name) for table in tables for name, _ in table.rows), default=0)
    blocks = []
    for table in tables:
        group = f", {table.group}" if table.group else ""
        heading = f"{table.label}{group} ({table.population}, n = {table.n})"
        lines = [f"  {name}{' ' * (names - _width(name))}  {text}" for name, text in table.rows]
        note = textwrap.wrap(table.note, NOTE_WIDTH, initial_indent="  ", subsequent_indent="  ")
        blocks.append("\n".join([heading, *lines, *note]))
    return "\n\n".join(blocks)


def _statistic(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else str(name)


def _count(value: float) -> str:
    return "" if pd.isna(value) else str(int(value))


def _width(text: str) -> int:
    """Columns of a terminal that the text takes: an East Asian wide character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
