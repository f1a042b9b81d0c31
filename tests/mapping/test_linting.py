"""Mappings checked without data: problems of all of them, and warnings of what is likely a slip."""

import pytest

from hcc_sdtm.mapping.language.linting import lint_mappings
from tests.mapping.site import SPECS

GOOD = """site: "201"
country: CHN
tables:
  patient: {file: patient.csv, subject: no}
  visit: {file: visit.csv, subject: no}
DM:
  - rows: patient
    SEX: {term: sex, map: {男: M}}
RS:
  - rows: visit
    RSTESTCD: {constant: OVRLRESP}
    RSORRES: {copy: resp}
"""


def lint(tmp_path, *texts):
    mappings = []
    for number, text in enumerate(texts, 1):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        mappings.append((path, f"mappings/{number}.yaml"))
    return lint_mappings(mappings, SPECS)


def test_a_good_mapping_has_neither_problem_nor_warning(tmp_path):
    found = lint(tmp_path, GOOD)
    assert (found.mappings, found.problems, found.warnings) == (1, (), ())


def test_problems_of_every_mapping_are_told_at_once_and_a_second_of_a_site_is_one(tmp_path):
    found = lint(tmp_path, GOOD, GOOD.replace("SEX:", "SEXX:"), GOOD.replace("rows: visit", "rows: visits"), GOOD)
    assert [str(problem) for problem in found.problems] == [
        'mappings/2.yaml:8: DM has no variable "SEXX"; did you mean "SEX"?',
        'mappings/3.yaml:10: no table "visits"; did you mean "visit"?',
        'mappings/4.yaml:1: site "201" has a mapping already, mappings/1.yaml; its records would come twice',
    ]


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        ("RS:\n", "LB:\n", "9: nothing fills LBTESTCD and LBTEST, which every record of LB must have"),
        (
            "    RSTESTCD: {constant: OVRLRESP}\n",
            "",
            "10: nothing fills RSTESTCD and RSTEST, which every record of RS must have",
        ),
        ("country: CHN\n", "", "6: nothing fills COUNTRY, which every record of DM must have"),
        ("  visit: {", "  other: {file: o.csv, subject: no}\n  visit: {", '5: no block reads the table "other"'),
        ("OVRLRESP", "OVRLRES", '11: "OVRLRES" is no term of ONCRTSCD/ECOG1TC/CPS01TC/AJCC1TC, which has "OVRLRESP"'),
        (
            "RS:\n",
            "RS:\n  - {rows: visit, RSTESTCD: {constant: OVRLRESP}, RSORRES: {copy: other}}\n",
            "11: makes records with the keys of the block on line 10, from the same rows",
        ),
        (
            "tables:\n",
            "defaults: {RS: {RSORRES: {copy: x}}}\ntables:\n",
            "3: no block of RS is without a rule for RSORRES, so the default is never taken",
        ),
        (
            "tables:\n",
            'defaults: {"*": {--ORRES: {copy: x}}}\ntables:\n',
            "3: no block is without a rule for --ORRES, so the default is never taken",
        ),
    ],
)
def test_a_likely_slip_is_a_warning_with_its_line(tmp_path, old, new, warning):
    text = GOOD.replace(old, new, 1)
    if old == "RS:\n" and "LB" in new:
        text = text.replace("RSTESTCD: {constant: OVRLRESP}", "LBCAT: {constant: X}").replace("RSORRES", "LBORRES")
        warning = warning.replace("9:", "10:")
    found = lint(tmp_path, text)
    assert found.problems == ()
    assert [str(each) for each in found.warnings] == [f"mappings/1.yaml:{warning}"]


def test_what_only_looks_like_a_slip_is_none(tmp_path):
    text = GOOD.replace("RS:\n", "RS:\n  - {rows: visit, when: {a: present}, RSTESTCD: {constant: OVRLRESP}}\n")
    text = text.replace(
        "  visit:", "  joined: {join: {left: visit, right: patient, cardinality: many_to_one}}\n  visit:"
    )
    text = text.replace("- rows: visit", "- rows: joined").replace(
        "tables:\n", "defaults: {RS: {RSEVAL: {copy: x}}}\ntables:\n"
    )
    assert lint(tmp_path, text).warnings == ()
