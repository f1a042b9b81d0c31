import pandas as pd

from hcc_sdtm.adam.lesions.adtr import build_adtr, used_criteria
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.checks.running import check_datasets
from tests.adam.lesions.test_responses import scans
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study

LESIONS = scans(
    "T01 TARGET LIVER LDIAM 40 36 0 20",
    "T01 TARGET LIVER VDIAM 30 10 0 20",
    "T02 TARGET LUNG LDIAM 20 20 . 20",
)


def analysed(tables=LESIONS, **further):
    datasets = study(
        DM="S | RFICDTC | AGE | RACE | SUBJID \n A | 2021-02-10 | 60 | ASIAN | A",
        EX="S | EXSTDTC | EXENDTC \n A | 2021-03-01 | 2021-03-10",
        **tables,
        **further,
    )
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
    adtr, findings = build_adtr(datasets, adsl, SPECS, TRIAL, ADAM)
    return {**datasets, "ADSL": adsl, "ADTR": adtr}, findings


def test_sums_have_baseline_nadir_and_changes():
    datasets, _ = analysed()
    frame = datasets["ADTR"].published
    sums = frame[frame["PARAMCD"] == "SUMDIAM"]
    columns = "AVISITN ADT AVAL BASE CHG PCHG NADIR CHGNAD PCHGNAD TARGETS MEASURED ABLFL ANL01FL"
    assert as_text(sums, columns) == lines(
        """
        1 | 2021-02-20 | 60 | 60 | . | . | . | . | . | 2 | 2 | Y | Y
        2 | 2021-04-12 | 56 | 60 | -4 | -6.66667 | 60 | -4 | -6.66667 | 2 | 2 | . | Y
        3 | 2021-05-24 | . | 60 | . | . | 56 | . | . | 2 | 1 | . | Y
        4 | 2021-07-05 | 40 | 60 | -20 | -33.3333 | 56 | -16 | -28.5714 | 2 | 2 | . | Y
        """
    )


def test_each_lesion_has_a_parameter_for_each_of_its_diameters():
    datasets, _ = analysed()
    frame = datasets["ADTR"].published
    assert as_text(frame.drop_duplicates("PARAMCD"), "PARAMCD PARAM PARCAT1 TRLNKID TULOC") == lines(
        """
        LDIAM1 | Longest Diameter of Target Lesion 1 (mm) | TARGET LESION | T01 | LIVER
        LDIAM2 | Longest Diameter of Target Lesion 2 (mm) | TARGET LESION | T02 | LUNG
        SUMDIAM | Sum of Diameters of Target Lesions (mm), RECIST 1.1 | RECIST 1.1 | . | .
        SUMVDIAM | Sum of Viable Diameters of Target Lesions (mm), mRECIST | mRECIST | . | .
        VDIAM1 | Viable Diameter of Target Lesion 1 (mm) | TARGET LESION | T01 | LIVER
        """
    )
    viable = frame[frame["PARAMCD"] == "VDIAM1"]
    assert as_text(viable, "AVISITN AVAL BASE NADIR PCHGNAD") == lines(
        """
        1 | 30 | 30 | . | .
        2 | 10 | 30 | 30 | -66.6667
        3 | 0 | 30 | 10 | -100
        4 | 20 | 30 | 0 | .
        """
    )


def test_every_record_points_to_the_result_with_its_date():
    datasets, _ = analysed()
    frame, results = datasets["ADTR"].published, datasets["TR"].frame.set_index("TRSEQ")
    assert set(frame["SRCDOM"]) == {"TR"}
    sizes = frame[frame["TRLNKID"] != ""]
    assert results.loc[sizes["SRCSEQ"], "TRSTRESN"].tolist() == sizes["AVAL"].tolist()
    assert (results.loc[sizes["SRCSEQ"], "TRLNKID"].to_numpy() == sizes["TRLNKID"].to_numpy()).all()


def test_the_rules_for_analysis_datasets_find_nothing_in_it():
    datasets, _ = analysed()
    findings, _ = check_datasets(datasets, SPECS, TRIAL)
    assert findings[findings["dataset"] == "ADTR"].empty


def test_records_after_the_first_progression_are_not_for_analysis():
    datasets, _ = analysed(scans("T01 TARGET LUNG LDIAM 40 60 20"))
    frame = datasets["ADTR"].published
    assert as_text(frame[frame["PARAMCD"] == "SUMDIAM"], "AVISITN ANL01FL") == lines("1 | Y \n 2 | Y \n 3 | .")


def test_two_evaluators_are_told_apart_by_basetype():
    reader = {"TREVAL": "INDEPENDENT ASSESSOR", "TREVALID": "RADIOLOGIST 1"}
    other = scans("T01 TARGET LIVER LDIAM 45 30")
    other["TR"] = other["TR"].assign(**reader)
    other["TU"] = other["TU"].assign(TUEVAL="INDEPENDENT ASSESSOR", TUEVALID="RADIOLOGIST 1")
    both = {name: pd.concat([LESIONS[name], other[name]], ignore_index=True).fillna("") for name in other}
    frame = analysed(both)[0]["ADTR"].published
    base = frame[(frame["PARAMCD"] == "SUMDIAM") & (frame["ABLFL"] == "Y")]
    assert as_text(base, "BASETYPE TREVALID AVAL") == lines(
        "INDEPENDENT ASSESSOR RADIOLOGIST 1 | RADIOLOGIST 1 | 45 \n INVESTIGATOR | . | 60"
    )


def test_a_study_without_lesions_has_no_adtr_and_no_finding():
    datasets = study(
        DM="S | RFICDTC | AGE | RACE | SUBJID \n A | 2021-02-10 | 60 | ASIAN | A",
        EX="S | EXSTDTC | EXENDTC \n A | 2021-03-01 | 2021-03-10",
        RS="S | RSSTRESC | RSDTC \n A | PD | 2021-05-01",
    )
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
    adtr, findings = build_adtr(datasets, adsl, SPECS, TRIAL, ADAM)
    assert adtr is None
    assert findings.empty


def test_the_criteria_are_those_of_the_trial_and_those_that_rs_reports_by():
    rs = study(RS="S | RSCAT | RSSTRESC | RSDTC \n A | iRECIST | iSD | 2021-05-01")["RS"]
    assert [each.name for each in used_criteria(ADAM.criteria, TRIAL, rs)] == ["RECIST 1.1", "mRECIST", "iRECIST"]
    assert [each.name for each in used_criteria(ADAM.criteria, TRIAL, None)] == ["RECIST 1.1", "mRECIST"]


def test_a_subject_who_was_never_treated_has_no_records_and_no_finding():
    datasets = study(
        DM="S | RFICDTC | AGE | RACE | SUBJID \n A | 2021-02-10 | 60 | ASIAN | A", EX="S | EXSTDTC", **LESIONS
    )
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
    adtr, findings = build_adtr(datasets, adsl, SPECS, TRIAL, ADAM)
    assert adtr is None
    assert findings.empty
