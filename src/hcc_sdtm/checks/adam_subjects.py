"""Rules on subjects of analysis datasets: ADSL against DM, and ADSL's variables wherever they are repeated.

Knows what must be equal, and not how ADSL is derived. A value of ADSL that DM does not have under the same name is judged
only where it is a date of treatment or of death.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.analysis_evidence import analysis_datasets, firsts, number, texts_at
from hcc_sdtm.checks.column import Column
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.written_days import written_days, written_spans

OWN = re.compile(
    r"STUDYID|DOMAIN|USUBJID|DTHFL|ASEQ|[A-Z]{2}SEQ|SRC(?:DOM|VAR|SEQ)|PARAM.*|PARCAT.*|A(?:VAL|VISIT|TPT|DT|TM|DY|ST|EN).*"
    r"|VISIT.*|EPOCH|BASE.*|B?P?CHG.*|DTYPE|CNSR|EVNTDESC|CNSDTDSC|STARTDT.*|ANL\d\dF[LN]|ABLF[LN]|APHASE.*|ASPER.*|APER.*"
)
"""Names of variables that say something of the record, whatever dataset has them."""


@rule("AD-0104", "adsl.differs-from-demographics", "error")
def demographics_differ(evidence: Evidence) -> Iterator[Flag]:
    """A variable of DM that has another value in ADSL, at the value in ADSL.

    What it finds: A subject's value in ADSL other than in DM, for every variable that both have under one name. The death
        flag is left to AD-0105, which knows the data cut-off.
    Why it matters: A copied variable is the collected value; a difference means that somebody changed or lost it.
    Example: SEX F in DM and M in ADSL.
    Source: ADaMIG 1.3 section 3.1, variables copied from SDTM keep their values.
    """
    shared = _shared(evidence, "ADSL", "DM")
    yield from _differences(evidence, "ADSL", "DM", [name for name in shared if name not in ("DOMAIN", "DTHFL")])


@rule("AD-0107", "analysis.adsl-value-differs", "error")
def adsl_value_differs(evidence: Evidence) -> Iterator[Flag]:
    """A variable of ADSL with another value in another analysis dataset, at the first record of the subject that has it.

    What it finds: In every analysis dataset, a variable that ADSL has too and whose value for the subject is another.
    Why it matters: Populations, treatments and dates of ADSL select and group the records; with another value the same
        subject is in one table and not in the next.
    Example: TRTSDT 2022-03-01 in ADSL and 2022-03-02 in ADTTE.
    Source: ADaMIG 1.3 section 3.1, a variable of ADSL has the same value wherever it is repeated.
    """
    others = [name for name in analysis_datasets(evidence, "USUBJID") if name != "ADSL"]
    if not others:
        raise Missing("there is no analysis dataset beside ADSL")
    for name in others:
        shared = [each for each in _shared(evidence, name, "ADSL") if not OWN.fullmatch(each)]
        yield from _differences(evidence, name, "ADSL", shared)


@rule("AD-0108", "analysis.adsl-metadata-differs", "warning")
def adsl_metadata_differs(evidence: Evidence) -> Iterator[Flag]:
    """A variable of ADSL with another label or type in another analysis dataset, at that dataset.

    What it finds: The label or the type (text or number) of a variable that is not the one it has in ADSL.
    Why it matters: A variable of one name is taken for one thing; with two labels nobody knows which is meant.
    Example: ITTFL labelled "Intent-To-Treat Population Flag" in ADSL and "ITT Flag" in ADRS.
    Source: ADaMIG 1.3 section 3.1, a variable of ADSL has the same metadata wherever it is repeated.
    """
    others = [name for name in analysis_datasets(evidence, "USUBJID") if name != "ADSL"]
    if "ADSL" not in evidence.datasets:
        raise Missing("there is no dataset ADSL")
    known = evidence.described("ADSL").by_name
    for name in others:
        for variable in evidence.described(name).variables:
            right = known.get(variable.name)
            if right is None or OWN.fullmatch(variable.name):
                continue
            if None not in (variable.label, right.label) and variable.label != right.label:
                message = f'{variable.name} is labelled "{variable.label}" in {name} and "{right.label}" in ADSL'
                yield _whole(name, variable.name, message, right.label or "")
            elif None not in (variable.type, right.type) and (variable.type == "text") != (right.type == "text"):
                what = "text" if right.type == "text" else "a number"
                message = f"{variable.name} is {what} in ADSL, and not in {name}"
                yield _whole(name, variable.name, message, what)


def _whole(dataset: str, variable: str, message: str, expected: str) -> Flag:
    return Flag(dataset, np.empty(0, dtype=np.int64), variable, message, expected, is_whole=True)


def _shared(evidence: Evidence, dataset: str, other: str) -> list[str]:
    for name in (dataset, other):
        evidence.column(name, "USUBJID")
    there = evidence.datasets[other].frame.columns
    own = evidence.datasets[dataset].frame.columns
    return [name for name in own if name in there and name != "USUBJID" and not name.startswith("_")]


def _differences(evidence: Evidence, dataset: str, other: str, variables: list[str]) -> Iterator[Flag]:
    """Flags at the values that are not those of the subject's only record in the other dataset, one a subject and value."""
    subjects, theirs = evidence.column(dataset, "USUBJID"), evidence.column(other, "USUBJID")
    counts = np.bincount(theirs.codes, minlength=len(theirs.texts))
    place = np.full(len(theirs.texts), -1)
    place[theirs.codes] = np.arange(len(theirs.codes))
    once = {text: int(at) for text, at, count in zip(theirs.texts, place, counts, strict=True) if count == 1}
    at = subjects.of(lambda subject: once.get(subject, -1), np.int64)
    known = np.flatnonzero(at >= 0)
    for variable in variables:
        column, right = evidence.column(dataset, variable), evidence.column(other, variable)
        own_values, right_values = _aligned(column, right)
        wrong = known[own_values[column.codes[known]] != right_values[right.codes[at[known]]]]
        if not len(wrong):
            continue
        wrong = firsts((subjects.codes, column.codes), wrong)
        found, expected = texts_at(column, wrong), texts_at(right, at[wrong])
        if variable.endswith("DT"):
            found, expected = _as_days(found), _as_days(expected)
        message = [
            f'{variable} is "{text}", and in {other} "{there}"' for text, there in zip(found, expected, strict=True)
        ]
        yield Flag(dataset, wrong, variable, message, expected)


