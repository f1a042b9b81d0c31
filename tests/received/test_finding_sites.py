"""Findings on received datasets, with the site of their subject."""

from __future__ import annotations

import openpyxl
import pytest

from hcc_sdtm import pipeline

DM = "STUDYID,DOMAIN,USUBJID,SITEID,AGE\nS,DM,S-1,01,-5\nS,DM,S-2,02,-5\nS,DM,S-3,,-5\nS,DM,S-4,01,-5\nS,DM,S-4,02,-5\n"


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("received")
    (folder / "data").mkdir()
    (folder / "data" / "dm.csv").write_text(DM)
    return pipeline.check(folder / "data", out=folder / "out"), folder / "out"


def test_a_finding_on_a_subject_of_one_site_has_its_site(checked):
    findings = checked[0].findings
    negative = findings[findings["rule"].str.startswith("SD-0226 ")]
    assert negative[["subject", "site"]].to_numpy().tolist() == [
        ["S-1", "01"], ["S-2", "02"], ["S-3", ""], ["S-4", ""], ["S-4", ""]
    ]  # fmt: skip
    assert set(findings.loc[findings["subject"] == "", "site"]) == {""}


def test_the_workbook_has_a_sheet_a_site(checked):
    assert openpyxl.load_workbook(checked[1] / "findings.xlsx").sheetnames == ["Summary", "no site", "01", "02"]
