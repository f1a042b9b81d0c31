"""Rules on the order of dates. A partial date is the interval of days it can mean; only a sure contradiction is found."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.dates.iso import bounds


@rule("DT-001", "date.ends-before-start", "error")
def ends_before_start(evidence: Evidence) -> Iterator[Flag]:
    """A period that ends before it starts, at its end.

    What it finds: In any dataset, an --ENDTC surely before the --STDTC of the same record.
    Why it matters: Treatment end, duration and epochs are taken from these dates.
    Example: Radiotherapy from 2022-03-07 to 2022-02-18.
    Source: SDTMIG 3.4 section 4.4.3, intervals of time.
    """
    pairs = [
        (name, f"{name}STDTC", f"{name}ENDTC")
        for name in evidence.tabulations
        if evidence.has(name, f"{name}STDTC", f"{name}ENDTC")
    ]
    if not pairs:
        raise Missing("no dataset has a start and an end date")
    for name, start, end in pairs:
        starts, ends = evidence.records(name, date=start), evidence.records(name, date=end)
        wrong = ends["latest"] < starts["earliest"]
        messages = [
            f"ends {last}, starts {first}"
            for last, first in zip(ends.loc[wrong, end], starts.loc[wrong, start], strict=True)
        ]
        expected = [f"a date on or after {first}" for first in starts.loc[wrong, start]]
        yield Flag(name, ends.loc[wrong, "position"].to_numpy(), end, messages, expected)


@rule("DT-002", "date.after-cutoff", "warning")
def after_cutoff(evidence: Evidence) -> Iterator[Flag]:
    """A collected date after the data cut-off, at the date.

    What it finds: In any dataset, a collected date surely after the trial's data cut-off. Dates that were
        derived are left out: what they came from is found.
    Why it matters: Records after the cut-off are removed before analysis; many of these are a mistyped year.
    Example: A scan dated 2025-01-14, cut-off 2024-02-29.
    Source: FDA guidance on cancer trial endpoints (2018), data cut-off; the trial's data cut-off date.
    """
    cutoff = evidence.trial.data_cutoff
    cutoff_day = bounds(pd.Series([cutoff]))["latest"].iloc[0]
    collected = [
        (name, variable.name)
        for name, dataset in evidence.tabulations.items()
        for variable in dataset.spec.variables
        if variable.is_iso_date and evidence.has(name, variable.name) and variable.name not in dataset.derivations
    ]
    if not collected:
        raise Missing("no dataset has a collected date")
    for name, variable in collected:
        late = evidence.days(name, variable)["earliest"].to_numpy() > cutoff_day
        message = f'"{{value}}" is after the data cut-off {cutoff}'
        yield Flag(name, late.nonzero()[0], variable, message, f"a date on or before {cutoff}")


@rule("DT-003", "diagnosis.before-birth", "error")
def diagnosis_before_birth(evidence: Evidence) -> Iterator[Flag]:
    """A diagnosis on or before the day of birth, at the diagnosis.

    What it finds: A date of diagnosis surely not after the date of birth.
    Why it matters: Overall survival is counted from diagnosis; age is counted from birth.
    Example: Born 1961-03-04, diagnosed 1951-06.
    Source: The order of events; SDTMIG 3.4 section 5.2, BRTHDTC.
    """
    births = evidence.records("DM", "USUBJID", date="BRTHDTC").drop_duplicates("USUBJID")
    births = births.rename(columns={"earliest": "birth"})[["USUBJID", "BRTHDTC", "birth"]]
    pairs = _diagnoses(evidence).merge(births, on="USUBJID")
    wrong = pairs[pairs["latest"] <= pairs["birth"]]
    messages = [
        f"diagnosis on {date}, birth on {birth}" for date, birth in zip(wrong["MHSTDTC"], wrong["BRTHDTC"], strict=True)
    ]
    expected = [f"a date after {birth}" for birth in wrong["BRTHDTC"]]
    yield Flag("MH", wrong["position"].to_numpy(), "MHSTDTC", messages, expected)


@rule("DT-004", "diagnosis.after-treatment", "error")
def diagnosis_after_treatment(evidence: Evidence) -> Iterator[Flag]:
    """A diagnosis after the trial's treatment has begun, at the diagnosis.

    What it finds: A date of diagnosis surely after the first day of the trial's treatment.
    Why it matters: Overall survival is counted from diagnosis, and subjects enter at treatment start.
    Example: Diagnosed 2023-02-14, radiotherapy from 2022-03-07.
    Source: The order of events; SDTMIG 3.4 section 6.2.7, MH.
    """
    pairs = _diagnoses(evidence).merge(evidence.treatment_starts(), on="USUBJID")
    wrong = pairs[pairs["earliest"] > pairs["start_latest"]]
    message = "diagnosis on {value}, after treatment has begun"
    yield Flag("MH", wrong["position"].to_numpy(), "MHSTDTC", message, "a date on or before treatment start")


def _diagnoses(evidence: Evidence) -> pd.DataFrame:
    """Records of the first diagnosis: USUBJID, MHSTDTC, earliest, latest, position."""
    events = evidence.records("MH", "USUBJID", "MHEVDTYP", date="MHSTDTC")
    return events[events["MHEVDTYP"] == "INITIAL DIAGNOSIS"]
