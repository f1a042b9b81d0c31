from __future__ import annotations

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.adam.reading import read_adam_specs
from hcc_sdtm.spec.trial import Trial, WrittenTrial
from hcc_sdtm.spec.yaml_file import read_yaml, validate
from tests.adam.tables import FOLDER, SPECS


def problems(tmp_path, *changes: tuple[str, str]) -> list[str]:
    text = (FOLDER / "trial.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (tmp_path / "trial.yaml").write_text(text, encoding="utf-8")
    file = read_yaml(tmp_path / "trial.yaml", "trial.yaml")
    with pytest.raises(StudyError) as error:
        read_adam_specs([FOLDER], SPECS, WrittenTrial(validate(file, Trial), file))
    return [problem.message for problem in error.value.problems]


def test_a_variable_that_the_irradiation_records_do_not_have_is_named_with_the_nearest(tmp_path):
    changes = (("link: EXLNKID", "link: EXLNKI"), ("location: EXLOC", "location: EXLOCK"))
    assert problems(tmp_path, *changes) == [
        'no variable of EX "EXLNKI"; did you mean "EXLNKID"?',
        'no variable of EX "EXLOCK"; did you mean "EXLOC"?',
    ]


def test_a_dataset_that_does_not_exist_is_one_problem(tmp_path):
    changes = (("    - dataset: EX\n      where: {EXCAT", "    - dataset: EY\n      where: {EXCAT"),)
    assert len(problems(tmp_path, *changes)) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("oligo_lesions: 5", "oligo_lesions: 0"),
        ("percent: 20, mm: 5", "percent: -1, mm: 5"),
        ("      flag: IRRADFL", "      flagg: IRRADFL"),
    ],
)
def test_a_number_or_key_that_cannot_be_is_a_problem(tmp_path, old, new):
    text = (FOLDER / "trial.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (tmp_path / "trial.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(StudyError):
        validate(read_yaml(tmp_path / "trial.yaml", "trial.yaml"), Trial)
