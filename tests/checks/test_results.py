"""The table of plausible results: a study's own lines take the place of the packaged ones."""

from pathlib import Path

import pytest

from hcc_sdtm.checks.results import unlikely_in_unit
from hcc_sdtm.checks.running import run_checks
from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.tables import read_spec_tables
from tests.checks.tables import REPOSITORY, SPECS, TRIAL, build_dataset, parse_table

HEADER = "dataset,testcd,unit,low,high,upper_low,upper_high,source\n"
TYPED = """
USUBJID  LBTESTCD  LBORRES  LBORRESU
S-1      CREAT     55       mg/dL
S-2      PLAT      9000     10^9/L
S-3      ZINC      9000     ug/dL
"""


def specs_with(folder: Path, *lines: str):
    (folder / "rules").mkdir()
    (folder / "rules" / "plausible_results.csv").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    return read_spec_tables([REPOSITORY / "specs", folder])


def found(specs):
    findings, outcomes = run_checks({"LB": build_dataset("LB", parse_table(TYPED))}, specs, TRIAL, (unlikely_in_unit,))
    return list(findings["message"]), outcomes["outcome"].iloc[0]


def test_a_study_overlays_the_table(tmp_path):
    before, _ = found(SPECS)
    assert [message.split()[0] for message in before] == ["CREAT", "PLAT"]
    own = specs_with(
        tmp_path, "LB,CREAT,mg/dL,0.1,60,,,ours", "LB,ZINC,ug/dL,40,200,,,ours", "LB,ZINC,ng/dL,4000,20000,,,ours"
    )
    after, outcome = found(own)
    assert [message.split()[0] for message in after] == ["PLAT", "ZINC"]
    assert after[1].endswith("fits ng/dL")
    assert outcome == "fail"


def test_a_bad_line_is_told_with_its_file_and_line(tmp_path):
    with pytest.raises(StudyError) as raised:
        specs_with(tmp_path, "LBB,CREAT,mg/dL,O.1,60,,,ours", "LB,CREAT,umol/L,60,6,9,,ours", "LB,,g/L,nan,,,,ours")
    told = [str(problem) for problem in raised.value.problems]
    assert all("plausible_results.csv:" in text for text in told)
    assert [text.partition(": ")[2] for text in told] == [
        'no dataset "LBB"; did you mean "LB"?',
        'low "O.1" is no number',
        "low 60 is above high 6",
        "testcd is missing",
        'low "nan" is no number',
    ]
    assert [text.partition(": ")[0][-2:] for text in told] == [":2", ":2", ":3", ":4", ":4"]
