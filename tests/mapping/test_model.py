import re

import pytest

from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.problem import StudyError
from tests.mapping.site import SPECS

HEAD = """site: "201"
tables:
  patient: {file: patient.csv, subject: no}
"""


def problems(tmp_path, text):
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        read_mapping(path, "site.yaml", SPECS)
    return [str(problem) for problem in error.value.problems]


def test_scalars_stay_the_characters_in_the_file(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(
        "site: 007\nmissing: [NO, ~, 2021-03-05]\ntables:\n  p: {file: 1.0, subject: yes}\n"
        "DM:\n  - {rows: p, ETHNIC: {copy: 0x1F}, AGE: {number: 1e3}}\n"
    )
    mapping = read_mapping(path, "site.yaml", SPECS)
    assert mapping.head.site == "007"
    assert mapping.head.missing == ("NO", "~", "2021-03-05")
    assert (mapping.head.tables["p"].file, mapping.head.tables["p"].subject) == ("1.0", "yes")
    rules = mapping.blocks[0].rules
    assert (rules["ETHNIC"].copy_, rules["AGE"].number) == ("0x1F", "1e3")


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("SEXX: {copy: a}", 'site.yaml:6: DM has no variable "SEXX"; did you mean "SEX"?'),
        (
            "SEX: {cpoy: a}",
            'site.yaml:6: SEX: no verb in it: "cpoy"; did you mean "copy"?; verbs are copy, constant, term, date, '
            "number, offset, first_of, split, concat, lookup, call",
        ),
        ("SEX: {copy: a, constant: b}", "site.yaml:6: SEX: a rule has one verb, this one has copy and constant"),
        ("SEX: {term: a, map: {x: MALE}}", 'site.yaml:6: "MALE" is not a term of SEX; did you mean "M"?'),
        ("SUBJID: {term: a}", "site.yaml:6: SUBJID has no codelist, so a term needs a map"),
        ("AGE: {number: a, tims: 3}", 'site.yaml:6: unknown key "tims"; did you mean "times"?'),
        ("AGE: {number: a, time: 3}", 'site.yaml:6: AGE: number has no key "time"; did you mean "times"?'),
        ("BRTHDTC: {date: a, times: b}", 'site.yaml:6: BRTHDTC: date has no key "times"; did you mean "time"?'),
        ("BRTHDTC: {date: a, order: dym}", 'site.yaml:6: order "dym": '),
        ("AGE: {number: a, times: -1}", 'site.yaml:6: times "-1": must be more than 0'),
        ("AGE: {copy: a, when: {b: {equal: c}}}", 'site.yaml:6: when: unknown test "equal"; did you mean "equals"?'),
        (
            "AGE: {lookup: {table: patiant, give: {copy: a}}}",
            'site.yaml:6: no table "patiant"; did you mean "patient"?',
        ),
        (
            "AGE: {offset: {days: a, after: nowhere}}",
            'site.yaml:6: no anchor and no earlier date of the block "nowhere"; a column goes as {date: COLUMN}',
        ),
        (
            "RFICDTC: {offset: {days: a, after: DTHDTC}}\n    DTHDTC: {date: b}",
            'site.yaml:6: no anchor and no earlier date of the block "DTHDTC"; a column goes as {date: COLUMN}',
        ),
        (
            "RFICDTC: {date: b}\n    DTHDTC: {lookup: {table: patient, give: {offset: {days: a, after: RFICDTC}}}}",
            'site.yaml:7: no anchor and no earlier date of the block "RFICDTC"; a column goes as {date: COLUMN}',
        ),
        (
            "AGE: {number: a, when: {b: {above: x}}}",
            'site.yaml:6: when: "above" of column "b" needs a number, not "x"',
        ),
        (
            "AGE: {number: a, when: {b: {before: 2021-05}}}",
            'site.yaml:6: when: "before" of column "b" needs a day such as 2021-03-05, not "2021-05"',
        ),
        (
            "AGE: {number: a, when: {b: {equals: [x, y]}}}",
            'site.yaml:6: when: "equals" of column "b" needs one text; several go with in, not_in, starts_with, ends_with, '
            "contains",
        ),
        ("AGE: {number: a, when: {b: {in: {x: y}}}}", 'site.yaml:6: when: "in" of column "b" needs a text'),
        (
            "SUPP: {LONGNAMEX: {copy: a}}",
            'site.yaml:6: "LONGNAMEX" is no QNAM: at most 8 of A-Z, 0-9, _, a letter first',
        ),
        ("SUPP: {Q: {copy: a}}", "site.yaml:6: Q needs a label"),
        (
            "SUPP: {Q: {label: a, first_of: [{copy: a, label: b}, {copy: c}]}}",
            "site.yaml:6: the label of Q goes with the whole rule, not with one inside it",
        ),
        (
            "SEX: {copy: a, label: Sex}",
            "site.yaml:6: SEX has its label from the spec; a label goes with a qualifier under SUPP",
        ),
        ("SEX: {copy: }", 'site.yaml:6: copy "": must not be empty'),
        ('SEX: {split: a, separator: "", part: 1}', 'site.yaml:6: separator "": must not be empty'),
        ("AGE: {number: a, limits: [nan, 3]}", 'site.yaml:6: limits 1 "nan": needs a number that has an end'),
        ("AGE: {term: a, map: {old: ninety}}", 'site.yaml:6: "ninety" is not a number and AGE is numeric'),
        (
            "DTHDTC: {constant: 2020-13-01}",
            'site.yaml:6: "2020-13-01" is no date such as 2021-03-05 or 2021-03, and DTHDTC is one',
        ),
        (
            "SEX: {term: a, map: {'': U, m: M}}",
            'site.yaml:6: the map of SEX has "", which means no value at this site; first_of with a constant gives it a term',
        ),
        ("STUDYID: {constant: X}", "site.yaml:6: STUDYID is the study's own or derived; no rule gives it"),
        ("DOMAIN: {constant: X}", "site.yaml:6: DOMAIN is the study's own or derived; no rule gives it"),
    ],
)
def test_a_wrong_rule_says_what_was_expected_and_where(tmp_path, block, message):
    found = problems(tmp_path, HEAD + f"DM:\n  - rows: patient\n    {block}\n")
    assert any(problem.startswith(message) if message.endswith(": ") else problem == message for problem in found)


