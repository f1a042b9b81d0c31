"""Bad studies through the command line: the status, every line of the block, and nothing written. Bad data: the run goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.reference_study.study_copy import copy_study, hcc_sdtm, read_rows, replace, write_rows
from tests.reference_study.truth import ROOT

VERBS = "copy, constant, term, date, number, offset, first_of, split, concat, lookup, call"
QUESTIONS = [
    'specs/trial.yaml:2: the key "staging_system" is missing: which staging system does the trial\'s stage mean? '
    "For example CNLC 2022, AJCC V8, BCLC 2022",
    'specs/trial.yaml:2: the key "treatment_start" is missing: which record starts the treatment that endpoints count from? '
    "Give dataset, where and date",
    'specs/trial.yaml:2: the key "primary_criterion" is missing: which response criterion is primary? For example RECIST 1.1',
]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return copy_study(tmp_path / "study")


def line_of(path: Path, text: str) -> int:
    """The number of the one line that holds the text."""
    (found,) = [number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line]
    return found


def refused(study: Path, *options: object) -> list[str]:
    """The problems that a run prints; status 2, nothing on standard output and nothing written."""
    before = sorted(study.parent.rglob("*"))
    out = study.parent / "out"
    ended = hcc_sdtm("run", study, "-o", out, *options)
    assert ended.exit_code == 2, ended.output
    assert ended.stdout == ""
    assert sorted(study.parent.rglob("*")) == before
    first, *problems = ended.stderr.splitlines()
    assert first == f"not done: {len(problems)} problem{'s' if len(problems) > 1 else ''}"
    assert all(problem.startswith("  ") for problem in problems)
    return [problem.removeprefix("  ") for problem in problems]


def test_no_study_file(tmp_path):
    (tmp_path / "study").mkdir()
    assert refused(tmp_path / "study") == [
        f"{tmp_path / 'study'}: no study.yaml here; name a study folder, or make one with: hcc-sdtm init DIR"
    ]


def test_wrong_key_in_the_study_file(study):
    replace(study / "study.yaml", "raw: raw", "raww: raw")
    assert refused(study) == ['study.yaml:3: unknown key "raww"; did you mean "raw"?']


def test_a_study_file_that_is_no_yaml(study):
    replace(study / "study.yaml", "mappings: [", "mappings: [[")
    (problem,) = refused(study)
    assert problem.startswith("study.yaml:")


def test_no_raw_folder(study, tmp_path):
    assert refused(study, "--raw", tmp_path / "nowhere") == [f"{tmp_path / 'nowhere'}: no such folder of raw files"]
    (study / "raw").rename(study / "rawdata")
    assert refused(study) == [f'study.yaml:3: no folder "{study / "raw"}" of raw files; did you mean "rawdata"?']


def test_a_mapping_that_is_not_there(study):
    replace(study / "study.yaml", "mappings/site_103.yaml", "mappings/site_113.yaml")
    assert refused(study) == [
        'study.yaml:4: no mapping "mappings/site_113.yaml"; did you mean "mappings/site_103.yaml"?'
    ]


def test_a_raw_file_that_is_not_there(study):
    (study / "raw" / "site_103" / "labs.csv").unlink()
    line = line_of(study / "mappings" / "site_103.yaml", "file: site_103/labs.csv")
    assert refused(study) == [
        f'mappings/site_103.yaml:{line}: no file "site_103/labs.csv" in raw/; did you mean "site_103/lesions.csv"?'
    ]


def test_a_raw_file_that_is_no_workbook(study):
    (study / "raw" / "site_102.xlsx").write_text("<html>Session expired</html>")
    problems = refused(study)
    assert all("site_102.xlsx" in problem for problem in problems)


def test_a_sheet_that_is_not_there(study):
    replace(study / "mappings" / "site_102.yaml", "sheet: Enrolment", "sheet: Enrollment")
    line = line_of(study / "mappings" / "site_102.yaml", "sheet: Enrollment")
    assert refused(study) == [
        f'mappings/site_102.yaml:{line}: site_102.xlsx has no sheet "Enrollment"; did you mean "Enrolment"? '
        "it has Enrolment, Radiotherapy, Response, Lesions, Extrahepatic, Therapies, Laboratory, Follow-up"
    ]


def test_a_column_that_is_not_there(study):
    replace(study / "mappings" / "site_101.yaml", "{date: 出生日期}", "{date: 出生曰期}")
    line = line_of(study / "mappings" / "site_101.yaml", "出生曰期")
    assert refused(study) == [
        f'mappings/site_101.yaml:{line}: the table "patient" has no column "出生曰期"; did you mean "出生日期"?'
    ]


def test_a_verb_that_does_not_exist(study):
    replace(study / "mappings" / "site_103.yaml", "SEX: {term: sex,", "SEX: {terms: sex,")
    line = line_of(study / "mappings" / "site_103.yaml", "{terms: sex")
    assert refused(study) == [
        f'mappings/site_103.yaml:{line}: SEX: no verb in it: "terms"; did you mean "term"?; verbs are {VERBS}'
    ]


def test_a_domain_that_does_not_exist(study):
    replace(study / "mappings" / "site_103.yaml", "\nSS:\n", "\nSSS:\n")
    line = line_of(study / "mappings" / "site_103.yaml", "SSS:")
    assert refused(study) == [
        f'mappings/site_103.yaml:{line}: "SSS" is no key of a mapping and no domain with a spec; did you mean "SS"?'
    ]


def test_a_term_that_is_not_in_a_closed_codelist(study):
    replace(study / "mappings" / "site_103.yaml", 'map: {"1": M, "2": F}', 'map: {"1": MALE, "2": F}')
    line = line_of(study / "mappings" / "site_103.yaml", "MALE")
    assert refused(study) == [f'mappings/site_103.yaml:{line}: "MALE" is not a term of SEX; did you mean "M"?']


def without_the_three_answers(study: Path) -> None:
    path = study / "specs" / "trial.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith("staging_system"))
    end = next(number for number, line in enumerate(lines) if line.startswith("second_criterion"))
    path.write_text("".join(lines[:start] + lines[end:]), encoding="utf-8")


def test_the_three_questions_of_a_trial(study):
    without_the_three_answers(study)
    assert refused(study) == QUESTIONS


def test_a_new_study_ends_with_the_three_questions(tmp_path):
    ended = hcc_sdtm("init", tmp_path / "new")
    assert ended.exit_code == 0
    problems = refused(tmp_path / "new")
    asked = [problem for problem in problems if problem.startswith("specs/trial.yaml:")]
    assert [question.split(": ", 1)[1] for question in asked] == [question.split(": ", 1)[1] for question in QUESTIONS]
    # and with the file that nobody has put there yet
    assert [problem.split(": ", 1)[1] for problem in problems if not problem.startswith("specs/trial.yaml")] == [
        'no file "site_001.csv" in raw/'
    ]


def test_one_block_has_the_problems_of_every_file(study):
    without_the_three_answers(study)
    replace(study / "mappings" / "site_101.yaml", "{date: 出生日期}", "{date: 出生曰期}")
    replace(study / "mappings" / "site_102.yaml", "sheet: Enrolment", "sheet: Enrollment")
    replace(study / "mappings" / "site_103.yaml", "SEX: {term: sex,", "SEX: {terms: sex,")
    replace(study / "specs" / "endpoints.yaml", "parameter: PFSEMA", "parameter: PFSEMAA")
    problems = refused(study)
    assert [problem.split(":")[0] for problem in problems] == [
        *["specs/trial.yaml"] * 3,
        "specs/endpoints.yaml",
        "mappings/site_101.yaml",
        "mappings/site_102.yaml",
        "mappings/site_103.yaml",
    ]
    assert problems[:3] == QUESTIONS
    assert '"PFSEMAA"' in problems[3]
    assert 'did you mean "PFSEMA"?' in problems[3]


def test_several_problems_in_one_mapping_come_together(study):
    path = study / "mappings" / "site_103.yaml"
    replace(path, "SEX: {term: sex,", "SEX: {term: sexe,")
    replace(path, "AGE: {number: age}", "AGE: {number: years}")
    replace(path, "EXLNKID: {copy: rt_lesion}", "EXLNKID: {copy: rt_lesions}")
    problems = refused(study)
    assert [problem.split(": ", 1)[1] for problem in problems] == [
        'the table "enrolment" has no column "years"' + problems[0].split('"years"')[1],
        'the table "enrolment" has no column "sexe"; did you mean "sex"?',
        'the table "radiotherapy" has no column "rt_lesions"; did you mean "rt_lesion"?',
    ]


def test_a_site_that_no_mapping_has(study):
    assert refused(study, "--site", "109") == ['study.yaml: no mapping for site "109"; did you mean "103"?']


def test_a_failed_site_without_keep_going_stops_everything(study):
    replace(study / "mappings" / "site_102.yaml", "sheet: Enrolment", "sheet: Enrollment")
    assert len(refused(study)) == 1


def test_keep_going_leaves_out_the_failed_site_and_says_so_everywhere(study, tmp_path):
    replace(study / "mappings" / "site_102.yaml", "sheet: Enrolment", "sheet: Enrollment")
    out = tmp_path / "out"
    ended = hcc_sdtm("run", study, "-o", out, "--keep-going")
    assert ended.exit_code == 2
    banner = "Incomplete: the sites of mappings/site_102.yaml failed and are left out of every number."
    assert ended.stdout.startswith(banner)
    first, problem = ended.stderr.splitlines()
    assert first == "not done: 1 problem"
    assert problem.startswith('  mappings/site_102.yaml:10: site_102.xlsx has no sheet "Enrollment"')
    for name in ("report.html", "results/tables/endpoints.html", "results/ard.json", "manifest.json"):
        assert banner in (out / name).read_text(encoding="utf-8"), name
    for path in (out / "results" / "figures").glob("*.svg"):
        assert "Incomplete: the sites of mappings/site_102.yaml" in path.read_text(encoding="utf-8"), path.name
    subjects = {row[2] for row in json.loads((out / "sdtm" / "dm.json").read_text(encoding="utf-8"))["rows"]}
    assert {subject[6:9] for subject in subjects} == {"101", "103"}
    assert hcc_sdtm("verify", out).exit_code == 0


def test_keep_going_with_every_site_failed_writes_nothing(study):
    replace(study / "mappings" / "site_101.yaml", "{date: 出生日期}", "{date: 出生曰期}")
    replace(study / "mappings" / "site_102.yaml", "sheet: Enrolment", "sheet: Enrollment")
    replace(study / "mappings" / "site_103.yaml", "SEX: {term: sex,", "SEX: {terms: sex,")
    assert len(refused(study, "--keep-going")) == 3


def test_data_with_errors_is_written_with_status_1(tmp_path):
    ended = hcc_sdtm("run", ROOT, "-o", tmp_path / "out", "--site", "103", "--json")
    assert ended.exit_code == 1
    printed = json.loads(ended.stdout)
    assert {"MAP-012 date.ambiguous", "MAP-013 term.unknown"} <= {
        row["rule"] for row in printed["findings"] if row["severity"] == "error"
    }
    assert hcc_sdtm("verify", tmp_path / "out").exit_code == 0


def test_the_same_data_with_the_planted_cells_mended_ends_with_status_0(study, tmp_path):
    folder = study / "raw" / "site_103"
    mended = {
        "enrolment.csv": {"D10": "1", "A16": None},
        "labs.csv": {"A61": None},
        "response.csv": {"E9": "11/14/2022"},
        "radiotherapy.csv": {"F20": "1200"},
        "afp_outside.csv": {"F2": "2021-08-18", "F3": "2021-12-21", "F4": "2023-06-05", "F5": "2022-05-01"},
    }
    for name, cells in mended.items():
        rows = read_rows(folder / name)
        for cell, text in cells.items():
            row, column = int(cell[1:]) - 1, ord(cell[0]) - ord("A")
            if text is None:
                assert row == len(rows) - 1
                del rows[row]
            else:
                rows[row][column] = text
        write_rows(folder / name, rows)
    ended = hcc_sdtm("run", study, "-o", tmp_path / "out", "--site", "103")
    assert "Findings: 0 errors" in ended.output
    assert ended.exit_code == 0
