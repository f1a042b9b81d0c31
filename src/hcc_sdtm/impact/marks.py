"""What the ranking adds to a findings frame: two columns of text, which other steps may lack."""

from __future__ import annotations

import numpy as np
import pandas as pd

IMPACT_COLUMNS = ("rank", "impact")
"""``rank`` is the place of the question that a finding belongs to among those that move an endpoint, from 1; ``impact`` what it
moves in words, ``none`` for a finding whose answers were tried and move nothing. Both are ``""`` for every other."""

MOVES_NOTHING = "none"


def rank_numbers(findings: pd.DataFrame) -> np.ndarray:
    """The rank of each finding as a number; infinite for one that moves nothing, and where nothing was ranked."""
    if "rank" not in findings:
        return np.full(len(findings), np.inf)
    ranks = {text: float(text) if text else np.inf for text in findings["rank"].unique()}
    return np.asarray(findings["rank"].map(ranks), dtype=float)