def test_a_wrong_domain_table_and_key_are_all_reported(tmp_path):
    text = HEAD.replace("subject", "subjct") + "DMM:\n  - rows: patient\nDM:\n  - rows: patients\n"
    found = problems(tmp_path, text)
    assert any('unknown key "subjct"; did you mean "subject"?' in problem for problem in found)
    assert any(
        '"DMM" is no key of a mapping and no domain with a spec; did you mean "DM"?' in problem for problem in found
    )


def test_a_misspelt_variable_with_a_misspelt_verb_is_two_problems_at_once(tmp_path):
    found = problems(tmp_path, HEAD + "DM:\n  - rows: patient\n    SEXX: {cpoy: a}\n    when: {a: presnt}\n")
    assert found[0].startswith('site.yaml:6: SEXX: no verb in it: "cpoy"; did you mean "copy"?')
    assert found[1] == 'site.yaml:6: DM has no variable "SEXX"; did you mean "SEX"?'
    assert found[2].startswith('site.yaml:7: when: column "a" needs one test: present, ')
    assert len(found) == 3


def test_a_condition_cannot_wait_for_a_text_that_means_no_value(tmp_path):
    head = 'missing: ["", "NK"]\n' + HEAD
    lines = "when: {a: {not_in: [nk, x]}}\n    SEX: {copy: a, when: {any: [{a: {equals: ''}}, {a: {in: [x, NK]}}]}}"
    assert problems(tmp_path, head + f"DM:\n  - rows: patient\n    {lines}\n") == [
        'site.yaml:7: "not_in" of column "a" has "nk", which means no value at this site; use absent',
        'site.yaml:8: "in" of column "a" has "NK", which means no value at this site; use absent',
    ]


def test_the_number_of_a_record_is_derived_and_no_rule_gives_it(tmp_path):
    found = problems(tmp_path, HEAD + "RS:\n  - rows: patient\n    RSSEQ: {number: a}\n")
    assert "site.yaml:6: RSSEQ is the study's own or derived; no rule gives it" in found


def test_a_site_without_a_number_and_a_key_file_without_its_columns_are_problems(tmp_path):
    assert problems(tmp_path, HEAD.replace("201", "")) == ["site.yaml:1: the site has no number; SITEID is this text"]
    assert problems(tmp_path, "subjects: {file: key.csv}\n" + HEAD) == [
        "site.yaml:1: subjects: file, from and to go together: the key file, its column with the site's number and the "
        "study's"
    ]


@pytest.mark.parametrize(
    ("habit", "message"),
    [
        ("order: dym", 'order "dym": expected ymd, dmy, mdy or none; did you mean '),
        ("century: 19x", 'century "19x": needs a whole number'),
        ("century: 1950", 'century "1950": must be at most 100'),
        ("language: gr", r'language "gr": "gr" is not one of .*; did you mean "fr"\?'),
        ("language: [en, german]", 'language: "german" is not one of .*en, .*zh, '),
        ("serials: 1905", 'serials "1905": expected 1900 or 1904'),
        ("unknown: {a: b}", "unknown: needs a list, as .a, b., not keys"),
        ("languages: en", r'unknown key "languages"; did you mean "language"\?'),
    ],
)
def test_a_wrong_habit_of_writing_dates_says_what_was_expected_and_where(tmp_path, habit, message):
    found = problems(tmp_path, HEAD.replace("tables:", f"dates:\n  {habit}\ntables:"))
    assert len(found) == 1
    assert re.match(f"site.yaml:3: {message}", found[0])


