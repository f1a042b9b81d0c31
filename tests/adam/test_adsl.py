from __future__ import annotations

import pytest

from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.spec.trial import DatePolicy
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study

DM = "S | ARMCD | DTHDTC | DTHFL\nA | RT | {} | {}"
EX = "S | EXSTDTC | EXENDTC\nA | 2021-03-01 | 2021-03-01\nA | 2021-03-03 | 2021-03-10"


def adsl(columns: str, **tables) -> list[str]:
    made, _ = build_adsl(study(**tables), SPECS, TRIAL, ADAM)
    return as_text(made.frame, columns)


def test_each_population_has_its_rule_and_nobody_is_left_out():
    made = adsl(
        "USUBJID ITTFL SAFFL RTFL EVALFL TRTSDT TRTEDT EOSSTT",
        DM="S | ARMCD\nscreen failure | .\nnever irradiated | RT\nno baseline | RT\nonly NE | RT\nevaluable | RT",
        EX="S | EXSTDTC | EXENDTC\nevaluable | 2021-03-03 | 2021-03-12\nevaluable | 2021-03-01 | 2021-03-05\n"
        "only NE | 2021-04-01 | 2021-04-09\nno baseline | 2021-04-01 | 2021-04-09",
        TU="S | TUDTC\nevaluable | 2021-02-20\nonly NE | 2021-03-20\nno baseline | 2020-12-01",
        RS="S | RSDTC | RSSTRESC\nevaluable | 2021-04-12 | SD\nonly NE | 2021-05-12 | NE\nno baseline | 2021-05-12 | SD",
        DS="S | DSDECOD | DSSTDTC\nscreen failure | SCREEN FAILURE | 2021-02-01",
    )
    assert made == lines(
        """
        evaluable        | Y | Y | Y | Y | 2021-03-01 | 2021-03-12 | ONGOING
        never irradiated | Y | N | N | N | .          | .          | ONGOING
        no baseline      | Y | Y | Y | N | 2021-04-01 | 2021-04-09 | ONGOING
        only NE          | Y | Y | Y | N | 2021-04-01 | 2021-04-09 | ONGOING
        screen failure   | N | N | N | N | .          | .          | DISCONTINUED
        """
    )


def test_baseline_is_the_last_value_on_or_before_the_start_of_treatment():
    made = adsl(
        "ECOGBL CPBL AFPBL STAGE STAGESYS OLIGON",
        DM=DM.format(".", "."),
        EX=EX,
        RS="S | RSTESTCD | RSSTRESC | RSDTC\n"
        "A | ECOG101 | 2 | 2021-01-10\nA | ECOG101 | 1 | 2021-03-01\nA | ECOG101 | 0 | 2021-03-02\n"
        "A | CPS0107 | A | 2021-02-20\nA | CPS0106 | 5 | 2021-02-20",
        LB="S | LBTESTCD | LBSTRESN | LBDTC\nA | AFP | 212.5 | 2021-02-20\nA | AFP | 9 | 2021-05-01",
        FA="S | FATESTCD | FACAT | FASTRESC\nA | DSSTAGE | CNLC 2022 | IIIb\nA | DSSTAGE | BCLC 2022 | C\n"
        "A | TOTNUM | QUALIFYING PROGRESSION | 3",
    )
    assert made == lines("1 | A5 | 212.5 | IIIb | CNLC 2022 | 3")


@pytest.mark.parametrize(
    ("typed", "consent", "expected"),
    [
        ("2020-03-07", "2021-02-01", "2020-03-07 | ."),
        ("2020-03", "2021-02-01", "2020-03-15 | D"),
        ("2020", "2021-02-01", "2020-06-30 | M"),
        ("2021-02", "2021-02-03", "2021-02-03 | D"),  # not after consent
        ("2021", "", "2021-03-01 | M"),  # not after the start of treatment
        ("", "2021-02-01", ". | ."),
    ],
)
def test_a_partial_diagnosis_is_completed_to_the_middle_of_what_is_open(typed, consent, expected):
    made = adsl(
        "DIAGDT DIAGDTF",
        DM=f"S | RFICDTC\nA | {consent or '.'}",
        EX=EX,
        MH=f"S | MHSTDTC\nA | {typed or '.'}",
    )
    assert made == lines(expected)


@pytest.mark.parametrize(("typed", "expected"), [("2020", "2020-04-20 | M"), ("2020-03", "2020-03-20 | D")])
def test_a_trial_may_complete_to_a_month_and_day(typed, expected):
    policy = DatePolicy.model_validate({"to": "04-20", "highest": "M"})
    trial = TRIAL.model_copy(update={"partial_dates": {"origin": policy}})
    made, _ = build_adsl(study(DM="S\nA", EX=EX, MH=f"S | MHSTDTC\nA | {typed}"), SPECS, trial, ADAM)
    assert as_text(made.frame, "DIAGDT DIAGDTF") == lines(expected)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2021-06-20", "2021-06-20 | . | 2021-06-05 | Y"),
        ("2021-07", "2021-07-01 | D | 2021-06-05 | Y"),
        ("2021-06", "2021-06-05 | D | 2021-06-05 | Y"),  # not before the day last known alive
        ("2021", "2021-06-05 | M | 2021-06-05 | Y"),
        ("2021-05", "2021-05-01 | D | 2021-03-10 | Y"),  # a visit after death does not show the subject alive
        ("2024-03-01", ". | . | 2024-02-29 | ."),  # after the cut-off: it has not happened, and shows the subject alive
        ("2024-03", ". | . | 2024-02-29 | ."),
        ("2024", "2024-01-01 | M | 2021-06-05 | Y"),  # it can be before the cut-off, so it shows nothing
    ],
)
def test_a_partial_death_is_the_earliest_day_that_is_possible(typed, expected):
    made = adsl(
        "DTHDT DTHDTF LSTALVDT DTHFL",
        DM=DM.format(typed, "Y"),
        EX=EX,
        RS="S | RSDTC | RSSTRESC\nA | 2021-06-05 | SD",
        SS="S | SSDTC | SSSTRESC\nA | 2021-06-30 | DEAD\nA | 2021-06-29 | UNKNOWN",
    )
    assert made == lines(expected)


