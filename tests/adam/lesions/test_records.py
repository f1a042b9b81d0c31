import pandas as pd

from hcc_sdtm.adam.lesions.records import build_lesions
from hcc_sdtm.adam.lesions.targets import target_sizes
from tests.adam.lesions.test_responses import TABLES, scans, subjects_of
from tests.adam.tables import ADAM, TRIAL, as_text, lines, study


def read(tables, subjects=None):
    return build_lesions(study(**tables), subjects or subjects_of(["A"]), TABLES, TRIAL, ADAM.criteria.reading)


def described(findings):
    columns = ["rule", "dataset", "keys", "value", "message"]
    return [" | ".join(row) for row in findings[columns].assign(rule=findings["rule"].str[:8]).itertuples(index=False)]


def targets_of(tables, criterion="RECIST 1.1", changes=None, **dates):
    subjects = subjects_of(["A"], **dates)
    lesions, _ = read(tables, subjects)
    chosen = ADAM.criteria.named(criterion).model_copy(update=changes or {})
    return target_sizes(lesions, chosen, subjects, TRIAL)


def test_lesions_assessments_and_measurements_are_three_tables():
    tables = scans(
        "T01 TARGET LIVER,_LEFT_LOBE LDIAM 40 38",
        "T02 TARGET PORTA_HEPATIS_LYMPH_NODE LPERP 20 .",
        "NT01 NON-TARGET BONE TUMSTATE PRESENT NE",
        "NEW01 NEW LUNG TUMSTATE . EQUIVOCAL",
    )
    lesions, found = read(tables)
    assert found.empty
    assert as_text(lesions.lesions.astype(object), "lesion kind location") == lines(
        """
        NEW01 | NEW | LUNG
        NT01 | NON-TARGET | BONE
        T01 | TARGET | LIVER, LEFT LOBE
        T02 | TARGET | PORTA HEPATIS LYMPH NODE
        """
    )
    marks = lesions.lesions.set_index("lesion")[["is_node", "is_liver", "is_porta"]]
    assert marks[marks.any(axis=1)].to_dict("index") == {
        "T01": {"is_node": False, "is_liver": True, "is_porta": False},
        "T02": {"is_node": True, "is_liver": False, "is_porta": True},
    }
    assert as_text(lesions.assessments, "evaluator number AVISITN") == lines(
        "INVESTIGATOR | 0 | 1 \n INVESTIGATOR | 1 | 2"
    )
    shown = lesions.measurements.assign(name=lesions.lesions["lesion"].loc[lesions.measurements["lesion"]].to_numpy())
    assert as_text(shown, "assessment name test size state") == lines(
        """
        0 | NT01 | TUMSTATE | . | PRESENT
        0 | T01 | LDIAM | 40 | .
        0 | T02 | LPERP | 20 | .
        1 | NEW01 | TUMSTATE | . | EQUIVOCAL
        1 | NT01 | TUMSTATE | . | NE
        1 | T01 | LDIAM | 38 | .
        """
    )


def test_centimetres_become_millimetres_and_an_unknown_unit_is_asked_about():
    tables = scans("T01 TARGET LIVER LDIAM 40 38 37", "T02 TARGET LUNG LDIAM 20 20 -3")
    tables["TR"].loc[0, ["TRSTRESN", "TRSTRESC", "TRSTRESU"]] = ["4", "4", "cm"]
    tables["TR"].loc[1, "TRSTRESU"] = "inch"
    tables["TR"].loc[2, "TRSTRESU"] = ""
    tables["TR"].loc[5, "TRSTRESN"] = "-3"
    lesions, found = read(tables)
    sizes = lesions.measurements.sort_values("position")
    assert as_text(sizes, "size state") == lines("40 | . \n . | NE \n 37 | . \n 20 | . \n 20 | . \n . | NE")
    assert [line.split(" | ")[0] + line.split(" | ")[-1] for line in described(found)] == [
        'ADTR-103"38" in an unknown unit: the lesion counts as not evaluated',
        'ADTR-103"-3" is no diameter: the lesion counts as not evaluated',
    ]


def test_a_size_is_in_the_unit_of_the_result_that_is_read():
    """A standard result without a unit is in the original's where both are one number; converted, it is in mm."""
    tables = scans("T01 TARGET LIVER LDIAM 20 30 4 5 6")
    given = tables["TR"].assign(TRORRES=["2.0", "3.0", "4", "5.1", "6"], TRORRESU="cm", TRSTRESU="")
    given.loc[3, ["TRSTRESC", "TRSTRESN", "TRSTRESU"]] = ["", "", "mm"]
    given.loc[4, ["TRORRESU"]] = ""
    lesions, found = read(tables | {"TR": given})
    assert found.empty
    assert lesions.measurements.sort_values("position")["size"].tolist() == [20, 30, 40, 51, 6]


