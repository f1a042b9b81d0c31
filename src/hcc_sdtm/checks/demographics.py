"""Rules on what other datasets say of the subjects in DM: death, exposure, consent, age, race as collected."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.subjects import not_in_treatment
from hcc_sdtm.checks.text_frame import text_frame
from hcc_sdtm.dates.iso import EPOCH

DEATHS = (
    ("AE", "AEOUT", "FATAL"),
    ("AE", "AESDTH", "Y"),
    ("CE", "CEDECOD", "DEATH"),
    ("CE", "CETERM", "DEATH"),
    ("DD", "USUBJID", ""),
)
"""Records that only the dead have: dataset, variable, term (``""``: any)."""

AS_COLLECTED = (
    ("CETHNIC", "ETHNIC", ("SPANISH ORIGIN",), "HISPANIC OR LATINO"),
    ("CRACE", "RACE", ("HAITIAN", "NEGRO"), "BLACK OR AFRICAN AMERICAN"),
)
"""What was collected in SUPPDM and the term of DM that it belongs to (FDA guidance on race and ethnicity data, 2016)."""

ETHNICITIES = ("HISPANIC OR LATINO", "NOT HISPANIC OR LATINO")
NOT_REPORTED = ("", "NOT REPORTED", "UNKNOWN", "NOT APPLICABLE", "NA")


ARMS = ("ARMCD", "ARM", "ACTARMCD", "ACTARM")
REFERENCES = ("RFICDTC", "DMDTC", "RFSTDTC")
"""Dates to which an age may have been counted."""


@rule("SD-0346", "subject.death-not-in-demographics", "error", covers="CORE-000108 CORE-000253 CORE-000254 CORE-000709")
def death_not_in_demographics(evidence: Evidence) -> Iterator[Flag]:
    """A death in AE, CE or DD of a subject who is alive in DM, once a subject.

    What it finds: A fatal outcome, an event that resulted in death, a clinical event DEATH or a record of death details,
        where DM has neither DTHFL nor DTHDTC. A death that DS or SS reports too is SS-001.
    Why it matters: The death is missing from survival and from the table of deaths.
    Example: AEOUT FATAL, and no death in DM.
    Source: SDTMIG 3.4 section 5.2, DTHFL; CG0133 to CG0135.
    """
    there = [place for place in DEATHS if evidence.has(place[0], place[1])]
    if not there:
        raise Missing("there is no AE, CE or DD that could tell of a death")
    subjects = text_frame(evidence, "DM", "USUBJID", optional=("DTHFL", "DTHDTC"))
    alive = subjects[(subjects["DTHFL"] != "Y") & (subjects["DTHDTC"] == "")]
    alive = alive[~alive["USUBJID"].isin(_reported_deaths(evidence))]
    asked: set[str] = set()
    for dataset, variable, term in there:
        records = text_frame(evidence, dataset, *dict.fromkeys(("USUBJID", variable)))
        told = records[(records[variable].str.upper() == term) if term else records["USUBJID"] != ""]
        told = told[told["USUBJID"].isin(alive["USUBJID"]) & ~told["USUBJID"].isin(asked)].drop_duplicates("USUBJID")
        asked |= set(told["USUBJID"])
        what = f"{variable} is {term}" if term else f"{dataset} has details of a death"
        yield Flag(dataset, told["position"].to_numpy(), variable, f"{what}, and DM has no death", "a death in DM")


def _reported_deaths(evidence: Evidence) -> set[str]:
    """Subjects whose death DS or SS reports."""
    found: set[str] = set()
    for dataset, variable, term in (("DS", "DSDECOD", "DEATH"), ("SS", "SSSTRESC", "DEAD")):
        if evidence.has(dataset, "USUBJID", variable):
            records = text_frame(evidence, dataset, "USUBJID", variable)
            found |= set(records.loc[records[variable] == term, "USUBJID"])
    return found


@rule("SD-0347", "subject.not-in-exposure", "error", covers="CORE-000885 CORE-000886")
def not_in_exposure(evidence: Evidence) -> Iterator[Flag]:
    """A subject of DM without a record in EX and without a reason, at the subject.

    What it finds: A subject with no ARMNRS and no record in EX, in a trial of an intervention. One whom DM-002, SD-0207 or
        SD-0208 asks about is left out.
    Why it matters: The doses are lost, or the subject was not treated and counts as treated.
    Example: S-12 has ARMCD RT, no ARMNRS, and nothing in EX.
    Source: SDTMIG 3.4 section 5.2, ARMNRS; section 6.1.3, Exposure.
    """
    if not _is_interventional(evidence):
        return
    treated = set(text_frame(evidence, "EX", "USUBJID")["USUBJID"])
    subjects = text_frame(evidence, "DM", "USUBJID", "ARMNRS", optional=ARMS)
    without = subjects[(subjects["ARMNRS"] == "") & ~subjects["USUBJID"].isin(treated)]
    if evidence.has("DM", *ARMS):
        # a subject with neither arm nor reason is asked about by SD-0207, one without an actual arm by SD-0208
        planned, actual = ((without[code] != "") | (without[name] != "") for code, name in (ARMS[:2], ARMS[2:]))
        without = without[planned & actual]
    asked = _asked_about(evidence)
    without = without[~without["position"].isin(asked)]
    message = 'subject "{value}" has no record in EX, and ARMNRS does not say why'
    yield Flag("DM", without["position"].to_numpy(), "USUBJID", message, "a record in EX, or ARMNRS")


def _is_interventional(evidence: Evidence) -> bool:
    if not evidence.has("TS", "TSPARMCD", "TSVAL"):
        return True
    summary = text_frame(evidence, "TS", "TSPARMCD", "TSVAL")
    types = set(summary.loc[summary["TSPARMCD"] == "STYPE", "TSVAL"]) - {""}
    return not types or "INTERVENTIONAL" in types


def _asked_about(evidence: Evidence) -> set[int]:
    """Records of DM that DM-002 asks about."""
    try:
        return {int(at) for flag in not_in_treatment.check(evidence) for at in flag.positions}
    except Missing:
        return set()


@rule("SD-0348", "subject.consent-undated", "warning")
def consent_undated(evidence: Evidence) -> Iterator[Flag]:
    """A treated subject without a date of consent; where nobody has one, the column once.

    What it finds: RFICDTC missing where RFXSTDTC is given.
    Why it matters: Nothing may be done for a trial before consent, and it starts the trial for a subject.
    Example: First fraction on 2022-03-07 and no RFICDTC.
    Source: SDTMIG 3.4 section 5.2, RFICDTC; ICH E6 section 4.8.8.
    """
    subjects = text_frame(evidence, "DM", "RFICDTC", "RFXSTDTC")
    without = subjects[(subjects["RFICDTC"] == "") & (subjects["RFXSTDTC"] != "")]
    if len(without) > 1 and (subjects["RFICDTC"] == "").all():
        message = f"RFICDTC has no value in any record, and {len(without)} subjects were treated"
        yield Flag("DM", np.empty(0, dtype=np.int64), "RFICDTC", message, "dates of consent", is_whole=True)
    else:
        message = "a treated subject has no date of consent"
        yield Flag("DM", without["position"].to_numpy(), "RFICDTC", message, "a date of consent")


@rule("SD-0349", "subject.age-disagrees", "warning")
def age_disagrees(evidence: Evidence) -> Iterator[Flag]:
    """An age in years that the date of birth does not give, at the age.

    What it finds: AGE that is not the number of whole years from BRTHDTC to any of RFICDTC, DMDTC and RFSTDTC, nor to a day
        between them. Without a date of consent a year less is let pass. A partial date of birth is every day that it
        can mean.
    Why it matters: One of the two is wrong: the age in the tables or the date of birth that tells patients apart.
    Example: BRTHDTC 1962-01-09, RFSTDTC 2021-03-01, AGE 69.
    Source: SDTMIG 3.4 section 5.2, AGE and BRTHDTC.
    """
    subjects = text_frame(evidence, "DM", "AGE", "AGEU", "BRTHDTC", optional=REFERENCES)
    born = evidence.days("DM", "BRTHDTC")
    fewest = np.full(len(subjects), np.inf)
    most = np.full(len(subjects), -np.inf)
    for name in REFERENCES:
        if evidence.has("DM", name):
            day = evidence.days("DM", name)
            fewest = np.fmin(fewest, _years(born["latest"], day["earliest"]))
            most = np.fmax(most, _years(born["earliest"], day["latest"]))
    fewest -= (subjects["RFICDTC"] == "").to_numpy()
    ages = pd.to_numeric(subjects["AGE"].where(subjects["AGEU"] == "YEARS"), errors="coerce").to_numpy(dtype=float)
    outside = np.isfinite(fewest) & ((ages < fewest) | (ages > most))
    wrong = subjects[outside].assign(low=fewest[outside], high=most[outside])
    positions, messages, expected = wrong["position"].to_numpy(), [], []
    for row in wrong.to_dict("records"):
        low, high = f"{row['low']:g}", f"{row['high']:g}"
        expected.append(low if low == high else f"{low} to {high}")
        given = " or ".join(dict.fromkeys(row[name] for name in REFERENCES if row[name]))
        messages.append(f"AGE is {row['AGE']}, and from birth to {given} there are {expected[-1]} years")
    yield Flag("DM", positions, "AGE", messages, expected)


def _years(start: pd.Series, end: pd.Series) -> np.ndarray:
    """Whole years from one day number to another; NaN where one of them is missing."""
    known = (start.notna() & end.notna()).to_numpy()
    (year, in_year), (last_year, in_last_year) = (_in_year(days, known) for days in (start, end))
    return np.where(known, last_year - year - (in_last_year < in_year), np.nan)


def _in_year(days: pd.Series, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Year of each day, and a number that grows with its month and day."""
    dates = EPOCH + np.where(known, days, 0).astype("timedelta64[D]")
    years, months = dates.astype("datetime64[Y]"), dates.astype("datetime64[M]")
    month = (months - years.astype("datetime64[M]")).astype(int)
    return years.astype(int), month * 31 + (dates - months.astype("datetime64[D]")).astype(int)


