"""Which subject gets which fault: chosen before the sites write, so that truth and files agree about everything else.

One set a thousand subjects, at least one, never a hand-written subject. Faults that change what an observer must conclude are
avoided where they can be; a death date typed before the last visit cannot, and the observer's truth takes it as typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.known_study import KnownStudy, iso_text
from hcc_sdtm.synthetic.plan import CUT_OFF, PD
from hcc_sdtm.synthetic.scans import NEW_LESION
from hcc_sdtm.synthetic.site_103 import choose_outside

IMPOSSIBLE = "impossible date"
EARLY_DEATH = "death before last visit"
LATE_RESPONSE = "response after death"
ONE_FORM_ONLY = "a subject in one form and not in another"
UNKNOWN_TERM = "an unknown term"
AMBIGUOUS = "ambiguous day and month"
UNIT_SLIP = "a unit slip"
DUPLICATE = "a duplicated subject"
NO_LESION = "progression in RS and none in the lesions"

PLACES: tuple[tuple[str, tuple[str, ...]], ...] = (
    # those that few subjects fit come first; each kind is planted at each of its sites
    (EARLY_DEATH, ("101", "102")),
    (LATE_RESPONSE, ("103", "102")),
    (NO_LESION, ("101", "102")),
    (UNIT_SLIP, ("103", "101")),
    (DUPLICATE, ("102", "103")),
    (IMPOSSIBLE, ("101", "102")),
    (UNKNOWN_TERM, ("101", "103")),
    (ONE_FORM_ONLY, ("102", "103")),
)

ONCE = (LATE_RESPONSE,)
"""Kinds planted only at the first of their sites that has a fitting subject."""


@dataclass(frozen=True)
class Planned:
    """A fault to plant: its kind and site, the subject's row, and for some a row of the study's scans or a date to type."""

    kind: str
    site: str
    row: int
    scan: int = -1
    date: str = ""


def choose_faults(study: KnownStudy, seed: int) -> list[Planned]:
    """The faults to plant, each with its own subject.

    Removes the new lesion of the subjects whose lesions must not show their progression.
    """
    generator = np.random.default_rng([seed, 4])
    outside = choose_outside(study)
    taken = {
        *study.course.scenarios,
        *np.flatnonzero(study.subjects["NOTRT"]),
        *outside["ROW"][outside["AMBIGUOUS"]],
    }
    order = generator.permutation(len(study.subjects))
    streams = {(kind, site): _candidates(kind, site, study, order) for kind, sites in PLACES for site in sites}
    planned: list[Planned] = []
    for _ in range(max(1, len(study.subjects) // 1000)):
        for kind, sites in PLACES:
            for site in sites:
                found = next((one for one in streams[kind, site] if one.row not in taken), None)
                if found is None:
                    continue
                taken.add(found.row)
                planned.append(found)
                if kind in ONCE:
                    break
    study.scans.loc[[one.scan for one in planned if one.kind == NO_LESION], "NEWLOC"] = ""
    return planned


def typed_deaths(planned: list[Planned]) -> dict[int, str]:
    """Death dates that are typed wrongly, by subject row."""
    return {one.row: one.date for one in planned if one.kind == EARLY_DEATH}


def _candidates(kind: str, site: str, study: KnownStudy, order: np.ndarray) -> Iterator[Planned]:
    """Faults that would fit, subjects in a random order."""
    rank = np.empty(len(order), dtype=int)
    rank[order] = np.arange(len(order))
    scans = study.scans[study.is_at(site, study.scans["ROW"])]
    scans = scans.iloc[np.argsort(rank[scans["ROW"]], kind="stable")]
    rows = scans["ROW"].to_numpy()
    if kind in (EARLY_DEATH, LATE_RESPONSE):
        yield from _after_progression(kind, site, study, scans)
    elif kind == NO_LESION:
        shows = (study.course.growth[rows] == NEW_LESION) & (scans["NEWLOC"] != "").to_numpy()
        for at in np.flatnonzero(shows):
            yield Planned(kind, site, int(rows[at]), int(scans.index.to_numpy()[at]))
    elif kind == UNIT_SLIP and site == "101":
        large = study.sizes["LONGEST"].to_numpy() >= 25
        first = study.lesions["LNKID"].to_numpy()[study.sizes["LESION"]] == "T01"
        fitting = scans.index.isin(study.sizes["SCAN"][large & first])
        fitting &= ((scans["ORDER"] == 3) & (scans["RECIST"] != "PD")).to_numpy()
        for at in np.flatnonzero(fitting):
            yield Planned(kind, site, int(rows[at]), int(scans.index.to_numpy()[at]))
    else:
        at_site = study.is_at(site)
        for row in order[at_site[order]]:
            yield Planned(kind, site, int(row))


def _after_progression(kind: str, site: str, study: KnownStudy, scans: pd.DataFrame) -> Iterator[Planned]:
    """Subjects who died after a scan that followed their progression, with what to type.

    A death is typed nine days before that scan, a scan 17 days after the death: progression stays the event either way.
    """
    exact = scans[(scans["RECIST"] == "PD") & (scans["MRECIST"] == "PD") & (scans["DATE"].str.len() == 10)]
    death, written = study.subjects["SEENDEATH"].to_numpy(), study.known["SEENDEATH"].to_numpy()
    second, local = study.subjects["SECONDLINE"].to_numpy(), study.subjects["LOCAL"].to_numpy()
    progressions = (study.course.recist == PD).sum(axis=1)
    for row in pd.unique(exact["ROW"]):
        own = exact[exact["ROW"] == row]
        if len(own) < 2 or len(written[row]) != 10 or progressions[row] != 2:
            continue
        days = own["DAY"].to_numpy()
        early = days[-1] - 9
        if kind == LATE_RESPONSE and death[row] + 17 <= CUT_OFF:
            yield Planned(kind, site, int(row), int(own.index[-1]), _iso(death[row] + 17))
        if kind == EARLY_DEATH and early > days[0] + 3 and not (second[row] > early or local[row] > early):
            yield Planned(kind, site, int(row), -1, _iso(early))


def _iso(day: float) -> str:
    return str(iso_text(np.array([day]))[0])
