"""Which scans are done, which can be evaluated, and what response each shows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.lesion_list import LesionList
from hcc_sdtm.synthetic.plan import CR, NE, NONE, PD, PR, SD, SLOTS, WEEKS, WINDOW_DAYS, choose

NEW_LESION, OUT_OF_FIELD, IN_FIELD = range(3)


def simulate_scans(frame: pd.DataFrame, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Days of scans in the places of `SLOTS`, and which can be evaluated: 6 % missed, 3 % not evaluable, 5 % unscheduled.

    One subject in forty has no evaluable scan at all (imaging elsewhere). At most two scans are unscheduled.
    """
    count, places = len(frame), len(SLOTS)
    start = frame["START"].to_numpy()[:, None]
    days = np.full((count, places), np.nan)
    window = np.array([WINDOW_DAYS[week] for week in WEEKS])
    jitter = np.rint(generator.uniform(-1, 1, (count, len(WEEKS))) * window)
    days[:, 0::2] = start + 7 * np.array(WEEKS) + jitter
    gap = np.column_stack([np.diff(days[:, 0::2], axis=1), np.full(count, 60.0)])
    days[:, 1::2] = days[:, 0::2] + np.rint(gap * generator.uniform(0.3, 0.7, gap.shape))
    performed = np.empty((count, places), dtype=bool)
    performed[:, 0::2] = generator.random((count, len(WEEKS))) >= 0.06
    unscheduled = generator.random((count, len(WEEKS))) < 0.05
    performed[:, 1::2] = unscheduled & (np.cumsum(unscheduled, axis=1) <= 2)
    evaluable = generator.random((count, places)) >= 0.03
    elsewhere = generator.random(count) < 0.025
    performed[elsewhere, 1:] = False
    evaluable[elsewhere] = False
    # a scan on the very day of death stays a scenario of its own
    seen = (days <= frame["LASTCONTACT"].to_numpy()[:, None]) & ~(days >= frame["SEENDEATH"].to_numpy()[:, None])
    seen &= ~frame["NOTRT"].to_numpy()[:, None]
    days = np.where(performed & seen, days, np.nan)
    return days, evaluable & ~np.isnan(days)


def first_progression(frame: pd.DataFrame, days: np.ndarray, evaluable: np.ndarray) -> np.ndarray:
    """Place of the first evaluable scan on or after the true progression; -1 where none shows it."""
    shows = evaluable & (days >= frame["TRUEPD"].to_numpy()[:, None])
    return np.where(shows.any(axis=1), shows.argmax(axis=1), -1)


def stop_scanning(
    frame: pd.DataFrame,
    days: np.ndarray,
    evaluable: np.ndarray,
    first_pd: np.ndarray,
    generator: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Scans without those after progression, of which the next one is kept in 45 % of subjects."""
    place = np.arange(days.shape[1])
    after = (first_pd[:, None] >= 0) & (place > first_pd[:, None])
    next_one = after & ~np.isnan(days)
    next_one &= np.cumsum(next_one, axis=1) == 1
    keep = next_one & evaluable & (generator.random(len(frame)) < 0.45)[:, None]
    days = np.where(after & ~keep, np.nan, days)
    return days, evaluable & ~np.isnan(days)


def simulate_growth(
    lesions: LesionList, first_pd: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Pattern of progression (new lesion 60, growth outside the field 30, inside it 10 %), and delay under mRECIST.

    Growth needs a target outside, or inside, the field: the shares are drawn among the subjects that have one.
    """
    count = len(first_pd)
    targets = lesions.present[:, :3]
    outside = (targets & ~lesions.irradiated[:, :3]).any(axis=1)
    inside = (targets & lesions.irradiated[:, :3]).any(axis=1)
    draw = generator.random(count)
    share_outside = 0.30 / max(outside.mean(), 0.30)
    share_inside = 0.10 / max(inside.mean(), 0.10)
    growth = np.where(outside & (draw < share_outside), OUT_OF_FIELD, NEW_LESION)
    growth = np.where(inside & (draw > 1 - share_inside), IN_FIELD, growth)
    place = growing_target(lesions, growth)
    delayed = (growth != NEW_LESION) & (place <= 1) & (generator.random(count) < 0.30)
    return growth, delayed


def growing_target(lesions: LesionList, growth: np.ndarray) -> np.ndarray:
    """Place of the target that grows at progression; for a new lesion the one that grows at any later scan."""
    targets = lesions.present[:, :3]
    fitting = np.where(
        (growth == OUT_OF_FIELD)[:, None],
        targets & ~lesions.irradiated[:, :3],
        np.where((growth == IN_FIELD)[:, None], targets & lesions.irradiated[:, :3], targets),
    )
    return np.asarray(fitting.argmax(axis=1))


def simulate_responses(
    days: np.ndarray,
    evaluable: np.ndarray,
    first_pd: np.ndarray,
    lesions: LesionList,
    growth: np.ndarray,
    delayed: np.ndarray,
    generator: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Codes of `RESPONSES` for RECIST 1.1 and mRECIST at every scan.

    The best response is drawn first (CR 5, PR 33 % of all), its onset mostly at the first evaluable scan, at
    the latest the second; a response lasts until progression. mRECIST sees more: a liver lesion without enhancement is gone.
    """
    count, places = days.shape
    place = np.arange(places)
    before_pd = np.where((first_pd >= 0)[:, None], place < first_pd[:, None], True) & evaluable
    order = np.cumsum(before_pd, axis=1)
    scans = before_pd.sum(axis=1)
    able = scans > 0
    scale = 1 / max(able.mean(), 0.5)
    best = np.array([CR, PR, SD])[choose(generator, (0.05 * scale, 0.33 * scale, 1 - 0.38 * scale), count)]
    onset = 1 + np.floor(generator.random(count) * np.minimum(2.2, np.maximum(scans, 1)) ** 0.8).astype(int)
    reached = before_pd & (order >= onset[:, None])
    # a complete response often passes through a partial one
    through = (best == CR) & (scans > onset) & (generator.random(count) < 0.4)
    complete = reached & (order >= (onset + through)[:, None])
    recist = np.where(np.isnan(days), NONE, NE)
    recist[before_pd] = SD
    recist[reached & np.isin(best, [CR, PR])[:, None]] = PR
    recist[complete & (best == CR)[:, None]] = CR
    progressed = (first_pd[:, None] >= 0) & (place >= first_pd[:, None]) & evaluable
    recist[progressed] = PD

    liver = lesions.size[:, :2].sum(axis=1)
    outside = lesions.size[:, 2]
    has_liver = liver > 0
    lift = generator.random(count)
    viable_best = np.where((best == PR) & has_liver & (lift < 0.32), CR, best)
    viable_best = np.where((best == SD) & has_liver & (outside <= 0.8 * liver) & (lift < 0.40), PR, viable_best)
    mrecist = recist.copy()
    mrecist[reached & (viable_best == PR)[:, None] & (best == SD)[:, None]] = PR
    mrecist[reached & (viable_best == CR)[:, None] & (best == PR)[:, None]] = CR
    late = np.flatnonzero(delayed & (first_pd >= 0))
    states = np.where(before_pd, mrecist, 0)
    last = np.where(before_pd.any(axis=1), places - 1 - before_pd[:, ::-1].argmax(axis=1), -1)
    held = np.where(last >= 0, states[np.arange(count), last], SD)
    # complete response cannot be held by a lesion that grows
    late = late[held[late] != CR]
    delayed[:] = False
    delayed[late] = True
    mrecist[late, first_pd[late]] = held[late]
    return recist, mrecist
