import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.problem import StudyError
from tests.sdtm.multisite import FILES, MAPPINGS
from tests.sdtm.study import build


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("study"), MAPPINGS, FILES)


def table(built, name, *columns):
    return built.datasets[name].published[list(columns)].replace({np.nan: None}).values.tolist()


def test_every_published_dataset_has_text_as_object_without_nan_and_numbers_as_float64(built):
    for name, each in built.datasets.items():
        assert len(each) > 0
        for variable, column in each.published.items():
            if each.spec.by_name[variable].is_numeric:
                assert column.dtype == np.float64, (name, variable)
            else:
                assert column.dtype == object, (name, variable)
                assert all(type(value) is str for value in column), (name, variable)
        order = [variable for variable in each.spec.names if variable in each.published]
        assert list(each.published) == order
        assert each.frame.index.tolist() == list(range(len(each)))


def test_sites_stand_under_one_another_and_what_one_lacks_is_missing(built):
    assert table(built, "DM", "USUBJID", "SITEID", "COUNTRY", "SEX", "RACE", "AGE", "AGEU", "DTHDTC", "DTHFL") == [
        ["RTHCC-201-001", "201", "CHN", "M", "", 61.0, "YEARS", "2022-05", "Y"],
        ["RTHCC-201-002", "201", "CHN", "F", "", None, "", "", ""],
        ["RTHCC-201-003", "201", "CHN", "U", "", 60.0, "YEARS", "", ""],
        ["RTHCC-202-007", "202", "CHN", "M", "ASIAN", None, "", "", ""],
        ["RTHCC-202-008", "202", "CHN", "F", "ASIAN", None, "", "", ""],
    ]


def test_a_term_that_could_not_be_mapped_stays_missing_beside_a_site_without_the_rule(built):
    rows = table(built, "RS", "USUBJID", "RSSEQ", "RSTESTCD", "RSORRES", "RSSTRESC", "VISITNUM", "VISIT")
    assert rows == [
        ["RTHCC-201-001", 1.0, "ECOG101", "1", "1", None, ""],
        ["RTHCC-201-001", 2.0, "OVRLRESP", "SD", "SD", 1.0, "BASELINE"],
        ["RTHCC-201-001", 3.0, "OVRLRESP", "进展", "PD", 2.0, "WEEK 6"],
        ["RTHCC-201-002", 1.0, "ECOG101", "0", "0", None, ""],
        ["RTHCC-201-002", 2.0, "OVRLRESP", "bad", "", 2.0, "WEEK 6"],
        ["RTHCC-201-002", 3.0, "OVRLRESP", "PR", "PR", 2.1, "UNSCHEDULED 2.1"],
        ["RTHCC-201-003", 1.0, "ECOG101", "", "", None, ""],
        ["RTHCC-202-007", 1.0, "OVRLRESP", "PR", "PR", 1.0, "BASELINE"],
        ["RTHCC-202-007", 2.0, "OVRLRESP", "PD", "PD", 2.0, "WEEK 6"],
        ["RTHCC-202-008", 1.0, "OVRLRESP", "", "", None, ""],
    ]


def test_a_permitted_variable_that_is_empty_throughout_is_left_out_and_a_required_or_expected_one_is_not(
    built,
):
    for name, each in built.datasets.items():
        for variable in each.spec.variables:
            if variable.core != "Perm":
                assert variable.name in each.published, (name, variable.name)
            elif variable.name in each.published:
                column = each.published[variable.name]
                assert (column.notna() & (column != "")).any(), (name, variable.name)
    assert "RSEVALID" not in built.datasets["RS"].published
    assert "RSEVAL" in built.datasets["RS"].published
    assert "RFPENDTC" in built.datasets["DM"].published


def test_a_block_without_a_row_makes_no_dataset(built):
    assert "PR" not in built.datasets  # its only block takes no row
    assert "DS" not in built.datasets  # no block at all