def _as_days(texts: list[str]) -> list[str]:
    """Numbers of days as dates; any other text as it is."""
    days = written_days(np.array([number(text) for text in texts]))
    return [day or text for day, text in zip(days, texts, strict=True)]


def _aligned(column: Column, other: Column) -> tuple[np.ndarray, np.ndarray]:
    """A number for each text of two columns, the same for the same text; numbers are compared as numbers."""
    known: dict[object, int] = {}

    def code(text: str) -> int:
        stripped = text.strip()
        value: object = stripped
        if stripped and stripped[0] in "+-.0123456789" and (parsed := number(stripped)) == parsed:
            value = parsed
        return known.setdefault(value, len(known))

    return np.array([code(text) for text in column.texts]), np.array([code(text) for text in other.texts])


@rule("AD-0106", "adsl.treatment-dates-differ", "error")
def treatment_dates_differ(evidence: Evidence) -> Iterator[Flag]:
    """A first or last day of treatment in ADSL that is not the one of SDTM, at ADSL.

    What it finds: TRTSDT other than the first day of the records that the trial names as its treatment; without a trial,
        TRTSDT and TRTEDT outside the days that RFXSTDTC and RFXENDTC in DM can mean.
    Why it matters: TRTSDT is day 1 and the origin of the endpoints.
    Example: TRTSDT 2022-03-02, and the first fraction on 2022-03-01.
    Source: ADaMIG 1.3 section 3.2, TRTSDT and TRTEDT; SDTMIG 3.4 section 5.2, RFXSTDTC and RFXENDTC.
    """
    if evidence.facts is not None:
        starts = evidence.treatment_starts()
        limits = zip(starts["start_earliest"], starts["start_latest"], strict=True)
        yield from _outside(
            evidence, "TRTSDT", dict(zip(starts["USUBJID"], limits, strict=True)), "the first treatment"
        )
        return
    pairs = [("TRTSDT", "RFXSTDTC"), ("TRTEDT", "RFXENDTC")]
    there = [pair for pair in pairs if evidence.has("ADSL", pair[0]) and evidence.has("DM", pair[1])]
    if not there:
        raise Missing("ADSL and DM have no TRTSDT and RFXSTDTC")
    for variable, collected in there:
        yield from _outside(evidence, variable, evidence.days_of_subjects("DM", collected), f"{collected} in DM")


def _outside(evidence: Evidence, variable: str, known: dict[str, tuple[float, float]], what: str) -> Iterator[Flag]:
    """Flags at the dates of ADSL that are surely another day than the subject's; a partial day is any that it can mean."""
    days = evidence.days("ADSL", variable)["earliest"].to_numpy()
    nowhere = (np.nan, np.nan)
    subjects = evidence.column("ADSL", "USUBJID")
    first = subjects.of(lambda subject: known.get(subject, nowhere)[0], float)
    last = subjects.of(lambda subject: known.get(subject, nowhere)[1], float)
    wrong = np.flatnonzero((days < first) | (days > last))
    expected = written_spans(first[wrong], last[wrong])
    messages = [
        f"{variable} is {own}, and {what} is {right}"
        for own, right in zip(written_days(days[wrong]), expected, strict=True)
    ]
    yield Flag("ADSL", wrong, variable, messages, expected)
