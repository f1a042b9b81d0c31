"""Who is at risk when: durations with delayed entry, refused where they cannot be durations.

A subject is at risk at t where entry < t <= exit, so that at a tie an event comes before a censoring, and one who enters
at t does not count at t. A duration of 0 is allowed, for an event and for a censoring alike: data without the day-one
convention has it. With delayed entry every exit must lie after its entry, so 0 is not possible there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class RiskSets:
    """Sorted exits, and sorted entries (none where everybody is at risk from the origin)."""

    entries: Floats
    exits: Floats

    def at_risk(self, times: ArrayLike) -> Counts:
        """Number with entry < t <= exit, for each t."""
        at = np.asarray(times, dtype=np.float64)
        left = len(self.exits) - np.searchsorted(self.exits, at, side="left")
        yet_to_enter = len(self.entries) - np.searchsorted(self.entries, at, side="left")
        return np.asarray(left - yet_to_enter, dtype=np.int64)

    def reaches(self, minimum: float) -> float:
        """First time from which at least ``minimum`` are at risk; NaN where the risk set never grows so large."""
        if not len(self.entries):
            return 0.0 if len(self.exits) >= minimum else np.nan
        after = np.unique(np.maximum(self.entries, 0.0))
        entered = np.searchsorted(self.entries, after, side="right")
        gone = np.searchsorted(self.exits, after, side="right")
        enough = np.flatnonzero(entered - gone >= minimum)
        return float(after[enough[0]]) if len(enough) else np.nan


def build_risk_sets(time: Floats, entry: Floats | None) -> RiskSets:
    """The risk sets of durations; ValueError, by name and position, for what cannot be a duration or an entry."""
    _refuse("time", time, ~np.isfinite(time), "a duration must be a finite number")
    _refuse("time", time, time < 0, "a duration must not be negative")
    if entry is None:
        return RiskSets(np.empty(0), np.sort(time))
    if len(entry) != len(time):
        raise ValueError(f"time has {len(time)} values and entry {len(entry)}")
    _refuse("entry", entry, ~np.isfinite(entry), "an entry must be a finite number")
    _refuse("entry", entry, entry < 0, "an entry must not be negative")
    _refuse("entry", entry, entry >= time, "an entry must lie before the exit")
    return RiskSets(np.sort(entry), np.sort(time))


def read_numbers(values: ArrayLike | pd.Series) -> Floats:
    """The values as float64, missing ones as NaN; ValueError where one is no number."""
    return pd.Series(values).to_numpy(dtype=np.float64, na_value=np.nan)


def read_codes(name: str, values: ArrayLike | pd.Series, length: int) -> Counts:
    """The values as whole numbers from 0, as many as ``length``; ValueError by name and position otherwise."""
    numbers = read_numbers(values)
    if len(numbers) != length:
        raise ValueError(f"time has {length} values and {name} {len(numbers)}")
    with np.errstate(invalid="ignore"):
        wrong = ~np.isfinite(numbers) | (numbers < 0) | (numbers != np.floor(numbers))
    _refuse(name, numbers, wrong, "a whole number from 0 is needed")
    return numbers.astype(np.int64)


def read_events(event: ArrayLike, length: int) -> np.ndarray:
    """The events as 0 and 1; ValueError by position otherwise."""
    events = read_codes("event", event, length)
    if (events > 1).any():
        first = int(np.flatnonzero(events > 1)[0])
        raise ValueError(f"an event is 0 or 1: event[{first}] is {events[first]}")
    return events


def read_groups(name: str, values: ArrayLike, length: int) -> tuple[np.ndarray, list[Any]]:
    """The number of each value among the sorted values, and these; ValueError by position where one is missing."""
    series = pd.Series(values)
    if len(series) != length:
        raise ValueError(f"time has {length} values and {name} {len(series)}")
    missing = np.flatnonzero(series.isna() | (series.astype(object) == ""))
    if len(missing):
        raise ValueError(f"{name}[{int(missing[0])}] is missing; leave the subject out")
    codes, names = pd.factorize(series, sort=True)
    return codes, list(names)


def _refuse(name: str, values: Floats, wrong: NDArray[np.bool_], why: str) -> None:
    positions = np.flatnonzero(wrong)
    if len(positions):
        first = int(positions[0])
        more = f" and {len(positions) - 1} more" if len(positions) > 1 else ""
        raise ValueError(f"{why}: {name}[{first}] is {values[first]:g}{more}")
