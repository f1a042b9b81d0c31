"""The smallest and largest number and share of subjects, each of whom counts or not, whatever the others do.

With X of N others a subject that counts in the share makes it (X + 1) / (N + 1), which is at least X / N; one that is in the
denominator alone X / (N + 1), which is at most that; and one that is in neither leaves it. The order is the same for all X
and N, so each subject has its own lowest and highest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hcc_sdtm.endpoints.bounds.bound import EXACT, NOT_IN_ALL, NOT_IN_ANY, Bound
from hcc_sdtm.endpoints.listed.analysis_data import Positions


@dataclass(frozen=True)
class Shares:
    """Whether subjects are in the number (``x``) and in the denominator (``n``) of a share, 0 or 1.

    ``fixed_x`` and ``fixed_n`` are the sums over those who have one outcome only; the options of each other subject begin
    at its ``first``.
    """

    fixed_x: int
    fixed_n: int
    x: Positions
    n: Positions
    first: Positions

    def number(self) -> Bound:
        """The number of subjects that count: exact."""
        return count_bound(self.fixed_x, self.x, self.first)

    def denominator(self) -> Bound:
        """The number of subjects in the denominator: exact."""
        return count_bound(self.fixed_n, self.n, self.first)

    def percentage(self) -> Bound:
        """The share from 0 to 100: exact, over the versions with somebody in the denominator."""
        if not len(self.first):
            value = 100 * self.fixed_x / self.fixed_n if self.fixed_n else np.nan
            return Bound(value, value, EXACT, "" if self.fixed_n else NOT_IN_ANY)
        key = np.where(self.n == 0, 1, np.where(self.x == 0, 0, 2)) * len(self.x) + np.arange(len(self.x))
        lowest, highest = (of.reduceat(key, self.first) % len(self.x) for of in (np.minimum, np.maximum))
        most = self.fixed_n + int(np.maximum.reduceat(self.n, self.first).sum())
        fewest = self.fixed_n + int(np.minimum.reduceat(self.n, self.first).sum())
        if not most:
            return Bound(np.nan, np.nan, EXACT, NOT_IN_ANY)
        # a version with nobody in the denominator has no share; one more subject there makes it all or nothing
        least, greatest = (self._share(chosen, none) for chosen, none in ((lowest, 100.0), (highest, 0.0)))
        return Bound(least, greatest, EXACT, "" if fewest else NOT_IN_ALL)

    def _share(self, chosen: Positions, of_nobody: float) -> float:
        x, n = self.fixed_x + int(self.x[chosen].sum()), self.fixed_n + int(self.n[chosen].sum())
        return 100 * (x / n) if n else of_nobody


def count_bound(fixed: float, counts: Positions, first: Positions) -> Bound:
    """The smallest and largest sum of the ``fixed`` and of one count of each subject: exact."""
    if not len(first):
        return Bound(float(fixed), float(fixed), EXACT)
    least, greatest = (fixed + float(of.reduceat(counts, first).sum()) for of in (np.minimum, np.maximum))
    return Bound(least, greatest, EXACT)
