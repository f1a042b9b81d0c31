from __future__ import annotations

import pandas as pd
import pytest

from hcc_sdtm.adam.times.schemes import SCHEME_COLUMNS, compare_schemes
from hcc_sdtm.outputs.schemes import write_schemes
from tests.adam.tables import ADAM
from tests.adam.test_adtte import one_subject


def compared(**course: str) -> dict[str, str]:
    """The reason of each pair of schemes that differ for one subject."""
    adtte = one_subject(**course)["ADTTE"].published
    found = compare_schemes(adtte, ADAM.parameters)
    assert list(found) == list(SCHEME_COLUMNS)
    assert set(found["OF"]) <= {"PFS"}
    return dict(zip(found["PARAMCDA"] + " " + found["PARAMCDB"], found["WHY"], strict=True))


@pytest.mark.parametrize(
    ("situation", "course", "pair", "why"),
    [
        ("between two visits", {"scans": "2021-04-12 SD, 2021-05-24 SD, 2021-06-14 PD"}, "PFS PFSB",
         "Disease progression was seen on 2021-06-14: Protocol (FDA table A) counts it on 2021-06-14, FDA table B counts it "
         "on 2021-07-05"),
        ("therapy first", {"scans": "2021-04-12 SD, 2021-05-24 SD, 2021-07-05 PD", "therapy": "2021-06-10"}, "PFS PFSEMA",
         "EMA type counts Disease progression on 2021-07-05; Protocol (FDA table A) censors on 2021-05-24 (Last adequate "
         "assessment): New anticancer therapy, which EMA type ignores"),
        ("therapy and no event", {"scans": "2021-04-12 SD, 2021-05-24 SD", "therapy": "2021-05-01"}, "PFS PFSEMA",
         "Protocol (FDA table A) censors on 2021-04-12 (Last adequate assessment): New anticancer therapy; EMA type censors "
         "on 2021-05-24 (Last adequate assessment): Ongoing without event"),
        ("the last scan lies between visits", {"scans": "2021-04-12 SD, 2021-06-10 SD"}, "PFS PFSB",
         "both: Ongoing without event; Protocol (FDA table A) censors on 2021-06-10 (Last adequate assessment), FDA table B "
         "censors on 2021-04-12 (Last visit with an adequate assessment)"),
        ("claimed before it was seen", {"scans": "2021-04-12 SD, 2021-06-14 PD", "clinical": "2021-05-10"}, "PFS PFSC",
         "Protocol (FDA table A) counts Disease progression of 2021-06-14, FDA table C counts Clinical progression (by "
         "scheduled visit) of 2021-05-24; Clinical progression (by scheduled visit) is no event of Protocol (FDA table A)"),
        ("claimed only", {"scans": "2021-04-12 SD", "clinical": "2021-05-03"}, "PFS PFSC",
         "FDA table C counts Clinical progression (by scheduled visit) on 2021-05-24 (seen on 2021-05-03), which is no event "
         "of Protocol (FDA table A); it censors on 2021-04-12 (Last adequate assessment): Ongoing without event"),
    ],
)  # fmt: skip
def test_the_reason_is_a_sentence(situation, course, pair, why):
    assert compared(**course)[pair] == why


def test_a_claim_that_the_next_scan_confirms_at_its_visit_changes_nothing():
    assert compared(scans="2021-04-12 SD, 2021-05-24 PD", clinical="2021-05-10") == {}


def test_schemes_that_agree_are_not_in_the_table():
    assert compared(scans="2021-04-12 SD, 2021-05-24 PD") == {}


def test_a_subject_without_a_record_in_one_scheme_is_in_the_table():
    adtte = one_subject("2021-04-12 SD, 2021-05-24 PD")["ADTTE"].published
    found = compare_schemes(adtte[adtte["PARAMCD"] != "PFSB"], ADAM.parameters)
    assert list(found["WHY"]) == ["no record of PFSB"] * 3


def test_a_study_without_schemes_has_an_empty_table(tmp_path):
    adtte = one_subject("2021-04-12 SD")["ADTTE"].published
    alone = [parameter for parameter in ADAM.parameters if parameter.scheme is None]
    found = compare_schemes(adtte, alone)
    assert found.empty
    write_schemes(tmp_path / "schemes.csv", found)
    assert pd.read_csv(tmp_path / "schemes.csv").columns.tolist() == list(SCHEME_COLUMNS)
