"""Which completions of a subject's partial dates are admissible: those where

1.  no partial date is after the data cut-off;
2.  no two events of the trial's ``event_order`` contradict each other (`hcc_sdtm.dates.event_order.narrow`);
3.  every date keeps to the bounds of its roles in ``partial_dates``: origin, death and what else they name. The day last
    known alive bounds as it stands in ADSL, since in a completion it is cut at the death that it has to bound.

A constraint that no completion can meet is dropped, and with it, as in `narrow`, all orders of its two events; of the rest
the completions that break the fewest are taken: none, but where constraints of different kinds exclude each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.completions import Batch
from hcc_sdtm.adam.admissible.partial_cells import PartialCells
from hcc_sdtm.adam.event_limits import limit_column
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.event_order import narrow
from hcc_sdtm.sdtm.event_dates import build_event_records, event_texts
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.trial import CUTOFF, Trial


@dataclass(frozen=True)
class Judged:
    """``mask`` of the admissible copies; the ``copy`` and the ``constraint`` of everything broken that counts.

    ``fewest`` is by batch the number of constraints that its admissible copies break.
    """

    mask: np.ndarray
    copy: np.ndarray
    constraint: np.ndarray
    fewest: np.ndarray


def admissible_copies(
    batches: Sequence[Batch],
    batch_of: np.ndarray,
    copies: Mapping[str, Dataset],
    of_copies: pd.DataFrame,
    adsl: Dataset,
    partial: PartialCells,
    trial: Trial,
    adam: AdamSpecs,
) -> Judged:
    """Which copies are admissible; ``of_copies`` is their ADSL, one row each, and ``adsl`` that of the study."""
    broken = _broken_bounds(batches, batch_of, of_copies, adsl, partial, trial, adam)
    broken.append(_broken_orders(copies, trial, of_copies.index, batch_of))
    return _fewest_broken(broken, batch_of)


@dataclass(frozen=True)
class _Broken:
    """For each copy that a constraint concerns: the copy, the constraint (a number) and whether it is broken."""

    copy: np.ndarray
    constraint: np.ndarray
    is_broken: np.ndarray


def _broken_bounds(
    batches: Sequence[Batch],
    batch_of: np.ndarray,
    of_copies: pd.DataFrame,
    adsl: Dataset,
    partial: PartialCells,
    trial: Trial,
    adam: AdamSpecs,
) -> list[_Broken]:
    """Which copies have a completed date beyond a bound of its role; ``of_copies`` is their ADSL, one row each."""
    fixed = {name for name, rule in adam.adsl.variables.items() if rule.last_alive}
    starts = np.searchsorted(batch_of, np.arange(len(batches)))
    numbers: dict[tuple[int, str, str], int] = {}
    found: list[_Broken] = []
    for batch, first in zip(batches, starts, strict=True):
        copies = np.arange(first, first + len(batch.days))
        for column, members in enumerate(batch.cells):
            day = batch.days[:, column]
            roles = {role for cell in members for role in partial.roles[cell] if role in trial.partial_dates}
            policies = [trial.partial_dates[role] for role in roles]
            sides = {("earliest", name) for policy in policies for name in policy.not_before}
            sides |= {("latest", name) for policy in policies for name in policy.not_after}
            for end, name in sorted(sides):
                if name in fixed:
                    bound = np.full(len(day), adsl.frame[name].to_numpy(dtype=float)[batch.subject])
                else:
                    by_copy = of_copies.get(limit_column(name, end), of_copies.get(name))
                    if by_copy is None:
                        continue
                    bound = by_copy.to_numpy(dtype=float)[copies]
                beyond = day < bound if end == "earliest" else day > bound
                key = numbers.setdefault((column, end, name), -1 - len(numbers))
                found.append(_Broken(copies, np.full(len(day), key), beyond))
    return found


def _broken_orders(copies: Mapping[str, Dataset], trial: Trial, names: pd.Index, batch_of: np.ndarray) -> _Broken:
    """Which copies have events that contradict the order, those left out that are in a contradiction of every copy."""
    if not trial.event_order:
        none = np.zeros(0, dtype=np.int64)
        return _Broken(none, none, none.astype(bool))
    texts = event_texts(build_event_records(copies, trial), trial, names)
    texts[CUTOFF] = trial.data_cutoff
    contradictions = narrow(texts, [[*chain, CUTOFF] for chain in trial.event_order]).contradictions
    copy = contradictions["position"].to_numpy(dtype=np.int64)
    events = {name: number for number, name in enumerate(texts.columns)}
    before, after = (contradictions[side].map(events).to_numpy(dtype=np.int64) for side in ("before", "after"))
    size = np.bincount(batch_of)
    pair = before * len(events) + after
    counted = pd.DataFrame({"batch": batch_of[copy], "pair": pair}).groupby(["batch", "pair"]).size().reset_index()
    always = counted[counted[0].to_numpy() == size[counted["batch"]]]
    involved = np.zeros((len(size), len(events)), dtype=bool)
    for each in (always["pair"] // len(events), always["pair"] % len(events)):
        involved[always["batch"], each] = True
    kept = ~involved[batch_of[copy], before] & ~involved[batch_of[copy], after]
    return _Broken(copy[kept], pair[kept], np.ones(int(kept.sum()), dtype=bool))


def _fewest_broken(constraints: Sequence[_Broken], batch_of: np.ndarray) -> Judged:
    """The copies that break the fewest constraints of their batch, those left out that every copy breaks."""
    copy, constraint, is_broken = (
        np.concatenate([getattr(each, name) for each in constraints]) for name in ("copy", "constraint", "is_broken")
    )
    copy, constraint = copy[is_broken], constraint[is_broken]
    size = np.bincount(batch_of)
    table = pd.DataFrame({"batch": batch_of[copy], "constraint": constraint})
    times = table.groupby(["batch", "constraint"])["batch"].transform("size").to_numpy()
    counts = times < size[table["batch"]]
    copy, constraint = copy[counts], constraint[counts]
    total = np.bincount(copy, minlength=len(batch_of))
    fewest = np.full(len(size), np.iinfo(np.int64).max)
    np.minimum.at(fewest, batch_of, total)
    return Judged(np.asarray(total == fewest[batch_of]), copy, constraint, fewest)
