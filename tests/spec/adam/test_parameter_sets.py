from __future__ import annotations

from pathlib import Path

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.adam.parameter_sets import expand_sets
from hcc_sdtm.spec.yaml_file import YamlFile, read_yaml

TEXT = """\
sets:
  readers:
    - {suffix: "1", reader: READER 1}
    - {suffix: "2", reader: READER 2}
parameters:
  - {paramcd: DEATH}
  - for_each: readers
    make:
      - paramcd: OVR{suffix}
        where: {RSEVALID: ["{reader}"]}
      - {paramcd: "BOR{suffix}", of: "OVR{suffix}"}
  - {paramcd: "LAST{suffix}"}
"""


def expanded(tmp_path: Path, text: str) -> YamlFile:
    (tmp_path / "adrs.yaml").write_text(text)
    return expand_sets(read_yaml(tmp_path / "adrs.yaml", "adrs.yaml"), "parameters")


def test_the_parameters_of_a_set_are_made_once_for_each_entry(tmp_path):
    file = expanded(tmp_path, TEXT)
    assert file.data == {
        "parameters": [
            {"paramcd": "DEATH"},
            {"paramcd": "OVR1", "where": {"RSEVALID": ["READER 1"]}},
            {"paramcd": "BOR1", "of": "OVR1"},
            {"paramcd": "OVR2", "where": {"RSEVALID": ["READER 2"]}},
            {"paramcd": "BOR2", "of": "OVR2"},
            {"paramcd": "LAST{suffix}"},
        ]
    }


def test_every_value_keeps_its_line(tmp_path):
    file = expanded(tmp_path, TEXT)
    for number, line in enumerate((6, 9, 11, 9, 11, 12)):
        assert file.source(("parameters", number, "paramcd")).line == line
    assert file.source(("parameters", 3, "where", "RSEVALID", 0)).line == 10


def test_a_file_without_sets_stays_as_it_is(tmp_path):
    text = "parameters:\n  - {paramcd: A, where: {B: C}}\n"
    assert expanded(tmp_path, text).data == {"parameters": [{"paramcd": "A", "where": {"B": "C"}}]}
    assert expanded(tmp_path, "parameters: DEATH\n").data == {"parameters": "DEATH"}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("for_each: readers", "for_each: raeders", 7, 'no set "raeders"; did you mean "readers"?'),
        ("OVR{suffix}\n", "OVR{sufix}\n", 9, '{sufix} is no name of the set; did you mean "suffix"?'),
        ("    make:", "    makes:", 7, "for_each goes with make, a list of parameters, and with nothing else"),
        ('    - {suffix: "1", reader: READER 1}\n', "    - READER 1\n", 2, "the set readers is not a list of entries"),
        ("sets:\n  readers:", "sets: readers\nset:\n  readers:", 1, "sets: names with a list of entries each"),
    ],
)
def test_a_wrong_set_is_a_problem_at_its_line(tmp_path, old, new, line, message):
    assert old in TEXT
    with pytest.raises(StudyError) as raised:
        expanded(tmp_path, TEXT.replace(old, new, 1))
    (problem,) = raised.value.problems
    assert problem.source.line == line
    assert problem.message.startswith(message)
