import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.adam.checking import SpecChecker
from hcc_sdtm.spec.adam.criteria import read_criteria
from tests.adam.tables import ADAM, FOLDER, SPECS


def read(tmp_path, name, old, new):
    """The packaged criteria with one text of one file replaced."""
    for path in (FOLDER / "criteria").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if path.name == name:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    reading = (FOLDER / "lesions.yaml").read_text(encoding="utf-8")
    if name == "lesions.yaml":
        assert old in reading
        reading = reading.replace(old, new)
    (tmp_path / "lesions.yml").write_text(reading, encoding="utf-8")
    checker = SpecChecker(SPECS, None)
    criteria = read_criteria(checker, tmp_path / "lesions.yml", sorted(tmp_path.glob("*.yaml")))
    if checker.problems:
        raise StudyError(checker.problems)
    return criteria


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("mrecist.yaml", "progression_percent: 20", "progression_percent: many", 'progression_percent "many"'),
        ("mrecist.yaml", "partial_stays: confirmed", "partial_stays: confirm", 'did you mean "confirmed"?'),
        (
            "mrecist.yaml",
            "liver: [VDIAM,",
            "liver: [VDIAMM,",
            'no diameter of lesions.yaml "VDIAMM"; did you mean "VDIAM"?',
        ),
        ("mrecist.yaml", "name: mRECIST", "name: RECIST 1.1", 'name "RECIST 1.1" is that of RECIST 1.1 too'),
        ("mrecist.yaml", "suffix: M", "suffix: I", 'suffix "I" is that of iRECIST too'),
        ("mrecist.yaml", "SUMVDIAM", "SUMDIAM", 'sum "SUMDIAM" is that of mRECIST too'),
        ("irecist.yaml", "to_days: 56", "to_days: 20", "from_days 28 is after to_days 20"),
        ("irecist.yaml", "growth_mm: 5", "grown_mm: 5", 'unknown key "grown_mm"; did you mean "growth_mm"?'),
        ("mrecist.yaml", "partial_percent: 30", "partial_percent: 130", "partial_percent"),
        ("mrecist.yaml", "other: [DIAMETER, LDIAM]", "other: []", "other"),
        ("mrecist.yaml", "normal_below_mm: 10", "normal_below_mm: 18", "normal_below_mm 18 is more than"),
        ("lesions.yaml", "cm: 10", "cm: 0", "cm"),
        ("lesions.yaml", "of_a_part: [VDIAM]", "of_a_part: [VDIAN]", 'no diameter "VDIAN"; did you mean "VDIAM"?'),
        ("lesions.yaml", "no_unit: mm", "no_unit: mmm", 'no unit "mmm"; did you mean "mm"?'),
        ("lesions.yaml", "[TUMSTATE, LNSTATE]", "[TUMSTATE, LDIAM]", 'states_in "LDIAM" is a diameter too'),
        ("lesions.yaml", "NEW: [NEW,", "NEW: [NEW, TARGET,", '"TARGET" stands for TARGET too'),
        (
            "lesions.yaml",
            "EQUIVOCAL: [EQUIVOCAL]",
            "EQUIVOCAL: [Unequivocal]",
            '"Unequivocal" stands for UNEQUIVOCAL too',
        ),
        ("lesions.yaml", "  NEW: [NEW", "  NOVEL: [NEW", "NOVEL"),
    ],
)
def test_what_is_wrong_with_a_criterion_is_told_with_its_line(tmp_path, name, old, new, problem):
    with pytest.raises(StudyError) as failure:
        read(tmp_path, name, old, new)
    texts = [str(each) for each in failure.value.problems]
    assert any(problem in text for text in texts), texts
    assert all(".y" in text.split(": ")[0] for text in texts)


def test_a_criterion_is_found_by_its_name_and_by_what_rs_calls_it():
    assert ADAM.criteria.named("mRECIST") is ADAM.criteria.named("MRECIST LENCIONI LIVER CANCER 2010")
    assert ADAM.criteria.named("CHOI") is None
