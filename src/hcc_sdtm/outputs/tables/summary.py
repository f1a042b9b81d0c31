"""Number, mean, SD, median, quartiles and range of a numeric variable, as a table prints them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.number_text import NOT_ESTIMABLE, number_text

QUARTILES_NOTE = (
    "Q1, Q3: quartiles of the empirical distribution, averaged at steps (definition 5 of SAS, type 2 of R)."
)
NAMES = ("n", "Mean (SD)", "Median", "Q1 to Q3", "Minimum to maximum")


def summarise(values: pd.Series, decimals: int) -> tuple[str, ...]:
    """The texts of `NAMES`: mean, SD, median and quartiles with one decimal more than the data, minimum and maximum as it is.

    Missing values are left out, ``n`` counts the others. The SD of one subject is NE, and without any all but n are empty.
    """
    known = values.dropna().to_numpy(dtype=np.float64)
    if not len(known):
        return ("0", "", "", "", "")
    more = decimals + 1
    spread = number_text(float(known.std(ddof=1)), more) if len(known) > 1 else NOT_ESTIMABLE
    first, median, third = np.quantile(known, [0.25, 0.5, 0.75], method="averaged_inverted_cdf")
    return (
        str(len(known)),
        f"{number_text(float(known.mean()), more)} ({spread})",
        number_text(float(median), more),
        f"{number_text(float(first), more)} to {number_text(float(third), more)}",
        f"{number_text(float(known.min()), decimals)} to {number_text(float(known.max()), decimals)}",
    )
