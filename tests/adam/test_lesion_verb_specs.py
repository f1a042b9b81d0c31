from __future__ import annotations

import shutil

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.adam.reading import read_adam_specs
from tests.adam.tables import FOLDER, SPECS, WRITTEN

DEPTH = "depth: {criterion: RECIST 1.1, until: NACTDT}"
FIELD = "pattern: {of: PD, criterion: RECIST 1.1, aspect: field}"


def problems(tmp_path, old: str, new: str) -> list[str]:
    text = (FOLDER / "adrs.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    for name in ("adsl.yaml", "lesions.yaml"):
        shutil.copyfile(FOLDER / name, tmp_path / name)
    for name in ("criteria", "parameters"):
        shutil.copytree(FOLDER / name, tmp_path / name)
    (tmp_path / "adrs.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(StudyError) as error:
        read_adam_specs([tmp_path], SPECS, WRITTEN)
    assert all("adrs.yaml:" in str(problem) for problem in error.value.problems)
    return [problem.message for problem in error.value.problems]


def test_a_criterion_that_no_file_has_is_named_with_the_nearest(tmp_path):
    found = problems(tmp_path, DEPTH, DEPTH.replace("RECIST 1.1", "RECIST 1.0"))
    assert found == ['no criterion of the folder criteria "RECIST 1.0"; did you mean "RECIST 1.1"?']


def test_a_parameter_that_is_not_made_before_is_named(tmp_path):
    found = problems(tmp_path, FIELD, FIELD.replace("of: PD,", "of: PDX,"))
    assert len(found) == 1
    assert '"PDX"' in found[0]
    found = problems_until(tmp_path / "again")
    assert '"NACDT"; did you mean "NACTDT"?' in found[0]


def problems_until(folder) -> list[str]:
    folder.mkdir()
    return problems(folder, DEPTH, DEPTH.replace("NACTDT", "NACDT"))


def test_an_aspect_that_does_not_exist_is_told_which_there_are(tmp_path):
    found = problems(tmp_path, FIELD, FIELD.replace("aspect: field", "aspect: feild"))
    assert len(found) == 1
    assert all(aspect in found[0] for aspect in ("field", "kind", "extent", "lesions", "organs"))


def test_a_kind_that_does_not_exist_is_a_problem(tmp_path):
    old = "pattern: {of: PD, criterion: RECIST 1.1, aspect: kind}"
    found = problems(tmp_path, old, old.replace("kind}", "kind, kinds: [NEW LESIONS]}"))
    assert len(found) == 1
    assert "NEW LESION" in found[0]
