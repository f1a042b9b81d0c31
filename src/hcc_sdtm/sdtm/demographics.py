"""DM: one record a subject, reference dates and arm (SDTMIG 3.4, 5.2)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.dataset import Dataset, Derivation, at_column
from hcc_sdtm.finding import findings_frame
from hcc_sdtm.spec.trial import RecordChoice, Trial, has_text

DUPLICATE = "DM-003 subject.duplicate"
NO_ARM = "DM-004 subject.no-arm"


def keep_first(dataset: Dataset) -> tuple[Dataset, pd.DataFrame]:
    """DM with one record a subject, the first in its order; each other one is a finding (error) at its subject number."""
    again = dataset.frame["USUBJID"].duplicated().to_numpy()
    if not again.any():
        return dataset, findings_frame()
    message = (
        "more than one record of this subject; one is kept, whatever the order of the rows, and this one is left out"
    )
    # the record left out has no position in the published dataset
    findings = dataset.findings(again, DUPLICATE, "error", "SUBJID", message).assign(record="")
    dataset.frame = dataset.frame[~again].reset_index(drop=True)
    return dataset, findings


def derive_reference_dates(demographics: Dataset, datasets: Mapping[str, Dataset], trial: Trial) -> None:
    """Adds RFSTDTC, RFXSTDTC, RFENDTC, RFXENDTC from the trial's treatment records, RFPENDTC, DTHFL.

    The first and last treatment dates are the earliest and the latest as far as they are known; a record without an end
    date ended no earlier than it started. RFPENDTC is the latest date of any of the subject's records, those of planned
    doses (ECMOOD SCHEDULED) left out, a partial date counting from its earliest day. All are ``""`` for a subject
    without such a record; a date without a year is never one of them.
    """
    choice = trial.treatment_start
    treatment = datasets.get(choice.dataset)
    ends = (choice.end, choice.date) if choice.end else (choice.date,)
    if treatment is not None:
        _take_extreme(demographics, treatment, choice, ("RFSTDTC", "RFXSTDTC"), (choice.date,), last=False)
        _take_extreme(demographics, treatment, choice, ("RFENDTC", "RFXENDTC"), ends, last=True)
    _take_last_date(demographics, datasets)
    dead = set(demographics.frame.loc[demographics.frame["DTHDTC"] != "", "USUBJID"])
    for name, variable, term in (("DS", "DSDECOD", "DEATH"), ("SS", "SSSTRESC", "DEAD")):
        if name in datasets:
            frame = datasets[name].frame
            dead |= set(frame.loc[frame[variable] == term, "USUBJID"])
    flags = np.where(demographics.frame["USUBJID"].isin(dead), "Y", "")
    how = "Y where a date, a disposition or a status says dead"
    demographics.fill("DTHFL", flags, Derivation(how, ("DTHDTC",)))


def _take_extreme(
    demographics: Dataset,
    treatment: Dataset,
    choice: RecordChoice,
    variables: tuple[str, ...],
    sources: tuple[str, ...],
    last: bool,
) -> None:
    frame = demographics.frame
    chosen_records = treatment.frame[choice.takes(treatment.frame)]
    texts = chosen_records[sources[0]]
    for source in sources[1:]:
        texts = texts.where(texts != "", chosen_records[source])
    best = chosen_records.assign(text=texts).loc[_extremes(chosen_records["USUBJID"], texts, last)].set_index("USUBJID")
    how = f"{'last' if last else 'first'} {' or '.join(sources)} of the treatment records"
    texts = frame["USUBJID"].map(best["text"]).fillna("")
    for variable in variables:
        if treatment.spec.sequence:
            frame[at_column(variable)] = frame["USUBJID"].map(best[treatment.spec.sequence]).astype("Int64")
        demographics.fill(variable, texts, Derivation(how, sources, treatment.name))


def _extremes(subjects: pd.Series, texts: pd.Series, last: bool) -> pd.Index:
    """Index labels of each subject's first or last date as far as is known; of two that may be the same day, the more exact."""
    known = dates.bounds(texts).dropna()
    keys = ["latest", "earliest"] if last else ["earliest", "latest"]
    order = known.sort_values(keys, kind="stable").index
    return order[~subjects.loc[order].duplicated(keep="last" if last else "first")]


def _take_last_date(demographics: Dataset, datasets: Mapping[str, Dataset]) -> None:
    parts = [
        pd.DataFrame({"USUBJID": dataset.frame["USUBJID"], "text": texts})[(texts != "") & happened]
        for dataset in datasets.values()
        for happened in (_happened(dataset),)
        for variable in dataset.spec.variables
        if variable.is_iso_date and variable.name not in ("BRTHDTC", "RFPENDTC")
        for texts in (dataset.frame[variable.name],)
    ]
    every = pd.concat(parts, ignore_index=True)
    # by the earliest day each can be: a year alone does not outlast a day that is known within it, nor a day a time on it
    known = dates.bounds(every["text"]).dropna().assign(text=every["text"])
    order = known.sort_values(["earliest", "latest", "text"], ascending=[True, False, True], kind="stable").index
    latest_of_each = order[~every["USUBJID"].loc[order].duplicated(keep="last")]
    last = every.loc[latest_of_each].set_index("USUBJID")["text"]
    frame = demographics.frame
    latest = frame["USUBJID"].map(last).fillna("")
    demographics.fill("RFPENDTC", latest, Derivation("latest date of any record of the subject"))


def _happened(dataset: Dataset) -> np.ndarray:
    """Mask of the records that say what happened, not what is planned."""
    return ~has_text(dataset.frame, f"{dataset.name}MOOD", ["SCHEDULED"])


def derive_arm(demographics: Dataset, datasets: Mapping[str, Dataset], trial: Trial) -> pd.DataFrame:
    """Adds ARMCD, ARM, ACTARMCD, ACTARM of a trial's only arm, and ARMNRS.

    A screen failure has no arm; a subject who never started keeps the planned arm and has no actual one. The arms of a
    trial with several are as mapped: a subject with neither an arm nor a reason is a finding (warning). RFXSTDTC and
    RFENDTC must be there; RFENDTC is emptied where ARMNRS is given.
    """
    frame = demographics.frame
    failed = np.zeros(len(frame), dtype=bool)
    if "DS" in datasets:
        disposition = datasets["DS"].frame
        failed = (
            frame["USUBJID"].isin(disposition.loc[disposition["DSDECOD"] == "SCREEN FAILURE", "USUBJID"]).to_numpy()
        )
    started = (frame["RFXSTDTC"] != "").to_numpy() & ~failed
    if trial.arm is not None:
        for variable, text, mask in (
            ("ARMCD", trial.arm.code, ~failed),
            ("ARM", trial.arm.name, ~failed),
            ("ACTARMCD", trial.arm.code, started),
            ("ACTARM", trial.arm.name, started),
        ):
            demographics.fill(variable, np.where(mask, text, ""), Derivation("the trial's only arm", ("RFXSTDTC",)))
    reason = np.where(failed, "SCREEN FAILURE", np.where(started, "", "ASSIGNED, NOT TREATED"))
    demographics.fill("ARMNRS", reason, Derivation("why there is no arm or no actual arm", ("RFXSTDTC",)))
    frame["RFENDTC"] = np.where(frame["ARMNRS"] == "", frame["RFENDTC"], "").astype(object)
    unexplained = has_text(frame, "ARMCD", [""]) & (frame["ARMNRS"] == "").to_numpy()
    message = "this subject has no planned arm, and nothing says why"
    return demographics.findings(unexplained, NO_ARM, "warning", "ARMCD", message, "an arm, or a reason in ARMNRS")