@pytest.mark.parametrize("header", ["[]", "0", "[1, 0]"])
def test_a_header_is_at_least_one_row_of_the_sheet(tmp_path, header):
    head = HEAD.replace("subject: no", f"subject: no, header: {header}")
    assert all(problem.startswith("site.yaml:3: ") for problem in problems(tmp_path, head))


def test_a_mapping_that_is_wrong_in_many_ways_says_all_of_it_at_once(tmp_path):
    text = """site: "201"
datess: {order: ymd}
anchors: {A: {date: 2021-13-01}}
subjects: {fil: key.csv}
tables:
  patient: {file: a.csv, header: one, subject: no}
  both: {stack: [patient, vist]}
  visit: {file: v.csv, subject: no}
DM:
  - rows: patiant
    SEX: {term: sex, map: {男: MALE, "男 ": F}}
    AGE: {number: age, tims: 2}
    DTHDTC: {offset: {days: a, after: B}}
    RACE: {first_of: [{copy: a}, {first_of: [{copy: b}, {copy: c}]}]}
    BRTHDTCC: {date: born}
    COUNTRY: chn
RS:
  - rows: visit
    when: {a: presnt}
    RSSTRESC: {call: response_by_chang, columns: [a, b, c]}
    VISITNUM: {constant: one}
    RSDTC: {lookup: {table: visitt, give: {date: x}}}
    RSEVAL: {term: a, list: WHO}
  - {RSORRES: {copy: a}}
"""
    assert problems(tmp_path, text) == [
        'site.yaml:2: "datess" is no key of a mapping and no domain with a spec; did you mean "dates"?',
        'site.yaml:3: date "2021-13-01": is no day such as 2021-03-05; a column goes as {date: COLUMN}',
        'site.yaml:4: unknown key "fil"; did you mean "file"?',
        'site.yaml:6: header "one": needs a whole number',
        'site.yaml:7: no table "vist"; did you mean "visit"?',
        'site.yaml:10: no table "patiant"; did you mean "patient"?',
        'site.yaml:11: the map of SEX has "男 " twice, as "MALE" and as "F"',
        'site.yaml:11: "MALE" is not a term of SEX; did you mean "M"?',
        'site.yaml:12: unknown key "tims"; did you mean "times"?',
        'site.yaml:13: no anchor and no earlier date of the block "B"; a column goes as {date: COLUMN}',
        "site.yaml:14: first_of stands inside another rule; write one list of alternatives",
        'site.yaml:15: DM has no variable "BRTHDTCC"; did you mean "BRTHDTC"?',
        'site.yaml:16: COUNTRY "chn": a rule is a verb with what it reads; verbs are copy, constant, term, date, number, '
        "offset, first_of, split, concat, lookup, call",
        'site.yaml:19: when: column "a" needs one test: present, absent, equals, in, not_in, starts_with, ends_with, '
        "contains, matches, before, after, above, below",
        'site.yaml:20: no function "response_by_chang"; did you mean "response_by_change"?',
        'site.yaml:21: "one" is not a number and VISITNUM is numeric',
        'site.yaml:22: no table "visitt"; did you mean "visit"?',
        'site.yaml:23: no dictionary under terms has the list "WHO"',
        'site.yaml:24: the key "rows" is missing',
    ]


SPLIT = 'SUBJID: {split: no, separator: "-", part: 2}'
IDENTITY = 'site: "1"\n{head}tables:\n  p: {{file: p.csv, subject: no}}\nDM:\n  - {{rows: p, {rules}}}\n'


@pytest.mark.parametrize(
    ("head", "rules"),
    [
        ("", "SUBJID: {copy: subject}"),
        ("", "SUBJID: {copy: no}"),  # the same text
        ("", f"{SPLIT}, USUBJID: {{copy: subject}}"),
        ('defaults: {"*": {USUBJID: {copy: subject}}}\n', SPLIT),
        ("defaults: {DM: {USUBJID: {copy: subject}}}\n", SPLIT),
    ],
)
def test_subjid_and_usubjid_begin_alike_or_each_has_a_rule(tmp_path, head, rules):
    path = tmp_path / "site.yaml"
    path.write_text(IDENTITY.format(head=head, rules=rules))
    assert "SUBJID" in read_mapping(path, "site.yaml", SPECS).blocks[0].rules


@pytest.mark.parametrize(
    ("head", "rules", "line"),
    [
        ("", SPLIT, 5),
        ('subjects: {prefix: "01-"}\n', "SUBJID: {copy: no}", 6),
        ("defaults: {EX: {USUBJID: {copy: subject}}}\n", SPLIT, 6),
    ],
)
def test_a_subjid_of_its_own_needs_a_usubjid_of_its_own(tmp_path, head, rules, line):
    path = tmp_path / "site.yaml"
    path.write_text(IDENTITY.format(head=head, rules=rules))
    with pytest.raises(StudyError) as raised:
        read_mapping(path, "site.yaml", SPECS)
    assert [str(problem) for problem in raised.value.problems] == [
        f"site.yaml:{line}: USUBJID would be made from this, and in every other domain from the column subject; copy "
        "subject, or give USUBJID a rule under defaults"
    ]
