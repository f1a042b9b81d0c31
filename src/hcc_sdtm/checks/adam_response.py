"""Rules on response parameters: progression, best response and responders, recomputed from the visit responses.

A parameter OVR has the responses of visits, PD the first progression, BOR the best response, CBOR the confirmed one, RSP and
CRSP whether it is CR or PR, DC whether disease is controlled; a suffix tells a second criterion apart (OVRM, BORM).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.analysis_evidence import analysis_datasets, subject_days
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.text_frame import text_frame
from hcc_sdtm.checks.written_days import written_days

VISITS = re.compile(r"OVR(?P<suffix>[A-Z0-9]{0,4})")
ANALYSED = re.compile(r"ANL\d\dFL")
ORDER = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
"""From the best response to the least that can be said."""

IMMUNE = ("iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iUPD", "iCPD")
"""Terms of iRECIST, in which progression is known only when it is confirmed."""

NOTHING = ("NE", "MISSING", "ND", "NOT DONE", "UNKNOWN", "")
"""What best response may be of a subject without assessments."""

IMPLIED = (("CRSP", "RSP"), ("RSP", "CB"), ("CRSP", "CCB"))
"""Who has the first has the second: a confirmed response is a response, and a response a benefit."""

RESPONDERS = {"RSP": "BOR", "CRSP": "CBOR"}
CONTROL = {"CR": "Y", "PR": "Y", "SD": "Y", "PD": "N", "NE": "N", "MISSING": "N"}
"""Whether disease is controlled; of NON-CR/NON-PD the trial decides."""


def _response_records(evidence: Evidence, dataset: str) -> pd.DataFrame:
    """PARAMCD, USUBJID, AVALC, ``day``, ``position`` and ``analysed`` of every record.

    ``analysed`` is the last of the ANLzzFL that any visit response has: each flag narrows the one before it.
    """
    records = text_frame(evidence, dataset, "PARAMCD", "USUBJID", "AVALC")
    records["day"] = evidence.days(dataset, "ADT")["earliest"].to_numpy()
    is_visit = records["PARAMCD"].str.fullmatch(VISITS.pattern).to_numpy(dtype=bool)
    records["analysed"] = True
    for name in sorted(filter(ANALYSED.fullmatch, evidence.datasets[dataset].frame.columns)):
        flagged = evidence.column(dataset, name).where("Y".__eq__)
        if (flagged & is_visit).any():
            records["analysed"] = flagged
    return records


def _criteria(evidence: Evidence) -> Iterator[tuple[str, str, pd.DataFrame, pd.DataFrame]]:
    """Dataset, suffix, all records, and the dated visit responses of each criterion but iRECIST.

    Raises Missing where no dataset has visit responses.
    """
    found = False
    for name in analysis_datasets(evidence, "PARAMCD", "USUBJID", "AVALC", "ADT", word="BDS"):
        parameters = evidence.column(name, "PARAMCD").texts
        suffixes = sorted({match["suffix"] for text in parameters if (match := VISITS.fullmatch(text))})
        if suffixes:
            records = evidence.once(_response_records, name)
            for suffix in suffixes:
                found = True
                visits = records[
                    records["PARAMCD"].eq(f"OVR{suffix}") & records["day"].notna() & records["AVALC"].ne("")
                ]
                if not visits["AVALC"].isin(IMMUNE).any():
                    yield name, suffix, records, visits
    if not found:
        raise Missing("no analysis dataset has a parameter OVR with the responses of visits")


def _first_progression(visits: pd.DataFrame) -> pd.Series:
    progressed = visits[visits["analysed"] & visits["AVALC"].eq("PD")]
    return progressed.groupby("USUBJID")["day"].min()


@rule("AD-0140", "response.progression-differs", "error")
def progression_differs(evidence: Evidence) -> Iterator[Flag]:
    """A record of progression that the visit responses contradict, at its date or its answer.

    What it finds: PD with Y on another day than the first analysed visit response that is PD, or where there is none; PD
        with N where there is one.
    Why it matters: Progression-free survival takes its event from this record.
    Example: PD on 2022-06-14; the first OVR that is PD is of 2022-05-03.
    Source: RECIST 1.1, section 4.4; ADaMIG 1.3 section 3.3, derived parameters agree with what they are derived from.
    """
    for name, suffix, records, visits in _criteria(evidence):
        said = records[records["PARAMCD"].eq(f"PD{suffix}")]
        right = said["USUBJID"].map(_first_progression(visits)).to_numpy(dtype=float)
        day, answer = said["day"].to_numpy(), said["AVALC"].to_numpy()
        position = said["position"].to_numpy()
        moved = (answer == "Y") & ~np.isnan(right) & (day != right)
        expected = written_days(right[moved]).tolist()
        messages = [
            f"PD{suffix} is on {own or 'no date'}, and the first PD of OVR{suffix} on {first}"
            for own, first in zip(written_days(day[moved]), expected, strict=True)
        ]
        yield Flag(name, position[moved], "ADT", messages, expected)
        made = (answer == "Y") & np.isnan(right)
        yield Flag(name, position[made], "AVALC", f"PD{suffix} is Y, and no analysed OVR{suffix} is PD", "N")
        lost = (answer == "N") & ~np.isnan(right)
        messages = [f"PD{suffix} is N, and OVR{suffix} is PD on {first}" for first in written_days(right[lost])]
        yield Flag(name, position[lost], "AVALC", messages, "Y")


@rule("AD-0141", "response.best-differs", "warning")
def best_differs(evidence: Evidence) -> Iterator[Flag]:
    """A best response that the visit responses do not give, at its answer.

    What it finds: BOR other than the best analysed OVR from the start of treatment up to the first PD and to a new
        anticancer therapy (NACTDT). SD and NON-CR/NON-PD count from the trial's number of days on; without a trial, what
        comes out with or without such a number is accepted.
    Why it matters: The response rate is a count of this parameter.
    Example: BOR PR, and the visit responses are SD and PD.
    Source: RECIST 1.1, section 4.6, best overall response without confirmation.
    """
    for name, suffix, records, visits in _criteria(evidence):
        best = records[records["PARAMCD"].eq(f"BOR{suffix}")]
        if not len(best):
            continue
        counted = _counted(evidence, name, records, visits)
        least = evidence.facts.response.stable_disease_days if evidence.facts is not None else None
        if least is not None:
            subject_days(evidence, name, "TRTSDT")  # a minimum is counted from there: Missing where it is not told
        best = best[best["USUBJID"].isin(_treated(evidence, name))]
        answers = [_best(counted, least)] if least is not None else [_best(counted, 0), _best(counted, np.inf)]
        possible = [best["USUBJID"].map(each).fillna("").to_numpy(dtype=object) for each in answers]
        own = best["AVALC"].to_numpy(dtype=object)
        fits = np.logical_or.reduce([own == each for each in possible])
        fits |= np.isin(own, NOTHING) & np.logical_or.reduce([np.isin(each, NOTHING) for each in possible])
        wrong = np.flatnonzero(~fits)
        expected = [
            " or ".join(dict.fromkeys(each[at] or "NE: no visit response counts" for each in possible)) for at in wrong
        ]
        messages = [
            f'BOR{suffix} is "{text}", and the visit responses give {right}'
            for text, right in zip(own[wrong], expected, strict=True)
        ]
        yield Flag(name, best["position"].to_numpy()[wrong], "AVALC", messages, expected)


def _treated(evidence: Evidence, dataset: str) -> set[str]:
    """The subjects whose first day of treatment is known; all of them where it is known of nobody."""
    subjects = evidence.column(dataset, "USUBJID").of(str.strip, object)
    try:
        start = subject_days(evidence, dataset, "TRTSDT")
    except Missing:
        return set(subjects)
    return set(subjects[~np.isnan(start)])


def _counted(evidence: Evidence, dataset: str, records: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Visit responses that best response may take, with ``since``, days from the start of treatment."""
    progression = visits["USUBJID"].map(_first_progression(visits))
    therapy = records[records["PARAMCD"].eq("NACTDT") & records["AVALC"].eq("Y")].groupby("USUBJID")["day"].min()
    until = visits["USUBJID"].map(therapy)
    counts = visits["analysed"] & ~(visits["day"] > progression) & ~(visits["day"] > until)
    try:
        start = subject_days(evidence, dataset, "TRTSDT")[visits["position"].to_numpy()]
    except Missing:
        start = np.full(len(visits), np.nan)
    since = visits["day"] - start
    counted: pd.DataFrame = visits.assign(since=since)[counts & ~(since < 0)]
    return counted


