"""What truly happens to each subject, from diagnosis to data cut-off, before any hospital writes it down.

Knows the trial's calendar, the schedule of scans and the distributions of the reference study; knows nothing of files,
sites' habits or faults. Numbers come from published series of first-line therapy with radiotherapy in oligoprogressive
hepatocellular carcinoma, the rest from clinical judgement. Days are float64 counts from 1970-01-01, NaN where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.lesion_list import LesionList, simulate_lesions
from hcc_sdtm.synthetic.plan import NONE, PD, RESPONSES, SITE_SHARES, SLOTS, choose, day_number
from hcc_sdtm.synthetic.radiotherapy import simulate_doses, simulate_start
from hcc_sdtm.synthetic.scans import (
    NEW_LESION,
    first_progression,
    simulate_growth,
    simulate_responses,
    simulate_scans,
    stop_scanning,
)
from hcc_sdtm.synthetic.scenarios import SCENARIOS, Scenario
from hcc_sdtm.synthetic.survival import simulate_survival, simulate_therapy

FIRST_LINES = (
    "ATEZOLIZUMAB + BEVACIZUMAB",
    "LENVATINIB",
    "LENVATINIB + SINTILIMAB",
    "SORAFENIB",
    "CAMRELIZUMAB + APATINIB",
)


@dataclass
class Course:
    """The true course of all subjects.

    ``subjects`` has one row a subject (texts, numbers, days as float64). Matrices have a row a subject; those of scans a
    column for each place of `SLOTS`: ``scan_days`` (NaN: no scan), ``recist`` and ``mrecist`` (codes of `RESPONSES`).
    ``scenarios`` gives the hand-written subjects by row.
    """

    subjects: pd.DataFrame
    scan_days: np.ndarray
    recist: np.ndarray
    mrecist: np.ndarray
    growth: np.ndarray
    """How a subject progresses: NEW_LESION, OUT_OF_FIELD or IN_FIELD."""

    delayed: np.ndarray
    """Whether a growing liver lesion grows in its necrotic part only, so that mRECIST sees it a scan later."""

    lesions: LesionList
    scenarios: dict[int, Scenario] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.subjects)


def simulate_course(subjects: int, seed: int) -> Course:
    """The course of every subject; the same for the same number and seed."""
    generator = np.random.default_rng([seed, 1])
    frame = _enrol(subjects, generator)
    scenarios = _place_scenarios(frame)
    _set_treatment_flags(frame, scenarios)
    _simulate_baseline(frame, generator)
    simulate_start(frame, scenarios, generator)
    lesions = simulate_lesions(frame, generator)
    simulate_doses(frame, lesions, scenarios, generator)
    simulate_survival(frame, generator)
    scan_days, evaluable = simulate_scans(frame, generator)
    first_pd = first_progression(frame, scan_days, evaluable)
    scan_days, evaluable = stop_scanning(frame, scan_days, evaluable, first_pd, generator)
    simulate_therapy(frame, scan_days, first_pd, lesions, generator)
    growth, delayed = simulate_growth(lesions, first_pd, generator)
    recist, mrecist = simulate_responses(scan_days, evaluable, first_pd, lesions, growth, delayed, generator)
    course = Course(frame, scan_days, recist, mrecist, growth, delayed, lesions, scenarios)
    for row, scenario in scenarios.items():
        _write_scenario(course, row, scenario)
    _simulate_history(frame, generator)
    return course


def _enrol(subjects: int, generator: np.random.Generator) -> pd.DataFrame:
    first = max(1, round(subjects * SITE_SHARES["101"]))
    second = min(round(subjects * SITE_SHARES["102"]), subjects - first)
    counts = {"101": first, "102": second, "103": subjects - first - second}
    width = max(3, len(str(max(counts.values()))))
    sites = np.repeat(list(counts), list(counts.values())).astype(object)
    numbers = [f"{number:0{width}d}" for count in counts.values() for number in range(1, count + 1)]
    frame = pd.DataFrame({"SITEID": sites, "NUMBER": np.array(numbers, dtype=object)})
    frame["SUBJID"] = frame["SITEID"] + "-" + frame["NUMBER"]
    frame["USUBJID"] = "RTHCC-" + frame["SUBJID"]
    return frame


def _place_scenarios(frame: pd.DataFrame) -> dict[int, Scenario]:
    """Scenario subjects by row: every second subject of the site, as many as fit in half of it."""
    placed: dict[int, Scenario] = {}
    for site, rows in frame.groupby("SITEID").indices.items():
        own = [scenario for scenario in SCENARIOS if scenario.site == site]
        placed |= dict(zip((int(row) for row in rows[1::2]), own, strict=False))
    return placed


def _set_treatment_flags(frame: pd.DataFrame, scenarios: dict[int, Scenario]) -> None:
    """Adds SCRNFAIL (one in 60) and NOTRT (enrolled, never irradiated: two in 60), none where there are under 30 subjects."""
    count = len(frame)
    free = np.setdiff1d(np.arange(count), list(scenarios))
    never = round(count / 30) if count >= 30 else 0
    failures = round(count / 60) if count >= 30 else 0
    chosen = free[np.linspace(0, len(free) - 1, never + failures).astype(int)] if never + failures else free[:0]
    frame["SCRNFAIL"] = False
    frame["NOTRT"] = False
    frame.loc[chosen[:failures], "SCRNFAIL"] = True
    frame.loc[chosen, "NOTRT"] = True


def _simulate_baseline(frame: pd.DataFrame, generator: np.random.Generator) -> None:
    count = len(frame)
    frame["AGE"] = np.clip(np.rint(generator.normal(57, 10, count)), 25, 86)
    frame["SEX"] = np.array(["M", "F"], dtype=object)[choose(generator, (0.85, 0.15), count)]
    frame["HBV"] = generator.random(count) < 0.82
    frame["ECOG"] = choose(generator, (0.50, 0.45, 0.05), count)
    frame["CHILDPUGH"] = 5 + choose(generator, (0.60, 0.27, 0.13), count)
    frame["AFP"] = 200 * 10 ** generator.normal(0, 1.1, count)
    frame["PROGRESSING"] = 1 + choose(generator, (0.50, 0.30, 0.14, 0.04, 0.02), count)
    frame["FIRSTLINE"] = np.array(FIRST_LINES, dtype=object)[choose(generator, (0.35, 0.15, 0.25, 0.05, 0.20), count)]
    frame["MODALITY"] = np.array(["CONTRAST ENHANCED CT SCAN", "CONTRAST ENHANCED MRI", "PET/CT SCAN"], dtype=object)[
        choose(generator, (0.62, 0.33, 0.05), count)
    ]


def _write_scenario(course: Course, row: int, scenario: Scenario) -> None:
    """Puts a hand-written course in the place of the simulated one."""
    frame = course.subjects
    course.scan_days[row] = np.nan
    course.recist[row] = NONE
    for scan in scenario.scans:
        number, day, response = scan.split()
        if response != "BL":
            place = SLOTS.index(float(number))
            course.scan_days[row, place] = day_number(day)
            course.recist[row, place] = RESPONSES.index(response)
    course.mrecist[row] = course.recist[row]
    course.growth[row], course.delayed[row] = NEW_LESION, False
    if not any(scan.endswith("BL") for scan in scenario.scans):
        course.lesions.organ[row] = -1
        course.lesions.size[row] = 0
        course.lesions.viable[row] = 0
        frame.loc[row, ["LESION1", "LESION2"]] = -1
    days = {
        "SECONDLINE": scenario.second_line,
        "SEENDEATH": scenario.death,
        "DEATH": scenario.death,
        "CLINICALPD": scenario.clinical_pd,
        "LASTCONTACT": scenario.last_contact,
    }
    for name, text in days.items():
        frame.at[row, name] = day_number(text) if text else np.nan
    progressions = course.scan_days[row, course.recist[row] == PD]
    first_pd = float(progressions[0]) if len(progressions) else np.nan
    frame.at[row, "TRUEPD"] = first_pd
    frame.at[row, "FIRSTEND"] = day_number(scenario.second_line) - 1 if scenario.second_line else np.nan
    frame.at[row, "LOCAL"] = np.nan
    after_pd = bool(scenario.second_line) and day_number(scenario.second_line) >= first_pd
    frame.at[row, "SWITCHREASON"] = "PROGRESSIVE DISEASE" if after_pd else "ADVERSE EVENT"
    frame.at[row, "LOST"], frame.at[row, "WITHDREW"] = scenario.lost, False


def _simulate_history(frame: pd.DataFrame, generator: np.random.Generator) -> None:
    """Adds PRIOR1 and PRIOR2 (days) with their PROC: local therapies of the 40 % not metastatic at first."""
    count = len(frame)
    room = (frame["FIRSTSTART"] - frame["DIAGNOSIS"]).to_numpy()
    had = ~frame["METFIRST"].to_numpy() & (room > 40)
    first = frame["DIAGNOSIS"] + np.rint(10 + generator.random(count) * 20)
    second = first + np.rint((room - 40) * generator.uniform(0.3, 0.8, count))
    twice = had & (room > 180) & (generator.random(count) < 0.5)
    names = np.array(["HEPATECTOMY", "TRANSARTERIAL CHEMOEMBOLIZATION", "ABLATION"], dtype=object)
    frame["PRIOR1"] = np.where(had, first, np.nan)
    frame["PRIORPROC1"] = names[choose(generator, (0.45, 0.40, 0.15), count)]
    frame["PRIOR2"] = np.where(twice, second, np.nan)
    frame["PRIORPROC2"] = names[choose(generator, (0.0, 0.7, 0.3), count)]
