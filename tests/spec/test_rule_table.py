"""Lines of rules/*.csv: what they may say, everything that is wrong with one, and how a study's own lines overlay them."""

import csv

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.rule_condition import Condition, parse_conditions
from hcc_sdtm.spec.rule_table import COLUMNS, KINDS, read_rule_rows

LINE = {
    "id": "SD-9001", "name": "test.rule", "severity": "error", "scope": "EVENTS -AE", "kind": "required",
    "when": "--STAT = NOT DONE; --REASND absent", "variable": "--TERM", "value": "", "message": "",
    "covers": "CORE-000001 CG0001", "finds": "f", "matters": "m", "example": "e", "source": "s",
}  # fmt: skip
DATASETS = ("AE", "DM", "DS", "ADSL")
CODELISTS = ("SEX", "NY")


def read(folder, *lines, stem="own", over=None):
    problems = []
    folders = []
    for place, found in ((folder / "a", lines), (folder / "b", over or [])):
        if found:
            (place / "rules").mkdir(parents=True)
            with (place / "rules" / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
                writer.writerows({**LINE, **line} for line in found)
            folders.append(place)
    rows = read_rule_rows(folders, DATASETS, CODELISTS, problems)
    return rows, [str(problem).partition(".csv:")[2] for problem in problems]


def test_a_line_is_read_into_its_parts(tmp_path):
    (row,), problems = read(tmp_path, {})
    assert problems == []
    assert row.scope == ("EVENTS", "-AE")
    assert row.when == (Condition("--STAT", "=", ("NOT DONE",)), Condition("--REASND", "absent"))
    assert row.variables == ("--TERM",)
    assert row.covers == ("CORE-000001", "CG0001")
    assert row.texts == ("f", "m", "e", "s")
    assert row.source.line == 2


TESTS = "present, absent, column, no-column, filled, =, !=, ~, !~, >, >=, <, <="
ISO_FORMS = "date, duration, date-or-duration, duration-or-interval, interval, complete-date"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"id": "9001"}, 'id "9001" is not of the form SD-0001'),
        ({"name": "Test"}, 'name "Test" is not small letters in parts as response.after-death'),
        ({"severity": "fatal"}, 'severity "fatal" is not one of error, warning, note, off'),
        ({"scope": "EVENT"}, 'scope: no dataset or class "EVENT"; did you mean "EVENTS"?'),
        ({"scope": "-AE"}, "scope names no dataset"),
        ({"kind": "requird"}, 'unknown kind "requird"; did you mean "required"?'),
        ({"variable": ""}, "kind required needs at least 1 variable"),
        ({"variable": "aeterm"}, 'variable "aeterm" is not a name'),
        ({"value": "x"}, 'value "x": kind required takes no value'),
        ({"when": "AESER == Y"}, f'when "AESER == Y": no test "=="; expected {TESTS}'),
        ({"when": "AESER ="}, 'when "AESER =": = needs a value'),
        ({"when": "AESER present Y"}, 'when "AESER present Y": present takes no value'),
        ({"when": "AESER ~ ["}, 'when "AESER ~ [": "[" is not a regular expression'),
        ({"when": "AEDOSE > x"}, 'when "AEDOSE > x": "x" is not a number'),
        ({"kind": "in-codelist", "value": "SEXX"}, 'no codelist "SEXX"; did you mean "SEX"?'),
        ({"kind": "pattern", "value": "["}, 'value "[": kind pattern is not a regular expression'),
        ({"kind": "number", "value": "positive"}, 'value "positive": kind number needs comparisons as >= 0 and < 100'),
        ({"kind": "reference", "value": "TA"}, 'value "TA": kind reference needs variables of a dataset as TA.ARMCD'),
        ({"kind": "agrees", "value": "DM.ARM"}, 'value "DM.ARM": kind agrees needs a variable of a dataset and keys'),
        ({"kind": "iso8601", "value": "day"}, f'value "day": kind iso8601 needs one of {ISO_FORMS}'),
        ({"finds": ""}, "finds is missing"),
        ({"when": "AEDOSE > nan"}, 'when "AEDOSE > nan": "nan" is not a number'),
        ({"when": "AEDOSE > 1_0"}, 'when "AEDOSE > 1_0": "1_0" is not a number'),
        (
            {"when": "AESER = Y|"},
            'when "AESER = Y|": "Y|" has a term without text; expected A|B, and absent for no value',
        ),
        (
            {"kind": "study-day", "variable": "--DY --STDY", "value": "--DTC"},
            "kind study-day takes 1 variable, and 2 are",
        ),
        (
            {"kind": "agrees", "variable": "A B", "value": "DM.A by USUBJID"},
            "kind agrees takes 1 variable, and 2 are named",
        ),
        (
            {"kind": "agrees", "variable": "A", "value": "DM.A by USUBJID?"},
            'value "DM.A by USUBJID?": kind agrees needs',
        ),
        (
            {"kind": "not-after", "variable": "A", "value": "DM.A by USUBJID?"},
            'value "DM.A by USUBJID?": kind not-after',
        ),
        ({"kind": "one-to-one", "variable": "A B C"}, "kind one-to-one takes 2 variables, and 3 are named"),
        (
            {"kind": "one-to-one", "variable": "A? B"},
            'variable "A?": kind one-to-one takes no variable that need not be',
        ),
        ({"kind": "reference", "variable": "A", "value": "DM.A DM.B"}, 'value "DM.A DM.B" names 2 variables for 1'),
        (
            {"kind": "reference", "variable": "A", "value": "DMM.A"},
            'value "DMM.A": no dataset "DMM"; did you mean "DM"?',
        ),
        (
            {"kind": "reference", "variable": "A B", "value": "DM.A DS.B"},
            'value "DM.A DS.B": the variables are of several datasets, and must be of one',
        ),
        ({"kind": "one-value", "variable": "A", "value": "A B"}, 'variable "A" is one of its own keys'),
        ({"kind": "dataset", "scope": "EVENTS", "variable": ""}, "scope of kind dataset must be one dataset"),
        ({"kind": "dataset", "scope": "DM AE", "variable": ""}, "scope of kind dataset must be one dataset"),
        ({"kind": "dataset", "scope": "DM", "variable": "A"}, "kind dataset takes no variables, and 1 are named"),
        ({"kind": "dataset", "scope": "DM", "variable": "", "value": "XX"}, 'value "XX": no dataset "XX"'),
    ],
)
def test_what_is_wrong_with_a_line(tmp_path, line, expected):
    (problem,) = read(tmp_path, line)[1]
    assert problem.startswith(f"2: {expected}")


