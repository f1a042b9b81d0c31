"""Codelists of several folders: added to, or replaced as a whole by a folder that names their standard."""

from __future__ import annotations

import pytest

from hcc_sdtm.spec.codelists import read_codelists

PACKAGED = (
    "codelist,code,label,extensible,term,term_code,synonyms\n"
    "SEX,C66731,Sex,No,F,C16576,Female\nSEX,,,,M,C20197,Male\n"
    "LOC,C74456,Place,Yes,ARM,C1,\nLOC,,,,LEG,C2,\n"
)


def read(tmp_path, own):
    problems = []
    for name, text in (("packaged", PACKAGED), ("own", own)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "codelists.csv").write_text(text, encoding="utf-8")
    found = read_codelists([tmp_path / "packaged", tmp_path / "own"], problems)
    return found, [problem.message for problem in problems]


def test_a_folder_that_names_the_standard_has_the_codelist_whole(tmp_path):
    own = (
        "codelist,code,label,extensible,term,term_code,synonyms,standard\n"
        "SEX,C66731,Sex of Individual,No,MALE,C20197,,CT-SDTM\nSEX,,,,X,C9,,\nLOC,,,,TAIL,,,\n"
    )
    found, problems = read(tmp_path, own)
    assert problems == []
    assert (found["SEX"].label, found["SEX"].terms) == ("Sex of Individual", {"MALE": (), "X": ()})
    assert list(found["LOC"].terms) == ["ARM", "LEG", "TAIL"]


def test_any_one_line_may_name_it_and_two_may_not_differ(tmp_path):
    own = "codelist,term,extensible,standard\nLOC,ARM,Yes,\nLOC,TAIL,,CT-SDTM\nLOC,LEG,,CT-ADAM\n"
    found, problems = read(tmp_path, own)
    assert problems == ['standard "CT-ADAM" of codelist LOC is "CT-SDTM" on another line']
    assert list(found["LOC"].terms) == ["ARM", "TAIL", "LEG"]


def test_a_whole_codelist_needs_its_own_facts(tmp_path):
    _, problems = read(tmp_path, "codelist,term,standard\nSEX,F,CT-SDTM\n")
    assert problems == ['codelist SEX: extensible is ""; expected Yes or No']


@pytest.mark.parametrize("header", ["codelist,term", "codelist,term,standard"])
def test_without_a_standard_a_closed_codelist_stays_closed(tmp_path, header):
    _, problems = read(tmp_path, f"{header}\nSEX,X\n")
    assert problems == ['"X" cannot be added: codelist SEX is not extensible']
