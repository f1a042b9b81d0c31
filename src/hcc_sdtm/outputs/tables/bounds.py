"""How far the unknown dates could move a number, in words: the column "Over unknown dates"."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from hcc_sdtm.number_text import number_text

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

    What was only searched is ``same, at least``.
    """
    kind = row.get("bound", "")
    if not isinstance(kind, str) or not kind:
        return ""
    ends = [_end(row, name) for name in ("least", "greatest", "value")]
    if len(set(ends)) == 1 and _same(row["least"], row["greatest"]):
        return f"{SAME}, {kind}" if kind == SEARCHED else SAME
    return f"{ends[0]} to {ends[1]}, {kind}"


def bound_legend(texts: Iterable[str]) -> str:
    """One sentence on the column and on the words that stand in it; empty where none does."""
    shown = list(texts)
    kinds = [f"{SAME}: no completion changes it"] if SAME in shown else []
    kinds += [words for kind, words in KINDS.items() if any(text.endswith(f", {kind}") for text in shown)]
    return "; ".join([LEGEND, *kinds]) + "." if kinds else ""


def _end(row: Mapping[Any, Any], name: str) -> str:
    measure = row.get("measure", "")
    decimals = 0 if measure in WHOLE else FINER.get(measure, 1)
    return number_text(float(row[name]), decimals)


def _same(least: float, greatest: float) -> bool:
    return least == greatest or not (math.isfinite(least) or math.isfinite(greatest))
