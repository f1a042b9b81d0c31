from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.adam.reading import read_adam_specs
from tests.adam.tables import ADAM, FOLDER, SPECS, WRITTEN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("adsl.yaml", "adrs.yaml", "lesions.yaml"):
        shutil.copy(FOLDER / name, tmp_path / name)
    for name in ("parameters", "criteria"):
        shutil.copytree(FOLDER / name, tmp_path / name)
    return tmp_path


def problems(folder: Path, name: str, old: str, new: str) -> list[str]:
    """The problems, without the folder, after one change to a file."""
    text = (folder / name).read_text()
    assert text.count(old) >= 1
    (folder / name).write_text(text.replace(old, new, 1))
    with pytest.raises(StudyError) as raised:
        read_adam_specs([folder], SPECS, WRITTEN)
    return [str(problem).removeprefix(f"{folder.as_posix()}/") for problem in raised.value.problems]


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("adsl.yaml", "treatment: start}", "treatmnt: start}", 'unknown key "treatmnt"; did you mean "treatment"?'),
        ("adsl.yaml", "RFICDTC}", "RFICDT}", 'no variable of DM "RFICDT"; did you mean "RFICDTC"?'),
        ("adsl.yaml", "flag: ARMCD", "flag: ARMCOD", 'made before this one "ARMCOD"; did you mean "ARMCD"?'),
        ("adsl.yaml", "role: death}", "role: deth}", 'no role "deth"; expected one of origin, event, censoring, death, '),
        ("adsl.yaml", "ECOGBL:", "ECOGB:", 'no variable of ADSL "ECOGB"; did you mean "ECOGBL"?'),
        ("adsl.yaml", "RFICDTC}", "RFICDTC, role: death}", "RFICDT can be imputed, and the table of ADSL has no RFICDTF"),
        ("adsl.yaml", "{flag: ARMCD}", "{flag: ARMCD, constant: Y}", "exactly one of dataset, treatment, constant"),
        ("adsl.yaml", "treatment: start}", "treatment: start, role: origin}", "beside treatment nothing is read of role"),
        ("adrs.yaml", "first: {of: \"OVR{", "first: {of: \"OVRX{", 'made before this one "OVRX"; did you mean "OVR"?'),
        ("adrs.yaml", "value: RSSTRESC", "value: RSRES", 'no variable of RS "RSRES"; did you mean "RSORRES"?'),
        ("adrs.yaml", "population: RTFL", "population: RTFLX", 'no variable of ADSL "RTFLX"; did you mean "RTFL"?'),
        ("adrs.yaml", '        best: {of: "OVR{suffix}", until: NACTDT}\n', "", "exactly one of responses, single, recomput"),
        ("adrs.yaml", "for_each: criteria", "for_each: criterions", 'no set "criterions"; did you mean "criteria"?'),
        ("adrs.yaml", "Progression by Investigator, {criterion}", "{criterium}", "{criterium} is no name of the set; did you"),
        ("adrs.yaml", "{criterion: RECIST 1.1,", "{criterion: RECIST 1.2,", 'no criterion of the folder criteria "RECIST 1.2"'),
        ("parameters/osrt.yaml", "start: TRTSDT", "start: TRTDT", 'no date of ADSL "TRTDT"; did you mean "TRTSDT"?'),
        ("parameters/osrt.yaml", "like: OS", "like: OSX", 'like: no parameter "OSX" that is written out whole'),
        ("parameters/pfs.yaml", "PARAMCD: PD,", "PARAMCD: PDX,", 'no parameter of ADRS "PDX"; did you mean "PD"?'),
        ("parameters/ttnt2l.yaml", "dataset: CM", "dataset: CMX", 'no dataset "CMX"; did you mean "CM"?'),
        ("parameters/pfsema.yaml", "missed assessments]", "missed visits]", 'pfsema.yaml:6: ignore: no censoring'),
        ("parameters/os.yaml", "when: otherwise", "when: no_assessment", "the last censoring has to be one with"),
        ("parameters/pfs.yaml", "baseline: _BASEDT\n", "", "a censoring with when: no_baseline needs the key baseline"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_a_problem_that_names_the_nearest_thing_that_exists(folder, name, old, new, message):
    found = problems(folder, name, old, new)
    assert any(problem.startswith(f"{name}:") and message in problem for problem in found), found


def test_a_problem_stands_at_its_line(folder):
    (found,) = problems(folder, "parameters/ttnt2l.yaml", "date: CMSTDTC", "date: CMSTDT")
    lines = (folder / "parameters/ttnt2l.yaml").read_text().splitlines()
    assert lines[int(found.split(":")[1]) - 1].strip() == "date: CMSTDT"


def test_all_problems_of_all_files_come_together(folder):
    (folder / "adsl.yaml").write_text((folder / "adsl.yaml").read_text().replace("RFICDTC}", "RFXDTC}"))
    (folder / "adrs.yaml").write_text((folder / "adrs.yaml").read_text().replace("value: RSSTRESC", "value: RSX", 1))
    found = problems(folder, "parameters/ttnt2l.yaml", "date: CMSTDTC", "date: CMX")
    assert {problem.split(":")[0] for problem in found} == {
        "adsl.yaml",
        "adrs.yaml",
        "parameters/ttnt2l.yaml",
    }


def test_a_parameter_like_another_says_only_what_differs():
    parameters = {parameter.paramcd: parameter for parameter in ADAM.parameters}
    assert [censoring.name for censoring in parameters["PFSEMA"].applied] == [
        "no baseline",
        "no assessment",
        "lost",
        "ongoing",
    ]
    assert parameters["PFSEMA"].events == parameters["PFS"].events
    assert parameters["OSDE"].entry == "TRTSDT"


def test_every_censoring_code_is_one_of_the_codelist():
    codes = {int(term) for term in SPECS.codelists["CNSRC"].terms}
    assert {censoring.cnsr for parameter in ADAM.parameters for censoring in parameter.applied} <= codes


def test_a_problem_in_a_set_stands_at_its_line_once_for_each_entry(folder):
    text = (folder / "adrs.yaml").read_text().replace("confirmed: yes, max_ne: 1, max_sd: 0}", "max_en: 1}", 1)
    (folder / "adrs.yaml").write_text(text)
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "max_en" in each)
    with pytest.raises(StudyError) as raised:
        read_adam_specs([folder], SPECS, WRITTEN)
    assert [str(problem).removeprefix(f"{folder.as_posix()}/") for problem in raised.value.problems] == [
        f'adrs.yaml:{line}: unknown key "max_en"; did you mean "max_ne"?'
    ]
