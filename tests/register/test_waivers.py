from __future__ import annotations

from datetime import date

import pytest

from hcc_sdtm.register.waivers import read_waivers
from hcc_sdtm.source import Source

HEADER = "rule,key,reason,author,date,evidence,expires\n"
GOOD = "RS-003,0123456789ab,asked and confirmed,Li Wei,2024-02-01,ba9876543210,2024-12-31\n"
RULES = ["RS-003", "RS-004", "DM-001"]


def read(tmp_path, text, rules=RULES, encoding="utf-8-sig"):
    (tmp_path / "register").mkdir(exist_ok=True)
    (tmp_path / "register" / "waivers.csv").write_text(text, encoding=encoding)
    problems = []
    waivers = read_waivers(tmp_path, rules, problems)
    return waivers, [str(problem).removeprefix("register/waivers.csv:") for problem in problems]


def test_a_line_is_a_waiver(tmp_path):
    (waiver,), problems = read(tmp_path, HEADER + GOOD)
    assert problems == []
    assert (waiver.rule, waiver.key, waiver.evidence) == ("RS-003", "0123456789ab", "ba9876543210")
    assert (waiver.decided, waiver.expires) == (date(2024, 2, 1), date(2024, 12, 31))
    assert waiver.source == Source("register/waivers.csv", line=2)
    assert waiver.text == "asked and confirmed (Li Wei, 2024-02-01, until 2024-12-31)"


def test_the_column_expires_may_be_empty_or_absent_and_the_rules_name_may_stand_behind_its_id(tmp_path):
    (waiver,), problems = read(tmp_path, HEADER + GOOD.replace("2024-12-31", "").replace("RS-003", "RS-003 a.b"))
    assert (waiver.rule, waiver.expires, problems) == ("RS-003", None, [])
    lines = [line.rpartition(",")[0] + "\n" for line in (HEADER, GOOD)]
    (waiver,), problems = read(tmp_path, "".join(lines))
    assert (waiver.expires, problems) == (None, [])


def test_a_study_without_the_file_waives_nothing(tmp_path):
    problems = []
    assert read_waivers(tmp_path, RULES, problems) == ()
    assert problems == []


def test_all_that_is_wrong_is_said_at_once_with_its_line(tmp_path):
    text = HEADER + GOOD + (
        "RS-03,1123456789ab,x,y,2024-02-01,ba9876543210,\n"
        ",2123456789ab,x,y,2024-02-01,ba9876543210,\n"
        "RS-003,1.23457E+11,x,y,2024-02-01,ba9876543210,\n"
        "RS-003,3123456789ab,,,2024-02-01,ba98,\n"
        "RS-003,4123456789ab,x,y,1/2/2024,ba9876543210,2024-02-30\n"
        "WVR-001,5123456789ab,x,y,2024-02-01,ba9876543210,\n"
        "DM-001,0123456789ab,again,y,2024-02-01,ba9876543210,\n"
    )  # fmt: skip
    waivers, problems = read(tmp_path, text)
    assert [waiver.source.line for waiver in waivers] == [2, 9]
    assert problems == [
        '3: no rule "RS-03"; did you mean "RS-003"?',
        "4: rule is empty; expected the id of a rule",
        '5: "1.23457E+11" is no key of a finding; expected the 12 characters of findings.csv; a spreadsheet program may '
        "have made a number of it",
        '6: "ba98" is no fingerprint of evidence; expected the 12 characters of findings.csv',
        "6: reason is empty; a waiver says why, and who decided it",
        "6: author is empty; a waiver says why, and who decided it",
        '7: date "1/2/2024" is no day; expected one such as 2024-03-31',
        '7: expires "2024-02-30" is no day; expected one such as 2024-03-31',
        '8: "WVR-001" is a finding about a waiver; mend the waiver that it names',
        '9: key "0123456789ab" is already on line 2',
    ]


def test_rules_are_not_looked_at_where_nobody_knows_them(tmp_path):
    assert read(tmp_path, HEADER + GOOD, None)[1] == []
    assert read(tmp_path, HEADER + GOOD, [])[1] == ['2: no rule "RS-003"']


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [" is empty; a header line was expected"]),
        (
            "rule,key,reason,auther,date\n",
            [
                '1: unknown column "auther"; did you mean "author"?',
                '1: column "author" is missing',
                '1: column "evidence" is missing',
            ],
        ),
    ],
)  # fmt: skip
def test_a_file_without_its_columns_is_refused(tmp_path, text, expected):
    waivers, problems = read(tmp_path, text)
    assert waivers == ()
    assert problems == expected


def test_another_encoding_is_refused_and_names_the_file(tmp_path):
    problems = read(tmp_path, HEADER + GOOD.replace("Li Wei", "李伟"), encoding="gbk")[1]
    assert problems == [" is not UTF-8 text; save it as CSV UTF-8"]
