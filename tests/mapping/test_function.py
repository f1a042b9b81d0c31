"""call: registered functions, and what is wrong with a call before any data is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.mapping.language.verbs import Call
from hcc_sdtm.mapping.rules.function import FUNCTIONS, call_problems, date_from_parts
from tests.mapping.site import cells, map_text, records

CHANGE = {"partial": "-30", "progressive": "20", "codes": "1=CR 2=PR 3=SD 4=PD"}


@pytest.mark.parametrize(
    ("call", "problems"),
    [
        ({"call": "response_by_change", "columns": ["a", "b", "c"], "settings": CHANGE}, []),
        ({"call": "date_from_parts", "columns": ["a", "b", "c"]}, []),
        (
            {"call": "date_from_part", "columns": ["a"]},
            ['no function "date_from_part"; did you mean "date_from_parts"?'],
        ),
        ({"call": "date_from_parts", "columns": ["a"]}, ["date_from_parts reads 3 columns, here are 1"]),
        (
            {"call": "date_from_parts", "columns": ["a", "b", "c"], "settings": {"order": "ymd"}},
            ['date_from_parts has no setting "order"'],
        ),
        (
            {"call": "response_by_change", "columns": ["a", "b", "c"], "settings": {"partiel": "-30", "codes": "1 2"}},
            [
                'response_by_change needs setting "partial"',
                'response_by_change needs setting "progressive"',
                'response_by_change has no setting "partiel"; did you mean "partial"?',
                'setting codes "1 2" of response_by_change: is no list of codes such as 1=CR 2=PR',
            ],
        ),
        (
            {"call": "response_by_change", "columns": ["a", "b", "c"], "settings": {**CHANGE, "partial": "30 %"}},
            ['setting partial "30 %" of response_by_change: is no number of percent'],
        ),
    ],
)
def test_a_wrong_call_is_a_problem_before_any_data(call, problems):
    assert list(call_problems(Call.model_validate(call))) == problems


@pytest.mark.parametrize(
    ("texts", "response", "doubt"),
    [
        (("50", "0", "1"), "CR", ""),
        (("50", "35", "2"), "PR", ""),
        (("50", "３６", "3"), "SD", ""),
        (("50", "60", ""), "PD", ""),
        (("50", "60", "3"), "PD", 'code "3" would mean SD'),
        (("50", "", "3"), "", ""),
    ],
)
def test_response_by_change(texts, response, doubt):
    function = FUNCTIONS["response_by_change"]
    settings = {name: read(CHANGE[name]) for name, read in function.settings.items()}
    found, said = function.run(texts, settings)
    assert found == response
    assert said.startswith(doubt)
    assert bool(said) == bool(doubt)


@pytest.mark.parametrize(
    ("texts", "date"),
    [
        (("2021", "3", "5"), "2021-03-05"),
        (("2021", "03", ""), "2021-03"),
        (("2021", "", ""), "2021"),
        (("2021", "", "5"), "2021---05"),
        (("2021", "MAR", "5"), "2021-03-05"),
        (("2021", "三月", "5"), "2021-03-05"),
        (("２０２１", "12", "31"), "2021-12-31"),
        (("", "", ""), ""),
    ],
)
def test_a_date_from_its_parts(texts, date):
    assert date_from_parts(texts, {}) == (date, "")


@pytest.mark.parametrize(
    "texts",
    [
        ("2021", "13", "5"),
        ("2021", "2", "30"),
        ("", "3", "5"),
        ("21", "3", "5"),
        ("2021", "x", "5"),
        ("2021", "3", "5.5"),
    ],
)
def test_parts_that_are_no_date_give_none(texts):
    with pytest.raises(ValueError, match=r"\w"):
        date_from_parts(texts, {})


@given(st.dates())
def test_every_day_comes_back_from_its_parts(day):
    assert date_from_parts((f"{day.year:04d}", str(day.month), str(day.day)), {}) == (day.isoformat(), "")


def test_parts_of_a_date_in_a_mapping_are_read_and_what_is_none_is_found(tmp_path):
    mapping = """
site: "201"
missing: ["", NK]
tables: {patient: {file: patient.csv, subject: no}}
DM:
  - rows: patient
    SUBJID: {copy: subject}
    BRTHDTC: {call: date_from_parts, columns: [y, m, d]}
"""
    site, lineage = map_text(tmp_path, mapping, patient="no,y,m,d\n1,1960,3,NK\n2,1960,2,30\n")
    assert records(site, "DM")["BRTHDTC"].tolist() == ["1960-03", ""]
    assert cells(site, "MAP-016") == [("patient.csv:D3", "30")]
    rule = lineage.plans[0].rules["BRTHDTC"][0]
    assert len(lineage.origins.cells(0, rule.at(0))) == 3
