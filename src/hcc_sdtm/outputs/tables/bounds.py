"""How far the unknown dates could move a number, in words: the column "Over unknown dates"."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from hcc_sdtm.number_text import NOT_ESTIMABLE, number_text

SAME, SEARCHED = "same", "at least"
HEAD = "Over unknown dates"
LEGEND = "Over unknown dates: smallest and largest value over all admissible completions of the partial dates"
KINDS = {
    "exact": "exact: proved",
    "enumerated": "enumerated: every combination tried",
    "certain": "certain: holds every value, may be wider than needed",
    SEARCHED: "at least: searched, the true range may be wider",
}
WHOLE = frozenset({"subjects", "left-out", "no-record", "events", "censored", "count", "at-risk", "number"})
FINER = {"hazard-ratio": 2, "correlation": 2, "p-value": 4}


def bound_text(row: Mapping[Any, Any]) -> str:
    """``26.1 to 28.4, exact`` of one result; ``same`` where no completion changes it; empty where none was made.

    What was only searched is ``same, at least``. A change that the usual decimals would hide has more: ``8.28 to 8.32``. A
    result that is a range, without a value, is compared end by end.
    """
    kind = row.get("bound", "")
    if not isinstance(kind, str) or not kind:
        return ""
    least, greatest = float(row["least"]), float(row["greatest"])
    value = float(row["value"])
    is_range = math.isnan(value) and row.get("text", NOT_ESTIMABLE) != NOT_ESTIMABLE
    ends_of_value = (float(row["lower"]), float(row["upper"])) if is_range else (value, value)
    if _same(least, ends_of_value[0]) and _same(greatest, ends_of_value[1]):
        return f"{SAME}, {kind}" if kind == SEARCHED else SAME
    ends = [(number_text(least, decimals), number_text(greatest, decimals)) for decimals in _decimals(row)]
    shown = next((pair for pair in ends if pair[0] != pair[1]), ends[0])
    return f"{shown[0]} to {shown[1]}, {kind}"


def bound_legend(texts: Iterable[str]) -> str:
    """One sentence on the column and on the words that stand in it; empty where none does."""
    shown = list(texts)
    kinds = [f"{SAME}: no completion changes it"] if SAME in shown else []
    kinds += [words for kind, words in KINDS.items() if any(text.endswith(f", {kind}") for text in shown)]
    return "; ".join([LEGEND, *kinds]) + "." if kinds else ""


def _decimals(row: Mapping[Any, Any]) -> range:
    """The decimals of the measure, and up to two more for ends that look alike."""
    measure = row.get("measure", "")
    decimals = 0 if measure in WHOLE else FINER.get(measure, 1)
    return range(decimals, decimals + 3)


def _same(one: float, other: float) -> bool:
    """Whether two values are one but for rounding of the arithmetic; not estimable is the same as not estimable."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) or not (math.isfinite(one) or math.isfinite(other))
