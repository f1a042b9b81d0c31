"""Lesions known at baseline: where they are, how large, and which of them radiotherapy covered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.plan import ADRENAL, BONE, LIVER, LUNG, NODE


@dataclass
class LesionList:
    """Lesions known at baseline, five places a subject: two liver targets, one other target, two non-targets.

    ``organ`` is an index of `ORGANS` or -1, ``size`` the longest diameter in mm, ``viable`` the enhancing diameter of the
    liver targets, ``irradiated`` whether radiotherapy covered it.
    """

    organ: np.ndarray
    size: np.ndarray
    viable: np.ndarray
    irradiated: np.ndarray

    @property
    def present(self) -> np.ndarray:
        """Which places hold a lesion."""
        return np.asarray(self.organ >= 0)


def simulate_lesions(frame: pd.DataFrame, generator: np.random.Generator) -> LesionList:
    """Organs (liver 75, lung 50, nodes 35, bone 20, adrenal 12 %; every subject has disease outside the liver), sizes in mm.

    The shares of the organs outside the liver are those among subjects with at least one of them: subjects without are
    drawn again. Nodes and bones are non-targets: their diameters would be short axes, or not measurable.
    """
    count = len(frame)
    share = np.array([0.50, 0.35, 0.20, 0.12]) * 0.383
    outside = np.zeros((count, 4), dtype=bool)
    empty = np.arange(count)
    while len(empty):
        outside[empty] = generator.random((len(empty), 4)) < share
        empty = empty[~outside[empty].any(axis=1)]
    lung, node, bone, adrenal = outside.T
    no_target = ~lung & ~adrenal
    liver = no_target | (generator.random(count) < 1 - 0.25 / 0.60)
    organ = np.full((count, 5), -1)
    organ[liver, 0] = LIVER
    organ[liver & (generator.random(count) < 0.55), 1] = LIVER
    organ[:, 2] = np.where(lung, LUNG, np.where(adrenal, ADRENAL, -1))
    others = np.column_stack([node, bone, adrenal & lung])
    for place, number in ((3, 1), (4, 2)):
        nth = others & (np.cumsum(others, axis=1) == number)
        organ[:, place] = np.where(nth.any(axis=1), np.array([NODE, BONE, ADRENAL])[nth.argmax(axis=1)], -1)
    size = np.rint(np.clip(generator.lognormal(np.log(30), 0.45, (count, 5)), 12, 110))
    size[organ < 0] = 0
    viable = np.maximum(10, np.rint(size[:, :2] * generator.uniform(0.75, 0.95, (count, 2))))
    viable = np.where(organ[:, :2] >= 0, viable, 0)
    return LesionList(organ, size, viable, _irradiate(organ, frame["PROGRESSING"].to_numpy(), generator))


def _irradiate(organ: np.ndarray, progressing: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Which lesions progressed and were irradiated: as many as progressed, where listed, in at most two organs."""
    count = len(organ)
    rank = np.where(organ >= 0, generator.random(organ.shape), 2)
    order = np.argsort(rank, axis=1)
    irradiated = np.zeros(organ.shape, dtype=bool)
    first = np.full(count, -1)
    second = np.full(count, -1)
    rows = np.arange(count)
    for turn in range(organ.shape[1]):
        place = order[:, turn]
        here = organ[rows, place]
        room = (irradiated.sum(axis=1) < progressing) & (here >= 0)
        known = (here == first) | (here == second) | (first < 0) | (second < 0)
        take = room & known
        irradiated[rows[take], place[take]] = True
        new = take & (here != first) & (here != second)
        second = np.where(new & (first >= 0), here, second)
        first = np.where(new & (first < 0), here, first)
    return irradiated
