"""Sizes of the target lesions at every assessment by one criterion, and what of them is missing.

Knows which diameter a criterion measures, which assessments are baseline, and how lesions that fall apart or become one go
on counting. Does not know what a sum says.

Source: RECIST 1.1 sections 3.1, 4.2 and 4.3.2 (lesions that split or coalesce); mRECIST (Lencioni and Llovet 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.families import read_families
from hcc_sdtm.adam.lesions.measures import measure_ranks, places
from hcc_sdtm.adam.lesions.records import Lesions
from hcc_sdtm.adam.lesions.unfit_targets import unfit_targets
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import findings_frame, join_findings
from hcc_sdtm.spec.adam.criteria import Criterion
from hcc_sdtm.spec.trial import Trial

TWO_SIZES = "ADTR-104 lesion.measured-twice"
"""One diameter of a lesion has two sizes in one assessment: the later stands, of one day the larger."""

NO_BASELINE = "ADTR-105 lesion.no-baseline"
"""A target has no size before treatment inside the baseline window: its sum cannot be compared."""

LONG_AXIS = "ADTR-107 lesion.node-long-axis"
"""A target node has no short axis: the sum takes its long axis."""

SHORT_AXIS = ("LPERP", "DIAMETER")

SIZE_COLUMNS = ["lesion", "assessment", "size", "evaluated", "day", "flag", "position", "test", "is_baseline"]


@dataclass(frozen=True)
class Targets:
    """The targets of one criterion.

    ``lesions``  one row a lesion of the sums: ``lesion`` (row of `Lesions.lesions`), ``reader``, ``test`` (its diameter),
                 ``is_node``, ``child`` (whether it came of others), ``base`` (mm, NaN: none), ``base_day``,
                 ``base_position``, ``compared`` (whether the sum can be compared with it)
    ``sizes``    one row a lesion and assessment that it takes part in: `SIZE_COLUMNS`; ``size`` is NaN where not
                 ``evaluated``, ``position`` -1 where no result gave it
    """

    lesions: pd.DataFrame
    sizes: pd.DataFrame


def is_baseline(lesions: Lesions, subjects: Subjects, trial: Trial) -> np.ndarray:
    """For each assessment whether it is one before treatment: no scan after the start, or planned before it."""
    table = lesions.assessments
    start = subjects.days["TRTSDT"][table["subject"].to_numpy(dtype=np.int64)]
    planned = table["AVISITN"].isin([visit.number for visit in trial.visits if visit.day <= 0]).to_numpy()
    first, last = table["first_day"].to_numpy(dtype=float), table["last_day"].to_numpy(dtype=float)
    return np.asarray((last <= start) | (planned & (first <= start)))


def target_sizes(
    lesions: Lesions, criterion: Criterion, subjects: Subjects, trial: Trial
) -> tuple[Targets, pd.DataFrame]:
    """The targets by the criterion, and findings about sizes, baselines and families.

    The baseline of a target is its last size before treatment inside the trial's window. Assessments of subjects who never
    started treatment are left out.
    """
    if not lesions or lesions.results is None:
        return Targets(pd.DataFrame(), pd.DataFrame(columns=SIZE_COLUMNS)), findings_frame()
    findings: list[pd.DataFrame] = []
    before = is_baseline(lesions, subjects, trial)
    start = subjects.days["TRTSDT"]
    own = lesions.lesions
    is_target = (own["kind"] == "TARGET") & ~np.isnan(start[own["subject"].to_numpy(dtype=np.int64)])
    rows = np.flatnonzero(is_target)
    families, found = read_families(lesions, rows)
    findings.append(found)
    orphans = (own["family"].iloc[rows] != "").to_numpy() & ~np.isin(rows, families["lesion"])
    rows = rows[~orphans]
    place = places(own)[rows]
    of_nodes = families["lesion"][own["is_node"].to_numpy(dtype=bool)[families["parent"]]]
    place = np.where(np.isin(rows, of_nodes) & (own["location"] == "").to_numpy()[rows], "node", place)
    chosen = pd.DataFrame({"lesion": rows, "place": place, "reader": own["reader"].to_numpy()[rows]})
    chosen["is_node"], chosen["child"] = place == "node", np.isin(rows, families["lesion"])
    results = _chosen_results(lesions, chosen, criterion, before)
    single, found = _one_each(results, lesions.results)
    findings.append(found)
    chosen["test"] = chosen["lesion"].map(results.drop_duplicates("lesion").set_index("lesion")["test"]).fillna("")
    findings.append(_long_axes(chosen, single, lesions.results))
    single["is_baseline"] = before[single["assessment"].to_numpy(dtype=np.int64)]
    chosen = _with_baseline(chosen, single, lesions, start, trial)
    findings.append(unfit_targets(chosen, lesions, criterion))
    chosen, found = _compared(chosen, lesions, start, criterion)
    findings.append(found)
    sizes = _every_assessment(chosen, single, families, lesions, before)
    return Targets(chosen.drop(columns="place"), sizes), join_findings(findings)


def _chosen_results(lesions: Lesions, chosen: pd.DataFrame, criterion: Criterion, before: np.ndarray) -> pd.DataFrame:
    """The results of each lesion by its own diameter, and those that say it is gone; ``test`` is that diameter."""
    results = lesions.measurements.merge(chosen[["lesion", "place"]], on="lesion")
    results["rank"] = measure_ranks(results["place"], results["test"], criterion)
    measured = results["rank"].notna() & (results["size"].notna() | results["is_small"])
    best = results[measured].assign(late=~before[results.loc[measured, "assessment"].to_numpy(dtype=np.int64)])
    best = best.sort_values(["lesion", "late", "rank"], kind="stable").drop_duplicates("lesion")
    results = results.merge(best[["lesion", "test"]].rename(columns={"test": "own"}), how="left", on="lesion")
    is_own = (results["test"] == results["own"]) | (results["own"].isna() & results["rank"].notna())
    is_gone = results["state"].isin(["ABSENT", "MERGED"]) & ~results["is_part"].astype(bool)
    gone = ((results["size"] == 0) & ~results["is_part"].astype(bool)) | is_gone
    results = results[is_own | gone].copy()
    small = results["is_small"].to_numpy(dtype=bool)
    size = np.where(small, criterion.too_small_mm, results["size"].to_numpy(dtype=float))
    size = np.where(np.isnan(size) & results["state"].isin(["ABSENT", "MERGED"]), 0.0, size)
    results["size"], results["is_own"] = size, is_own[results.index]
    results["test"] = results["own"].fillna("")
    return results


def _one_each(results: pd.DataFrame, tr: Dataset) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One result a lesion and assessment: its own diameter, with a size, the latest, of one day the largest."""
    known = results["size"].notna()
    own = results[known & results["is_own"]]
    cell = ["lesion", "assessment"]
    variety = own.groupby(cell)["size"].transform("nunique")
    twice = own[variety > 1].sort_values([*cell, "day", "size", "position"])
    found = findings_frame()
    if len(twice):
        shown = twice.groupby(cell)["size"].transform(lambda sizes: " and ".join(f"{size:g}" for size in sizes))
        last = ~twice.duplicated(cell, keep="last")
        messages = [
            f"the lesion has {sizes} mm in one assessment; {size:g} mm stands"
            for sizes, size in zip(shown[last], twice.loc[last, "size"], strict=True)
        ]
        found = tr.findings(
            twice.loc[last, "position"].to_numpy(dtype=np.int64), TWO_SIZES, "warning", "TRORRES", messages, "one size"
        )
    order = np.lexsort(
        (
            results["position"],
            results["size"].fillna(-1),
            results["day"],
            results["is_own"],
            known,
            results["assessment"],
            results["lesion"],
        )
    )
    return results.iloc[order].drop_duplicates(cell, keep="last").reset_index(drop=True), found


