"""Each verb of ADSL on a table of its own, and what is said where it cannot be carried out."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.spec.adam.adsl_rules import AdslSpec
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study

EX = "S | EXSTDTC | EXENDTC\nA | 2021-03-01 | 2021-03-11"


def adsl(rules: dict, **tables) -> tuple[Dataset, pd.DataFrame]:
    """ADSL by the rules, for subjects A and B where no DM is given, and the findings."""
    adam = replace(ADAM, adsl=AdslSpec.model_validate({"variables": rules}))
    return build_adsl(study(**{"DM": "S\nA\nB", **tables}), SPECS, TRIAL, adam)


def made(rules: dict, columns: str, **tables) -> list[str]:
    return as_text(adsl(rules, **tables)[0].frame, columns)


def found(findings: pd.DataFrame) -> list[str]:
    return as_text(findings, "rule dataset subject variable value")


TREATED = {"TRTSDT": {"treatment": "start"}, "TRTEDT": {"treatment": "end"}}


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ({"start": "TRTSDT", "end": "TRTEDT", "first_day": 1}, "11"),
        ({"start": "TRTSDT", "end": "TRTEDT", "first_day": 0}, "10"),
        ({"start": "TRTSDT", "end": "TRTEDT"}, "11"),  # the trial counts the first day
        ({"start": "RFICDT", "end": "TRTSDT", "unit": "weeks", "first_day": 0}, "4"),
        ({"start": "RFICDT", "end": "TRTSDT", "unit": "months", "first_day": 0}, f"{28 / 30.4375:g}"),
        ({"start": "RFICDT", "end": "TRTSDT", "unit": "years", "first_day": 0}, f"{28 / 365.25:g}"),
    ],
)
def test_a_duration_between_two_dates(duration, expected):
    rules = TREATED | {"RFICDT": {"dataset": "DM", "date": "RFICDTC"}, "_TIME": {"duration": duration}}
    assert made(rules, "USUBJID _TIME", DM="S | RFICDTC\nA | 2021-02-01\nB | 2021-02-01", EX=EX) == [
        f"A | {expected}",
        "B | .",
    ]


def test_a_duration_that_runs_backwards_is_missing_and_said():
    rules = TREATED | {"_TIME": {"duration": {"start": "TRTEDT", "end": "TRTSDT", "first_day": 0}}}
    made_, findings = adsl(rules, EX=EX)
    assert as_text(made_.frame, "_TIME") == [".", "."]
    (told,) = findings.itertuples()
    assert (told.rule, told.severity, told.subject, told.dataset) == (
        "ADSL-109 adam.negative-duration", "warning", "A", "ADSL",
    )  # fmt: skip
    assert told.message == "TRTSDT comes before TRTEDT; _TIME is left missing"


AGES = "S | AGE\nA | 17\nB | 18\nC | 64\nD | 65\nE | .\nF | 150"


@pytest.mark.parametrize(
    ("group", "expected", "outside"),
    [
        ({"at_least": {"a": "18", "b": "65"}}, [". | .", "a | 1", "a | 1", "b | 2", ". | .", "b | 2"], "A"),
        ({"at_least": {"a": "0", "b": "65"}, "end": "150"}, ["a | 1", "a | 1", "a | 1", "b | 2", ". | .", ". | ."], "F"),
        ({"over": {"a": "17", "b": "64"}}, [". | .", "a | 1", "a | 1", "b | 2", ". | .", "b | 2"], "A"),
        ({"over": {"a": "0", "b": "64"}, "end": "150"}, ["a | 1", "a | 1", "a | 1", "b | 2", ". | .", "b | 2"], ""),
    ],
)  # fmt: skip
def test_a_number_is_in_the_group_whose_limit_it_reaches_or_exceeds(group, expected, outside):
    rules = {"AGEGR1": {"group": {"of": "AGE", **group}}, "AGEGR1N": {"group_number": "AGEGR1"}}
    made_, findings = adsl(rules, DM=AGES)
    assert as_text(made_.frame, "AGEGR1 AGEGR1N") == expected
    assert [(told.rule, told.subject, told.variable) for told in findings.itertuples()] == [
        ("ADSL-110 adam.no-group", subject, "AGE") for subject in outside
    ]


@given(st.lists(st.integers(-5, 120), min_size=1, max_size=8), st.sets(st.integers(0, 100), min_size=1, max_size=4))
def test_every_number_that_a_group_has_is_in_exactly_one(ages, limits):
    labels = {f"from {limit}": str(limit) for limit in sorted(limits)}
    rows = "\n".join(f"S{number:02} | {age}" for number, age in enumerate(ages))
    made_, findings = adsl({"AGEGR1": {"group": {"of": "AGE", "at_least": labels}}}, DM=f"S | AGE\n{rows}")
    expected = [max((limit for limit in limits if limit <= age), default=None) for age in ages]
    assert made_.frame["AGEGR1"].tolist() == ["" if limit is None else f"from {limit}" for limit in expected]
    assert len(findings) == expected.count(None)


COURSES = """
S | EXSTDTC | EXLNKID | EXLOC
A | 2021-03-01 | T01 | LIVER
A | 2021-03-01 | T02 | LUNG
A | 2021-06-01 | T01 | LIVER
A | 2024-05-01 | T03 | BONE
"""
FRACTIONS = """
S | RDOMAIN | IDVAR | IDVARVAL | QNAM | QVAL
A | EX | EXSEQ | 1 | FXDELIV | 5
A | EX | EXSEQ | 2 | FXDELIV | 10
A | EX | EXSEQ | 3 | FXDELIV | 3
A | EX | EXSEQ | 4 | FXDELIV | 99
A | EX | EXSEQ | 1 | TECH | SBRT
A | EX | EXSEQ | 2 | TECH | IMRT
B | EX | EXSEQ | 1 | FXDELIV | 7
"""


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ({"count": "records"}, "3"),  # what comes after the cut-off does not exist
        ({"count": "EXLNKID"}, "2"),
        ({"count": "records", "where": {"EXLOC": "LUNG"}}, "1"),
        ({"count": "records", "where": {"SUPPEX.TECH": ["SBRT", "IMRT"]}}, "2"),
        ({"count": "records", "where_not": {"SUPPEX.TECH": ""}}, "2"),
        ({"sum": "SUPPEX.FXDELIV"}, "18"),
        ({"highest": "SUPPEX.FXDELIV"}, "10"),
        ({"lowest": "SUPPEX.FXDELIV"}, "3"),
        ({"list": "EXLOC"}, "LIVER; LUNG"),
        ({"list": "SUPPEX.TECH"}, "IMRT; SBRT"),
        ({"value": "SUPPEX.TECH", "pick": "first"}, "SBRT"),
        ({"highest": "EXSTDY"}, "."),  # nobody has one: it was not collected
    ],
)
def test_all_records_of_a_subject_together(taken, expected):
    rules = {"_X": {"dataset": "EX", **taken}}
    assert made(rules, "_X", EX=COURSES, SUPPEX=FRACTIONS) == [expected, "."]


def test_no_record_is_what_the_rule_says_and_no_dataset_is_unknown():
    rules = {
        "_N": {"dataset": "PR", "count": "records", "missing": "0"},
        "_L": {"dataset": "PR", "list": "PRTRT", "missing": "NONE"},
    }
    assert made(rules, "_N _L", PR="S | PRTRT\nA | TACE") == ["1 | TACE", "0 | NONE"]
    assert made(rules, "_N _L") == [". | .", ". | ."]


def test_a_number_that_one_record_lacks_is_missing_and_said_at_the_record():
    lacking = FRACTIONS.replace("A | EX | EXSEQ | 2 | FXDELIV | 10\n", "")
    for taken in ("sum", "highest", "lowest"):
        made_, findings = adsl({"_X": {"dataset": "EX", taken: "SUPPEX.FXDELIV"}}, EX=COURSES, SUPPEX=lacking)
        assert as_text(made_.frame, "_X") == [".", "."]
        assert found(findings) == ["ADSL-105 adam.no-value | EX | A | SUPPEX.FXDELIV | ."]


def test_a_count_of_values_that_one_record_lacks_is_missing_and_not_too_low():
    lacking = COURSES.replace("2021-03-01 | T02", "2021-03-01 | .")
    made_, findings = adsl({"_X": {"dataset": "EX", "count": "EXLNKID"}}, EX=lacking + "B | 2021-03-01 | T01 | LIVER")
    assert as_text(made_.frame, "_X") == [".", "1"]
    assert found(findings) == ["ADSL-105 adam.no-value | EX | A | EXLNKID | ."]


def test_a_text_that_is_no_number_is_missing_and_said():
    wrong = FRACTIONS.replace("FXDELIV | 10", "FXDELIV | ten")
    made_, findings = adsl({"_X": {"dataset": "EX", "sum": "SUPPEX.FXDELIV"}}, EX=COURSES, SUPPEX=wrong)
    assert as_text(made_.frame, "_X") == [".", "."]
    assert found(findings) == ["ADSL-103 adam.not-a-number | EX | A | SUPPEX.FXDELIV | ten"]


def test_a_qualifier_that_nobody_has_is_said_with_the_nearest():
    _, findings = adsl({"_X": {"dataset": "EX", "sum": "SUPPEX.FXDELV"}}, EX=COURSES, SUPPEX=FRACTIONS)
    (told,) = findings.itertuples()
    assert told.rule == "ADSL-104 adam.no-qualifier"
    assert 'no record of SUPPEX has the qualifier "FXDELV"; did you mean "FXDELIV"?' in told.message


def test_a_qualifier_may_belong_to_all_records_of_a_visit_or_of_the_subject():
    records = "S | RSDTC | VISITNUM | RSSTRESC\nA | 2021-04-12 | 2 | SD\nA | 2021-05-24 | 3 | PD"
    qualifiers = """
    S | RDOMAIN | IDVAR | IDVARVAL | QNAM | QVAL
    A | RS | VISITNUM | 3 | IMGMOD | MRI
    A | RS | . | . | READER | R1
    """
    rules = {
        "_MODE": {"dataset": "RS", "list": "SUPPRS.IMGMOD"},
        "_READS": {"dataset": "RS", "where": {"SUPPRS.READER": "R1"}, "count": "records"},
        "_ON": {"dataset": "RS", "where": {"SUPPRS.IMGMOD": "MRI"}, "value": "RSDTC"},
    }
    assert made(rules, "_MODE _READS _ON", RS=records, SUPPRS=qualifiers) == ["MRI | 2 | 2021-05-24", ". | . | ."]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2021-02-28", "2"),
        ("2021-03-01", "2"),
        ("2021-03-02", "1"),
        ("2021-02", "2"),  # before treatment whichever day it was
        ("2021-04", "1"),
        ("2021-03", "."),
        ("2021", "."),
        (".", "."),
    ],
)
def test_a_record_that_may_be_in_time_or_not_makes_the_count_unknown(typed, expected):
    rules = TREATED | {"_X": {"dataset": "CM", "count": "records", "until": "TRTSDT"}}
    made_, findings = adsl(rules, EX=EX, CM=f"S | CMSTDTC\nA | 2020-05-01\nA | {typed}")
    assert as_text(made_.frame, "_X")[0] == expected
    value = "." if typed == "." else typed
    said = [f"ADSL-106 adam.open-timing | CM | A | CMSTDTC | {value}"] if expected == "." else []
    assert found(findings) == said


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"after": "TRTSDT"}, "1 | ."),
        ({"until": "TRTSDT"}, "2 | 1"),  # a subject without treatment has no limit
        ({"in_baseline_window": "yes", "until": "TRTSDT"}, "1 | ."),
        ({}, "3 | 1"),
    ],
)
def test_limits_of_time(limits, expected):
    rules = TREATED | {"_X": {"dataset": "LB", "count": "records", **limits}}
    lab = "S | LBDTC\nA | 2020-12-01\nA | 2021-02-15\nA | 2021-04-01\nB | 2021-02-15"
    assert " | ".join(text.replace("0", ".") for text in made(rules, "_X", EX=EX, LB=lab)) == expected


def test_the_only_record_may_come_twice_if_it_says_the_same():
    rules = {
        "_X": {"dataset": "MH", "value": "MHOCCUR", "pick": "only"},
        "_D": {"dataset": "MH", "date": "MHSTDTC", "pick": "only"},
    }
    made_, findings = adsl(
        rules,
        MH="S | MHOCCUR | MHSTDTC\nA | Y | 2020-01-01\nA | Y | 2020-01-01\nB | Y | 2020-01-01\nB | N | 2020-02-01",
    )
    assert as_text(made_.frame.rename(columns={"_D": "DDT"}), "_X DDT") == ["Y | 2020-01-01", ". | ."]
    assert found(findings) == [
        "ADSL-107 adam.several-records | MH | B | MHOCCUR | Y",
        "ADSL-107 adam.several-records | MH | B | MHOCCUR | N",
        "ADSL-107 adam.several-records | MH | B | MHSTDTC | 2020-01-01",
        "ADSL-107 adam.several-records | MH | B | MHSTDTC | 2020-02-01",
    ]  # fmt: skip


def test_records_of_one_day_that_differ_are_said_and_one_is_taken():
    rules = TREATED | {"AFPBL": {"dataset": "LB", "value": "LBSTRESN", "pick": "baseline"}}
    made_, findings = adsl(
        rules,
        EX=EX,
        LB="S | LBSTRESN | LBDTC\nA | 5 | 2021-01-02\nA | 212 | 2021-02-20\nA | 9 | 2021-02-20\nA | 9 | 2021-02-20",
    )
    assert as_text(made_.frame, "AFPBL") == ["9", "."]
    (told,) = findings.itertuples()
    assert (told.rule, told.value, told.record) == ("ADSL-108 adam.tied-records", "212", "2")
    assert told.message == 'another record of the same day has LBSTRESN "9", which is taken for AFPBL'


def test_a_baseline_passes_over_a_record_without_a_value():
    rules = TREATED | {"AFPBL": {"dataset": "LB", "value": "LBSTRESN", "pick": "baseline"}}
    lab = "S | LBSTRESN | LBDTC\nA | 212 | 2021-01-20\nA | . | 2021-02-20"
    assert made(rules, "AFPBL", EX=EX, LB=lab) == ["212", "."]


@pytest.mark.parametrize("typed", ["2021-03", "2021"])
def test_a_record_that_may_be_after_the_start_is_no_baseline(typed):
    rules = TREATED | {"AFPBL": {"dataset": "LB", "value": "LBSTRESN", "pick": "baseline"}}
    lab = f"S | LBSTRESN | LBDTC\nA | 5 | 2020-12-30\nA | 900 | {typed}\nA | 8 | 2021-04\nB | 7 | {typed}\nA | 3 | 2020-11"
    ex = "S | EXSTDTC | EXENDTC\nA | 2021-03-10 | 2021-03-11"
    made_, findings = adsl(rules, EX=ex, LB=lab)
    assert as_text(made_.frame, "AFPBL") == ["5", "7"]  # a subject without treatment has no limit
    assert found(findings) == [f"ADSL-106 adam.open-timing | LB | A | LBDTC | {typed}"]
    assert (
        findings["message"][0] == f'LBDTC "{typed}" may lie on either side of TRTSDT; the record is not taken for AFPBL'
    )


def test_a_record_without_a_date_is_baseline_where_there_is_no_other():
    rules = TREATED | {"AFPBL": {"dataset": "LB", "value": "LBSTRESN", "pick": "baseline"}}
    lab = "S | LBSTRESN | LBDTC\nA | 5 | .\nA | 6 | 2021-02-01\nB | 7 | ."
    made_, findings = adsl(rules, EX=EX, LB=lab)
    assert as_text(made_.frame, "AFPBL") == ["6", "7"]
    assert findings.empty


def test_stage_and_lesions_of_the_progression_are_those_before_treatment():
    values = "S | FATESTCD | FACAT | FASTRESC | FADTC\n" + "\n".join(
        f"A | {test} | {category} | {value} | {day}"
        for test, category, before, after in [
            ("DSSTAGE", "CNLC 2022", "IIIb", "IV"),
            ("TOTNUM", "QUALIFYING PROGRESSION", "2", "7"),
        ]
        for value, day in [(before, "2021-01-01"), (after, "2022-01-01")]
    )
    made_, _ = build_adsl(study(DM="S\nA", EX=EX, FA=values), SPECS, TRIAL, ADAM)
    assert as_text(made_.frame, "STAGE STAGESYS OLIGON") == ["IIIb | CNLC 2022 | 2"]


def test_no_spread_outside_the_liver_is_only_known_where_every_lesion_has_a_place():
    lesions = (
        "S | TULNKID | TULOC\nliver | T1 | LIVER\nlung | T1 | LUNG\nlung | T2 | .\nno place | T1 | LIVER\nno place | T2 | ."
        "\nno link | . | LUNG"
    )
    made_, _ = build_adsl(study(DM="S\nliver\nlung\nnone\nno place\nno link", TU=lesions), SPECS, TRIAL, ADAM)
    assert as_text(made_.frame, "USUBJID EHSFL") == ["liver | N", "lung | Y", "no link | Y", "no place | .", "none | ."]


def test_a_number_for_a_text_is_its_text():
    rules = {"STAGE": {"dataset": "FA", "value": "FASTRESN", "terms": {"4": "IV"}}}
    assert made(rules, "STAGE", FA="S | FASTRESN\nA | 3\nB | 4") == ["3", "IV"]


def test_class_and_score_are_those_of_one_day():
    rules = TREATED | {
        "CPCLBL": {"dataset": "RS", "where": {"RSTESTCD": "CPS0107"}, "value": "RSSTRESC", "pick": "baseline"},
        "CPSCBL": {"dataset": "RS", "where": {"RSTESTCD": "CPS0106"}, "value": "RSSTRESC", "same_day_as": "CPCLBL"},
    }
    scores = (
        "S | RSTESTCD | RSSTRESC | RSDTC\nA | CPS0107 | A | 2021-02-01\nA | CPS0106 | 6 | 2021-02-01\n"
        "A | CPS0106 | 7 | 2021-02-20\nB | CPS0107 | B | 2021-02-01\nB | CPS0106 | 8 | 2021-02-02"
    )
    assert made(rules, "CPCLBL CPSCBL", EX=EX, RS=scores) == ["A | 6", "B | ."]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"flag": "TRTSDT"}, "Y N N"),
        ({"flag": "AGE", "at_least": {"AGE": "60"}}, "Y N Y"),
        ({"flag": "AGE", "at_most": {"AGE": "60"}}, "N Y N"),
        ({"flag": "AGE", "when": {"SEX": ["F", "U"]}}, "Y N N"),
        ({"flag": "AGE", "when": {"AGE": "70"}}, "Y N N"),
        ({"flag": "AGE", "unless": "TRTSDT"}, "N Y Y"),
        ({"flag": "AGE", "at_least": {"AGE": "60"}, "if_known": "TRTSDT"}, "Y . ."),
        ({"flag": "TRTSDT", "no": ""}, "Y . ."),
        ({"flag": ["TRTSDT", "AGE"], "at_least": {"AGE": "80"}}, "N N N"),
    ],
)
def test_a_flag_and_its_conditions(conditions, expected):
    rules = TREATED | {"PPROTFL": conditions}
    made_, _ = adsl({**TREATED, "_F": rules["PPROTFL"]}, DM="S | AGE | SEX\nA | 70 | F\nB | 50 | M\nC | 65 | M", EX=EX)
    assert " ".join(as_text(made_.frame, "_F")) == expected


@pytest.mark.parametrize(
    ("delivered", "planned", "expected"), [(4, 5, "80"), (0, 5, "0"), (5, 0, "."), (".", 5, "."), (5, ".", ".")]
)
def test_a_percentage_needs_a_total_over_0(delivered, planned, expected):
    rules = {
        "_D": {"dataset": "LB", "where": {"LBTESTCD": "D"}, "sum": "LBSTRESN"},
        "_P": {"dataset": "LB", "where": {"LBTESTCD": "P"}, "sum": "LBSTRESN"},
        "_C": {"percent": {"of": "_D", "total": "_P"}},
    }
    made_, findings = adsl(rules, LB=f"S | LBTESTCD | LBSTRESN\nA | D | {delivered}\nA | P | {planned}")
    assert as_text(made_.frame, "_C")[0] == expected
    assert ["ADSL-111 adam.no-total"] * (planned == 0) == findings["rule"].tolist()


def test_a_population_per_protocol_is_declared_with_flags_and_numbers():
    rules = TREATED | {
        "_FXDELIV": {"dataset": "EX", "sum": "SUPPEX.FXDELIV"},
        "_MAJORDV": {"dataset": "DV", "where": {"DVCAT": "MAJOR"}, "list": "DVDECOD"},
        "_PP": {"flag": "TRTSDT", "at_least": {"_FXDELIV": "5"}, "unless": "_MAJORDV"},
    }
    courses = "S | EXSTDTC\n" + "\n".join(f"{subject} | 2021-03-01" for subject in "ABC")
    fractions = "S | RDOMAIN | IDVAR | IDVARVAL | QNAM | QVAL\n" + "\n".join(
        f"{subject} | EX | EXSEQ | 1 | FXDELIV | {number}" for subject, number in zip("ABC", (5, 4, 5), strict=True)
    )
    deviations = "S | DVCAT | DVDECOD\nA | MINOR | VISIT OUT OF WINDOW\nC | MAJOR | INCLUSION"
    found = made(rules, "USUBJID _PP", DM="S\nA\nB\nC\nD", EX=courses, SUPPEX=fractions, DV=deviations)
    assert found == ["A | Y", "B | N", "C | N", "D | N"]


@pytest.mark.parametrize("written", ["2", "2.0", " 2", "02"])
def test_a_qualifier_finds_its_record_however_the_number_is_written(written):
    qualifier = f"S | RDOMAIN | IDVAR | IDVARVAL | QNAM | QVAL\nA | EX | EXSEQ | {written} | FXDELIV | 5"
    assert (
        made(
            {"_X": {"dataset": "EX", "where": {"EXLNKID": "T02"}, "sum": "SUPPEX.FXDELIV"}},
            "_X",
            EX=COURSES,
            SUPPEX=qualifier,
        )[0]
        == "5"
    )


def test_the_cause_of_death_is_that_of_the_first_source_that_has_one():
    rules = {
        "_DD": {"dataset": "DD", "where": {"DDTESTCD": "PRCDTH"}, "value": "DDSTRESC"},
        "_AE": {"dataset": "AE", "where": {"AEOUT": "FATAL"}, "value": "AEDECOD"},
        "DTHCAUS": {"first_of": ["_DD", "_AE"]},
    }
    made_, _ = adsl(
        rules,
        DM="S\nA\nB\nC",
        DD="S | DDTESTCD | DDSTRESC\nA | PRCDTH | HEPATOCELLULAR CARCINOMA",
        AE="S | AEDECOD | AEOUT\nA | Sepsis | FATAL\nB | Haematemesis | FATAL\nC | Rash | RECOVERED",
    )
    frame = made_.frame.rename(columns={"_dom:DTHCAUS": "DOM", "_var:DTHCAUS": "VAR", "_at:DTHCAUS": "SEQ"})
    assert as_text(frame, "DTHCAUS DOM VAR SEQ") == [
        "HEPATOCELLULAR CARCINOMA | DD | DDSTRESC | 1",
        "Haematemesis | AE | AEDECOD | 1",
        ". | . | . | .",
    ]


def test_the_first_of_dates_is_a_date_with_its_flag_and_record():
    rules = TREATED | {
        "DTHDT": {"dataset": "DM", "date": "DTHDTC", "role": "baseline"},
        "EOSDT": {"first_of": ["DTHDT", "TRTEDT"]},
        "_SINCE": {"duration": {"start": "EOSDT", "end": "TRTEDT", "first_day": 0}},
    }
    frame = adsl(rules, DM="S | DTHDTC\nA | 2021-02\nB | .", EX=EX + "\nB | 2021-04-01 | 2021-04-05")[0].frame
    frame = frame.rename(columns={"_dom:EOSDT": "DOM", "_var:EOSDT": "VAR", "_at:EOSDT": "SEQ"})
    assert as_text(frame, "EOSDT EOSDTF DOM VAR SEQ _SINCE") == [
        "2021-02-28 | D | DM | DTHDTC | 0 | 11",
        "2021-04-05 | . | EX | EXENDTC | 1 | 0",
    ]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([{"dataset": "LB"}], "2021-06-05 | LB | LBDTC"),
        ([{"dataset": "AE", "dates": ["AESTDTC"]}], "2021-04-01 | AE | AESTDTC"),
        ([{"dataset": "AE"}], "2021-08-01 | AE | AEENDTC"),
        ([{"dataset": "AE", "where": {"AEOUT": "FATAL"}}, {"dataset": "LB"}], "2021-06-05 | LB | LBDTC"),
        ([{"dataset": "RS"}], ". | . | ."),
        ([], "2021-08-01 | AE | AEENDTC"),
    ],
)
def test_last_known_alive_may_name_its_sources(sources, expected):
    rules = {"LSTALVDT": {"last_alive": {"death": {"dataset": "DM", "date": "DTHDTC"}, "sources": sources}}}
    frame = adsl(
        rules, DM="S\nA", LB="S | LBDTC\nA | 2021-06-05", AE="S | AESTDTC | AEENDTC\nA | 2021-04-01 | 2021-08-01"
    )[0].frame
    frame = frame.rename(columns={"_dom:LSTALVDT": "DOM", "_var:LSTALVDT": "VAR"})
    assert as_text(frame, "LSTALVDT DOM VAR") == [expected]


def test_the_order_of_records_changes_nothing():
    rules = TREATED | {
        "_N": {"dataset": "EX", "count": "EXLNKID"},
        "_L": {"dataset": "EX", "list": "EXLOC"},
        "_V": {"dataset": "EX", "value": "EXLOC", "pick": "last"},
    }
    head, *rows = COURSES.strip().splitlines()
    numbered = [f"{row} | {number}" for number, row in enumerate(rows, 1)]
    forward = made(rules, "TRTSDT _N _L _V", EX="\n".join([f"{head} | EXSEQ", *numbered]))
    backward = made(rules, "TRTSDT _N _L _V", EX="\n".join([f"{head} | EXSEQ", *numbered[::-1]]))
    assert forward == backward == lines("2021-03-01 | 2 | LIVER; LUNG | LIVER\n. | . | . | .")
