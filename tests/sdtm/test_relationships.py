import numpy as np
import pandas as pd

from hcc_sdtm.sdtm.relationships import build_relationships
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Relationship, RelationshipSide
from tests.mapping.site import SPECS
from tests.sdtm.study import build, dataset


def relationship(name, level, *sides):
    return Relationship(
        name, level, tuple(RelationshipSide(*side, Source("relationships.csv", line=2)) for side in sides)
    )


TUTR = relationship("TUTR", "dataset", ("TU", "TULNKID", "ONE"), ("TR", "TRLNKID", "MANY"))


def related(relationships, *datasets):
    by_name = {each.name: each for each in datasets}
    return build_relationships(by_name, relationships, SPECS.sdtm["RELREC"], "RTHCC", None)


def rows(found):
    return found.published[["RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELTYPE", "RELID"]].values.tolist()


def test_a_relationship_of_datasets_is_one_record_for_each(tmp_path):
    found, findings = related(
        [TUTR],
        dataset("TU", "AAB", TULNKID=["T01", "T02", "T01"]),
        dataset("TR", "AAAB", TRLNKID=["T01", "T01", "T02", "T01"]),
    )
    assert list(found.published) == SPECS.sdtm["RELREC"].names
    assert rows(found) == [["TU", "", "TULNKID", "", "ONE", "TUTR"], ["TR", "", "TRLNKID", "", "MANY", "TUTR"]]
    assert findings.empty


def test_a_link_of_another_subject_is_no_partner():
    found, findings = related(
        [TUTR],
        dataset("TU", "AAB", TULNKID=["T01", "T02", "T01"]),
        dataset("TR", "AAB", TRLNKID=["T01", "T2", "T02"]),
    )
    assert len(found) == 2
    assert findings[["rule", "severity", "dataset", "subject", "value", "expected"]].values.tolist() == [
        ["REL-003 link.one-without-many", "note", "TU", "A", "T02", ""],
        ["REL-001 link.no-partner", "warning", "TR", "A", "T2", "T01, T02"],
        ["REL-001 link.no-partner", "warning", "TR", "B", "T02", "T01"],
    ]
    assert findings["message"].tolist() == [
        '"T02" in TULNKID is on no record of TR of this subject; links so: 2',
        '"T2" in TRLNKID is on no record of TU of this subject',
        '"T02" in TRLNKID is on no record of TU of this subject',
    ]


def test_several_records_on_the_one_side_are_found_and_a_missing_link_is_none():
    found, findings = related(
        [TUTR],
        dataset("TU", "AAAB", TULNKID=["T01", "T01", "", ""]),
        dataset("TR", "AAB", TRLNKID=["T01", "", ""]),
    )
    assert len(found) == 2
    assert findings[["rule", "record", "message"]].values.tolist() == [
        [
            "REL-002 link.several-on-one-side",
            "2",
            '"T01" in TULNKID is on an earlier record of this subject too, and TU is the ONE side of the relationship TUTR',
        ]
    ]


def test_records_are_related_one_by_one_with_a_name_of_their_own_within_the_subject():
    by_record = relationship("EXTU", "record", ("EX", "EXLNKID", ""), ("TU", "TULNKID", ""))
    found, findings = related(
        [by_record],
        dataset("EX", "AAAB", EXLNKID=["T02", "T01", "T02", "T09"]),
        dataset("TU", "AAB", TULNKID=["T01", "T02", "T01"]),
    )
    assert rows(found) == [
        ["EX", "A", "EXSEQ", "2", "", "EXTU-1"],
        ["TU", "A", "TUSEQ", "1", "", "EXTU-1"],
        ["EX", "A", "EXSEQ", "1", "", "EXTU-2"],
        ["EX", "A", "EXSEQ", "3", "", "EXTU-2"],
        ["TU", "A", "TUSEQ", "2", "", "EXTU-2"],
    ]
    assert findings[["rule", "dataset", "subject", "value"]].values.tolist() == [
        ["REL-001 link.no-partner", "EX", "B", "T09"],
        ["REL-001 link.no-partner", "TU", "B", "T01"],
    ]
    assert findings["expected"].tolist() == ["T01", "T09"]


