"""Whether the dates of a subject's visits follow their numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule


@rule("SD-0067", "timing.visit-out-of-order", "warning")
def visit_out_of_order(evidence: Evidence) -> Iterator[Flag]:
    """A record dated surely before visits with lower numbers or after visits with higher ones, at its date.

    What it finds: In a dataset with VISITNUM and --DTC (SVSTDTC in SV), a record of a visit whose date is surely before
        all records of a visit with a lower number of the subject, or after all of one with a higher number. Of two that
        contradict each other the one that contradicts more visits is asked about, else the later visit; once for a
        visit and date. Whole visit numbers only: an unscheduled visit may be numbered anyhow. Dates after the data
        cut-off are DT-002.
    Why it matters: A year or a month was mistyped, and the visit falls out of its window.
    Example: Week 6 on 2022-06-19, the baseline on 2023-05-01.
    Source: SDTMIG 3.4 section 4.4.5, clinical encounters and visits: numbers follow the order of visits.
    """
    names = [name for name in evidence.tabulations if evidence.has(name, "VISITNUM", _date_of(name))]
    if not names:
        raise Missing("no dataset has VISITNUM and a date")
    for name in names:
        date = _date_of(name)
        records = evidence.records(name, "USUBJID", "VISITNUM", date=date)
        is_compared = records["earliest"].notna() & (records["VISITNUM"] % 1 == 0)
        asked = _out_of_order(records[is_compared & (records["earliest"] <= evidence.cutoff_day)])
        if asked.empty:
            continue
        asked = asked.sort_values("position").drop_duplicates(["USUBJID", "VISITNUM", date])
        messages = [
            f"visit {number:g} on {day}, {'before' if number > other else 'after'} visit {other:g}"
            for number, day, other in zip(asked["VISITNUM"], asked[date], asked["number"], strict=True)
        ]
        yield Flag(name, asked["position"].to_numpy(dtype=int), date, messages, "dates in the order of the visits")


def _out_of_order(records: pd.DataFrame) -> pd.DataFrame:
    """The records to ask about, each with the ``number`` of a visit that it contradicts."""
    visits = records.groupby(["USUBJID", "VISITNUM"]).agg(first=("earliest", "min"), last=("latest", "max"))
    visits = visits.reset_index().rename(columns={"VISITNUM": "number"})
    by_subject = visits.groupby("USUBJID", sort=False)
    highest = by_subject["last"].cummax().groupby(visits["USUBJID"], sort=False).shift()
    # the records of most subjects are in order, and only of the others are pairs made
    suspects = visits.loc[visits["first"] < highest, "USUBJID"].unique()
    if not len(suspects):
        return records.iloc[:0]
    pairs = records[records["USUBJID"].isin(suspects)].merge(visits[visits["USUBJID"].isin(suspects)], on="USUBJID")
    early = (pairs["number"] < pairs["VISITNUM"]) & (pairs["latest"] < pairs["first"])
    late = (pairs["number"] > pairs["VISITNUM"]) & (pairs["earliest"] > pairs["last"])
    pairs = pairs[early | late]
    pairs = pairs.assign(count=pairs.groupby("position")["number"].transform("size"))
    most = pairs.groupby(["USUBJID", "VISITNUM"])["count"].max().rename("most").reset_index()
    pairs = pairs.merge(most.rename(columns={"VISITNUM": "number"}), on=["USUBJID", "number"], how="left")
    most_there = pairs["most"].fillna(0)
    is_asked = (pairs["count"] > most_there) | ((pairs["count"] == most_there) & (pairs["VISITNUM"] > pairs["number"]))
    return pairs[is_asked].drop_duplicates("position")


def _date_of(name: str) -> str:
    return "SVSTDTC" if name == "SV" else f"{name[:2]}DTC"
