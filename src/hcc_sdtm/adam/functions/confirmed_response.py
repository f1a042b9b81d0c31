"""The first confirmed response of each subject.

Source: RECIST 1.1 (Eisenhauer 2009), section 4.6; how it is decided is `hcc_sdtm.adam.responses.confirmation`.
"""

from __future__ import annotations

import pandas as pd

from hcc_sdtm.adam.functions.assessments import read_assessments, with_rows
from hcc_sdtm.adam.functions.columns import check_limit, check_result_names
from hcc_sdtm.adam.responses.confirmation import first_confirmed_response

RESULT = ("response", "date", "row", "confirmed_date", "confirmed_by")


def confirmed_response(
    frame: pd.DataFrame,
    subject: str = "USUBJID",
    date: str = "ADT",
    response: str = "AVALC",
    start: str = "TRTSDT",
    until: str = "",
    confirmation_days: float = 28,
    max_ne: int = 0,
    max_sd: int = 0,
) -> pd.DataFrame:
    """The first CR or PR that a later assessment confirms, one row a subject of the frame, in order of the subjects.

    The frame, which assessments count and the errors are those of `best_response`. A CR is confirmed by a CR, a PR by a PR
    or CR, at least ``confirmation_days`` later; between the two lie only responses as good, at most ``max_ne`` NE and, for
    PR, at most ``max_sd`` SD.

    Columns: the subject; ``response``, CR or PR, ``""`` where none is confirmed; ``date`` and ``row``, the day number and
    index label of the response; ``confirmed_date`` and ``confirmed_by``, those of the assessment that confirms it; NaN and
    None where none is.
    """
    check_result_names(subject, RESULT)
    check_limit("confirmation_days", confirmation_days)
    check_limit("max_ne", max_ne)
    check_limit("max_sd", max_sd)
    table, subjects = read_assessments(frame, subject, date, response, start, until)
    found = first_confirmed_response(table, confirmation_days, max_ne, max_sd)
    first = with_rows(frame, subjects, found, subject, date).fillna({"response": ""})
    return first[[subject, *RESULT]]
