"""Lesion sizes at every scan, such that each scan's response follows from them.

RECIST 1.1: complete response all gone, partial at most 70 % of the baseline sum, progression at least 120 % of the nadir
and 5 mm above it, or a new lesion. mRECIST the same on the enhancing diameter of liver targets and the longest diameter of
the others. Sizes are whole millimetres, so thresholds are kept at a distance that rounding cannot cross.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hcc_sdtm.synthetic.course import Course
from hcc_sdtm.synthetic.plan import CR, NE, NONE, PD, PR, SD
from hcc_sdtm.synthetic.scans import NEW_LESION, growing_target


@dataclass
class Measures:
    """Sizes by subject, scan and place; scan 0 is the baseline, scan k the place k-1 of the course's scans.

    ``longest`` (three targets) and ``viable`` (two liver targets) are mm, NaN where not measured; ``absent`` tells for the
    two non-targets whether they are gone; ``measured`` which scans measured anything; ``new`` marks the scan that first shows
    a new lesion.
    """

    longest: np.ndarray
    viable: np.ndarray
    absent: np.ndarray
    measured: np.ndarray
    new: np.ndarray


def simulate_measures(course: Course, seed: int) -> Measures:
    """The sizes behind every response of the course; the same for the same course and seed."""
    generator = np.random.default_rng([seed, 2])
    lesions = course.lesions
    count, places = course.recist.shape
    target = lesions.present[:, :3]
    size, viable = lesions.size[:, :3].astype(float), lesions.viable.astype(float)
    liver = target[:, :2]
    base_viable = viable.sum(axis=1) + size[:, 2]
    longest_at = np.full((count, places + 1, 3), np.nan)
    viable_at = np.full((count, places + 1, 2), np.nan)
    absent_at = np.zeros((count, places + 1, 2), dtype=bool)
    measured = np.zeros((count, places + 1), dtype=bool)
    new = np.zeros((count, places + 1), dtype=bool)
    has_baseline = target.any(axis=1) & ~np.isnan(course.subjects["BASELINE"].to_numpy())
    measured[:, 0] = has_baseline
    longest_at[:, 0] = np.where(target & has_baseline[:, None], size, np.nan)
    viable_at[:, 0] = np.where(liver & has_baseline[:, None], viable, np.nan)
    growing = growing_target(lesions, course.growth)
    rows = np.arange(count)
    ratio, lowest = np.ones(count), np.ones(count)
    viable_ratio = np.full(count, 0.62)
    now, now_viable = size.copy(), viable.copy()
    nadir, viable_nadir = now.sum(axis=1), base_viable.copy()
    progressed = np.zeros(count, dtype=bool)
    gone = np.zeros((count, 2), dtype=bool)
    for place in range(places):
        recist, mrecist = course.recist[:, place], course.mrecist[:, place]
        seen = (recist != NONE) & (recist != NE)
        stable, partial, complete, worse = (seen & (recist == code) for code in (SD, PR, CR, PD))
        draw = generator.random(count)
        ratio = np.where(stable, np.minimum(0.84 + 0.22 * draw, 1.08 * lowest), ratio)
        shrunk = np.where(ratio > 0.64, 0.38 + 0.26 * draw, np.minimum(0.64, ratio * (0.86 + 0.18 * draw)))
        ratio = np.where(partial, shrunk, ratio)
        ratio = np.where(complete, 0, ratio)
        quiet = stable | partial | complete
        lowest = np.where(quiet, np.minimum(lowest, ratio), lowest)
        now = np.where(quiet[:, None], np.rint(size * ratio[:, None]), now)
        now_viable = np.where(quiet[:, None], np.rint(viable * ratio[:, None]), now_viable)
        # no enhancement left: liver targets keep a scar, the other target is gone
        scar = partial & (mrecist == CR)
        now_viable[scar] = 0
        now[scar, 2] = 0
        # enhancement shrinks more than the lesion
        viable_ratio = np.where(seen, viable_ratio * (0.93 + 0.07 * draw), viable_ratio)
        less = stable & (mrecist == PR)
        left = np.maximum(0, viable_ratio * base_viable - now[:, 2])
        part = np.divide(viable, viable.sum(axis=1, keepdims=True), out=np.zeros_like(viable), where=viable > 0)
        now_viable = np.where(less[:, None], np.floor(part * left[:, None]), now_viable)
        now_viable = np.minimum(now_viable, now[:, :2])
        first = worse & ~progressed
        with_new = first & (course.growth == NEW_LESION)
        grows = worse & ~with_new
        hidden = first & course.delayed
        step = np.maximum(8, np.ceil(0.28 * nadir) + 2) + np.maximum(0, nadir - now.sum(axis=1))
        sum_viable = now_viable.sum(axis=1) + now[:, 2]
        viable_step = np.maximum(8, np.ceil(0.28 * viable_nadir) + 2) + np.maximum(0, viable_nadir - sum_viable)
        step = np.where(hidden, step, np.maximum(step, viable_step))
        at = rows[grows]
        now[at, growing[at]] += step[at]
        in_liver = at[(growing[at] <= 1) & ~hidden[at]]
        now_viable[in_liver, growing[in_liver]] += step[in_liver]
        new[:, place + 1] = with_new
        progressed |= worse
        gone = np.where((complete | (seen & (mrecist == CR) & ~worse))[:, None], True, gone)
        shown = (seen & has_baseline)[:, None]
        longest_at[:, place + 1] = np.where(shown & target, now, np.nan)
        viable_at[:, place + 1] = np.where(shown & liver, now_viable, np.nan)
        absent_at[:, place + 1] = gone
        measured[:, place + 1] = seen & has_baseline
        nadir = np.where(seen, np.minimum(nadir, now.sum(axis=1)), nadir)
        viable_nadir = np.where(seen, np.minimum(viable_nadir, now_viable.sum(axis=1) + now[:, 2]), viable_nadir)
    return Measures(longest_at, viable_at, absent_at, measured, new)