def _long_axes(chosen: pd.DataFrame, single: pd.DataFrame, tr: Dataset) -> pd.DataFrame:
    """A finding for each node that is measured by a diameter other than its short axis, at its first size."""
    long = chosen[chosen["is_node"] & ~chosen["test"].isin((*SHORT_AXIS, ""))]
    at = single[single["lesion"].isin(long["lesion"])].sort_values(["day", "position"]).drop_duplicates("lesion")
    message = "the lesion is a lymph node and has no short axis; its long axis is in the sum"
    return tr.findings(
        np.sort(at["position"].to_numpy(dtype=np.int64)), LONG_AXIS, "warning", "TRTESTCD", message, "LPERP"
    )


def _with_baseline(
    chosen: pd.DataFrame, single: pd.DataFrame, lesions: Lesions, start: np.ndarray, trial: Trial
) -> pd.DataFrame:
    """The targets with their last size before treatment inside the window."""
    subject = lesions.lesions["subject"].to_numpy(dtype=np.int64)
    own = single[single["is_baseline"] & single["size"].notna()]
    inside = start[subject[own["lesion"].to_numpy(dtype=np.int64)]] - own["day"] <= trial.response.baseline_window_days
    last = own[inside].sort_values(["lesion", "day", "assessment"]).drop_duplicates("lesion", keep="last")
    last = last.set_index("lesion")
    return chosen.assign(
        base=chosen["lesion"].map(last["size"]).to_numpy(dtype=float),
        base_day=chosen["lesion"].map(last["day"]).to_numpy(dtype=float),
        base_position=chosen["lesion"].map(last["position"]).fillna(-1).to_numpy(dtype=np.int64),
        base_assessment=chosen["lesion"].map(last["assessment"]).fillna(-1).to_numpy(dtype=np.int64),
    )


