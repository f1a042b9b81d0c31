"""Which diameter of a lesion a criterion measures, by where the lesion is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.spec.adam.criteria import Criterion


def places(lesions: pd.DataFrame) -> np.ndarray:
    """node, liver or other for each lesion, a node in the liver's hilum being a node."""
    return np.select([lesions["is_node"], lesions["is_liver"]], ["node", "liver"], "other").astype(object)


def measure_ranks(place: pd.Series | np.ndarray, test: pd.Series, criterion: Criterion) -> np.ndarray:
    """The order in which the criterion takes each result's diameter at its place, 0 first; NaN: it does not take it."""
    orders = {name: getattr(criterion.measures, name) for name in ("node", "liver", "other")}
    rank = {(name, each): float(at) for name, tests in orders.items() for at, each in enumerate(tests)}
    keys = pd.MultiIndex.from_arrays([place, test])
    return pd.Series(rank, dtype=float).reindex(keys).to_numpy(dtype=float)
