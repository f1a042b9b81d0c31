from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.adam.lesions.field_status import build_field_status
from hcc_sdtm.adam.lesions.lesion_progression import add_new_lesions, build_lesion_progression
from hcc_sdtm.spec.progression import LocalFailure
from tests.adam.lesions.irradiated_histories import START, Lesion, Study, random_study, slow_progression
from tests.adam.tables import ADAM

RECIST = ADAM.criteria.named("RECIST 1.1")
LOCAL = LocalFailure()


def status(study: Study, field: str) -> pd.DataFrame:
    lesions, assessments, sizes, irradiated, new = study.tables()
    start = np.full(6, START)
    rows = build_lesion_progression(lesions, sizes, irradiated, start, RECIST, LOCAL)
    rows = add_new_lesions(rows, lesions, new, start)
    return build_field_status(rows, lesions, assessments, irradiated, start, field)


def seen(*sizes: float | None) -> list[tuple[int, float, float | None, str]]:
    """A lesion's scans on days 90, 140, 180 ..; None: not seen."""
    return [(n, 90.0 if n == 0 else 100.0 + 40 * n, size, "") for n, size in enumerate(sizes) if size is not None]


def study_of(*lesions: Lesion, assessments: int = 4) -> Study:
    days = [90.0, *(100.0 + 40 * number for number in range(1, assessments))]
    return Study(list(lesions), [(0, day, day, float(n + 1)) for n, day in enumerate(days)])


def shown(frame: pd.DataFrame) -> list[str]:
    return [f"{row.day:g} {row.status}" for row in frame.itertuples()]


def test_each_field_is_judged_by_its_own_lesions():
    study = study_of(
        Lesion(0, "TARGET", "LIVER", False, START, seen(30, 20, 20, 30)),
        Lesion(0, "TARGET", "LUNG", False, None, seen(20, 20, 30, 30)),
    )
    assert shown(status(study, "irradiated")) == ["140 CONTROLLED", "180 CONTROLLED", "220 LOCAL FAILURE"]
    assert shown(status(study, "other")) == ["140 NO PROGRESSION", "180 PROGRESSION", "220 PROGRESSION"]


def test_a_lesion_that_is_followed_and_not_seen_makes_its_field_not_evaluable_but_never_hides_a_progression():
    study = study_of(
        Lesion(0, "TARGET", "LIVER", False, START, seen(30, 20, None, 20)),
        Lesion(0, "TARGET", "LIVER", False, START, seen(30, 20, 20, 30)),
        Lesion(0, "TARGET", "LUNG", False, None, seen(20, None, 30, None)),
        Lesion(0, "NON-TARGET", "BONE", False, None, seen(20, 20, None, 20)),
    )
    assert shown(status(study, "irradiated")) == ["140 CONTROLLED", "180 NE", "220 LOCAL FAILURE"]
    assert shown(status(study, "other")) == ["140 NE", "180 PROGRESSION", "220 NE"]


def test_a_lesion_that_nobody_followed_is_not_waited_for():
    study = study_of(
        Lesion(0, "TARGET", "LIVER", False, START, seen(30)),
        Lesion(0, "TARGET", "LIVER", False, START, seen(30, 20, 20, 20)),
    )
    assert shown(status(study, "irradiated")) == ["140 CONTROLLED", "180 CONTROLLED", "220 CONTROLLED"]


def test_where_every_lesion_was_irradiated_a_scan_without_new_lesion_shows_no_progression_out_of_field():
    study = study_of(
        Lesion(0, "TARGET", "LIVER", False, START, seen(30, 20, 20, 20)),
        Lesion(0, "NEW", "LUNG", False, None, [], (2, 180.0)),
    )
    found = status(study, "other")
    assert shown(found) == ["140 NO PROGRESSION", "180 PROGRESSION", "220 NO PROGRESSION"]
    assert found["dataset"].tolist() == ["TR", "TU", "TR"]


def test_a_new_lesion_is_out_of_field_and_fails_in_field_once_it_was_irradiated_itself():
    study = study_of(
        Lesion(0, "TARGET", "LIVER", False, START, seen(30, 20, 20, 20)),
        Lesion(
            0, "NEW", "LUNG", False, 150.0, [(1, 140.0, 12, ""), (2, 180.0, 14, ""), (3, 220.0, 20, "")], (1, 140.0)
        ),
    )
    assert shown(status(study, "other")) == ["140 PROGRESSION", "180 NO PROGRESSION", "220 NO PROGRESSION"]
    assert shown(status(study, "irradiated")) == ["140 CONTROLLED", "180 CONTROLLED", "220 LOCAL FAILURE"]


def slow_status(study: Study, field: str) -> list[tuple[int, float, str]]:
    """(assessment, day, status) of every assessment that says something, worked out one at a time."""
    rule = (RECIST.progression_percent, RECIST.progression_mm)
    scans = slow_progression(study, *rule, (20, 5, True), RECIST.nodes.normal_below_mm)
    in_field = field == "irradiated"
    bad, good = ("LOCAL FAILURE", "CONTROLLED") if in_field else ("PROGRESSION", "NO PROGRESSION")
    found = []
    for number, (reader, _, last_day, _) in enumerate(study.assessments):
        here = {lesion: scan for (lesion, at), scan in scans.items() if at == number}
        own = {lesion: scan for lesion, scan in here.items() if scan[1] == in_field}
        worse = sorted(scan[3] for scan in own.values() if scan[0])
        if worse:
            found.append((number, worse[0], bad))
            continue
        waited = set()
        for lesion, each in enumerate(study.lesions):
            was = each.irradiated is not None and last_day > each.irradiated
            followed = any(
                key == lesion and scan[1] == in_field and scan[2] and scan[0] != "NEW"
                for (key, _), scan in scans.items()
            )
            if each.subject == reader and was == in_field and followed and (in_field or each.kind != "NEW"):
                waited.add(lesion)
        usable = {lesion for lesion, scan in own.items() if scan[2]}
        if own or (here and (not in_field or waited)):
            day = max(scan[3] for scan in (own or here).values())
            found.append((number, day, "NE" if waited - usable else good))
    return sorted(found)


@pytest.mark.parametrize("seed", range(150))
@pytest.mark.parametrize("field", ["irradiated", "other"])
def test_random_histories_give_what_plain_loops_give(seed, field):
    study = random_study(seed)
    found = status(study, field)
    triples = sorted(zip(found["assessment"], found["day"], found["status"], strict=True))
    assert triples == slow_status(study, field)
