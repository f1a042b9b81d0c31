"""Answers that earlier parameters give: the first or last of their records, and whether a value is among them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from hcc_sdtm.adam.responses.adrs_verbs.building import Building
from hcc_sdtm.adam.responses.adrs_verbs.confirming import control_values
from hcc_sdtm.adam.responses.adrs_verbs.visits import counts
from hcc_sdtm.spec.adam.adrs_verbs import ControlOf, DatedValues, LastValue, ValuesOf


def first_of(building: Building, values: DatedValues) -> pd.DataFrame:
    """Y at the first record that later parameters may use and that has one of the values, else N."""
    return building.yes_no(_dated(building, values, "first"))


def last_of(building: Building, values: LastValue) -> pd.DataFrame:
    """The last such record of each subject, with its value; with ``everyone`` one without value for who has none."""
    last = _dated(building, values, "last").assign(ANL01FL="Y")
    last = last.drop(columns=["AVISIT", "AVISITN"], errors="ignore")
    return building.one_each(last, "") if values.everyone else last


def is_in(building: Building, values: ValuesOf) -> pd.DataFrame:
    """Y where the subject's record of the parameter has one of the values, else N."""
    return building.yes_no(_having(building.rows[values.of], values.values))


def disease_control(building: Building, control: ControlOf) -> pd.DataFrame:
    """Y where the best response is CR, PR or SD, and NON-CR/NON-PD where the trial says so, else N."""
    return building.yes_no(_having(building.rows[control.of], control_values(building)))


def _dated(building: Building, values: DatedValues, which: Literal["first", "last"]) -> pd.DataFrame:
    """Of each subject the first or last record that counts and has one of the values."""
    rows = building.rows[values.of]
    kept = rows["AVALC"].isin(values.values).to_numpy()
    if not values.after_progression:
        kept &= (rows["ANL01FL"] == "Y").to_numpy()
    at = np.flatnonzero(kept)
    subject, day = rows["subject"].to_numpy(dtype=np.int64)[at], rows["ADT"].to_numpy(dtype=float)[at]
    if values.after_progression:
        inside = counts(building, subject, day)
        at, subject, day = at[inside], subject[inside], day[inside]
    if values.until:
        inside = ~(day > building.by_subject(values.until)[subject])
        at, subject, day = at[inside], subject[inside], day[inside]
    order = np.lexsort((day, subject))
    others = np.diff(subject[order]) != 0
    chosen = np.append([True], others) if which == "first" else np.append(others, [True])
    found: pd.DataFrame = rows.iloc[at[order[chosen[: len(order)]]]]
    return found


def _having(rows: pd.DataFrame, values: tuple[str, ...]) -> pd.DataFrame:
    return rows[rows["AVALC"].isin(values).to_numpy()]
