"""Rules on death in analysis datasets: one date in ADSL and DM, nothing after it, and every time to an event in accord.

What SDTM contradicts already is asked about there, at the collected dates, and not here again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.analysis_evidence import (
    analysis_datasets,
    beside,
    first_days,
    firsts,
    is_survival,
    numbers,
    texts_at,
)
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.survival import ASSESSMENTS
from hcc_sdtm.checks.written_days import written_days

DEATH = re.compile(r"(?:death|died|dead)\b.*", re.IGNORECASE)

ORDER = (("RFICDT", "TRTSDT"), ("TRTSDT", "TRTEDT"), ("TRTSDT", "DTHDT"), ("TRTEDT", "DTHDT"), ("LSTALVDT", "DTHDT"))
"""Dates of ADSL, the first of which is on or before the second."""

COLLECTED = {"RFICDT": "RFICDTC", "TRTSDT": "RFXSTDTC", "TRTEDT": "RFXENDTC", "DTHDT": "DTHDTC"}
"""Dates of DM that those of ADSL are made of."""


@rule("AD-0007", "adsl.dates-out-of-order", "error")
def dates_out_of_order(evidence: Evidence) -> Iterator[Flag]:
    """A date of ADSL after one that must follow it, at the date.

    What it finds: Consent after the first treatment, first treatment after the last, treatment after death, last known alive
        after death. Where the collected dates of the subject are in that disorder too, they are asked about and not these.
    Why it matters: One of the two is wrong; durations come out negative, and subjects are at risk after death.
    Example: TRTSDT 2022-03-15, TRTEDT 2022-03-01.
    Source: ADaMIG 1.3 section 3.2, TRTSDT, TRTEDT, DTHDT, LSTALVDT.
    """
    there = [pair for pair in ORDER if evidence.has("ADSL", *pair)]
    if not there:
        raise Missing("ADSL has no two dates that have an order")
    collected = _after_collected_death(evidence)
    for first, second in there:
        days, others = (evidence.days("ADSL", each)["earliest"].to_numpy() for each in (first, second))
        wrong = days > others
        if second == "DTHDT":
            pairs = zip(evidence.column("ADSL", "USUBJID").of(str.strip, object), days, strict=True)
            wrong &= ~np.fromiter((pair in collected for pair in pairs), dtype=bool, count=len(days))
        wrong &= ~_collected_so(evidence, first, second)
        at = np.flatnonzero(wrong)
        expected = written_days(others[at]).tolist()
        messages = [
            f"{first} {day} is after {second} {other}"
            for day, other in zip(written_days(days[at]), expected, strict=True)
        ]
        yield Flag("ADSL", at, first, messages, [f"a date up to {other}" for other in expected])


def _collected_so(evidence: Evidence, first: str, second: str) -> np.ndarray:
    """Mask of the subjects of ADSL whose collected dates in DM are in the same disorder."""
    names = [COLLECTED.get(each, "") for each in (first, second)]
    if not all(names) or not evidence.has("DM", "USUBJID", *names):
        return np.zeros(len(evidence.datasets["ADSL"]), dtype=bool)
    one, other = (
        beside(evidence, "ADSL", {key: days[end] for key, days in evidence.days_of_subjects("DM", name).items()})
        for end, name in zip((1, 0), names, strict=True)
    )
    return np.asarray(one > other)


def _after_collected_death(evidence: Evidence) -> set[tuple[str, float]]:
    """Subjects and days of SDTM records after the subject's death in DM: that is a finding there."""
    if not evidence.has("DM", "USUBJID", "DTHDTC"):
        return set()
    deaths = evidence.days_of_subjects("DM", "DTHDTC")
    found: set[tuple[str, float]] = set()
    for dataset, variable in ASSESSMENTS:
        if evidence.has(dataset, "USUBJID", variable):
            days = evidence.days(dataset, variable)["latest"].to_numpy()
            subjects = evidence.column(dataset, "USUBJID")
            death = beside(evidence, dataset, {subject: last for subject, (_, last) in deaths.items()})
            for at in np.flatnonzero(days > death):
                found.add((subjects.texts[subjects.codes[at]].strip(), float(days[at])))
    return found


