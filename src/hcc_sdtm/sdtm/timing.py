"""Where a record stands in time: study day, epoch, visit, last observation before treatment.

Study day: SDTMIG 3.4, 4.4.4 (no day 0, only where both dates are complete). Epoch: the stretch that holds the whole of the
record's start date; a partial date that could lie in two has none, and so has a record from before consent.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.dataset import Dataset, Derivation
from hcc_sdtm.repeated_text import repeat_text
from hcc_sdtm.spec.trial import Trial


def by_subject(subjects: pd.Series, demographics: pd.DataFrame, *variables: str) -> pd.DataFrame:
    """Demographics variables for each record; ``""`` for a subject that demographics does not have."""
    known = demographics.set_index("USUBJID")[list(variables)]
    return known.reindex(subjects).fillna("").set_axis(subjects.index)


def derive_study_days(dataset: Dataset, demographics: pd.DataFrame) -> None:
    """Adds every --DY of the spec from its --DTC and RFSTDTC."""
    names = [name for name in dataset.spec.names if name.endswith("DY") and name != "VISITDY"]
    bases = {name: name.removesuffix("DY") + "DTC" for name in names}
    reference = dates.to_days(by_subject(dataset.frame["USUBJID"], demographics, "RFSTDTC")["RFSTDTC"])
    for name, base in bases.items():
        if base not in dataset.frame:
            continue
        days = dates.study_day(dataset.frame[base], reference)
        dataset.fill(name, days, Derivation(f"study day of {base} from DM.RFSTDTC", (base,)))


def derive_epoch(dataset: Dataset, demographics: pd.DataFrame, trial: Trial) -> None:
    """Adds EPOCH where the spec has it, from the record's start date and DM's RFICDTC, RFSTDTC and RFENDTC."""
    prefix = dataset.name
    start = next((name for name in (f"{prefix}STDTC", f"{prefix}DTC") if name in dataset.frame), "")
    if "EPOCH" not in dataset.spec.names or not start:
        return
    subjects = dataset.frame["USUBJID"]
    when = dates.bounds(dataset.frame[start])
    references = by_subject(subjects, demographics, "RFICDTC", "RFSTDTC", "RFENDTC")
    consent, first, last = (dates.bounds(texts) for _, texts in references.items())
    # a subject who never started stays in the first stretch; one whose end is not known is treated on the first day at least
    first[references["RFSTDTC"] == ""] = np.inf
    last["latest"] = last["latest"].fillna(np.inf)
    last["earliest"] = np.fmax(last["earliest"], first["earliest"])
    epoch = repeat_text("", len(subjects))
    epoch[(when["earliest"] >= consent["latest"]) & (when["latest"] < first["earliest"])] = trial.epochs.before
    epoch[(when["earliest"] >= first["latest"]) & (when["latest"] <= last["earliest"])] = trial.epochs.during
    epoch[when["earliest"] > last["latest"]] = trial.epochs.after
    dataset.fill("EPOCH", epoch, Derivation(f"stretch of the study that holds {start}", (start,)))


def derive_visit(dataset: Dataset, trial: Trial) -> None:
    """Adds VISIT and VISITDY from VISITNUM and the trial's schedule; a number between two visits is unscheduled."""
    if "VISITNUM" not in dataset.frame or not trial.visits:
        return
    planned = {visit.number: visit for visit in trial.visits}
    numbers, codes = np.unique(dataset.frame["VISITNUM"].to_numpy(dtype=float), return_inverse=True)
    names = [
        ""
        if np.isnan(number)
        else planned[number].name
        if number in planned
        else f"{trial.unscheduled_name} {number:g}"
        for number in numbers
    ]
    days = [float(planned[number].day) if number in planned else np.nan for number in numbers]
    for name, values in (("VISIT", np.array(names, dtype=object)), ("VISITDY", np.array(days))):
        if name in dataset.spec.names:
            dataset.fill(name, values[codes], Derivation("the trial's schedule at VISITNUM", ("VISITNUM",)))


def derive_last_before_treatment(dataset: Dataset, demographics: pd.DataFrame) -> None:
    """Adds --LOBXFL: Y on a subject's last non-missing result of a test on or before the day of the first treatment.

    A test is told apart by its code, category, evaluator, lesion, and what of the body was looked at. Results without a
    complete date are never it.
    """
    prefix, frame = dataset.name, dataset.frame
    flag, result, date = f"{prefix}LOBXFL", f"{prefix}ORRES", f"{prefix}DTC"
    if flag not in dataset.spec.names or date not in frame or result not in frame:
        return
    day = dates.to_days(frame[date])
    first = dates.to_days(by_subject(frame["USUBJID"], demographics, "RFXSTDTC")["RFXSTDTC"])
    before = (frame[result] != "") & (day <= first)
    parts = ("TESTCD", "CAT", "EVAL", "EVALID", "LNKID", "SPEC", "LOC", "LAT", "DIR")
    keys = ["USUBJID", *(f"{prefix}{part}" for part in parts)]
    candidates = frame.loc[before, [key for key in keys if key in frame]].assign(day=day[before])
    last = (
        candidates.sort_values("day", kind="stable").drop_duplicates(list(candidates.columns[:-1]), keep="last").index
    )
    flags = repeat_text("", len(frame))
    flags[last] = "Y"
    dataset.fill(flag, flags, Derivation(f"last non-missing {result} on or before DM.RFXSTDTC", (result, date)))
