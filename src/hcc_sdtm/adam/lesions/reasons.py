"""Why a recomputed response is what it is, in words: the sums and what they are compared with.

Knows how to say it and decides nothing.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from hcc_sdtm.dates.iso import from_days


def date_text(day: float) -> str:
    """A day number as ISO text; ``no date`` for NaN."""
    return str(from_days(pd.Series([float(day)])).iloc[0]) or "no date"


def target_reason(record: Any) -> str:
    """Why the targets of one assessment (a row of `responses.RESPONSE_COLUMNS`) respond as they do."""
    total, base, nadir = float(record["sum"]), float(record["base"]), float(record["nadir"])
    targets, measured, known = int(record["targets"]), int(record["measured"]), float(record["known"])
    if not targets:
        return "there are no targets"
    if record["target"] in ("PD", "iUPD"):
        share = f"{known:g} mm, {known - nadir:g} mm above the nadir of {nadir:g} mm"
        if nadir > 0:
            share += f" ({100 * (known / nadir - 1):.0f} %)"
        if measured < targets:
            return f"the {measured} of {targets} targets that were measured are {share} alone"
        return f"the sum is {share}"
    if measured < targets:
        return f"{targets - measured} of {targets} targets {'has' if targets - measured == 1 else 'have'} no size"
    if pd.isna(base):
        return "there is no baseline sum"
    if record["target"] in ("CR", "iCR"):
        return f"all targets are gone (sum {total:g} mm, baseline {base:g} mm)"
    if base == 0:
        return f"the sum is {total:g} mm from a baseline of 0"
    change = 100 * (total / base - 1)
    direction = f"{abs(change):.0f} % {'below' if change < 0 else 'above'}"
    return f"the sum is {total:g} mm, {direction} the baseline of {base:g} mm, nadir {nadir:g} mm"


def overall_reason(record: Any) -> str:
    """Why the overall response of one assessment is what it is."""
    parts = []
    if record["new_lesion"] == "UNEQUIVOCAL":
        when = f", first seen {date_text(record['day'])}" if record["dated_by"] == "new_lesion" else ""
        parts.append(f"there is a new lesion{when}")
    if record["non_target"] in ("PD", "iUPD"):
        parts.append("a non-target grew unequivocally")
    if parts and record["target"] not in ("PD", "iUPD"):
        return " and ".join(parts)
    if int(record["targets"]):
        parts.append(target_reason(record))
        if record["target"] in ("CR", "iCR") and record["non_target"]:
            parts.append(f"the non-targets are {record['non_target']}")
    elif record["non_target"]:
        parts.append(f"there are no targets, and the non-targets are {record['non_target']}")
    return " and ".join(parts) or "neither a target nor a non-target is known"