@rule("AD-0030", "analysis.date-after-death", "error")
def date_after_death(evidence: Evidence) -> Iterator[Flag]:
    """An analysis date after the subject's death in ADSL, at the date.

    What it finds: ADT of a parameter after DTHDT in ADSL. A day on which SDTM has a record after death is asked about there.
    Why it matters: Who was measured was alive, and nobody is at risk after death: one of the two dates is wrong.
    Example: Overall survival censored on 2022-10-11, DTHDT 2022-09-30.
    Source: ADaMIG 1.3 section 3.3, ADT; the order of events.
    """
    known = first_days(evidence, "DTHDT")
    collected = _after_collected_death(evidence)
    for name in analysis_datasets(evidence, "USUBJID", "ADT", word="BDS"):
        days, death = evidence.days(name, "ADT")["earliest"].to_numpy(), beside(evidence, name, known)
        subjects = evidence.column(name, "USUBJID")
        late = np.flatnonzero(days > death)
        late = late[[(subjects.texts[subjects.codes[at]].strip(), days[at]) not in collected for at in late]]
        messages = [
            f"ADT {day} is after death on {right}"
            for day, right in zip(written_days(days[late]), written_days(death[late]), strict=True)
        ]
        yield Flag(name, late, "ADT", messages, [f"a date up to {right}" for right in written_days(death[late])])


@rule("AD-0009", "adsl.death-without-date", "warning")
def death_without_date(evidence: Evidence) -> Iterator[Flag]:
    """A death in ADSL without its date, at the date.

    What it finds: DTHFL Y and DTHDT empty; not where DM has no date of the death either, which is a finding there.
    Why it matters: The death cannot be an event of survival on any day.
    Example: DTHFL Y, DTHDTC 2022 in DM, and DTHDT empty.
    Source: ADaMIG 1.3 section 3.2, DTHDT.
    """
    died = evidence.column("ADSL", "DTHFL").where("Y".__eq__)
    without = died & np.isnan(evidence.days("ADSL", "DTHDT")["earliest"].to_numpy())
    if evidence.has("DM", "USUBJID", "DTHDTC"):
        dated = evidence.days_of_subjects("DM", "DTHDTC")
        without &= evidence.column("ADSL", "USUBJID").where(dated.__contains__)
    yield Flag("ADSL", np.flatnonzero(without), "DTHDT", "DTHFL is Y and DTHDT has no value", "a date of death")


@rule("AD-0105", "adsl.death-differs", "error")
def death_differs(evidence: Evidence) -> Iterator[Flag]:
    """A death that ADSL and DM do not agree on, at ADSL.

    What it finds: A death in DM on or before the data cut-off that ADSL has not; a death in ADSL that DM has not; a DTHDT
        outside the days that DTHDTC can mean.
    Why it matters: Survival is computed from ADSL: a lost or moved death moves the curve.
    Example: DTHDTC 2022-09-30 in DM, and DTHDT 2022-10-30 in ADSL.
    Source: ADaMIG 1.3 section 3.2, DTHDT; SDTMIG 3.4 section 5.2, DTHFL and DTHDTC.
    """
    deaths = evidence.records("DM", "USUBJID", date="DTHDTC", optional=("DTHFL",))
    deaths = deaths.drop_duplicates("USUBJID", keep=False).set_index("USUBJID")
    subjects = evidence.records("ADSL", "USUBJID", date="DTHDT", optional=("DTHFL",))
    subjects = subjects[subjects["USUBJID"].isin(deaths.index)]
    there = deaths.loc[subjects["USUBJID"]]
    collected, earliest, latest = (there[name].to_numpy() for name in ("DTHDTC", "earliest", "latest"))
    day, flag = subjects["earliest"].to_numpy(), subjects["DTHFL"].to_numpy(dtype=object)
    position = subjects["position"].to_numpy()
    died = (there["DTHFL"].to_numpy() == "Y") | (collected != "")
    has_death = (flag == "Y") | ~np.isnan(day)
    in_time = np.isnan(earliest) | (latest <= evidence.cutoff_day)
    lost = died & in_time & ~has_death & ((collected != "") | (there["DTHFL"].to_numpy() == "Y"))
    yield Flag("ADSL", position[lost], "DTHFL", "DM has a death of the subject, and ADSL has none", "Y")
    made = ~died & has_death
    variable = "DTHDT" if not np.isnan(day[made]).any() else "DTHFL"
    yield Flag("ADSL", position[made], variable, "ADSL has a death of the subject, and DM has none", "no death")
    moved = np.flatnonzero(((day < earliest) | (day > latest)) & died)
    messages = [
        f"death is on {own} in ADSL and {text} in DM"
        for own, text in zip(written_days(day[moved]), collected[moved], strict=True)
    ]
    yield Flag("ADSL", position[moved], "DTHDT", messages, collected[moved].tolist())


