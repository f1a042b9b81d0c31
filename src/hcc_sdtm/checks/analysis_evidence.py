"""What rules on analysis datasets ask of the evidence: which datasets, numbers, days, and the subjects in ADSL.

Knows no rule. Dates of ADaM are days from 1960-01-01, moments are seconds; both may have come as ISO 8601 text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.checks.column import Column, combined_codes
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule_on_dataset import datasets_of

SECONDS_A_DAY = 86_400
SEVERAL, NOT_NUMBERED = -2, -3
SURVIVAL = re.compile(r"OS[A-Z0-9]*")


def analysis_datasets(evidence: Evidence, *variables: str, word: str = "ADAM") -> list[str]:
    """The analysis datasets (or those of another word of a scope) that have all the variables.

    Raises Missing where there is none.
    """
    found = datasets_of(word, evidence)
    if not found:
        raise Missing("there is no analysis dataset" if word == "ADAM" else f"there is no dataset of {word}")
    having = [name for name in found if evidence.has(name, *variables)]
    if not having:
        raise Missing(f"{' and '.join(found)} {'has' if len(found) == 1 else 'have'} no {', '.join(variables)}")
    return having


def number(text: str) -> float:
    """The number that a text is; NaN for any other."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def numbers(evidence: Evidence, dataset: str, variable: str) -> np.ndarray:
    """The numbers of a column; NaN for what is none. Raises Missing where it is not there."""
    return evidence.column(dataset, variable).of(number, float)


def moment_days(evidence: Evidence, dataset: str, variable: str) -> np.ndarray:
    """The day of each moment of a column; NaN for none. Raises Missing where it is not there."""
    evidence.column(dataset, variable)
    values = evidence.datasets[dataset].frame[variable]
    if is_numeric_dtype(values):
        days: np.ndarray = np.floor(values.to_numpy(dtype=float) / SECONDS_A_DAY)
        return days
    limits = evidence.days(dataset, variable)
    return limits["earliest"].where(limits["earliest"] == limits["latest"]).to_numpy()


def is_number(evidence: Evidence, dataset: str, variable: str) -> bool:
    """Whether the column holds numbers."""
    return bool(is_numeric_dtype(evidence.datasets[dataset].frame[variable]))


def beside(evidence: Evidence, dataset: str, known: Mapping[str, float]) -> np.ndarray:
    """The number of each record's subject; NaN for a subject without one."""
    return evidence.column(dataset, "USUBJID").of(lambda subject: known.get(subject, math.nan), float)


def subject_days(evidence: Evidence, dataset: str, variable: str) -> np.ndarray:
    """The day of each record's subject: of the record itself where the dataset has the variable, else of ADSL.

    Raises Missing where neither has it.
    """
    if evidence.has(dataset, variable):
        return evidence.days(dataset, variable)["earliest"].to_numpy()
    days = {subject: first for subject, (first, _) in evidence.days_of_subjects("ADSL", variable).items()}
    return beside(evidence, dataset, days)


def groups(evidence: Evidence, dataset: str, *variables: str) -> np.ndarray:
    """A number for each record, equal where the records agree in those of the variables that the dataset has.

    Raises Missing where it has none of them.
    """
    there = [variable for variable in variables if evidence.has(dataset, variable)]
    if not there:
        raise Missing(f"{dataset} has no {', '.join(variables)}")
    return combined_codes([evidence.column(dataset, variable) for variable in there])


def texts_at(column: Column, positions: np.ndarray) -> list[str]:
    """The texts of a column at the positions, without blanks at the ends."""
    return [column.texts[code].strip() for code in column.codes[positions].tolist()]


def rounding(column: Column) -> float:
    """How far a value of the column may be from the exact one: half a unit of its last decimal, where it has few."""
    longest = max((len(text.partition(".")[2]) for text in column.texts if "e" not in text), default=0)
    return 0.5 * 10.0**-longest if 0 < longest <= MOST_DECIMALS else 0.0


MOST_DECIMALS = 6
"""Values with more decimals are not rounded ones."""


def is_near(first: np.ndarray, second: np.ndarray, allowed: float) -> np.ndarray:
    """Mask of the pairs that are equal but for rounding; False where one is NaN."""
    near: np.ndarray = np.abs(first - second) <= allowed * 1.0001 + 1e-9 * np.maximum(1.0, np.abs(second))
    return near


def firsts(keys: Sequence[np.ndarray], positions: np.ndarray) -> np.ndarray:
    """Of the positions, the first of each combination of the keys."""
    repeated = pd.DataFrame({number: key[positions] for number, key in enumerate(keys)}).duplicated().to_numpy()
    first: np.ndarray = positions[~repeated]
    return first


def _sequence(evidence: Evidence, dataset: str) -> str:
    """The variable that numbers the records of a subject; ``""`` where there is none, or several could be it."""
    own = [each for each in ("ASEQ", f"{dataset[:2]}SEQ") if evidence.has(dataset, each)]
    kept = [each for each in evidence.datasets[dataset].frame.columns if re.fullmatch("[A-Z]{2}SEQ", each)]
    return own[0] if own else kept[0] if len(kept) == 1 else ""


def find_records(
    evidence: Evidence, source: str, dataset: str, positions: np.ndarray, sequence: np.ndarray
) -> np.ndarray:
    """Position in ``source`` of the record with the number, of the subject of each of the dataset's records at ``positions``.

    That of the subject's only record where there is no number; -1: none. `SEVERAL` where there is no number, and the subject
    has several records; `NOT_NUMBERED` where there is a number, and the records have none.
    """
    there, own = evidence.column(source, "USUBJID"), evidence.column(dataset, "USUBJID")
    code = {text.strip(): number for number, text in enumerate(there.texts)}
    subject = np.array([code[text.strip()] for text in there.texts], dtype=np.int64)[there.codes]
    asked = np.array([code.get(text.strip(), -1) for text in own.texts], dtype=np.int64)[own.codes[positions]]
    count = np.append(np.bincount(subject, minlength=len(there.texts)), 0)
    only = np.full(len(count), -1)
    only[subject] = np.arange(len(subject))
    without = np.select([count[asked] > 1, count[asked] == 1], [SEVERAL, only[asked]], -1)
    name = _sequence(evidence, source)
    if not name:
        return np.where(np.isnan(sequence), without, NOT_NUMBERED).astype(np.int64)
    records = pd.DataFrame(
        {"subject": subject, "sequence": numbers(evidence, source, name), "at": np.arange(len(subject))}
    )
    numbered = records.dropna(subset="sequence").drop_duplicates(["subject", "sequence"])
    wanted = pd.DataFrame({"subject": asked, "sequence": sequence})
    found = wanted.merge(numbered, on=["subject", "sequence"], how="left")["at"].fillna(-1).to_numpy(dtype=float)
    return np.where(np.isnan(sequence), without, found).astype(np.int64)


def first_days(evidence: Evidence, date: str) -> dict[str, float]:
    """The day of a date of ADSL by subject. Raises Missing where ADSL has it not."""
    return {subject: first for subject, (first, _) in evidence.days_of_subjects("ADSL", date).items()}


def is_survival(evidence: Evidence, dataset: str) -> np.ndarray:
    """Mask of the records of overall survival, PARAMCD OS.. . Raises Missing where there is no PARAMCD."""
    return evidence.column(dataset, "PARAMCD").where(lambda text: SURVIVAL.fullmatch(text) is not None)