def _best(counted: pd.DataFrame, least: float) -> pd.Series:
    """Best response of each subject with a visit response; a stable disease before ``least`` days is not evaluable."""
    response = counted["AVALC"].where(counted["AVALC"].isin(ORDER), "NE")
    early = response.isin(["SD", "NON-CR/NON-PD"]) & (counted["since"].fillna(0) < least)
    rank = response.mask(early, "NE").map({text: rank for rank, text in enumerate(ORDER)})
    return rank.groupby(counted["USUBJID"]).min().map(dict(enumerate(ORDER)))


@rule("AD-0142", "response.analysed-after-progression", "warning")
def analysed_after_progression(evidence: Evidence) -> Iterator[Flag]:
    """A visit response after progression that is flagged for analysis, at the flag.

    What it finds: The last of the ANLzzFL of visit responses is Y in a record dated after the first analysed PD.
    Why it matters: A response after progression does not count; a flag that takes it makes the rate too high.
    Example: PD on 2022-05-03, and PR on 2022-06-14 with ANL01FL Y.
    Source: RECIST 1.1, section 4.6; ADaMIG 1.3 section 3.3, ANLzzFL.
    """
    for name, suffix, _, visits in _criteria(evidence):
        flags = [each for each in evidence.datasets[name].frame.columns if ANALYSED.fullmatch(each)]
        flags = [
            each for each in sorted(flags) if evidence.column(name, each).where("Y".__eq__)[visits["position"]].any()
        ]
        if flags:
            progression = visits["USUBJID"].map(_first_progression(visits))
            late = visits[visits["analysed"] & (visits["day"] > progression)]
            first = written_days(progression[late.index].to_numpy())
            messages = [f"{flags[-1]} is Y for a response after OVR{suffix} was PD on {day}" for day in first]
            yield Flag(name, late["position"].to_numpy(), flags[-1], messages, "no value")


