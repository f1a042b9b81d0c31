"""What the answer to a question moves, in the site's language, from the results of a finished run."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from hcc_sdtm.number_text import number_text
from hcc_sdtm.outputs.impact import IMPACT_FILE, NOT_ESTIMABLE
from hcc_sdtm.outputs.queries.words import Words

MOST_MOVED = 2
"""Statistics that a query names, in the order of the trial's list."""

MovedRow = Mapping[str, str]
"""One line of results/impact.csv by column."""


def read_moved(out: Path) -> dict[str, list[MovedRow]]:
    """The lines of results/impact.csv by rank; none where the run ranked nothing."""
    path = out / IMPACT_FILE
    found: dict[str, list[MovedRow]] = {}
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["rank"], []).append(row)
    return found


def moved_lines(rows: Sequence[MovedRow], words: Words) -> list[str]:
    """One line for each of the first statistics that a question moves."""
    return [
        (words.lost if row["change"] == NOT_ESTIMABLE else words.moved).format(
            endpoint=row["endpoint"],
            statistic=_statistic(row, words),
            change=_change(row, words),
            least=_number(row["least"]),
            greatest=_number(row["greatest"]),
        )
        for row in rows[:MOST_MOVED]
    ]


def _statistic(row: MovedRow, words: Words) -> str:
    if row["measure"] not in words.measures:
        return row["statistic"]
    time = f"{float(row['time']):g}" if row["time"] else ""
    return words.measures[row["measure"]].format(time=time, cause=row["cause"])


def _change(row: MovedRow, words: Words) -> str:
    return _number(row["change"]) + words.units.get(row["unit"], f" {row['unit']}".rstrip())


def _number(text: str) -> str:
    return NOT_ESTIMABLE if text == NOT_ESTIMABLE else number_text(float(text))