@rule("AD-0132", "tte.death-not-known", "error")
def death_not_known(evidence: Evidence) -> Iterator[Flag]:
    """An event that is a death which ADSL has not, or has on another day, at the date.

    What it finds: CNSR 0 of overall survival, or of another parameter with an EVNTDESC that begins with death, where the
        subject's DTHDT in ADSL is empty or is not ADT; once a subject and day.
    Why it matters: A death that only one dataset knows is an error in one of them.
    Example: PFS with the event "Death" on 2022-09-30, and ADSL without DTHDT.
    Source: ADaMIG 1.3 section 3.3, CNSR and EVNTDESC; section 3.2, DTHDT.
    """
    known = first_days(evidence, "DTHDT")
    subjects = set(evidence.column("ADSL", "USUBJID").texts)
    for name in analysis_datasets(evidence, "USUBJID", "PARAMCD", "CNSR", "ADT", word="TTE"):
        is_death = is_survival(evidence, name)
        if evidence.has(name, "EVNTDESC"):
            is_death |= evidence.column(name, "EVNTDESC").where(lambda text: DEATH.match(text.strip()) is not None)
        is_event = evidence.column(name, "CNSR").where("0".__eq__)
        day, death = evidence.days(name, "ADT")["earliest"].to_numpy(), beside(evidence, name, known)
        has_subject = evidence.column(name, "USUBJID").where(subjects.__contains__)
        wrong = np.flatnonzero(is_death & is_event & has_subject & ~np.isnan(day) & (day != death))
        wrong = firsts((evidence.column(name, "USUBJID").codes, day), wrong)
        expected = [right or "a death in ADSL" for right in written_days(death[wrong])]
        messages = [
            f"the event is a death on {own}, and ADSL has " + (f"it on {right}" if right[:1].isdigit() else "none")
            for own, right in zip(written_days(day[wrong]), expected, strict=True)
        ]
        yield Flag(name, wrong, "ADT", messages, expected)


@rule("AD-0133", "tte.death-not-counted", "error")
def death_not_counted(evidence: Evidence) -> Iterator[Flag]:
    """Overall survival that is censored although the subject died, at CNSR.

    What it finds: A PARAMCD that begins with OS, CNSR above 0, and a DTHDT in ADSL on or before the data cut-off; without a
        trial, on or before the last ADT of the dataset.
    Why it matters: A death that is not counted makes survival too long.
    Example: DTHDT 2022-09-30, and OS with CNSR 6.
    Source: ADaMIG 1.3 section 3.3, CNSR; the definition of overall survival.
    """
    known = first_days(evidence, "DTHDT")
    for name in analysis_datasets(evidence, "USUBJID", "PARAMCD", "CNSR", "ADT", word="TTE"):
        days = evidence.days(name, "ADT")["earliest"].to_numpy()
        last = evidence.cutoff_day if evidence.facts is not None else np.nanmax(days, initial=-np.inf)
        death = beside(evidence, name, known)
        is_censored = numbers(evidence, name, "CNSR") > 0
        wrong = np.flatnonzero(is_survival(evidence, name) & is_censored & (death <= last))
        messages = [f"CNSR is {{}}, and the subject died on {day}" for day in written_days(death[wrong])]
        codes = texts_at(evidence.column(name, "CNSR"), wrong)
        yield Flag(name, wrong, "CNSR", [text.format(code) for text, code in zip(messages, codes, strict=True)], "0")
