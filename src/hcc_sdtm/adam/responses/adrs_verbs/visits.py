"""The response at each assessment, and the single response of a trial with one assessment a subject."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.responses.adrs_verbs.building import Building, together
from hcc_sdtm.adam.responses.response import NO_ASSESSMENT, ONLY_NE, declines_from_complete, worst_of_day
from hcc_sdtm.adam.timeline import chosen_records
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import to_days
from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.spec.adam.adrs_verbs import Responses
from hcc_sdtm.spec.adam.records import DatedRecords

DISCORDANT_DAY = "ADRS-101 response.discordant-day"
"""Two responses of one criterion on one day differ: the worse stands."""

UNDATED_RESPONSE = "ADRS-102 response.undated"
"""A response has no date: it is in no analysis."""

DECLINE_FROM_COMPLETE = "ADRS-103 response.after-complete"
"""A response is less than complete after a complete one: either disease came back, which is PD, or the CR was none."""

SEVERAL_RESPONSES = "ADRS-104 response.several-of-single"
"""A subject has several responses where the trial has one assessment: the first is taken."""

WITHOUT_BASELINE = "ADRS-105 response.without-baseline"
"""A subject has responses other than NE and no baseline assessment: there is nothing that they compare with."""

SEVERAL_EVALUATORS = "ADRS-107 response.several-evaluators"
"""Responses of several evaluators are read as if one had given them: the worst of a day is nobody's."""

PROGRESSION = ("PD", "iCPD")
"""What ends the responses that count. The unconfirmed progression of iRECIST does not."""


def visit_responses(building: Building, responses: Responses) -> pd.DataFrame:
    """One row for each subject and day with a response, the worst of the day.

    ANL01FL marks those after the start of treatment, up to the first PD and not after death: only they make other
    parameters. An assessment on the day of start is a baseline assessment. Findings: responses that disagree on a day,
    have no date, have no baseline, or are less than complete after a complete one.
    """
    timeline = building.timeline(responses)
    timeline = timeline.keep(building.in_population[timeline.subject])
    dataset, position = timeline.dataset, timeline.position
    given = {"AVALC": responses.value, "AVISIT": "VISIT", "AVISITN": "VISITNUM"}
    found = {
        name: dataset.frame[source].to_numpy()[position] for name, source in given.items() if source in dataset.frame
    }
    rows = building.from_timeline(timeline, **found)
    building.findings.append(_undated(building, responses, dataset))
    building.findings.append(_several_evaluators(responses, dataset, timeline.subject, position))
    kept, discordant = worst_of_day(building.assessments(rows))
    message = "another response of this day differs; the worse stands in the analysis"
    building.findings.append(
        dataset.findings(
            rows.loc[discordant.sort_values(), "position"].to_numpy(),
            DISCORDANT_DAY,
            "warning",
            responses.value,
            message,
            "one response a day",
        )
    )
    if len(kept) < len(rows):
        rows = rows.loc[kept.index].reset_index(drop=True)
    rows["ANL01FL"] = np.where(is_analysed(building, rows), "Y", "").astype(object)
    building.findings += [
        _declines(building, rows, dataset, responses.value),
        _without_baseline(building, rows, dataset, responses),
    ]
    return rows


def single_response(building: Building, responses: Responses) -> pd.DataFrame:
    """One row for each subject of the population: its only response, which needs no date, or NE."""
    dataset = building.datasets.get(responses.dataset)
    if dataset is None:
        return building.undated_rows(building.population, "NE").assign(NEREAS=NO_ASSESSMENT)
    position, subject = chosen_records(dataset, responses, building.subjects)
    given = (dataset.frame[responses.value].to_numpy()[position] != "") & building.in_population[subject]
    position, subject = position[given], subject[given]
    again = pd.Series(subject).duplicated().to_numpy()
    message = "another response of this subject stands before; this one is left out"
    building.findings.append(
        dataset.findings(position[again], SEVERAL_RESPONSES, "error", responses.value, message, "one a subject")
    )
    position, subject = position[~again], subject[~again]
    value = dataset.frame[responses.value].to_numpy(dtype=object)[position]
    rows = building.undated_rows(subject, "").assign(AVALC=value, position=position)
    rows["ADT"] = to_days(dataset.frame[responses.date].iloc[position]).to_numpy()
    dated = rows["ADT"].notna().to_numpy()
    by_date, by_value = (building.source(dataset, variable) for variable in (responses.date, responses.value))
    rows["source"] = np.where(dated, by_date, by_value)
    rows["NEREAS"] = np.where(value == "NE", ONLY_NE, "")
    missing = building.undated_rows(building.without(rows), "NE").assign(NEREAS=NO_ASSESSMENT)
    return together([rows, missing])


