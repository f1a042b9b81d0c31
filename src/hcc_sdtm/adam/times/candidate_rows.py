"""Rows of candidates while they are made: texts as small numbers, each column in parts.

Knows how a record is pointed to. Does not know what a candidate is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hcc_sdtm.adam.pointers import sources
from hcc_sdtm.adam.timeline import Timeline, sequence_numbers

CATEGORIES = ("PARAMCD", "ROLE", "NAME", "DATEF", "SRCDOM", "SRCVAR", "CHOSEN", "GIVES", "RULE", "BY")

DECISION_COLUMNS = (
    "USUBJID", "PARAMCD", "ROLE", "NAME", "DATE", "DATEF", "SRCDOM", "SRCVAR", "SRCSEQ", "CHOSEN", "GIVES", "RULE", "BY",
    "COMPARED", "ADT", "CNSR",
)  # fmt: skip


@dataclass
class _Codes:
    """Texts as small numbers, in the order in which they came."""

    numbers: dict[str, int] = field(default_factory=dict)

    def of(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


@dataclass
class CandidateRows:
    """Rows so far, a list of parts for each column; codes of `_Codes` for the columns of text."""

    codes: dict[str, _Codes] = field(default_factory=lambda: {name: _Codes() for name in CATEGORIES})
    parts: dict[str, list[np.ndarray]] = field(default_factory=lambda: {name: [] for name in DECISION_COLUMNS})

    def add(self, subject: np.ndarray, given: Mapping[str, np.ndarray | float | str]) -> None:
        """Rows of the subjects; one text or number stands for all of them, an array of a text column has codes."""
        if not len(subject):
            return
        for name in DECISION_COLUMNS:
            value = subject if name == "USUBJID" else given.get(name, "" if name in CATEGORIES else np.nan)
            if isinstance(value, str):
                value = self.codes[name].of(value)
            kind = np.int32 if name in CATEGORIES or name == "USUBJID" else float
            self.parts[name].append(np.broadcast_to(np.asarray(value, dtype=kind), len(subject)))

    def frame(self, names: pd.Index) -> pd.DataFrame:
        """All rows; texts are categories, and the subjects those of ``names``."""
        made: dict[str, object] = {}
        for name in DECISION_COLUMNS:
            values = np.concatenate(self.parts[name]) if self.parts[name] else np.zeros(0, dtype=np.int32)
            if name == "USUBJID":
                made[name] = _categorical(values, names)
            elif name in CATEGORIES:
                made[name] = _categorical(values, pd.Index(list(self.codes[name].numbers), dtype=object))
            else:
                made[name] = values.astype(float)
        return pd.DataFrame(made)


def _categorical(codes: np.ndarray, names: pd.Index) -> pd.Categorical:
    return pd.Categorical.from_codes(codes.astype(np.int32), categories=names)  # type: ignore[arg-type]  # the stubs want lists


class RecordCodes:
    """The records of time lines as codes, each time line looked up once."""

    def __init__(self, rows: CandidateRows) -> None:
        self.rows = rows
        self.known: dict[int, tuple[Timeline, Mapping[str, np.ndarray]]] = {}

    def of(self, timeline: Timeline, index: np.ndarray) -> dict[str, np.ndarray | float | str]:
        """DATE, DATEF and the source of the records at the index."""
        if id(timeline) not in self.known:
            self.known[id(timeline)] = timeline, self.whole(timeline)
        _, whole = self.known[id(timeline)]
        return {name: values[index] for name, values in whole.items()}

    def whole(self, timeline: Timeline) -> dict[str, np.ndarray]:
        """The same for all records of the time line."""
        dataset, count = timeline.dataset, len(timeline.position)
        found = {"DATE": timeline.day, "DATEF": self.coded("DATEF", timeline.flag)}
        if dataset.name == "ADSL":
            pointed = sources(dataset, timeline.variable, timeline.position)
            found["SRCSEQ"] = pointed["SRCSEQ"].to_numpy(dtype=float)
            return found | {name: self.coded(name, pointed[name]) for name in ("SRCDOM", "SRCVAR")}
        is_numbered = bool(dataset.spec.sequence)
        found["SRCSEQ"] = sequence_numbers(dataset, timeline.position) if is_numbered else np.full(count, np.nan)
        for name, text in (("SRCDOM", dataset.name), ("SRCVAR", timeline.variable)):
            found[name] = np.full(count, self.rows.codes[name].of(text), dtype=np.int32)
        return found

    def coded(self, column: str, texts: np.ndarray | pd.Series) -> np.ndarray:
        """The codes of the texts in the column."""
        numbers, distinct = pd.factorize(np.asarray(texts, dtype=object))
        own = np.array([*(self.rows.codes[column].of(str(text)) for text in distinct), 0], dtype=np.int32)
        return np.asarray(own[numbers])
