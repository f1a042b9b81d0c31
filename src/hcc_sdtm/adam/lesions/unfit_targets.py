"""Targets that a criterion would not take: too small at baseline, or too many of a subject or an organ.

They stay targets, because the evaluator chose them: their sums are what the evaluator judged by.

Source: RECIST 1.1 sections 3.1.1 and 4.1; mRECIST (Lencioni and Llovet 2010).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.records import Lesions
from hcc_sdtm.finding import findings_frame
from hcc_sdtm.spec.adam.criteria import Criterion

NOT_A_TARGET = "ADTR-109 lesion.not-a-target"
"""A target is smaller at baseline than the criterion asks for, or one too many of its subject or organ."""


def unfit_targets(chosen: pd.DataFrame, lesions: Lesions, criterion: Criterion) -> pd.DataFrame:
    """One finding for each target that the criterion would not take, at its baseline size.

    ``chosen`` has ``lesion``, ``reader``, ``is_node``, ``child``, ``base`` (mm, NaN: not judged) and ``base_position``. Of too
    many the last in the order of their links are asked about. A location that nobody gave is of no organ; nodes are one.
    """
    own = lesions.lesions.iloc[chosen["lesion"]]
    base, is_node = chosen["base"].to_numpy(dtype=float), chosen["is_node"].to_numpy(dtype=bool)
    of_node = np.where(own["is_porta"], criterion.nodes.porta_hepatis_from_mm, criterion.nodes.target_from_mm)
    least = np.where(is_node, of_node, criterion.measurable_mm)
    listed = ~chosen["child"].to_numpy(dtype=bool) & ~np.isnan(base)
    organ = np.select([is_node, own["is_liver"]], ["LYMPH NODE", "LIVER"], own["location"]).astype(object)
    table = pd.DataFrame({"reader": chosen["reader"].to_numpy(), "organ": organ, "listed": listed})
    place = table["listed"].groupby(table["reader"]).cumsum().to_numpy()
    in_organ = table["listed"].groupby([table["reader"], table["organ"]]).cumsum().to_numpy()
    small = listed & (base < least)
    limits = criterion.targets
    extra = listed & ((place > limits.most) | ((in_organ > limits.most_in_organ) & (organ != "")))
    unfit = np.flatnonzero(small | extra)
    if not len(unfit) or lesions.results is None:
        return findings_frame()
    messages = [
        f"the target has {base[at]:g} mm at baseline, and {criterion.name} asks for {least[at]:g} mm"
        if small[at]
        else f"{criterion.name} takes {limits.most} targets, {limits.most_in_organ} of an organ; this is one more"
        for at in unfit
    ]
    position = chosen["base_position"].to_numpy(dtype=np.int64)[unfit]
    return lesions.results.findings(position, NOT_A_TARGET, "note", "TRORRES", messages, "a target of the criterion")