def test_qualifiers_point_to_their_parent_and_say_who_gave_the_value(built):
    assert table(built, "SUPPEX", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG") == [
        ["EX", "RTHCC-201-001", "EXSEQ", "1", "CAUSE", "Cause", "progression", "CRF"],
        ["EX", "RTHCC-201-001", "EXSEQ", "1", "NOTE", "Note", "as typed", "CRF"],
        ["EX", "RTHCC-201-001", "EXSEQ", "1", "TOTDOSE", "Total Dose", "50", "CRF"],
        ["EX", "RTHCC-201-002", "EXSEQ", "1", "NOTE", "Note", "NO NOTE", "ASSIGNED"],
        ["EX", "RTHCC-201-002", "EXSEQ", "1", "TOTDOSE", "Total Dose", "60", "CRF"],
    ]
    assert table(built, "SUPPCM", "USUBJID", "QNAM", "QVAL", "QORIG") == [
        ["RTHCC-201-001", "LINE", "1", "ASSIGNED"],
        ["RTHCC-201-002", "LINE", "1", "ASSIGNED"],
        ["RTHCC-202-007", "LINE", "2", "CRF"],
        ["RTHCC-202-007", "SWREAS", "toxicity", "CRF"],
        ["RTHCC-202-008", "LINE", "1", "ASSIGNED"],
    ]
    for name in ("SUPPEX", "SUPPCM", "SUPPRS"):
        supplemental, parent = (
            built.datasets[name].published,
            built.datasets[name.removeprefix("SUPP")].published,
        )
        sequence = pd.to_numeric(supplemental["IDVARVAL"])
        keys = set(zip(parent["USUBJID"], parent[supplemental["IDVAR"].iat[0]], strict=True))
        assert set(zip(supplemental["USUBJID"], sequence, strict=True)) <= keys


DOMAINS = """
site: "201"
tables: {patient: {file: patient.csv, subject: no}}
"""


def test_one_qualifier_name_in_two_domains_has_a_label_in_each(tmp_path):
    mapping = (
        DOMAINS
        + """
CM: [{rows: patient, CMTRT: {copy: a}, SUPP: {LINE: {copy: a, label: Line of Therapy}}}]
EX: [{rows: patient, EXTRT: {copy: a}, SUPP: {LINE: {copy: a, label: Beam Line}}}]
"""
    )
    built = build(tmp_path, {"201": mapping}, {"patient": "no,a\n7,x\n"})
    assert table(built, "SUPPCM", "QLABEL") == [["Line of Therapy"]]
    assert table(built, "SUPPEX", "QLABEL") == [["Beam Line"]]


def test_a_variable_that_the_mapping_gives_is_not_derived_over(tmp_path):
    mapping = (
        DOMAINS
        + """
DM:
  - {rows: patient, SUBJID: {copy: subject}, AGE: {number: age}, AGEU: {copy: unit}, DTHFL: {copy: dead}}
RS:
  - {rows: patient, RSTESTCD: {constant: OVRLRESP}, RSORRES: {copy: r}, VISITNUM: {constant: "2"},
     VISIT: {copy: v}, RSDY: {number: d}, EPOCH: {copy: e}}
"""
    )
    built = build(
        tmp_path,
        {"201": mapping},
        {"patient": "no,age,unit,dead,r,v,d,e\n7,8,MONTHS,Y,PD,Six weeks,43,FOLLOW-UP\n"},
    )
    assert table(built, "DM", "AGE", "AGEU", "DTHFL") == [[8.0, "MONTHS", "Y"]]
    assert table(built, "RS", "VISIT", "RSDY", "EPOCH") == [["Six weeks", 43.0, "FOLLOW-UP"]]
    trace = built.datasets["RS"].trace(0, "VISIT")
    assert [(str(source), typed) for source, typed in trace.cells()] == [("patient.csv:F2", "Six weeks")]


