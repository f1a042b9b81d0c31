"""The words and signs of written dates, read from ``vocabulary.csv``.

Knows month names, what stands for an unknown part, the signs that mark a year, month or day, ordinal endings
and separators, all in upper case. Does not know how they make up a date: see `reading`. Another language is
lines of the table, not code.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The vocabulary by kind; ``months`` gives a month's number by name, ``marks`` the signs by part."""

    months: Mapping[str, int]
    unknown: frozenset[str]
    marks: Mapping[str, tuple[str, ...]]
    ordinals: tuple[str, ...]
    separators: tuple[str, ...]


@cache
def read_vocabulary() -> Vocabulary:
    """The packaged vocabulary; the file is read at the first call."""
    text = (files(__package__) / "vocabulary.csv").read_text(encoding="utf-8")
    lines = list(csv.DictReader(text.splitlines()))

    def texts(kind: str, value: str = "") -> tuple[str, ...]:
        return tuple(line["text"] for line in lines if line["kind"] == kind and line["value"] == value)

    return Vocabulary(
        months={line["text"]: int(line["value"]) for line in lines if line["kind"] == "month"},
        unknown=frozenset(texts("unknown")),
        marks={part: texts("mark", part) for part in ("year", "month", "day")},
        ordinals=texts("ordinal"),
        separators=texts("separator"),
    )
