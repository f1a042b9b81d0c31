"""Diameters in millimetres and states of lesions, from the results of TR.

Knows units, the words for too small, absent and not evaluable, and what of a result cannot be read. A result that cannot be
read is there without size and state: the lesion was looked at and not evaluated.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.dated import column_or_missing
from hcc_sdtm.adam.lesions.terms import matches, text_column, translate
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import join_findings
from hcc_sdtm.spec.adam.criteria import LesionReading

UNKNOWN_STATE = "ADTR-110 lesion.state-unknown"
"""The state of a lesion is a text that stands for none of the known states: the lesion is not evaluated."""

UNREADABLE_SIZE = "ADTR-103 lesion.size-unreadable"
"""A diameter that is no number of a known unit, and no word for too small or absent: the lesion is not evaluated."""

NOT_DONE = "NOT DONE"


def read_results(tr: Dataset, records: pd.DataFrame, reading: LesionReading) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Diameters and states among the dated ``records``: their columns and ``test``, ``size``, ``is_small``, ``is_part``,
    ``state``.

    ``size`` is in mm, 0 for a lesion that is said to be absent, NaN where it is too small (``is_small``), not evaluable or
    unreadable. Findings: `UNREADABLE_SIZE` at the diameter, `UNKNOWN_STATE` at the state.
    """
    frame = tr.frame
    test = text_column(frame, "TRTESTCD").to_numpy(dtype=object)
    is_diameter = np.isin(test, list(reading.diameters))
    wanted = (is_diameter | np.isin(test, reading.states_in))[records["position"].to_numpy()]
    results = records[wanted].reset_index(drop=True)
    position = results["position"].to_numpy()
    own = frame.iloc[position]
    diameter = is_diameter[position]
    standard = text_column(own, "TRSTRESC").reset_index(drop=True)
    text = standard.where(standard != "", text_column(own, "TRORRES").reset_index(drop=True))
    size, unreadable_unit = _numbers(own, text, (standard == "").to_numpy(), reading)
    state = translate(text, reading.states).to_numpy()
    not_done = (text_column(own, "TRSTAT") == NOT_DONE).to_numpy()
    small = matches(text, reading.too_small) & diameter & ~not_done
    size = np.where(diameter & ~small & ~not_done, size, np.nan)
    size = np.where(diameter & (state == "ABSENT"), 0.0, size)
    state = np.where(not_done | (diameter & (text == "").to_numpy() & np.isnan(size)), "NE", state)
    unreadable = diameter & np.isnan(size) & ~small & (state == "")
    typed = (
        column_or_missing(own, "TRSTRESC")
        .where((standard != "").to_numpy(), column_or_missing(own, "TRORRES"))
        .to_numpy()
    )
    message = [
        f'"{value}" {"in an unknown unit" if unit else "is no diameter"}: the lesion counts as not evaluated'
        for value, unit in zip(typed[unreadable], unreadable_unit[unreadable], strict=True)
    ]
    expected = f"0 or more, in {', '.join(reading.units)}"
    found = tr.findings(position[unreadable], UNREADABLE_SIZE, "warning", "TRORRES", message, expected)
    unknown = ~diameter & ~not_done & (state == "") & (text != "").to_numpy()
    message = [
        f'"{value}" is no known state of a lesion: the lesion counts as not evaluated' for value in typed[unknown]
    ]
    states = ", ".join(dict.fromkeys(text for texts in reading.states.values() for text in texts))
    asked = tr.findings(position[unknown], UNKNOWN_STATE, "warning", "TRORRES", message, f"one of {states}")
    results["test"], results["size"], results["is_small"] = test[position], size, small
    results["is_part"] = np.isin(test[position], reading.of_a_part)
    results["state"] = np.where(unreadable | unknown, "NE", state).astype(object)
    order = np.lexsort((position, results["day"], results["subject"]))
    return results.iloc[order].reset_index(drop=True), join_findings([found, asked])


def _numbers(
    own: pd.DataFrame, text: pd.Series, is_original: np.ndarray, reading: LesionReading
) -> tuple[np.ndarray, np.ndarray]:
    """Each result in mm (NaN: no number, below 0, or of an unknown unit), and whether the unit is the reason.

    The unit is that of the result that was read: the original (``is_original`` marks texts of it) or the standard one. A
    standard result without a unit has the original's only where the two are one number: else it was converted.
    """
    given = own["TRSTRESN"].to_numpy(dtype=float) if "TRSTRESN" in own else np.full(len(own), np.nan)
    codes, distinct = pd.factorize(text)
    values = np.append(pd.to_numeric(pd.Series(distinct, dtype=object), errors="coerce").to_numpy(dtype=float), np.nan)
    number = np.where(np.isnan(given), values[codes], given)
    is_original = is_original & np.isnan(given)
    entered = pd.to_numeric(text_column(own, "TRORRES"), errors="coerce").to_numpy(dtype=float)
    standard, original = text_column(own, "TRSTRESU"), text_column(own, "TRORRESU")
    original = original.where(np.isnan(entered) | is_original | (entered == number), "")
    unit = standard.where((standard != "") & ~(is_original & (original != "")), original)
    unit = unit.where(unit != "", reading.no_unit.upper())
    factor = unit.map({name.upper(): in_mm for name, in_mm in reading.units.items()}).to_numpy(dtype=float)
    wrong_unit = ~np.isnan(number) & np.isnan(factor)
    size = number * factor
    return np.where((size >= 0) & np.isfinite(size), size, np.nan), wrong_unit
