"""The assumption ledger of a study: every choice that a statistician could argue with, its value, and the line to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from hcc_sdtm.mapping.applying import MappedSite
from hcc_sdtm.outputs.assumptions import Assumption, build_assumptions
from hcc_sdtm.spec.study import Study
from hcc_sdtm.spec.trial import RecordChoice

_REASONS = {
    "staging_system": "the name of a stage means different things in different systems",
    "primary_criterion": "response and progression of the endpoints are by this criterion",
    "data_cutoff": "records after it are left out before any derivation",
    "first_day": "1: the day of origin counts, so a subject censored at origin has one day; 0 for data that gives durations",
    "month_days": "months are days divided by this, in data and tables alike",
    "missed_assessments": "so many scheduled assessments missed in a row before an event censor it, where a parameter says so",
}


def list_assumptions(study: Study, sites: Sequence[MappedSite]) -> pd.DataFrame:
    """The ledger, numbered: trial facts, date policies, censoring orders, intervals, fictional anchors, settled date orders."""
    return build_assumptions([*_trial(study), *_dates(study), *_parameters(study), *_endpoints(study), *_sites(sites)])


def _trial(study: Study) -> Iterator[Assumption]:
    trial = study.trial

    def line(*path: str) -> str:
        return str(study.trial_file.source(path))

    yield Assumption(
        "treatment_start", _records(trial.treatment_start), line("treatment_start"), "times from treatment count from here"
    )
    for key, reason in _REASONS.items():
        yield Assumption(key, str(getattr(trial, key)), line(key), reason)
    response = trial.response
    for key, value, reason in (
        ("confirmation_days", response.confirmation_days, "a response is confirmed by one at least so many days later"),
        ("stable_disease_days", response.stable_disease_days, "an SD sooner after treatment start is not evaluable"),
        ("baseline_window_days", response.baseline_window_days, "an older baseline assessment does not count"),
        ("non_cr_non_pd_is_control", response.non_cr_non_pd_is_control, "NON-CR/NON-PD counts as disease control"),
    ):
        yield Assumption(f"response.{key}", str(value), line("response", key), reason)
    for number, therapy in enumerate(trial.new_therapies):
        yield Assumption(
            f"new therapy ({therapy.kind})", _records(therapy), str(study.trial_file.source(("new_therapies", number))),
            "these records are new anticancer therapy; nothing else is",
        )


def _records(choice: RecordChoice) -> str:
    where = " and ".join(f"{variable} = {'/'.join(values)}" for variable, values in choice.where.items())
    return f"first {choice.dataset}.{choice.date}" + (f" where {where}" if where else "")


def _dates(study: Study) -> Iterator[Assumption]:
    for role, policy in study.adam.adsl.dates.items():
        bounds = [*(f"not before {name}" for name in policy.not_before), *(f"not after {name}" for name in policy.not_after)]
        value = f"to {policy.to}, {'month and day' if policy.highest == 'M' else 'day only'}; {', '.join(bounds)}".rstrip("; ")
        yield Assumption(f"partial date: {role}", value, "specs/adsl.yaml", "how an incomplete date is completed for analysis")


def _parameters(study: Study) -> Iterator[Assumption]:
    for parameter in study.adam.parameters:
        rules = "; ".join(f"{censoring.name} (CNSR {censoring.cnsr})" for censoring in parameter.applied)
        events = ", ".join(event.name for event in parameter.events)
        value = f"events: {events}; censoring: {rules}"
        where = f"specs/parameters/{parameter.paramcd.lower()}.yaml"
        yield Assumption(f"parameter {parameter.paramcd}", value, where, "the first censoring that applies is used")


def _endpoints(study: Study) -> Iterator[Assumption]:
    for endpoint in study.endpoints.endpoints:
        value = f"{endpoint.estimator}, interval {endpoint.interval}, {endpoint.level:.0%}, population {endpoint.population}"
        yield Assumption(f"endpoint {endpoint.id}", value, "specs/endpoints.yaml", " ".join(endpoint.note.split()))


def _sites(sites: Sequence[MappedSite]) -> Iterator[Assumption]:
    for site in sites:
        for anchor, sentence, source in site.fictional:
            yield Assumption(f"fictional date, site {site.site}", anchor, str(source), sentence)
        undeclared = site.settled[site.settled["how"] != "declared"]
        for fact in undeclared.itertuples():
            yield Assumption(
                f"{fact.fact}, site {site.site}",
                f"{fact.table}.{fact.column}: {fact.value}",
                f"{fact.how} {fact.evidence}".strip(),
                "decides which part of a date is the day",
            )
