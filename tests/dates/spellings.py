"""The cases of ``spellings.csv``: one text of a date, how its site writes dates, and exactly what is read."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).with_name("spellings.csv")


class Spelling(NamedTuple):
    """One line of the table; a setting that is ``""`` is left at its default.

    Several languages stand with a blank between them, several unknown texts and candidates with a bar.
    """

    group: str
    text: str
    order: str
    century: str
    language: str
    unknown: str
    serials: str
    iso: str
    kind: str
    candidates: str

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments of ``read``, without those left at their default."""
        languages = self.language.split()
        given = {
            "order": self.order,
            "century": int(self.century) if self.century else None,
            "language": languages[0] if len(languages) == 1 else languages,
            "unknown": self.unknown.split("|") if self.unknown else [],
            "serials": self.serials,
        }
        return {name: value for name, value in given.items() if value}


def read_spellings() -> list[Spelling]:
    """Every case, in the order of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Spelling(**line) for line in csv.DictReader(file)]
