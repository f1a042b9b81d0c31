"""ADRS: responses and the dates that endpoints need, each parameter by its rule in ``adrs.yaml``.

A Y/N parameter has one record for each subject of the population, dated where it is Y; the visit responses have one for
each subject and day. SRCDOM, SRCVAR and SRCSEQ point to the SDTM record that gave ADT, for derived parameters too.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.adam.adsl import adsl_subjects
from hcc_sdtm.adam.analysis_dataset import build_analysis_dataset
from hcc_sdtm.adam.pointers import SOURCE_COLUMNS, sources
from hcc_sdtm.adam.response import (
    CONTROL,
    RESPONSE_CODES,
    best_response,
    confirmed_best_response,
    declines_from_complete,
    worst_of_day,
)
from hcc_sdtm.adam.timeline import Subjects, Timeline, build_timeline, chosen_records, unusable_date_findings
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import to_days
from hcc_sdtm.dates.study_day import study_day
from hcc_sdtm.finding import findings_frame, join_findings
from hcc_sdtm.spec.adam.adrs_rules import AdrsParameter, BestResponse, NewTherapy, Responses, ValuesOf
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.adam.records import DatedRecords
from hcc_sdtm.spec.model import DatasetSpec, Specs
from hcc_sdtm.spec.trial import Trial

DISCORDANT_DAY = "ADRS-101 response.discordant-day"
"""Two responses of one criterion on one day differ: the worse stands."""

UNDATED_RESPONSE = "ADRS-102 response.undated"
"""A response has no date: it is in no analysis."""

DECLINE_FROM_COMPLETE = "ADRS-103 response.after-complete"
"""A response is less than complete after a complete one: either disease came back, which is PD, or the CR was none."""

SEVERAL_RESPONSES = "ADRS-104 response.several-of-single"
"""A subject has several responses where the trial has one assessment: the first is taken."""

ROW_COLUMNS = ["subject", "ADT", "ADTF", "AVALC", "AVISIT", "AVISITN", "ANL01FL", *SOURCE_COLUMNS, "position"]
"""Columns of a parameter while it is made: ``subject`` is a code, ``position`` that of its source record."""

TEXT_COLUMNS = ["ADTF", "AVALC", "AVISIT", "ANL01FL", "SRCDOM", "SRCVAR"]


def build_adrs(
    datasets: Mapping[str, Dataset], adsl: Dataset, specs: Specs, trial: Trial, adam: AdamSpecs
) -> tuple[Dataset, pd.DataFrame]:
    """ADRS from SDTM and ADSL, and findings about responses that disagree, are undated or follow a complete one.

    Of the visit responses ANL01FL marks those after the start of treatment, up to the first PD and not after death: only
    they make other parameters. An assessment on the day of start is a baseline assessment.
    """
    return _Builder(datasets, adsl, specs, trial, adam).build()


class _Builder:
    """The parameters made so far, in the order of the rules."""

    def __init__(
        self, datasets: Mapping[str, Dataset], adsl: Dataset, specs: Specs, trial: Trial, adam: AdamSpecs
    ) -> None:
        self.datasets: dict[str, Dataset] = {**datasets, "ADSL": adsl}
        self.adsl = adsl
        self.specs = specs
        self.tables: dict[str, DatasetSpec] = {**specs.sdtm, **specs.adam}
        self.trial = trial
        self.spec = adam.adrs
        self.subjects: Subjects = adsl_subjects(adsl, trial)
        in_population = (adsl.frame[self.spec.population] == "Y").to_numpy()
        self.in_population = in_population
        self.population = np.flatnonzero(in_population)
        self.rows: dict[str, pd.DataFrame] = {}
        self.timelines: list[Timeline] = []
        self.findings: list[pd.DataFrame] = []

    def build(self) -> tuple[Dataset, pd.DataFrame]:
        for parameter in self.spec.parameters:
            self.rows[parameter.paramcd] = self.parameter(parameter)
        self.findings.append(unusable_date_findings(self.timelines))
        return self.dataset(), join_findings(self.findings)

    def parameter(self, parameter: AdrsParameter) -> pd.DataFrame:
        if parameter.responses:
            return self.visit_responses(parameter.responses)
        if parameter.single:
            return self.single_response(parameter.single)
        if parameter.first:
            return self.yes_no(self.analysed(parameter.first).drop_duplicates("subject"))
        if parameter.last:
            return (
                self.analysed(parameter.last).drop_duplicates("subject", keep="last").assign(AVISIT="", AVISITN=np.nan)
            )
        if parameter.best:
            return self.best(parameter.best)
        if parameter.is_in:
            return self.yes_no(self.having(parameter.is_in.of, parameter.is_in.values))
        if parameter.disease_control:
            trial_allows = ("NON-CR/NON-PD",) if self.trial.response.non_cr_non_pd_is_control else ()
            return self.yes_no(self.having(parameter.disease_control.of, (*CONTROL, *trial_allows)))
        if parameter.event:
            return self.yes_no(self.first_record(self.timeline(parameter.event)))
        if parameter.new_therapy:
            return self.yes_no(self.new_therapy(parameter.new_therapy))
        raise TypeError(f"{parameter.paramcd} has no rule")

    def visit_responses(self, responses: Responses) -> pd.DataFrame:
        timeline = self.timeline(responses)
        dataset = timeline.dataset
        rows = self.from_timeline(timeline)
        rows["AVALC"] = dataset.frame[responses.value].to_numpy(dtype=object)[timeline.position]
        for target, source, missing in (("AVISIT", "VISIT", ""), ("AVISITN", "VISITNUM", np.nan)):
            given = dataset.frame[source].to_numpy()[timeline.position] if source in dataset.frame else missing
            rows[target] = given
        rows = rows[self.in_population[timeline.subject]]
        self.findings.append(self.undated(responses, dataset))
        kept, discordant = worst_of_day(self.as_assessments(rows))
        message = "another response of this day differs; the worse stands in the analysis"
        self.findings.append(
            dataset.findings(
                rows.loc[discordant.sort_values(), "position"].to_numpy(),
                DISCORDANT_DAY,
                "warning",
                responses.value,
                message,
                "one response a day",
            )
        )
        analysed: pd.DataFrame = rows.loc[kept.index].reset_index(drop=True)
        analysed["ANL01FL"] = self.analysis_flag(analysed)
        self.findings.append(self.declines(analysed, dataset, responses.value))
        return analysed

    def single_response(self, responses: Responses) -> pd.DataFrame:
        """One record for each subject of the population: its only response, which needs no date, or NE."""
        dataset = self.datasets.get(responses.dataset)
        if dataset is None:
            return self.undated_rows(self.population, "NE")
        position, subject = chosen_records(dataset, responses, self.subjects)
        given = (dataset.frame[responses.value].to_numpy()[position] != "") & self.in_population[subject]
        position, subject = position[given], subject[given]
        again = pd.Series(subject).duplicated().to_numpy()
        message = "another response of this subject stands before; this one is left out"
        self.findings.append(
            dataset.findings(position[again], SEVERAL_RESPONSES, "error", responses.value, message, "one a subject")
        )
        position, subject = position[~again], subject[~again]
        rows = self.undated_rows(subject, "")
        rows["ADT"] = to_days(dataset.frame[responses.date].iloc[position]).to_numpy()
        rows["AVALC"] = dataset.frame[responses.value].to_numpy(dtype=object)[position]
        dated = ~np.isnan(rows["ADT"].to_numpy())
        rows[list(SOURCE_COLUMNS)] = sources(dataset, responses.date, position).to_numpy(dtype=object)
        rows["SRCVAR"] = np.where(dated, responses.date, responses.value)
        rows["position"] = position
        missing = self.population[~np.isin(self.population, subject)]
        return pd.concat([rows, self.undated_rows(missing, "NE")], ignore_index=True)

    def best(self, best: BestResponse) -> pd.DataFrame:
        rules = self.trial.response
        rows = self.rows[best.of]
        rows = rows[rows["ANL01FL"] == "Y"]
        if best.until:
            until = self.by_subject(best.until)
            rows = rows[~(rows["ADT"].to_numpy() > until[rows["subject"].to_numpy()])]
        assessments = self.as_assessments(rows)
        if best.confirmed:
            chosen = confirmed_best_response(
                assessments, rules.stable_disease_days, rules.confirmation_days, best.max_ne, best.max_sd
            )
        else:
            chosen = best_response(assessments, rules.stable_disease_days)
        made = rows.loc[chosen["row"]].assign(AVALC=chosen["response"].to_numpy(), AVISIT="", AVISITN=np.nan)
        if best.baseline:
            has_baseline = ~np.isnan(self.subjects.days[best.baseline])
            made = made[has_baseline[made["subject"].to_numpy()]]
            judged = np.isin(self.population, rows["subject"])
            unjudged = self.population[judged & ~has_baseline[self.population]]
        else:
            unjudged = self.population[:0]
        missing = self.population[~np.isin(self.population, np.append(made["subject"].to_numpy(), unjudged))]
        undated = [self.undated_rows(unjudged, "NE"), self.undated_rows(missing, best.none)]
        return pd.concat([frame for frame in (made, *undated) if len(frame)] or [made], ignore_index=True)

    def new_therapy(self, therapy: NewTherapy) -> pd.DataFrame:
        firsts = []
        for choice in self.trial.new_therapies:
            if choice.kind in therapy.kinds:
                records = DatedRecords(dataset=choice.dataset, where=choice.where, date=choice.date, role=therapy.role)
                firsts.append(self.first_record(self.timeline(records), self.subjects.days["TRTSDT"]))
        if not firsts:
            return self.undated_rows(self.population[:0], "")
        together = pd.concat(firsts, ignore_index=True)
        return together.sort_values(["subject", "ADT"], kind="stable").drop_duplicates("subject")

    def timeline(self, records: DatedRecords) -> Timeline:
        timeline = build_timeline(self.datasets, records, self.subjects, self.tables)
        self.timelines.append(timeline)
        return timeline

    def from_timeline(self, timeline: Timeline) -> pd.DataFrame:
        rows = pd.DataFrame({"subject": timeline.subject, "ADT": timeline.day, "ADTF": timeline.flag})
        rows[list(SOURCE_COLUMNS)] = sources(timeline.dataset, timeline.variable, timeline.position)
        rows["position"] = timeline.position
        return rows.assign(AVALC="", AVISIT="", AVISITN=np.nan, ANL01FL="Y")[ROW_COLUMNS]

    def first_record(self, timeline: Timeline, not_before: np.ndarray | None = None) -> pd.DataFrame:
        limits = np.full(len(self.subjects), -np.inf) if not_before is None else not_before
        index = timeline.first_on_or_after(limits)[self.population]
        chosen = np.zeros(len(timeline.subject), dtype=bool)
        chosen[index[index >= 0]] = True
        return self.from_timeline(timeline.keep(chosen))

    def analysed(self, values: ValuesOf) -> pd.DataFrame:
        """The records of the parameter that later ones may use and that have one of the values, in order of date."""
        rows = self.rows[values.of]
        rows = rows[(rows["ANL01FL"] == "Y") & rows["AVALC"].isin(values.values)]
        return rows.sort_values(["subject", "ADT"], kind="stable")

    def having(self, paramcd: str, values: tuple[str, ...]) -> pd.DataFrame:
        rows = self.rows[paramcd]
        return rows[rows["AVALC"].isin(values)]

    def yes_no(self, rows: pd.DataFrame) -> pd.DataFrame:
        """One record for each subject of the population: Y with the date and source of the given row, else N."""
        others = self.population[~np.isin(self.population, rows["subject"])]
        yes = rows.assign(AVALC="Y", AVISIT="", AVISITN=np.nan, ANL01FL="Y")
        return pd.concat(
            [frame for frame in (yes, self.undated_rows(others, "N")) if len(frame)] or [yes],
            ignore_index=True,
        )

    def undated_rows(self, subject: np.ndarray, value: str) -> pd.DataFrame:
        rows = pd.DataFrame({"subject": subject}).reindex(columns=ROW_COLUMNS)
        rows[TEXT_COLUMNS] = ""
        rows[["ADT", "AVISITN", "SRCSEQ"]] = np.nan
        return rows.assign(AVALC=value, ANL01FL="Y", position=-1)

    def by_subject(self, paramcd: str) -> np.ndarray:
        """The date of each subject's record of a parameter that has one a subject; NaN: none."""
        rows = self.rows[paramcd]
        day = np.full(len(self.subjects), np.nan)
        day[rows["subject"].to_numpy(dtype=np.int64)] = rows["ADT"].to_numpy(dtype=float)
        return day

    def as_assessments(self, rows: pd.DataFrame) -> pd.DataFrame:
        start = self.subjects.days["TRTSDT"][rows["subject"].to_numpy()]
        return pd.DataFrame(
            {"subject": rows["subject"], "day": rows["ADT"].to_numpy() - start, "response": rows["AVALC"]}
        )

    def analysis_flag(self, rows: pd.DataFrame) -> np.ndarray:
        subject, day = rows["subject"].to_numpy(), rows["ADT"].to_numpy()
        counts = day > self.subjects.days["TRTSDT"][subject]
        if "DTHDT" in self.subjects.days:  # one of the two dates is wrong: nobody gets a response by that
            counts &= ~(day > self.subjects.days["DTHDT"][subject])
        first = np.full(len(self.subjects), np.inf)
        progressed = counts & (rows["AVALC"] == "PD").to_numpy()
        np.minimum.at(first, subject[progressed], day[progressed])
        counts &= day <= first[subject]
        return np.where(counts, "Y", "").astype(object)

    def undated(self, responses: Responses, dataset: Dataset) -> pd.DataFrame:
        if responses.date not in dataset.frame:
            return findings_frame()
        undated = DatedRecords(
            dataset=responses.dataset,
            where={**responses.where, responses.date: ("",)},
            where_not=responses.where_not,
            date=responses.date,
        )
        position, subject = chosen_records(dataset, undated, self.subjects)
        position = position[self.in_population[subject]]
        return dataset.findings(
            position,
            UNDATED_RESPONSE,
            "warning",
            responses.date,
            "the response has no date and is in no analysis",
            "a date",
        )

    def declines(self, rows: pd.DataFrame, dataset: Dataset, variable: str) -> pd.DataFrame:
        analysed = self.as_assessments(rows[rows["ANL01FL"] == "Y"])
        positions = rows.loc[declines_from_complete(analysed).sort_values(), "position"].to_numpy()
        message = '"{value}" follows a complete response: disease came back, which is PD, or the CR was none'
        return dataset.findings(positions, DECLINE_FROM_COMPLETE, "warning", variable, message, "CR, PD or NE")

    def dataset(self) -> Dataset:
        table = self.specs.adam["ADRS"]
        parameters = [parameter for parameter in self.spec.parameters if len(self.rows[parameter.paramcd])]
        counts = [len(self.rows[parameter.paramcd]) for parameter in parameters]
        empty = self.undated_rows(self.population[:0], "")
        rows = pd.concat([self.rows[parameter.paramcd] for parameter in parameters] or [empty], ignore_index=True)
        code = np.repeat(np.arange(len(parameters)), counts)
        names = np.array([parameter.paramcd for parameter in parameters], dtype=object)
        given = {name: rows[name].to_numpy() for name in ROW_COLUMNS if name != "position"}
        # missing dates first, as SAS sorts them
        visit, day = (np.nan_to_num(given[name].astype(float), nan=-np.inf) for name in ("AVISITN", "ADT"))
        order = np.lexsort((visit, day, names.argsort().argsort()[code], given["subject"]))
        columns = {name: values[order] for name, values in given.items()}
        subject, code = columns.pop("subject").astype(np.int64), code[order]
        columns["PARAMCD"] = names[code]
        for name, attribute in (("PARAM", "param"), ("PARCAT1", "category")):
            texts = np.array([getattr(parameter, attribute) for parameter in parameters], dtype=object)
            columns[name] = texts[code]
        aval = pd.Series(columns["AVALC"]).map({**RESPONSE_CODES, "Y": 1, "N": 0})
        columns["AVAL"] = aval.to_numpy(dtype=float)
        start = pd.Series(self.subjects.days["TRTSDT"][subject])
        columns["ADY"] = study_day(pd.Series(columns["ADT"].astype(float)), start).to_numpy()
        columns["ASEQ"] = pd.Series(subject).groupby(subject).cumcount().to_numpy() + 1.0
        return build_analysis_dataset(table, columns, self.adsl, subject)
