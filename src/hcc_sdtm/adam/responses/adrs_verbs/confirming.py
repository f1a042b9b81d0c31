"""Response with and without confirmation, clinical benefit, and progression that a later assessment confirms."""

from __future__ import annotations

import pandas as pd

from hcc_sdtm.adam.responses.adrs_verbs.building import Building
from hcc_sdtm.adam.responses.confirmation import (
    clinical_benefit,
    confirmable,
    confirmed_progression,
    first_confirmed_response,
    first_response,
)
from hcc_sdtm.adam.responses.histories import Histories
from hcc_sdtm.adam.responses.response import CONTROL, NON_PROGRESSION
from hcc_sdtm.spec.adam.adrs_verbs import Assessed, ClinicalBenefit, ConfirmedProgression, FirstResponse


def response(building: Building, rule: FirstResponse) -> pd.DataFrame:
    """Y at the first CR or PR, or at the one that confirms it where the rule says so, else N."""
    found = _responses(building, rule, building.histories_of(rule))
    label = "confirmed_by" if rule.confirmed and rule.dated_by == "confirming" else "row"
    return building.yes_no(building.rows[rule.of].loc[found[label].to_numpy()])


def benefit(building: Building, rule: ClinicalBenefit) -> pd.DataFrame:
    """Y at the response, or where control has lasted as long as the rule says, else N."""
    histories = building.histories_of(rule)
    responses = _responses(building, rule, histories)
    if (
        rule.confirmed
    ):  # control that a complete response was followed by is what the confirmed best response takes it for
        histories = confirmable(histories, rule.after_complete)
    found = clinical_benefit(histories, responses, rule.days, rule.values or control_values(building))
    return building.yes_no(building.rows[rule.of].loc[found["row"].to_numpy()])


def progression(building: Building, rule: ConfirmedProgression) -> pd.DataFrame:
    """Y at the unconfirmed progression that is confirmed later, else N."""
    found = confirmed_progression(building.histories(rule.of, rule.until))
    return building.yes_no(building.rows[rule.of].loc[found["row"].to_numpy()])


def control_values(building: Building) -> tuple[str, ...]:
    """The responses that are disease control in the trial."""
    return (*CONTROL, *(NON_PROGRESSION if building.trial.response.non_cr_non_pd_is_control else ()))


def confirmation_days(building: Building, rule: Assessed) -> int:
    """How much later than the response the one that confirms it is: the rule's days, else the trial's."""
    return building.trial.response.confirmation_days if rule.confirmation_days is None else rule.confirmation_days


def _responses(building: Building, rule: Assessed, histories: Histories) -> pd.DataFrame:
    if not rule.confirmed:
        return first_response(histories)
    days = confirmation_days(building, rule)
    return first_confirmed_response(histories, days, rule.max_ne, rule.max_sd, rule.after_complete)
