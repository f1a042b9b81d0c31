import pandas as pd

from hcc_sdtm.received import check_define, read_received

from .define_files import define, item
from .files import rules, write_xpt

SUBJECT = item("USUBJID", key=1)
LB = pd.DataFrame(
    {
        "USUBJID": list("abcdef"),
        "LBTESTCD": ["ALT", "ALT", "AFP", "AFP", "AFP", "HBSAG"],
        "LBORRES": ["12", "x", "5000", "", "7.5", "POSITIVE"],
    }
)


def check(tmp_path, name, frame, items, codelists=None, value_lists=None):
    (tmp_path / "define.xml").write_text(define({name: ({"class": ""}, items)}, codelists, value_lists))
    write_xpt(tmp_path / f"{name.lower()}.xpt", frame, label="")
    return check_define(read_received(tmp_path, tmp_path / "define.xml"))


def where(value, comparator="EQ", variable="IT.LB.LBTESTCD"):
    return [(variable, comparator, value if isinstance(value, list) else [value])]


def test_values_are_held_to_what_is_said_where_a_condition_holds(tmp_path):
    values = {
        "VL": [
            (item("ALT", "integer", 3), where("ALT")),
            (item("AFP", "float", mandatory="Yes"), where(["AFP"], "IN")),
            (item("REST", codelist="CL", length=3), where(["ALT", "AFP"], "NOTIN")),
        ]
    }
    items = [SUBJECT, item("LBTESTCD", key=2), item("LBORRES", length=8, values="VL")]
    found = check(tmp_path, "LB", LB, items, {"CL": ["POS", "NEG"]}, values)
    assert rules(found) == [
        ("DEF-006", "LB", "LBORRES", "2"), ("DEF-011", "LB", "LBORRES", "4"),
        ("DEF-007", "LB", "LBORRES", "6"), ("DEF-009", "LB", "LBORRES", "6"),
    ]  # fmt: skip
    assert "where LBTESTCD EQ ALT" in found["message"][0]
    assert 'did you mean "POS"?' in found["message"][3]


def test_several_clauses_are_alternatives(tmp_path):
    text = define(
        {"LB": ({"class": ""}, [SUBJECT, item("LBTESTCD", key=2), item("LBORRES", values="VL")])},
        {"CL": ["1"]},
        {"VL": [(item("A", codelist="CL"), where("ALT")), (item("B"), where("HBSAG"))]},
    )
    text = text.replace(
        'WhereClauseOID="WC.VL.0"/>', 'WhereClauseOID="WC.VL.0"/><def:WhereClauseRef WhereClauseOID="WC.VL.1"/>', 1
    )
    (tmp_path / "define.xml").write_text(text)
    write_xpt(tmp_path / "lb.xpt", LB, label="")
    found = check_define(read_received(tmp_path, tmp_path / "define.xml"))
    assert sorted(found["value"]) == ["12", "POSITIVE", "x"]
    assert "where LBTESTCD EQ ALT or LBTESTCD EQ HBSAG" in found["message"][0]


def test_numbers_are_compared_as_numbers(tmp_path):
    frame = pd.DataFrame({"USUBJID": ["a", "b", "c"], "AGE": [1.0, 2.0, 3.0]})
    found = check(tmp_path, "DM", frame, [SUBJECT, item("AGE", "integer", codelist="CL")], {"CL": ["01", "2.0"]})
    assert rules(found) == [("DEF-009", "DM", "AGE", "3")]
    values = {"VL": [(item("OLD", "integer", codelist="NO"), where("2", "GE", "IT.DM.AGE"))]}
    found = check(tmp_path, "DM", frame, [SUBJECT, item("AGE", "integer", values="VL")], {"NO": ["2"]}, values)
    assert rules(found) == [("DEF-009", "DM", "AGE", "3")]


def test_a_term_is_one_finding_however_many_records_have_it(tmp_path):
    frame = pd.DataFrame({"USUBJID": [str(at) for at in range(50)], "SEX": ["M", "X"] * 25})
    found = check(tmp_path, "DM", frame, [SUBJECT, item("SEX", codelist="CL")], {"CL": ["M", "F"]})
    assert rules(found) == [("DEF-009", "DM", "SEX", "2")]
    assert found["message"][0].endswith("records with it: 25")


def test_many_terms_are_one_finding(tmp_path):
    frame = pd.DataFrame({"USUBJID": [str(at) for at in range(50)], "SEX": [f"T{at}" for at in range(50)]})
    found = check(tmp_path, "DM", frame, [SUBJECT, item("SEX", codelist="CL")], {"CL": ["M", "F"]})
    assert rules(found) == [("DEF-009", "DM", "SEX", "1")]
    assert found["message"][0].startswith("50 terms in 50 records")
    assert "and 40 more" in found["message"][0]


def test_sponsors_terms_are_terms_and_a_dictionary_has_none(tmp_path):
    frame = pd.DataFrame({"USUBJID": ["a"], "AEDECOD": ["Pain"], "AESEV": ["ODD"]})
    items = [SUBJECT, item("AEDECOD", codelist="MED"), item("AESEV", codelist="CL")]
    assert rules(check(tmp_path, "AE", frame, items, {"MED": "MedDRA", "CL": ["MILD", "+ODD"]})) == []


def test_a_qualifier_that_no_condition_names_is_a_finding(tmp_path):
    frame = pd.DataFrame(
        {
            "USUBJID": ["a", "b", "c"],
            "RDOMAIN": ["RS"] * 3,
            "QNAM": ["IMGMOD", "READER", "READER"],
            "QVAL": ["CT", "x", "y"],
        }
    )
    items = [SUBJECT, item("RDOMAIN"), item("QNAM", key=2), item("QVAL", values="VL")]
    values = {"VL": [(item("IMGMOD", length=2), where("IMGMOD", "EQ", "IT.SUPPRS.QNAM"))]}
    found = check(tmp_path, "SUPPRS", frame, items, None, values)
    assert rules(found) == [("DEF-013", "SUPPRS", "QNAM", "2")]
    assert '"READER" (2 records)' in found["message"][0]


def test_a_condition_on_another_dataset_is_not_evaluated(tmp_path):
    text = define(
        {
            "DM": ({"class": "", "no_data": "Yes"}, [item("SEX")]),
            "LB": ({"class": ""}, [SUBJECT, item("LBTESTCD", key=2), item("LBORRES", values="VL")]),
        },
        None,
        {"VL": [(item("A", length=1), where("M", "EQ", "IT.DM.SEX"))]},
    )
    (tmp_path / "define.xml").write_text(text)
    write_xpt(tmp_path / "lb.xpt", LB, label="")
    assert rules(check_define(read_received(tmp_path, tmp_path / "define.xml"))) == []
