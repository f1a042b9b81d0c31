"""Values of a finished run's datasets under their codelists."""

from __future__ import annotations

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.tables import read_spec_tables
from hcc_sdtm.terminology.run_values import run_values
from tests.conftest import ROOT

SPECS = read_spec_tables([ROOT / "specs"])


def test_values_are_counted_with_their_first_records(reference_run):
    found = list(run_values(reference_run.out, SPECS, {"SEX", "ONCRSR", "ECOG101STR"}))
    assert {each.codelists for each in found} == {("SEX",), ("ONCRSR",), ("ECOG101STR",)}
    sex = reference_run.frame("DM")["SEX"]
    (male,) = (each for each in found if (each.dataset, each.variable, each.value) == ("DM", "SEX", "M"))
    assert male.records == (sex == "M").sum()
    assert male.place == "out/sdtm/dm.xpt"
    assert [sex.iloc[number - 1] for number in male.first] == ["M"] * len(male.first)
    assert male.first[0] == sex.tolist().index("M") + 1


def test_a_codelist_that_depends_on_another_variable_is_taken_record_by_record(reference_run):
    found = list(run_values(reference_run.out, SPECS, {"ONCRSR", "ECOG101STR"}))
    rs = reference_run.frame("RS")
    ecog = {each.value: each.records for each in found if each.codelists == ("ECOG101STR",) and each.dataset == "RS"}
    expected = rs[rs["RSTESTCD"] == "ECOG101"]["RSSTRESC"].value_counts()
    assert ecog == expected[expected.index != ""].to_dict()


def test_a_folder_that_is_no_run(tmp_path):
    with pytest.raises(StudyError, match="has no datasets of a run"):
        list(run_values(tmp_path, SPECS, {"SEX"}))


def test_a_dataset_that_cannot_be_read(tmp_path):
    (tmp_path / "sdtm").mkdir()
    (tmp_path / "sdtm" / "dm.xpt").write_bytes(b"nothing")
    with pytest.raises(StudyError, match=r"sdtm/dm\.xpt: "):
        list(run_values(tmp_path, SPECS, {"SEX"}))
