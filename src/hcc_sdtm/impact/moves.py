"""How far the answers of each question move each statistic of an endpoint.

One subject's outcome is replaced at a time; a question about several subjects takes all of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hcc_sdtm.endpoints.bounds.point_values import Key, PointValues
from hcc_sdtm.impact.outcomes import Outcome, comparable

MOVED_COLUMNS = ("question", "measure", "time", "cause", "value", "least", "greatest", "change", "bound")
ENUMERATED, AT_LEAST = "enumerated", "at least"
HEADLINES = ("median", "rate", "incidence", "proportion")
"""The measures by which findings are ranked: what an endpoint says of the patients, and not how many it rests on."""

LEAST_CHANGE = 1e-9
"""A change smaller than this is rounding."""

Joint = Callable[[Mapping[str, Sequence[Outcome]]], pd.DataFrame]
"""Least, greatest and bound of each statistic (measure, time, cause) over every choice of one outcome a subject."""


@dataclass
class Alternatives:
    """The outcomes of one endpoint that answers lead to, by question, then subject; ``recorded`` has those as recorded."""

    recorded: Mapping[str, Outcome] = field(default_factory=dict)
    of: dict[int, dict[str, list[Outcome]]] = field(default_factory=dict)
    _seen: set[tuple[int, str, Outcome]] = field(default_factory=set)

    def add(self, question: int, subject: str, outcome: Outcome) -> None:
        """Takes the outcome in, once, where it is not as recorded."""
        if comparable(outcome) == comparable(self.recorded.get(subject)):
            return
        mark = (question, subject, comparable(outcome))
        if mark not in self._seen:
            self._seen.add(mark)
            self.of.setdefault(question, {}).setdefault(subject, []).append(outcome)

    def with_recorded(self, question: int) -> dict[str, list[Outcome]]:
        """The outcomes of a question's subjects, that as recorded first."""
        return {name: [self.recorded.get(name), *own] for name, own in self.of.get(question, {}).items()}


def move_statistics(
    points: PointValues, alternatives: Alternatives, is_whole: Mapping[int, bool], joint: Joint
) -> pd.DataFrame:
    """One row for each question of ``is_whole`` and headline (`HEADLINES`) that it moves (`MOVED_COLUMNS`).

    ``least`` and ``greatest`` are over all answers, what is recorded among them; NaN is not estimable: a median that is not
    reached is greater than any other. ``change`` is the largest distance from the value as it is, infinite where one of the
    two is not estimable. ``joint`` is for questions about several subjects.
    """
    single = [(n, by) for n, by in alternatives.of.items() if n in is_whole and len(by) == 1]
    alone = [(number, name, outcome) for number, by in single for name, own in by.items() for outcome in own]
    parts: list[pd.DataFrame] = []
    columns = [at for at, (measure, *_) in enumerate(points.keys) if measure in HEADLINES]
    keys, now = [points.keys[at] for at in columns], np.asarray(points.values, dtype=float)[columns]
    if alone:
        subjects, outcomes = [name for _, name, _ in alone], [outcome for *_, outcome in alone]
        values = np.asarray(points.replaced(subjects, outcomes))[:, columns]
        numbers = np.array([number for number, *_ in alone])
        order = np.argsort(numbers, kind="stable")
        starts = np.flatnonzero(np.diff(numbers[order], prepend=-1))
        with_now = [np.vstack([now, part]) for part in np.split(values[order], starts[1:])]
        for number, each in zip(numbers[order][starts].tolist(), with_now, strict=True):
            bound = ENUMERATED if is_whole[number] else AT_LEAST
            parts.append(_moved(number, keys, now, *_extremes(each), [bound] * len(keys)))
    for number, by_subject in alternatives.of.items():
        if number in is_whole and len(by_subject) > 1:
            found = _aligned(joint(alternatives.with_recorded(number)), keys)
            bounds = [AT_LEAST if not is_whole[number] else str(each) for each in found["bound"]]
            least, greatest = (found[name].to_numpy(dtype=float) for name in ("least", "greatest"))
            parts.append(_moved(number, keys, now, least, greatest, bounds))
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(MOVED_COLUMNS))


def _extremes(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest by statistic; where an answer makes it not estimable, the greatest is NaN, and the least is what is
    left."""
    missing = np.isnan(values)
    least = np.where(missing, np.inf, values).min(axis=0)
    greatest = np.where(missing, -np.inf, values).max(axis=0)
    return np.where(missing.all(axis=0), np.nan, least), np.where(missing.any(axis=0), np.nan, greatest)


def _moved(
    question: int,
    keys: Sequence[Key],
    now: np.ndarray,
    least: np.ndarray,
    greatest: np.ndarray,
    bound: Sequence[str],
) -> pd.DataFrame:
    change = np.fmax(np.abs(least - now), np.abs(greatest - now))
    is_lost = np.isnan(now) != (np.isnan(least) | np.isnan(greatest))
    is_found = np.isnan(now) & ~np.isnan(least)
    change = np.where(is_lost | is_found, np.inf, np.nan_to_num(change))
    kept = np.flatnonzero(change > LEAST_CHANGE)
    rows = [(question, *keys[at], now[at], least[at], greatest[at], change[at], bound[at]) for at in kept.tolist()]
    return pd.DataFrame(rows, columns=list(MOVED_COLUMNS))


def _aligned(found: pd.DataFrame, keys: Iterable[Key]) -> pd.DataFrame:
    """The rows of the statistics, in their order."""
    by_key = {
        (measure, None if time != time else time, cause): place
        for place, (measure, time, cause) in enumerate(
            found[["measure", "time", "cause"]].itertuples(index=False, name=None)
        )
    }
    places = [by_key[measure, None if time != time else time, cause] for measure, time, cause in keys]
    return found.iloc[places]
