from datetime import datetime

import pandas as pd
import pytest

from hcc_sdtm.checks.schema_findings import check_schema
from hcc_sdtm.outputs.dataset_json import write_dataset_json
from hcc_sdtm.outputs.xpt import write_xpt as write_own_xpt
from hcc_sdtm.problem import StudyError
from hcc_sdtm.received import read_received
from hcc_sdtm.received.folder_files import ENDINGS
from hcc_sdtm.received.received import READERS
from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.spec.tables import read_spec_tables

from .files import DM, dataset_json, ids, rules, write_xpt


def test_a_folder_is_read_in_the_order_of_its_files(tmp_path):
    write_xpt(tmp_path / "dm.xpt")
    (tmp_path / "ae.csv").write_text("STUDYID,USUBJID,AETERM\nS1,S1-001,Pain\n")
    (tmp_path / "RS.JSON").write_text(
        dataset_json([("USUBJID", "string"), ("RSSEQ", "integer")], [["S1-001", 1]], "RS")
    )
    pd.DataFrame({"USUBJID": ["S1-001"], "CMTRT": ["Drug"]}).to_parquet(tmp_path / "cm.parquet")
    received = read_received(tmp_path)
    assert list(received.datasets) == ["AE", "CM", "DM", "RS"]
    assert {name: metadata.file for name, metadata in received.metadata.items()} == {
        "AE": "ae.csv", "CM": "cm.parquet", "DM": "dm.xpt", "RS": "RS.JSON",
    }  # fmt: skip
    dm = received.datasets["DM"]
    assert list(dm.published) == list(DM)
    assert dm.lineage is None
    assert ids(received.findings) == []


def test_findings_of_a_received_dataset_name_record_subject_and_keys(tmp_path):
    write_xpt(tmp_path / "ae.xpt", pd.DataFrame({"USUBJID": ["a", "b"], "AESEQ": [1.0, 2.0], "AETERM": ["x", ""]}))
    received = read_received(tmp_path)
    found = check_schema(received.datasets["AE"], received.specs)
    missing = found[found["variable"] == "AETERM"]
    assert missing[["dataset", "subject", "record", "value"]].to_numpy().tolist() == [["AE", "b", "2", ""]]


@pytest.mark.parametrize("kind", ["xpt", "json"])
def test_what_the_package_writes_reads_back_equal(tmp_path, kind):
    specs = read_spec_tables([reference_study() / "specs"])
    spec = specs.adam["ADTTE"]
    missing = float("nan")
    rows = {"text": ["x", "", "y"], "integer": [22344.0, missing, 1.0], "float": [1.5, missing, -2.25]}
    frame = pd.DataFrame({variable.name: rows[variable.type] for variable in spec.variables})
    path = tmp_path / f"adtte.{kind}"
    if kind == "xpt":
        write_own_xpt(path, frame, spec, datetime(2026, 1, 1))
    else:
        write_dataset_json(path, frame, spec, "S1", datetime(2026, 1, 1))
    received = read_received(tmp_path, specs=specs)
    pd.testing.assert_frame_equal(received.datasets["ADTTE"].frame, frame)
    assert received.datasets["ADTTE"].spec.variables == spec.variables
    metadata = received.metadata["ADTTE"]
    assert metadata.label == spec.label
    assert [(each.name, each.label) for each in metadata.variables] == [
        (each.name, each.label) for each in spec.variables
    ]
    assert ids(received.findings) == []


def test_every_kind_of_file_that_is_looked_for_has_a_reader():
    assert tuple(READERS) == ENDINGS


def test_one_file_is_read_alone(tmp_path):
    write_xpt(tmp_path / "dm.xpt")
    (tmp_path / "dm.json").write_text("no matter")
    assert list(read_received(tmp_path / "dm.xpt").datasets) == ["DM"]


@pytest.mark.parametrize(
    ("name", "inside", "read_as", "said"),
    [
        ("dm.xpt", "DM", "DM", []),
        ("DM.XPT", "DM", "DM", []),
        ("dm.xpt", "DATASET", "DM", ["REC-002"]),
        ("dm.xpt", "AE", "AE", ["REC-002"]),
        ("zz.xpt", "DM", "DM", ["REC-002"]),
    ],
)
def test_a_dataset_goes_by_the_name_that_is_known(tmp_path, name, inside, read_as, said):
    write_xpt(tmp_path / name, name=inside)
    received = read_received(tmp_path)
    assert list(received.datasets) == [read_as]
    assert ids(received.findings) == said
    assert set(received.findings["dataset"]) <= {read_as}


