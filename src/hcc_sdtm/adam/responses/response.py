"""Best overall response from the visit responses of one criterion and one evaluator.

Knows RECIST 1.1, Table 3 and section 4.6, which mRECIST shares, and the best response of iRECIST. Works on plain tables: one
row an assessment with

``subject``   any sortable value
``day``       days from the start of treatment (whole numbers; the day of start is 0); one assessment a day
``response``  CR, PR, SD, NON-CR/NON-PD, PD or NE, or the terms of iRECIST; any other text is taken as NE

Only assessments that count are to be handed in: after the start of treatment, none after a new anticancer therapy. What
follows the first PD is left out here. The order of rows does not matter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.responses.confirmation import confirmable, is_confirmed
from hcc_sdtm.adam.responses.histories import CR, NE, NON_CR_NON_PD, PR, SD, Histories, in_order, read_histories

WORST_FIRST = ("PD", "iCPD", "iUPD", "SD", "iSD", "NON-CR/NON-PD", "NON-iCR/NON-iUPD", "PR", "iPR", "CR", "iCR", "NE")
"""Which of two responses of one day stands: the worse; what could not be evaluated says less than any response."""

CONTROL = ("CR", "PR", "SD", "iCR", "iPR", "iSD")
"""Disease control; whether NON-CR/NON-PD counts too is for the trial to say."""

NON_PROGRESSION = ("NON-CR/NON-PD", "NON-iCR/NON-iUPD")
"""Neither complete response nor progression, of subjects without target lesions."""

NO_BASELINE, NO_ASSESSMENT, DIED_BEFORE, THERAPY_BEFORE = (
    "NO BASELINE",
    "NO ASSESSMENT",
    "DEATH BEFORE ASSESSMENT",
    "NEW THERAPY BEFORE ASSESSMENT",
)
"""Why a subject whose responses were not judged has no best response."""

ONLY_NE, SD_TOO_EARLY, RESPONSE_TOO_EARLY = "ONLY NE", "SD TOO EARLY", "RESPONSE TOO EARLY"
"""Why a subject who was assessed has no best response but NE; of several the last stands."""

REASONS = np.array([ONLY_NE, SD_TOO_EARLY, RESPONSE_TOO_EARLY], dtype=object)


def best_response(assessments: pd.DataFrame | Histories, stable_disease_days: float) -> pd.DataFrame:
    """Best overall response without confirmation, one row a subject: ``subject``, ``response``, ``row``, ``reason``.

    CR, then PR; then SD, then NON-CR/NON-PD, at least ``stable_disease_days`` after the start; then PD, then iUPD; then NE.
    ``row`` is the index label of the first assessment that gave it, ``reason`` why it is NE. A subject without assessments
    has no row.
    """
    histories = read_histories(assessments).until_progression()
    is_early = _is_stable(histories) & (histories.day < stable_disease_days)
    return _best_of_each(histories, np.where(is_early, NE, histories.code), np.where(is_early, 1, 0))


def confirmed_best_response(
    assessments: pd.DataFrame | Histories,
    stable_disease_days: float,
    confirmation_days: float,
    max_ne: int = 0,
    max_sd: int = 0,
    after_complete: str = "PD",
) -> pd.DataFrame:
    """Best overall response with confirmation, one row a subject: ``subject``, ``response``, ``row``, ``reason``.

    CR: a CR, and a CR at least ``confirmation_days`` later. PR: a PR, and a PR or CR as much later. Between the two lie
    only responses as good, and at most ``max_ne`` NE and (for PR) ``max_sd`` SD. SD: a CR, PR or SD at least
    ``stable_disease_days`` after the start. After a CR anything less is disease that came back: it is PD here (RECIST
    1.1, Table 3, footnote) unless ``after_complete`` is ``as given``, and a question to the site (`declines_from_complete`).
    """
    histories = confirmable(assessments, after_complete)
    code = histories.code
    is_response = code <= PR
    is_early = (is_response | _is_stable(histories)) & (histories.day < stable_disease_days)
    rank = np.where(is_response, SD, code)
    rank[is_early] = NE
    reason = np.where(is_early, np.where(is_response, 2, 1), 0)
    for best in (PR, CR):
        confirmed = (code == best) & (is_confirmed(histories, best, confirmation_days, max_ne, max_sd) >= 0)
        rank[confirmed] = best
    return _best_of_each(histories, rank, reason)


def declines_from_complete(assessments: pd.DataFrame | Histories) -> pd.Index:
    """Index labels of assessments with PR, SD or NON-CR/NON-PD after a CR and before any PD; the first of each subject.

    Either disease came back, which is PD, or the earlier CR was none: a question to the site.
    """
    histories = read_histories(assessments).until_progression()
    declines = histories.declines()
    found: pd.Index = pd.Index(histories.label[declines & ~histories.seen_before(declines)])
    return found


def worst_of_day(assessments: pd.DataFrame) -> tuple[pd.DataFrame, pd.Index]:
    """One assessment for each subject and day, the worst, and the index labels of all that disagree with another.

    Equal responses of a day keep the first row of the table.
    """
    subject, day = assessments["subject"].to_numpy(), assessments["day"].to_numpy()
    order = in_order(subject, day)
    if not _is_repeated(subject[order], day[order]).any():
        return assessments.iloc[order], assessments.index[:0]
    ranks = {response: rank for rank, response in enumerate(WORST_FIRST)}
    rank = assessments["response"].map(ranks).fillna(len(ranks)).to_numpy()
    order = np.lexsort((np.arange(len(assessments)), rank, day, subject))
    table = assessments.iloc[order]
    kept = table[~_is_repeated(subject[order], day[order])]
    repeated = table[table.duplicated(["subject", "day"], keep=False)]
    variety = repeated.groupby(["subject", "day"])["response"].transform("nunique")
    return kept, repeated.index[variety > 1]


def _is_repeated(subject: np.ndarray, day: np.ndarray) -> np.ndarray:
    """For rows in order whether the one before is of the same subject and day."""
    return np.append([False], (subject[1:] == subject[:-1]) & (day[1:] == day[:-1]))[: len(subject)]


def _is_stable(histories: Histories) -> np.ndarray:
    return np.asarray((histories.code == SD) | (histories.code == NON_CR_NON_PD))


def _best_of_each(histories: Histories, rank: np.ndarray, reason: np.ndarray) -> pd.DataFrame:
    starts, size = histories.starts, len(histories)
    if not size:
        return pd.DataFrame({"subject": [], "response": [], "row": [], "reason": []}, dtype=object)
    best = np.minimum.reduceat(rank * size + np.arange(size), starts)
    at, code = best % size, best // size
    why = REASONS[np.maximum.reduceat(reason, starts)]
    return pd.DataFrame(
        {
            "subject": histories.subject[at],
            "response": histories.at(at).terms(code),
            "row": histories.label[at],
            "reason": np.where(code == NE, why, ""),
        }
    )
