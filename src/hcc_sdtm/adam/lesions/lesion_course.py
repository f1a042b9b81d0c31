"""The course of every lesion by one criterion: its sizes and states, its progression, and whether it lay in the field.

Puts together the other modules of this folder for one evaluator; knows no parameter and no response.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.families import read_families
from hcc_sdtm.adam.lesions.lesion_progression import add_new_lesions, build_lesion_progression
from hcc_sdtm.adam.lesions.other_lesions import new_lesions
from hcc_sdtm.adam.lesions.records import Lesions
from hcc_sdtm.adam.lesions.responses import Judged
from hcc_sdtm.adam.lesions.sum_progression import mark_sum_progression
from hcc_sdtm.adam.lesions.targets import is_baseline
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.spec.adam.criteria import Criterion
from hcc_sdtm.spec.trial import Trial

SIZE_COLUMNS = ["lesion", "assessment", "day", "size", "state", "position"]


@dataclass(frozen=True)
class LesionCourse:
    """What one evaluator saw of each lesion by one criterion.

    ``lesions`` and ``assessments`` are the tables of `Lesions`, of all evaluators; ``sizes`` has one row a lesion and
    assessment of this one (`SIZE_COLUMNS`), ``rows`` are those of `build_lesion_progression` with new lesions.
    ``irradiated`` has the lesions of `build_irradiated` and with ``child`` those that came of them; ``sums`` are those of
    `judge_lesions`. ``known`` marks the subjects with an irradiated lesion.
    """

    lesions: pd.DataFrame
    assessments: pd.DataFrame
    sizes: pd.DataFrame
    rows: pd.DataFrame
    irradiated: pd.DataFrame
    sums: pd.DataFrame
    known: np.ndarray
    criterion: Criterion


def build_lesion_course(
    lesions: Lesions,
    judged: Judged,
    irradiated: pd.DataFrame,
    subjects: Subjects,
    trial: Trial,
    evaluator: str,
) -> LesionCourse:
    """The course of the lesions that the evaluator followed, by the criterion of ``judged``.

    Findings about sizes are those of `judge_lesions`, and not made here.
    """
    own, table = lesions.lesions, lesions.assessments
    start = subjects.days["TRTSDT"]
    after = np.flatnonzero(~is_baseline(lesions, subjects, trial))
    criterion, targets, sums = judged.criterion, judged.targets, judged.sums
    of_target = targets.sizes.assign(reader=own["reader"].to_numpy()[targets.sizes["lesion"].to_numpy(dtype=np.int64)])
    sizes = pd.concat([_target_rows(targets.sizes, table), _other_rows(lesions, targets.sizes, criterion)])
    is_own = (own["evaluator"] == evaluator).to_numpy(dtype=bool)
    sizes = sizes[is_own[sizes["lesion"].to_numpy(dtype=np.int64)]].reset_index(drop=True)
    treated = _with_children(lesions, irradiated[is_own[irradiated["lesion"].to_numpy(dtype=np.int64)]])
    rows = build_lesion_progression(own, sizes, treated, start, criterion, trial.progression.local_failure)
    if len(sums):
        rows = mark_sum_progression(rows, sums, of_target, criterion)
    new = _first_new(lesions, criterion, after, sizes)
    rows = add_new_lesions(rows, own, new[is_own[new["lesion"].to_numpy(dtype=np.int64)]], start)
    assessments = table.assign(reader=table["reader"].where(table["evaluator"] == evaluator, -1))
    known = np.zeros(len(subjects), dtype=bool)
    known[own["subject"].to_numpy(dtype=np.int64)[treated["lesion"].to_numpy(dtype=np.int64)]] = True
    own_sums = sums[(sums["reader"].isin(own.loc[is_own, "reader"])).to_numpy(dtype=bool)]
    return LesionCourse(own, assessments, sizes, rows, treated, own_sums, known, criterion)


def _target_rows(sizes: pd.DataFrame, assessments: pd.DataFrame) -> pd.DataFrame:
    """The sizes of the targets that were evaluated; of one that became one with another no size is known from then on."""
    measured = sizes[sizes["size"].notna()].copy()
    unseen = measured["position"].to_numpy() < 0
    measured["state"] = np.where(unseen, "MERGED", "").astype(object)
    measured["size"] = measured["size"].where(~unseen)
    days = assessments["last_day"].to_numpy(dtype=float)[measured["assessment"].to_numpy(dtype=np.int64)]
    measured["day"] = np.where(unseen, days, measured["day"].to_numpy(dtype=float))
    return measured[SIZE_COLUMNS]


def _other_rows(lesions: Lesions, targets: pd.DataFrame, criterion: Criterion) -> pd.DataFrame:
    """One row for each assessment of a lesion that is in no sum: its size by the criterion's diameter, and its state."""
    table = lesions.measurements[~lesions.measurements["lesion"].isin(targets["lesion"])]
    number = table["lesion"].to_numpy(dtype=np.int64)
    is_node, is_liver = (lesions.lesions[name].to_numpy(dtype=bool)[number] for name in ("is_node", "is_liver"))
    rank = np.full(len(table), np.nan)
    for place, mask in (("node", is_node), ("liver", is_liver & ~is_node), ("other", ~is_liver & ~is_node)):
        rank[mask] = _rank(table["test"].to_numpy(dtype=object)[mask], getattr(criterion.measures, place))
    size = np.where(table["is_small"].astype(bool), criterion.too_small_mm, table["size"].to_numpy(dtype=float))
    table = table.assign(rank=rank, size=np.where(np.isnan(rank), np.nan, size))
    best = table.loc[table["size"].notna()].groupby("lesion")["rank"].min()
    table.loc[(table["rank"] != table["lesion"].map(best)).to_numpy(), "size"] = np.nan
    cell = ["lesion", "assessment"]
    by_size = table[table["size"].notna()].sort_values([*cell, "day", "size"]).drop_duplicates(cell, keep="last")
    by_state = table[table["state"] != ""].sort_values([*cell, "day", "position"]).drop_duplicates(cell, keep="last")
    both = by_size[[*cell, "day", "size", "position"]].merge(
        by_state[[*cell, "day", "state", "position"]], how="outer", on=cell, suffixes=("", "_state")
    )
    for name in ("day", "position"):
        both[name] = both[name].fillna(both[f"{name}_state"])
    both["state"] = both["state"].fillna("").astype(object)
    return both.astype({"position": np.int64, "lesion": np.int64, "assessment": np.int64})[SIZE_COLUMNS]


