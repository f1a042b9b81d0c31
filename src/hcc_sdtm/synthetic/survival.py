"""When disease progresses and when the subject dies or leaves; and what is given after radiotherapy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.lesion_list import LesionList
from hcc_sdtm.synthetic.plan import CUT_OFF, LIVER, MONTH, choose

SECOND_LINES = ("REGORAFENIB", "LENVATINIB", "CABOZANTINIB", "TISLELIZUMAB", "RAMUCIRUMAB")


def simulate_survival(frame: pd.DataFrame, generator: np.random.Generator) -> None:
    """Adds TRUEPD, DEATH (true, even after cut-off), LOST, WITHDREW, LASTCONTACT and SEENDEATH (known at cut-off).

    True progression Weibull k 1.1, median 8.6 months; death before it 1 % a month; after it Weibull k 0.95, median 13
    months; drop-out 0.5 % a month; one in ten of the living last seen over 60 days before cut-off.
    """
    count = len(frame)
    start = frame["START"].to_numpy()
    to_pd = 8.6 / np.log(2) ** (1 / 1.1) * generator.weibull(1.1, count)
    to_death_first = generator.exponential(100, count)
    after_pd = 13 / np.log(2) ** (1 / 0.95) * generator.weibull(0.95, count)
    without_pd = to_death_first < to_pd
    death = start + np.ceil(np.where(without_pd, to_death_first, to_pd + after_pd) * MONTH)
    death = np.fmax(death, np.fmax(frame["RTEND"].to_numpy(), start) + 2)
    drop_out = start + np.ceil(generator.exponential(200, count) * MONTH) + 20
    seen_late = np.where(
        generator.random(count) < 0.10, generator.integers(61, 240, count), generator.integers(0, 45, count)
    )
    last = np.fmax(CUT_OFF - seen_late, start + 60)
    never = frame["NOTRT"].to_numpy()
    drop_out = np.where(never, start + generator.integers(5, 25, count), drop_out)
    left = drop_out < np.fmin(death, last)
    last = np.where(left, drop_out, last)
    dead = (death <= CUT_OFF) & ~left & ~never
    frame["TRUEPD"] = np.where(without_pd | never, np.nan, start + np.ceil(to_pd * MONTH))
    frame["DEATH"] = np.where(never, np.nan, death)
    frame["SEENDEATH"] = np.where(dead, death, np.nan)
    frame["LASTCONTACT"] = np.where(dead, death, np.minimum(last, CUT_OFF))
    withdrew = generator.random(count) < 0.5
    frame["LOST"] = left & ~withdrew & ~never
    frame["WITHDREW"] = (left & withdrew & ~never) | (never & ~frame["SCRNFAIL"].to_numpy())


def simulate_therapy(
    frame: pd.DataFrame,
    days: np.ndarray,
    first_pd: np.ndarray,
    lesions: LesionList,
    generator: np.random.Generator,
) -> None:
    """Adds SECONDLINE, SWITCHREASON, SECOND, FIRSTEND, LOCAL (day) with LOCALPROC and LOCALORGAN.

    After progression 68 % change drugs (mean 35 days), 17 % have a second local course and stay on first line. Before it
    0.8 % a month change, and 5 % have a local therapy.
    """
    count = len(frame)
    start = frame["START"].to_numpy()
    last = frame["LASTCONTACT"].to_numpy()
    alive_until = np.where(np.isnan(frame["SEENDEATH"]), last, last - 1)
    pd_day = np.where(first_pd >= 0, days[np.arange(count), first_pd], np.nan)
    fate = choose(generator, (0.68, 0.17, 0.15), count)
    second = np.where(fate == 0, pd_day + np.maximum(1, np.rint(generator.gamma(2.2, 16, count))), np.nan)
    early = start + np.ceil(generator.exponential(125, count) * MONTH)
    switched = (early < np.where(np.isnan(pd_day), np.inf, pd_day)) & (early > start + 14)
    second = np.where(switched, early, second)
    second = np.where((second <= alive_until) & ~frame["NOTRT"].to_numpy(), second, np.nan)
    free_until = np.fmin(alive_until, pd_day) - 1
    early_local = start + 45 + np.rint(generator.random(count) * 240)
    is_early_local = (generator.random(count) < 0.09) & (early_local < free_until)
    local = np.where(fate == 1, pd_day + np.maximum(3, np.rint(generator.gamma(3, 9, count))), np.nan)
    local = np.where(is_early_local, early_local, local)
    local = np.where((local <= alive_until) & ~frame["NOTRT"].to_numpy(), local, np.nan)
    reason = np.where(generator.random(count) < 0.6, "ADVERSE EVENT", "PHYSICIAN DECISION")
    frame["SECONDLINE"] = second
    frame["SWITCHREASON"] = np.where(second < pd_day, reason, np.where(np.isnan(pd_day), reason, "PROGRESSIVE DISEASE"))
    drug = choose(generator, (0.40, 0.20, 0.10, 0.20, 0.10), count)
    contains = np.array([name.startswith("LENVATINIB") for name in frame["FIRSTLINE"]])
    frame["SECOND"] = np.array(SECOND_LINES, dtype=object)[np.where(contains & (drug == 1), 0, drug)]
    gap = generator.integers(1, 21, count)
    stop = np.fmax(second - gap, start)
    supportive = np.where((fate == 2) & ~np.isnan(pd_day), pd_day + gap, np.nan)
    supportive = np.where(supportive <= alive_until, supportive, np.nan)
    frame["FIRSTEND"] = np.where(np.isnan(second), supportive, stop)
    frame["LOCAL"] = local
    in_liver = lesions.organ[:, 0] >= 0
    early_procedure = np.where(in_liver, "TRANSARTERIAL CHEMOEMBOLIZATION", "EXTERNAL BEAM RADIATION THERAPY")
    frame["LOCALPROC"] = np.where(is_early_local, early_procedure, "EXTERNAL BEAM RADIATION THERAPY")
    other = np.where(lesions.organ[:, 2] >= 0, lesions.organ[:, 2], LIVER)
    frame["LOCALORGAN"] = np.where(is_early_local & in_liver, LIVER, other)
    undocumented = (first_pd < 0) & (frame["TRUEPD"] + 14 < frame["SEENDEATH"]) & (generator.random(count) < 0.5)
    frame["CLINICALPD"] = np.where(undocumented, frame["TRUEPD"] + 7, np.nan)
