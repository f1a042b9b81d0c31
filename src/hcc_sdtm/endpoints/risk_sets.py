"""Who is at risk when: durations with delayed entry and weights, refused where they cannot be durations or weights.

A subject is at risk at t where entry < t <= exit, so that at a tie an event comes before a censoring, and one who enters
at t does not count at t. A duration of 0 is allowed, for an event and for a censoring alike: data without the day-one
convention has it. With delayed entry every exit must lie after its entry, so 0 is not possible there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]
Weights = NDArray[np.int64] | NDArray[np.float64]


@dataclass(frozen=True)
class RiskSets:
    """Sorted exits, and sorted entries (none where everybody is at risk from the origin).

    With weights, ``exit_weights`` and ``entry_weights`` have at each place the weight from there to the end, so that a number
    at risk is a sum of weights.
    """

    entries: Floats
    exits: Floats
    entry_weights: Weights | None = None
    exit_weights: Weights | None = None

    def at_risk(self, times: ArrayLike) -> Counts:
        """Number with entry < t <= exit, for each t; with weights the sum of theirs, which may be broken."""
        at = np.asarray(times, dtype=np.float64)
        gone, entered = (np.searchsorted(ends, at, side="left") for ends in (self.exits, self.entries))
        if self.exit_weights is None:
            return np.asarray(len(self.exits) - gone - (len(self.entries) - entered), dtype=np.int64)
        yet_to_enter = 0 if self.entry_weights is None else self.entry_weights[entered]
        return cast("Counts", self.exit_weights[gone] - yet_to_enter)

    def reaches(self, minimum: float) -> float:
        """First time from which at least ``minimum`` subjects are at risk, weights aside; NaN where never so many are."""
        if not len(self.entries):
            return 0.0 if len(self.exits) >= minimum else np.nan
        after = np.unique(np.maximum(self.entries, 0.0))
        entered = np.searchsorted(self.entries, after, side="right")
        gone = np.searchsorted(self.exits, after, side="right")
        enough = np.flatnonzero(entered - gone >= minimum)
        return float(after[enough[0]]) if len(enough) else np.nan


def build_risk_sets(time: Floats, entry: Floats | None, weights: Weights | None = None) -> RiskSets:
    """The risk sets of durations; ValueError, by name and position, for what cannot be a duration or an entry."""
    _refuse("time", time, ~np.isfinite(time), "a duration must be a finite number")
    _refuse("time", time, time < 0, "a duration must not be negative")
    if entry is not None:
        if len(entry) != len(time):
            raise ValueError(f"time has {len(time)} values and entry {len(entry)}")
        _refuse("entry", entry, ~np.isfinite(entry), "an entry must be a finite number")
        _refuse("entry", entry, entry < 0, "an entry must not be negative")
        _refuse("entry", entry, entry >= time, "an entry must lie before the exit")
    if weights is None:
        return RiskSets(np.empty(0) if entry is None else in_order(entry), in_order(time))
    exits, exit_weights = _with_weights(time, weights)
    if entry is None:
        return RiskSets(np.empty(0), exits, None, exit_weights)
    entries, entry_weights = _with_weights(entry, weights)
    return RiskSets(entries, exits, entry_weights, exit_weights)


def in_order(values: Floats) -> Floats:
    """The values in order, at once where they are already: a study's times are put in order once for all its groups."""
    return values if bool((values[1:] >= values[:-1]).all()) else np.sort(values)


def distinct_places(values: Floats) -> tuple[Floats, Counts]:
    """The distinct values in order, and the place of each value among them."""
    if not bool((values[1:] >= values[:-1]).all()):
        place, distinct = pd.factorize(values, sort=True)
        return distinct, place
    distinct, counts = distinct_counts(values)
    return distinct, np.repeat(np.arange(len(distinct)), counts)


def rank_order(ranks: Counts) -> Counts:
    """The stable order of whole numbers from 0; small ones are sorted far faster as integers of 16 bits."""
    return np.argsort(ranks.astype(np.min_scalar_type(ranks.max(initial=0))), kind="stable")


def distinct_counts(ordered: Floats) -> tuple[Floats, Counts]:
    """The distinct values of those that are in order, and how many there are of each."""
    is_new = np.ones(len(ordered), dtype=np.bool_)
    is_new[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(is_new)
    return ordered[starts], np.diff(starts, append=len(ordered))


def read_weights(values: ArrayLike | pd.Series, length: int) -> Weights:
    """The weights, as integers where all are whole; ValueError by position for one that is negative, missing or infinite,
    and where all are 0."""
    weights = read_numbers(values)
    if len(weights) != length:
        raise ValueError(f"time has {length} values and weights {len(weights)}")
    _refuse("weights", weights, ~np.isfinite(weights), "a weight must be a finite number")
    _refuse("weights", weights, weights < 0, "a weight must not be negative")
    if length and not weights.any():
        raise ValueError("all weights are 0, so nobody is left")
    return weights.astype(np.int64) if (weights == np.floor(weights)).all() else weights


def read_numbers(values: ArrayLike | pd.Series) -> Floats:
    """The values as float64, missing ones as NaN; ValueError where one is no number."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
        return values.astype(np.float64, copy=False)
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
    if isinstance(event, np.ndarray) and event.dtype == np.bool_ and len(event) == length:
        return event.astype(np.int64)
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
    unknown = series.isna()
    if not pd.api.types.is_numeric_dtype(series):
        unknown |= series.astype(object) == ""
    missing = np.flatnonzero(unknown)
    if len(missing):
        raise ValueError(f"{name}[{int(missing[0])}] is missing; leave the subject out")
    codes, names = pd.factorize(series, sort=True)
    return codes, list(names)


def _with_weights(times: Floats, weights: Weights) -> tuple[Floats, Weights]:
    """The times in order, and the weight from each of them to the end, with 0 at the end."""
    order = np.argsort(times, kind="stable")
    sums: Weights = np.append(np.cumsum(weights[order][::-1])[::-1], weights[:0].sum())
    return times[order], sums


def read_comparison(
    group: ArrayLike, strata: ArrayLike | None, length: int
) -> tuple[np.ndarray, list[Any], np.ndarray]:
    """The number of each group, the groups, and the number of each stratum; ValueError for fewer than two groups."""
    codes, names = read_groups("group", group, length)
    if len(names) < 2:
        raise ValueError(f"a comparison needs at least two groups, not {len(names)}")
    stratum = np.zeros(length, dtype=np.int64) if strata is None else read_groups("strata", strata, length)[0]
    return codes, names, stratum


def _refuse(name: str, values: Floats, wrong: NDArray[np.bool_], why: str) -> None:
    positions = np.flatnonzero(wrong)
    if len(positions):
        first = int(positions[0])
        more = f" and {len(positions) - 1} more" if len(positions) > 1 else ""
        raise ValueError(f"{why}: {name}[{first}] is {values[first]:g}{more}")
