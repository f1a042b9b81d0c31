"""Variables of a dataset as text, for rules that compare records or datasets and not single values."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.checks.evidence import Evidence


def text_frame(evidence: Evidence, dataset: str, *variables: str, optional: tuple[str, ...] = ()) -> pd.DataFrame:
    """The variables of every record as text without blanks at the ends, and its 0-based ``position``; missing is ``""``.

    ``optional`` variables that are not there are ``""``. Raises Missing where the dataset or one of the others is not there.
    """
    columns = {name: evidence.column(dataset, name) for name in variables}
    columns |= {name: evidence.column(dataset, name) for name in optional if evidence.has(dataset, name)}
    length = len(evidence.datasets[dataset])
    frame = pd.DataFrame(
        {
            name: columns[name].of(str.strip, object) if name in columns else np.full(length, "", dtype=object)
            for name in (*variables, *optional)
        },
        dtype=object,
    )
    frame["position"] = np.arange(length, dtype=np.int64)
    return frame