def _rank(tests: np.ndarray, order: Sequence[str]) -> np.ndarray:
    return pd.Series(tests, dtype=object).map({test: at for at, test in enumerate(order)}).to_numpy(dtype=float)


def _with_children(lesions: Lesions, irradiated: pd.DataFrame) -> pd.DataFrame:
    """The irradiated lesions, and those that split off them or that they merged into, which lie in the field too."""
    rows = np.flatnonzero((lesions.lesions["kind"] == "TARGET") | (lesions.lesions["family"] != ""))
    families, _ = read_families(lesions, rows)
    born = families.rename(columns={"lesion": "heir"}).merge(irradiated, left_on="parent", right_on="lesion")
    born = born[~born["heir"].isin(irradiated["lesion"])].sort_values(["heir", "start"]).drop_duplicates("heir")
    children = born.assign(lesion=born["heir"], child=True)[[*irradiated.columns, "child"]]
    parts = [frame for frame in (irradiated.assign(child=False), children) if len(frame)]
    return pd.concat(parts or [irradiated.assign(child=False)], ignore_index=True)


def _first_new(lesions: Lesions, criterion: Criterion, after: np.ndarray, sizes: pd.DataFrame) -> pd.DataFrame:
    """The new lesions that are unequivocal, each at the assessment from which on it counts as one."""
    seen = new_lesions(lesions, criterion, after)
    seen = seen[seen["state"] == "UNEQUIVOCAL"].drop_duplicates("lesion")
    later = seen[["lesion", "assessment"]].merge(sizes, how="left", on=["lesion", "assessment"])
    moved = ~seen["is_first"].to_numpy(dtype=bool) & later["position"].notna().to_numpy()
    found = pd.DataFrame({"lesion": seen["lesion"].to_numpy(), "assessment": seen["assessment"].to_numpy()})
    for name in ("day", "position"):
        found[name] = np.where(moved, later[name], seen[name])
    found["dataset"] = np.where(moved | ~seen["in_tu"].to_numpy(dtype=bool), "TR", "TU").astype(object)
    return found.astype({"position": np.int64, "lesion": np.int64, "assessment": np.int64})
