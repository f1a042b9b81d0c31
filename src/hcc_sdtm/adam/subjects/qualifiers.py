"""Supplemental qualifiers as variables of the records that they belong to: ``SUPPEX.BED10`` beside EXDOSE.

Knows how a record of SUPP-- names its parent (SDTMIG 3.4, 8.4): by IDVAR and IDVARVAL within the subject, or the subject
alone where both are missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import build_findings, join_findings
from hcc_sdtm.problem import nearest

NO_QUALIFIER = "ADSL-104 adam.no-qualifier"
"""A rule of ADSL reads a qualifier that the supplement of the dataset does not have: it is missing for every record."""


def with_qualifiers(
    dataset: Dataset, datasets: Mapping[str, Dataset], qualifiers: Sequence[str]
) -> tuple[Dataset, pd.DataFrame]:
    """The dataset with a text column for each qualifier, ``""`` where a record has none; and the findings.

    ``qualifiers`` are named ``SUPPEX.BED10``. Of two values for a record the first in the supplement stands. A qualifier
    that no record of an existing supplement has is a finding; a supplement that the study does not have is none.
    """
    if not qualifiers:
        return dataset, join_findings([])
    columns: dict[str, np.ndarray] = {}
    findings = []
    for qualifier in qualifiers:
        name, _, code = qualifier.partition(".")
        values = np.full(len(dataset), "", dtype=object)
        supplement = datasets.get(name)
        if supplement is not None and len(supplement):
            frame = supplement.frame
            own = frame[(frame["QNAM"] == code) & (frame["RDOMAIN"] == dataset.name)]
            if own.empty:
                findings.append(_no_qualifier(name, code, frame["QNAM"].unique().tolist()))
            for pointer in own["IDVAR"].unique():
                _take(values, dataset.frame, str(pointer), own[own["IDVAR"] == pointer])
        columns[qualifier] = values
    return replace(dataset, frame=dataset.frame.assign(**columns)), join_findings(findings)


def _take(values: np.ndarray, parent: pd.DataFrame, pointer: str, supplement: pd.DataFrame) -> None:
    """Put the values of the supplement's records, which all point by one variable, at the records of the parent."""
    if pointer and pointer not in parent:
        return
    if not pointer:
        own, named = np.zeros(len(parent)), np.zeros(len(supplement))
    elif is_numeric_dtype(parent[pointer]):
        # 1, 1.0 and a padded 1 are one number
        own = parent[pointer].to_numpy(dtype=float)
        named = pd.to_numeric(supplement["IDVARVAL"], errors="coerce").to_numpy(dtype=float)
    else:
        own, named = parent[pointer].to_numpy(dtype=object), supplement["IDVARVAL"].to_numpy(dtype=object)
    keys = ["USUBJID", "value"]
    first = supplement[["USUBJID", "QVAL"]].assign(value=named).dropna().drop_duplicates(keys)
    records = pd.DataFrame({"USUBJID": parent["USUBJID"].to_numpy(), "value": own})
    found = records.merge(first, how="left", on=keys)["QVAL"]
    known = found.notna().to_numpy() & (values == "")
    values[known] = found.to_numpy(dtype=object)[known]


def _no_qualifier(supplement: str, code: str, names: Sequence[str]) -> pd.DataFrame:
    known = [str(name) for name in names]
    message = (
        f'no record of {supplement} has the qualifier "{code}"{nearest(code, known)}; what is made of it is missing'
    )
    return build_findings(
        NO_QUALIFIER,
        "warning",
        1,
        dataset=supplement,
        variable="QNAM",
        message=message,
        expected=", ".join(sorted(known)),
    )
