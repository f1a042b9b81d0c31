"""The lines of the assumption ledger that analysis datasets depend on: trial, dates, criteria, responses, parameters.

Knows what each file of the analysis says. Does not know sites or endpoints, whose lines stand in `hcc_sdtm.outputs.ledger`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hcc_sdtm.outputs.assumptions import Assumption
from hcc_sdtm.outputs.spec_words import told, where_words
from hcc_sdtm.spec.adam.adrs_verbs import BestResponse
from hcc_sdtm.spec.adam.event_sources import Event
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.analysis_plan import AnalysisPlan
from hcc_sdtm.spec.trial import CUTOFF, RecordChoice

_REASONS = {
    "staging_system": "the name of a stage means different things in different systems",
    "primary_criterion": "response and progression of the endpoints are by this criterion",
    "data_cutoff": "records after it are left out before any derivation",
    "first_day": "1: the day of origin counts, so a subject censored at origin has one day; 0 for data that gives durations",
    "month_days": "months are days divided by this, in data and tables alike",
    "missed_assessments": "so many scheduled assessments missed in a row before an event censor it, where a parameter says so",
    "most_completions": "a time whose partial dates have more is said to lie between its earliest origin and the data cut-off",
    "missed_by": "windows: no adequate assessment in a window; gap: longer than the planned intervals and windows",
}

_CODED = (
    (
        "assessment on the day treatment starts", "a baseline assessment, never an event",
        "adam/responses/adrs_verbs/visits.py", "a PD of that day is the qualifying progression",
    ),
    (
        "assessments of one day that differ", "the worst; NE last", "adam/responses/response.py",
        "decides best response and progression; each pair is a finding",
    ),
    (
        "assessment after death", "not used, and a finding", "adam/responses/adrs_verbs/visits.py",
        "one of the two dates is wrong: nobody gets a response or a progression by that",
    ),
    (
        "less than complete after CR", "PD in the confirmed best response, no event of a time to progression",
        "adam/responses/confirmation.py", "disease came back, or the CR was none: a finding asks",
    ),
    (
        "missed assessment", "no adequate assessment inside the window, whatever its visit number", "adam/times/schedule.py",
        "an assessment a day before its window opens does not count for it",
    ),
    (
        "therapy on the day of an event or an assessment", "not before it: both count", "adam/times/time_to_event.py",
        "the other order would censor the event",
    ),
    (
        "baseline value", "the last one on or before the first day of treatment; a record without a value is passed over",
        "adam/subjects/adsl_from_records.py", "a test that was not done is no baseline",
    ),
    (
        "count, sum or extreme over records of which one has no value, or may lie on either side of a limit of time",
        "missing, and a finding", "adam/subjects/adsl_over_records.py",
        "with the record it may be too high, without it too low",
    ),
    (
        "field of radiotherapy", "a lesion from the day after the start of its course; a new lesion is out of field",
        "adam/lesions/lesion_progression.py", "decides what is local failure and what is progression out of field",
    ),
    (
        "growth of a sum without growth of a lesion", "comes from the targets larger than at its nadir; no local failure",
        "adam/lesions/sum_progression.py", "a local failure is one of a single lesion",
    ),
    (
        "irradiated lesion that nobody evaluated later", "local control does not wait for it, and a finding",
        "adam/lesions/field_status.py", "one forgotten lesion would leave the patient without any local control",
    ),
)  # fmt: skip
"""Choices that stand in the package and in no file of the study: topic, value, where, why."""


def analysis_assumptions(plan: AnalysisPlan) -> Iterator[Assumption]:
    """Trial facts, date policies, populations, fixed rules, criteria, response parameters, time-to-event parameters."""
    for part in (_trial, _dates, _populations, _subject_variables, _coded, _criteria, _responses, _parameters):
        yield from part(plan)


def _trial(plan: AnalysisPlan) -> Iterator[Assumption]:
    trial = plan.trial

    def line(*path: str | int) -> str:
        return _line(plan, *path)

    yield Assumption(
        "treatment_start",
        _records(trial.treatment_start),
        line("treatment_start"),
        "times from treatment count from here",
    )
    for key, reason in _REASONS.items():
        value = str(getattr(trial, key))
        is_moved = key == "data_cutoff" and value != plan.trial_file.data.get(key, "")
        yield Assumption(key, value, f"--cutoff, in place of {line(key)}" if is_moved else line(key), reason)
    response = trial.response
    for key, chosen, reason in (
        ("confirmation_days", response.confirmation_days, "a response is confirmed by one at least so many days later"),
        ("stable_disease_days", response.stable_disease_days, "an SD sooner after treatment start is not evaluable"),
        ("baseline_window_days", response.baseline_window_days, "an older baseline assessment does not count"),
        ("non_cr_non_pd_is_control", response.non_cr_non_pd_is_control, "NON-CR/NON-PD counts as disease control"),
    ):
        yield Assumption(f"response.{key}", str(chosen), line("response", key), reason)
    windows = "; ".join(
        f"{visit.name} {visit.day - visit.window_before} to {visit.day + visit.window_after}"
        for visit in trial.visits
        if visit.day > 0
    )
    if windows:
        yield Assumption("windows, in days", windows, line("visits"), "decides which assessments were missed")
    if trial.visits_continue is not None:
        value = f"every {trial.visits_continue.every} days"
        yield Assumption("assessments after the last listed", value, line("visits_continue"), "they can be missed too")
    for number, therapy in enumerate(trial.new_therapies):
        yield Assumption(
            f"new therapy ({therapy.kind})",
            _records(therapy),
            line("new_therapies", number),
            "these records are new anticancer therapy; nothing else is",
        )
    yield from _progression(plan)


def _line(plan: AnalysisPlan, *path: str | int) -> str:
    """The line of a key of the trial's file; where the file does not have it, the file and that it is a default."""
    value: Any = plan.trial_file.data
    for key in path:
        if isinstance(value, dict) and key not in value:
            return f"{plan.trial_file.name}: default"
        if isinstance(value, dict):
            value = value[key]
    return str(plan.trial_file.source(path))


