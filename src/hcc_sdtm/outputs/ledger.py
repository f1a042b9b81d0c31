"""The assumption ledger of a study: every choice that a statistician could argue with, its value, and the line to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from hcc_sdtm.mapping.applying import MappedSite
from hcc_sdtm.mapping.rules.settling import DATE_ORDER, DATE_SYSTEM, TIME_OF_DAY
from hcc_sdtm.outputs.assumptions import Assumption, build_assumptions
from hcc_sdtm.spec.endpoints import SurvivalEndpoint
from hcc_sdtm.spec.study import Study
from hcc_sdtm.spec.trial import CUTOFF, RecordChoice

_REASONS = {
    "staging_system": "the name of a stage means different things in different systems",
    "primary_criterion": "response and progression of the endpoints are by this criterion",
    "data_cutoff": "records after it are left out before any derivation",
    "first_day": "1: the day of origin counts, so a subject censored at origin has one day; 0 for data that gives durations",
    "month_days": "months are days divided by this, in data and tables alike",
    "missed_assessments": "so many scheduled assessments missed in a row before an event censor it, where a parameter says so",
}

_CODED = (
    (
        "assessment on the day treatment starts", "a baseline assessment, never an event", "adam/adrs.py",
        "a PD of that day is the qualifying progression",
    ),
    (
        "assessments of one day that differ", "the worst; NE last", "adam/response.py",
        "decides best response and progression; each pair is a finding",
    ),
    (
        "assessment after death", "not used, and a finding", "adam/adrs.py",
        "one of the two dates is wrong: nobody gets a response or a progression by that",
    ),
    (
        "less than complete after CR", "PD in the confirmed best response, no event of a time to progression",
        "adam/response.py", "disease came back, or the CR was none: a finding asks",
    ),
    (
        "missed assessment", "no adequate assessment inside the window, whatever its visit number", "adam/time_to_event.py",
        "an assessment a day before its window opens does not count for it",
    ),
    (
        "therapy on the day of an event or an assessment", "not before it: both count", "adam/time_to_event.py",
        "the other order would censor the event",
    ),
)  # fmt: skip
"""Choices that stand in the package and in no file of the study: topic, value, where, why."""


def list_assumptions(study: Study, sites: Sequence[MappedSite]) -> pd.DataFrame:
    """The ledger, numbered: trial facts, date policies, fixed rules, responses, censoring orders, intervals, sites."""
    parts = [
        _trial(study),
        _dates(study),
        _coded(),
        _responses(study),
        _parameters(study),
        _endpoints(study),
        _sites(sites),
    ]
    return build_assumptions(line for part in parts for line in part)


def _trial(study: Study) -> Iterator[Assumption]:
    trial = study.trial

    def line(*path: str) -> str:
        return str(study.trial_file.source(path))

    yield Assumption(
        "treatment_start",
        _records(trial.treatment_start),
        line("treatment_start"),
        "times from treatment count from here",
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
    windows = "; ".join(
        f"{visit.name} {visit.day - visit.window_before} to {visit.day + visit.window_after}"
        for visit in trial.visits
        if visit.day > 0
    )
    if windows:
        yield Assumption("windows, in days", windows, line("visits"), "decides which assessments were missed")
    for number, therapy in enumerate(trial.new_therapies):
        yield Assumption(
            f"new therapy ({therapy.kind})",
            _records(therapy),
            str(study.trial_file.source(("new_therapies", number))),
            "these records are new anticancer therapy; nothing else is",
        )


def _records(choice: RecordChoice, pick: str = "first") -> str:
    return f"{pick} {_where(f'{choice.dataset}.{choice.date}', choice.where)}"


def _where(name: str, where: Mapping[str, Sequence[str]]) -> str:
    texts = " and ".join(f"{variable} = {'/'.join(values)}" for variable, values in where.items())
    return f"{name} where {texts}" if texts else name


def _dates(study: Study) -> Iterator[Assumption]:
    trial = study.trial

    def line(*path: str | int) -> str:
        return str(study.trial_file.source(path))

    for role, policy in trial.partial_dates.items():
        bounds = [
            *(f"not before {name}" for name in policy.not_before),
            *(f"not after {name}" for name in policy.not_after),
        ]
        what = "month and day" if policy.highest == "M" else "day only"
        contradicted = f"{policy.contradicted} where a bound contradicts it"
        value = "; ".join([f"to {policy.to}, {what}", *([", ".join(bounds), contradicted] if bounds else [])])
        reason = "how an incomplete date is completed for analysis"
        yield Assumption(f"partial date: {role}", value, line("partial_dates", role), reason)
    for name, event in trial.events.items():
        value = _records(trial.event_records(name), event.pick) + (f", after {event.after}" if event.after else "")
        reason = "an event whose order with others is checked, and narrows partial dates"
        yield Assumption(f"event: {name}", value, line("events", name), reason)
    for number, chain in enumerate(trial.event_order):
        reason = "dates that cannot keep this order are findings; a bound of a partial date keeps it"
        value = ", ".join([*chain, CUTOFF])
        yield Assumption("order of events", value, line("event_order", number), reason)

    last_alive = study.adam.adsl.variables.get("LSTALVDT")
    if last_alive is not None and last_alive.last_alive is not None:
        excluded = "; ".join(_where(records.dataset, records.where) for records in last_alive.last_alive.excluded)
        value = (
            f"latest date of any record, a partial one by its first day, but for {excluded}; never after death or the "
            "data cut-off"
        )
        yield Assumption("last known alive", value, "specs/adsl.yaml", "survival without death ends there")


def _coded() -> Iterator[Assumption]:
    for topic, value, where, why in _CODED:
        yield Assumption(topic, value, f"hcc_sdtm/{where}", why)


def _responses(study: Study) -> Iterator[Assumption]:
    for parameter in study.adam.adrs.parameters:
        best = parameter.best
        if best is None:
            continue
        parts = [f"best of {best.of}, after the start of treatment, up to the first PD"]
        parts += [f"and to {best.until}, that day included"] if best.until else []
        between = f"with at most {best.max_ne} NE and {best.max_sd} SD between"
        parts.append(f"; confirmed, {between}" if best.confirmed else "; confirmation not required")
        parts.append(f"; NE without {best.baseline}" if best.baseline else "; with or without a baseline assessment")
        parts.append(f"; {best.none} without assessment")
        value = " ".join(parts).replace(" ;", ";")
        yield Assumption(f"parameter {parameter.paramcd}", value, "specs/adrs.yaml", "decides who responded")


def _parameters(study: Study) -> Iterator[Assumption]:
    for parameter in study.adam.parameters:
        rules = "; ".join(f"{censoring.name} (CNSR {censoring.cnsr})" for censoring in parameter.applied)
        parts = [f"from {parameter.start}, {parameter.population}"]
        if parameter.among:
            parts[0] += f" with {_where(parameter.among.dataset, parameter.among.where)}"
        parts += [f"at risk from {parameter.entry}"] if parameter.entry else []
        parts.append(f"events: {', '.join(event.name for event in parameter.events)}")
        if parameter.competing:
            parts.append(f"competing: {', '.join(event.name for event in parameter.competing)}")
        value = "; ".join([*parts, f"censoring: {rules}"])
        where = f"specs/parameters/{parameter.paramcd.lower()}.yaml"
        yield Assumption(f"parameter {parameter.paramcd}", value, where, "the first censoring that applies is used")


def _endpoints(study: Study) -> Iterator[Assumption]:
    for endpoint in study.endpoints.endpoints:
        value = f"{endpoint.estimator}, interval {endpoint.interval}, {endpoint.level:.0%}, population {endpoint.population}"
        if isinstance(endpoint, SurvivalEndpoint) and (minimum := endpoint.delayed_entry):
            value += f", curve from where {minimum.count} and {minimum.share:.0%} are at risk"
        yield Assumption(f"endpoint {endpoint.id}", value, "specs/endpoints.yaml", " ".join(endpoint.note.split()))


_SETTLED = {
    DATE_ORDER: "decides which part of a date is the day",
    DATE_SYSTEM: "decides the date that a number stands for",
    TIME_OF_DAY: "a program wrote midnight where no time was recorded",
}
"""Why each fact matters that a whole column settles."""


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
                _SETTLED[str(fact.fact)],
            )