def test_a_state_that_nobody_knows_is_asked_about_and_not_evaluated():
    tables = scans("NT01 NON-TARGET BONE TUMSTATE PRESENT Progression .")
    lesions, found = read(tables)
    assert lesions.measurements.sort_values("position")["state"].tolist() == ["PRESENT", "NE"]
    assert described(found)[0].split(" | ")[-1] == (
        '"Progression" is no known state of a lesion: the lesion counts as not evaluated'
    )
    assert found["rule"].tolist() == ["ADTR-110 lesion.state-unknown"]


def test_a_new_lesion_that_nothing_dates_is_asked_about():
    tables = scans("T01 TARGET LIVER LDIAM 40 38", "NEW01 NEW LUNG TUMSTATE . NEW")
    tables["TU"].loc[1, "TUDTC"] = ""
    _, found = read(tables)
    assert [(line.split(" | ")[0], line.split(" | ")[-1]) for line in described(found)] == [
        ("ADTR-101", "the new lesion has no date and no dated result, and is in no response")
    ]
    tables = scans("T01 TARGET LIVER LDIAM 40 38", "NEW01 NEW LUNG TUMSTATE . PRESENT")
    tables["TU"].loc[1, "TUDTC"] = ""
    assert read(tables)[1].empty


def test_a_result_without_a_date_is_in_no_assessment():
    tables = scans("T01 TARGET LIVER LDIAM 40 38")
    tables["TR"].loc[1, "TRDTC"] = ""
    lesions, found = read(tables)
    assert len(lesions.assessments) == 1
    assert found["rule"].tolist() == ["ADTR-101 lesion.undated"]


def test_a_lesion_whose_kind_nobody_says_is_asked_about_once_and_tr_may_say_it():
    tables = scans("T01 TARGET LIVER LDIAM 40 38")
    tables["TU"] = tables["TU"].iloc[:0]
    lesions, found = read(tables)
    assert lesions.measurements.empty
    assert found["rule"].tolist() == ["ADTR-102 lesion.kind-unknown"]
    datasets = study(**tables)
    datasets["TR"].frame["TRGRPID"] = "TARGET"
    lesions, found = build_lesions(datasets, subjects_of(["A"]), TABLES, TRIAL, ADAM.criteria.reading)
    assert lesions.lesions["kind"].tolist() == ["TARGET"]
    assert found.empty


def test_scans_of_one_visit_are_one_assessment_until_they_are_too_far_apart():
    tables = scans("T01 TARGET LIVER LDIAM 40 38 36", "NT01 NON-TARGET BONE TUMSTATE PRESENT PRESENT PRESENT")
    tables["TR"].loc[tables["TR"]["VISITNUM"].eq("3"), "VISITNUM"] = "2"
    tables["TR"].loc[4, "TRDTC"] = "2021-04-20"
    lesions, _ = read(tables)
    shown = lesions.assessments.rename(columns={"first_day": "FIRSTDT", "last_day": "LASTDT"})
    assert as_text(shown, "AVISITN FIRSTDT LASTDT") == lines(
        """
        1 | 2021-02-20 | 2021-02-20
        2 | 2021-04-12 | 2021-04-20
        2 | 2021-05-24 | 2021-05-24
        """
    )


def test_without_visit_numbers_a_day_is_an_assessment():
    tables = scans("T01 TARGET LIVER LDIAM 40 38", "NT01 NON-TARGET BONE TUMSTATE PRESENT PRESENT")
    tables["TR"]["VISITNUM"] = ""
    lesions, _ = read(tables)
    assert len(lesions.assessments) == 2
    datasets = study(**tables)
    datasets["TR"].frame.drop(columns=["VISITNUM", "VISIT"], inplace=True)
    again, _ = build_lesions(datasets, subjects_of(["A"]), TABLES, TRIAL, ADAM.criteria.reading)
    pd.testing.assert_frame_equal(again.assessments, lesions.assessments)


def test_a_partial_date_is_completed_as_a_baseline_or_as_an_event():
    tables = scans("T01 TARGET LIVER LDIAM 40 38")
    tables["TR"]["TRDTC"] = ["2021-02", "2021-04"]
    lesions, _ = read(tables)
    shown = lesions.measurements.rename(columns={"day": "DAYDT"})
    assert as_text(shown, "DAYDT flag") == lines("2021-02-28 | D \n 2021-04-15 | D")


