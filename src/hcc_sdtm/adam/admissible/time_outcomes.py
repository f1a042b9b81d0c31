"""What time-to-event parameters can be for a subject over its admissible completions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.between_ends import Ends, fill_between, unlike_ends
from hcc_sdtm.adam.admissible.completions import Batch
from hcc_sdtm.adam.admissible.tried import Tried
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.trial import Trial

OUTCOME_COLUMNS = ["USUBJID", "PARAMCD", "STARTDT", "ADT", "AVAL", "CNSR", "CAUSE", "ENTRY"]

ORDER = ["PARAMCD", "USUBJID", "CNSR", "CAUSE", "ADT", "AVAL", "STARTDT"]
"""In this order the days of an unknown origin follow each other."""

CODED = ("USUBJID", "PARAMCD", "AVAL", "ENTRY")
"""Columns that are categories in order, so that the code of a time is its rank."""


def time_outcomes(
    tried: Tried, parameters: Sequence[TimeToEvent], trial: Trial
) -> tuple[pd.DataFrame, list[tuple[Batch, int]]]:
    """The distinct outcomes of each parameter over the admissible copies of a subject, `OUTCOME_COLUMNS`.

    USUBJID and PARAMCD are the numbers of the subject and the parameter; `join_outcomes` gives them their names. And the
    batches and parameters of whose origin the first and the last day do not tell what lies between.
    """
    batches, batch_of = tried.batches, tried.batch_of
    codes = [parameter.paramcd for parameter in parameters]
    given = [each for each in tried.derived.times if len(each)]
    frame = pd.concat(given, ignore_index=True) if given else pd.DataFrame(columns=["subject", *OUTCOME_COLUMNS[2:]])
    copies = tried.names.get_indexer(pd.Index(tried.derived.adsl["USUBJID"]))
    copy = copies[frame["subject"].to_numpy(dtype=np.int64)]
    numbers = np.array([codes.index(each["PARAMCD"].iloc[0]) for each in given], dtype=np.int64)
    number = np.repeat(numbers, [len(each) for each in given])
    wanted = tried.wanted(range(len(codes)))
    unlike = unlike_ends(Ends.of(batches, batch_of), batches, tried.judged, frame, copy, number, wanted)
    for position, parameter_number in unlike:
        wanted[position, parameter_number] = False
    rows = np.flatnonzero(tried.judged.mask[copy] & wanted[batch_of[copy], number])
    found = frame.iloc[rows][OUTCOME_COLUMNS[2:]].reset_index(drop=True)
    found["PARAMCD"] = number[rows]
    between, like = fill_between(found, copy[rows], number[rows], batches, batch_of, tried.adsl, parameters, trial)

    # a copy without a record of a parameter is an outcome too
    has_row = np.zeros((len(batch_of), len(codes)), dtype=bool)
    has_row[copy, number] = True
    lacking, parameter = np.nonzero(wanted[batch_of] & tried.judged.mask[:, None] & ~has_row)
    without = pd.DataFrame(np.nan, index=range(len(lacking)), columns=OUTCOME_COLUMNS[2:]).assign(PARAMCD=parameter)
    whole = pd.concat([each for each in (found, between, without) if len(each)] or [found], ignore_index=True)
    whole["USUBJID"] = tried.subject_of[np.concatenate([copy[rows], like, lacking])]
    distinct = whole[OUTCOME_COLUMNS].drop_duplicates(ignore_index=True)
    is_ever_in = distinct.groupby(["USUBJID", "PARAMCD"])["ADT"].transform("count") > 0
    return distinct[is_ever_in], [(batches[position], each) for position, each in unlike]


def join_outcomes(parts: Sequence[pd.DataFrame], parameters: Sequence[TimeToEvent], subjects: Subjects) -> pd.DataFrame:
    """The outcomes of all parts `in_order`, with the names of the subjects and the parameters."""
    empty = no_outcomes().astype({name: np.int64 if name in ("USUBJID", "PARAMCD") else float for name in CODED})
    whole = pd.concat([empty, *parts], ignore_index=True)
    codes = pd.Index([parameter.paramcd for parameter in parameters])
    names = codes.sort_values()
    number = names.get_indexer(codes)[whole["PARAMCD"]]
    whole["PARAMCD"] = pd.Categorical.from_codes(cast("Sequence[int]", number), names)
    whole["USUBJID"] = pd.Categorical.from_codes(cast("Sequence[int]", whole["USUBJID"].to_numpy()), subjects.names)
    return in_order(whole)


def in_order(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The outcomes by parameter, subject and time (`ORDER`); `CODED` columns are categories in order."""
    coded = {name: pd.Categorical(outcomes[name]) for name in CODED}
    return outcomes.assign(**coded).sort_values(ORDER, ignore_index=True)


def no_outcomes() -> pd.DataFrame:
    """The outcomes of times where there are none."""
    columns = {
        name: pd.Series([], dtype=object if name in ("USUBJID", "PARAMCD") else float) for name in OUTCOME_COLUMNS
    }
    return pd.DataFrame(columns).astype(dict.fromkeys(CODED, "category"))
