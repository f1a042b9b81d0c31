"""What a query says: every rule that can reach a site, in both languages, and general sentences for the others."""

import csv
import re
import string

import pytest

from hcc_sdtm.finding import FINDING_COLUMNS
from hcc_sdtm.outputs.queries.texts import (
    FIELDS,
    LANGUAGES,
    NAMES,
    TEXTS,
    QueryTexts,
    is_for_sites,
    site_language,
)

RULES_WITH_A_TEXT = {
    "RAW": "004 005 007 008 011 012 013 014 015 016 017 018 019 021 023 024 026 029 034 036 038 039",
    "MAP": (
        "001 002 004 005 007 010 011 012 013 014 015 016 017 018 019 021 022 024 025 026 028 029 030 031 "
        "032 033 034 035 036 037 038 041 042 043 044 045 046 047 048 049 050 061 065 066 068 070"
    ),
    "DM": "001 002 003 004",
    "ADSL": "101 102 103 104 105 106 107 108 109 110 111",
    "ADRS": "101 102 103 104 120 121 122 123 124",
    "ADTR": "101 102 103 104 105 106 107 108 109",
    "ADTTE": "101 102",
    "XPT": "001 002 003 004 005 006",
    "REL": "001 002",
    "SCH": "001 002 003 004 005 006 007 008",
    "DS": "001",
    "SS": "001",
    "DT": "001 002 005",
    "EX": "001 002 003",
    "LB": "002",
    "TR": "001 002 003",
    "RS": "003 004 005 006",
}
CHINESE = re.compile("[\u4e00-\u9fff]")


def lines():
    with TEXTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def specs(reference_run):
    return reference_run.result.study.specs


def finding(**fields):
    return dict.fromkeys(FINDING_COLUMNS, "") | fields


@pytest.mark.parametrize(
    "rule", [f"{letters}-{each}" for letters, digits in RULES_WITH_A_TEXT.items() for each in digits.split()]
)
def test_every_rule_has_sentences_of_its_own(rule):
    assert rule in {line["rule"] for line in lines()}


def test_no_rule_has_two_lines():
    rules = [line["rule"] for line in lines()]
    assert len(set(rules)) == len(rules)


@pytest.mark.parametrize("line", lines(), ids=lambda line: line["rule"])
def test_a_line_says_the_same_in_both_languages(line):
    for part in ("seen", "expected", "matters"):
        english, chinese = line[f"{part}_en"], line[f"{part}_zh"]
        assert bool(english) == bool(chinese)
        assert english or (part == "expected" and line["ask"] == "no")
        assert not CHINESE.search(english)
        assert not chinese or chinese == "{expected}" or CHINESE.search(chinese)
        places = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, chinese)]
        assert places[0] == places[1] <= set(FIELDS)


def test_the_names_of_variables_are_chinese_and_at_least_sixty():
    with NAMES.open(encoding="utf-8", newline="") as file:
        names = list(csv.DictReader(file))
    assert len(names) >= 60
    assert all(CHINESE.search(row["zh"]) for row in names)


@pytest.mark.parametrize(
    ("language", "seen", "expected"),
    [
        ("en", '"南" is no answer that we know for Sex.', "one of the usual answers, or what is meant by it"),
        ("zh", "“南”不是「性别」的已知选项。", "请填写规定的选项，或说明其含义"),
    ],
)
def test_the_places_are_filled(specs, language, seen, expected):
    text = QueryTexts(language, specs).text_of(
        finding(rule="MAP-013 term.unknown", dataset="DM", variable="SEX", typed="南")
    )
    assert (text.seen, text.expected) == (seen, expected)


def test_days_are_those_that_were_expected(specs):
    found = finding(rule="DS-001 death.before-last-visit", typed="2023.11.13", expected="a date on or after 2023-11-22")
    assert "2023-11-22，" in QueryTexts("zh", specs).text_of(found).expected
    found = finding(rule="MAP-012 date.ambiguous", typed="05/06/2023", expected="2023-05-06 or 2023-06-05")
    assert "2023-05-06或2023-06-05" in QueryTexts("zh", specs).text_of(found).seen


def test_braces_in_a_typed_text_stay(specs):
    text = QueryTexts("en", specs).text_of(finding(rule="MAP-010 date.unreadable", typed="{value} {0}"))
    assert text.seen == '"{value} {0}" cannot be read as a date.'


def test_an_empty_cell_is_said_to_be_empty_and_one_that_identifies_is_not_shown(specs):
    found = finding(rule="SCH-002 a.b", variable="SEX")
    assert "空白" in QueryTexts("zh", specs).text_of(found).seen
    assert "typed was an empty cell" in QueryTexts("en", specs).text_of(found).seen
    assert "typed was the text of this cell" in QueryTexts("en", specs).text_of(found, is_hidden=True).seen


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        ("ZZ-001 therapy.start-missing", "Therapy has no value here."),
        ("ZZ-002 therapy.not-in-codelist", '"x" is not one of the values'),
        ("ZZ-003 therapy.before-consent", 'The date "x" is not in the right order'),
        ("ZZ-004 therapy.disagrees", '"x" does not agree'),
        ("ZZ-005 therapy.duplicate", "This record is there more than once."),
        ("ZZ-006 therapy.odd", "A check found something here that has to be looked at: look"),
    ],
)
def test_a_rule_without_a_line_has_a_general_sentence(specs, rule, start):
    found = finding(rule=rule, variable="Therapy", typed="x", message="look")
    assert QueryTexts("en", specs).text_of(found).seen.startswith(start)
    assert CHINESE.search(QueryTexts("zh", specs).text_of(found).seen)


def test_every_rule_of_the_tables_has_a_sentence_in_each_language(specs):
    assert specs.rules
    for language in LANGUAGES:
        texts = QueryTexts(language, specs)
        for row in specs.rules:
            text = texts.text_of(finding(rule=f"{row.id} {row.name}", typed="x", message="m"))
            assert text.seen
            assert text.matters


def test_an_end_that_nothing_fills_is_cut(specs):
    text = QueryTexts("en", specs).text_of(finding(rule="DT-005 event.out-of-order", typed="2021"))
    assert text.expected == "which of the dates is wrong"


@pytest.mark.parametrize(
    ("rule", "kind", "asked"),
    [
        ("MAP-013", "", True),
        ("XPT-003", "", False),
        ("SCH-001", "", False),
        ("SD-0001", "required", True),
        ("SD-0001", "max-bytes", False),
        ("REC-002", "", False),
        ("WVR-001", "", False),
    ],
)
def test_a_site_is_asked_only_what_it_can_answer(rule, kind, asked):
    assert is_for_sites(rule, kind) is asked


@pytest.mark.parametrize(("country", "language"), [("CHN", "zh"), (" chn", "zh"), ("FRA", "en"), ("", "en")])
def test_the_language_is_that_of_the_country(country, language):
    assert site_language(country) == language
