"""Where a record stands in time: study day, epoch, visit, last observation before treatment.

Study day: SDTMIG 3.4, 4.4.4 (no day 0, only where both dates are complete). Epoch: the stretch that holds the whole of the
record's start date; a partial date that could lie in two has none, and so has a record from before consent.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.dataset import Dataset, Derivation
from hcc_sdtm.spec.trial import Trial


def by_subject(subjects: pd.Series, demographics: pd.DataFrame, variable: str) -> pd.Series:
    """A demographics variable for each record; ``""`` for a subject that demographics does not have."""
    known = pd.Series(demographics[variable].to_numpy(), index=demographics["USUBJID"])
    return subjects.map(known).fillna("")


def derive_study_days(dataset: Dataset, demographics: pd.DataFrame) -> None:
    """Adds every --DY of the spec from its --DTC and RFSTDTC."""
    reference: pd.Series | None = None
    for name in dataset.spec.names:
        base = name.removesuffix("DY") + "DTC"
        if not name.endswith("DY") or name == "VISITDY" or base not in dataset.frame:
            continue
        if reference is None:
            reference = by_subject(dataset.frame["USUBJID"], demographics, "RFSTDTC")
        dataset.frame[name] = dates.study_day(dataset.frame[base], reference)
        dataset.derivations[name] = Derivation(f"study day of {base} from DM.RFSTDTC", (base,))


def derive_epoch(dataset: Dataset, demographics: pd.DataFrame, trial: Trial) -> None:
    """Adds EPOCH where the spec has it, from the record's start date and DM's RFICDTC, RFSTDTC and RFENDTC."""
    prefix = dataset.name
    start = next((name for name in (f"{prefix}STDTC", f"{prefix}DTC") if name in dataset.frame), "")
    if "EPOCH" not in dataset.spec.by_name or not start:
        return
    subjects = dataset.frame["USUBJID"]
    when = dates.bounds(dataset.frame[start])
    consent, first, last = (
        dates.to_days(by_subject(subjects, demographics, name)).to_numpy() for name in ("RFICDTC", "RFSTDTC", "RFENDTC")
    )
    earliest, latest = when["earliest"].to_numpy(), when["latest"].to_numpy()
    # a subject who never started stays in the first stretch
    first = np.where(np.isnan(first), np.inf, first)
    last = np.where(np.isnan(last), first, last)
    epoch = np.full(len(subjects), "", dtype=object)
    epoch[(earliest >= consent) & (latest < first)] = trial.epochs.before
    epoch[(earliest >= first) & (latest <= last)] = trial.epochs.during
    epoch[earliest > last] = trial.epochs.after
    dataset.frame["EPOCH"] = epoch
    dataset.derivations["EPOCH"] = Derivation(f"stretch of the study that holds {start}", (start,))


def derive_visit(dataset: Dataset, trial: Trial) -> None:
    """Adds VISIT and VISITDY from VISITNUM and the trial's schedule; a number between two visits is unscheduled."""
    if "VISITNUM" not in dataset.frame or not trial.visits:
        return
    planned = {visit.number: visit for visit in trial.visits}
    numbers, codes = np.unique(dataset.frame["VISITNUM"].to_numpy(dtype=float), return_inverse=True)
    names = ["" if np.isnan(number) else planned[number].name if number in planned
             else f"{trial.unscheduled_name} {number:g}" for number in numbers]
    days = [float(planned[number].day) if number in planned else np.nan for number in numbers]
    for name, values in (("VISIT", np.array(names, dtype=object)), ("VISITDY", np.array(days))):
        if name in dataset.spec.by_name:
            dataset.frame[name] = values[codes]
            dataset.derivations[name] = Derivation("the trial's schedule at VISITNUM", ("VISITNUM",))


def derive_last_before_treatment(dataset: Dataset, demographics: pd.DataFrame) -> None:
    """Adds --LOBXFL: Y on a subject's last non-missing result of a test on or before the day of the first treatment.

    A test is told apart by its code, category, method, evaluator and lesion. Results without a complete date are never it.
    """
    prefix, frame = dataset.name, dataset.frame
    flag, result, date = f"{prefix}LOBXFL", f"{prefix}ORRES", f"{prefix}DTC"
    if flag not in dataset.spec.by_name or date not in frame or result not in frame:
        return
    day = dates.to_days(frame[date])
    first = dates.to_days(by_subject(frame["USUBJID"], demographics, "RFXSTDTC"))
    before = (frame[result] != "") & (day <= first)
    keys = ["USUBJID", *(f"{prefix}{part}" for part in ("TESTCD", "CAT", "EVAL", "EVALID", "LNKID"))]
    candidates = frame.loc[before, [key for key in keys if key in frame]].assign(day=day[before])
    last = candidates.sort_values("day", kind="stable").drop_duplicates(list(candidates.columns[:-1]), keep="last").index
    flags = np.full(len(frame), "", dtype=object)
    flags[last] = "Y"
    frame[flag] = flags
    dataset.derivations[flag] = Derivation(f"last non-missing {result} on or before DM.RFXSTDTC", (result, date))
