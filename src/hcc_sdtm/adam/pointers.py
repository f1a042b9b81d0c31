"""From a derived date to the record that gave it: SRCDOM, SRCVAR and SRCSEQ, followed and verified.

A pointer leads from ADTTE to ADRS or SDTM, and from ADRS to SDTM. DM has no sequence number: SRCSEQ is missing there and
the subject alone names the record. ADSL has no such variables; it remembers the records of its dates in hidden columns.

Source: ADaMIG 1.3, section 3.2.8 (traceability variables).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.adam.timeline import sequence_numbers
from hcc_sdtm.dataset import Dataset, at_column

SOURCE_COLUMNS = ("SRCDOM", "SRCVAR", "SRCSEQ")


def domain_column(variable: str) -> str:
    """Name of ADSL's hidden column with the dataset of the record that gave the variable, where it differs by subject."""
    return f"_dom:{variable}"


def variable_column(variable: str) -> str:
    """Name of ADSL's hidden column with the variable of that record."""
    return f"_var:{variable}"


def sources(dataset: Dataset, variable: str, position: np.ndarray) -> pd.DataFrame:
    """SRCDOM, SRCVAR and SRCSEQ that point to ``variable`` of the records at ``position``; SRCSEQ NaN: not numbered.

    A variable of ADSL is followed one step, to the record that gave it, where ADSL knows that record.
    """
    count = len(position)
    if dataset.name == "ADSL":
        frame = dataset.frame
        derivation = dataset.derivations.get(variable)
        if domain_column(variable) in frame:
            domain = frame[domain_column(variable)].to_numpy(dtype=object)[position]
            name = frame[variable_column(variable)].to_numpy(dtype=object)[position]
        elif derivation is not None and derivation.dataset and at_column(variable) in frame:
            domain = np.full(count, derivation.dataset, dtype=object)
            name = np.full(count, derivation.inputs[0], dtype=object)
        else:
            return _source_frame(
                np.full(count, "ADSL", object), np.full(count, variable, object), np.full(count, np.nan)
            )
        sequence = frame[at_column(variable)].to_numpy(dtype=float)[position]
        # DM's records have no number; sequence numbers begin at 1
        return _source_frame(domain, name, np.where(sequence > 0, sequence, np.nan))
    numbered = sequence_numbers(dataset, position) if dataset.spec.sequence else np.full(count, np.nan)
    return _source_frame(np.full(count, dataset.name, object), np.full(count, variable, object), numbered)


def _source_frame(domain: np.ndarray, variable: np.ndarray, sequence: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(dict(zip(SOURCE_COLUMNS, (domain, variable, sequence), strict=True)))


def follow_pointer(datasets: Mapping[str, Dataset], name: str, position: int) -> list[tuple[str, int, str]]:
    """Dataset, 0-based position and variable of each record that gave the date of this one, up to an SDTM record.

    Empty where the record has no pointer; it stops before a record that does not exist.
    """
    steps: list[tuple[str, int, str]] = []
    while name in datasets and all(column in datasets[name].frame for column in SOURCE_COLUMNS):
        record = datasets[name].frame.iloc[position]
        name, variable, sequence = (record[column] for column in SOURCE_COLUMNS)
        if name not in datasets:
            break
        there = _positions(
            datasets[name], pd.Series([record["USUBJID"]], dtype=object), np.array([sequence], dtype=float)
        )
        position = int(there[0])
        if position < 0:
            break
        steps.append((name, position, variable))
    return steps


def _positions(dataset: Dataset, subject: pd.Series, sequence: np.ndarray) -> np.ndarray:
    """Position of each subject's record with the sequence number (the only record, where NaN); -1: there is none."""
    frame = dataset.frame
    own = pd.DataFrame({"subject": subject.to_numpy(dtype=object), "sequence": sequence})
    numbered = dataset.spec.sequence in frame.columns
    there = pd.DataFrame(
        {
            "subject": frame["USUBJID"].to_numpy(dtype=object),
            "sequence": frame[dataset.spec.sequence].to_numpy(dtype=float) if numbered else np.nan,
            "position": np.arange(len(frame)),
        }
    ).drop_duplicates(["subject", "sequence"])
    found = own.merge(there, how="left", on=["subject", "sequence"])["position"]
    return found.fillna(-1).to_numpy(dtype=np.int64)
