"""Rules that blocks share."""

import pytest

from hcc_sdtm.problem import StudyError
from tests.mapping.site import map_text, records

HEAD = """
site: "201"
dates: {order: dmy}
tables:
  visit: {file: visit.csv, subject: no}
  patient: {file: patient.csv, subject: no}
"""
BLOCKS = """
RS:
  - {rows: visit, RSTESTCD: {constant: OVRLRESP}, RSORRES: {copy: resp}}
  - {rows: patient, RSTESTCD: {constant: ECOG101}, RSORRES: {copy: ecog}, RSEVAL: {constant: PATIENT}}
LB:
  - {rows: visit, LBTESTCD: {constant: AFP}, LBORRES: {copy: afp}}
"""
FILES = {"visit": "no,seen,resp,afp\n1,05/03/2021,PR,5\n", "patient": "no,ecog\n1,0\n"}


def map_defaults(tmp_path, defaults, blocks=BLOCKS):
    site, _ = map_text(tmp_path, f"{HEAD}defaults:\n{defaults}{blocks}", **FILES)
    return site


def test_a_block_takes_what_it_has_no_rule_for_and_its_own_domain_goes_first(tmp_path):
    defaults = """  RS: {RSEVAL: {constant: INVESTIGATOR}, RSDTC: {date: seen}}
  "*": {RSEVAL: {constant: NOBODY}, VISITNUM: {constant: "7"}, --CAT: {constant: ALL}}
"""
    site = map_defaults(tmp_path, defaults)
    response = records(site, "RS").fillna("")
    assert response["RSEVAL"].tolist() == ["INVESTIGATOR", "PATIENT"]
    assert response["RSDTC"].tolist() == ["2021-03-05", ""]  # the patient table has no such column
    assert response["VISITNUM"].tolist() == [7, 7]
    assert response["RSCAT"].tolist() == ["ALL", "ALL"]
    assert records(site, "LB")[["VISITNUM", "LBCAT"]].values.tolist() == [[7, "ALL"]]


def test_the_date_of_a_domain_may_be_named_by_its_end(tmp_path):
    site = map_defaults(tmp_path, '  "*": {--DTC: {date: seen}}\n')
    assert records(site, "RS")["RSDTC"].fillna("").tolist() == ["2021-03-05", ""]
    assert records(site, "LB")["LBDTC"].tolist() == ["2021-03-05"]


def test_a_value_of_a_default_traces_to_its_line(tmp_path):
    site, lineage = map_text(tmp_path, f"{HEAD}defaults:\n  RS: {{RSEVAL: {{constant: X}}}}\n{BLOCKS}", **FILES)
    plan = lineage.plans[site.frames["RS"][0]["_plan"].iat[0]]
    assert str(plan.rules["RSEVAL"][0].line) == "mappings/site.yaml:8"


def test_a_relative_time_of_the_defaults_needs_the_date_in_the_block(tmp_path):
    defaults = "  DM: {DTHDTC: {offset: {days: ecog, after: RFICDTC}}}\n"
    blocks = "DM:\n  - {rows: patient, SUBJID: {copy: subject}}\n"
    assert "DTHDTC" not in records(map_defaults(tmp_path, defaults, blocks), "DM")


@pytest.mark.parametrize(
    ("defaults", "message"),
    [
        ("  RSS: {RSEVAL: {constant: X}}\n", '8: "RSS" is no domain with a spec, and not "*"; did you mean "SS"?'),
        ("  RS: {RSEVALL: {constant: X}}\n", '8: RS has no variable "RSEVALL"; did you mean "RSEVAL"?'),
        ('  "*": {VISITNUMM: {constant: "1"}}\n', '8: no domain has a variable "VISITNUMM"; did you mean "VISITNUM"?'),
        (
            "  RS: {RSDTC: {date: sene}}\n",
            '8: no table of the blocks that could take it has the column "sene"; did you mean',
        ),
        ("  RS: {RSDTC: {dat: seen}}\n", '8: RSDTC: no verb in it: "dat"; did you mean "date"?'),
        ("  RS: {RSORRES: {lookup: {table: vist, give: {copy: a}}}}\n", '8: no table "vist"; did you mean "visit"?'),
        ("  DM: {SEX: {term: resp, map: {PR: MALE}}}\n", '8: "MALE" is not a term of SEX; did you mean "M"?'),
    ],
)
def test_a_default_that_cannot_be_is_a_problem(tmp_path, defaults, message):
    with pytest.raises(StudyError) as error:
        map_defaults(tmp_path, defaults)
    assert any(str(problem).startswith(f"mappings/site.yaml:{message}") for problem in error.value.problems)
