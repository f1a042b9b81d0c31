import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.received import read_received
from hcc_sdtm.received.csv_table import read_csv_table, read_descriptions

from .files import ids, rules

HEADER = "dataset,variable,label,type,length\n"


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def test_every_column_is_text_as_it_stands_and_empty_lines_are_no_records(tmp_path):
    write(tmp_path, dm="USUBJID,AGE,SITEID\nS1-001,061,007\n\nS1-002,NA,\n")
    table = read_csv_table(tmp_path / "dm.csv", "dm.csv")
    assert (table.metadata.name, table.metadata.label, table.rows) == ("DM", None, 2)
    assert [variable.type for variable in table.metadata.variables] == [None, None, None]
    assert [values.tolist() for values in table.columns] == [["S1-001", "S1-002"], ["061", "NA"], ["007", ""]]


def test_a_column_without_a_name_is_left_out_and_said(tmp_path):
    write(tmp_path, dm=",USUBJID,\n1,S1-001,\n2,S1-002,\n")
    table = read_csv_table(tmp_path / "dm.csv", "dm.csv")
    assert [variable.name for variable in table.metadata.variables] == ["USUBJID"]
    assert [(each.rule, each.source) for each in table.findings] == [("REC-008 received.no-usable-name", "dm.csv:A1")]


@pytest.mark.parametrize("text", ["\n\n", ",,\n1,2,3\n"])
def test_a_file_without_a_header_is_refused(tmp_path, text):
    write(tmp_path, dm=text)
    with pytest.raises(StudyError, match=r"^dm\.csv: "):
        read_csv_table(tmp_path / "dm.csv", "dm.csv")


def test_encodings_are_those_of_any_text_file(tmp_path):
    text = "USUBJID,MHTERM\nS1-001,肝细胞癌\nS1-002,高血压病史十年，药物治疗\n"
    (tmp_path / "mh.csv").write_bytes(text.encode("gb18030"))
    table = read_csv_table(tmp_path / "mh.csv", "mh.csv")
    assert table.columns[1].tolist() == ["肝细胞癌", "高血压病史十年，药物治疗"]
    assert [each.rule for each in table.findings] == ["RAW-010 raw.encoding-guessed"]


def test_descriptions_give_labels_types_and_lengths(tmp_path):
    write(
        tmp_path,
        dm="USUBJID,AGE,XYZ\nS1-001,61,1.5\n",
        _variables=HEADER + "DM,USUBJID,Unique Subject Identifier,Char,40\ndm.csv,age,Age,Num,\nDM,XYZ,Other,float,8\n",
        _datasets="Filename,Label\ndm.csv,Demographics\n",
    )
    received = read_received(tmp_path)
    metadata = received.metadata["DM"]
    assert metadata.label == "Demographics"
    assert [(each.name, each.label, each.type, each.length) for each in metadata.variables] == [
        ("USUBJID", "Unique Subject Identifier", "text", 40),
        ("AGE", "Age", "float", None),
        ("XYZ", "Other", "float", 8),
    ]
    assert received.datasets["DM"].frame["XYZ"].tolist() == [1.5]
    assert ids(received.findings) == []


def test_what_is_in_one_and_not_in_the_other_is_a_finding(tmp_path):
    write(
        tmp_path,
        dm="USUBJID,AGE,SEX\nS1-001,61,M\n",
        ae="AETERM\nPain\n",
        _variables=HEADER
        + "DM,USUBJID,Id,text,40\nDM,AGE,Age,integer,8\nDM,AGEU,Units,text,6\nLB,LBTEST,Test,text,40\n",
        _datasets="dataset,label\nDM,Demographics\nEX,Exposure\n",
    )
    received = read_received(tmp_path)
    assert sorted(rules(received.findings)) == [
        ("REC-009", "DM", "AGEU", ""), ("REC-009", "EX", "", ""), ("REC-009", "LB", "", ""),
        ("REC-010", "AE", "", ""), ("REC-010", "DM", "SEX", ""),
    ]  # fmt: skip
    sources = dict(
        zip(received.findings["dataset"] + received.findings["variable"], received.findings["source"], strict=True)
    )
    assert (sources["DMAGEU"], sources["LB"], sources["EX"]) == (
        "_variables.csv:4",
        "_variables.csv:5",
        "_datasets.csv:3",
    )


def test_a_value_that_is_not_of_the_described_type_is_a_finding_at_its_record(tmp_path):
    write(
        tmp_path, xx="USUBJID,XXVAL\na,1\nb,one\n", _variables=HEADER + "XX,USUBJID,Id,text,40\nXX,XXVAL,V,integer,8\n"
    )
    received = read_received(tmp_path)
    assert ("REC-006", "XX", "XXVAL", "2") in rules(received.findings)


def test_a_description_that_says_what_cannot_be_is_refused_with_every_line(tmp_path):
    write(
        tmp_path,
        dm="USUBJID\na\n",
        _variables=HEADER + "DM,USUBJID,Id,txt,2a\nDM,USUBJID,Id,text,2\n",
        _datasets="datset,label\nDM,Demographics\n",
    )
    with pytest.raises(StudyError) as caught:
        read_received(tmp_path)
    assert str(caught.value).splitlines() == [
        '_variables.csv:2: unknown type "txt" of DM.USUBJID; did you mean "text"?',
        '_variables.csv:2: length "2a" of DM.USUBJID is not a whole number',
        "_variables.csv:3: DM.USUBJID is already on line 2",
        '_datasets.csv:1: column "dataset" is missing; did you mean "datset"?',
    ]


def test_descriptions_that_are_not_there_say_nothing(tmp_path):
    problems = []
    found = read_descriptions(tmp_path, problems)
    assert (found.variables, found.labels, found.has_variables, problems) == ({}, {}, False, [])
