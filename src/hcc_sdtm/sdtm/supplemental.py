"""Supplemental qualifiers (SDTMIG 3.4, 8.4): values with no home in the parent domain, one record each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import ITEM, PLAN, ROW, Dataset, Derivation, Lineage, branch_column
from hcc_sdtm.mapping.applying import supp_column, supp_plan_column
from hcc_sdtm.sdtm.sequence import sort_positions
from hcc_sdtm.spec.model import DatasetSpec


def build_supplemental(
    parent: Dataset, spec: DatasetSpec, labels: Mapping[str, str], study_id: str, lineage: Lineage
) -> Dataset | None:
    """SUPP-- of the parent: one record for each qualifier value that is not missing; None where there is none.

    The parent must have its final --SEQ. DM is pointed to by USUBJID alone (IDVAR is empty).
    """
    frame, sequence = parent.frame, parent.spec.sequence
    parts = []
    for name in sorted(labels):
        column = supp_column(name)
        if column not in frame:
            continue
        filled = frame[frame[column].fillna("") != ""]
        plans = filled[supp_plan_column(name)].to_numpy(dtype=np.int64)
        constant = np.array([not any(rule.columns for rule in plan.rules.get("QVAL", ())) for plan in lineage.plans] or [True])
        data = {
            "STUDYID": study_id,
            "RDOMAIN": parent.name,
            "USUBJID": filled["USUBJID"].to_numpy(),
            "IDVAR": sequence,
            "IDVARVAL": filled[sequence].astype(int).astype(str).to_numpy(dtype=object) if sequence else "",
            "QNAM": name,
            "QLABEL": labels[name],
            "QVAL": filled[column].to_numpy(dtype=object),
            "QORIG": np.where(constant[plans], "ASSIGNED", "CRF"),
            "QEVAL": "",
            PLAN: plans,
            ROW: filled[ROW].to_numpy(),
            ITEM: filled[ITEM].to_numpy(),
        }
        part = pd.DataFrame(data, index=range(len(filled)))
        for hidden in filled.columns:
            if hidden.startswith(f"{ROW}:"):
                part[hidden] = filled[hidden].to_numpy()
        if branch_column(column) in filled:
            part[branch_column("QVAL")] = filled[branch_column(column)].to_numpy()
        part["_seq"] = filled[sequence].to_numpy() if sequence else 0.0
        parts.append(part)
    if not parts or not sum(map(len, parts)):
        return None
    joined = pd.concat(parts, ignore_index=True)
    order = sort_positions(joined, ["USUBJID", "_seq", "QNAM"])
    joined = joined.iloc[order].drop(columns="_seq").reset_index(drop=True)
    # object dtype: every text column of a dataset is
    texts = {name: joined[name].astype(object) for name in spec.names}
    dataset = Dataset(spec, joined.assign(**texts)[[*spec.names, *(c for c in joined if c.startswith("_"))]], lineage)
    dataset.derivations["IDVARVAL"] = Derivation(f"{sequence} of the parent record")
    return dataset
