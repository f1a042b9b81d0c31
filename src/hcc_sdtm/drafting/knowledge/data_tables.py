"""The tables of this package that a person can add lines to: CSV files beside the code."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent


def read_rows(name: str) -> list[Mapping[str, str]]:
    """The rows of a table, by column name."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
