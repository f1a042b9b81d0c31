"""Rules on tumour response: its order in time, and the lesions that it must follow from."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.lesions import (
    READER,
    RESPONSE_RATIO,
    ROUNDING,
    evaluator,
    lesion_visits,
)
from hcc_sdtm.checks.rule import Flag, rule

BETTER = ("CR", "PR", "SD", "NON-CR/NON-PD")


@rule("RS-001", "response.before-treatment", "note")
def response_before_treatment(evidence: Evidence) -> Iterator[Flag]:
    """A response other than progression dated before treatment, at its date.

    What it finds: An overall response of the trial's criteria, not PD, dated surely before treatment starts.
        A progression there is the one that qualified the subject.
    Why it matters: Response is counted from treatment start; such a row belongs to earlier treatment or has a
        wrong date.
    Example: Radiotherapy from 2022-03-07, and SD on 2022-02-10.
    Source: RECIST 1.1 section 4.1: baseline before the beginning of treatment, response after it.
    """
    responses = _responses(evidence).merge(evidence.treatment_starts(), on="USUBJID")
    early = responses[(responses["latest"] < responses["start_earliest"]) & (responses["RSSTRESC"] != "PD")]
    early = early[early["RSSTRESC"] != ""]
    messages = [
        f"{response} on {date}, before treatment starts"
        for response, date in zip(early["RSSTRESC"], early["RSDTC"], strict=True)
    ]
    yield Flag("RS", early["position"].to_numpy(), "RSDTC", messages, "a date on or after treatment start")


@rule("RS-002", "response.undated", "note")
def response_undated(evidence: Evidence) -> Iterator[Flag]:
    """A response without a date, at the cell its date should come from.

    What it finds: An overall response of the trial's criteria that has a result and no date at all.
    Why it matters: It counts in a rate at a single time point, but no time to progression, duration or best
        response over time can use it.
    Example: PR at follow-up, and the interval to the follow-up scan is empty.
    Source: FDA guidance on cancer trial endpoints (2018): documented dates of assessments.
    """
    responses = _responses(evidence)
    undated = responses[(responses["RSSTRESC"] != "") & (responses["RSDTC"] == "")]
    messages = [f"{response} without a date" for response in undated["RSSTRESC"]]
    yield Flag("RS", undated["position"].to_numpy(), "RSDTC", messages, "the date of the assessment")


@rule("RS-004", "response.better-after-progression", "warning")
def better_after_progression(evidence: Evidence) -> Iterator[Flag]:
    """A response or stable disease after progression, at the first of them.

    What it finds: An overall response CR, PR, SD or NON-CR/NON-PD dated surely after a PD on treatment of the
        same criterion and evaluator. Once for each of these; a progression that RS-005 asks about is left
        out.
    Why it matters: Either the progression was none, or the later response compares with the wrong baseline.
    Example: PD at week 12, PR at week 18 by the same reader under the same criterion.
    Source: RECIST 1.1 sections 4.4 and 4.5: response is judged up to progression.
    """
    responses = _on_treatment(evidence, _responses(evidence))
    try:
        doubtful = set(evidence.once(_progressions_without_lesions)["position"])
    except Missing:
        doubtful = set()
    reader = [*READER, "RSCAT"]
    progressions = responses[(responses["RSSTRESC"] == "PD") & ~responses["position"].isin(doubtful)]
    progressions = progressions.sort_values(["latest", "position"]).drop_duplicates(reader)
    progressions = progressions[[*reader, "RSDTC", "latest"]].rename(columns={"RSDTC": "date", "latest": "known_by"})
    better = responses[responses["RSSTRESC"].isin(BETTER)].merge(progressions, on=reader)
    better = (
        better[better["earliest"] > better["known_by"]].sort_values(["earliest", "position"]).drop_duplicates(reader)
    )
    messages = [
        f"{response} on {date} after PD on {progression} by {criterion}"
        for response, date, progression, criterion in zip(
            better["RSSTRESC"], better["RSDTC"], better["date"], better["RSCAT"], strict=True
        )
    ]
    yield Flag(
        "RS",
        better["position"].to_numpy(),
        "RSSTRESC",
        messages,
        "PD, NE, or no assessment after progression",
    )


@rule("RS-005", "response.progression-without-lesions", "error")
def progression_without_lesions(evidence: Evidence) -> Iterator[Flag]:
    """A progression that no recorded lesion shows, at the first such response.

    What it finds: PD by the primary criterion at a visit with all targets measured, where their sum is not 20
        % (and 5 mm, except for criteria of viable tumour) above its smallest earlier value, and up to then no
        new lesion is in TU, no unequivocal non-target in TR, and none of them in RS. Once for each subject
        and evaluator.
    Why it matters: Progression is the event of the primary endpoint, and must be documented.
    Example: PD at week 36; the targets sum to 47 mm as at week 24, and no new lesion is recorded.
    Source: RECIST 1.1 sections 4.3.1, 4.3.3 and 4.3.5; FDA guidance on cancer trial endpoints (2018):
        documented progression.
    """
    lone = evidence.once(_progressions_without_lesions).drop_duplicates(READER)
    messages = [
        f"PD, and the targets sum to {total:g} mm (smallest before: {nadir:g} mm), with no new lesion or unequivocal growth"
        for total, nadir in zip(lone["sum"], lone["nadir"], strict=True)
    ]
    yield Flag("RS", lone["position"].to_numpy(), "RSSTRESC", messages, "the lesions that progressed, or no PD")


@rule("RS-006", "response.lesion-sum-disagrees", "warning")
def lesion_sum_disagrees(evidence: Evidence) -> Iterator[Flag]:
    """A response that the recorded target lesions contradict, at the response.

    What it finds: By the primary criterion: CR, PR or SD although the sum of the targets is progression; PR
        although the sum never fell to 70 % of its first value; SD although it is at or below that; CR with a
        target left. Only visits with all targets measured; visits after a recorded progression are left out,
        and so are progressions without lesions, which are RS-005.
    Why it matters: The response rate and the date of progression depend on which of the two is right.
    Example: Targets of 80 mm at baseline and 50 mm at week 12, and SD at week 12.
    Source: RECIST 1.1 sections 4.3.1 and 4.4.
    """
    compared = _with_lesions(evidence, evidence.trial.primary_criterion)
    total, baseline = compared["sum"], compared["baseline"]
    fallen = total <= RESPONSE_RATIO * baseline + ROUNDING
    ever_fallen = fallen.groupby([compared[name] for name in READER], sort=False).cummax()
    before = ~(compared["progressed_from"] < compared["VISITNUM"])
    response = compared["RSSTRESC"]
    contradictions = {
        "PD": response.isin(("CR", "PR", "SD")) & compared["grown"],
        "no PR": (response == "PR") & ~compared["grown"] & ~ever_fallen,
        "PR": (response == "SD") & ~compared["grown"] & fallen & (compared["progressed_from"] != compared["VISITNUM"]),
        "no CR": (response == "CR") & ~compared["grown"] & compared["remains"].eq(True),
    }
    for expected, contradicted in contradictions.items():
        asked = compared[contradicted & before & baseline.notna()]
        messages = [
            f"{given}, and the targets sum to {now:g} mm (first: {first:g} mm, smallest before: {nadir:g} mm), "
            + ("a target is left" if expected == "no CR" else f"which is {expected}")
            for given, now, first, nadir in asked[["RSSTRESC", "sum", "baseline", "nadir"]].itertuples(index=False)
        ]
        yield Flag("RS", asked["position"].to_numpy(), "RSSTRESC", messages, expected)


@rule("RS-007", "response.outside-schedule", "note")
def response_outside_schedule(evidence: Evidence) -> Iterator[Flag]:
    """A response of a planned visit dated outside the visit's window, at its date.

    What it finds: An overall response whose VISITNUM is planned and whose days since treatment start are
        surely outside the window.
    Why it matters: Early or late scans shift progression times; a wrong year or visit number shows here
        first.
    Example: The week 12 scan on day 120, where days 77 to 91 were planned.
    Source: The trial's schedule of assessments; FDA guidance on cancer trial endpoints (2018), assessment
        schedule.
    """
    visits = pd.DataFrame(
        [
            (visit.number, visit.name, visit.day - visit.window_before, visit.day + visit.window_after)
            for visit in evidence.trial.visits
        ],
        columns=["VISITNUM", "planned", "first", "last"],
    )
    if visits.empty:
        raise Missing("the trial has no schedule of visits")
    responses = _responses(evidence, "VISITNUM").merge(visits.astype({"VISITNUM": float}), on="VISITNUM")
    responses = responses.merge(evidence.treatment_starts(), on="USUBJID")
    least, most = (
        responses["earliest"] - responses["start_latest"],
        responses["latest"] - responses["start_earliest"],
    )
    qualifying = (responses["RSSTRESC"] == "PD") & (most <= 0)
    outside = responses[((most < responses["first"]) | (least > responses["last"])) & ~qualifying]
    messages = [
        f"{planned} on {date}, {_days(day)} treatment starts"
        for planned, date, day in zip(outside["planned"], outside["RSDTC"], least[outside.index], strict=True)
    ]
    expected = [
        f"{_days(first)} to {_days(last)} treatment starts"
        for first, last in outside[["first", "last"]].itertuples(index=False)
    ]
    yield Flag("RS", outside["position"].to_numpy(), "RSDTC", messages, expected)


def _days(days: float) -> str:
    return f"{abs(days):g} days {'after' if days >= 0 else 'before'}"


def _responses(evidence: Evidence, *variables: str) -> pd.DataFrame:
    """Overall responses of the trial's criteria: RS variables, EVALUATOR, earliest, latest, position."""
    trial = evidence.trial
    needed = ("USUBJID", "RSCAT", "RSTESTCD", "RSSTRESC", *variables)
    records = evidence.records("RS", *needed, date="RSDTC", optional=("RSEVAL", "RSEVALID"))
    criteria = [name for name in (trial.primary_criterion, trial.second_criterion) if name]
    records = records[(records["RSTESTCD"] == "OVRLRESP") & records["RSCAT"].isin(criteria)]
    if records.empty:
        raise Missing(f"RS has no OVRLRESP with RSCAT {' or '.join(criteria)}")
    return records.assign(EVALUATOR=evaluator(records, "RS"))


