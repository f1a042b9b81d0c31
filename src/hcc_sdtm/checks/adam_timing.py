"""Rules on the days and treatments of records of analysis datasets: study days, the data cut-off, treatment of the record."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.adam_pointers import misdated
from hcc_sdtm.checks.analysis_evidence import analysis_datasets, firsts, numbers, subject_days
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.written_days import written_days

DAYS = {"ADY": "ADT", "ASTDY": "ASTDT", "AENDY": "AENDT"}
ANCHORS = (("ADSL", "TRTSDT"), ("ADSL", "RANDDT"), ("DM", "RFSTDTC"))
"""What days may be counted from, the usual first."""

MOST = 0.5
"""The convention of a dataset is what more than this share of its records follows."""

PERIOD_TREATMENT = re.compile(r"TRT\d\d(?P<kind>[PA])")
SEQUENCE_TREATMENT = {"P": "TRTSEQP", "A": "TRTSEQA"}


@rule("AD-0119", "analysis.study-day", "error")
def study_day_differs(evidence: Evidence) -> Iterator[Flag]:
    """A study day that is not the date's, at the study day.

    What it finds: ADY (ASTDY, AENDY) that is not ADT - TRTSDT, with 1 added from the first day of treatment on, or that is 0.
        Where most records of a dataset count from randomization or from RFSTDTC instead, that is the rule for all of them.
    Why it matters: Windows of visits are counted in these days.
    Example: ADT and TRTSDT are the same day and ADY is 0.
    Source: ADaMIG 1.3 section 3.3, ADY: there is no day 0.
    """
    checked = False
    for name in analysis_datasets(evidence, "USUBJID"):
        for variable, date in DAYS.items():
            if not evidence.has(name, variable, date):
                continue
            given = numbers(evidence, name, variable)
            day = evidence.days(name, date)["earliest"].to_numpy()
            anchor, expected = _counted_from(evidence, name, given, day)
            if not anchor:
                continue
            checked = True
            differs = ~np.isnan(given) & ~np.isnan(expected) & (given != expected) | (given == 0)
            wrong = np.flatnonzero(differs & ~evidence.once(misdated, name))
            right = ["a day that is not 0" if np.isnan(each) else f"{each:g}" for each in expected[wrong]]
            messages = [
                f"{variable} is {own:g}; {date} {on or 'that is missing'} counted from {anchor} makes it {each}"
                for own, on, each in zip(given[wrong], written_days(day[wrong]), right, strict=True)
            ]
            yield Flag(name, wrong, variable, messages, right)
    if not checked:
        raise Missing("no analysis dataset has a study day, its date and a date that it can be counted from")


def _counted_from(evidence: Evidence, dataset: str, given: np.ndarray, day: np.ndarray) -> tuple[str, np.ndarray]:
    """The variable that most study days are counted from, and the day of each record by it; ``""`` where none is."""
    best, expected, most = "", np.full(len(day), np.nan), -1.0
    for other, variable in ANCHORS:
        try:
            start = (
                subject_days(evidence, dataset, variable) if other == "ADSL" else _reference_start(evidence, dataset)
            )
        except Missing:
            continue
        days = day - start
        days = np.where(days >= 0, days + 1, days)
        comparable = ~np.isnan(days) & ~np.isnan(given)
        share = float((given == days)[comparable].mean()) if comparable.any() else 0.0
        if share > most and (share > MOST or variable == "TRTSDT"):
            best, expected, most = variable, days, share
    return best, expected


def _reference_start(evidence: Evidence, dataset: str) -> np.ndarray:
    known = evidence.days_of_subjects("DM", "RFSTDTC")
    return evidence.column(dataset, "USUBJID").of(lambda subject: known.get(subject, (np.nan, np.nan))[0], float)


@rule("AD-0134", "analysis.after-cutoff", "error")
def after_cutoff(evidence: Evidence) -> Iterator[Flag]:
    """An analysis date after the data cut-off, at the date.

    What it finds: ADT of parameters, and DTHDT, LSTALVDT and TRTEDT of ADSL, after the trial's data cut-off.
    Why it matters: What happened later is not part of the analysis, and is known for some subjects only.
    Example: OS censored on 2024-03-11, the cut-off being 2024-02-29.
    Source: ICH E9, data cut-off; ADaMIG 1.3 section 3.3, ADT.
    """
    if np.isinf(evidence.cutoff_day):
        raise Missing("there is no specs/trial.yaml, and so no data cut-off")
    said = written_days(np.array([evidence.cutoff_day]))[0]
    for name in analysis_datasets(evidence):
        for variable in ("ADT",) if name != "ADSL" else ("DTHDT", "LSTALVDT", "TRTSDT", "TRTEDT"):
            if evidence.has(name, variable):
                days = evidence.days(name, variable)["earliest"].to_numpy()
                late = np.flatnonzero(days > evidence.cutoff_day)
                messages = [f"{variable} {day} is after the data cut-off {said}" for day in written_days(days[late])]
                yield Flag(name, late, variable, messages, f"a date up to {said}")


@rule("AD-0120", "analysis.treatment-differs", "error")
def treatment_differs(evidence: Evidence) -> Iterator[Flag]:
    """A treatment of a record that is none of the subject's in ADSL, at the first record of the subject that has it.

    What it finds: TRTP other than every TRTxxP and TRTSEQP of the subject in ADSL; so TRTA with TRTxxA and TRTSEQA.
    Why it matters: The record is counted in a group that the subject does not belong to.
    Example: TRTP Placebo, and TRT01P of the subject is Radiotherapy.
    Source: ADaMIG 1.3 section 3.3, TRTP and TRTA match a treatment variable of ADSL.
    """
    checked = False
    for name in analysis_datasets(evidence, "USUBJID"):
        for variable, kind in (("TRTP", "P"), ("TRTA", "A")):
            treatments = _treatments(evidence, kind)
            if name == "ADSL" or not evidence.has(name, variable) or not treatments:
                continue
            checked = True
            subjects, column = evidence.column(name, "USUBJID"), evidence.column(name, variable)
            each = firsts((subjects.codes, column.codes), np.flatnonzero(column.given))
            pairs = [(subjects.texts[subjects.codes[at]], column.texts[column.codes[at]].strip()) for at in each]
            wrong = [
                number
                for number, (subject, text) in enumerate(pairs)
                if subject in treatments and text not in treatments[subject]
            ]
            expected = [" or ".join(sorted(treatments[pairs[at][0]])) for at in wrong]
            messages = [
                f'{variable} is "{pairs[at][1]}", and in ADSL the subject has {right or "no treatment"}'
                for at, right in zip(wrong, expected, strict=True)
            ]
            yield Flag(name, each[wrong], variable, messages, expected)
    if not checked:
        raise Missing("no analysis dataset has TRTP or TRTA that ADSL could say something of")


def _treatments(evidence: Evidence, kind: str) -> dict[str, set[str]]:
    """The treatments of each subject in ADSL, planned (P) or actual (A); empty where ADSL has no such variable."""
    if not evidence.has("ADSL", "USUBJID"):
        return {}
    frame = evidence.datasets["ADSL"].frame
    names = [name for name in frame.columns if (match := PERIOD_TREATMENT.fullmatch(name)) and match["kind"] == kind]
    if evidence.has("ADSL", SEQUENCE_TREATMENT[kind]):
        names.append(SEQUENCE_TREATMENT[kind])
    subjects = evidence.column("ADSL", "USUBJID").of(str, object)
    found: dict[str, set[str]] = {subject: set() for subject in subjects} if names else {}
    for name in names:
        for subject, text in zip(subjects, evidence.column("ADSL", name).of(str.strip, object), strict=True):
            if text:
                found[subject].add(text)
    return found
