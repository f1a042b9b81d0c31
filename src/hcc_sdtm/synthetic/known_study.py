"""The course as the hospitals know it: dates to the precision that someone wrote down, scans and lesions as long tables.

Site files and the truth are both made from these frames, so that they can only differ where a fault is planted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.course import Course, simulate_course
from hcc_sdtm.synthetic.lesions import Measures, simulate_measures
from hcc_sdtm.synthetic.plan import LIVER, NONE, ORGANS, RESPONSES, SLOTS

VISIT_TEXT = ("1", *(f"{slot:g}" for slot in SLOTS))
"""VISITNUM as typed, for the baseline and then every place of a scan."""

DAY, MONTH_ONLY, YEAR_ONLY = 10, 7, 4


@dataclass
class KnownStudy:
    """What the hospitals know.

    ``subjects``  one row a subject: the texts and numbers of the course
    ``known``     the same rows: ISO 8601 text of each date, as precise as it was written down
    ``scans``     one row a scan, the baseline included: ROW, PLACE, ORDER (1 the subject's first), DAY, DATE, VISITNUM,
                  RECIST, MRECIST, AFP, NEWLOC
    ``lesions``   one row a lesion known at baseline: ROW, SPOT, LNKID, ROLE, LOC, IRRADIATED
    ``sizes``     one row a lesion and scan: SCAN and LESION (rows of those frames), LONGEST, VIABLE (mm, NaN), STATE
    """

    course: Course
    measures: Measures
    subjects: pd.DataFrame
    known: pd.DataFrame
    scans: pd.DataFrame
    lesions: pd.DataFrame
    sizes: pd.DataFrame

    def is_at(self, site: str, rows: pd.Series | np.ndarray | None = None) -> np.ndarray:
        """Which of these subject rows (all, where none are given) are of the site."""
        at_site = (self.subjects["SITEID"] == site).to_numpy(dtype=bool)
        return at_site if rows is None else at_site[np.asarray(rows, dtype=int)]

    def rows_at(self, site: str) -> np.ndarray:
        """Subject rows of the site."""
        return np.flatnonzero(self.is_at(site))


def iso_text(days: np.ndarray | pd.Series, precision: np.ndarray | int = DAY) -> np.ndarray:
    """ISO 8601 text of days from 1970-01-01 cut to 10, 7 or 4 characters; NaN is ``""``."""
    values = np.asarray(days, dtype=float)
    widths = np.broadcast_to(np.asarray(precision), values.shape)
    whole = np.where(np.isnan(values), 0, values).astype("int64")
    pairs, inverse = np.unique(whole * 16 + widths, return_inverse=True)
    texts = np.array([str(np.datetime64(int(pair) // 16, "D"))[: int(pair) % 16] for pair in pairs], dtype=object)
    found = texts[inverse.reshape(values.shape)]
    return np.where(np.isnan(values), "", found)


def number_text(value: float) -> str:
    """Shortest decimal text of a number, as a spreadsheet shows it; NaN is ``""``."""
    if np.isnan(value):
        return ""
    return str(int(value)) if float(value).is_integer() else repr(round(float(value), 3))


def simulate_study(subjects: int, seed: int) -> KnownStudy:
    """The study as the hospitals know it."""
    course = simulate_course(subjects, seed)
    measures = simulate_measures(course, seed)
    generator = np.random.default_rng([seed, 3])
    frame = course.subjects
    _derive_status(frame)
    precise = np.zeros(len(frame), dtype=bool)
    precise[list(course.scenarios)] = True
    known = _known_dates(frame, precise, generator)
    scans = _list_scans(course, measures, known, precise, generator)
    lesions = _list_lesions(course)
    sizes = _list_sizes(course, measures, scans, lesions)
    return KnownStudy(course, measures, frame, known, scans, lesions, sizes)


def _derive_status(frame: pd.DataFrame) -> None:
    """Adds DISPOSITION (term or ``""``), STATUS and OFFDAY; empties what a screen failure never gave."""
    dead = frame["SEENDEATH"].notna()
    frame["DISPOSITION"] = np.select(
        [frame["SCRNFAIL"], dead, frame["LOST"], frame["WITHDREW"]],
        ["SCREEN FAILURE", "DEATH", "LOST TO FOLLOW-UP", "WITHDRAWAL BY SUBJECT"],
        "",
    ).astype(object)
    frame["STATUS"] = np.where(dead, "DEAD", "ALIVE").astype(object)
    frame["OFFDAY"] = np.where(frame["DISPOSITION"] == "", np.nan, frame["LASTCONTACT"])
    failed = frame["SCRNFAIL"]
    days = ["QUALIFYING", "FIRSTSTART", "FIRSTEND", "PRIOR1", "PRIOR2", "BASELINE"]
    frame.loc[failed, days] = np.nan


def _known_dates(frame: pd.DataFrame, precise: np.ndarray, generator: np.random.Generator) -> pd.DataFrame:
    """ISO text of every date; the shares without a day, and without a month, are those of the study's parameters."""
    partial = {
        "DIAGNOSIS": (0.30, 0.06),
        "FIRSTSTART": (0.12, 0.0),
        "SECONDLINE": (0.20, 0.03),
        "SEENDEATH": (0.06, 0.01),
        "PRIOR1": (0.40, 0.0),
        "PRIOR2": (0.40, 0.0),
    }
    exact = (
        "CONSENT",
        "FIRSTEND",
        "QUALIFYING",
        "RTSTART",
        "END1",
        "END2",
        "LASTCONTACT",
        "LOCAL",
        "CLINICALPD",
        "BASELINE",
    )
    known = {name: iso_text(frame[name]) for name in exact}
    for name, (no_day, no_month) in partial.items():
        draw = generator.random(len(frame))
        precision = np.where(draw < no_month, YEAR_ONLY, np.where(draw < no_month + no_day, MONTH_ONLY, DAY))
        known[name] = iso_text(frame[name], np.where(precise, DAY, precision))
    # site 103 may not send more than the year of birth
    known["BIRTH"] = iso_text(frame["BIRTH"], np.where(frame["SITEID"] == "103", YEAR_ONLY, DAY))
    known["OFFDAY"] = np.where(frame["DISPOSITION"] == "DEATH", known["SEENDEATH"], iso_text(frame["OFFDAY"]))
    known["STATUSDAY"] = np.where(frame["STATUS"] == "DEAD", known["SEENDEATH"], known["LASTCONTACT"])
    return pd.DataFrame(known, dtype=object)


def _list_scans(
    course: Course,
    measures: Measures,
    known: pd.DataFrame,
    precise: np.ndarray,
    generator: np.random.Generator,
) -> pd.DataFrame:
    days = np.column_stack([course.subjects["BASELINE"].to_numpy(), course.scan_days])
    rows, places = np.nonzero(~np.isnan(days))
    day = days[rows, places]
    cut = (generator.random(len(rows)) < 0.01) & (places > 0) & ~precise[rows]
    codes = np.column_stack([np.full(len(days), NONE), course.recist])
    viable_codes = np.column_stack([np.full(len(days), NONE), course.mrecist])
    texts = np.array(RESPONSES, dtype=object)
    afp = _afp_values(course, codes, generator)[rows, places]
    organs = np.array(ORGANS, dtype=object)
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    order = np.arange(len(rows)) - np.repeat(starts, np.diff(np.append(starts, len(rows)))) + 1
    where_new = organs[np.searchsorted([0.40, 0.70, 0.85], generator.random(len(rows)))]
    return pd.DataFrame(
        {
            "ROW": rows,
            "PLACE": places,
            "ORDER": order,
            "DAY": day,
            "DATE": iso_text(day, np.where(cut, MONTH_ONLY, DAY)),
            "VISITNUM": np.array(VISIT_TEXT, dtype=object)[places],
            "RECIST": texts[codes[rows, places]],
            "MRECIST": texts[viable_codes[rows, places]],
            "AFP": np.array([number_text(value) for value in afp], dtype=object),
            "NEWLOC": np.where(measures.new[rows, places], where_new, ""),
        }
    )


def _afp_values(course: Course, codes: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """AFP at each scan in ng/mL: falls with response, rises with progression; one in ten not done."""
    factor = np.array([1.0, 0.35, 0.55, 0.95, 1.7, 1.0])[codes]
    noise = np.exp(generator.normal(0, 0.2, codes.shape))
    drift = np.cumprod(np.where(codes == NONE, 1.0, np.sqrt(factor)), axis=1)
    value = np.clip(course.subjects["AFP"].to_numpy()[:, None] * drift * noise, 1.1, 900_000)
    value = np.where(value >= 100, np.rint(value), np.round(value, 1))
    return np.where(generator.random(codes.shape) < 0.10, np.nan, value)


def _list_lesions(course: Course) -> pd.DataFrame:
    listed = course.lesions
    baseline = ~np.isnan(course.subjects["BASELINE"].to_numpy())
    rows, spots = np.nonzero(listed.present & baseline[:, None])
    present = listed.present
    number = np.where(
        spots < 3,
        np.cumsum(present[:, :3], axis=1)[rows, np.minimum(spots, 2)],
        np.cumsum(present[:, 3:], axis=1)[rows, np.maximum(spots, 3) - 3],
    )
    prefix = np.where(spots < 3, "T", "NT").astype(object)
    treated = ~course.subjects["NOTRT"].to_numpy()
    return pd.DataFrame(
        {
            "ROW": rows,
            "SPOT": spots,
            "LNKID": [f"{text}{value:02d}" for text, value in zip(prefix, number, strict=True)],
            "ROLE": np.where(spots < 3, "TARGET", "NON-TARGET").astype(object),
            "LOC": np.array(ORGANS, dtype=object)[listed.organ[rows, spots]],
            "LIVER": listed.organ[rows, spots] == LIVER,
            "IRRADIATED": listed.irradiated[rows, spots] & treated[rows],
        }
    )


def _list_sizes(course: Course, measures: Measures, scans: pd.DataFrame, lesions: pd.DataFrame) -> pd.DataFrame:
    """One row a lesion and a scan that measured anything."""
    index_of_scan = np.full((len(course), len(SLOTS) + 1), -1)
    index_of_scan[scans["ROW"], scans["PLACE"]] = np.arange(len(scans))
    taken = measures.measured[lesions["ROW"].to_numpy()] & (index_of_scan[lesions["ROW"].to_numpy()] >= 0)
    lesion, place = np.nonzero(taken)
    row, spot = lesions["ROW"].to_numpy()[lesion], lesions["SPOT"].to_numpy()[lesion]
    scan = index_of_scan[row, place]
    target = spot < 3
    longest = np.where(target, measures.longest[row, place, np.minimum(spot, 2)], np.nan)
    viable = np.where(spot < 2, measures.viable[row, place, np.minimum(spot, 1)], np.nan)
    absent = measures.absent[row, place, np.maximum(spot, 3) - 3]
    state = np.where(target, "", np.where(absent, "ABSENT", "PRESENT")).astype(object)
    sizes = pd.DataFrame({"SCAN": scan, "LESION": lesion, "LONGEST": longest, "VIABLE": viable, "STATE": state})
    return sizes.sort_values(["SCAN", "LESION"], ignore_index=True)
