"""The responses of every reader from one assessment to the next where progression is to be confirmed (iRECIST).

The first progression is unconfirmed (iUPD). Further growth at the next assessment, inside the days that the criterion gives,
confirms it (iCPD), which then stays. Without further growth it remains iUPD as long as it is there; once it is not, the bar is
reset: the next progression is unconfirmed again. The nadir stays the smallest sum on study. That a non-target is unequivocal
again is no further growth, because a state has no size.

Source: iRECIST (Seymour 2017), figure 2 and tables 2 and 3.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.course import ROUNDING, overall_responses, steps
from hcc_sdtm.spec.adam.criteria import Confirmation

IMMUNE = {"CR": "iCR", "PR": "iPR", "SD": "iSD", "PD": "iUPD", "NON-CR/NON-PD": "NON-iCR/NON-iUPD"}
"""Terms of iRECIST for those of RECIST 1.1."""


def immune_terms(responses: np.ndarray) -> np.ndarray:
    """Each response in the terms of iRECIST; NE and ``""`` stay."""
    return np.array([IMMUNE.get(response, response) for response in responses], dtype=object)


def immune_responses(
    table: pd.DataFrame, target: np.ndarray, non_target: np.ndarray, new_lesion: np.ndarray, rules: Confirmation
) -> np.ndarray:
    """The overall response of each assessment: iCR, iPR, iSD, NON-iCR/NON-iUPD, iUPD, iCPD or NE.

    ``table`` has ``reader``, ``day``, ``known`` (sum of the measured targets) and ``new_count`` and ``new_size`` (the
    unequivocal new lesions and their sizes in mm), in the order of each reader's assessments.
    """
    plain = overall_responses(target, non_target, new_lesion)
    overall = immune_terms(plain)
    codes = np.unique(table["reader"].to_numpy(), return_inverse=True)[1]
    count = int(codes.max()) + 1 if len(codes) else 0
    day, known, number, size = (
        np.nan_to_num(table[name].to_numpy(dtype=float)) for name in ("day", "known", "new_count", "new_size")
    )
    signs = np.column_stack([target == "PD", non_target == "PD", new_lesion == "UNEQUIVOCAL"])
    pending, confirmed = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    before = np.zeros((count, 3), dtype=bool)
    last_day, last_known, last_number, last_size = (np.zeros(count) for _ in range(4))
    for at in steps(table["reader"].to_numpy()):
        own = codes[at]
        now = signs[at]
        further = (now & ~before[own]).any(axis=1)
        further |= before[own, 0] & (known[at] - last_known[own] >= rules.growth_mm - ROUNDING)
        more = (number[at] > last_number[own]) | (size[at] - last_size[own] >= rules.growth_mm - ROUNDING)
        further |= before[own, 2] & now[:, 2] & more
        waited = day[at] - last_day[own]
        in_time = (waited >= rules.from_days) & (waited <= rules.to_days)
        confirmed[own] |= pending[own] & further & in_time
        still = now.any(axis=1) | (pending[own] & further)
        result = overall[at].copy()
        result[still] = "iUPD"
        result[confirmed[own]] = "iCPD"
        overall[at] = result
        evaluated = plain[at] != "NE"
        begun = still & ~confirmed[own]
        kept = begun | (pending[own] & ~evaluated)
        for state, value in ((last_day, day), (last_known, known), (last_number, number), (last_size, size)):
            state[own] = np.where(begun, value[at], state[own])
        before[own] = np.where(begun[:, None], now, before[own])
        pending[own] = kept
    return overall
