"""The pattern of a progression: which lesions made it, in the field of radiotherapy or out of it, and how widespread.

Knows the rows of `lesion_progression` and dates of progression that someone else decided (the investigator's response, or
one recomputed). Does not decide whether there was a progression.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.lesion_progression import NEW
from hcc_sdtm.spec.adam.lesion_verbs import KINDS
from hcc_sdtm.spec.progression import Progression

IN_FIELD, OUT_OF_FIELD, BOTH = "IN-FIELD", "OUT-OF-FIELD", "BOTH"
NEW_LESION, OTHER_GROWTH, IRRADIATED_GROWTH = KINDS
OLIGO, DIFFUSE = "OLIGO", "DIFFUSE"
NOT_DETERMINED = "NOT DETERMINED"
"""The pattern of a progression that no lesion explains."""


def with_assessment(progressions: pd.DataFrame, assessments: pd.DataFrame, window_days: int) -> pd.DataFrame:
    """The progressions with ``assessment``, that of the lesions they belong to (its row number), and its ``last_day``.

    ``progressions`` has one row a subject: ``subject``, ``day``, ``AVISITN``. The assessment has the same visit number, or
    where one of the two has none is the nearest within so many days; NaN: there is none.
    """
    found = progressions.merge(_assessment_of(progressions, assessments, window_days), how="left", on="subject")
    return found.set_index(progressions.index)


def progressing_lesions(progressions: pd.DataFrame, rows: pd.DataFrame, lesions: pd.DataFrame) -> pd.DataFrame:
    """The lesions that made each progression: ``subject``, ``lesion``, ``kind`` (of `KINDS`), ``in_field``, ``organ``.

    ``progressions`` are those of `with_assessment`. Of the assessment count the lesions that have progressed; and every new
    lesion first seen between the start of treatment and the last of its scans.
    """
    found = progressions.assign(until=np.fmax(progressions["day"], progressions["last_day"]))
    own = rows[rows["how"] != ""].merge(found[["subject", "assessment", "until"]], on="subject", suffixes=("", "_of"))
    is_new = (own["how"] == NEW).to_numpy(dtype=bool)
    at_once = own["assessment"].to_numpy(dtype=float) == own["assessment_of"].to_numpy(dtype=float)
    counts = np.where(is_new, (own["day"] <= own["until"]).to_numpy(), at_once)
    # a lesion that was new and has grown since is new
    made = own.assign(late=~is_new)[counts].sort_values(["subject", "lesion", "late"], kind="stable")
    made = made.drop_duplicates(["subject", "lesion"])
    number = made["lesion"].to_numpy(dtype=np.int64)
    growth = np.where(made["in_field"].astype(bool), IRRADIATED_GROWTH, OTHER_GROWTH)
    made["kind"] = np.where(made["how"] == NEW, NEW_LESION, growth).astype(object)
    made["organ"] = lesions["location"].to_numpy(dtype=object)[number]
    made["in_field"] = made["in_field"].astype(bool)
    return made[["subject", "lesion", "kind", "in_field", "organ"]].reset_index(drop=True)


def build_patterns(progressions: pd.DataFrame, made: pd.DataFrame, rules: Progression) -> pd.DataFrame:
    """The progressions with their pattern, one row each.

    ``field``     IN-FIELD, OUT-OF-FIELD or BOTH; a new lesion is out of field
    ``extent``    OLIGO up to the trial's number of lesions and of organs, else DIFFUSE
    ``lesions, organs``  how many progressed; a lesion without location is an organ of its own
    and a mask for each of `KINDS`. Field and extent are NOT DETERMINED, and the numbers NaN, where no lesion explains it.
    """
    patterns = progressions.copy()
    subject = patterns["subject"]
    organ = made["organ"].where(made["organ"] != "", "lesion " + made["lesion"].astype(str))
    by_subject = made.assign(organ=organ).groupby("subject")
    lesions = subject.map(by_subject["lesion"].nunique()).to_numpy(dtype=float)
    organs = subject.map(by_subject["organ"].nunique()).to_numpy(dtype=float)
    inside = subject.map(by_subject["in_field"].any()).eq(True).to_numpy()
    outside = subject.map((~made["in_field"]).groupby(made["subject"]).any()).eq(True).to_numpy()
    is_oligo = (lesions <= rules.oligo_lesions) & (organs <= rules.oligo_organs)
    field = np.select([inside & outside, inside, outside], [BOTH, IN_FIELD, OUT_OF_FIELD], NOT_DETERMINED)
    patterns["field"] = field.astype(object)
    patterns["extent"] = np.where(np.isnan(lesions), NOT_DETERMINED, np.where(is_oligo, OLIGO, DIFFUSE)).astype(object)
    patterns["lesions"], patterns["organs"] = lesions, organs
    for kind in KINDS:
        patterns[kind] = subject.isin(made.loc[made["kind"] == kind, "subject"]).to_numpy()
    return patterns


def _assessment_of(progressions: pd.DataFrame, assessments: pd.DataFrame, window_days: int) -> pd.DataFrame:
    """``assessment`` (its row number) and ``last_day`` by ``subject``; subjects without one are not there."""
    sets = assessments[["subject", "AVISITN", "first_day", "last_day"]].reset_index(names="assessment")
    pairs = progressions[["subject", "day", "AVISITN"]].merge(sets, on="subject", suffixes=("", "_of"))
    day = pairs["day"].to_numpy(dtype=float)
    gap = np.fmax(pairs["first_day"] - day, 0) + np.fmax(day - pairs["last_day"], 0)
    same = (pairs["AVISITN"] == pairs["AVISITN_of"]).to_numpy()
    near = (gap <= window_days).to_numpy() & (pairs["AVISITN"].isna() | pairs["AVISITN_of"].isna()).to_numpy()
    pairs = pairs.assign(gap=gap, other=~same)[same | near]
    nearest: pd.DataFrame = pairs.sort_values(["subject", "other", "gap", "assessment"], kind="stable")
    return nearest.drop_duplicates("subject")[["subject", "assessment", "last_day"]]
