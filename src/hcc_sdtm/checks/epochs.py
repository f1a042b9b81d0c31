"""Whether the epoch of a record is that of the subject's element in SE on its day."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule

ELEMENTS, VISITS = "SE", "SV"
STARTS = ("STDTC", "DTC")
"""The date by which a record has its epoch: its start, else when it was collected."""


@rule("SD-0375", "timing.epoch-disagrees", "warning")
def epoch_disagrees(evidence: Evidence) -> Iterator[Flag]:
    """An epoch that is not that of the subject's element on the record's day, at the epoch.

    What it finds: EPOCH of a record with a date, where SE has elements on that day and none of them, nor one of the day before
        or after, has that epoch. Partial dates are every day that they can mean. Visits in SV are SD-0373.
    Why it matters: Events, doses and results are counted by epoch, and SE says when each epoch was.
    Example: An adverse event of the fourth day of treatment with EPOCH SCREENING.
    Source: SDTMIG 3.4 sections 4.4.8 (EPOCH) and 5.3 (Subject Elements).
    """
    elements = evidence.records(ELEMENTS, "USUBJID", "EPOCH", date="SESTDTC")
    elements["start"] = elements["earliest"]
    elements["end"] = evidence.days(ELEMENTS, "SEENDTC")["latest"].fillna(np.inf).to_numpy()
    elements = elements.loc[elements["start"].notna() & (elements["EPOCH"] != ""), ["USUBJID", "EPOCH", "start", "end"]]
    elements = elements.rename(columns={"EPOCH": "right"})
    names = [name for name in evidence.tabulations if name not in (ELEMENTS, VISITS) and evidence.has(name, "EPOCH")]
    if not names:
        raise Missing("no dataset beside SE has EPOCH")
    for name in names:
        date = next((f"{name[:2]}{end}" for end in STARTS if evidence.has(name, f"{name[:2]}{end}")), "")
        if date:
            yield from _flags(name, date, evidence.records(name, "USUBJID", "EPOCH", date=date), elements)


def _flags(name: str, date: str, records: pd.DataFrame, elements: pd.DataFrame) -> Iterator[Flag]:
    records = records[records["earliest"].notna() & (records["EPOCH"] != "")]
    pairs = records.merge(elements, on="USUBJID")
    # the day on which an element ends is also that of what follows it, which SE need not have
    on_day = pairs[(pairs["latest"] >= pairs["start"]) & (pairs["earliest"] < pairs["end"])]
    near = pairs[(pairs["latest"] >= pairs["start"] - 1) & (pairs["earliest"] <= pairs["end"] + 1)]
    right = near.loc[near["EPOCH"] == near["right"], "position"]
    wrong = on_day[~on_day["position"].isin(right)].drop_duplicates("position", keep="last")
    messages = [
        f'EPOCH is "{given}" on {day}, and the element of that day has "{right}"'
        for given, day, right in zip(wrong["EPOCH"], wrong[date], wrong["right"], strict=True)
    ]
    yield Flag(name, wrong["position"].to_numpy(dtype=int), "EPOCH", messages, wrong["right"].tolist())