def test_a_study_without_demographics_has_no_study_days(tmp_path):
    mapping = (
        DOMAINS
        + "RS: [{rows: patient, RSTESTCD: {constant: OVRLRESP}, RSORRES: {copy: r}, RSDTC: {date: d, order: ymd}}]\n"
    )
    built = build(tmp_path, {"201": mapping}, {"patient": "no,r,d\n7,PD,2021-03-04\n"})
    assert list(built.datasets) == ["RS"]
    assert table(built, "RS", "USUBJID", "RSTEST", "RSSTRESC") == [["RTHCC-7", "Overall Response", "PD"]]


def test_a_study_whose_files_have_no_rows_gives_no_dataset(tmp_path):
    mapping = DOMAINS + "DM: [{rows: patient, SUBJID: {copy: subject}, AGE: {number: age}}]\n"
    built = build(tmp_path, {"201": mapping}, {"patient": "no,age\n"})
    assert built.datasets == {}
    assert built.findings["rule"].tolist() == ["MAP-007 table.empty"]


def test_the_order_of_the_sites_changes_nothing(built, tmp_path):
    other = build(tmp_path, dict(reversed(MAPPINGS.items())), FILES)
    assert built.datasets.keys() == other.datasets.keys()
    for name, each in built.datasets.items():
        pd.testing.assert_frame_equal(each.published, other.datasets[name].published)


def test_records_of_a_subject_not_in_demographics_have_no_day_or_epoch(tmp_path):
    mapping = """
site: "201"
tables: {patient: {file: patient.csv, subject: no}, visit: {file: visit.csv, subject: no}}
DM: [{rows: patient, SUBJID: {copy: subject}}]
RS: [{rows: visit, RSTESTCD: {constant: OVRLRESP}, RSORRES: {copy: r}, RSDTC: {date: d, order: ymd}}]
"""
    built = build(tmp_path, {"201": mapping}, {"patient": "no\n7\n", "visit": "no,r,d\n8,PD,2021-03-04\n"})
    assert isinstance(built.datasets["RS"].frame, pd.DataFrame)
    assert not {"RSDY", "EPOCH"} & set(built.datasets["RS"].published)


def test_every_domain_has_a_supplement_for_its_qualifiers(tmp_path):
    mapping = DOMAINS + "LB: [{rows: patient, LBORRES: {copy: a}, SUPP: {HOW: {copy: a, label: How}}}]\n"
    built = build(tmp_path, {"201": mapping}, {"patient": "no,a\n7,x\n"})
    assert table(built, "SUPPLB", "RDOMAIN", "IDVAR", "IDVARVAL", "QNAM", "QVAL") == [["LB", "LBSEQ", "1", "HOW", "x"]]


@pytest.mark.parametrize(
    "rule",
    [
        "SEX: {term: name}",
        "SUBJID: {copy: hosp}",
        "RACE: {first_of: [{constant: ASIAN, when: {sex: present}}, {copy: name}]}",
        "ETHNIC: {lookup: {table: other, give: {copy: name}}}",
        "SUPP: {NAME: {copy: name, label: Name}}",
    ],
)
def test_a_rule_that_would_publish_an_identifying_column_is_refused(tmp_path, rule):
    mapping = f"""
site: "201"
identifying: [name, hosp]
tables: {{patient: {{file: patient.csv, subject: no}}, other: {{file: other.csv, subject: no}}}}
DM:
  - rows: patient
    {rule}
"""
    files = {"patient": "no,name,hosp,sex\n7,Zhang,H901,M\n", "other": "no,name\n7,Zhang\n"}
    with pytest.raises(StudyError, match=r'^mappings/201.yaml:7: "(name|hosp)" is identifying; no rule may read it'):
        build(tmp_path, {"201": mapping}, files)


def test_an_identifying_subject_number_needs_a_key_file(tmp_path):
    mapping = """
site: "201"
identifying: [hosp]
subjects: {prefix: "201-"}
tables: {patient: {file: patient.csv, subject: hosp}}
DM: [{rows: patient, SUBJID: {copy: subject}}]
"""
    with pytest.raises(
        StudyError, match=r'^mappings/201.yaml:5: "hosp" is identifying; name a key file under subjects'
    ):
        build(tmp_path, {"201": mapping}, {"patient": "hosp\nH901\n"})
