import re

import pytest

from hcc_sdtm.mapping.model import read_mapping
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
        "DM:\n  - {rows: p, SUBJID: {copy: 0x1F}, AGE: {number: 1e3}}\n"
    )
    mapping = read_mapping(path, "site.yaml", SPECS)
    assert mapping.head.site == "007"
    assert mapping.head.missing == ("NO", "~", "2021-03-05")
    assert (mapping.head.tables["p"].file, mapping.head.tables["p"].subject) == ("1.0", "yes")
    rules = mapping.blocks[0].rules
    assert (rules["SUBJID"].copy_, rules["AGE"].number) == ("0x1F", "1e3")


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
        ("AGE: {number: a, times: -1}", 'site.yaml:6: times "-1": input should be greater than 0'),
        ("AGE: {copy: a, when: {b: {equal: c}}}", 'site.yaml:6: when: unknown test "equal"; did you mean "equals"?'),
        (
            "AGE: {lookup: {table: patiant, give: {copy: a}}}",
            'site.yaml:6: no table "patiant"; did you mean "patient"?',
        ),
        (
            "AGE: {offset: {days: a, after: nowhere}}",
            'site.yaml:6: no anchor and no earlier date of the block "nowhere"',
        ),
        (
            "RFICDTC: {offset: {days: a, after: DTHDTC}}\n    DTHDTC: {date: b}",
            'site.yaml:6: no anchor and no earlier date of the block "DTHDTC"',
        ),
        (
            "RFICDTC: {date: b}\n    DTHDTC: {lookup: {table: patient, give: {offset: {days: a, after: RFICDTC}}}}",
            'site.yaml:7: no anchor and no earlier date of the block "RFICDTC"',
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
            'site.yaml:6: when: "equals" of column "b" needs one text; several go with in or not_in',
        ),
        ("AGE: {number: a, when: {b: {in: {x: y}}}}", 'site.yaml:6: when: "in" of column "b" needs a text'),
        (
            "SUPP: {LONGNAMEX: {copy: a}}",
            'site.yaml:6: "LONGNAMEX" is no QNAM: at most 8 of A-Z, 0-9, _, a letter first',
        ),
        ("SUPP: {Q: {copy: a}}", "site.yaml:6: Q needs a label"),
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


@pytest.mark.parametrize(
    ("habit", "message"),
    [
        ("order: dym", r'order "dym": input should be .*ymd.*dmy.*mdy.*none'),
        ("century: 19x", 'century "19x": input should be a valid integer'),
        ("century: 1950", 'century "1950": input should be less than or equal to 100'),
        ("language: gr", r'language "gr": "gr" is not one of .*; did you mean "fr"\?'),
        ("language: [en, german]", 'language: "german" is not one of .*en, .*zh, '),
        ("serials: 1905", r'serials "1905": input should be .*1900.*1904'),
        ("unknown: {a: b}", "unknown: input should be a valid tuple"),
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
