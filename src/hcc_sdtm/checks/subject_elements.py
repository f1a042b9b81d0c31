"""Rules on the time of a subject in the trial: elements without gaps, in order, and the epoch of each visit.

A partial date is the interval of days it can mean; only a sure contradiction is found.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.text_frame import text_frame


@rule("SD-0370", "element.gap", "error", covers="CORE-000352 CG0207")
def element_gap(evidence: Evidence) -> Iterator[Flag]:
    """An element that does not end where the next one starts, at its end.

    What it finds: SEENDTC surely another day than SESTDTC of the subject's next element.
    Why it matters: In a gap the subject is in no epoch, in an overlap in two.
    Example: Screening ends on 2022-03-05, treatment starts on 2022-03-07.
    Source: SDTMIG 3.4 section 5.3, Subject Elements; CG0207.
    """
    elements = _elements(evidence)
    apart = elements[
        (elements["end_earliest"] > elements["next_latest"]) | (elements["end_latest"] < elements["next_earliest"])
    ]
    messages = [
        f'the element ends on "{end}", and the next one starts on "{following}"'
        for end, following in zip(apart["SEENDTC"], apart["next"], strict=True)
    ]
    yield Flag("SE", apart["position"].to_numpy(), "SEENDTC", messages, apart["next"].tolist())


@rule("SD-0371", "element.without-end", "error", covers="CORE-000527 CG0209")
def element_without_end(evidence: Evidence) -> Iterator[Flag]:
    """An element without an end that another one follows.

    What it finds: SEENDTC missing for an element that is not the subject's last.
    Why it matters: The subject is in two elements from then on.
    Example: Screening without an end, and treatment after it.
    Source: SDTMIG 3.4 section 5.3, Subject Elements; CG0209.
    """
    elements = _elements(evidence)
    without = elements[(elements["SEENDTC"] == "") & (elements["next"] != "")]
    messages = [f'the element has no end, and the next one starts on "{text}"' for text in without["next"]]
    yield Flag("SE", without["position"].to_numpy(), "SEENDTC", messages, without["next"].tolist())


def _elements(evidence: Evidence) -> pd.DataFrame:
    """Dated elements with the start of the subject's next as ``next`` (``""``: it is the last), and the days of both."""
    frame = text_frame(evidence, "SE", "USUBJID", "SESTDTC", "SEENDTC", optional=("TAETORD",))
    starts, ends = evidence.days("SE", "SESTDTC"), evidence.days("SE", "SEENDTC")
    frame["start_earliest"], frame["start_latest"] = starts["earliest"].to_numpy(), starts["latest"].to_numpy()
    frame["end_earliest"], frame["end_latest"] = ends["earliest"].to_numpy(), ends["latest"].to_numpy()
    frame["order"] = pd.to_numeric(frame["TAETORD"], errors="coerce")
    # elements of one day follow one another by their times, then by the plan, and one without an end comes last
    frame["open"] = frame["SEENDTC"] == ""
    frame = frame.dropna(subset=["start_earliest"]).sort_values(
        ["USUBJID", "start_earliest", "SESTDTC", "order", "open", "end_earliest", "SEENDTC"], kind="stable"
    )
    following = frame.groupby("USUBJID", sort=False)[["SESTDTC", "start_earliest", "start_latest"]].shift(-1)
    frame["next"] = following["SESTDTC"].fillna("")
    frame["next_earliest"], frame["next_latest"] = following["start_earliest"], following["start_latest"]
    return frame.sort_values("position")


@rule("SD-0372", "element.number-order", "warning", covers="CORE-000535 CG0620")
def number_order(evidence: Evidence) -> Iterator[Flag]:
    """An element or a milestone numbered before an earlier one, at its number.

    What it finds: In SE and SM, a record with a higher --SEQ than another of the subject that surely starts later.
    Why it matters: Records read by number tell the story in the wrong order.
    Example: SESEQ 1 treatment from 2022-03-07, SESEQ 2 screening from 2022-02-20.
    Source: SDTMIG 3.4 sections 5.3 and 5.4; CG0620.
    """
    names = [name for name in ("SE", "SM") if evidence.has(name, "USUBJID", f"{name}SEQ", f"{name}STDTC")]
    if not names:
        raise Missing("there is neither SE nor SM with numbers and dates")
    for name in names:
        sequence, start = f"{name}SEQ", f"{name}STDTC"
        records = text_frame(evidence, name, "USUBJID", sequence, start)
        days = evidence.days(name, start)
        records["earliest"], records["latest"] = days["earliest"].to_numpy(), days["latest"].to_numpy()
        records["number"] = pd.to_numeric(records[sequence], errors="coerce")
        records = records.dropna(subset=["earliest", "number"])
        records = records.sort_values(["USUBJID", "number", "earliest"], kind="stable")
        before = records.groupby("USUBJID", sort=False)["earliest"].cummax()
        before = before.groupby(records["USUBJID"], sort=False).shift()
        wrong = records[records["latest"] < before].sort_values("position")
        messages = [
            f'{sequence} {number:g} starts on "{text}", before a record with a lower number'
            for number, text in zip(wrong["number"], wrong[start], strict=True)
        ]
        yield Flag(name, wrong["position"].to_numpy(), sequence, messages)


