from pathlib import Path

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.tables import read_spec_tables

REPOSITORY = Path(__file__).parents[2]


def read(tmp_path, text):
    (tmp_path / "relationships.csv").write_text(f"relid,level,dataset,variable,reltype\n{text}", encoding="utf-8")
    return read_spec_tables([REPOSITORY / "specs", tmp_path]).relationships


def problems(tmp_path, text):
    with pytest.raises(StudyError) as error:
        read(tmp_path, text)
    return [str(problem).removeprefix(f"{tmp_path.as_posix()}/") for problem in error.value.problems]


def test_lines_of_one_name_are_one_relationship(tmp_path):
    relationships = read(tmp_path, "AECM,record,AE,AEGRPID,\nAECM,record,CM,CMGRPID,\n")
    names = [relationship.name for relationship in relationships]
    assert names == ["TUTR", "TUEX", "AECM"]  # the packaged ones come first
    assert relationships[-1].level == "record"
    assert [(side.dataset, side.variable, side.type) for side in relationships[-1].sides] == [
        ("AE", "AEGRPID", ""),
        ("CM", "CMGRPID", ""),
    ]
    assert str(relationships[-1].sides[1].line).endswith("relationships.csv:3")


def test_a_study_replaces_a_relationship_by_its_name(tmp_path):
    relationships = read(tmp_path, "TUTR,dataset,TU,TULNKID,ONE\nTUTR,dataset,RS,RSLNKID,MANY\n")
    assert [(each.name, [side.dataset for side in each.sides]) for each in relationships] == [
        ("TUTR", ["TU", "RS"]),
        ("TUEX", ["TU", "EX"]),
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("R,dataset,TU,TULNKID,ONE", 'relationships.csv:2: "R" relates TU to nothing; give it a second line'),
        (
            "R,dataset,TU,TULNKID,ONE\nR,dataset,TR,TRLNKD,MANY",
            'relationships.csv:3: TR has no variable "TRLNKD"; did you mean "TRLNKID"?',
        ),
        (
            "R,dataset,TU,TULNKID,ONE\nR,dataset,TUU,TRLNKID,MANY",
            'relationships.csv:3: unknown dataset "TUU"; did you mean "TU"?',
        ),
        (
            "R,dataset,TU,TULNKID,ONE\nR,datasets,TR,TRLNKID,MANY",
            'relationships.csv:3: unknown level "datasets"; did you mean "dataset"?',
        ),
        (
            "R,dataset,TU,TULNKID,one\nR,dataset,TR,TRLNKID,MANY",
            'relationships.csv:2: reltype "one" of a relationship of datasets; expected ONE or MANY',
        ),
        (
            "R,record,TU,TULNKID,ONE\nR,record,TR,TRLNKID,",
            'relationships.csv:2: reltype "ONE" of a relationship of records; it is empty there',
        ),
        (
            "R,record,TU,TULNKID,\nR,dataset,TR,TRLNKID,MANY",
            'relationships.csv:3: level of "R" is record on line 2',
        ),
        (
            "R,record,TU,TULNKID,\nR,record,TU,TULNKID,",
            'relationships.csv:3: TU TULNKID stands in "R" on line 2 already',
        ),
        (
            "R,record,TU,TULNKID,\nR,record,TS,TSSEQ,",
            "relationships.csv:3: TS (Trial Summary) has no records of subjects that could be related",
        ),
        (
            "R,record,TU,TULNKID,\nR,record,SUPPTU,QNAM,",
            "relationships.csv:3: SUPPTU (Supplemental Qualifiers for TU) has no records of subjects that could be related",
        ),
        (",record,TU,TULNKID,", "relationships.csv:2: relid is empty; the lines of one relationship share a name"),
    ],
)
def test_a_wrong_line_is_a_problem_at_its_line(tmp_path, lines, message):
    assert message in problems(tmp_path, lines + "\n")


def test_every_problem_is_said_at_once(tmp_path):
    found = problems(tmp_path, "A,record,TU,TULNKI,\nA,record,TRR,X,\nB,level,TU,TULNKID,ONE\n")
    assert len(found) == 3