def test_a_death_without_a_usable_date_is_an_error():
    _, findings = build_adsl(study(DM=DM.format(".", "Y"), EX=EX), SPECS, TRIAL, ADAM)
    assert as_text(findings, "rule severity subject variable") == ["ADSL-102 adam.undated-death | error | A | DTHDT"]


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        ("LB | 2021-06-05", "2021-06-05 | LB | LBDTC | 1"),
        ("LB | 2021-06", "2021-06-01 | LB | LBDTC | 1"),  # alive on the first day of a partial date, whichever it was
        ("LB | 2021-03", "2021-03-10 | EX | EXENDTC | 2"),  # which comes before a date known to the day
        ("LB | 2024-05-01", "2024-02-29 | LB | LBDTC | 1"),  # seen after the cut-off, so alive on it
    ],
)
def test_last_known_alive_is_the_latest_of_all_records_and_remembers_which(visits, expected):
    domain, day = (cell.strip() for cell in visits.split("|"))
    made, _ = build_adsl(
        study(DM=DM.format(".", "."), EX=EX, **{domain: f"S | {domain}DTC\nA | {day}"}), SPECS, TRIAL, ADAM
    )
    frame = made.frame.rename(columns={"_dom:LSTALVDT": "DOM", "_var:LSTALVDT": "VAR", "_at:LSTALVDT": "SEQ"})
    assert as_text(frame, "LSTALVDT DOM VAR SEQ") == lines(expected)


@pytest.mark.parametrize(
    ("visits", "flag"),
    [
        (["2021-06"], "D"),
        (["2021---30"], ""),  # its first day comes before the last of treatment
        (["2022"], "M"),
        (["2022", "2022-01-01"], ""),  # known to the day by another record
        (["2022-01", "2022"], "D"),
        (["2024-02-29", "2024-03"], ""),
    ],
)
def test_the_last_day_alive_is_flagged_where_a_partial_date_gave_it(visits, flag):
    rows = "\n".join(f"A | {day}" for day in visits)
    made, _ = build_adsl(study(DM=DM.format(".", "."), EX=EX, LB=f"S | LBDTC\n{rows}"), SPECS, TRIAL, ADAM)
    assert made.frame["LSTALVDF"].tolist() == [flag]


def test_alive_at_the_cutoff_by_a_later_death_points_to_that_date():
    made, _ = build_adsl(study(DM=DM.format("2024-03-01", "Y"), EX=EX), SPECS, TRIAL, ADAM)
    frame = made.frame.rename(columns={"_dom:LSTALVDT": "DOM", "_var:LSTALVDT": "VAR"})
    assert as_text(frame, "LSTALVDT DOM VAR") == ["2024-02-29 | DM | DTHDTC"]


def test_a_partial_start_of_treatment_is_not_guessed_and_is_said_at_its_record():
    made, findings = build_adsl(study(DM=DM.format(".", "."), EX="S | EXSTDTC\nA | 2021-03"), SPECS, TRIAL, ADAM)
    assert as_text(made.frame, "TRTSDT RTFL") == [". | N"]
    assert as_text(findings, "rule dataset record variable value") == [
        "ADSL-101 adam.unusable-date | EX | 1 | EXSTDTC | 2021-03"
    ]


def test_a_text_that_is_no_number_is_said_and_left_missing():
    made, findings = build_adsl(
        study(
            DM=DM.format(".", "."),
            EX=EX,
            RS="S | RSTESTCD | RSSTRESC | RSDTC\nA | ECOG101 | one | 2021-02-01",
        ),
        SPECS,
        TRIAL,
        ADAM,
    )
    assert as_text(made.frame, "ECOGBL") == ["."]
    assert as_text(findings, "rule dataset value") == ["ADSL-103 adam.not-a-number | RS | one"]


def test_steps_on_the_way_are_not_published():
    made, _ = build_adsl(study(DM=DM.format(".", "."), EX=EX), SPECS, TRIAL, ADAM)
    assert list(made.published) == SPECS.adam["ADSL"].names
    assert "_BASEDT" in made.frame


@pytest.mark.parametrize(
    ("typed", "expected", "rules"),
    [
        ("2021", "2021-03-01 | M", []),  # not after treatment, which comes before the middle of the year
        ("2020-05", "2020-05-15 | D", []),
        ("2022", ". | .", ["ADSL-101 adam.unusable-date"]),  # wholly after treatment: no day of it can be the origin
        # what is known to the day is not imputed; the time from it to treatment is negative
        ("2022-05-01", "2022-05-01 | .", ["ADSL-109 adam.negative-duration"]),
    ],
)
def test_a_partial_diagnosis_that_contradicts_its_bounds_is_no_origin(typed, expected, rules):
    diagnosis = f"S | MHCAT | MHEVDTYP | MHSTDTC\nA | PRIMARY DIAGNOSIS | INITIAL DIAGNOSIS | {typed}"
    made, findings = build_adsl(study(DM=DM.format(".", "."), EX=EX, MH=diagnosis), SPECS, TRIAL, ADAM)
    assert as_text(made.frame, "DIAGDT DIAGDTF") == lines(expected)
    assert findings["rule"].tolist() == rules
