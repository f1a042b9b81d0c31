"""DM: one record a subject, reference dates and arm (SDTMIG 3.4, 5.2)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.dataset import Dataset, Derivation, at_column
from hcc_sdtm.finding import findings_frame
from hcc_sdtm.spec.trial import RecordChoice, Trial

DUPLICATE = "DM-003 subject.duplicate"


def chosen(dataset: Dataset, choice: RecordChoice) -> pd.Series:
    """Which records the choice's ``where`` takes."""
    mask = pd.Series(True, index=dataset.frame.index)
    for variable, values in choice.where.items():
        mask &= dataset.frame[variable].isin(values)
    return mask


def keep_first(dataset: Dataset) -> tuple[Dataset, pd.DataFrame]:
    """DM with one record a subject, the first; each other one is a finding (error) at its subject number."""
    again = dataset.frame["USUBJID"].duplicated().to_numpy()
    if not again.any():
        return dataset, findings_frame()
    message = "a second record of this subject; the first is kept and this one is left out"
    findings = dataset.findings(again, DUPLICATE, "error", "SUBJID", message)
    dataset.frame = dataset.frame[~again].reset_index(drop=True)
    return dataset, findings


def derive_reference_dates(demographics: Dataset, datasets: Mapping[str, Dataset], trial: Trial) -> None:
    """Adds RFSTDTC, RFXSTDTC, RFENDTC, RFXENDTC from the trial's treatment records, RFPENDTC, DTHFL.

    The first and last treatment dates are the earliest and the latest as far as they are known. RFPENDTC is the latest date
    of any of the subject's records. All are ``""`` for a subject without such a record.
    """
    choice = trial.treatment_start
    treatment = datasets.get(choice.dataset)
    for variable, source, last in (
        ("RFSTDTC", choice.date, False),
        ("RFXSTDTC", choice.date, False),
        ("RFENDTC", choice.end or choice.date, True),
        ("RFXENDTC", choice.end or choice.date, True),
    ):
        _take_extreme(demographics, treatment, choice, variable, source, last)
    _take_last_date(demographics, datasets)
    dead = set(demographics.frame.loc[demographics.frame["DTHDTC"] != "", "USUBJID"])
    for name, variable, term in (("DS", "DSDECOD", "DEATH"), ("SS", "SSSTRESC", "DEAD")):
        if name in datasets:
            frame = datasets[name].frame
            dead |= set(frame.loc[frame[variable] == term, "USUBJID"])
    demographics.frame["DTHFL"] = np.where(demographics.frame["USUBJID"].isin(dead), "Y", "").astype(object)
    demographics.derivations["DTHFL"] = Derivation("Y where a date, a disposition or a status says dead", ("DTHDTC",))


def _take_extreme(
    demographics: Dataset, treatment: Dataset | None, choice: RecordChoice, variable: str, source: str, last: bool
) -> None:
    frame = demographics.frame
    frame[variable] = np.full(len(frame), "", dtype=object)
    if treatment is None or source not in treatment.frame:
        return
    dated = treatment.frame[chosen(treatment, choice) & (treatment.frame[source] != "")]
    known = dates.bounds(dated[source])["latest" if last else "earliest"].to_numpy()
    order = np.argsort(known, kind="stable")
    best = dated.iloc[order].drop_duplicates("USUBJID", keep="last" if last else "first").set_index("USUBJID")
    frame[variable] = frame["USUBJID"].map(best[source]).fillna("").astype(object)
    if treatment.spec.sequence:
        frame[at_column(variable)] = frame["USUBJID"].map(best[treatment.spec.sequence]).astype("Int64")
    word = "last" if last else "first"
    demographics.derivations[variable] = Derivation(f"{word} {source} of the treatment records", (source,), treatment.name)


def _take_last_date(demographics: Dataset, datasets: Mapping[str, Dataset]) -> None:
    parts = []
    for dataset in datasets.values():
        for variable in dataset.spec.variables:
            if variable.is_iso_date and variable.name not in ("BRTHDTC", "RFPENDTC"):
                texts = dataset.frame[variable.name]
                parts.append(pd.DataFrame({"USUBJID": dataset.frame["USUBJID"], "text": texts})[texts != ""])
    frame = demographics.frame
    every = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"USUBJID": [], "text": []})
    latest = every.assign(day=dates.bounds(every["text"])["latest"].to_numpy()).sort_values("day", kind="stable")
    last = latest.drop_duplicates("USUBJID", keep="last").set_index("USUBJID")["text"]
    frame["RFPENDTC"] = frame["USUBJID"].map(last).fillna("").astype(object)
    demographics.derivations["RFPENDTC"] = Derivation("latest date of any record of the subject")


def derive_arm(demographics: Dataset, datasets: Mapping[str, Dataset], trial: Trial) -> None:
    """Adds ARMCD, ARM, ACTARMCD, ACTARM, ARMNRS for a single-arm trial.

    A screen failure has no arm; a subject who never started keeps the planned arm and has no actual one. RFSTDTC must be
    there; RFENDTC is emptied where ARMNRS is given.
    """
    frame = demographics.frame
    failed = np.zeros(len(frame), dtype=bool)
    if "DS" in datasets:
        disposition = datasets["DS"].frame
        failed = frame["USUBJID"].isin(disposition.loc[disposition["DSDECOD"] == "SCREEN FAILURE", "USUBJID"]).to_numpy()
    started = (frame["RFXSTDTC"] != "").to_numpy() & ~failed
    for variable, text, mask in (
        ("ARMCD", trial.arm.code, ~failed),
        ("ARM", trial.arm.name, ~failed),
        ("ACTARMCD", trial.arm.code, started),
        ("ACTARM", trial.arm.name, started),
    ):
        frame[variable] = np.where(mask, text, "").astype(object)
        demographics.derivations[variable] = Derivation("the trial's only arm", ("RFXSTDTC",))
    reason = np.where(failed, "SCREEN FAILURE", np.where(started, "", "ASSIGNED, NOT TREATED"))
    frame["ARMNRS"] = reason.astype(object)
    demographics.derivations["ARMNRS"] = Derivation("why there is no arm or no actual arm", ("RFXSTDTC",))
    frame["RFENDTC"] = np.where(reason == "", frame["RFENDTC"], "").astype(object)
