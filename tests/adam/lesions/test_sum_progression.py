from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.sum_progression import SUM, mark_sum_progression
from tests.adam.tables import ADAM

RECIST = ADAM.criteria.named("RECIST 1.1")


def marked(*lesions: tuple[float | None, ...], how: dict[tuple[int, int], str] | None = None) -> list[str]:
    """What is marked of lesions with a size at the baseline and at each assessment: ``lesion@assessment``."""
    rows, sizes, sums = [], [], []
    nadir, count = np.inf, len(lesions[0])
    for number in range(count):
        given = [(lesion, each[number]) for lesion, each in enumerate(lesions) if each[number] is not None]
        known, whole = sum(size for _, size in given), len(given) == len(lesions)
        sums.append(
            (number - 1, 0, number == 0, known, known if whole else np.nan, nadir if number else np.nan, known > 0)
        )
        nadir = min(nadir, known) if whole else nadir
        for lesion, size in given:
            sizes.append((lesion, number - 1 if number else 7, size, number == 0, 0))
            if number:
                rows.append((lesion, number - 1, size, (how or {}).get((lesion, number - 1), "")))
    table = mark_sum_progression(
        pd.DataFrame(rows, columns=["lesion", "assessment", "size", "how"]),
        pd.DataFrame(sums, columns=["assessment", "reader", "is_baseline", "known", "sum", "nadir", "visible"]),
        pd.DataFrame(sizes, columns=["lesion", "assessment", "size", "is_baseline", "reader"]),
        RECIST,
    )
    return [f"{row.lesion}@{row.assessment}" for row in table[table["how"] == SUM].itertuples()]


def test_the_lesions_that_are_larger_than_at_the_nadir_of_the_sum_are_marked():
    assert marked((12, 12, 16), (12, 12, 16), (12, 12, 12)) == ["0@1", "1@1"]


def test_the_nadir_is_the_last_assessment_that_had_it():
    # 36, 36 and 44 mm: of the two assessments with 36 mm the later one is compared with
    assert marked((10, 14, 14), (16, 12, 16), (10, 10, 14)) == ["1@1", "2@1"]


def test_a_sum_that_does_not_progress_marks_nothing():
    assert marked((20, 20, 21), (20, 20, 21)) == []
    assert marked((12, 12, 14), (12, 12, 14)) == []


def test_where_a_lesion_progressed_on_its_own_nothing_is_marked():
    assert marked((12, 12, 20), (12, 12, 13), how={(0, 1): "GROWTH"}) == []


def test_a_sum_that_lacks_a_lesion_progresses_where_the_others_are_enough():
    assert marked((12, 12, 18), (12, 12, 17), (3, 3, None)) == ["0@1", "1@1"]
    assert marked((12, 12, 14), (12, 12, 14), (9, 9, None)) == []