@rule("SD-0373", "visit.element-disagrees", "warning", covers="CORE-000097 CORE-000784 CG0217 CG0218")
def visit_element_disagrees(evidence: Evidence) -> Iterator[Flag]:
    """A visit whose epoch or planned element is not that of the element it falls in.

    What it finds: EPOCH or TAETORD in SV that no element of SE has which the visit's start can fall in; on the day when one
        element ends and another starts both are right. Visits outside all elements are left out.
    Why it matters: Visits are counted by epoch, and SE says when each epoch was.
    Example: A visit during treatment with EPOCH SCREENING.
    Source: SDTMIG 3.4 sections 5.3 and 5.5; CG0217, CG0218.
    """
    variables = [name for name in ("EPOCH", "TAETORD") if evidence.has("SV", name) and evidence.has("SE", name)]
    visits = text_frame(evidence, "SV", "USUBJID", "SVSTDTC", *variables)
    elements = text_frame(evidence, "SE", "USUBJID", "SESTDTC", "SEENDTC", *variables)
    if not variables:
        return
    days = evidence.days("SV", "SVSTDTC")
    visits["earliest"], visits["latest"] = days["earliest"].to_numpy(), days["latest"].to_numpy()
    elements["start"] = evidence.days("SE", "SESTDTC")["earliest"].to_numpy()
    elements["end"] = evidence.days("SE", "SEENDTC")["latest"].fillna(np.inf).to_numpy()
    pairs = visits.dropna(subset=["earliest"]).merge(
        elements.dropna(subset=["start"]).drop(columns="position"), on="USUBJID", suffixes=("", "_element")
    )
    pairs = pairs[(pairs["latest"] >= pairs["start"]) & (pairs["earliest"] <= pairs["end"])]
    for variable in variables:
        own = pairs[(pairs[variable] != "") & (pairs[f"{variable}_element"] != "")]
        same = own[variable] == own[f"{variable}_element"]
        wrong = own[~own["position"].isin(own.loc[same, "position"])].drop_duplicates("position", keep="last")
        messages = [
            f'{variable} is "{found}" on {date}, and the element of that day has "{right}"'
            for found, date, right in zip(wrong[variable], wrong["SVSTDTC"], wrong[f"{variable}_element"], strict=True)
        ]
        expected = wrong[f"{variable}_element"].tolist()
        yield Flag("SV", wrong["position"].to_numpy(), variable, messages, expected)


@rule("SD-0374", "milestone.repeated", "error", covers="CORE-000216 CG0545")
def milestone_repeated(evidence: Evidence) -> Iterator[Flag]:
    """A milestone that a subject reaches again, of a type that cannot come again; each record after the first.

    What it finds: In SM, two records of a subject with a MIDSTYPE for which TM has TMRPT N.
    Why it matters: Times counted from the milestone have two origins.
    Example: Two DIAGNOSIS milestones of one subject.
    Source: SDTMIG 3.4 sections 5.4 and 7.3; CG0545.
    """
    plan = text_frame(evidence, "TM", "MIDSTYPE", "TMRPT")
    reached = text_frame(evidence, "SM", "USUBJID", "MIDSTYPE", optional=("SMSTDTC", "SMSEQ"))
    once = reached[reached["MIDSTYPE"].isin(plan.loc[plan["TMRPT"] == "N", "MIDSTYPE"])]
    once = once.sort_values(["SMSTDTC", "SMSEQ", "position"], kind="stable")
    again = once[once.duplicated(["USUBJID", "MIDSTYPE"])].sort_values("position")
    message = '"{value}" is reached again, and TM says that it is reached once'
    yield Flag("SM", again["position"].to_numpy(), "MIDSTYPE", message)
