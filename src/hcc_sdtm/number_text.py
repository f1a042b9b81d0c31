"""A number as a reader is shown it. Knows rounding, and nothing of what the number is."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

NOT_ESTIMABLE = "NE"
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)
"""Room for every float: the default of 28 digits refuses 1e30."""


def number_text(value: float, decimals: int = 1) -> str:
    """The number with so many decimals, a half rounded away from zero as SAS does (6.25 is 6.3); NE where not finite.

    Twelve significant digits are taken for the number, so that 100 x 0.0375 is 3.75 and not what binary makes of it. What
    rounds to zero has no minus sign.
    """
    if not math.isfinite(value):
        return NOT_ESTIMABLE
    rounded = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-decimals), context=_EXACT)
    return str(abs(rounded)) if rounded == 0 else f"{rounded:f}"