def test_a_dataset_without_sequence_numbers_is_pointed_to_by_its_link():
    visits = relationship("VISIT", "record", ("SV", "VISITNUM", ""), ("RS", "VISITNUM", ""))
    visited = dataset("SV", "AA", VISITNUM=[1.0, 2.1])
    responses = dataset("RS", "AAA", VISITNUM=[2.1, np.nan, 2.1])
    found, _ = related([visits], visited, responses)
    assert rows(found) == [
        ["SV", "A", "VISITNUM", "2.1", "", "VISIT-1"],
        ["RS", "A", "RSSEQ", "1", "", "VISIT-1"],
        ["RS", "A", "RSSEQ", "3", "", "VISIT-1"],
    ]


def test_three_sides_need_a_partner_on_any_of_the_others():
    three = relationship(
        "LESION", "dataset", ("TU", "TULNKID", "ONE"), ("TR", "TRLNKID", "MANY"), ("EX", "EXLNKID", "MANY")
    )
    found, findings = related(
        [three],
        dataset("TU", "A", TULNKID=["T01"]),
        dataset("TR", "A", TRLNKID=["T01"]),
        dataset("EX", "AA", EXLNKID=["T01", "T02"]),
    )
    assert [row[0] for row in rows(found)] == ["TU", "TR", "EX"]
    assert findings[["dataset", "value"]].values.tolist() == [["EX", "T02"]]


def test_without_a_second_side_or_a_shared_link_there_is_no_relationship():
    lesions = dataset("TU", "A", TULNKID=["T01"])
    assert related([TUTR], lesions)[0] is None
    nothing, findings = related([TUTR], lesions, dataset("TR", "A", TRLNKID=["T02"]))
    assert nothing is None
    assert findings["rule"].tolist() == ["REL-003 link.one-without-many", "REL-001 link.no-partner"]
    assert related([], lesions)[0] is None
    without = dataset("TR", "A", TRLNKID=["T01"])
    without.frame = without.frame.drop(columns="TRLNKID")
    assert related([TUTR], lesions, without)[0] is None


MAPPING = """
site: "201"
tables:
  patient: {file: patient.csv, subject: no}
  lesion: {file: lesion.csv, subject: no}
  scan: {file: scan.csv, subject: no}
DM: [{rows: patient, SUBJID: {copy: subject}}]
TU: [{rows: lesion, TULNKID: {copy: lesion}, TUTESTCD: {constant: TUMIDENT}, TUORRES: {constant: TARGET}}]
TR: [{rows: scan, TRLNKID: {copy: lesion}, TRTESTCD: {constant: LDIAM}, TRORRES: {copy: mm}}]
"""


def test_a_study_with_links_gets_related_records_and_a_finding_at_the_cell(tmp_path):
    files = {"patient": "no\n7\n", "lesion": "no,lesion\n7,T01\n", "scan": "no,lesion,mm\n7,T01,21\n7,T1,20\n"}
    built = build(tmp_path, {"201": MAPPING}, files)
    assert built.datasets["RELREC"].published["RELID"].tolist() == ["TUTR", "TUTR"]
    assert list(built.datasets) == sorted(built.datasets)
    (finding,) = built.findings[built.findings["rule"].str.startswith("REL-")].to_dict("records")
    assert (finding["source"], finding["typed"], finding["expected"]) == ("scan.csv:B3", "T1", "T01")
    trace = built.datasets["RELREC"].trace(0, "IDVAR")
    assert trace.how == "specs/relationships.csv, from the links of the records"


def test_the_order_of_records_changes_nothing():
    by_record = relationship("EXTU", "record", ("EX", "EXLNKID", ""), ("TU", "TULNKID", ""))
    exposure = dataset("EX", "BAA", EXLNKID=["T01", "T01", "T02"])
    lesions = dataset("TU", "ABA", TULNKID=["T01", "T01", "T02"])
    one, _ = related([by_record], exposure, lesions)
    shuffled = dataset("EX", "AAB", EXLNKID=["T01", "T02", "T01"])
    other, _ = related([by_record], shuffled, lesions)
    pd.testing.assert_frame_equal(one.published, other.published)
