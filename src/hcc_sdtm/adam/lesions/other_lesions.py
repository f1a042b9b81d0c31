"""What the non-target and the new lesions say at each assessment after the baseline.

Knows states of lesions and the sizes below which a node is normal or a new lesion is in doubt. An equivocal new lesion that
is unequivocal later was there at its first scan, where the criterion dates back.

Source: RECIST 1.1 sections 4.3.3, 4.3.4 and 4.3.5; mRECIST (Lencioni and Llovet 2010), new lesions.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.measures import measure_ranks, places
from hcc_sdtm.adam.lesions.records import Lesions
from hcc_sdtm.spec.adam.criteria import Criterion

WORST_STATE = ("UNEQUIVOCAL", "PRESENT", "EQUIVOCAL", "ABSENT", "MERGED", "NE")
"""Which of two states of a lesion in one assessment stands; what was not evaluated says less than any other."""


def non_target_responses(lesions: Lesions, criterion: Criterion, after: np.ndarray) -> pd.DataFrame:
    """For each assessment of ``after`` whose reader has non-targets: ``response``, ``day`` and ``position`` (NaN, -1: none).

    PD where one is unequivocal, dated by its first or last such scan as the criterion says; CR where all are gone; NE where
    one was not evaluated; else NON-CR/NON-PD. The index is the assessment.
    """
    own = lesions.lesions
    rows = np.flatnonzero((own["kind"] == "NON-TARGET") & (own["family"] == ""))
    chosen = pd.DataFrame(
        {"lesion": rows, "reader": own["reader"].to_numpy()[rows], "since": own["day"].to_numpy(dtype=float)[rows]}
    )
    visits = lesions.assessments.iloc[after][["reader", "last_day"]].reset_index(names="assessment")
    dense = chosen.merge(visits, on="reader")
    dense = dense[~(dense["since"] > dense["last_day"])]
    states = _states(lesions, rows, criterion)
    dense = dense.merge(states, how="left", on=["lesion", "assessment"])
    state = dense["state"].fillna("NE")
    dense = dense.assign(
        gone=state.isin(["ABSENT", "MERGED"]), missing=state == "NE", progressed=state == "UNEQUIVOCAL"
    )
    found = dense.groupby("assessment").agg(
        gone=("gone", "all"), missing=("missing", "any"), progressed=("progressed", "any")
    )
    found["response"] = np.select(
        [found["progressed"], found["gone"], found["missing"]], ["PD", "CR", "NE"], "NON-CR/NON-PD"
    ).astype(object)
    signs = dense[dense["progressed"]].sort_values(["assessment", "day", "position"])
    shown = signs.drop_duplicates("assessment", keep=criterion.dates.non_target).set_index("assessment")
    found["day"] = shown["day"].reindex(found.index)
    found["position"] = shown["position"].reindex(found.index).fillna(-1).astype(np.int64)
    return found[["response", "day", "position"]]


def _states(lesions: Lesions, rows: np.ndarray, criterion: Criterion) -> pd.DataFrame:
    """The state of each lesion in each assessment with a result: what was said, else what its size says.

    Of several sizes the one that the criterion takes first counts.
    """
    results = lesions.measurements[lesions.measurements["lesion"].isin(rows)]
    place = places(lesions.lesions)[results["lesion"].to_numpy(dtype=np.int64)]
    measure = measure_ranks(place, results["test"], criterion)
    has_size = (results["size"].notna() | results["is_small"]).to_numpy(dtype=bool)
    first = pd.Series(np.where(has_size, measure, np.nan), index=results.index)
    first = first.groupby([results["lesion"], results["assessment"]]).transform("min")
    results = results[(measure == first.to_numpy()) | ~has_size]
    lesion = results["lesion"].to_numpy(dtype=np.int64)
    is_node = lesions.lesions["is_node"].to_numpy(dtype=bool)[lesion]
    size = results["size"].to_numpy(dtype=float)
    size = np.where(results["is_small"], criterion.too_small_mm, size)
    short = is_node & ~results["test"].isin(["LDIAM"]).to_numpy()
    gone = (size == 0) | (short & (size < criterion.nodes.normal_below_mm))
    by_size = np.where(np.isnan(size), "NE", np.where(gone, "ABSENT", "PRESENT"))
    said = results["state"].to_numpy(dtype=object)
    state = np.where(said != "", said, by_size).astype(object)
    rank = pd.Series(state).map({name: at for at, name in enumerate(WORST_STATE)}).to_numpy()
    order = np.lexsort((results["position"], results["day"], rank, said == "", results["assessment"], lesion))
    table = results.assign(state=state).iloc[order]
    first_each: pd.DataFrame = table.drop_duplicates(["lesion", "assessment"])
    return first_each[["lesion", "assessment", "state", "day", "position"]]


def new_lesions(lesions: Lesions, criterion: Criterion, after: np.ndarray) -> pd.DataFrame:
    """Each new lesion in each assessment of ``after`` from its first on.

    ``lesion``, ``assessment``, ``state`` (UNEQUIVOCAL, EQUIVOCAL, ABSENT or NE), ``size`` (mm, NaN), ``is_first``; ``day``,
    ``position`` and ``in_tu`` (whether the position is in TU) are those of its first scan.
    """
    own = lesions.lesions
    rows = np.flatnonzero((own["kind"] == "NEW") & (own["family"] == ""))
    chosen = own.iloc[rows][["reader", "day", "position", "is_liver"]].assign(lesion=rows)
    seen = lesions.measurements[lesions.measurements["lesion"].isin(rows)]
    first = seen.sort_values(["lesion", "day", "position"]).drop_duplicates("lesion").set_index("lesion")
    day_in_tr = chosen["lesion"].map(first["day"]).to_numpy(dtype=float)
    in_tu = (chosen["position"] >= 0).to_numpy() & ~(day_in_tr < chosen["day"].to_numpy(dtype=float))
    in_tu &= chosen["day"].notna().to_numpy()
    position = np.where(in_tu, chosen["position"], chosen["lesion"].map(first["position"]).fillna(-1))
    chosen = chosen.assign(
        day=np.where(in_tu, chosen["day"], day_in_tr), position=position.astype(np.int64), in_tu=in_tu
    )
    chosen = chosen[chosen["day"].notna()]
    visits = lesions.assessments.iloc[after][["reader", "last_day"]].reset_index(names="assessment")
    dense = chosen.merge(visits, on="reader")
    dense = dense[dense["last_day"] >= dense["day"]].sort_values(["lesion", "last_day"])
    dense["is_first"] = ~dense.duplicated("lesion")
    dense = dense.merge(_new_states(seen, criterion), how="left", on=["lesion", "assessment"])
    dense["state"] = _judged(dense, criterion)
    columns = ["lesion", "assessment", "state", "size", "is_first", "day", "position", "in_tu"]
    return dense[columns].reset_index(drop=True)


def _new_states(seen: pd.DataFrame, criterion: Criterion) -> pd.DataFrame:
    """State and largest size of each new lesion in each assessment with a result."""
    size = np.where(seen["is_small"], criterion.too_small_mm, seen["size"].to_numpy(dtype=float))
    rank = seen["state"].map({name: at for at, name in enumerate(WORST_STATE)}).fillna(len(WORST_STATE))
    table = seen.assign(size=size, rank=rank).sort_values(["lesion", "assessment", "rank", "day", "position"])
    sizes = table.groupby(["lesion", "assessment"])["size"].max().reset_index()
    states = table.drop_duplicates(["lesion", "assessment"])[["lesion", "assessment", "state"]]
    return states.merge(sizes, on=["lesion", "assessment"])


def _judged(dense: pd.DataFrame, criterion: Criterion) -> pd.Series:
    """What each new lesion is worth in each assessment, in the order of its scans."""
    rules = criterion.new_lesions
    state, size = dense["state"].fillna(""), dense["size"]
    given = state.isin(["UNEQUIVOCAL", "EQUIVOCAL", "ABSENT", "NE"])
    gone = (state == "ABSENT") | (~given & (size == 0))
    sure = (state == "UNEQUIVOCAL") | (~given & ~gone & (rules.without_state == "UNEQUIVOCAL") & dense["is_first"])
    if rules.liver_from_mm is not None:
        smallest = size.groupby(dense["lesion"]).cummin()
        grown = size >= rules.liver_from_mm
        if rules.liver_growth_mm is not None:
            grown |= size - smallest >= rules.liver_growth_mm
        doubtful = dense["is_liver"].astype(bool) & (size < rules.liver_from_mm) & (state != "UNEQUIVOCAL")
        sure = (sure & ~doubtful) | (dense["is_liver"].astype(bool) & grown & (state != "EQUIVOCAL") & ~gone)
    by_lesion = sure.groupby(dense["lesion"])
    so_far = by_lesion.cummax()
    certain = by_lesion.transform("max") if rules.dated_back else so_far
    judged = np.select([gone & ~sure, certain, state == "NE"], ["ABSENT", "UNEQUIVOCAL", "NE"], "EQUIVOCAL")
    return pd.Series(judged, index=dense.index, dtype=object)
