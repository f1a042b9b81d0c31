import pandas as pd
import pytest

from hcc_sdtm.received import check_define, read_received

from .define_files import define, item
from .files import rules, write_xpt

AE = pd.DataFrame(
    {
        "USUBJID": ["a", "a", "b"],
        "AESEQ": [1.0, 2.0, 1.0],
        "AETERM": ["Pain", "Fever", ""],
        "AESEV": ["MILD", "SEVERE", ""],
    }
)
ITEMS = {
    "USUBJID": item("USUBJID", length=6, label="Unique Subject Identifier", mandatory="Yes", key=1),
    "AESEQ": item("AESEQ", "integer", 2, mandatory="Yes", key=2),
    "AETERM": item("AETERM", length=20),
    "AESEV": item("AESEV", length=6, codelist="CL.SEV"),
}
TERMS = {"CL.SEV": ["MILD", "SEVERE"]}


def check(tmp_path, datasets=None, codelists=TERMS, value_lists=None, frame=AE, label="Adverse Events", **changed):
    """Findings of AE against a define whose items are changed by name; None takes one away."""
    items = [each for each in ({**ITEMS, **changed}).values() if each is not None]
    datasets = {"AE": ({"label": "Adverse Events"}, items), **(datasets or {})}
    (tmp_path / "define.xml").write_text(define(datasets, codelists, value_lists))
    write_xpt(tmp_path / "ae.xpt", frame, label=label)
    return check_define(read_received(tmp_path, tmp_path / "define.xml"))


def test_data_that_keep_to_their_define_have_no_finding(tmp_path):
    assert rules(check(tmp_path)) == []


def test_without_a_define_nothing_is_said(tmp_path):
    write_xpt(tmp_path / "ae.xpt", AE)
    assert len(check_define(read_received(tmp_path))) == 0


def test_datasets_that_are_in_one_only(tmp_path):
    write_xpt(tmp_path / "cm.xpt", pd.DataFrame({"CMTRT": ["Drug"]}))
    found = check(tmp_path, {"EX": ({}, [item("EXTRT")]), "ML": ({"no_data": "Yes"}, [item("MLTRT")])})
    assert rules(found) == [("DEF-001", "CM", "", ""), ("DEF-002", "EX", "", "")]
    assert found["source"].tolist()[0] == "cm.xpt"
    assert found["source"].tolist()[1].startswith("define.xml:")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"AETERM": None}, ("DEF-003", "AE", "AETERM", "")),
        ({"AEOUT": item("AEOUT")}, ("DEF-004", "AE", "AEOUT", "")),
        ({"USUBJID": item("USUBJID", label="Subject", key=1)}, ("DEF-005", "AE", "USUBJID", "")),
        ({"AETERM": item("AETERM", "float")}, ("DEF-006", "AE", "AETERM", "")),
        ({"AESEQ": item("AESEQ", "text", key=2)}, ("DEF-006", "AE", "AESEQ", "")),
        ({"AETERM": item("AETERM", length=4)}, ("DEF-007", "AE", "AETERM", "2")),
        ({"AESEV": item("AESEV", codelist="CL.OTHER")}, ("DEF-009", "AE", "AESEV", "2")),
        ({"AESEQ": item("AESEQ", "integer")}, ("DEF-010", "AE", "USUBJID", "1")),
        ({"AETERM": item("AETERM", mandatory="Yes")}, ("DEF-011", "AE", "AETERM", "3")),
        ({"AESEV": item("AESEV", codelist="CL.SEV", no_data=True)}, ("DEF-014", "AE", "AESEV", "1")),
    ],
)  # fmt: skip
def test_one_contradiction_is_one_finding_at_its_place(tmp_path, changed, expected):
    found = check(tmp_path, codelists={**TERMS, "CL.OTHER": ["MILD"]}, **changed)
    assert rules(found) == [expected]
    assert found["source"][0].startswith("define.xml:")


def test_a_variable_that_has_no_data_by_the_define_need_not_be_there(tmp_path):
    assert rules(check(tmp_path, AEOUT=item("AEOUT", no_data=True))) == []


def test_another_order_is_one_finding(tmp_path):
    found = check(tmp_path, frame=AE[["AESEQ", "USUBJID", "AESEV", "AETERM"]])
    assert rules(found) == [("DEF-008", "AE", "AESEQ", "")]


def test_a_variable_too_many_does_not_change_the_order(tmp_path):
    found = check(tmp_path, frame=AE.assign(AEOUT="x")[["AEOUT", *AE]])
    assert rules(found) == [("DEF-003", "AE", "AEOUT", "")]


def test_labels_and_classes_of_datasets(tmp_path):
    assert rules(check(tmp_path, label="Events")) == [("DEF-012", "AE", "", "")]
    found = check(tmp_path, {"AE": ({"label": "Adverse Events", "class": "FINDINGS"}, list(ITEMS.values()))})
    assert rules(found) == [("DEF-017", "AE", "", "")]
    found = check(tmp_path, {"AE": ({"label": "Adverse Events", "no_data": "Yes"}, list(ITEMS.values()))})
    assert rules(found) == [("DEF-014", "AE", "", "")]


def test_a_file_without_any_label_is_one_finding(tmp_path):
    labelled = {name: {**each, "label": f"Label of {name}"} for name, each in ITEMS.items() if name != "USUBJID"}
    labelled["AETERM"]["key"] = 1
    found = check(tmp_path, frame=AE.drop(columns="USUBJID"), USUBJID=None, **labelled)
    assert rules(found) == [("DEF-005", "AE", "", "")]


def test_what_is_wrong_in_the_define_itself_is_among_the_findings(tmp_path):
    assert rules(check(tmp_path, AESEV=item("AESEV", codelist="CL.SVE"))) == [("DEF-015", "AE", "AESEV", "")]


def test_csv_says_neither_labels_nor_types_and_only_values_are_compared(tmp_path):
    (tmp_path / "define.xml").write_text(
        define({"AE": ({"label": "L"}, [ITEMS["USUBJID"], item("AEXNUM", "integer")])})
    )
    (tmp_path / "ae.csv").write_text("USUBJID,AEXNUM\na,1\nb,1.5\nc,x\n")
    found = check_define(read_received(tmp_path, tmp_path / "define.xml"))
    assert rules(found) == [("DEF-006", "AE", "AEXNUM", "2")]
    assert "(2 records)" in found["message"][0]
