import shutil

import pytest

from hcc_sdtm import pipeline
from hcc_sdtm.problem import StudyError
from tests.conftest import ROOT


def study(folder, mappings):
    for name in ("raw", "mappings", "specs"):
        shutil.copytree(ROOT / name, folder / name)
    text = f"study: RTHCC\nmappings: {mappings}\n"
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    return folder


def problems(folder, **options):
    with pytest.raises(StudyError) as error:
        pipeline.run(folder, folder / "out", **options)
    assert not (folder / "out").exists()
    return [str(problem) for problem in error.value.problems]


def test_a_site_has_one_mapping(tmp_path):
    root = study(tmp_path, '[mappings/site_103.yaml, "mappings/*_103.yaml"]')
    message = 'site "103" has a mapping already, mappings/site_103.yaml; its records would come twice'
    assert problems(root) == [f"mappings/site_103.yaml:2: {message}"]


@pytest.mark.parametrize("pattern", ['""', "/mappings/site_103.yaml"])
def test_a_mapping_lies_under_the_study_folder(tmp_path, pattern):
    root = study(tmp_path, f"[{pattern}]")
    name = pattern.strip('"')
    assert problems(root)[0] == f'study.yaml:2: "{name}" is no path under the study folder'


@pytest.mark.parametrize("epoch", ["today", "1e3", "9" * 20])
def test_an_epoch_that_is_no_time_ends_the_run(tmp_path, monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    root = study(tmp_path, "[mappings/site_103.yaml]")
    assert problems(root) == [f'SOURCE_DATE_EPOCH: "{epoch}" is no time; whole seconds since 1970 were expected']


def test_a_study_without_a_subject_is_not_run(tmp_path):
    root = study(tmp_path, "[mappings/site_103.yaml]")
    for path in (root / "raw" / "site_103").glob("*.csv"):
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    assert problems(root) == ["study.yaml: no mapping makes a record of DM, so there are no subjects"]


def test_a_study_whose_rows_were_all_left_out_says_why(tmp_path):
    root = study(tmp_path, "[mappings/site_103.yaml]")
    path = root / "mappings" / "site_103.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"103-[0-9]{3,}"', '"[a-z]+"'), encoding="utf-8")
    (problem,) = problems(root)
    assert "no mapping makes a record of DM, so there are no subjects; " in problem
    assert "of MAP-001 subject.not-in-key, the first at site_103/" in problem
    assert "or not like [a-z]+" in problem


def test_a_site_with_one_subject_runs(tmp_path):
    root = study(tmp_path, "[mappings/site_103.yaml]")
    for path in (root / "raw" / "site_103").glob("*.csv"):
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([lines[0], *(line for line in lines if line.startswith(b"103-001,"))]))
    result = pipeline.run(root)
    assert result.sdtm["DM"].frame["SUBJID"].tolist() == ["103-001"]


def test_outputs_never_go_into_the_folder_of_raw_files(tmp_path):
    root = study(tmp_path, "[mappings/site_103.yaml]")
    with pytest.raises(StudyError, match="lies in the folder of raw files"):
        pipeline.run(root, root / "raw" / "out")
    assert not (root / "raw" / "out").exists()


def test_a_workbook_of_several_sheets_needs_the_name_of_one(tmp_path):
    root = study(tmp_path, "[mappings/site_102.yaml]")
    path = root / "mappings" / "site_102.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("sheet: Enrolment, ", ""), encoding="utf-8")
    assert any("site_102.xlsx has several sheets; name the one: Enrolment, " in problem for problem in problems(root))
