"""Sums of typed numbers, exact in decimals: 0.1 and 0.2 are 0.3."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from hcc_sdtm.repeated_text import repeat_text

_MOST = 2**62


def exact_sums(numbers: np.ndarray, groups: np.ndarray, size: int, decimal: str = ".") -> np.ndarray:
    """The sum of each of ``size`` groups as digits without trailing zeros; ``""`` for a group without a number.

    ``groups`` gives the group of each number; no number may be missing. A number counts as the shortest decimal that it is, so
    that the sum is that of what was typed. ``decimal`` is the sign between units and tenths.
    """
    sums = repeat_text("", size)
    if not len(numbers):
        return sums
    distinct, codes = np.unique(numbers, return_inverse=True)
    decimals = [Decimal(repr(number)) for number in distinct.tolist()]
    places = max(0, *(-_exponent(number) for number in decimals))
    whole = [_whole(number, places) for number in decimals]
    is_small = max(map(abs, whole)) * len(codes) < _MOST
    totals = np.zeros(size, dtype=np.int64 if is_small else object)
    np.add.at(totals, groups, np.array(whole, dtype=totals.dtype)[codes])
    present = np.unique(groups)
    shown = {total: _shown(total, places, decimal) for total in set(totals[present].tolist())}
    sums[present] = [shown[total] for total in totals[present].tolist()]
    return sums


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)


def _whole(number: Decimal, places: int) -> int:
    """The number times ten to the power of ``places``, which leaves no fraction."""
    sign, digits, _ = number.as_tuple()
    size = int("".join(map(str, digits)) + "0" * (_exponent(number) + places))
    return -size if sign else size


def _shown(total: int, places: int, decimal: str) -> str:
    digits = str(abs(total)).rjust(places + 1, "0")
    before, after = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    sign = "-" if total < 0 else ""
    return f"{sign}{before}{decimal}{after}" if after else f"{sign}{before}"