@rule("AD-0143", "response.responder-differs", "error")
def responder_differs(evidence: Evidence) -> Iterator[Flag]:
    """A response, yes or no, that is not what best response says, at the answer.

    What it finds: RSP that is Y where BOR is neither CR nor PR, or N where it is; so CRSP and CBOR. DC that is Y where BOR is
        PD or not evaluable, or N where it is CR, PR or SD.
    Why it matters: The rate is the share of Y.
    Example: BOR PR, RSP N.
    Source: RECIST 1.1, section 4.6; ADaMIG 1.3 section 3.3, derived parameters agree with what they are derived from.
    """
    for name, suffix, records, _ in _criteria(evidence):
        for parameter, source in (*RESPONDERS.items(), ("DC", "BOR")):
            answers = records[records["PARAMCD"].eq(f"{parameter}{suffix}") & records["AVALC"].isin(["Y", "N"])]
            best = records[records["PARAMCD"].eq(f"{source}{suffix}")].drop_duplicates("USUBJID", keep=False)
            known = answers["USUBJID"].map(best.set_index("USUBJID")["AVALC"])
            if parameter == "DC":
                right = known.map(CONTROL)
            else:
                right = known.isin(["CR", "PR"]).map({True: "Y", False: "N"}).where(known.notna())
            wrong = answers[right.notna() & (answers["AVALC"] != right)]
            messages = [
                f"{parameter}{suffix} is {own}, and {source}{suffix} of the subject is {text}"
                for own, text in zip(wrong["AVALC"], known[wrong.index], strict=True)
            ]
            yield Flag(name, wrong["position"].to_numpy(), "AVALC", messages, right[wrong.index].tolist())