def test_names_in_small_letters_are_read_as_capitals(tmp_path):
    (tmp_path / "dm.csv").write_text("usubjid,Age\nS1-001,61\n")
    received = read_received(tmp_path)
    assert list(received.datasets["DM"].frame) == ["USUBJID", "AGE"]
    assert rules(received.findings) == [("REC-007", "DM", "USUBJID", "")]


def test_a_name_that_would_be_hidden_is_left_out(tmp_path):
    (tmp_path / "dm.csv").write_text("USUBJID,_row\nS1-001,7\n")
    received = read_received(tmp_path)
    assert list(received.datasets["DM"].frame) == ["USUBJID"]
    assert [(row.rule, row.value) for row in received.findings.itertuples()] == [
        ("REC-008 received.no-usable-name", "_row")
    ]


def test_what_lies_beside_the_data_is_said(tmp_path):
    write_xpt(tmp_path / "dm.xpt")
    for name in ("define.xml", "define2-1.xsl", "ae.sas7bdat", "_meta.json", ".DS_Store", "acrf.pdf"):
        (tmp_path / name).write_text("x")
    received = read_received(tmp_path)
    assert received.define is None
    assert sorted(ids(received.findings)) == ["REC-001", "REC-014"]
    message = received.findings.set_index("rule")["message"]
    assert '"_meta.json", "ae.sas7bdat"' in message["REC-014 received.left-out"]
    assert "--define" in message["REC-001 received.define-not-used"]


def test_an_empty_dataset_is_read_and_said(tmp_path):
    write_xpt(tmp_path / "dm.xpt", DM.iloc[:0])
    received = read_received(tmp_path)
    assert len(received.datasets["DM"]) == 0
    assert rules(received.findings) == [("REC-003", "DM", "", "")]


def test_a_dataset_of_no_standard_is_read_and_said(tmp_path):
    (tmp_path / "xx.csv").write_text("DOMAIN,USUBJID,XXSEQ,XXTERM\nXX,S1-001,1,Pain\n")
    received = read_received(tmp_path)
    assert received.datasets["XX"].spec.class_ == "EVENTS"
    assert received.datasets["XX"].frame["XXSEQ"].tolist() == [1.0]
    assert rules(received.findings) == [("REC-004", "XX", "", "")]


def test_folders_and_files_that_have_no_datasets_are_refused(tmp_path):
    with pytest.raises(StudyError, match=r"has no datasets \(it is empty\)"):
        read_received(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "sdtm").mkdir()
    write_xpt(tmp_path / "sdtm" / "dm.xpt")
    with pytest.raises(StudyError, match=r'it has "notes.txt".*the folders "sdtm" in it have some'):
        read_received(tmp_path)
    with pytest.raises(StudyError, match=r'files ending in "\.txt" are not read'):
        read_received(tmp_path / "notes.txt")
    with pytest.raises(StudyError, match="no such folder or file"):
        read_received(tmp_path / "nowhere")


def test_two_files_for_one_dataset_are_refused_with_both_names(tmp_path):
    write_xpt(tmp_path / "dm.xpt")
    (tmp_path / "dm.csv").write_text("USUBJID\nS1-001\n")
    with pytest.raises(StudyError, match=r"^dm\.csv: the dataset DM is there twice: dm\.csv and dm\.xpt"):
        read_received(tmp_path)


def test_of_a_dataset_in_both_forms_that_are_sent_the_transport_file_is_read(tmp_path):
    write_xpt(tmp_path / "dm.xpt")
    (tmp_path / "dm.json").write_text(dataset_json([("USUBJID", "string")], [["a"]]))
    received = read_received(tmp_path)
    assert received.metadata["DM"].file == "dm.xpt"
    assert rules(received.findings) == [("REC-018", "", "", "")]


def test_two_columns_of_one_name_are_refused(tmp_path):
    (tmp_path / "dm.csv").write_text("USUBJID,AGE,age\nS1-001,1,2\n")
    with pytest.raises(StudyError, match=r'^dm\.csv: several columns of DM have the name "AGE"'):
        read_received(tmp_path)


def test_every_problem_of_a_folder_is_said_at_once(tmp_path):
    (tmp_path / "dm.xpt").write_text("x")
    (tmp_path / "ae.json").write_text("{")
    (tmp_path / "cm.parquet").write_text("x")
    with pytest.raises(StudyError) as caught:
        read_received(tmp_path, tmp_path / "define.xml")
    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[0].rpartition("/")[2] for line in lines] == [
        "define.xml",
        "ae.json",
        "cm.parquet",
        "dm.xpt",
    ]
