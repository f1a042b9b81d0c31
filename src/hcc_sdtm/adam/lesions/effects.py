"""What one other response would change: best overall response, with and without confirmation, and the date of progression.

Each change is tried alone, on the recorded responses of its reader.

Source: RECIST 1.1 table 3 and section 4.6.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.reasons import date_text
from hcc_sdtm.adam.responses.response import best_response, confirmed_best_response, worst_of_day
from hcc_sdtm.adam.timeline import Subjects, build_timeline
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.spec.adam.criteria import Criterion
from hcc_sdtm.spec.adam.records import DatedRecords
from hcc_sdtm.spec.model import DatasetSpec
from hcc_sdtm.spec.trial import Trial

NO_EFFECT = "changes neither the best response nor the date of progression"
CERTAIN = ("PD", "iCPD")


def response_effects(
    recorded: pd.DataFrame,
    changed: pd.DataFrame,
    criterion: Criterion,
    datasets: Mapping[str, Dataset],
    subjects: Subjects,
    tables: Mapping[str, DatasetSpec],
    trial: Trial,
) -> list[str]:
    """For each row of ``changed`` the effect in words.

    ``recorded`` are overall responses: ``reader``, ``subject``, ``value``, ``day``, ``position``. ``changed`` has
    ``reader``, ``position`` (the recorded response in whose place it stands; -1: in none's), ``response`` and ``day``.
    """
    change = changed.reset_index(drop=True)
    rows = change[["reader", "position"]].reset_index(names="change").rename(columns={"position": "replaced"})
    pairs = rows.merge(recorded, on="reader")
    subject = recorded.drop_duplicates("reader").set_index("reader")["subject"]
    own = change.assign(change=change.index, subject=change["reader"].map(subject))
    own = own.rename(columns={"response": "value"})[["change", "subject", "value", "day"]]
    before = pairs[["change", "subject", "value", "day"]]
    kept = pairs.loc[pairs["position"] != pairs["replaced"], ["change", "subject", "value", "day"]]
    after = pd.concat([kept, own], ignore_index=True)
    ends = _ends(datasets, subjects, tables, trial)
    outcomes = [_outcomes(each, len(change), criterion, subjects, ends, trial) for each in (before, after)]
    return [_words(*(tuple(outcome.iloc[number]) for outcome in outcomes)) for number in range(len(change))]


def _ends(
    datasets: Mapping[str, Dataset], subjects: Subjects, tables: Mapping[str, DatasetSpec], trial: Trial
) -> np.ndarray:
    """The last day on which each subject's responses count: the first new therapy on or after the start, or the death."""
    end = np.full(len(subjects), np.inf)
    for therapy in trial.new_therapies:
        records = DatedRecords(dataset=therapy.dataset, where=therapy.where, date=therapy.date, role="censoring")
        line = build_timeline(datasets, records, subjects, tables)
        first = line.first_on_or_after(subjects.days["TRTSDT"])
        end = np.fmin(end, line.days_at(first, np.inf))
    death = subjects.days.get("DTHDT")
    return end if death is None else np.fmin(end, death)


def _outcomes(
    rows: pd.DataFrame, count: int, criterion: Criterion, subjects: Subjects, ends: np.ndarray, trial: Trial
) -> pd.DataFrame:
    """Best response, confirmed best response and first progression of each change; ``NE`` and NaN where there is none."""
    subject = rows["subject"].to_numpy(dtype=np.int64)
    start = subjects.days["TRTSDT"][subject]
    day = rows["day"].to_numpy(dtype=float)
    after = rows[(day > start)].assign(start=start[day > start], end=ends[subject][day > start])
    counted = after[after["day"] <= after["end"]]
    assessments = pd.DataFrame(
        {"subject": counted["change"], "day": counted["day"] - counted["start"], "response": counted["value"]}
    ).reset_index(drop=True)
    single, _ = worst_of_day(assessments)
    rules = trial.response
    best = best_response(single, rules.stable_disease_days).set_index("subject")["response"]
    between = criterion.confirmed_with
    confirmed = confirmed_best_response(
        single, rules.stable_disease_days, rules.confirmation_days, between.max_ne, between.max_sd
    ).set_index("subject")["response"]
    first = after[after["value"].isin(CERTAIN)].groupby("change")["day"].min()
    every = pd.RangeIndex(count)
    return pd.DataFrame(
        {
            "best": best.reindex(every).fillna("NE"),
            "confirmed": confirmed.reindex(every).fillna("NE"),
            "progression": first.reindex(every),
        }
    )


def _words(before: tuple[str, str, float], after: tuple[str, str, float]) -> str:
    """The effect in words, the recorded outcome first."""
    told = []
    for name, old, new in zip(("best response", "confirmed best response"), before[:2], after[:2], strict=True):
        if old != new:
            told.append(f"{name} {old} becomes {new}")
    (old_day, new_day) = before[2], after[2]
    if not (old_day == new_day or (np.isnan(old_day) and np.isnan(new_day))):
        texts = ["none" if np.isnan(day) else date_text(day) for day in (new_day, old_day)]
        told.append(f"progression {texts[0]} instead of {texts[1]}")
    return "; ".join(told) or NO_EFFECT
