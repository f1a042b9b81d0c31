import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.mapping.language.name_pattern import NamePattern


@pytest.mark.parametrize(
    ("pattern", "name", "keys"),
    [
        ("V{VISITNUM}_*.csv", "V12_2024.csv", {"VISITNUM": "12"}),
        ("第{VISITNUM}次随访", "第3次随访", {"VISITNUM": "3"}),
        ("{A}/{B}.csv", "x/y.csv", {"A": "x", "B": "y"}),
        ("{A}.csv", "x/y.csv", None),  # a key holds no folder
        ("{A}_{A}.csv", "x_x.csv", {"A": "x"}),
        ("{A}_{A}.csv", "x_y.csv", None),
        ("V{A}.csv", "V.csv", None),  # a key holds something
        ("*.csv", "x/y.csv", {}),
        ("site[1].csv", "site[1].csv", {}),  # the name itself
        ("site[1].csv", "site1.csv", {}),
        ("a+b(1).csv", "a+b(1).csv", {}),
        ("a+b(1).csv", "aab1.csv", None),
        ("?.csv", "患.csv", {}),
    ],
)
def test_a_pattern_matches_names_and_keeps_the_text_of_its_keys(pattern, name, keys):
    assert NamePattern(pattern).match(name) == keys


@given(st.text("ab.*?[]!-", max_size=8), st.text("ab.*?[]!-", max_size=8))
def test_wildcards_are_those_of_a_shell(pattern, name):
    expected = fnmatch.fnmatchcase(name, pattern) or name == pattern
    assert (NamePattern(pattern).match(name) is not None) == expected


@pytest.mark.parametrize(
    ("pattern", "name", "span"),
    [
        ("101_*.xlsx", "101_20240301.xlsx", "20240301"),
        ("101_2024-??-*.xlsx", "101_2024-03-01.xlsx", "03-01"),
        ("V{V}_*_x.csv", "V1_2024_x.csv", "2024"),
        ("plain.csv", "plain.csv", ""),
    ],
)
def test_the_span_of_the_wildcards_is_where_names_differ(pattern, name, span):
    start, end = NamePattern(pattern).wild_span(name)
    assert name[start:end] == span
