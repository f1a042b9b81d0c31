"""number: how it is written, and in which unit."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hcc_sdtm.mapping.language.verbs import Number
from hcc_sdtm.mapping.rules.number_reading import written_number
from tests.mapping.site import cells, map_text, records

HEAD = """
site: "201"
missing: ["", NK]
tables:
  patient: {file: patient.csv, subject: no}
"""


def map_dose(tmp_path, rule, *rows):
    """EXDOSE by the rule, from the columns no, dose and unit."""
    mapping = HEAD + f"EX:\n  - {{rows: patient, EXTRT: {{constant: RT}}, EXDOSE: {rule}}}\n"
    lines = "".join(f"{number},{row}\n" for number, row in enumerate(rows, 1))
    site, _ = map_text(tmp_path, mapping, patient="no,dose,unit\n" + lines)
    return site


BESIDE = "{number: dose, unit: unit, factors: {Gy: 1, cGy: 0.01}}"
WITHIN = "{number: dose, unit: inside, factors: {Gy: 1, cGy: 0.01}}"


def test_a_number_is_taken_times_the_factor_of_its_unit_without_float_noise(tmp_path):
    site = map_dose(tmp_path, BESIDE, "60,Gy", "4510,cGy", "1.1,CGY", "NK,Gy", "NK,NK", "0,Gy")
    assert records(site, "EX")["EXDOSE"].fillna(-1).tolist() == [60, 45.1, 0.011, -1, -1, 0]
    assert site.findings.empty


def test_a_unit_without_a_factor_and_a_number_without_a_unit_are_findings_at_the_units_cell(tmp_path):
    site = map_dose(tmp_path, BESIDE, "60,rad", "60,", "60,cGyy", "60,NK", "sixty,Gy")
    assert records(site, "EX")["EXDOSE"].isna().all()
    found = site.findings[["rule", "severity", "source", "typed", "message", "expected"]].sort_values("source")
    assert found.values.tolist() == [
        [
            "MAP-014 number.unreadable", "error", "patient.csv:B6", "sixty",
            '"sixty" is not a number; the value is left missing', "digits with at most one decimal point",
        ],
        [
            "MAP-046 unit.unknown", "error", "patient.csv:C2", "rad",
            'the unit "rad" has no factor; the value is left missing', "Gy, cGy",
        ],
        ["MAP-047 unit.missing", "error", "patient.csv:C3", "", "60 has no unit; the value is left missing", "Gy, cGy"],
        [
            "MAP-046 unit.unknown", "error", "patient.csv:C4", "cGyy",
            'the unit "cGyy" has no factor; the value is left missing', 'did you mean "cGy"?',
        ],
        ["MAP-047 unit.missing", "error", "patient.csv:C5", "NK", "60 has no unit; the value is left missing", "Gy, cGy"],
    ]  # fmt: skip


def test_a_unit_may_stand_behind_the_number_in_its_cell(tmp_path):
    rows = ("60 Gy,", "6000cGy,", " 60  GY ,", "６０Gy,", "1.5e3 cGy,", "60,", "Gy,", "about 60 Gy,", "60 Gy/30 f,")
    site = map_dose(tmp_path, WITHIN, *rows)
    assert records(site, "EX")["EXDOSE"].fillna(-1).tolist() == [60, 60, 60, 60, 15, -1, -1, -1, -1]
    assert cells(site, "MAP-014") == [("patient.csv:B8", "Gy"), ("patient.csv:B9", "about 60 Gy")]
    assert cells(site, "MAP-046") == [("patient.csv:B10", "60 Gy/30 f")]
    assert cells(site, "MAP-047") == [("patient.csv:B7", "60")]


def test_a_unit_may_be_the_same_for_every_row(tmp_path):
    site = map_dose(tmp_path, "{number: dose, unit: {constant: cGy}, factors: {Gy: 1, cGy: 0.01}}", "6000,", "45,")
    assert records(site, "EX")["EXDOSE"].tolist() == [60, 0.45]


def test_a_result_outside_the_declared_limits_is_a_finding_and_no_value(tmp_path):
    rule = BESIDE.replace("}}", "}, limits: [0, 120]}")
    site = map_dose(tmp_path, rule, "6000,Gy", "6000,cGy", "-1,Gy", "120,Gy", "0,Gy", "NK,Gy")
    assert records(site, "EX")["EXDOSE"].fillna(-1).tolist() == [-1, 60, -1, 120, 0, -1]
    found = site.findings[["rule", "source", "message", "expected"]].values.tolist()
    limits = "at least 0 and at most 120"
    assert found == [
        ["MAP-050 number.outside-limits", "patient.csv:B2", "6000 cannot be; the value is left missing", limits],
        ["MAP-050 number.outside-limits", "patient.csv:B4", "-1 cannot be; the value is left missing", limits],
    ]
    site = map_dose(tmp_path, rule.replace("[0, 120]", '["", 50]'), "6000,cGy", "-1,Gy")
    assert records(site, "EX")["EXDOSE"].fillna(0).tolist() == [0, -1]
    assert site.findings["message"].tolist() == ["60, from 6000, cannot be; the value is left missing"]


def test_the_number_and_its_unit_are_both_in_the_trace_and_both_read(tmp_path):
    mapping = HEAD + f"EX:\n  - {{rows: patient, EXTRT: {{constant: RT}}, EXDOSE: {BESIDE}}}\n"
    site, lineage = map_text(tmp_path, mapping, patient="no,dose,unit\n1,60,Gy\n")
    hidden = site.frames["EX"][0]
    rule = lineage.plans[hidden["_plan"].iat[0]].rules["EXDOSE"][0]
    found = lineage.origins.cells(hidden["_row"].iat[0], rule.at(0))
    assert [(str(source), typed) for source, typed in found] == [("patient.csv:B2", "60"), ("patient.csv:C2", "Gy")]
    assert cells(site, "MAP-003") == []


@pytest.mark.parametrize(
    ("options", "is_workbook", "text", "number"),
    [
        ({}, False, "1.5", 1.5),
        ({}, False, "1,5", None),
        ({}, False, "1,500", None),
        ({"decimal": ","}, False, "1,5", 1.5),
        ({"decimal": ","}, False, "１，５", 1.5),
        ({"decimal": ","}, True, "1.5", 1.5),  # a number cell
        ({"decimal": ","}, True, "0.125", 0.125),
        ({"decimal": ","}, True, "1.234", None),  # a number cell, or a thousand
        ({"decimal": ","}, False, "1.234,5", None),
        ({"decimal": ","}, False, "1,234,5", None),
        ({"decimal": ",", "thousands": "."}, False, "1.234", 1234),
        ({"decimal": ",", "thousands": "."}, True, "1.234", None),
        ({"decimal": ",", "thousands": "."}, True, "1.234,5", 1234.5),
        ({"decimal": ",", "thousands": "."}, True, "1.234.567", 1234567),
        ({"decimal": ",", "thousands": "."}, False, "-1.234,5", -1234.5),
        ({"decimal": ",", "thousands": "."}, False, "12.34,5", None),
        ({"thousands": ","}, False, "1,234.5", 1234.5),
        ({"thousands": ","}, False, "1,5", None),
        ({"thousands": ","}, False, "12,34", None),
        ({"thousands": ","}, False, "1234", 1234),
        ({"thousands": ","}, False, "0,500", None),
        ({"decimal": ",", "thousands": "."}, False, "0.500", 0.5),
        ({"decimal": ",", "thousands": "."}, True, "-0.125", -0.125),
        ({"thousands": ","}, False, "1234,567", None),
        ({"thousands": " "}, False, "12 345", 12345),
        ({"thousands": " "}, False, "12\u202f345,6", None),
        ({"thousands": " ", "decimal": ","}, False, "12\u202f345,6", 12345.6),
        ({"thousands": "'"}, False, "12’345.5", 12345.5),
        ({"thousands": ","}, False, "<5", None),
        ({"decimal": ","}, False, "5 mg", None),
        ({"decimal": ","}, False, "1_0", None),
    ],
)
def test_decimals_and_thousands_are_read_as_declared(options, is_workbook, text, number):
    assert written_number(Number(number="a", **options), is_workbook)(text) == number


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'"), (".", " ")]),
)
def test_a_number_written_as_declared_reads_back(value, signs):
    decimal, thousands = signs
    text = f"{value:,.3f}".translate({ord(","): thousands, ord("."): decimal})
    read = written_number(Number(number="a", decimal=decimal, thousands=thousands), False)(text)
    assert read == float(value)


@given(st.text(alphabet="0123456789.,' -+eE", max_size=12), st.sampled_from([".", ","]), st.booleans())
def test_no_text_is_a_number_in_two_ways_and_none_is_infinite(text, decimal, is_workbook):
    number = written_number(Number(number="a", decimal=decimal), is_workbook)(text)
    assert number is None or math.isfinite(number)
    if number is not None and decimal == "," and "," in text:
        assert "." not in text


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"unit": "u"}, "unit and factors go together"),
        ({"factors": {"Gy": "1"}}, "unit and factors go together"),
        ({"unit": "u", "factors": {"Gy": "0"}}, "greater than 0"),
        ({"unit": "u", "factors": {"Gy": "1"}, "times": "2"}, "not both"),
        ({"unit": "u", "factors": {"µg": "1", "μg": "2"}}, 'the unit "μg" has two factors'),
        ({"unit": {"constant": "cgyy"}, "factors": {"cGy": "1"}}, 'the unit "cgyy" has no factor; did you mean "cGy"?'),
        ({"decimal": ",", "thousands": ","}, "cannot be the decimal sign and set thousands apart"),
        ({"limits": ["5", "1"]}, "the limits 5 to 1 leave no number"),
        ({"limits": ["", ""]}, "needs the least and the most that can be"),
        ({"limits": ["0"]}, "needs the least and the most that can be"),
        ({"limits": ["a", "b"]}, "unable to parse string as a number"),
        ({"decimal": ";"}, "Input should be '.' or ','"),
        ({"unit": {"const": "cGy"}, "factors": {"cGy": "1"}}, "a column, or a text that is the same for every row"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(rule, message):
    with pytest.raises(ValidationError, match=message.replace("?", r"\?")):
        Number.model_validate({"number": "a", **rule})
