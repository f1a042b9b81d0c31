from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.irradiated import build_irradiated
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dates.iso import from_days, to_days
from tests.adam.tables import TRIAL, lines, study, table

LESIONS = """
subject | lesion | location
0       | T01    | LIVER
0       | T02    | LIVER
0       | NT01   | BONE
1       | T01    | LUNG
"""

TU = """
S | TULNKID | TULOC
A | T01     | LIVER
A | T02     | LIVER
A | NT01    | BONE
B | T01     | LUNG
"""

SUPPTU = """
S | RDOMAIN | IDVAR | IDVARVAL | QNAM    | QVAL
A | TU      | TUSEQ | {}       | IRRADFL | Y
"""


def derive(ex: str, lesions: str = LESIONS, rules=TRIAL.progression, **tables: str):
    subjects = Subjects(pd.Index(["A", "B"], dtype=object), 24000.0, {}, {"TRTSDT": np.array([22340.0, 22340.0])})
    datasets = study(TU=TU, EX=ex, **tables)
    frame = table(lesions).astype({"subject": int})
    irradiated, findings = build_irradiated(datasets, subjects, rules, frame)
    shown = []
    for row in irradiated.itertuples():
        lesion = frame.iloc[row.lesion]
        start, end = (from_days(pd.Series([day]))[0] or "." for day in (row.start, row.end))
        dose = "." if np.isnan(row.dose) else f"{row.dose:g}"
        shown.append(f"{'AB'[lesion['subject']]} {lesion['lesion']} | {start} | {end} | {dose}")
    return shown, findings


def asked(findings: pd.DataFrame) -> list[str]:
    return [f"{f.rule.split()[0]} {f.severity} {f.subject} {f.variable}: {f.message}" for f in findings.itertuples()]


def suppex(*rows: str) -> str:
    return "\n".join(["S | RDOMAIN | IDVAR | IDVARVAL | QNAM | QVAL", *rows])


def test_a_link_leads_to_the_lesion_with_its_course_and_dose():
    found, findings = derive(
        "S | EXLNKID | EXLOC | EXSTDTC    | EXENDTC\nA | T01     | LIVER | 2021-03-01 | 2021-03-11\n"
        "B | T01     | LUNG  | 2021-03-02 | .",
        SUPPEX=suppex("A | EX | EXSEQ | 1 | TOTDOSE | 30"),
    )
    assert found == lines("A T01 | 2021-03-01 | 2021-03-11 | 30\nB T01 | 2021-03-02 | 2021-03-02 | .")
    assert asked(findings) == []


def test_one_record_can_name_several_lesions_and_two_records_one_lesion():
    found, findings = derive(
        "S | EXLNKID   | EXSTDTC    | EXENDTC\n"
        "A | T01; NT01 | 2021-03-01 | 2021-03-11\n"
        "A | T01       | 2021-09-01 | 2021-09-05",
        SUPPEX=suppex("A | EX | EXSEQ | 1 | TOTDOSE | 30", "A | EX | EXSEQ | 2 | TOTDOSE | 12.5"),
    )
    assert found == lines("A T01 | 2021-03-01 | 2021-09-05 | 42.5\nA NT01 | 2021-03-01 | 2021-03-11 | 30")
    assert asked(findings) == []


def test_further_lesions_can_stand_in_supplemental_qualifiers():
    irradiation = TRIAL.progression.irradiated[0].model_copy(update={"further": ("LESION2", "LESION3")})
    rules = TRIAL.progression.model_copy(update={"irradiated": (irradiation,)})
    found, findings = derive(
        "S | EXLNKID | EXSTDTC\nA | T01 | 2021-03-01\nB | . | 2021-03-05",
        rules=rules,
        SUPPEX=suppex(
            "A | EX | EXSEQ | 1 | LESION2 | T02",
            "A | EX | EXSEQ | 1 | LESION3 | NT01",
            "B | EX | .     | . | LESION2 | T01",
        ),
    )
    assert [row.split(" | ")[0] for row in found] == ["A T01", "A T02", "A NT01", "B T01"]
    assert asked(findings) == []


def test_the_flag_adds_lesions_which_take_the_course_of_their_organ():
    flags = suppex("A | TU | TUSEQ | 1 | IRRADFL | Y", "A | TU | TUSEQ | 2 | IRRADFL | Y")
    found, findings = derive(
        "S | EXLNKID | EXLOC | EXSTDTC    | EXENDTC\n"
        "A | NT01    | BONE  | 2021-02-01 | 2021-02-03\n"
        "A | T01     | LIVER | 2021-03-01 | 2021-03-11",
        SUPPTU=flags + "\nA | TU | TUSEQ | 3 | IRRADFL | Y",
    )
    assert found == lines(
        "A T01 | 2021-03-01 | 2021-03-11 | .\nA T02 | 2021-03-01 | 2021-03-11 | .\nA NT01 | 2021-02-01 | 2021-02-03 | ."
    )
    assert asked(findings) == []


def test_a_flag_without_a_record_for_the_organ_and_a_link_without_flag_are_asked_about():
    found, findings = derive(
        "S | EXLNKID | EXLOC | EXSTDTC\nA | T01 | LIVER | 2021-03-01",
        SUPPTU=suppex("A | TU | TUSEQ | 3 | IRRADFL | Y"),
    )
    assert found == lines("A T01 | 2021-03-01 | 2021-03-01 | .\nA NT01 | 2021-03-01 | 2021-03-01 | .")
    assert asked(findings) == [
        'ADRS-143 warning A EXLNKID: names the lesion "T01", which TU does not call irradiated',
        'ADRS-143 warning A TULNKID: "NT01" is called irradiated, and no record of EX names it or its organ',
    ]


def test_a_link_to_a_lesion_that_the_subject_does_not_have_is_an_error_that_lists_those_there_are():
    found, findings = derive("S | EXLNKID | EXSTDTC\nA | T01,T09 | 2021-03-01\nB | t01 | 2021-03-01")
    assert found == ["A T01 | 2021-03-01 | 2021-03-01 | ."]
    assert asked(findings) == [
        'ADRS-140 error A EXLNKID: names the lesion "T09", which the subject does not have',
        'ADRS-140 error B EXLNKID: names the lesion "t01", which the subject does not have',
    ]
    assert findings["expected"].tolist() == ["T01, T02, NT01", "T01"]


def test_who_has_a_record_without_any_link_is_asked_about_once_where_others_have_one():
    ex = "S | EXLNKID | EXSTDTC\nA | T01 | 2021-03-01\nB | . | 2021-03-01\nB | . | 2021-03-05"
    assert asked(derive(ex)[1]) == [
        "ADRS-141 warning B EXLNKID: no record says which lesion was irradiated: no local control and no field of "
        "progression for this subject"
    ]


def test_a_study_without_links_or_radiotherapy_is_no_finding_a_subject():
    for ex in (
        "S | EXLNKID | EXSTDTC\nA | . | 2021-03-01\nB | . | 2021-03-01",
        "S | EXCAT | EXSTDTC\nA | DRUG | 2021-03-01",
    ):
        found, findings = derive(ex)
        assert found == []
        assert asked(findings) == []


def test_an_incomplete_start_is_that_of_the_treatment():
    found, _ = derive("S | EXLNKID | EXSTDTC | EXENDTC\nA | T01 | 2021-03 | 2021-03-11")
    assert found == ["A T01 | 2021-03-01 | 2021-03-11 | ."]
    assert to_days(pd.Series(["2021-03-01"]))[0] == 22340.0
