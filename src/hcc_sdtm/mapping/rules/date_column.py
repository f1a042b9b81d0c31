"""The dates of one column, read by the mapping's word on how the site writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.dates.serial import is_serial
from hcc_sdtm.dates.vocabulary import normalise
from hcc_sdtm.mapping.language.head import DateHabit

MIDNIGHT = ("00:00", "00:00:00")
"""Times that programs write where none was recorded."""

_DAY = len("2021-03-05")
_SIX_DIGITS = re.compile(r"\d{6}")
_LEADING_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True)
class DateColumn:
    """The distinct texts of a column, and how they are read.

    ``order`` is declared or settled, ``none`` where neither; ``date_system`` what the workbook says of its day numbers
    (``""``: nothing). A declared system of day numbers holds for every number. The workbook's own is used only for numbers
    of five digits: a 12 typed in a date column is more likely half a date than the 12th of January 1900. Nor is it used
    beside dates of six digits: 50321 is then one of them that lost its leading zero.

    A time of midnight that every date of the column has was written by a program where none was recorded: it is left out.
    """

    texts: np.ndarray
    order: str
    habit: DateHabit
    date_system: str

    @cached_property
    def reading(self) -> pd.DataFrame:
        """What each text means, as `dates.read` has it.

        ``serial`` marks the day numbers among them, ``midnight`` those whose time was left out.
        """
        declared = self.habit.serials
        found = self._read(self.texts, declared or "")
        serial, open_numbers = np.zeros(len(found), dtype=bool), (found["kind"] == "serial").to_numpy()
        if declared:
            numbers = [is_serial(normalise(text), declared) for text in self.texts]
            serial = np.array(numbers, dtype=bool) & (found["kind"] == "").to_numpy()
        elif self.date_system and open_numbers.any() and not any(map(_SIX_DIGITS.fullmatch, self.texts)):
            found[open_numbers] = self._read(self.texts[open_numbers], self.date_system).to_numpy()
            serial = open_numbers & (found["kind"] == "").to_numpy()
        texts = found["iso"].to_numpy(dtype=object)
        midnight = _only_midnights(texts)
        if midnight.any():
            found["iso"] = np.where(midnight, [text[:_DAY] for text in texts], texts)
        found["serial"], found["midnight"] = serial, midnight
        return found

    def contradictions(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The texts that speak against the declared order, and those that only it makes dates."""
        if self.order == "ymd":
            suspicious = any(text and not _LEADING_YEAR.match(text) for text in self.texts)
        else:
            suspicious = bool((self.reading["kind"] == "impossible").any())
        if not suspicious:
            return (), ()
        found = self.evidence()
        supporting = found.proofs.get(self.order, ()) + (found.year_first if self.order == "ymd" else ())
        return found.against(self.order), supporting

    def evidence(self) -> dates.OrderEvidence:
        """What the texts prove of the order of day and month."""
        series = pd.Series(self.texts, dtype=object)
        return dates.order_evidence(series, unknown=self.habit.unknown, language=self.habit.languages)

    def _read(self, texts: np.ndarray, serials: str) -> pd.DataFrame:
        return dates.read(
            pd.Series(texts, dtype=object),
            order=None if self.order == "none" else self.order,
            unknown=self.habit.unknown,
            century=self.habit.century,
            language=self.habit.languages,
            serials=serials or None,
        )


def _only_midnights(texts: np.ndarray) -> np.ndarray:
    """Mask of the ISO texts with a time, where that is midnight for every date of the column that is known to the day."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    if (lengths == _DAY).any() or not (lengths > _DAY).any():
        return np.zeros(len(texts), dtype=bool)
    is_midnight = np.array([text[_DAY + 1 :] in MIDNIGHT for text in texts], dtype=bool) & (lengths >= _DAY)
    return is_midnight & bool((is_midnight == (lengths >= _DAY)).all())
