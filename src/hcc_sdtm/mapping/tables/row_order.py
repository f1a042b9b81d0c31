"""Which row is later: the dates or numbers of a column as sizes that can be compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hcc_sdtm import dates
from hcc_sdtm.dates.iso import parse_iso
from hcc_sdtm.mapping.language.arrange_options import WrittenNumbers
from hcc_sdtm.mapping.language.verbs import Number
from hcc_sdtm.mapping.rules.date_column import DateColumn
from hcc_sdtm.mapping.rules.number_reading import written_number
from hcc_sdtm.mapping.tables.view import View

ORDER_UNSURE = "MAP-038 row.order-unsure"
_SECONDS_A_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class RowOrder:
    """By row the first and the last size that the column's text can mean: days with their times as fractions, or numbers.

    A partial date can mean any of its days, a complete one without a time any second of its day. Both are NaN for a missing
    text and for one that cannot be read, which ``unread`` marks.
    """

    first: np.ndarray
    last: np.ndarray
    unread: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """Which rows can be compared."""
        return np.asarray(~np.isnan(self.first), dtype=bool)


def order_by_number(view: View, column: str, written: WrittenNumbers) -> RowOrder:
    """The order of a column's numbers, written as declared."""
    codes, texts = view.factorized(column)
    rule = Number(number=column, decimal=written.decimal, thousands=written.thousands)
    parse = written_number(rule, view.may_have_number_cells(column))
    numbers = np.array([np.nan if number is None else number for number in map(parse, texts)], dtype=float)
    unread = np.isnan(numbers) & (texts != "")
    return RowOrder(numbers[codes], numbers[codes], unread[codes])


def order_by_date(view: View, column: str, read: DateColumn) -> RowOrder:
    """The order of a column's dates as they were ``read``; one whose year is not sure cannot be compared."""
    codes, texts = view.factorized(column)
    iso = read.reading["iso"]
    limits = dates.bounds(iso)
    seconds = np.array([_seconds(text) for text in iso], dtype=float).reshape(-1, 2) / _SECONDS_A_DAY
    first = limits["earliest"].to_numpy(dtype=float) + seconds[:, 0]
    last = limits["latest"].to_numpy(dtype=float) + seconds[:, 1]
    unread = np.isnan(first) & (texts != "")
    return RowOrder(first[codes], last[codes], unread[codes])


def _seconds(iso: str) -> tuple[float, float]:
    """The first and the last second of its day that an ISO text can mean."""
    parts = parse_iso(iso) if "T" in iso else None
    if parts is None or parts.hour is None:
        return 0, _SECONDS_A_DAY - 1
    start = parts.hour * 3600 + (parts.minute or 0) * 60 + (parts.second or 0)
    if parts.minute is None:
        return start, start + 3599
    return start, start + (59 if parts.second is None else 0)