def test_everything_wrong_is_told_at_once(tmp_path):
    _, problems = read(tmp_path, {"id": "x", "kind": "y", "severity": "z"}, {"id": "SD-1", "name": "other.one"})
    assert len(problems) == 4


def test_an_id_and_a_name_are_used_once(tmp_path):
    _, problems = read(tmp_path, {}, {"name": "test.other"}, {"id": "SD-9002"})
    assert problems[0].startswith('3: id "SD-9001" is already at ')
    assert problems[1] == '4: name "test.rule" is that of SD-9001 too'


def test_a_later_folder_replaces_and_takes_away(tmp_path):
    rows, problems = read(
        tmp_path,
        {},
        {"id": "SD-9002", "name": "test.second"},
        over=[{"severity": "off"}, {"id": "SD-9002", "name": "test.second", "severity": "note"}],
    )
    assert problems == []
    assert [(row.id, row.severity) for row in rows] == [("SD-9002", "note")]


def test_every_kind_has_its_function():
    from hcc_sdtm.checks.table_rule import KINDS as FUNCTIONS

    assert set(KINDS) - {"dataset", "no-dataset"} == set(FUNCTIONS)


def test_conditions_are_joined_by_semicolons():
    found, wrong = parse_conditions("A column; B != X | Y ;C >= 2.5")
    assert wrong == []
    assert found == (Condition("A", "column"), Condition("B", "!=", ("X", "Y")), Condition("C", ">=", ("2.5",)))


def test_a_file_without_the_columns_is_a_problem(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.csv").write_text("id,name\nSD-9001,a.b\n", encoding="utf-8")
    problems = []
    read_rule_rows([tmp_path], DATASETS, CODELISTS, problems)
    assert any('column "kind" is missing' in str(problem) for problem in problems)
    with pytest.raises(StudyError):
        raise StudyError(problems)
