"""The best response of each irradiated lesion: how much smaller it became than before its course, and whether it is gone.

Source: RECIST 1.1 (Eisenhauer 2009), section 4.3.1, for one lesion; lesion response rates as radiotherapy trials report them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.lesion_progression import ROUNDING


def irradiated_responses(
    lesions: pd.DataFrame,
    sizes: pd.DataFrame,
    rows: pd.DataFrame,
    irradiated: pd.DataFrame,
    until: np.ndarray,
    normal_below_mm: float,
    percent: float,
) -> pd.DataFrame:
    """One row for each irradiated lesion: ``lesion``, ``change`` (best percent change, NaN: unknown), ``responds``.

    The change is from the last size on or before the start of the lesion's course to the smallest after it: up to the last
    day of the subject (``until``) and before the lesion failed (``rows``). A lesion that is gone, or a node that is normal,
    responds whatever it was; who has no size before or after does not.
    """
    number = irradiated["lesion"].to_numpy(dtype=np.int64)
    start = pd.Series(irradiated["start"].to_numpy(dtype=float), index=number)
    seen = sizes[sizes["lesion"].isin(number)].sort_values(["lesion", "day", "assessment"], kind="stable")
    own = seen["lesion"].to_numpy(dtype=np.int64)
    begun = start.reindex(own).to_numpy(dtype=float)
    day, size = seen["day"].to_numpy(dtype=float), seen["size"].to_numpy(dtype=float)
    gone = (seen["state"] == "ABSENT").to_numpy() | (size == 0)
    failed = rows[rows["in_field"].astype(bool) & (rows["how"] != "") & (rows["how"] != "SUM")]
    end = failed.groupby("lesion")["day"].min().reindex(own).fillna(np.inf).to_numpy(dtype=float)
    limit = until[lesions["subject"].to_numpy(dtype=np.int64)[own]]
    after = (day > begun) & (day < end) & (day <= limit)
    before = (day <= begun) & ~np.isnan(size)
    baseline = pd.Series(size[before], index=own[before]).groupby(level=0).last().reindex(number).to_numpy(dtype=float)
    smallest = pd.Series(size[after], index=own[after]).groupby(level=0).min().reindex(number).to_numpy(dtype=float)
    is_node = lesions["is_node"].to_numpy(dtype=bool)
    vanished = gone | (is_node[own] & (size < normal_below_mm))
    vanishes = np.isin(number, own[after & vanished])
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(baseline > 0, 100 * (smallest - baseline) / baseline, np.nan)
    responds = vanishes | (change <= -percent * (1 - ROUNDING))
    return pd.DataFrame({"lesion": number, "change": change, "responds": responds})
