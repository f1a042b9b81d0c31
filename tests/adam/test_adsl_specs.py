"""What is wrong with a rule of ADSL is said at its line, with the nearest name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hcc_sdtm.spec.adam.adsl_reading import read_adsl_rules
from hcc_sdtm.spec.adam.checking import SpecChecker
from tests.adam.tables import FOLDER, SPECS, WRITTEN


def problems(path: Path) -> list[str]:
    checker = SpecChecker(SPECS, WRITTEN)
    read_adsl_rules(checker, path)
    return [str(problem) for problem in checker.problems]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("count: EXLNKID}", "count: EXLNKD}", 'no variable of EX "EXLNKD"; did you mean "EXLNKID"?'),
        ("count: records, missing", "count: record, missing", 'no variable of PR "record"; did you mean "records"?'),
        ("sum: SUPPEX.FXPLAN", "sum: SUPPTU.FXPLAN", '"SUPPTU.FXPLAN" is no qualifier of EX; expected SUPPEX.NAME'),
        ("list: CMDECOD", "list: CMDECODE", 'no variable of CM "CMDECODE"; did you mean "CMDECOD"?'),
        ("list: CMDECOD", "list: CMDECOD, pick: last", "beside list nothing is read of pick"),
        ("list: CMDECOD", "list: CMDECOD, value: CMTRT", "with dataset goes exactly one of value, date, count, sum"),
        ("list: CMDECOD", "where_not: {CMDECD: x}, list: CMDECOD", 'no variable of CM "CMDECD"'),
        ('missing: "0"}', "missing: none}", 'missing "none" is no number, and count makes one'),
        ("of: AGE,", "of: AGEX,", 'made before this one "AGEX"; did you mean "AGE"?'),
        ("of: AGE,", "of: SEX,", "group needs a number, and SEX is a text"),
        ("of: AGE,", "of: AGE, over: {x: 1},", "either at_least or over was expected"),
        ("{18-64: 18, ", "{18-64: 70, ", 'the limit of ">=65", 65, is not over that of "18-64", 70'),
        ("{18-64: 18, ", "{18-64: nan, ", "number"),
        ("of: AGE,", "of: AGE, end: 60,", 'the end, 60, is not over the limit of ">=65", 65'),
        ("group_number: AGEGR1}", "group_number: AGE}", "AGE is not made by group, so it has no numbers"),
        ("end: TRTEDT, unit: days, first_day: 1", "end: TRTEDT, unit: day, first_day: 1", 'did you mean "days"?'),
        ("end: TRTEDT, unit: days, first_day: 1", "end: TRTEDT, unit: days, first_day: 2", "must be at most 1"),
        ("start: TRTSDT, end: TRTEDT,", "start: TRTSDT, end: AGE,", "duration needs a date, and AGE is a number"),
        ("of: _FXDELIV, total: _FXPLAN", "of: _FXDELIV, total: RTLOC", 'made before this one "RTLOC"'),
        ("of: _FXDELIV, total: _FXPLAN", "of: _FXDELIV, total: SEX", "percent needs a number, and SEX is a text"),
        ("_EHSY: {flag: _EHSN,", "_EHSY: {flag: _EHSN, at_least: {SEX: 1},", "flag needs a number, and SEX is a text"),
        ("first_of: [DTHDT, LSTALVDT]", "first_of: [DTHDT, SEX]", "first_of needs variables of one kind; DTHDT is a date"),
        ("same_day_as: CPCLBL}", "same_day_as: DIAGDT}", "DIAGDT is not the value of a record, so it has no day"),
        ("{flag: TRTSDT}", "{flag: TRTSDT, if_known: TRTSDT}", "SAFFL is the flag of a population, which is never missing"),
        ("TRTDURD: {duration:", "TRTDURD: {constant: x}\n  _T: {duration:", "TRTDURD is a number in the table of ADSL"),
        ("FLDRUG: {dataset", "FLDRUG: {dataset: CM, count: records}\n  _F: {dataset", "FLDRUG is a text in the table of ADSL"),
        ("SAFFL: {flag: TRTSDT}", "SAFFL: {flag: TRTSDT, no: ''}", 'no "": SAFFL is the flag of a population, which is Y or N'),
        ("value: RSSTRESC, pick: baseline}", "value: RSSTRESC, pick: baseline, missing: none}", "and ECOGBL is one"),
        ("date: MHSTDTC, pick: last}", "date: MHTERM, pick: last}", '"MHTERM" of MH is no date; expected one of MHSTDTC'),
        ("on: DTHDTC}", "on: DTHFL}", 'did you mean "DTHDTC"?'),
        ("death: {dataset: DM, date: DTHDTC}", "death: {dataset: DM, date: DTHFL}", '"DTHFL" of DM is no date'),
        ("sum: SUPPEX.FXPLAN", "until: TRTSDT, sum: SUPPEX.FXPLAN", ""),
        ("{dataset: FA, where", "{dataset: SUPPEX, until: TRTSDT, count: records}\n  _S: {dataset: FA, where", "have no date"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_a_problem_at_its_line(tmp_path, old, new, message):
    path = tmp_path / "adsl.yaml"
    text = (FOLDER / "adsl.yaml").read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = problems(path)
    if not message:
        assert not found
        return
    assert any(message in problem for problem in found), found
    assert all(problem.startswith(f"{path.as_posix()}:") for problem in found)


def test_the_packaged_rules_are_right(tmp_path):
    shutil.copy(FOLDER / "adsl.yaml", tmp_path / "adsl.yaml")
    assert problems(tmp_path / "adsl.yaml") == []


def test_sources_of_last_known_alive_are_checked(tmp_path):
    path = tmp_path / "adsl.yaml"
    text = (FOLDER / "adsl.yaml").read_text(encoding="utf-8")
    sources = "sources: [{dataset: AEE}, {dataset: LB, dates: [LBDT]}]\n      excluded:"
    path.write_text(text.replace("excluded:", sources, 1), encoding="utf-8")
    assert [problem.partition(": ")[2] for problem in problems(path)] == [
        'no dataset "AEE"; did you mean "AE"?',
        'no variable of LB "LBDT"; did you mean "LBDTC"?',
    ]


def test_a_file_that_is_no_yaml_is_a_problem(tmp_path):
    (tmp_path / "adsl.yaml").write_text("variables: [", encoding="utf-8")
    assert len(problems(tmp_path / "adsl.yaml")) == 1