def is_analysed(building: Building, rows: pd.DataFrame) -> np.ndarray:
    """Mask of the visit responses that other parameters may use: those that count, up to the first PD."""
    subject, day = rows["subject"].to_numpy(dtype=np.int64), rows["ADT"].to_numpy(dtype=float)
    analysed = counts(building, subject, day)
    first = np.full(len(building.subjects), np.inf)
    progressed = analysed & rows["AVALC"].isin(PROGRESSION).to_numpy()
    np.minimum.at(first, subject[progressed], day[progressed])
    return np.asarray(analysed & (day <= first[subject]))


def counts(building: Building, subject: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Mask of the days that are after the subject's start of treatment and not after its death."""
    after_start: np.ndarray = day > building.subjects.days["TRTSDT"][subject]
    if "DTHDT" not in building.subjects.days:
        return after_start
    # one of the two dates is wrong: nobody gets a response by that
    return np.asarray(after_start & ~(day > building.subjects.days["DTHDT"][subject]))


def _several_evaluators(
    responses: Responses, dataset: Dataset, subject: np.ndarray, position: np.ndarray
) -> pd.DataFrame:
    """One finding, where a subject has responses of more than one evaluator, with the number of such subjects."""
    found = []
    for name in (f"{dataset.name}EVAL", f"{dataset.name}EVALID"):
        if name not in dataset.frame:
            continue
        codes, texts = pd.factorize(dataset.frame[name].to_numpy(dtype=object)[position])
        named = [text for text in texts if text]
        if len(named) > 1:
            pairs = pd.DataFrame({"subject": subject, "code": codes})[texts[codes] != ""].drop_duplicates()
            count = int((pairs["subject"].value_counts() > 1).sum())
            if count:
                message = (
                    f"one parameter reads responses of several evaluators ({', '.join(sorted(named))}), of "
                    f"{count} subject{'s' if count > 1 else ''}: name one of them in where, {name}"
                )
                found.append(
                    Finding(
                        SEVERAL_EVALUATORS,
                        "error",
                        message,
                        dataset=dataset.name,
                        variable=name,
                        expected="one evaluator",
                    )
                )
    return findings_frame(found)


def _undated(building: Building, responses: Responses, dataset: Dataset) -> pd.DataFrame:
    if responses.date not in dataset.frame:
        return findings_frame()
    undated = DatedRecords(
        dataset=responses.dataset,
        where={**responses.where, responses.date: ("",)},
        where_not=responses.where_not,
        date=responses.date,
    )
    position, subject = chosen_records(dataset, undated, building.subjects)
    return dataset.findings(
        position[building.in_population[subject]],
        UNDATED_RESPONSE,
        "warning",
        responses.date,
        "the response has no date and is in no analysis",
        "a date",
    )


def _declines(building: Building, rows: pd.DataFrame, dataset: Dataset, variable: str) -> pd.DataFrame:
    analysed = building.assessments(rows).iloc[np.flatnonzero((rows["ANL01FL"] == "Y").to_numpy())]
    positions = rows.loc[declines_from_complete(analysed).sort_values(), "position"].to_numpy()
    message = '"{value}" follows a complete response: disease came back, which is PD, or the CR was none'
    return dataset.findings(positions, DECLINE_FROM_COMPLETE, "warning", variable, message, "CR, PD or NE")


def _without_baseline(building: Building, rows: pd.DataFrame, dataset: Dataset, responses: Responses) -> pd.DataFrame:
    """One finding a subject: at its first response that counts and is not NE."""
    if not responses.baseline:
        return findings_frame()
    baseline = building.subjects.days[responses.baseline]
    if np.isnan(baseline[building.population]).all():
        return findings_frame()  # a study whose baseline assessments are in no dataset
    judged = ((rows["ANL01FL"] == "Y") & (rows["AVALC"] != "NE")).to_numpy()
    has_none = np.isnan(baseline)[rows["subject"].to_numpy(dtype=np.int64)] & judged
    message = 'the response "{value}" has no baseline assessment to be compared with'
    positions = np.sort(rows.iloc[np.flatnonzero(has_none)].drop_duplicates("subject")["position"].to_numpy())
    expected = "a baseline assessment"
    return dataset.findings(positions, WITHOUT_BASELINE, "warning", responses.value, message, expected)
