"""Units that a draft can turn into one another, by ``unit_factors.csv``: each as so many of a base unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from hcc_sdtm.drafting.knowledge.data_tables import read_rows

_IN_BRACKETS = re.compile(r"\(([^()]+)\)\s*$")


@cache
def _factors() -> Mapping[str, tuple[str, float]]:
    return {row["unit"]: (row["base"], float(row["factor"])) for row in read_rows("unit_factors.csv")}


def factor_between(unit: str, wanted: str) -> float | None:
    """What a number in ``unit`` is multiplied by to be in ``wanted``; None where that is not known."""
    if unit == wanted and unit:
        return 1.0
    known = _factors()
    if unit not in known or wanted not in known or known[unit][0] != known[wanted][0]:
        return None
    return float(f"{known[unit][1] / known[wanted][1]:.12g}")


def label_unit(label: str) -> str:
    """The unit in the label of a qualifier, ``Total Dose Delivered (Gy)``; ``""`` where it names no unit that is known."""
    found = _IN_BRACKETS.search(label)
    return found[1] if found is not None and found[1] in _factors() else ""
