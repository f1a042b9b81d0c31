"""When radiotherapy starts, to which organs, at what dose, and when it ends."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.lesion_list import LesionList
from hcc_sdtm.synthetic.plan import ACCRUAL_END, ACCRUAL_START, LUNG, MONTH, choose, day_number
from hcc_sdtm.synthetic.scenarios import Scenario

REGIMENS: tuple[tuple[str, str, int, float, float], ...] = (
    # technique, frequency, fractions, Gy a fraction, share
    ("SBRT", "QOD", 5, 6.0, 0.20),
    ("SBRT", "QOD", 5, 7.0, 0.15),
    ("SBRT", "QOD", 5, 8.0, 0.15),
    ("SBRT", "QOD", 5, 10.0, 0.10),
    ("IMRT", "5 TIMES PER WEEK", 10, 4.0, 0.10),
    ("IMRT", "5 TIMES PER WEEK", 15, 3.0, 0.08),
    ("IMRT", "5 TIMES PER WEEK", 20, 2.5, 0.07),
    ("IMRT", "5 TIMES PER WEEK", 25, 2.2, 0.05),
    ("3D-CRT", "5 TIMES PER WEEK", 10, 3.0, 0.10),
)
LUNG_SBRT = ("SBRT", "QOD", 4, 12.0)


def simulate_start(frame: pd.DataFrame, scenarios: dict[int, Scenario], generator: np.random.Generator) -> None:
    """Adds START (of radiotherapy, or planned), QUALIFYING progression, BASELINE scan, CONSENT, FIRSTSTART, DIAGNOSIS."""
    count = len(frame)
    weekdays = np.arange(ACCRUAL_START, ACCRUAL_END + 1)
    weekdays = weekdays[np.is_busday(weekdays.astype("int64").astype("datetime64[D]"))]
    start = weekdays[generator.integers(0, len(weekdays), count)]
    wait = np.clip(np.rint(generator.gamma(6, 4, count)), 7, 42)
    before_scan = np.rint(1 + generator.random(count) * (np.minimum(wait, 28) - 1))
    before_consent = np.rint(1 + generator.random(count) * (np.minimum(wait, 14) - 1))
    on_first_line = np.maximum(2.5, 7.5 * np.exp(generator.normal(0, 0.6, count))) * MONTH
    metastatic_first = generator.random(count) < 0.60
    to_first_line = (
        np.where(
            metastatic_first,
            generator.exponential(1 / np.log(2), count),
            12 * np.exp(generator.normal(0, 0.7, count)),
        )
        * MONTH
    )
    for row, scenario in scenarios.items():
        start[row] = day_number(scenario.rt_start)
        baseline = [scan.split()[1] for scan in scenario.scans if scan.endswith("BL")]
        if baseline:
            before_scan[row] = start[row] - day_number(baseline[0])
        wait[row] = max(wait[row], before_scan[row])
        if scenario.reread and scenario.reread[0] < scenario.rt_start:
            wait[row] = start[row] - day_number(scenario.reread[0])
    frame["START"] = start
    frame["QUALIFYING"] = start - wait
    frame["BASELINE"] = np.where(frame["SCRNFAIL"], np.nan, start - before_scan)
    frame["CONSENT"] = start - np.minimum(before_consent, wait)
    frame["FIRSTSTART"] = frame["QUALIFYING"] - np.rint(on_first_line)
    frame["DIAGNOSIS"] = frame["FIRSTSTART"] - np.rint(to_first_line) - 3
    frame["METFIRST"] = metastatic_first
    frame["BIRTH"] = frame["CONSENT"] - np.floor(frame["AGE"] * 365.25 + 1 + generator.random(count) * 360)
    for row, scenario in scenarios.items():
        if not any(scan.endswith("BL") for scan in scenario.scans):
            frame.loc[row, "BASELINE"] = np.nan


def simulate_doses(
    frame: pd.DataFrame, lesions: LesionList, scenarios: dict[int, Scenario], generator: np.random.Generator
) -> None:
    """Adds, for each of at most two irradiated organs, ORGAN LESION TECH FREQ DOSE PLANNED DELIVERED END with 1 or 2 behind.

    No fraction falls on a weekend; fractions every other day are every second weekday. 8 % are interrupted for 3 to 9
    weekdays, 4 % end early.
    """
    count = len(frame)
    regimen = choose(generator, tuple(entry[4] for entry in REGIMENS), count)
    interrupted = np.where(generator.random(count) < 0.08, generator.integers(3, 10, count), 0)
    short = np.where(generator.random(count) < 0.04, generator.integers(1, 3, count), 0)
    for row in scenarios:
        regimen[row], interrupted[row], short[row] = 0, 0, 0
    masked = np.where(lesions.irradiated, lesions.organ, -1)
    start = frame["START"].to_numpy().astype("int64").astype("datetime64[D]")
    treated = ~frame["NOTRT"].to_numpy()
    first = np.array([row[row >= 0][0] for row in masked])
    second = np.array(
        [
            next((organ for organ in row if organ >= 0 and organ != own), -1)
            for row, own in zip(masked, first, strict=True)
        ]
    )
    for number, organ in ((1, first), (2, second)):
        has = treated & (organ >= 0)
        lung = np.isin(regimen, [0, 1, 2, 3]) & (organ == LUNG)
        table = [*REGIMENS, (*LUNG_SBRT, 0.0)]
        code = np.where(lung, len(REGIMENS), regimen)
        planned = np.array([entry[2] for entry in table])[code]
        delivered = np.maximum(1, planned - short)
        step = np.where(np.isin(code, [4, 5, 6, 7, 8]), 1, 2)
        end = np.busday_offset(start, step * (delivered - 1) + interrupted, roll="forward")
        frame[f"ORGAN{number}"] = np.where(has, organ, -1)
        frame[f"LESION{number}"] = np.where(has, (masked == organ[:, None]).argmax(axis=1), -1)
        frame[f"TECH{number}"] = np.array([entry[0] for entry in table], dtype=object)[code]
        frame[f"FREQ{number}"] = np.array([entry[1] for entry in table], dtype=object)[code]
        frame[f"DOSE{number}"] = np.array([entry[3] for entry in table])[code]
        frame[f"PLANNED{number}"] = planned
        frame[f"DELIVERED{number}"] = delivered
        frame[f"END{number}"] = np.where(has, end.astype("int64"), np.nan)
    frame["RTSTART"] = np.where(treated, frame["START"], np.nan)
    frame["RTEND"] = np.fmax(frame["END1"], frame["END2"])
