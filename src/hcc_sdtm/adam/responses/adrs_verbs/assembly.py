"""The columns of ADRS from the rows of its parameters, in the dataset's order.

Knows what a column of ADRS means; which rows there are, the verbs have decided. Texts that repeat are carried as numbers up
to the end: a dataset has many times more rows than texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.adam.pointers import SOURCE_COLUMNS, sources
from hcc_sdtm.adam.responses.adrs_verbs.building import Building
from hcc_sdtm.adam.timeline import sequence_numbers
from hcc_sdtm.dates.study_day import study_day
from hcc_sdtm.spec.adam.adrs_rules import AdrsParameter

PARCATS = ("PARCAT1", "PARCAT2", "PARCAT3")


def adrs_columns(building: Building) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The columns of ADRS, and the code of each row's subject: by subject, parameter, date; missing dates first."""
    parameters = [parameter for parameter in building.adam.adrs.parameters if len(building.rows[parameter.paramcd])]
    frames = [_in_order(building.rows[parameter.paramcd]) for parameter in parameters]
    counts = [len(frame) for frame in frames]
    subject = _numbers(frames, counts, "subject", 0).astype(np.int64)
    parameter = np.repeat(np.arange(len(frames)), counts)
    rank = np.array([each.paramcd for each in parameters], dtype=object).argsort().argsort()
    order = np.argsort(subject * max(len(frames), 1) + np.append(rank, 0)[parameter], kind="stable")

    subject, parameter = subject[order], parameter[order]
    day = _numbers(frames, counts, "ADT", np.nan)[order]
    start = building.subjects.days["TRTSDT"][subject]
    columns = {"ADT": day, "ADY": study_day(pd.Series(day), pd.Series(start)).to_numpy()}
    columns["AVISITN"] = _numbers(frames, counts, "AVISITN", np.nan)[order]
    first = np.flatnonzero(np.diff(subject, prepend=-1))
    columns["ASEQ"] = np.arange(len(subject)) - np.repeat(first, np.diff(np.append(first, len(subject)))) + 1.0
    for name in ("ADTF", "AVISIT", "ANL01FL", "NEREAS"):
        columns[name] = _texts(frames, counts, name, order)
    columns |= _values(frames, counts, order, building.adam.adrs.codes)
    columns |= _sources(building, frames, counts, order)
    columns |= _named(parameters, parameter)
    return columns, subject


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows by subject, where a subject has several by date and visit."""
    subject = rows["subject"].to_numpy(dtype=np.int64)
    again = subject[1:] == subject[:-1]
    if (np.diff(subject) >= 0).all():
        day = rows["ADT"].to_numpy(dtype=float)
        if not (again & ~(day[1:] > day[:-1])).any():
            return rows
    visit = rows["AVISITN"].to_numpy(dtype=float) if "AVISITN" in rows else np.zeros(len(rows))
    keys = [np.nan_to_num(key, nan=-np.inf) for key in (visit, rows["ADT"].to_numpy(dtype=float))]
    return rows.iloc[np.lexsort((*keys, subject))]


def _numbers(frames: Sequence[pd.DataFrame], counts: Sequence[int], name: str, missing: float) -> np.ndarray:
    parts = [
        frame[name].to_numpy(dtype=float) if name in frame else np.full(count, missing)
        for frame, count in zip(frames, counts, strict=True)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _coded(frames: Sequence[pd.DataFrame], counts: Sequence[int], name: str) -> tuple[np.ndarray, np.ndarray]:
    """A number for each row's text, and the texts; a frame without the column has ``""``."""
    known = {"": 0}
    parts = []
    for frame, count in zip(frames, counts, strict=True):
        if name in frame:
            codes, texts = pd.factorize(frame[name].to_numpy(dtype=object))
            parts.append(np.array([known.setdefault(text, len(known)) for text in texts], dtype=np.int32)[codes])
        else:
            parts.append(np.zeros(count, dtype=np.int32))
    return np.concatenate([np.empty(0, dtype=np.int32), *parts]), np.array(list(known), dtype=object)


def _texts(frames: Sequence[pd.DataFrame], counts: Sequence[int], name: str, order: np.ndarray) -> np.ndarray:
    codes, texts = _coded(frames, counts, name)
    return np.asarray(texts[codes[order]])


def _values(
    frames: Sequence[pd.DataFrame], counts: Sequence[int], order: np.ndarray, numbers: Mapping[str, float]
) -> dict[str, np.ndarray]:
    """AVALC, and AVAL: the row's own number, else that of its text."""
    codes, texts = _coded(frames, counts, "AVALC")
    codes = codes[order]
    coded = np.array([numbers.get(text, np.nan) for text in texts])[codes]
    own = _numbers(frames, counts, "AVAL", np.nan)[order]
    return {"AVALC": texts[codes], "AVAL": np.where(np.isnan(own), coded, own)}


def _sources(
    building: Building, frames: Sequence[pd.DataFrame], counts: Sequence[int], order: np.ndarray
) -> dict[str, np.ndarray]:
    """SRCDOM, SRCVAR and SRCSEQ: what the frame says, else those of the row's record."""
    number = _numbers(frames, counts, "source", -1).astype(np.int64)[order]
    position = _numbers(frames, counts, "position", -1).astype(np.int64)[order]
    number[position < 0] = -1
    own = [frame if "SRCDOM" in frame else frame.iloc[:0] for frame in frames]
    if any(len(frame) for frame in own):
        found = {name: _texts(frames, counts, name, order) for name in SOURCE_COLUMNS[:2]}
        number[found["SRCDOM"] != ""] = -1
        for name, texts in zip(SOURCE_COLUMNS, _source_texts(building), strict=False):
            found[name] = np.where(number >= 0, texts[number], found[name])
    else:
        found = {name: texts[number] for name, texts in zip(SOURCE_COLUMNS, _source_texts(building), strict=False)}
    found["SRCSEQ"] = _numbers(frames, counts, "SRCSEQ", np.nan)[order]
    for code, (dataset, variable) in enumerate(building.sources):
        rows = np.flatnonzero(number == code)
        if dataset.name == "ADSL":  # followed to the record that gave the date
            pointed = sources(dataset, variable, position[rows])
            for name in SOURCE_COLUMNS:
                found[name][rows] = pointed[name].to_numpy()
        elif dataset.spec.sequence:
            found["SRCSEQ"][rows] = sequence_numbers(dataset, position[rows])
    return found


def _source_texts(building: Building) -> tuple[np.ndarray, np.ndarray]:
    """Dataset and variable of each source; the last, for -1, is none."""
    return (
        np.array([*(dataset.name for dataset, _ in building.sources), ""], dtype=object),
        np.array([*(variable for _, variable in building.sources), ""], dtype=object),
    )


def _named(parameters: Sequence[AdrsParameter], parameter: np.ndarray) -> dict[str, np.ndarray]:
    texts = {
        "PARAMCD": [each.paramcd for each in parameters],
        "PARAM": [each.param for each in parameters],
        **{name: [(*each.category, "", "", "")[at] for each in parameters] for at, name in enumerate(PARCATS)},
    }
    return {name: np.array(each, dtype=object)[parameter] for name, each in texts.items()}
