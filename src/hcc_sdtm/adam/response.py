"""Best overall response from the visit responses of one criterion and one evaluator.

Knows RECIST 1.1, Table 3 and section 4.6, which mRECIST shares. Works on plain tables: one row an assessment with

``subject``   any sortable value
``day``       days from the start of treatment (whole numbers; the day of start is 0); one assessment a day
``response``  CR, PR, SD, NON-CR/NON-PD, PD or NE; any other text is taken as NE

Only assessments that count are to be handed in: after the start of treatment, none after a new anticancer therapy. What
follows the first PD is left out here. The order of rows does not matter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

RESPONSE_CODES = {"CR": 1, "PR": 2, "SD": 3, "NON-CR/NON-PD": 4, "PD": 5, "NE": 6}
"""Order of response as a number (AVAL), CR best; the numbers that admiralonco gives."""

WORST_FIRST = ("PD", "SD", "NON-CR/NON-PD", "PR", "CR", "NE")
"""Which of two responses of one day stands: the worse; what could not be evaluated says less than any response."""

CONTROL = ("CR", "PR", "SD")
"""Disease control by RECIST 1.1; whether NON-CR/NON-PD counts too is for the trial to say."""

RANKED = np.array(["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"], dtype=object)


def best_response(assessments: pd.DataFrame, stable_disease_days: float) -> pd.DataFrame:
    """Best overall response without confirmation, one row a subject: ``subject``, ``response``, ``row``.

    CR, then PR; then SD, then NON-CR/NON-PD, at least ``stable_disease_days`` after the start; then PD; then NE. ``row``
    is the index label of the first assessment that gave it. A subject without assessments has no row.
    """
    table = _until_progression(_sorted(assessments))
    response, day = table["response"].to_numpy(), table["day"].to_numpy()
    rank = np.full(len(table), 5)
    rank[(response == "NON-CR/NON-PD") & (day >= stable_disease_days)] = 3
    rank[(response == "SD") & (day >= stable_disease_days)] = 2
    for code, value in ((0, "CR"), (1, "PR"), (4, "PD")):
        rank[response == value] = code
    return _best_of_each(table, rank)


def confirmed_best_response(
    assessments: pd.DataFrame,
    stable_disease_days: float,
    confirmation_days: float,
    max_ne: int = 0,
    max_sd: int = 0,
) -> pd.DataFrame:
    """Best overall response with confirmation, one row a subject: ``subject``, ``response``, ``row``.

    CR: a CR, and a CR at least ``confirmation_days`` later. PR: a PR, and a PR or CR as much later. Between the two lie
    only responses as good, and at most ``max_ne`` NE and (for PR) ``max_sd`` SD. SD: a CR, PR or SD at least
    ``stable_disease_days`` after the start. After a CR anything less is disease that came back: it is PD here (RECIST
    1.1, Table 3, footnote), and a question to the site (`declines_from_complete`).
    """
    table = _sorted(assessments)
    table = table.assign(response=table["response"].mask(_is_decline(table), "PD"))
    table = _until_progression(table)
    response, day = table["response"].to_numpy(), table["day"].to_numpy()
    complete, partial = response == "CR", response == "PR"
    stable = day >= stable_disease_days
    limits = {"NE": max_ne, "SD": max_sd}
    rank = np.full(len(table), 5)
    rank[response == "PD"] = 4
    rank[(response == "NON-CR/NON-PD") & stable] = 3
    rank[np.isin(response, CONTROL) & stable] = 2
    rank[partial & _is_confirmed(table, complete | partial, confirmation_days, limits)] = 1
    rank[complete & _is_confirmed(table, complete, confirmation_days, limits)] = 0
    return _best_of_each(table, rank)


def declines_from_complete(assessments: pd.DataFrame) -> pd.Index:
    """Index labels of assessments with PR, SD or NON-CR/NON-PD after a CR and before any PD; the first of each subject.

    Either disease came back, which is PD, or the earlier CR was none: a question to the site.
    """
    table = _until_progression(_sorted(assessments))
    found = table[_is_decline(table)]
    return found.drop_duplicates("subject").index


def worst_of_day(assessments: pd.DataFrame) -> tuple[pd.DataFrame, pd.Index]:
    """One assessment for each subject and day, the worst, and the index labels of all that disagree with another.

    Equal responses of a day keep the first row of the table.
    """
    ranks = {response: rank for rank, response in enumerate(WORST_FIRST)}
    rank = assessments["response"].map(ranks).fillna(len(ranks)).to_numpy()
    order = np.lexsort((np.arange(len(assessments)), rank, assessments["day"], assessments["subject"]))
    table = assessments.iloc[order]
    kept = table.drop_duplicates(["subject", "day"])
    if len(kept) == len(table):
        return kept, table.index[:0]
    repeated = table[table.duplicated(["subject", "day"], keep=False)]
    variety = repeated.groupby(["subject", "day"])["response"].transform("nunique")
    return kept, repeated.index[variety > 1]


def _sorted(assessments: pd.DataFrame) -> pd.DataFrame:
    order = np.lexsort((assessments["day"], assessments["subject"]))
    return assessments.iloc[order]


def _first_of_subject(table: pd.DataFrame) -> np.ndarray:
    subject = table["subject"].to_numpy()
    first = np.ones(len(table), dtype=bool)
    first[1:] = subject[1:] != subject[:-1]
    return first


def _seen_before(mask: np.ndarray, first: np.ndarray) -> np.ndarray:
    """For each row whether an earlier row of the same subject is in the mask."""
    total = np.cumsum(mask) - mask
    return np.asarray(total > np.maximum.accumulate(np.where(first, total, 0)))


def _until_progression(table: pd.DataFrame) -> pd.DataFrame:
    progressed = (table["response"] == "PD").to_numpy()
    return table[~_seen_before(progressed, _first_of_subject(table))]


def _is_decline(table: pd.DataFrame) -> np.ndarray:
    complete = (table["response"] == "CR").to_numpy()
    lesser = table["response"].isin(["PR", "SD", "NON-CR/NON-PD"]).to_numpy()
    return np.asarray(lesser & _seen_before(complete, _first_of_subject(table)))


def _is_confirmed(
    table: pd.DataFrame, is_as_good: np.ndarray, confirmation_days: float, limits: dict[str, int]
) -> np.ndarray:
    """For each row whether a row as good follows it late enough, with no more between the two than ``limits`` allow."""
    response, day = table["response"].to_numpy(), table["day"].to_numpy()
    size = len(table)
    allowed = is_as_good.copy()
    for value, most in limits.items():
        if most:
            allowed |= response == value
    # a row that is not allowed between two responses ends a run, and stands alone in its own
    breaks = _first_of_subject(table) | ~allowed
    breaks[1:] |= ~allowed[:-1]
    run = np.cumsum(breaks)
    end = np.full(size, size - 1)
    for value, most in limits.items():
        # keys of one run lie closer together than those of two runs, whatever the limit adds
        key = run * (2.0 * size + 2) + np.cumsum(response == value)
        end = np.minimum(end, np.searchsorted(key, key + min(most, size), side="right") - 1)
    rows = np.arange(size)
    last_as_good = np.maximum.accumulate(np.where(is_as_good, rows, 0)) if size else rows
    partner = last_as_good[end]
    return np.asarray((run[partner] == run) & (day[partner] - day >= confirmation_days))


def _best_of_each(table: pd.DataFrame, rank: np.ndarray) -> pd.DataFrame:
    order = np.lexsort((table["day"], rank, table["subject"]))
    best = pd.DataFrame(
        {
            "subject": table["subject"].to_numpy()[order],
            "response": RANKED[rank[order]],
            "row": table.index[order],
        }
    )
    return best.drop_duplicates("subject", ignore_index=True)
