"""The reviewed dictionary of a site's spellings: read, checked, applied, counted."""

import pytest

from hcc_sdtm.problem import StudyError
from tests.mapping.site import cells, map_text, records

MAPPING = """
site: "201"
terms: terms_201.csv
tables:
  patient: {file: patient.csv, subject: no}
DM:
  - {rows: patient, SUBJID: {copy: subject}, SEX: {term: sex, map: {X: U}}}
CM:
  - {rows: patient, CMTRT: {copy: drug}, CMDECOD: {term: drug, list: DRUG}}
"""
HEADER = "list,typed,term,reviewed_by,reviewed_on\n"
PATIENT = "no,sex,drug\n1,女,多吉美\n2,M,Nexavar \n3,x,索拉非尼\n4,男,lenvima\n"


def map_terms(tmp_path, lines, mapping=MAPPING, patient=PATIENT):
    (tmp_path / "terms_201.csv").write_text(HEADER + lines, encoding="utf-8-sig")
    site, _ = map_text(tmp_path, mapping, patient=patient)
    return site


def problems(tmp_path, lines, mapping=MAPPING):
    with pytest.raises(StudyError) as error:
        map_terms(tmp_path, lines, mapping)
    return [str(problem) for problem in error.value.problems]


GOOD = """SEX,女,F,LW,2024-05-01
SEX,男,M,LW,2024-05-01
DRUG,多吉美,SORAFENIB,LW,2024-05-01
DRUG,nexavar,SORAFENIB,LW,2024-05-01
DRUG,索拉非尼,SORAFENIB,LW,2024-05-01
DRUG,乐卫玛,LENVATINIB,LW,2024-05-01
"""


def test_reviewed_lines_give_terms_after_the_rules_map_and_before_the_codelist(tmp_path):
    site = map_terms(tmp_path, GOOD + "DRUG,Lenvima,LENVATINIB,,\n")
    assert records(site, "DM")["SEX"].tolist() == ["F", "M", "U", "M"]
    assert records(site, "CM")["CMDECOD"].tolist() == ["SORAFENIB", "SORAFENIB", "SORAFENIB", ""]


def test_a_proposal_is_not_applied_and_is_what_is_expected(tmp_path):
    site = map_terms(tmp_path, GOOD + "DRUG,Lenvima,LENVATINIB,,\n")
    found = site.findings[["rule", "source", "typed", "expected"]].values.tolist()
    proposed = '"LENVATINIB" is proposed and not reviewed, terms_201.csv:8'
    assert found == [["MAP-013 term.unknown", "patient.csv:C5", "lenvima", proposed.replace("terms", "mappings/terms")]]


def test_a_text_near_a_reviewed_one_names_it(tmp_path):
    site = map_terms(tmp_path, GOOD, patient="no,sex,drug\n1,M,Nexavaar\n")
    found = site.findings
    assert found["expected"].tolist() == ['did you mean "nexavar"?']
    assert "the mapping or its dictionary knows" in found["message"].iat[0]


def test_how_often_each_line_was_used_is_counted(tmp_path):
    site = map_terms(tmp_path, GOOD)
    assert site.terms[["line", "typed", "values"]].values.tolist() == [
        [2, "女", 1], [3, "男", 1], [4, "多吉美", 1], [5, "nexavar", 1], [6, "索拉非尼", 1], [7, "乐卫玛", 0],
    ]  # fmt: skip
    assert site.settled[["fact", "value", "how", "evidence"]].values.tolist() == [
        ["terms used of mappings/terms_201.csv", "5 of 6 lines", "declared", "unused: 7"]
    ]


def test_a_line_is_counted_for_every_spelling_that_it_covers_and_every_rule_that_reads_it(tmp_path):
    patient = "no,sex,drug\n1,女,Nexavar\n2,女,nexavar\n3,女,NEXAVAR \n4,女,nexavar\n5,女,多吉美\n"
    once = map_terms(tmp_path, GOOD, patient=patient).terms.set_index("typed")["values"]
    assert once[["女", "nexavar", "多吉美", "男"]].tolist() == [5, 4, 1, 0]
    again = MAPPING.replace("drug, list: DRUG}}", "drug, list: DRUG}, CMCLAS: {term: drug, list: DRUG}}")
    (tmp_path / "again").mkdir()
    assert map_terms(tmp_path / "again", GOOD, again, patient).terms.set_index("typed")["values"]["nexavar"] == 8


