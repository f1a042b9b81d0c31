"""Whether and by what a complete or partial response is confirmed, and when a subject first responded or benefited.

Knows RECIST 1.1, section 4.6: a second assessment at least four weeks later. What a visit response is and which assessments
count, it does not know; tables are those of `response`.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from hcc_sdtm.adam.responses.histories import (
    CR,
    NE,
    PD,
    PR,
    SD,
    SPAN,
    UNCONFIRMED_PD,
    Histories,
    codes_of,
    first_of_each,
    read_histories,
)


def first_response(assessments: pd.DataFrame | Histories) -> pd.DataFrame:
    """The first CR or PR of each subject before progression: ``subject``, ``response``, ``row`` (its index label)."""
    histories = read_histories(assessments).until_progression()
    return _chosen(histories, first_of_each(histories, histories.code <= PR))


def first_confirmed_response(
    assessments: pd.DataFrame | Histories,
    confirmation_days: float,
    max_ne: int = 0,
    max_sd: int = 0,
    after_complete: str = "PD",
) -> pd.DataFrame:
    """The first of each subject's CR and PR that is confirmed: ``subject``, ``response``, ``row``, ``confirmed_by``.

    Confirmed is what `confirmed_best_response` takes as such; ``confirmed_by`` is the index label of the first assessment
    that confirms it. A subject has a row exactly where its confirmed best response is CR or PR.
    """
    histories = confirmable(assessments, after_complete)
    partner = np.full(len(histories), -1)
    for best in (PR, CR):
        chosen = histories.code == best
        partner[chosen] = is_confirmed(histories, best, confirmation_days, max_ne, max_sd)[chosen]
    at = first_of_each(histories, partner >= 0)
    return _chosen(histories, at).assign(confirmed_by=histories.label[partner[at]])


def clinical_benefit(
    assessments: pd.DataFrame | Histories, responses: pd.DataFrame, benefit_days: float, control: Collection[str]
) -> pd.DataFrame:
    """When the benefit of each subject who had one is known: ``subject``, ``row``, the index label of an assessment.

    The earlier of the subject's response (``responses`` as `first_response` or `first_confirmed_response` give it) and of
    its first assessment with one of the responses ``control``, at least ``benefit_days`` after the start and before
    progression: disease control has lasted that long.
    """
    histories = read_histories(assessments).until_progression()
    lasting = np.isin(histories.code, codes_of(control)) & (histories.code != PD) & (histories.day >= benefit_days)
    responded = np.isin(histories.label, responses["row"].to_numpy())
    return _chosen(histories, first_of_each(histories, lasting | responded))[["subject", "row"]]


def confirmed_progression(assessments: pd.DataFrame | Histories) -> pd.DataFrame:
    """The iUPD of each subject that its first iCPD confirms: ``subject``, ``row``.

    It is the first iUPD since the last response better than progression: after iSD, iPR or iCR an iUPD begins anew (iRECIST,
    Seymour 2017). A PD, or an iCPD that no iUPD precedes, is its own date.
    """
    histories = read_histories(assessments).until_progression()
    at = np.flatnonzero(histories.code == PD)
    unconfirmed = histories.code == UNCONFIRMED_PD
    is_better = histories.code < PD
    # between two better responses: the first iUPD of each stretch
    stretch = np.cumsum(is_better | histories.is_first)
    first = np.full(stretch[-1] + 1 if len(stretch) else 1, len(histories))
    np.minimum.at(first, stretch[unconfirmed], np.flatnonzero(unconfirmed))
    chosen = np.minimum(first[stretch[at]], at)
    return _chosen(histories, chosen)[["subject", "row"]]


def confirmable(assessments: pd.DataFrame | Histories, after_complete: str = "PD") -> Histories:
    """The histories up to progression, in which less than complete after complete is PD, or stays ``as given``."""
    histories = read_histories(assessments)
    if after_complete == "PD":
        histories = histories.with_code(histories.declines(), PD)
    return histories.until_progression()


def is_confirmed(histories: Histories, best: int, confirmation_days: float, max_ne: int, max_sd: int) -> np.ndarray:
    """For each assessment the index of the first later one that would confirm it as ``best`` (CR or PR); -1: none does.

    Between the two lie responses as good and no more NE, and for PR SD, than is allowed.
    """
    size, code = len(histories), histories.code
    is_as_good = code <= best
    limits = {NE: max_ne, SD: max_sd if best == PR else 0}
    allowed = is_as_good.copy()
    for other, most in limits.items():
        if most:
            allowed |= code == other
    rows = np.arange(size)
    # the first assessment late enough, and from there the first as good
    keys = histories.number * SPAN + histories.day
    late = np.maximum(np.searchsorted(keys, keys + confirmation_days), rows + 1)
    next_good = np.append(np.minimum.accumulate(np.where(is_as_good, rows, size)[::-1])[::-1], size)
    partner = next_good[late]
    inside = partner < size
    inside[inside] = histories.number[partner[inside]] == histories.number[inside]
    partner = np.where(inside, partner, rows)
    # what lies between the two, both left out
    for mask, most in ((~allowed, 0), *((code == other, most) for other, most in limits.items() if most)):
        total = np.append(0, np.cumsum(mask))
        inside &= total[partner] - total[np.minimum(rows + 1, partner)] <= most
    return np.where(inside, partner, -1)


def _chosen(histories: Histories, at: np.ndarray) -> pd.DataFrame:
    chosen = histories.at(at)
    return pd.DataFrame({"subject": chosen.subject, "response": chosen.terms(), "row": chosen.label})