def test_scans_after_the_cut_off_are_in_no_table():
    tables = scans("T01 TARGET LIVER LDIAM 40 38", "NEW01 NEW LUNG TUMSTATE . . UNEQUIVOCAL")
    tables["TR"].loc[1, "TRDTC"] = tables["TR"].loc[2, "TRDTC"] = "2024-03-01"
    tables["TU"].loc[1, "TUDTC"] = "2024-03"
    lesions, found = read(tables)
    assert as_text(lesions.assessments, "AVISITN") == ["1"]
    assert found.empty


def test_two_sizes_in_one_assessment_are_asked_about_and_the_later_stands():
    tables = scans("T01 TARGET LIVER LDIAM 40 38")
    again = tables["TR"].iloc[[1]].assign(TRSTRESN="31", TRSTRESC="31", TRDTC="2021-04-14")
    tables["TR"] = pd.concat([tables["TR"], again], ignore_index=True)
    targets, found = targets_of(tables)
    assert targets.sizes["size"].tolist() == [40, 31]
    assert found["message"].tolist() == ["the lesion has 38 and 31 mm in one assessment; 31 mm stands"]


def test_a_target_without_a_baseline_makes_sums_not_evaluable_or_is_left_out():
    tables = scans("T01 TARGET LIVER LDIAM 40 20", "T02 TARGET LUNG LDIAM . 20")
    targets, found = targets_of(tables)
    assert targets.lesions["compared"].tolist() == [True, False]
    assert found["message"].tolist() == [
        "the target has no size before treatment inside the baseline window; its sums are not evaluable"
    ]
    targets, found = targets_of(tables, changes={"target_without_baseline": "left_out"})
    assert targets.lesions["base"].tolist() == [40]
    assert found["message"].tolist() == [
        "the target has no size before treatment inside the baseline window; it is in no sum"
    ]
    tables["TU"].loc[1, ["TUDTC", "VISITNUM"]] = ["2021-04-12", "2"]
    targets, found = targets_of(tables)
    assert targets.lesions["base"].tolist() == [40]


def test_the_baseline_is_the_last_size_before_treatment_inside_the_window():
    tables = scans("T01 TARGET LIVER LDIAM 40 20")
    early = tables["TR"].iloc[[0]].assign(TRSTRESN="50", TRDTC="2021-02-05", VISITNUM="0.5")
    tables["TR"] = pd.concat([early, tables["TR"]], ignore_index=True)
    assert targets_of(tables)[0].lesions["base"].tolist() == [40]
    targets, found = targets_of(scans("T01 TARGET LIVER LDIAM 40 20"), TRTSDT="2021-03-21")
    assert targets.lesions["base"].isna().all()
    assert found["rule"].str[:8].tolist() == ["ADTR-105"]


def test_a_node_without_its_short_axis_is_asked_about_once():
    tables = scans("T01 TARGET RETROPERITONEAL_LYMPH_NODE LDIAM 40 38 37")
    targets, found = targets_of(tables)
    assert targets.sizes["size"].tolist() == [40, 38, 37]
    assert described(found) == [
        "ADTR-107 | TR | TRLNKID=T01 TRTESTCD=LDIAM TREVAL= TREVALID= VISITNUM=1 TRDTC=2021-02-20 | LDIAM | "
        "the lesion is a lymph node and has no short axis; its long axis is in the sum"
    ]


def test_a_lesion_that_came_of_others_and_names_none_is_in_no_sum():
    tables = scans("T01 TARGET LIVER LDIAM 40 20", "X9 TARGET LIVER LDIAM . 20")
    tables["TU"]["TUTESTCD"] = ["TUMIDENT", "TUMERGE"]
    targets, found = targets_of(tables)
    assert targets.lesions["base"].tolist() == [40]
    assert found["rule"].tolist() == ["ADTR-106 lesion.family-unknown"]


def test_targets_that_the_criterion_would_not_take_are_noted():
    tables = scans(
        "T01 TARGET LIVER LDIAM 9 9",
        "T02 TARGET PORTA_HEPATIS_LYMPH_NODE LPERP 16 16",
        "T03 TARGET LUNG LDIAM 20 20",
        "T04 TARGET LUNG LDIAM 20 20",
        "T05 TARGET LUNG LDIAM 20 20",
        "T06 TARGET ADRENAL_GLAND LDIAM 20 20",
    )
    _, found = targets_of(tables)
    assert found["message"].tolist() == [
        "the target has 9 mm at baseline, and RECIST 1.1 asks for 10 mm",
        "RECIST 1.1 takes 5 targets, 2 of an organ; this is one more",
        "RECIST 1.1 takes 5 targets, 2 of an organ; this is one more",
    ]
    _, found = targets_of(tables, "mRECIST")
    assert "the target has 16 mm at baseline, and mRECIST asks for 20 mm" in found["message"].tolist()