def test_the_default_lists_are_the_variables_codelist_and_its_name(tmp_path):
    mapping = MAPPING.replace(", list: DRUG", "").replace("SEX: {term: sex, map: {X: U}}", "SEX: {term: sex}")
    lines = "SEX,女,F,LW,2024-05-01\nCMDECOD,多吉美,SORAFENIB,LW,2024-05-01\n"
    site = map_terms(tmp_path, lines, mapping, "no,sex,drug\n1,女,多吉美\n")
    assert records(site, "DM")["SEX"].tolist() == ["F"]
    assert records(site, "CM")["CMDECOD"].tolist() == ["SORAFENIB"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("SEXX,女,F,LW,2024-05-01", 'no codelist, variable or list of a rule "SEXX"; did you mean "SEX"?'),
        ("DRUGG,a,B,LW,2024-05-01", 'no codelist, variable or list of a rule "DRUGG"; did you mean "DRUG"?'),
        ("SEX,女性,FEMALE,LW,2024-05-01", '"FEMALE" is not a term of SEX; did you mean "F"?'),
        ("SEX,女,FEMALE,,", '"FEMALE" is not a term of SEX; did you mean "F"?'),
        ("DRUG,多吉美,SORAFINIB,LW,2024-05-01", '"多吉美" of DRUG stands for "SORAFENIB" already, on mappings/terms_201.csv:4'),
        ("DRUG, ＮEXAVAR,X,LW,2024-05-01", '"ＮEXAVAR" of DRUG stands for "SORAFENIB" already, on mappings/terms_201.csv:5'),
        ("DRUG,x,,LW,2024-05-01", '"x" is reviewed and has no term'),
        ("DRUG,x,Y,LW,May", 'reviewed_on "May" is no day such as 2021-03-05'),
        ("DRUG,x,Y,,2024-05-01", "reviewed_on without reviewed_by; a line counts once someone has signed it"),
        ("DRUG,,Y,LW,2024-05-01", "list and typed must both be given"),
        (",x,Y,LW,2024-05-01", "list and typed must both be given"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_a_problem_with_its_file_and_line(tmp_path, line, message):
    found = problems(tmp_path, GOOD + line + "\n")
    assert found == [f"mappings/terms_201.csv:8: {message}"]


def test_the_same_text_twice_with_one_term_is_no_problem(tmp_path):
    site = map_terms(tmp_path, GOOD + "DRUG,NEXAVAR,SORAFENIB,XY,2024-06-01\n")
    assert records(site, "CM")["CMDECOD"].tolist()[1] == "SORAFENIB"


def test_a_list_of_its_own_must_have_terms_of_a_closed_codelist(tmp_path):
    mapping = MAPPING.replace("{term: sex, map: {X: U}}", "{term: sex, list: OURSEX}")
    found = problems(tmp_path, GOOD + "OURSEX,女,FEMALE,LW,2024-05-01\n", mapping)
    assert found == ['mappings/terms_201.csv:8: "FEMALE" is not a term of SEX; did you mean "F"?']


def test_a_list_that_no_dictionary_has_and_a_file_that_is_not_there(tmp_path):
    assert problems(tmp_path, GOOD, MAPPING.replace("list: DRUG", "list: DRUGS")) == [
        'mappings/site.yaml:9: no dictionary under terms has the list "DRUGS"; did you mean "DRUG"?',
        'mappings/terms_201.csv:4: no codelist, variable or list of a rule "DRUG"; did you mean "DRUGS"? (and 3 more lines)',
    ]
    assert problems(tmp_path, GOOD, MAPPING.replace("terms: terms_201.csv", "terms: term_201.csv")) == [
        'mappings/site.yaml:3: no file "term_201.csv" of terms; did you mean "terms_201.csv"?'
    ]


def test_a_dictionary_without_a_column_and_one_of_another_encoding(tmp_path):
    (tmp_path / "terms_201.csv").write_text("list,typed,term,reviewd_by,reviewed_on\nSEX,女,F,LW,\n", encoding="utf-8")
    with pytest.raises(StudyError) as error:
        map_text(tmp_path, MAPPING.replace(", list: DRUG", ", map: {a: b}"), patient=PATIENT)
    assert 'mappings/terms_201.csv:1: column "reviewed_by" is missing' in str(error.value)
    (tmp_path / "terms_201.csv").write_text(HEADER + GOOD, encoding="gbk")
    with pytest.raises(StudyError, match=r"mappings/terms_201\.csv: is not UTF-8 text; save it as CSV UTF-8"):
        map_text(tmp_path, MAPPING, patient=PATIENT)


def test_several_dictionaries_are_read_in_turn(tmp_path):
    (tmp_path / "more.csv").write_text(HEADER + "DRUG,lenvima,LENVATINIB,LW,2024-05-01\n", encoding="utf-8")
    site = map_terms(tmp_path, GOOD, MAPPING.replace("terms: terms_201.csv", "terms: [terms_201.csv, more.csv]"))
    assert records(site, "CM")["CMDECOD"].tolist() == ["SORAFENIB"] * 3 + ["LENVATINIB"]
    assert [name for _, name in site.mapping_files] == [
        "mappings/site.yaml", "mappings/terms_201.csv", "mappings/more.csv"
    ]  # fmt: skip
    assert cells(site, "MAP-013") == []


def test_a_qualifier_has_a_list_of_its_own_name(tmp_path):
    mapping = MAPPING.replace("SEX: {term: sex, map: {X: U}}}", "SUPP: {SEXTYPED: {term: sex, label: Sex as Typed}}}")
    site = map_terms(
        tmp_path, "SEXTYPED,女,woman,LW,2024-05-01\nDRUG,a,B,LW,2024-05-01\n", mapping, "no,sex,drug\n1,女,a\n"
    )
    assert site.frames["DM"][0]["_supp:SEXTYPED"].tolist() == ["woman"]
