"""Whether each subject had a clinical benefit, and when that was known.

Source: the rule of admiralonco's `derive_param_clinbenefit`; how it is decided is `hcc_sdtm.adam.responses.confirmation`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.adam.functions.assessments import read_assessments, with_rows
from hcc_sdtm.adam.functions.columns import check_choice, check_limit, check_result_names, listed
from hcc_sdtm.adam.responses.confirmation import clinical_benefit as lasting_control
from hcc_sdtm.adam.responses.confirmation import first_confirmed_response, first_response
from hcc_sdtm.adam.responses.response import CONTROL, NON_PROGRESSION

CONTROLLED = (*CONTROL, *NON_PROGRESSION)
"""Responses that are control of the disease."""

RESULT = ("benefit", "date", "row")


def clinical_benefit(
    frame: pd.DataFrame,
    benefit_days: float,
    subject: str = "USUBJID",
    date: str = "ADT",
    response: str = "AVALC",
    start: str = "TRTSDT",
    until: str = "",
    control: str | Sequence[str] = CONTROLLED,
    confirmed: bool = False,
    confirmation_days: float = 28,
    max_ne: int = 0,
    max_sd: int = 0,
) -> pd.DataFrame:
    """Clinical benefit, one row a subject of the frame, in order of the subjects.

    The frame, which assessments count and the errors are those of `best_response`. A subject has the benefit with a CR or PR
    (with ``confirmed``: a confirmed one, as in `confirmed_response`), or with one of the responses ``control`` at least
    ``benefit_days`` after the start and before progression. Six months of control are 168 days by a schedule in weeks.

    Columns: the subject; ``benefit``, Y or N; ``date`` and ``row``, the day number and index label of the assessment with
    which it was known first, NaN and None for N.
    """
    for term in listed(control):
        check_choice("control", term, CONTROLLED)
    check_result_names(subject, RESULT)
    check_limit("benefit_days", benefit_days)
    check_limit("confirmation_days", confirmation_days)
    check_limit("max_ne", max_ne)
    check_limit("max_sd", max_sd)
    table, subjects = read_assessments(frame, subject, date, response, start, until)
    if confirmed:
        responses = first_confirmed_response(table, confirmation_days, max_ne, max_sd)
    else:
        responses = first_response(table)
    found = lasting_control(table, responses, benefit_days, listed(control))
    benefit = with_rows(frame, subjects, found, subject, date)
    benefit["benefit"] = np.where(benefit["date"].notna(), "Y", "N").astype(object)
    return benefit[[subject, *RESULT]]
