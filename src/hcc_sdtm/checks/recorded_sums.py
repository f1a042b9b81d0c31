"""Whether a recorded sum of diameters is the sum of the target lesions of its visit."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.lesions import READER, ROUNDING_MM, evaluator, lesion_visits
from hcc_sdtm.checks.rule import Flag, rule

SUMS = {"SUMDIAM": "RECIST 1.1", "SUMVDIAM": "MRECIST"}
"""Recorded sums, and the criterion by which a lesion's own diameter is chosen."""

ROUNDED_SHARE = 0.02
"""Share of a sum that rounding of its parts can make."""


@rule("TR-004", "lesion.sum-differs", "warning")
def sum_differs(evidence: Evidence) -> Iterator[Flag]:
    """A recorded sum of diameters that is not that of the targets, at the sum.

    What it finds: SUMDIAM, or SUMVDIAM, more than 1 mm and 2 % away from the sum of the target lesions of the same evaluator
        and visit, where every target of TU has a size. Sizes that TR-001 asks about make no sum.
    Why it matters: Response and progression are read from the sum; it, or one of the sizes, was copied wrongly.
    Example: Targets of 34 and 20 mm, and a sum of 45 mm.
    Source: RECIST 1.1 section 4.3.1: the sum of the diameters of all target lesions.
    """
    variables = ("USUBJID", "TRTESTCD", "TRSTRESN", "VISITNUM")
    records = evidence.records("TR", *variables, optional=("TREVAL", "TREVALID"))
    records = records[records["TRTESTCD"].isin(SUMS) & records["TRSTRESN"].notna() & records["VISITNUM"].notna()]
    if records.empty:
        raise Missing("TR has no sum of diameters of a visit")
    records = records.assign(EVALUATOR=evaluator(records, "TR"))
    for test, criterion in SUMS.items():
        own = records[records["TRTESTCD"] == test]
        if own.empty:
            continue
        totals = evidence.once(lesion_visits, criterion)[[*READER, "VISITNUM", "sum"]]
        compared = own.merge(totals, on=[*READER, "VISITNUM"]).dropna(subset="sum")
        apart = (compared["TRSTRESN"] - compared["sum"]).abs()
        wrong = compared[(apart > ROUNDING_MM) & (apart > ROUNDED_SHARE * compared["sum"])]
        yield _flag(wrong)


def _flag(wrong: pd.DataFrame) -> Flag:
    messages = [
        f"the sum is {given:g} mm, and the targets of the visit sum to {total:g} mm"
        for given, total in wrong[["TRSTRESN", "sum"]].itertuples(index=False)
    ]
    expected = [f"{total:g}" for total in wrong["sum"]]
    return Flag("TR", wrong["position"].to_numpy(dtype=int), "TRORRES", messages, expected)