def _on_treatment(evidence: Evidence, responses: pd.DataFrame) -> pd.DataFrame:
    """Responses that may be after the day treatment starts; subjects without a dated start are left out.

    A scan on that day is still the baseline, and a progression the one that qualified the subject.
    """
    dated = responses.merge(evidence.treatment_starts(), on="USUBJID")
    return dated[~(dated["latest"] <= dated["start_earliest"]) & dated["start_earliest"].notna()]


def _with_lesions(evidence: Evidence, criterion: str) -> pd.DataFrame:
    """Responses by the criterion on treatment, beside what the lesions of the same visit say, in the order of visits."""
    responses = _responses(evidence, "VISITNUM")
    responses = _on_treatment(evidence, responses[responses["RSCAT"] == criterion].dropna(subset="VISITNUM"))
    visit = [*READER, "VISITNUM"]
    compared = responses.merge(evidence.once(lesion_visits, criterion), on=visit)
    return compared[compared["sum"].notna()].sort_values([*visit, "position"]).reset_index(drop=True)


def _progressions_without_lesions(evidence: Evidence) -> pd.DataFrame:
    """PD by the primary criterion that neither TU, TR nor RS documents, in the order of visits."""
    compared = _with_lesions(evidence, evidence.trial.primary_criterion)
    documented = compared["progressed_from"] <= compared["VISITNUM"]
    lone = compared[(compared["RSSTRESC"] == "PD") & compared["nadir"].notna() & ~documented]
    lone = lone.merge(_lesions_in_words(evidence), on=READER, how="left")
    new = evidence.records("TU", "USUBJID", "TUSTRESC", date="TUDTC")
    first_new = new[new["TUSTRESC"] == "NEW"].groupby("USUBJID")["earliest"].min().rename("new_from")
    lone = lone.merge(first_new, on="USUBJID", how="left")
    lone = lone[~(lone["new_from"] <= lone["latest"]) & ~(lone["said_from"] <= lone["VISITNUM"])]
    return lone.sort_values([*READER, "VISITNUM", "position"])


def _lesions_in_words(evidence: Evidence) -> pd.DataFrame:
    """First visit at which RS itself records a new lesion or a progression of non-targets: READER, ``said_from``."""
    records = evidence.records("RS", "USUBJID", "RSTESTCD", "RSSTRESC", "VISITNUM", optional=("RSEVAL", "RSEVALID"))
    new = (records["RSTESTCD"] == "NEWLIND") & records["RSSTRESC"].isin(("Y", "UNEQUIVOCAL"))
    said = new | ((records["RSTESTCD"] == "NTRGRESP") & (records["RSSTRESC"] == "PD"))
    records = records.assign(EVALUATOR=evaluator(records, "RS"))[said]
    return records.groupby(READER)["VISITNUM"].min().rename("said_from").reset_index()
