"""Best overall response of each subject, with and without confirmation, and why there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.responses.adrs_verbs.building import Building, together
from hcc_sdtm.adam.responses.adrs_verbs.confirming import confirmation_days
from hcc_sdtm.adam.responses.response import (
    DIED_BEFORE,
    NO_ASSESSMENT,
    NO_BASELINE,
    THERAPY_BEFORE,
    best_response,
    confirmed_best_response,
)
from hcc_sdtm.spec.adam.adrs_verbs import BestResponse


def best_overall_response(building: Building, best: BestResponse) -> pd.DataFrame:
    """One row for each subject of the population: the best response, dated by the assessment that gave it.

    Who has no assessment that counts has ``none``, who lacks a required baseline NE, both without a date. NEREAS says why a
    response is NE, or that of who was not assessed.
    """
    stable = best.stable_disease_days
    stable = building.trial.response.stable_disease_days if stable is None else stable
    histories = building.histories_of(best)
    if best.confirmed:
        days = confirmation_days(building, best)
        chosen = confirmed_best_response(histories, stable, days, best.max_ne, best.max_sd, best.after_complete)
    else:
        chosen = best_response(histories, stable)
    rows = building.rows[best.of]
    made = rows.loc[chosen["row"].to_numpy()].assign(
        AVALC=chosen["response"].to_numpy(), NEREAS=chosen["reason"].to_numpy(), AVISIT="", AVISITN=np.nan
    )
    others = building.without(made)
    reason = _why_not_assessed(building, best, others)
    value = np.where(reason == NO_BASELINE, "NE", best.none)
    return together([made, building.undated_rows(others, "").assign(AVALC=value, NEREAS=reason)])


def _why_not_assessed(building: Building, best: BestResponse, subject: np.ndarray) -> np.ndarray:
    days = building.subjects.days
    died = ~np.isnan(days["DTHDT"][subject]) if "DTHDT" in days else np.zeros(len(subject), dtype=bool)
    reason = np.where(died, DIED_BEFORE, NO_ASSESSMENT).astype(object)
    assessed = np.isin(subject, building.histories(best.of).subject)
    reason[assessed] = THERAPY_BEFORE
    if best.baseline:
        in_time = np.isin(subject, building.histories(best.of, best.until).subject)
        reason[in_time] = NO_BASELINE
    return reason