def _records(choice: RecordChoice, pick: str = "first") -> str:
    return f"{pick} {where_words(f'{choice.dataset}.{choice.date}', choice.where)}"


def _dates(plan: AnalysisPlan) -> Iterator[Assumption]:
    trial = plan.trial

    def line(*path: str | int) -> str:
        return _line(plan, *path)

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

    last_alive = plan.adam.adsl.variables.get("LSTALVDT")
    if last_alive is not None and last_alive.last_alive is not None:
        rule = last_alive.last_alive
        sources = "; ".join(where_words(", ".join((each.dataset, *each.dates)), each.where) for each in rule.sources)
        excluded = "; ".join(where_words(records.dataset, records.where) for records in rule.excluded)
        value = f"latest date of {sources or 'any record'}, a partial one by its first day"
        value += f", but for {excluded}" if excluded else ""
        value += "; never after death or the data cut-off"
        yield Assumption("last known alive", value, "specs/adsl.yaml", "survival without death ends there")


def _populations(plan: AnalysisPlan) -> Iterator[Assumption]:
    asked: dict[str, list[str]] = {plan.adam.adrs.population: ["ADRS"]}
    for parameter in plan.adam.parameters:
        asked.setdefault(parameter.population, []).append(parameter.paramcd)
    for name, users in asked.items():
        rule = plan.adam.adsl.variables.get(name)
        if rule is not None:
            value = told(rule, tuple(set(type(rule).model_fields) - rule.model_fields_set))
            yield Assumption(f"population {name}", value, "specs/adsl.yaml", f"who is in {', '.join(users)}")


def _subject_variables(plan: AnalysisPlan) -> Iterator[Assumption]:
    for name, rule in plan.adam.adsl.variables.items():
        value, reason = "", ""
        if rule.group:
            word = "from" if rule.group.at_least else "over"
            value = ", ".join(f"{label} {word} {limit:g}" for label, limit in rule.group.limits.items())
            value, reason = f"{rule.group.of}: {value}", "another limit makes other groups"
        if rule.duration:
            first_day = plan.trial.first_day if rule.duration.first_day is None else rule.duration.first_day
            value = f"{rule.duration.unit} from {rule.duration.start} to {rule.duration.end}, first day counted: {first_day}"
            reason = "how long it was depends on whether the first day counts"
        if value and not name.startswith("_"):
            yield Assumption(f"variable {name}", value, "specs/adsl.yaml", reason)


def _coded(plan: AnalysisPlan) -> Iterator[Assumption]:
    for topic, value, where, why in _CODED:
        yield Assumption(topic, value, f"hcc_sdtm/{where}", why)


