"""What responses, read together, can be for a subject over its admissible completions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.tried import Tried
from hcc_sdtm.adam.timeline import Subjects

RESPONSE_COLUMNS = ["USUBJID", "PARAMCDS", "AVALCS"]


def response_outcomes(tried: Tried, groups: Sequence[tuple[str, ...]], first: int, subjects: Subjects) -> pd.DataFrame:
    """The distinct values of each group of ADRS parameters over the admissible copies of a subject, `RESPONSE_COLUMNS`.

    PARAMCDS is the group and AVALCS its values, in its order: "" where the copy has no record of the parameter, or several.
    ``first`` is the number of the first group among the targets.
    """
    wanted = tried.wanted(range(first, first + len(groups)))
    asked = np.flatnonzero(wanted.any(axis=0)).tolist()
    names = subjects.names.to_numpy(dtype=object)
    values = _values(tried, sorted({code for number in asked for code in groups[number]}))
    frames = [no_responses()]
    for number in asked:
        copy = np.flatnonzero(tried.judged.mask & wanted[tried.batch_of, number])
        given = {str(place): values[code][copy] for place, code in enumerate(groups[number])}
        distinct = pd.DataFrame({"subject": tried.subject_of[copy], **given}).drop_duplicates()
        rows = pd.DataFrame({"USUBJID": names[distinct.pop("subject").to_numpy()]}, dtype=object)
        rows["PARAMCDS"] = pd.Series([groups[number]] * len(rows), dtype=object)
        rows["AVALCS"] = pd.Series(list(distinct.itertuples(index=False, name=None)), dtype=object)
        frames.append(rows)
    return pd.concat(frames, ignore_index=True)


def no_responses() -> pd.DataFrame:
    """The outcomes of responses where there are none."""
    return pd.DataFrame(columns=RESPONSE_COLUMNS, dtype=object)


def _values(tried: Tried, codes: Sequence[str]) -> dict[str, np.ndarray]:
    """By parameter AVALC of the one record of it that each copy has."""
    number = pd.Index(list(codes)).get_indexer(pd.Index(tried.derived.adrs["PARAMCD"]))
    records = tried.derived.adrs.loc[number >= 0, ["USUBJID", "AVALC"]]
    number, copy = number[number >= 0], tried.names.get_indexer(pd.Index(records["USUBJID"]))
    found = {}
    for position, code in enumerate(codes):
        rows = np.flatnonzero(number == position)
        is_one = np.bincount(copy[rows], minlength=len(tried.batch_of))[copy[rows]] == 1
        found[code] = np.full(len(tried.batch_of), "", dtype=object)
        found[code][copy[rows[is_one]]] = records["AVALC"].to_numpy(dtype=object)[rows[is_one]]
    return found
