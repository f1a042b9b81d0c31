"""Values of one variable over some rows of a view, with the alternative and the looked-up rows that gave them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hcc_sdtm.dataset import NO_ROW, format_values
from hcc_sdtm.repeated_text import repeat_text


@dataclass
class Values:
    """Values of one variable over some rows of a view.

    ``values`` is text, or float64 from `number`; ``branch`` tells the alternative of `first_of`; ``looked_up`` the raw row and
    the item that was read beside the record's own row, side by side, by role: a lookup's, or a column's of the view
    (`NO_ROW`: none).
    """

    values: np.ndarray
    branch: np.ndarray | None = None
    looked_up: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def texts(self) -> np.ndarray:
        """The values as text, ``""`` for missing."""
        return format_values(self.values) if self.values.dtype == float else self.values

    @property
    def filled(self) -> np.ndarray:
        """Which rows have a value."""
        if self.values.dtype == float:
            return np.asarray(~np.isnan(self.values), dtype=bool)
        return np.asarray(self.values != "", dtype=bool)


def take(values: Values, mask: np.ndarray) -> Values:
    """The values of the rows in the mask with the alternative that gave them, without other rows."""
    return Values(values.values[mask], None if values.branch is None else values.branch[mask])


def spread(part: Values, mask: np.ndarray) -> Values:
    """Values of the rows in the mask put back among all rows, the others empty."""
    if part.values.dtype == float:
        values = np.full(len(mask), np.nan)
    else:
        values = repeat_text("", len(mask))
    values[mask] = part.values
    branch = None
    if part.branch is not None:
        branch = np.full(len(mask), -1, dtype=np.int64)
        branch[mask] = part.branch
    looked_up = {}
    for name, rows in part.looked_up.items():
        looked_up[name] = np.full((len(mask), 2), NO_ROW, dtype=np.int64)
        looked_up[name][mask] = rows
    return Values(values, branch, looked_up)
