"""Whether the dates of a subject's planned visits follow their numbers."""

from __future__ import annotations

from collections.abc import Iterator

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule


@rule("SD-0067", "timing.visit-before-earlier", "warning")
def visit_before_earlier(evidence: Evidence) -> Iterator[Flag]:
    """A record dated before the subject's visits with lower numbers, at its date.

    What it finds: In a dataset with VISITNUM and --DTC (SVSTDTC in SV), a date surely before that of a record of an earlier visit,
        where no record of a later visit is as early. Whole visit numbers only: an unscheduled visit may be numbered
        anyhow. Dates after the data cut-off are not compared.
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
        records = records[is_compared & (records["earliest"] <= evidence.cutoff_day)]
        records = records.sort_values(["USUBJID", "VISITNUM", "earliest"], kind="stable")
        visits = records.groupby(["USUBJID", "VISITNUM"], sort=False)[["earliest", "latest"]].agg("min").reset_index()
        by_subject = visits.groupby("USUBJID", sort=False)
        visits["before"] = by_subject["earliest"].cummax().groupby(visits["USUBJID"], sort=False).shift()
        following = visits.iloc[::-1].groupby("USUBJID", sort=False)["latest"].cummin().iloc[::-1]
        visits["after"] = following.groupby(visits["USUBJID"], sort=False).shift(-1)
        # a visit that is too late makes all that follow early; it alone is then out of order, and they are not
        early = records.merge(visits[["USUBJID", "VISITNUM", "before", "after"]], on=["USUBJID", "VISITNUM"])
        early = early[(early["latest"] < early["before"]) & ~(early["after"] < early["before"])].sort_values("position")
        messages = [
            f"visit {number:g} on {day}, before a visit with a lower number"
            for number, day in zip(early["VISITNUM"], early[date], strict=True)
        ]
        yield Flag(name, early["position"].to_numpy(dtype=int), date, messages, "a date after the visits before it")


def _date_of(name: str) -> str:
    return "SVSTDTC" if name == "SV" else f"{name[:2]}DTC"
