"""What is wrong with the texts of a date column, as findings say it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.mapping.rules.remark import Unread

DATE_UNREADABLE = "MAP-010 date.unreadable"
DATE_IMPOSSIBLE = "MAP-011 date.impossible"
DATE_AMBIGUOUS = "MAP-012 date.ambiguous"
DATE_SURROUNDED = "MAP-024 date.text-around"
DATE_RANGE = "MAP-025 date.range"
DATE_SERIAL = "MAP-026 date.serial-of-unknown-system"

_RULES = {
    "unreadable": DATE_UNREADABLE,
    "impossible": DATE_IMPOSSIBLE,
    "ambiguous": DATE_AMBIGUOUS,
    "surrounded": DATE_SURROUNDED,
    "range": DATE_RANGE,
    "serial": DATE_SERIAL,
}


def unread_dates(reading: pd.DataFrame, present: np.ndarray) -> list[Unread]:
    """What could not be read, or only in part, of the texts at some positions of a column's reading (`dates.read`)."""
    problems, candidates, kinds = (reading[name].to_numpy(dtype=object) for name in ("problem", "candidates", "kind"))
    return [
        Unread(int(at), _RULES[kind], problems[at], candidates[at].replace("|", " to " if kind == "range" else " or "))
        for at, kind in zip(present, kinds[present], strict=True)
        if kind != ""
    ]