def _progression(plan: AnalysisPlan) -> Iterator[Assumption]:
    progression = plan.trial.progression
    if not progression.irradiated:
        return

    def line(*path: str | int) -> str:
        return _line(plan, "progression", *path)

    for number, records in enumerate(progression.irradiated):
        yield Assumption(
            "irradiated lesions", told(records), line("irradiated", number), "decides what is local and what is not"
        )
    failure = told(progression.local_failure)
    yield Assumption("local failure", failure, line("local_failure"), "growth over the smallest size since irradiation")
    value = f"at most {progression.oligo_lesions} lesions in {progression.oligo_organs} organs"
    yield Assumption("oligoprogression", value, line("oligo_lesions"), "more than that is diffuse progression")


def _criteria(plan: AnalysisPlan) -> Iterator[Assumption]:
    for criterion in plan.adam.criteria.criteria:
        value = told(criterion, ("name", "sum", "suffix"))
        reason = "sums, responses and progressions are recomputed from lesions by it"
        yield Assumption(f"criterion {criterion.name}", value, "specs/criteria", reason)


def _responses(plan: AnalysisPlan) -> Iterator[Assumption]:
    for parameter in plan.adam.adrs.parameters:
        if parameter.best:
            value, reason = _best(parameter.best, plan), "decides who responded"
        else:
            value, reason = f"{parameter.verb.replace('_', ' ')}: {told(parameter.rule)}", "the parameter is made so"
        yield Assumption(f"parameter {parameter.paramcd}", value, "specs/adrs.yaml", reason)


def _best(best: BestResponse, plan: AnalysisPlan) -> str:
    rules = plan.trial.response
    parts = [f"best of {best.of}, after the start of treatment, up to the first PD"]
    parts += [f"and to {best.until}, that day included"] if best.until else []
    days = rules.confirmation_days if best.confirmation_days is None else best.confirmation_days
    between = f"with at most {best.max_ne} NE and {best.max_sd} SD between, after {days} days"
    parts.append(f"; confirmed, {between}" if best.confirmed else "; confirmation not required")
    stable = rules.stable_disease_days if best.stable_disease_days is None else best.stable_disease_days
    parts.append(f"; SD from day {stable} after the start")
    if best.confirmed:
        parts.append(f"; less than complete after CR: {best.after_complete}")
    parts.append(f"; NE without {best.baseline}" if best.baseline else "; with or without a baseline assessment")
    parts.append(f"; {best.none} without assessment")
    return " ".join(parts).replace(" ;", ";")


def _parameters(plan: AnalysisPlan) -> Iterator[Assumption]:
    for parameter in plan.adam.parameters:
        where = f"specs/parameters/{parameter.paramcd.lower()}.yaml"
        yield Assumption(
            f"parameter {parameter.paramcd}", _time(parameter), where, "the first censoring that applies is used"
        )


def _time(parameter: TimeToEvent) -> str:
    parts = [f"from {parameter.origin_name}, {parameter.population}"]
    if parameter.among:
        parts[0] += f" with {where_words(parameter.among.dataset, parameter.among.where)}"
    parts += [f"one for each {parameter.by.variable}"] if parameter.by else []
    parts += [f"scheme {parameter.scheme.name} of {parameter.scheme.of}"] if parameter.scheme else []
    parts += [f"at risk from {parameter.entry}"] if parameter.entry else []
    parts += [f"up to {parameter.end}"] if parameter.end else []
    parts.append(f"events: {', '.join(_dated(event) for event in parameter.events)}")
    if parameter.competing:
        parts.append(f"competing: {', '.join(_dated(event) for event in parameter.competing)}")
    rules = "; ".join(f"{censoring.name} (CNSR {censoring.cnsr})" for censoring in parameter.applied)
    parts.append(f"censoring: {rules}")
    for code, names in parameter.reused_codes.items():
        parts.append(f"CNSR {code} stands for more than one reason: {', '.join(names)}")
    free = parameter.event_free.dated_at
    parts += [f"free of event at the {free.replace('_', ' ')}"] if free != "record" else []
    return "; ".join(parts)


def _dated(event: Event) -> str:
    return event.name if event.dated_at == "record" else f"{event.name} (on the {event.dated_at.replace('_', ' ')})"
