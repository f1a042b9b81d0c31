"""Assessments of subjects in order, as arrays: what precedes what, and where a history ends.

Works on a plain table, one row an assessment with ``subject`` (any sortable value), ``day`` (days from the start of
treatment, one assessment a day) and ``response``. iRECIST terms are read as those of RECIST 1.1: iCR as CR, iCPD as PD;
iUPD stays a term of its own, because it ends nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

CR, PR, SD, NON_CR_NON_PD, PD, UNCONFIRMED_PD, NE = range(7)
"""Codes of responses, in the order in which the best is looked for."""

TERMS = np.array(["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "iUPD", "NE"], dtype=object)
"""The term of each code under RECIST 1.1."""

IMMUNE_TERMS = np.array(["iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iCPD", "iUPD", "NE"], dtype=object)
"""The term of each code under iRECIST."""

SPAN = 1e7
"""Longer than any time between two assessments, in days."""

_CODES = {str(term): code for terms in (TERMS, IMMUNE_TERMS) for code, term in enumerate(terms)}
_IMMUNE = frozenset(IMMUNE_TERMS) - {"NE"}


@dataclass(frozen=True)
class Histories:
    """Assessments in the order subject, day; one array element each. ``label`` is the index label of the table's row.

    ``number`` counts the subjects from 0, ``code`` is that of the response (any other text: NE), ``immune`` marks terms of
    iRECIST.
    """

    label: np.ndarray
    subject: np.ndarray
    number: np.ndarray
    day: np.ndarray
    code: np.ndarray
    immune: np.ndarray

    def __len__(self) -> int:
        return len(self.number)

    @property
    def starts(self) -> np.ndarray:
        """Index of the first assessment of each subject."""
        return np.flatnonzero(self.is_first)

    @property
    def is_first(self) -> np.ndarray:
        """Mask of the first assessment of each subject."""
        return np.asarray(np.diff(self.number, prepend=-1) != 0)

    def seen_before(self, mask: np.ndarray) -> np.ndarray:
        """For each assessment whether an earlier one of the same subject is in the mask."""
        total = np.cumsum(mask) - mask
        return np.asarray(total > np.maximum.accumulate(np.where(self.is_first, total, 0))) if len(self) else mask

    def keep(self, mask: np.ndarray) -> Histories:
        """The assessments of the mask."""
        return self if mask.all() else self.at(np.flatnonzero(mask))

    def at(self, index: np.ndarray) -> Histories:
        """The assessments at the indexes, which are in order."""
        return Histories(*(column[index] for column in self._columns()))

    def with_code(self, mask: np.ndarray, code: int) -> Histories:
        """The same assessments, those of the mask with another response."""
        label, subject, number, day, _, immune = self._columns()
        return Histories(label, subject, number, day, np.where(mask, code, self.code), immune)

    def until_progression(self) -> Histories:
        """The assessments up to and including the first PD (iCPD) of each subject."""
        return self.keep(~self.seen_before(self.code == PD))

    def declines(self) -> np.ndarray:
        """Mask of PR, SD and NON-CR/NON-PD after a CR."""
        lesser = (self.code >= PR) & (self.code <= NON_CR_NON_PD)
        return np.asarray(lesser & self.seen_before(self.code == CR))

    def terms(self, code: np.ndarray | None = None) -> np.ndarray:
        """The text of each response, or of the codes given, in the criterion of the assessment at the same index."""
        code = self.code if code is None else code
        return np.asarray(np.where(self.immune, IMMUNE_TERMS[code], TERMS[code]))

    def _columns(self) -> tuple[np.ndarray, ...]:
        return self.label, self.subject, self.number, self.day, self.code, self.immune


def read_histories(assessments: pd.DataFrame | Histories) -> Histories:
    """The assessments of the table, in order; what is in order already stays as it is."""
    if isinstance(assessments, Histories):
        return assessments
    subject, day = assessments["subject"].to_numpy(), assessments["day"].to_numpy(dtype=float)
    response, texts = pd.factorize(assessments["response"])
    codes = np.append(codes_of([str(text) for text in texts]), NE)
    immune = np.array([str(text) in _IMMUNE for text in texts] + [False])
    order = in_order(subject, day)
    subject, response = subject[order], response[order]
    changes = np.append([False], subject[1:] != subject[:-1])[: len(subject)]
    return Histories(
        assessments.index.to_numpy()[order],
        subject,
        np.cumsum(changes),
        day[order],
        codes[response],
        immune[response],
    )


def in_order(subject: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Indexes that sort by subject and day; what is sorted is not sorted again."""
    before, after = subject[:-1], subject[1:]
    if bool(((before < after) | ((before == after) & (day[:-1] <= day[1:]))).all()):
        return np.arange(len(subject))
    return np.lexsort((day, subject))


def codes_of(texts: Collection[str]) -> np.ndarray:
    """The codes of the responses; any other text is NE."""
    return np.array([_CODES.get(text, NE) for text in texts], dtype=np.int64)


def first_of_each(histories: Histories, mask: np.ndarray) -> np.ndarray:
    """Indexes of the first assessment of each subject that is in the mask."""
    chosen = np.flatnonzero(mask)
    return np.asarray(chosen[np.append([True], np.diff(histories.number[chosen]) != 0)[: len(chosen)]])
