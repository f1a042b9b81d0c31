"""Rows that no block takes, in tables whose blocks share out the rows by the texts of a column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.mapping.language.condition import Join, Test, columns_of
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.tables.view import View, clean

ROW_UNCLAIMED = "MAP-022 row.no-block-takes-it"


def unclaimed_rows(mapping: SiteMapping, views: Mapping[str, View]) -> list[pd.DataFrame]:
    """Findings at each text that no block takes, in a column by which blocks share out a table's rows.

    Such a column is only ever asked for texts (``equals``, ``in``) that every record of a block must have, and for more than
    one: ``Dead`` by one block, ``Alive`` by another. A single text asked for is a filter.
    """
    findings = []
    for name, view in views.items():
        conditions = [block.when for block in mapping.blocks if block.rows == name and block.when is not None]
        required = [test for condition in conditions for test in _required_tests(condition)]
        texts: dict[str, set[str]] = {}
        for test in required:
            texts.setdefault(test.column, set()).update(map(clean, test.values))
        asked = [column for condition in conditions for column in columns_of(condition)]
        by_text = [test.column for test in required if test.test in ("equals", "in")]
        for column, known in texts.items():
            if len(known) < 2 or asked.count(column) != by_text.count(column) or not view.positions[column]:
                continue
            codes, typed = view.factorized(column)
            unknown = np.array([text != "" and clean(text) not in known for text in typed], dtype=bool)
            rows = np.flatnonzero(unknown[codes]) if len(codes) else codes
            shown = ["" if column in view.hidden else f' "{text}"' for text in view.values(column, rows)]
            message = [f"no block takes rows with the text{text}; no record is made where it decides" for text in shown]
            findings.append(view.findings(rows, column, ROW_UNCLAIMED, "error", mapping.head.site, message))
    return findings


def _required_tests(condition: Test | Join) -> Iterator[Test]:
    """The tests that every row must pass."""
    if isinstance(condition, Test):
        yield condition
    elif condition.how == "all":
        for part in condition.parts:
            yield from _required_tests(part)
