"""Supplemental qualifiers (SDTMIG 3.4, 8.4): values with no home in the parent domain, one record each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import ITEM, PLAN, ROW, Dataset, Derivation, Lineage, branch_column, format_values
from hcc_sdtm.mapping.applying import supp_column, supp_plan_column
from hcc_sdtm.sdtm.sequence import sort_positions
from hcc_sdtm.spec.model import DatasetSpec


def build_supplemental(
    parent: Dataset, spec: DatasetSpec, labels: Mapping[tuple[str, str], str], lineage: Lineage
) -> Dataset | None:
    """SUPP-- of the parent: one record for each qualifier value that is not missing; None where there is none.

    The parent must have its final --SEQ; SV, which has none, is pointed to by VISITNUM, and DM by USUBJID alone (IDVAR is
    empty). QORIG is CRF where the value
    was read from a cell, ASSIGNED where the mapping gives it.
    """
    parts = [
        _qualifiers(parent, name, label, lineage)
        for (domain, name), label in sorted(labels.items())
        if domain == parent.name and supp_column(name) in parent.frame
    ]
    if not sum(map(len, parts)):
        return None
    joined = pd.concat(parts, ignore_index=True)
    for name in joined.columns:
        if name.startswith("_") and name != "_sequence":
            joined[name] = joined[name].fillna(-1).astype("Int64" if name.startswith((ROW, ITEM)) else np.int64)
    order = sort_positions(joined, ["USUBJID", "_sequence", "QNAM"])
    joined = joined.iloc[order].drop(columns="_sequence").reset_index(drop=True)
    dataset = Dataset(spec, joined, lineage)
    identity = Derivation("study and subject number", ("SUBJID",))
    pointer = Derivation(f"{parent.spec.pointer} of the parent record")
    dataset.derivations |= dict.fromkeys(("STUDYID", "RDOMAIN", "USUBJID"), identity)
    dataset.derivations |= dict.fromkeys(("IDVAR", "IDVARVAL"), pointer)
    dataset.derivations["QORIG"] = Derivation("CRF where the value was read from a cell", ("QVAL",))
    return dataset


def _qualifiers(parent: Dataset, name: str, label: str, lineage: Lineage) -> pd.DataFrame:
    """The records of one qualifier, with their origins."""
    column, pointer = supp_column(name), parent.spec.pointer
    filled = parent.frame[parent.frame[column] != ""]
    hidden = [ROW, ITEM, *(each for each in map(str, filled) if each.startswith((f"{ROW}:", f"{ITEM}:")))]
    part = filled[["STUDYID", "USUBJID", *hidden]].assign(
        RDOMAIN=parent.name,
        IDVAR=pointer,
        IDVARVAL=_as_text(filled[pointer]) if pointer else "",
        QNAM=name,
        QLABEL=label,
        QVAL=filled[column],
        QEVAL="",
        _sequence=filled[pointer] if pointer else 0.0,
    )
    part[PLAN] = filled[supp_plan_column(name)]
    part[branch_column("QVAL")] = filled[branch_column(column)] if branch_column(column) in filled else -1
    part["QORIG"] = np.where(_is_constant(part, lineage), "ASSIGNED", "CRF").astype(object)
    return part


def _as_text(values: pd.Series) -> np.ndarray | pd.Series:
    """Values of a pointing variable as IDVARVAL writes them: ``3`` and not ``3.0``."""
    return values if values.dtype == object else format_values(values)


def _is_constant(part: pd.DataFrame, lineage: Lineage) -> np.ndarray:
    """Whether the rule (or the alternative of ``first_of``) behind each value reads no cell."""
    if part.empty:
        return np.empty(0, dtype=bool)
    codes, pairs = pd.factorize(pd.MultiIndex.from_frame(part[[PLAN, branch_column("QVAL")]]))
    rules = [lineage.plans[plan].rules["QVAL"][max(branch, 0)] for plan, branch in pairs]
    return np.array([not rule.columns for rule in rules], dtype=bool)[codes]
