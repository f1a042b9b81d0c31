"""Which completions of each subject's partial dates are tried, and together with which.

Knows how many are too many, and what is left out then. Derives nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hcc_sdtm.adam.admissible.completions import Batch, combine_days, possible_days
from hcc_sdtm.adam.admissible.partial_cells import PartialCells
from hcc_sdtm.adam.event_limits import policy_bounds
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.spec.trial import Trial

COPIES_AT_ONCE = 20_000

FEW_DAYS = 2
"""So many days of an origin are no more than its first and its last."""


@dataclass(frozen=True)
class Missed:
    """A subject and target (by number) with too many completions, and the first day that one of its dates can be."""

    subject: int
    target: int
    earliest: float


def plan_completions(
    partial: PartialCells, by_start: np.ndarray, subjects: Subjects, trial: Trial, alive: np.ndarray
) -> tuple[list[Batch], list[Missed]]:
    """The completions to try, and the subjects and parameters that have too many.

    A parameter's completions are those of the dates that it reads. A date that is the origin and nothing else is tried on
    its first and last day, which stand for those between where the time ends alike. ``by_start`` says for each cell and
    parameter whether the parameter reads the cell for its origin alone.
    """
    cells, most = partial.cells, trial.most_completions
    batches: list[Batch] = []
    too_many: list[Missed] = []
    days_of = {text: possible_days(text, subjects.cutoff) for text in cells["text"].unique()}
    columns = {name: cells[name].to_numpy(dtype=object) for name in ("text", "visit", "cell")}
    for subject, rows in cells.groupby("subject").indices.items():
        code = int(str(subject))
        unknown = _unknown_days(columns, np.asarray(rows), partial.alive_only, days_of, float(alive[code]))
        reads = np.array([partial.read_by[list(members)].any(axis=0) for members, _ in unknown])
        ways: dict[_Way, list[int]] = {}
        for number in np.flatnonzero(reads.any(axis=0)).tolist():
            own = tuple(np.flatnonzero(reads[:, number]).tolist())
            starts = tuple(each for each in own if by_start[list(unknown[each][0]), number].all())
            count = _combinations([unknown[each][1] for each in own])
            is_shorter = count > most or (len(starts) == 1 and len(unknown[starts[0]][1]) > FEW_DAYS)
            ways.setdefault(_Way(own, starts if is_shorter else ()), []).append(number)
        for way, numbers in _together(ways, [days for _, days in unknown], most).items():
            members = tuple(unknown[each][0] for each in way.own)
            days = [unknown[each][1] for each in way.own]
            open_days = [
                _inside(own, unknown[each][0], partial, subjects, trial, code) if each in way.starts else own
                for each, own in zip(way.own, days, strict=True)
            ]
            tried = [
                np.unique(own[[0, -1]]) if each in way.starts else own
                for each, own in zip(way.own, open_days, strict=True)
            ]
            if _combinations(tried) > most:
                too_many += [Missed(code, number, min(float(each[0]) for each in tried)) for number in numbers]
                continue
            ends = tuple(way.own.index(each) for each in way.starts)
            whole = combine_days(days) if ends and _combinations(days) <= most else None
            between = open_days[ends[0]][1:-1] if whole is not None and len(ends) == 1 else None
            batches.append(Batch(code, tuple(numbers), members, combine_days(tried), ends, between, whole))
    return batches, too_many


class _Way(NamedTuple):
    """The unknown days that a parameter reads, by number, and those of them that are tried at their ends only."""

    own: tuple[int, ...]
    starts: tuple[int, ...]


def _together(ways: dict[_Way, list[int]], days: Sequence[np.ndarray], most: int) -> dict[_Way, list[int]]:
    """The ways, those left out whose days are all tried in another, which takes over their parameters."""
    found: dict[_Way, list[int]] = {}
    for way in sorted(ways, key=lambda way: (len(way.starts), -len(way.own), way.own)):
        wider = (
            other
            for other in found
            if not other.starts
            and set(way.own) <= set(other.own)
            and _combinations([days[n] for n in other.own]) <= most
        )
        taken = None if way.starts else next(wider, None)
        if taken is None:
            found[way] = list(ways[way])
        else:
            found[taken] += ways[way]
    return {way: sorted(numbers) for way, numbers in found.items()}


def _combinations(days: Sequence[np.ndarray]) -> float:
    return float(np.prod([float(len(each)) for each in days]))


def _inside(
    days: np.ndarray, members: Sequence[int], partial: PartialCells, subjects: Subjects, trial: Trial, code: int
) -> np.ndarray:
    """The days that the bounds of the roles leave, as ADSL has them."""
    own = np.array([code])
    for role in {role for cell in members for role in partial.roles[cell] if role in trial.partial_dates}:
        policy = trial.partial_dates[role]
        for end in ("earliest", "latest"):
            for bound in policy_bounds(policy, end, subjects.days, own):
                inside = days >= bound[0] if end == "earliest" else days <= bound[0]
                days = days[inside] if inside.any() else days
    return days


def _unknown_days(
    columns: Mapping[str, np.ndarray],
    rows: np.ndarray,
    alive_only: np.ndarray,
    days_of: Mapping[str, np.ndarray],
    alive: float,
) -> list[tuple[tuple[int, ...], np.ndarray]]:
    """The unknown days of the subject whose cells are the ``rows``: where each stands, and the days that it can be.

    Of the dates that can only move the day last known alive the one that can be latest is enough, from that day on.
    """
    groups: dict[object, list[int]] = {}
    texts, visits, cells = (columns[name][rows].tolist() for name in ("text", "visit", "cell"))
    for number, text, visit, cell in zip(rows.tolist(), texts, visits, cells, strict=True):
        groups.setdefault((text, visit) if visit == visit else cell or number, []).append(number)
    found: list[tuple[tuple[int, ...], np.ndarray]] = []
    latest: tuple[tuple[int, ...], np.ndarray] | None = None
    for members in groups.values():
        days = days_of[columns["text"][members[0]]]
        if not alive_only[members].all():
            found.append((tuple(members), days))
            continue
        is_whole = len(days) == days[-1] - days[0] + 1
        days = np.append(days[:1], days[1:][~(days[1:] <= alive)])
        if not is_whole:
            found.append((tuple(members), days))
        elif latest is None or days[-1] > latest[1][-1]:
            latest = tuple(members), days
    return [*found, latest] if latest is not None else found


def in_parts(batches: Sequence[Batch]) -> list[list[Batch]]:
    """The batches in parts of about so many copies as are derived at once."""
    parts: list[list[Batch]] = []
    size = COPIES_AT_ONCE
    for batch in batches:
        if size + len(batch.days) > COPIES_AT_ONCE:
            parts.append([])
            size = 0
        parts[-1].append(batch)
        size += len(batch.days)
    return parts
