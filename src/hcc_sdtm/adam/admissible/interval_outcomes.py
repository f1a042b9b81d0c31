"""Between which dates an event that was seen at an assessment can lie, over a subject's admissible completions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.tried import Tried
from hcc_sdtm.adam.timeline import Subjects, matching
from hcc_sdtm.spec.adam.asked_interval import AskedInterval
from hcc_sdtm.spec.adam.records import Records

INTERVAL_COLUMNS = ["USUBJID", "STARTDT", "FREEDT", "ADT", "CNSR", "EVNTDESC"]


@dataclass(frozen=True)
class OpenIntervals:
    """What partial dates leave open of one `AskedInterval`.

    ``outcomes`` has one row for each distinct outcome of a subject, `INTERVAL_COLUMNS`: the record of the parameter, and the
    last date before its end at which the subject was assessed without the event (FREEDT, of an event only; missing where
    there is none). EVNTDESC is that of an event. A completion without a record gives a row of missing values, where another
    gives one. ``not_enumerated`` are the subjects (USUBJID) with too many completions.
    """

    outcomes: pd.DataFrame
    not_enumerated: tuple[str, ...] = ()


def last_without(place: np.ndarray, date: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The last date, of each record, on which the event was not there; NaN where there is none.

    ``place`` is the record that each date of an assessment is for; it counts from the record's ``start`` on, before its
    ``end``.
    """
    before = (date < end[place]) & (date >= start[place])
    last = np.full(len(start), -np.inf)
    np.maximum.at(last, place[before], date[before])
    return np.where(np.isfinite(last), last, np.nan)


def interval_outcomes(tried: Tried, asked: Sequence[AskedInterval], first: int) -> list[pd.DataFrame]:
    """Of each that is asked the distinct outcomes over the admissible copies, `INTERVAL_COLUMNS`.

    USUBJID is the number of the subject. ``first`` is the number of the first that is asked among the targets.
    """
    wanted = tried.wanted(range(first, first + len(asked)))[tried.batch_of] & tried.judged.mask[:, None]
    return [
        _distinct(tried, each, wanted[:, number]) if wanted[:, number].any() else _no_outcomes(np.int64)
        for number, each in enumerate(asked)
    ]


def join_intervals(
    asked: Sequence[AskedInterval],
    parts: Sequence[Sequence[pd.DataFrame]],
    missed: Mapping[AskedInterval, Sequence[str]],
    subjects: Subjects,
) -> dict[AskedInterval, OpenIntervals]:
    """The outcomes of all parts by what was asked, in the order of the subjects' names; ``missed`` have too many."""
    found = {}
    for number, each in enumerate(asked):
        whole = pd.concat([_no_outcomes(np.int64), *(part[number] for part in parts)], ignore_index=True)
        whole["USUBJID"] = subjects.names.to_numpy(dtype=object)[whole["USUBJID"].to_numpy(dtype=np.int64)]
        outcomes = whole.sort_values(["USUBJID", "ADT", "CNSR", "STARTDT", "FREEDT"], ignore_index=True)
        found[each] = OpenIntervals(outcomes, tuple(missed.get(each, ())))
    return found


def _no_outcomes(subject: type) -> pd.DataFrame:
    kinds = {name: subject if name == "USUBJID" else float for name in INTERVAL_COLUMNS}
    return pd.DataFrame(columns=INTERVAL_COLUMNS).astype({**kinds, "EVNTDESC": object})


def _distinct(tried: Tried, asked: AskedInterval, wanted: np.ndarray) -> pd.DataFrame:
    """The distinct outcomes of the copies that are ``wanted``."""
    whole = pd.DataFrame(np.nan, index=range(len(wanted)), columns=["STARTDT", "FREEDT", "ADT", "CNSR"])
    described = np.full(len(wanted), "", dtype=object)
    for times in tried.derived.times:
        if len(times) and times["PARAMCD"].iloc[0] == asked.parameter:
            of_row = tried.names.get_indexer(pd.Index(tried.derived.adsl["USUBJID"]))
            copy = of_row[times["subject"].to_numpy(dtype=np.int64)]
            for name in ("STARTDT", "ADT", "CNSR"):
                whole.loc[copy, name] = times[name].to_numpy(dtype=float)
            described[copy] = tried.derived.descriptions[asked.parameter]
    date, copy = _assessed(tried, asked)
    start, end = (whole[name].to_numpy(dtype=float) for name in ("STARTDT", "ADT"))
    had = (whole["CNSR"] == 0).to_numpy()
    whole["FREEDT"] = np.where(had, last_without(copy, date, start, end), np.nan)
    whole["EVNTDESC"] = np.where(had, described, "")
    whole.insert(0, "USUBJID", tried.subject_of)
    distinct = whole[wanted].drop_duplicates(ignore_index=True)
    return distinct[distinct.groupby("USUBJID")["ADT"].transform("count") > 0]


def _assessed(tried: Tried, asked: AskedInterval) -> tuple[np.ndarray, np.ndarray]:
    """The dates of the assessments without the event, and the copy of each."""
    adrs = tried.derived.adrs
    own = adrs[(adrs["PARAMCD"] == asked.assessed).to_numpy()]
    own = own[matching(own, Records(dataset="ADRS", where=asked.texts))]
    return own["ADT"].to_numpy(dtype=float), tried.names.get_indexer(pd.Index(own["USUBJID"]))
