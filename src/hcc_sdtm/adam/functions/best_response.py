"""Best overall response of each subject, with or without confirmation.

Source: RECIST 1.1 (Eisenhauer 2009), section 4.3 and 4.6, Table 3; how it is decided is `hcc_sdtm.adam.responses.response`.
"""

from __future__ import annotations

import pandas as pd

from hcc_sdtm.adam.functions.assessments import read_assessments, with_rows
from hcc_sdtm.adam.functions.columns import check_limit, check_result_names
from hcc_sdtm.adam.responses import response as judging

RESULT = ("response", "date", "row", "reason")


def best_response(
    frame: pd.DataFrame,
    subject: str = "USUBJID",
    date: str = "ADT",
    response: str = "AVALC",
    start: str = "TRTSDT",
    until: str = "",
    stable_disease_days: float = 35,
    confirmed: bool = False,
    confirmation_days: float = 28,
    max_ne: int = 0,
    max_sd: int = 0,
) -> pd.DataFrame:
    """Best overall response, one row a subject of the frame, in order of the subjects.

    One row of ``frame`` is an assessment by one criterion and one evaluator: its ``subject``, ``date``, ``response`` (CR, PR,
    SD, NON-CR/NON-PD, PD, NE, or the terms of iRECIST) and the subject's ``start`` of treatment. Dates are complete ISO 8601
    texts, timestamps or day numbers since 1960-01-01.

    Columns: the subject; ``response``, ``""`` where no assessment counts; ``date``, the day number of the assessment that
    gave it, NaN without; ``row``, its index label, None without; ``reason``, why it is NE.

    Assessments on or before the start do not count, nor do those of a subject without a start, those after the day in the
    column ``until`` (the start of new therapy), and those after the first PD. Of several on one day the worst counts. SD and
    NON-CR/NON-PD count from ``stable_disease_days`` after the start. With ``confirmed`` a CR or PR needs a second one at
    least ``confirmation_days`` later, with at most ``max_ne`` NE and, for PR, ``max_sd`` SD between the two; less than
    complete after CR is PD then.

    Raises ValueError for a column that is not there, with the nearest; for a missing, partial or unreadable date of an
    assessment; for a response that is none of the terms; for a row without a subject; and for a subject with two days of
    ``start`` or ``until``; for numbers and texts as subjects; and for a limit below 0.
    """
    check_result_names(subject, RESULT)
    check_limit("stable_disease_days", stable_disease_days)
    check_limit("confirmation_days", confirmation_days)
    check_limit("max_ne", max_ne)
    check_limit("max_sd", max_sd)
    table, subjects = read_assessments(frame, subject, date, response, start, until)
    if confirmed:
        found = judging.confirmed_best_response(table, stable_disease_days, confirmation_days, max_ne, max_sd)
    else:
        found = judging.best_response(table, stable_disease_days)
    best = with_rows(frame, subjects, found, subject, date).fillna({"response": "", "reason": ""})
    return best[[subject, *RESULT]]
