"""A dataset of the basic data structure, ADRS or ADTTE, put together from its columns and from ADSL."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Dataset, Derivation
from hcc_sdtm.spec.model import DatasetSpec


def build_analysis_dataset(
    table: DatasetSpec, columns: Mapping[str, np.ndarray | pd.Series], adsl: Dataset, subject: np.ndarray
) -> Dataset:
    """A dataset in spec order; a variable that the table calls Predecessor is copied from ADSL by subject.

    Raises KeyError for a variable of the table that is neither.
    """
    frame: dict[str, np.ndarray] = {}
    derivations = {}
    for variable in table.variables:
        if variable.name not in columns and variable.source.startswith("ADSL."):
            frame[variable.name] = adsl.frame[variable.source.removeprefix("ADSL.")].to_numpy()[subject]
        else:
            kind = float if variable.is_numeric else object
            column = np.asarray(columns[variable.name], dtype=kind)
            is_shared = any(np.may_share_memory(column, other) for other in frame.values())
            frame[variable.name] = column.copy() if is_shared else column
        derivations[variable.name] = Derivation(
            f"{variable.origin.lower()} {variable.source or variable.method}".strip()
        )
    # columns that are not put together in one block need no second copy of them all
    return Dataset(table, pd.DataFrame(frame, copy=False), adsl.lineage, derivations)
