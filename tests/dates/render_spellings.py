"""The page of all spellings, made of the cases and of what the reader says to each of them.

``python -m tests.dates.render_spellings > docs/date-spellings.md``
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from hcc_sdtm.dates import read
from tests.dates.spellings import Spelling, read_spellings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "date-spellings.md"

HEAD = """# How dates are written, and what is read

Every text below is a case of `tests/dates/spellings.csv`; the results are those of `hcc_sdtm.dates.read`, and a
test makes this page anew and compares. Texts of one line have the same settings and the same result; what is said
of a problem is said of the first of them.

Settings are the arguments of `read`: without one, nothing was declared. A blank that matters is shown as ␣. The
result is ISO 8601 text of exactly what is known, as SDTM has it: `2021---05` has no month, `--03-12` no year.
What is not certain is never chosen: a problem names its kind and keeps every candidate.
"""


class Shown(NamedTuple):
    """What one line of a table has in common."""

    settings: str
    iso: str
    kind: str
    candidates: str


def render_page(spellings: Iterable[Spelling]) -> str:
    """The page in Markdown; one section for each group, in the order of the cases."""
    sections = [HEAD]
    for group, cases in groupby(spellings, key=lambda spelling: spelling.group):
        lines: dict[Shown, list[tuple[str, str]]] = {}
        for case in cases:
            iso, problem, candidates, kind = _read_one(case)
            shown = Shown(_render_settings(case), iso, kind, candidates)
            lines.setdefault(shown, []).append((case.text, problem))
        table = ["| text | settings | result | problem |", "|---|---|---|---|"]
        table += [_render_line(shown, texts) for shown, texts in lines.items()]
        sections.append("\n".join([f"## {group}", "", *table, ""]))
    return "\n".join(sections)


def _read_one(case: Spelling) -> tuple[str, str, str, str]:
    row = read(pd.Series([case.text], dtype=object), **case.settings).iloc[0]
    return row["iso"], row["problem"], row["candidates"], row["kind"]


def _render_settings(case: Spelling) -> str:
    named = zip(("order", "century", "language", "unknown", "serials"), case[2:7], strict=True)
    return ", ".join(f"{name} {value.replace('|', ' ')}" for name, value in named if value)


def _render_line(shown: Shown, texts: list[tuple[str, str]]) -> str:
    written = " · ".join(_code(text) or "(an empty cell)" for text, _ in texts)
    result = _code(shown.iso) if shown.iso or shown.kind else "(nothing known)"
    # The problem names every candidate.
    problem = f"{shown.kind}: {_plain(texts[0][1])}" if shown.kind else ""
    return f"| {written} | {shown.settings} | {result} | {problem} |"


def _code(text: str) -> str:
    # With blanks inside the backticks any text may stand there: Markdown takes one of each end away.
    return f"` {_visible(text)} `" if text else ""


def _visible(text: str) -> str:
    shown = re.sub(r"^\s+|\s+$", lambda blanks: "␣" * len(blanks[0]), text)
    return re.sub(r"\s", " ", shown).replace("|", r"\|")


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_~<|])", r"\\\1", re.sub(r"\s+", " ", text))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(render_page(read_spellings()))