def _compared(
    chosen: pd.DataFrame, lesions: Lesions, start: np.ndarray, criterion: Criterion
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The targets whose sum is one, and a finding for each without a baseline.

    One that was first identified after the start is none of the baseline's targets and is left out; what becomes of others
    without a baseline is the criterion's to say.
    """
    own = lesions.lesions.iloc[chosen["lesion"]]
    begun = start[own["subject"].to_numpy(dtype=np.int64)]
    later = (own["day"].to_numpy(dtype=float) > begun) & ~chosen["child"].to_numpy()
    without = np.isnan(chosen["base"].to_numpy()) & ~chosen["child"].to_numpy()
    left_out = without & (later | (criterion.target_without_baseline == "left_out"))
    chosen = chosen.assign(compared=~without)
    tr, tu = lesions.results, lesions.identification
    found = []
    message = "the target has no size before treatment inside the baseline window; " + "{what}"
    for mask, what in ((without & ~left_out, "its sums are not evaluable"), (left_out, "it is in no sum")):
        at = own["position"].to_numpy(dtype=np.int64)[mask]
        text = message.replace("{what}", what)
        if tu is not None and (at >= 0).any():
            found.append(tu.findings(np.sort(at[at >= 0]), NO_BASELINE, "warning", "TULNKID", text, "a baseline size"))
        alone = chosen["lesion"].to_numpy()[mask][at < 0]
        first = lesions.measurements[lesions.measurements["lesion"].isin(alone)].drop_duplicates("lesion")
        if tr is not None and len(first):
            where = np.sort(first["position"].to_numpy(dtype=np.int64))
            found.append(tr.findings(where, NO_BASELINE, "warning", "TRLNKID", text, "a baseline size"))
    return chosen[~left_out].reset_index(drop=True), join_findings(found)


def _every_assessment(
    chosen: pd.DataFrame, single: pd.DataFrame, families: pd.DataFrame, lesions: Lesions, before: np.ndarray
) -> pd.DataFrame:
    """One row for each target and each assessment of its reader after the baseline, and its baseline itself.

    From the assessment in which a lesion came of others, it takes part, and they count 0 where nothing was measured of them.
    """
    table = lesions.assessments
    after = table.loc[~before, ["reader", "last_day"]].reset_index(names="assessment")
    dense = chosen[["lesion", "reader", "child"]].merge(after, on="reader")
    first_day = lesions.lesions["day"].to_numpy(dtype=float)[dense["lesion"].to_numpy(dtype=np.int64)]
    dense = dense[~(dense["child"] & (dense["last_day"] < first_day)).to_numpy()]
    columns = ["size", "day", "flag", "position"]
    sizes = dense.merge(single[["lesion", "assessment", *columns]], how="left", on=["lesion", "assessment"])
    if len(families):
        born = lesions.lesions["day"].to_numpy(dtype=float)[families["lesion"].to_numpy()]
        since = pd.Series(born).groupby(families["parent"].to_numpy()).min()
        replaced = sizes["last_day"] >= sizes["lesion"].map(since)
        sizes["size"] = sizes["size"].where(sizes["size"].notna() | ~replaced, 0.0)
    at_base = chosen.loc[chosen["base_position"] >= 0, ["lesion", "base_assessment"]]
    at_base = at_base.rename(columns={"base_assessment": "assessment"})
    bases = at_base.merge(single[["lesion", "assessment", *columns]], on=["lesion", "assessment"])
    sizes = pd.concat([bases.assign(is_baseline=True), sizes.assign(is_baseline=False)], ignore_index=True)
    sizes["evaluated"] = sizes["size"].notna()
    sizes["position"] = sizes["position"].fillna(-1).astype(np.int64)
    sizes["flag"] = sizes["flag"].fillna("")
    sizes["test"] = sizes["lesion"].map(chosen.set_index("lesion")["test"])
    return sizes[SIZE_COLUMNS]
