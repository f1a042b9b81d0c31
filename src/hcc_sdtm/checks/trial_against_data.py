"""Rules that compare what TS says of a trial with its data: sex, ages, dates, arms.

A missing value of TS is asked about by other rules; here it means that nothing is compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.text_frame import text_frame
from hcc_sdtm.dates.iso import bounds

YEARS = re.compile(r"P[0-9]+Y")
MANY = 0.2
"""Share of the subjects that contradict the plan beyond which the plan is asked about."""


@rule("SD-0362", "trial.sex-outside-plan", "error")
def sex_outside_plan(evidence: Evidence) -> Iterator[Flag]:
    """A subject of the sex that the trial does not take, at the sex; where many are, at SEXPOP.

    What it finds: SEX F where SEXPOP of TS is M, and the other way round. Screen failures are left out. More than one subject
        in five means that the trial is described wrongly, and SEXPOP is asked about once.
    Why it matters: Either the subject or the trial is described wrongly.
    Example: SEXPOP M and a subject with SEX F.
    Source: SDTMIG 3.4 appendix C1, SEXPOP.
    """
    planned = _records(evidence, "SEXPOP")
    subjects = _enrolled(evidence, "SEX")
    sexes = set(planned["TSVAL"])
    if len(sexes) == 1 and sexes <= {"M", "F"}:
        (sex,) = sexes
        other = subjects[subjects["SEX"] == ("F" if sex == "M" else "M")]
        if len(other) > MANY * len(subjects):
            message = f'SEXPOP is "{{value}}", and {len(other)} of {len(subjects)} subjects are of the other sex'
            yield Flag("TS", planned["position"].to_numpy()[:1], "TSVAL", message, "BOTH")
        else:
            yield Flag("DM", other["position"].to_numpy(), "SEX", f'SEX is "{{value}}", and SEXPOP of TS is {sex}', sex)


@rule("SD-0363", "trial.age-outside-plan", "warning")
def age_outside_plan(evidence: Evidence) -> Iterator[Flag]:
    """A subject younger or older than the trial takes, at the age; where many are, at the limit.

    What it finds: AGE in years below AGEMIN or above AGEMAX of TS, both in whole years. Screen failures are left out. More
        than one subject in five means that the limit is wrong, and it is asked about once.
    Why it matters: The subject did not meet a criterion, or the age is wrong.
    Example: AGEMIN P18Y and a subject of 17 years.
    Source: SDTMIG 3.4 appendix C1, AGEMIN and AGEMAX.
    """
    subjects = _enrolled(evidence, "AGE", "AGEU")
    ages = pd.to_numeric(subjects["AGE"], errors="coerce").where(subjects["AGEU"] == "YEARS")
    for code, is_outside in (("AGEMIN", ages.lt), ("AGEMAX", ages.gt)):
        limits = _records(evidence, code)
        limits = limits[limits["TSVAL"].map(YEARS.fullmatch).astype(bool)]
        if limits.empty:
            continue
        limit = limits["TSVAL"].iloc[0]
        outside = subjects[is_outside(float(limit[1:-1]))]
        if len(outside) > MANY * len(subjects):
            message = f'{code} is "{{value}}", and {len(outside)} of {len(subjects)} subjects are outside'
            yield Flag("TS", limits["position"].to_numpy()[:1], "TSVAL", message)
        else:
            yield Flag("DM", outside["position"].to_numpy(), "AGE", f"AGE is {{value}}, and {code} of TS is {limit}")


@rule("SD-0364", "trial.start-after-consent", "warning")
def start_after_consent(evidence: Evidence) -> Iterator[Flag]:
    """A trial that starts after its first consent, at the start date.

    What it finds: SSTDTC of TS surely after the earliest RFICDTC of an enrolled subject.
    Why it matters: The start of a trial is the first consent; the consent, or the start, is wrong.
    Example: SSTDTC 2021-03-01, first consent on 2020-12-26.
    Source: SDTMIG 3.4 appendix C1, SSTDTC.
    """
    starts = _dated(evidence, "SSTDTC")
    consents = evidence.records("DM", "USUBJID", date="RFICDTC").dropna(subset=["latest"])
    if len(consents):
        first = consents.sort_values(["latest", "RFICDTC"]).iloc[0]
        late = starts[starts["earliest"] > first["latest"]]
        message = f'SSTDTC is "{{value}}", and the first consent is of {first["RFICDTC"]}'
        yield Flag("TS", late["position"].to_numpy(), "TSVAL", message, f"a date up to {first['RFICDTC']}")


@rule("SD-0365", "trial.ends-before-start", "error")
def ends_before_start(evidence: Evidence) -> Iterator[Flag]:
    """A trial that ends, or whose data is cut off, before it starts.

    What it finds: SENDTC or DCUTDTC of TS surely before SSTDTC.
    Why it matters: One of the dates is wrong, and agencies choose standards by them.
    Example: SSTDTC 2021-01-01 and SENDTC 2020-12-31.
    Source: SDTMIG 3.4 appendix C1, SSTDTC and SENDTC.
    """
    starts = _dated(evidence, "SSTDTC")
    if starts.empty:
        return
    start = starts.sort_values(["earliest", "TSVAL"]).iloc[0]
    for code in ("SENDTC", "DCUTDTC"):
        ends = _dated(evidence, code)
        early = ends[ends["latest"] < start["earliest"]]
        message = f'{code} is "{{value}}", and SSTDTC is {start["TSVAL"]}'
        yield Flag("TS", early["position"].to_numpy(), "TSVAL", message, f"a date on or after {start['TSVAL']}")


@rule("SD-0366", "trial.number-of-arms", "warning")
def number_of_arms(evidence: Evidence) -> Iterator[Flag]:
    """A number of arms that is not the number of arms in TA.

    What it finds: NARMS of TS with another number than TA has arm codes.
    Why it matters: An arm is missing from the plan, or the summary is of another version of the protocol.
    Example: NARMS 1 and two arms in TA.
    Source: SDTMIG 3.4 appendix C1, NARMS; section 7.2, Trial Arms.
    """
    arms = set(text_frame(evidence, "TA", "ARMCD")["ARMCD"]) - {""}
    summary = text_frame(evidence, "TS", "TSPARMCD", "TSVAL")
    own = summary[(summary["TSPARMCD"] == "NARMS") & summary["TSVAL"].str.fullmatch("[0-9]+")]
    wrong = own[np.array([int(value) != len(arms) for value in own["TSVAL"]], dtype=bool)]
    message = f"NARMS is {{value}}, and TA has {len(arms)}: {', '.join(sorted(arms))}"
    yield Flag("TS", wrong["position"].to_numpy(), "TSVAL", message, str(len(arms)))


def _records(evidence: Evidence, code: str) -> pd.DataFrame:
    """Records of a parameter that have a value."""
    summary = text_frame(evidence, "TS", "TSPARMCD", "TSVAL")
    return summary[(summary["TSPARMCD"] == code) & (summary["TSVAL"] != "")]


def _dated(evidence: Evidence, code: str) -> pd.DataFrame:
    """Records of a parameter that is a date, with ``earliest`` and ``latest`` day; those that are no date are left out."""
    own = _records(evidence, code).reset_index(drop=True)
    return pd.concat([own, bounds(own["TSVAL"])], axis=1).dropna(subset=["earliest"])


def _enrolled(evidence: Evidence, *variables: str) -> pd.DataFrame:
    """Subjects of DM but screen failures. Raises Missing where DM or a variable is not there."""
    subjects = text_frame(evidence, "DM", *variables, optional=("ARMNRS",))
    if subjects.empty:
        raise Missing("DM has no subjects")
    return subjects[subjects["ARMNRS"] != "SCREEN FAILURE"]
