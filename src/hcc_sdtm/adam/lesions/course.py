"""The responses of every reader from one assessment to the next, by RECIST 1.1 or mRECIST.

Works on a table with one row an assessment after the baseline, in the order of each reader's assessments:

``reader``, ``day``                     whose it is, and the last day of its scans
``targets``                             how many targets there are; 0: none
``known``, ``sum``, ``base``, ``nadir`` as in `sums`; NaN where there is none
``gone``, ``visible``, ``regrown``      as in `sums`
``non_target``                          CR, NON-CR/NON-PD, PD or NE; ``""``: no non-target
``new_lesion``                          UNEQUIVOCAL, EQUIVOCAL or ``""``

Source: RECIST 1.1 sections 4.3.1, 4.3.3, 4.4.1, tables 1 and 2.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.spec.adam.criteria import Criterion

ROUNDING = 1e-6
"""Less than this between two sums is what arithmetic leaves."""


def steps(reader: np.ndarray) -> Iterator[np.ndarray]:
    """The positions of the first assessment of every reader, then of the second, and so on; ``reader`` is sorted."""
    number = pd.Series(reader).groupby(reader).cumcount().to_numpy()
    order = np.argsort(number, kind="stable")
    ends = np.cumsum(np.bincount(number)) if len(number) else np.array([], dtype=np.int64)
    start = 0
    for end in ends:
        yield order[start:end]
        start = int(end)


def has_grown(sums: np.ndarray, nadir: np.ndarray, criterion: Criterion) -> np.ndarray:
    """Whether each sum is progression from its nadir: by the share and the millimetres, or from a nadir of 0."""
    increase = sums - nadir
    least = (1 + criterion.progression_percent / 100) * nadir
    by_size = (sums >= least - ROUNDING) & (increase >= criterion.progression_mm - ROUNDING)
    return np.asarray((increase > ROUNDING) & (by_size | (nadir <= ROUNDING)))


def has_progressed(sums: pd.DataFrame, criterion: Criterion) -> np.ndarray:
    """Whether what was measured at each assessment (``known``, ``nadir``, ``visible``) is progression by the sum.

    Where nothing is visible but nodes of normal size there is no disease that could have progressed.
    """
    grown = has_grown(sums["known"].to_numpy(dtype=float), sums["nadir"].to_numpy(dtype=float), criterion)
    return np.asarray(grown & (sums["visible"] == True).to_numpy())  # noqa: E712  missing where there are no targets


def has_shrunk(sums: np.ndarray, base: np.ndarray, criterion: Criterion) -> np.ndarray:
    """Whether each sum is a partial response to the baseline."""
    return np.asarray(sums <= (1 - criterion.partial_percent / 100) * base + ROUNDING)


def target_responses(table: pd.DataFrame, criterion: Criterion, confirmation_days: float) -> np.ndarray:
    """CR, PR, SD, PD or NE of the targets at each assessment; ``""`` where there are none.

    What was measured decides PD alone; every other response needs all targets. After a CR a target that is back is PD,
    whatever the sum. How long a PR lasts is the criterion's to say.
    """
    total, base = (table[name].to_numpy(dtype=float) for name in ("sum", "base"))
    gone, regrown = (table[name].to_numpy(dtype=bool) for name in ("gone", "regrown"))
    day, reader = table["day"].to_numpy(dtype=float), table["reader"].to_numpy()
    has_targets = table["targets"].to_numpy() > 0
    with np.errstate(invalid="ignore"):
        grown = has_progressed(table, criterion)
        shrunk = has_shrunk(total, base, criterion)
    whole = ~np.isnan(total) & ~np.isnan(base)
    response = np.select([grown, ~whole, gone, shrunk], ["PD", "NE", "CR", "PR"], "SD").astype(object)
    response[~has_targets] = ""
    codes = np.unique(reader, return_inverse=True)[1]
    count = int(codes.max()) + 1 if len(codes) else 0
    complete, confirmed = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    since = np.full(count, np.inf)
    for at in steps(reader):
        own, now = codes[at], response[at].copy()
        back = complete[own] & regrown[at] & has_targets[at]
        now[back] = "PD"
        held = (now == "SD") & {"never": False, "always": np.isfinite(since[own]), "confirmed": confirmed[own]}[
            criterion.partial_stays
        ]
        now[held] = "PR"
        partial = np.isin(now, ("CR", "PR"))
        since[own] = np.where(partial, np.minimum(since[own], day[at]), np.where(now == "NE", since[own], np.inf))
        confirmed[own] = (partial & (day[at] - since[own] >= confirmation_days)) | (confirmed[own] & (now != "PD"))
        complete[own] = (complete[own] | (now == "CR")) & (now != "PD")
        response[at] = now
    return response


def overall_responses(target: np.ndarray, non_target: np.ndarray, new_lesion: np.ndarray) -> np.ndarray:
    """The overall response of each assessment from its three parts; NE where there is neither target nor non-target."""
    progressed = (target == "PD") | (non_target == "PD") | (new_lesion == "UNEQUIVOCAL")
    complete = (target == "CR") & np.isin(non_target, ("CR", ""))
    partial = (target == "PR") | (target == "CR")
    no_target = target == ""
    overall = np.select(
        [progressed, complete, partial, target == "SD", no_target & (non_target != "")],
        ["PD", "CR", "PR", "SD", non_target],
        "NE",
    )
    return np.asarray(overall, dtype=object)
