import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.received.define_metadata import DefinedDataset
from hcc_sdtm.received.file_table import FileMetadata, FileTable, FileVariable
from hcc_sdtm.received.received_spec import build_spec
from hcc_sdtm.source import Source
from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.spec.model import Variable
from hcc_sdtm.spec.tables import read_spec_tables

BDS, OCCDS = "BASIC DATA STRUCTURE", "OCCURRENCE DATA STRUCTURE"
STANDARD = read_spec_tables([])


def table(name, **columns):
    frame = pd.DataFrame(columns)
    variables = tuple(
        FileVariable(column, f"Label of {column}", "text" if frame[column].dtype == object else "float", 8)
        for column in frame
    )
    values = [frame[column].to_numpy(dtype=object if frame[column].dtype == object else float) for column in frame]
    return FileTable(FileMetadata(name, f"Label of {name}", f"{name.lower()}.xpt", variables), values, len(frame))


def is_from_file(variable: Variable) -> bool:
    """Whether neither a spec nor the standard has the variable: it is described by the file that it came in."""
    return not variable.role and not variable.line.line and variable.core == "Perm"


def test_a_domain_has_what_the_standard_asks_for_and_what_the_file_has():
    spec, guessed = build_spec(table("RS", USUBJID=["a"], RSCAT=["x"], RSORNOT=["y"], RSSPID=["z"]), STANDARD, None)
    assert guessed == ""
    assert {variable.core for variable in spec.variables if variable.name not in ("RSORNOT", "RSSPID")} == {
        "Req",
        "Exp",
    }
    assert spec.by_name["RSTESTCD"].core == "Req"
    assert spec.by_name["RSSPID"].core == "Perm"
    assert not is_from_file(spec.by_name["RSSPID"])
    own = spec.by_name["RSORNOT"]
    assert (own.label, own.type, own.core, own.role, own.line) == (
        "Label of RSORNOT",
        "text",
        "Perm",
        "",
        Source("rs.xpt"),
    )
    assert is_from_file(own)
    assert spec.sequence == "RSSEQ"


def test_no_variable_of_the_standard_is_taken_for_one_of_the_file():
    assert not [
        (spec.name, variable.name)
        for spec in STANDARD.sdtm.values()
        for variable in spec.variables
        if is_from_file(variable)
    ]


@pytest.mark.parametrize(
    ("name", "columns", "class_"),
    [
        ("LBCH", {"DOMAIN": ["LB", ""], "LBTESTCD": ["x", "y"]}, "FINDINGS"),
        ("FACE", {"DOMAIN": ["FACE"], "FATESTCD": ["x"], "FAOBJ": ["y"]}, "FINDINGS ABOUT"),
        ("SUPPLBCH", {"RDOMAIN": ["LB"], "QNAM": ["x"]}, "RELATIONSHIP"),
        ("SUPPQQ", {"RDOMAIN": ["QQ"], "QNAM": ["x"]}, "RELATIONSHIP"),
        ("RELREC", {"RELID": ["x"]}, "RELATIONSHIP"),
    ],
)
def test_parts_and_supplements_of_a_domain_are_known(name, columns, class_):
    spec, guessed = build_spec(table(name, **columns), STANDARD, None)
    assert (spec.name, spec.class_, guessed) == (name, class_, "")


@pytest.mark.parametrize(
    ("name", "columns", "class_"),
    [
        ("XX", {"DOMAIN": ["XX"], "XXTRT": ["x"]}, "INTERVENTIONS"),
        ("XX", {"DOMAIN": ["XX"], "XXTERM": ["x"]}, "EVENTS"),
        ("XX", {"DOMAIN": ["XX"], "XXTESTCD": ["x"]}, "FINDINGS"),
        ("XX", {"DOMAIN": ["XX"], "XXTESTCD": ["x"], "XXOBJ": ["y"]}, "FINDINGS ABOUT"),
        ("XX1", {"DOMAIN": ["XX"], "XXTESTCD": ["x"]}, "FINDINGS"),
        ("XX", {"A": ["XX"]}, ""),
        ("RESP", {"PARAMCD": ["x"], "AVAL": [1.0]}, "BASIC DATA STRUCTURE"),
    ],
)
def test_a_dataset_of_no_standard_has_the_class_of_its_variables_and_is_said(name, columns, class_):
    spec, guessed = build_spec(table(name, **columns), STANDARD, None)
    assert spec.class_ == class_
    assert guessed.startswith(f'"{name}" is')
    assert spec.keys


