"""The times of the analysis of one subject, as a line from origin to end: what ended them, and how far that can move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.number_text import number_text


@dataclass(frozen=True)
class TimeLine:
    """One time of the analysis: from ``start`` to ``end`` (day numbers), which the unknown dates could move from ``low`` to
    ``high``."""

    name: str
    start: float
    end: float
    low: float
    high: float
    is_event: bool
    text: str


def times_of(adtte: pd.DataFrame, subject: str, days: pd.DataFrame, parameters: Sequence[str]) -> list[TimeLine]:
    """The times of a subject, in the order of the parameters; ``days`` have STARTDT, ADT, ADTLO and ADTHI as day numbers."""
    own = adtte[adtte["USUBJID"] == subject]
    found = []
    for parameter in parameters:
        for index in own.index[own["PARAMCD"] == parameter]:
            row, day = own.loc[index], days.loc[index]
            if not (np.isfinite(day["STARTDT"]) and np.isfinite(day["ADT"])):
                continue
            is_event = float(row["CNSR"]) == 0
            found.append(
                TimeLine(
                    parameter,
                    day["STARTDT"],
                    day["ADT"],
                    day["ADTLO"],
                    day["ADTHI"],
                    is_event,
                    _time_text(row, is_event),
                )
            )
    return found


def _time_text(row: pd.Series, is_event: bool) -> str:
    value, reason = number_text(float(row["AVAL"])), str(row.get("EVNTDESC", "") or "")
    text = f"{value}, {'event' if is_event else 'censored'}" + (f": {reason}" if reason else "")
    low, high = (row.get(name, np.nan) for name in ("AVALLO", "AVALHI"))
    if np.isfinite(low) and np.isfinite(high) and low < high:
        text += f" ({number_text(float(low))} to {number_text(float(high))} by the unknown dates)"
    return text
