"""Columns that an analysis reads as numbers, where a file of texts has them as text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Dataset, Flagged
from hcc_sdtm.received.file_table import FileMetadata
from hcc_sdtm.received.typed_columns import MISSING_WORDS

NOT_A_NUMBER = "EST-048 estimate.not-a-number"
PLAIN_NUMBER = r"-?(?:0|[1-9]\d*)(?:\.\d+)?"
"""A number, and no code: 007 and 1E5 stay text."""


def with_numbers(dataset: Dataset, names: Collection[str]) -> tuple[Dataset, pd.DataFrame]:
    """The dataset with these columns as numbers, as far as it has them; missing where there is none.

    Findings: EST-048 for each text that is no number and no word for a missing one.
    """
    frame, flagged = dataset.frame.copy(deep=False), []
    for name in names:
        if name not in frame or pd.api.types.is_numeric_dtype(frame[name]):
            continue
        texts = frame[name].astype(str).str.strip()
        numbers = pd.to_numeric(texts, errors="coerce").astype(float)
        wrong = numbers.isna() & (texts != "") & ~texts.str.upper().isin(MISSING_WORDS)
        message = '"{value}" is no number, and is taken as missing'
        flagged.append(Flagged(np.flatnonzero(wrong), NOT_A_NUMBER, "error", name, message, "a number"))
        frame[name] = numbers
    return replace(dataset, frame=frame), dataset.all_findings(flagged)


def with_plain_numbers(dataset: Dataset, metadata: FileMetadata) -> Dataset:
    """The dataset with the columns as numbers that neither a spec nor the file describes, and that hold nothing else.

    A file of texts says of no column that it is a number; what a table shows of it should not depend on the kind of file.
    """
    frame = dataset.frame.copy(deep=False)
    for described in metadata.variables:
        name = described.name
        if described.type or dataset.spec.by_name[name].line.file != metadata.file or frame[name].dtype != object:
            continue
        texts = frame[name].str.strip()
        given = texts[(texts != "") & ~texts.str.upper().isin(MISSING_WORDS)]
        if len(given) and given.str.fullmatch(PLAIN_NUMBER).all():
            frame[name] = pd.to_numeric(texts, errors="coerce").astype(float)
    return replace(dataset, frame=frame)