@rule("AD-0144", "response.confirmed-is-better", "warning")
def confirmed_is_better(evidence: Evidence) -> Iterator[Flag]:
    """A confirmed best response better than the best response, at its answer.

    What it finds: CBOR before BOR of the same subject in the order CR, PR, SD, NON-CR/NON-PD, PD, NE.
    Why it matters: Confirmation can only take away; one of the two is wrong, and each has a rate.
    Example: BOR SD, CBOR PR.
    Source: RECIST 1.1, section 4.6 and Table 3.
    """
    order = {text: rank for rank, text in enumerate(ORDER)}
    for name, suffix, records, _ in _criteria(evidence):
        confirmed = records[records["PARAMCD"].eq(f"CBOR{suffix}")]
        best = records[records["PARAMCD"].eq(f"BOR{suffix}")].drop_duplicates("USUBJID", keep=False)
        text = confirmed["USUBJID"].map(best.set_index("USUBJID")["AVALC"])
        better = confirmed["AVALC"].map(order) < text.map(order)
        wrong = confirmed[better]
        messages = [
            f"CBOR{suffix} is {own}, and BOR{suffix} is {other}"
            for own, other in zip(wrong["AVALC"], text[wrong.index], strict=True)
        ]
        yield Flag(name, wrong["position"].to_numpy(), "AVALC", messages, text[wrong.index].tolist())


@rule("AD-0242", "response.benefit-differs", "error")
def benefit_differs(evidence: Evidence) -> Iterator[Flag]:
    """A response or clinical benefit, yes or no, that another one contradicts, at the answer.

    What it finds: RSP that is N where CRSP is Y; CB that is N where RSP is Y, or Y where BOR is PD or not evaluable; so CCB,
        CRSP and CBOR.
    Why it matters: The benefit rate cannot be below the response rate, nor count who progressed at once.
    Example: RSP Y and CB N.
    Source: RECIST 1.1, section 4.6; ADaMIG 1.3 section 3.3, derived parameters agree with what they are derived from.
    """
    for name, suffix, records, _ in _criteria(evidence):
        answers = {
            code: records[records["PARAMCD"].eq(f"{code}{suffix}") & records["AVALC"].isin(["Y", "N"])]
            for code in ("RSP", "CRSP", "CB", "CCB")
        }
        for first, second in IMPLIED:
            said = answers[second]
            having = answers[first].loc[answers[first]["AVALC"].eq("Y"), "USUBJID"]
            wrong = said[said["AVALC"].eq("N") & said["USUBJID"].isin(having)]
            message = f"{second}{suffix} is N, and {first}{suffix} of the subject is Y"
            yield Flag(name, wrong["position"].to_numpy(), "AVALC", message, "Y")
        for code, source in (("CB", "BOR"), ("CCB", "CBOR")):
            best = records[records["PARAMCD"].eq(f"{source}{suffix}")].drop_duplicates("USUBJID", keep=False)
            known = answers[code]["USUBJID"].map(best.set_index("USUBJID")["AVALC"])
            wrong = answers[code][answers[code]["AVALC"].eq("Y") & known.isin(["PD", "NE", "MISSING"])]
            messages = [
                f"{code}{suffix} is Y, and {source}{suffix} of the subject is {text}" for text in known[wrong.index]
            ]
            yield Flag(name, wrong["position"].to_numpy(), "AVALC", messages, "N")
