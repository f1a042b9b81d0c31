"""Texts that a condition cannot compare: no number beside ``above``, no day beside ``before``. Such a test is not met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hcc_sdtm.mapping.language.condition import Test
from hcc_sdtm.mapping.rules.number_text import parse_number
from hcc_sdtm.mapping.tables.view import View

CONDITION_UNDECIDED = "MAP-070 condition.undecided"
DAY_TESTS, NUMBER_TESTS = ("before", "after"), ("above", "below")


def incomparable(test: Test, texts: np.ndarray, days: np.ndarray | None) -> np.ndarray:
    """Mask of the distinct texts, missing ones aside, that the test cannot compare; ``days`` are theirs for a test of a day."""
    if test.test in NUMBER_TESTS:
        return np.array([text != "" and parse_number(text) is None for text in texts], dtype=bool)
    return np.zeros(len(texts), dtype=bool) if days is None else np.asarray((texts != "") & np.isnan(days), dtype=bool)


@dataclass
class Undecided:
    """What conditions could not compare where it decides, each cell said once however many conditions read it.

    ``told`` has by view and column which rows are said.
    """

    site: str
    told: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    findings: list[pd.DataFrame] = field(default_factory=list)

    def add(self, view: View, rows: np.ndarray, unknown: Mapping[Test, np.ndarray], decides: np.ndarray) -> None:
        """Adds a finding at each cell that a test cannot compare, where the condition hangs on it; masks are over the rows."""
        for test, mask in unknown.items():
            told = self.told.setdefault((view.name, test.column), np.zeros(len(view), dtype=bool))
            at = rows[mask & decides]
            at = at[~told[at]]
            if not len(at):
                continue
            told[at] = True
            what = "number" if test.test in NUMBER_TESTS else "date known to the day"
            message = (
                f"a condition asks whether this is {test.test} {test.values[0]}, and it is no {what}: it counts as not"
            )
            self.findings.append(view.findings(at, test.column, CONDITION_UNDECIDED, "warning", self.site, message))