@rule("SD-0350", "subject.race-as-collected", "error", covers="CORE-000726 CORE-000746 CORE-000747")
def race_as_collected(evidence: Evidence) -> Iterator[Flag]:
    """A race or ethnicity whose term is not the one that what was collected belongs to, at the term in DM.

    What it finds: "Spanish origin" in SUPPDM.CETHNIC and another ETHNIC than HISPANIC OR LATINO; "Haitian" or "Negro" in
        SUPPDM.CRACE and another RACE than BLACK OR AFRICAN AMERICAN; any ethnicity in CETHNIC and neither of the two
        terms in ETHNIC.
    Why it matters: Agencies tabulate by these terms.
    Example: CETHNIC "Spanish origin" and ETHNIC "NOT HISPANIC OR LATINO".
    Source: FDA guidance on collection of race and ethnicity data in clinical trials; SDTMIG 3.4 section 5.2.
    """
    values = text_frame(evidence, "SUPPDM", "USUBJID", "QNAM", "QVAL")
    subjects = text_frame(evidence, "DM", "USUBJID", optional=("RACE", "ETHNIC")).drop_duplicates("USUBJID", keep=False)
    if not values["QNAM"].isin([name for name, _, _, _ in AS_COLLECTED]).any():
        raise Missing("SUPPDM has no record with QNAM CETHNIC or CRACE")
    for name, variable, words, term in AS_COLLECTED:
        if not evidence.has("DM", variable):
            continue
        own = (
            values[values["QNAM"] == name].drop_duplicates("USUBJID").merge(subjects, on="USUBJID", suffixes=("_", ""))
        )
        is_word = own["QVAL"].str.upper().isin(words)
        wrong = is_word & (own[variable] != term)
        if variable == "ETHNIC":
            wrong |= ~is_word & ~own["QVAL"].str.upper().isin(NOT_REPORTED) & ~own[variable].isin(ETHNICITIES)
        messages = [
            f'{variable} is "{found}", and "{collected}" was collected'
            for found, collected in zip(own.loc[wrong, variable], own.loc[wrong, "QVAL"], strict=True)
        ]
        expected = [term if word else " or ".join(ETHNICITIES) for word in is_word[wrong]]
        yield Flag("DM", own.loc[wrong, "position"].to_numpy(), variable, messages, expected)