@pytest.mark.parametrize(
    ("name", "columns", "class_", "keys"),
    [
        ("ADSL", {"USUBJID": ["a"], "AGE": [1.0]}, "SUBJECT LEVEL ANALYSIS DATASET", ("USUBJID",)),
        ("ADTTE", {"USUBJID": ["a"], "PARAMCD": ["OS"], "AVAL": [1.0], "CNSR": [0.0]}, BDS, ("USUBJID", "PARAMCD")),
        ("ADRS", {"USUBJID": ["a"], "PARAMCD": ["OVR"], "AVALC": ["PD"], "ASEQ": [1.0]}, BDS, ("USUBJID", "ASEQ")),
        ("ADAE", {"USUBJID": ["a", "a"], "AETERM": ["x", "x"], "AESEQ": [1.0, 2.0]}, OCCDS, ("USUBJID", "AESEQ")),
        ("ADXX", {"USUBJID": ["a", "a"], "VAL": [1.0, 1.0]}, "ADAM OTHER", ("USUBJID", "VAL")),
    ],
)  # fmt: skip
def test_an_analysis_dataset_has_the_class_of_its_structure(name, columns, class_, keys):
    spec, guessed = build_spec(table(name, **columns), STANDARD, None)
    assert (spec.class_, spec.keys, guessed) == (class_, keys, "")
    assert spec.by_name["USUBJID"].core == "Req"


def test_a_column_that_nothing_describes_is_a_number_where_its_name_and_all_values_say_so():
    frame = table("ADXX", USUBJID=["a"], AVAL=["1.5"], CHG=["x"], SITEN=["7"], ADT=["2021-03-05"], VISIT=["1"])
    described = tuple(FileVariable(variable.name) for variable in frame.metadata.variables)
    frame.metadata = FileMetadata("ADXX", None, "adxx.csv", described)
    spec, _ = build_spec(frame, STANDARD, None)
    assert {variable.name: variable.type for variable in spec.variables if variable.name != "STUDYID"} == {
        "USUBJID": "text", "AVAL": "float", "CHG": "text", "SITEN": "text", "ADT": "float", "VISIT": "text",
    }  # fmt: skip
    assert spec.by_name["ADT"].format == "DATE9."


def test_class_and_keys_of_a_define_are_taken_where_no_spec_is():
    defined = DefinedDataset("XX", "", "Events", "One record per thing", False, (), Source("define.xml", line=7))
    spec, _ = build_spec(table("XX", A=["x"], B=["y"]), STANDARD, defined)
    assert (spec.class_, spec.structure) == ("EVENTS", "One record per thing")


def test_a_study_has_its_own_specs_first():
    specs = read_spec_tables([reference_study() / "specs"])
    spec, _ = build_spec(table("ADTTE", USUBJID=["a"], OWN=["x"]), specs, None)
    assert spec.class_ == "BASIC DATA STRUCTURE"
    assert spec.keys == specs.adam["ADTTE"].keys
    assert is_from_file(spec.by_name["OWN"])
    rs, _ = build_spec(table("RS", USUBJID=["a"], RSLOC=["x"]), specs, None)
    assert rs.keys == specs.sdtm["RS"].keys
    assert {variable.core for variable in rs.variables} <= {"Req", "Exp", "Perm"}
    assert "RSCAT" in rs.names


def test_a_table_without_rows_has_a_spec(tmp_path):
    empty = FileTable(
        FileMetadata("XX", None, "xx.xpt", (FileVariable("XXTERM", "", "text"),)), [np.empty(0, dtype=object)], 0
    )
    assert build_spec(empty, STANDARD, None)[0].class_ == "EVENTS"


def test_associated_persons_are_not_mistaken_for_subjects():
    spec, guessed = build_spec(
        table("APMH", STUDYID=["X"], DOMAIN=["APMH"], APID=["A-1"], MHSEQ=[1.0], MHTERM=["Hepatitis B"]), STANDARD, None
    )
    assert (spec.class_, spec.keys) == ("EVENTS", ("STUDYID", "APID", "MHSEQ"))
    assert "it is MH of associated persons, whose guide is not checked" in guessed
